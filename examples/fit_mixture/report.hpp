// SPDX-License-Identifier: MIT
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include "../support/results.hpp"
#include "experiment.hpp"
#include "settings.hpp"

// What the program prints; every number goes to the results, too.
namespace leibler::examples::fit_mixture {

/// What is fitted, how, and on what.
void report_settings(std::ostream& out, const Problem& problem, const Settings& settings);

/// The target against itself: both divergences and the entropy.
void report_target(std::ostream& out, Results& results, const GaussianMixture& target,
                   const Settings& settings);

/// The table of fits; then what a reader should know of single rows: several optima, components
/// that died, fits that failed or ended above the best that is known.
void report_fits(std::ostream& out, Results& results, const Problem& problem,
                 const Settings& settings, const std::vector<Row>& rows);

/// Writes the best model of every row to a file of its own.
void save_models(std::ostream& out, const Settings& settings, const std::vector<Row>& rows);

}  // namespace leibler::examples::fit_mixture
