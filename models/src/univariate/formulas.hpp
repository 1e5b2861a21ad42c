// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>
#include <limits>

#include <leibler/engine/functions.hpp>
#include <leibler/engine/kernels/random.hpp>
#include <leibler/engine/random.hpp>
#include <leibler/models/univariate/family.hpp>

// What the sources of the families have in common. A source says its log density once,
//
//     template <class T>
//     T formula(const T& x, const T* a) { ... }
//
// and gives formula<double> and formula<Real> to its description.
namespace leibler::inline v0::detail {

inline constexpr double infinity = std::numeric_limits<double>::infinity();
inline constexpr double nan = std::numeric_limits<double>::quiet_NaN();

inline constexpr Interval real_line{-infinity, infinity};
inline constexpr Interval half_line{0.0, infinity};
inline constexpr Interval unit_interval{0.0, 1.0};

/// The support of a family whose arguments do not move it.
template <const Interval& interval>
Interval fixed_support(const double*) {
  return interval;
}

/// Weighted sums over data; a null weight means 1.
struct WeightedMean {
  double weight, mean, variance;  ///< total weight; variance divided by it
};
[[nodiscard]] WeightedMean weighted_mean(const WeightedValues& data);

/// The mean of f(x).
template <class F>
[[nodiscard]] double weighted_mean(const WeightedValues& data, F&& f) {
  double total = 0.0, sum = 0.0;
  for (std::size_t i = 0; i < data.size; ++i) {
    const double w = data.weight ? data.weight[i] : 1.0;
    if (w == 0.0) continue;
    total += w;
    sum += w * f(data.x[i]);
  }
  return sum / total;
}

/// The data have no maximum likelihood: says why and what to do.
[[noreturn]] void no_maximum(const Family& family, const std::string& value,
                             const std::string& rule, const std::string& remedy);

}  // namespace leibler::inline v0::detail
