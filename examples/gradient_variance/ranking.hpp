// SPDX-License-Identifier: MIT
#pragma once

#include <iosfwd>
#include <vector>

#include "../support/results.hpp"
#include "costs.hpp"
#include "exact.hpp"
#include "measure.hpp"
#include "settings.hpp"

namespace leibler::examples::gradient_variance {

/// One cost at N(1, 1) and what every estimator makes of it.
struct Ranked {
  Cost cost;
  Exact exact;
  std::vector<Measured> estimators;
};

/// Three families of costs, from smooth to rough; prints and records who is best where. After an
/// interrupt some are missing.
[[nodiscard]] std::vector<Ranked> run_ranking(const Settings& settings, std::ostream& out,
                                              Results& results);

}  // namespace leibler::examples::gradient_variance
