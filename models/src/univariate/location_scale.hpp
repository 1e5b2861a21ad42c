// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <limits>
#include <vector>

#include "formulas.hpp"

// What families of a location a[0] and a scale a[1] have in common.
namespace leibler::inline v0::detail {

inline double standardized(double x, const double* a) {
  return (x - a[0]) / a[1];
}

inline void location_scale_path(const double* x, std::size_t n, const double* a, double* out,
                                std::size_t stride) {
  for (std::size_t i = 0; i < n; ++i) {
    out[i] = 1.0;
    out[stride + i] = standardized(x[i], a);
  }
}

/// x, or the nearest number at which every density of heavy tails is still computed.
inline double bounded(double x) {
  return std::clamp(x, -0x1p1022, 0x1p1022);
}

/// x, or the nearest number inside (0, infinity) of full precision.
inline double inside_half_line(double x) {
  return std::clamp(x, std::numeric_limits<double>::min(), std::numeric_limits<double>::max());
}

/// log(1 + z^2), z = d / scale, also where z^2 or z overflows.
template <class T>
T log1p_square(const T& d, const T& scale) {
  using engine::abs, engine::log, engine::log1p, engine::where;
  const T z = d / scale;
  return where(abs(z) < 1e100, log1p(z * z), 2.0 * (log(abs(d)) - log(scale)));
}

/// The interval that holds all data of positive weight.
struct Range {
  double low, high;
};
[[nodiscard]] Range range(const WeightedValues& data);

/// Throws that all data are the same number if they are.
void check_differ(const Family& family, const Range& range);

/// The middle of the numbers with half the weight below and half above.
[[nodiscard]] double median(const WeightedValues& data);

/// log g and its first two derivatives, up to a constant.
struct LogDensity {
  double value, first, second;
};

/// Location and scale of a log-concave density g((x - location) / scale) / scale by Newton's
/// method in location / scale and 1 / scale, in which the log likelihood is concave [1].
/// [1] J. Pratt. Concavity of the log likelihood. JASA 76, 1981.
void fit_log_concave(const Family& family, const WeightedValues& data, LogDensity (*g)(double z),
                     double* a);

/// Location and scale of Student's t with n degrees of freedom, by EM with the faster scale of [1]
/// until Newton's method takes over. For n >= 1 there is no other maximum.
/// [1] J. Kent, D. Tyler and Y. Vardi. A curious likelihood identity for the multivariate
///     t-distribution. Communications in Statistics B 23, 1994.
class StudentTFit {
 public:
  StudentTFit(const Family& family, const WeightedValues& data);

  /// Below this n the likelihood has no bound.
  [[nodiscard]] double least() const { return share_ / (1.0 - share_); }

  /// From what an earlier call found.
  void fit(double n);

  [[nodiscard]] double location() const { return center_ + width_ * at_.location; }
  [[nodiscard]] double scale() const { return width_ * at_.scale; }

  /// The mean of log(1 + z^2 / n).
  [[nodiscard]] double mean_log(double n) const;

 private:
  struct Member {
    double location, scale;
  };

  const Family& family_;
  std::vector<double> y_, weight_;  // x = center + width y; the weights add up to 1
  double center_, width_, share_;
  Member at_{0.0, 1.0};
};

}  // namespace leibler::inline v0::detail
