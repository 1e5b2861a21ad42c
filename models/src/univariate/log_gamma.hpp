// SPDX-License-Identifier: MIT
#pragma once

#include <leibler/engine/functions.hpp>
#include <leibler/engine/tape.hpp>

// Differences of log Gamma that keep their digits where the terms are huge: for doubles and Reals.
namespace leibler::inline v0::detail {

/// log Gamma(z) - ((z - 1/2) log z - z + log(2 pi) / 2), z > 0: Stirling's series from 10 on, where
/// its first term left out is below 1e-17.
template <class T>
T stirling_rest(const T& z) {
  using engine::lgamma, engine::log, engine::where;
  const T w = 1.0 / z, v = w * w;
  const T series =
      w * (1.0 / 12.0 +
           v * (-1.0 / 360.0 +
                v * (1.0 / 1260.0 +
                     v * (-1.0 / 1680.0 +
                          v * (1.0 / 1188.0 + v * (-691.0 / 360360.0 + v * (1.0 / 156.0)))))));
  const T small = where(z < 10.0, z, T(1.0));  // nothing overflows in the branch not taken
  return where(z < 10.0,
               lgamma(small) - ((small - 0.5) * log(small) - small + 0.91893853320467274178),
               series);
}

/// Its derivative, z >= 10.
[[nodiscard]] inline double stirling_rest_slope(double z) {
  const double v = 1.0 / (z * z);
  return -v * (1.0 / 12.0 +
               v * (-1.0 / 120.0 +
                    v * (1.0 / 252.0 +
                         v * (-1.0 / 240.0 +
                              v * (1.0 / 132.0 + v * (-691.0 / 32760.0 + v * (1.0 / 12.0)))))));
}

/// log Gamma(r + x) - log Gamma(r), r > 0, x >= 0. Its error is rounding of its own size and of
/// x log(r + x), also where log Gamma(r) is far larger.
template <class T>
T log_rising(const T& r, const T& x) {
  using engine::lgamma, engine::log, engine::log1p, engine::where;
  const T s = r + x;
  const T small = where(r < 10.0, r, T(1.0));
  return where(
      r < 10.0, lgamma(small + x) - lgamma(small),
      x * (log(s) - 1.0) + (r - 0.5) * log1p(x / r) + (stirling_rest(s) - stirling_rest(r)));
}

/// log n! / (k! (n - k)!) for whole numbers 0 <= k <= n.
template <class T>
T log_choose(const T& n, const T& k) {
  using engine::log, engine::log1p, engine::min, engine::where;
  const T few = min(k, n - k);
  const auto is_trivial = few < 1.0;
  // n = 2, few = 1 keep the branch not taken finite
  const T m = where(is_trivial, T(2.0), n), j = where(is_trivial, T(1.0), few), rest = m - j;
  const T rests = stirling_rest(m) - stirling_rest(j) - stirling_rest(rest);
  return where(is_trivial, T(0.0),
               j * log(m / j) - rest * log1p(-j / m) +
                   (rests + 0.5 * log(m / (j * rest)) - 0.91893853320467274178));
}

/// log B(a, b) = log Gamma(a) + log Gamma(b) - log Gamma(a + b).
template <class T>
T log_beta(const T& a, const T& b) {
  using engine::lgamma, engine::log, engine::log1p, engine::where;
  const auto in_order = a <= b;  // of two equal ones each gets its derivative
  const T low = where(in_order, a, b), high = where(in_order, b, a);
  const auto is_small = low < 10.0;
  const T few = where(is_small, low, T(1.0)), many = where(is_small, T(10.0), low);
  const T larger = where(is_small, T(10.0), high);
  const T ratio = many / larger;
  return where(is_small, lgamma(few) - log_rising(high, few),
               0.91893853320467274178 - 0.5 * log(many) +
                   (stirling_rest(many) + stirling_rest(larger) - stirling_rest(many + larger)) -
                   many * log1p(larger / many) - (larger - 0.5) * log1p(ratio));
}

}  // namespace leibler::inline v0::detail
