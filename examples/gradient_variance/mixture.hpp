// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

#include <leibler/leibler.hpp>

#include "../support/results.hpp"
#include "settings.hpp"

namespace leibler::examples::gradient_variance {

/// Every estimator's gradient at one model of a fit.
struct Station {
  std::size_t step;
  Estimate kl;                      ///< KL(Q||P) there
  std::vector<Estimate> variances;  ///< of one draw, summed over the parameters
};

struct Journey {
  std::vector<std::string> estimators;
  std::vector<Station> stations;
};

/// Fits a mixture of four Gaussians to one by reverse KL: the variance of every estimator along one
/// fit, and how many steps each takes from many starts; prints and records both. After an
/// interrupt some are missing.
[[nodiscard]] Journey run_mixture(const Settings& settings, std::ostream& out, Results& results);

}  // namespace leibler::examples::gradient_variance
