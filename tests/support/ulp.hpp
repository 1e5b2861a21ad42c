// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <random>
#include <vector>

namespace leibler::test {

/// How far `got` is from `exact` in units of the last place of the double nearest to `exact`.
/// Infinities and NaN count 0 where they are right and infinity where they are not.
inline double ulps(double got, long double exact) {
  const double nearest = static_cast<double>(exact);
  if (std::isnan(nearest) || std::isnan(got)) {
    return std::isnan(nearest) && std::isnan(got) ? 0.0 : HUGE_VAL;
  }
  if (std::isinf(nearest) || std::isinf(got)) return nearest == got ? 0.0 : HUGE_VAL;
  int exponent = 0;
  std::frexp(nearest, &exponent);
  const long double unit = std::ldexp(1.0L, std::max(exponent - 53, -1074));
  return static_cast<double>(std::fabs(static_cast<long double>(got) - exact) / unit);
}

/// n numbers uniform on [low, high), the same on every platform.
inline std::vector<double> arbitrary(std::size_t n, double low, double high, unsigned seed = 1) {
  std::mt19937_64 bits(seed);
  std::vector<double> x(n);
  for (double& v : x) v = low + (high - low) * (static_cast<double>(bits() >> 11) * 0x1p-53);
  return x;
}

}  // namespace leibler::test
