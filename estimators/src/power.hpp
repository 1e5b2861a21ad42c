// SPDX-License-Identifier: MIT
#pragma once

#include <limits>

namespace leibler::inline v0::detail {

inline constexpr double infinity = std::numeric_limits<double>::infinity();

/// log(p^a q^(1 - a)); -infinity where p = 0, a = 0 too; infinite where q = 0 < p and a > 1.
[[nodiscard]] inline double log_power(double a, double log_p, double log_q) {
  if (log_p == -infinity) return -infinity;
  if (log_q == -infinity) return a < 1.0 ? -infinity : a > 1.0 ? infinity : log_p;
  return a * log_p + (1.0 - a) * log_q;
}

}  // namespace leibler::inline v0::detail
