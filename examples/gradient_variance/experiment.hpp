// SPDX-License-Identifier: MIT
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include "../support/results.hpp"
#include "measure.hpp"
#include "settings.hpp"

namespace leibler::examples::gradient_variance {

/// Score function and path at every N, each with draws of its own, and other estimators at N up to
/// 1000; prints and records them. After an interrupt some are missing.
[[nodiscard]] std::vector<Measured> run_experiment(const Settings& settings, std::ostream& out,
                                                   Results& results);

}  // namespace leibler::examples::gradient_variance
