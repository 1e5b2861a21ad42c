// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

#include "costs.hpp"

namespace leibler::examples::gradient_variance {

/// What is known beforehand of d E[f(x)] / d theta, x ~ N(theta, 1): variances of one draw's
/// gradient, of `draws` draws times their number where those share something.
struct Exact {
  double gradient;
  double score_function;
  double mean_baseline;          ///< with E[f] subtracted
  double best_baseline;          ///< with the best constant
  double leave_one_out_surplus;  ///< over that of mean_baseline, times draws - 1
  double pathwise;
  double coupled, independent;  ///< measure-valued

  [[nodiscard]] double leave_one_out(std::size_t draws) const {
    return mean_baseline + leave_one_out_surplus / (static_cast<double>(draws) - 1.0);
  }
};

/// By quadrature, to 6 digits or more for k up to 100.
[[nodiscard]] Exact exact_moments(const Cost& f, double theta);

}  // namespace leibler::examples::gradient_variance
