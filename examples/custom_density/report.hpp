// SPDX-License-Identifier: MIT
#pragma once

#include <iosfwd>
#include <vector>

#include "../support/results.hpp"
#include "families.hpp"
#include "settings.hpp"

// What the program prints; every number goes to the results, too.
namespace leibler::examples::custom_density {

void report_settings(std::ostream& out, const Settings& settings);

/// Whether the gradient agrees with differences.
bool report_gradient(std::ostream& out, Results& results, const Target& target,
                     const GradientCheck& check);

/// The table of fits, and what a reader should know of single rows.
void report_fits(std::ostream& out, Results& results, const std::vector<Case>& cases);

/// What each fit misses of its target.
void discuss(std::ostream& out, Results& results, const std::vector<Case>& cases);

}  // namespace leibler::examples::custom_density
