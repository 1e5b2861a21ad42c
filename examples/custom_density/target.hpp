// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cmath>
#include <numbers>
#include <string>

#include "../support/panels.hpp"

// What is known of the two densities beforehand: the only numbers here that are not computed by
// the run.
namespace leibler::examples::custom_density {

struct Target {
  std::string name, formula;
  std::array<std::string, 2> coordinates;
  std::array<double, 2> stddev;
  double log_constant;   ///< log of the integral of exp(log density)
  double best_gaussian;  ///< the least KL(Q||P) of a Gaussian Q
  Window window;
  std::array<std::string, 2> ends;  ///< what a fit misses that is too short in the
                                    ///< first coordinate, or only in the second
};

/// x0 ~ N(0, 1), x1 | x0 ~ N(x0^2, 1/4). The Gaussian is upright over the bend: the variance u of
/// its x0 solves 16 u^2 + u = 1, that of its x1 is 1/4.
[[nodiscard]] inline Target banana_facts() {
  const double u = (std::sqrt(65.0) - 1.0) / 32.0;
  return {"banana",
          "log p(x) = -x0^2 / 2 - 2 (x1 - x0^2)^2",
          {"x0", "x1"},
          {1.0, 1.5},
          std::log(std::numbers::pi),
          -0.5 * std::log(u) - 0.5 + 0.5 * u + 4.0 * u * u,
          {-3.2, 3.2, -1.9, 8.1},
          {"both arms", "the ends of the arms"}};
}

/// v ~ N(0, 9), y | v ~ N(0, exp(v)): normalised. The Gaussian is upright, too, with variance
/// 18/11 of v.
[[nodiscard]] inline Target funnel_facts() {
  return {"funnel",
          "v ~ N(0, 3^2), y | v ~ N(0, exp(v))",
          {"v", "y"},
          {3.0, std::exp(2.25)},
          0.0,
          0.5 * std::log(5.5),
          {-8.0, 6.0, -9.0, 9.0},
          {"the neck and the mouth", "the far sides of the mouth"}};
}

}  // namespace leibler::examples::custom_density
