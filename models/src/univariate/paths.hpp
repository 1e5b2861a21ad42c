// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>

#include "outer_expansion.hpp"

// How draws move with a shape while their distribution function stays what it is, which is their
// implicit path [1]:  dx/da = -(dF/da) / p(x). Each is an integral over the tail beyond x, where
// every term of the integrand has one sign: below x if x is below the mean logarithm, above it
// otherwise. Errors are about 1e-13, relative.
//
// [1] M. Figurnov, S. Mohamed and A. Mnih. Implicit reparameterization gradients. NeurIPS, 2018.
namespace leibler::inline v0::detail {

/// psi(high + low) - psi(high) > 0 with its digits, high and low > 0.
[[nodiscard]] double digamma_difference(double high, double low);

/// Coefficients of a series whose terms are products of ratios.
inline constexpr std::size_t most_terms = 200;
using Terms = std::array<double, most_terms>;

/// Of Gamma(shape, rate 1).
class GammaPath {
 public:
  explicit GammaPath(double shape);

  /// d log x / d log shape; log_x is given since x may underflow.
  [[nodiscard]] double operator()(double x, double log_x) const;

 private:
  [[nodiscard]] double from_below(double x, double log_x) const;
  [[nodiscard]] double from_above(double x, double log_x) const;

  double a_, log_a_, digamma_, above_;  // log x from which on the tail is the one above
  Terms ratio_, level_;
  OuterExpansion near_;
};

/// Of Beta(a, b).
class BetaPath {
 public:
  BetaPath(double a, double b);

  /// a d logit(x) / da at x = 1 - y, both given, with the logarithm of x.
  [[nodiscard]] double operator()(double x, double y, double log_x) const;

 private:
  [[nodiscard]] double from_below(double x, double log_x) const;
  [[nodiscard]] double from_above(double y, double log_x) const;
  [[nodiscard]] double quadrature(double x, double y, double log_x) const;

  double a_, b_, mean_log_, below_;  // E[log X]; log x up to which the tail below has a series
  double log_odds_;                  // of the mean
  Terms ratio_below_, level_below_, ratio_above_, level_above_;
  OuterExpansion near_;
};

/// Of Student's t with n degrees of freedom.
class StudentTPath {
 public:
  explicit StudentTPath(double n);

  /// d log z / d log n, l = log(1 + z^2 / n).
  [[nodiscard]] double operator()(double l) const;

 private:
  double n_;
  BetaPath beta_;
  OuterExpansion near_;
};

/// Of the von Mises distribution around 0.
class VonMisesPath {
 public:
  explicit VonMisesPath(double concentration);

  /// d x / d log concentration, x in [-pi, pi]; 0 at both ends.
  [[nodiscard]] double operator()(double x) const;

 private:
  double concentration_, complement_, middle_;  // 1 - A, the angle whose cosine is A
  OuterExpansion near_;
};

}  // namespace leibler::inline v0::detail
