// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>

namespace leibler::inline v0::detail {

struct ValueAndSlope {
  double value, slope;
};

/// The t at which a function that rises through 0 once does so: Newton's method, kept between the
/// largest t known to be too small and the smallest known to be too large, to 2e-16 (1 + |t|).
template <class F>
[[nodiscard]] double rising_root(F&& f, double t) {
  double low = -std::numeric_limits<double>::infinity(), high = -low;
  for (int i = 0; i < 500; ++i) {
    const auto [value, slope] = f(t);
    if (value == 0.0) return t;
    (value < 0.0 ? low : high) = t;
    double step = -value / slope;
    if (!(slope > 0.0)) step = value < 0.0 ? 4.0 : -4.0;
    double next = t + std::clamp(step, -4.0, 4.0);
    if (!(next > low && next < high) && next != t) next = 0.5 * (low + high);
    if (!std::isfinite(next)) next = t + (value < 0.0 ? 4.0 : -4.0);
    if (std::abs(next - t) <= 2e-16 * (1.0 + 2.0 * std::abs(next))) return next;
    t = next;
  }
  return t;
}

}  // namespace leibler::inline v0::detail
