// SPDX-License-Identifier: MIT
#pragma once

#include <span>

#include <leibler/engine/log_space.hpp>

// Elementary and special functions of plain numbers, in the words that the tape has for
// differentiated ones, so that one template serves both:
//
//     template <class T>
//     T log_density(const T& x, const T& rate) {
//       using engine::log;
//       return log(rate) - rate * x;
//     }
//
// They are compiled in the engine: a user's compiler flags cannot change a bit.
namespace leibler::inline v0::engine {

// exp and log are in log_space.hpp.
[[nodiscard]] double sqrt(double x);
[[nodiscard]] double pow(double x, double y);
[[nodiscard]] double log1p(double x);
[[nodiscard]] double expm1(double x);
[[nodiscard]] double tanh(double x);
[[nodiscard]] double sin(double x);
[[nodiscard]] double cos(double x);
[[nodiscard]] double erf(double x);
[[nodiscard]] double erfc(double x);

/// 1 / (1 + exp(-x)), without overflow.
[[nodiscard]] double logistic(double x);

/// log(1 + exp x), without overflow and without loss for x far below 0.
[[nodiscard]] double softplus(double x);

/// log |Gamma(x)|; +inf at the poles 0, -1, -2, ...
[[nodiscard]] double lgamma(double x);

/// The first and second derivative of log Gamma(x); NaN at the poles.
[[nodiscard]] double digamma(double x);
[[nodiscard]] double trigamma(double x);

/// log I0(x) of the modified Bessel function, without overflow, and what it is above |x|.
[[nodiscard]] double log_bessel_i0(double x);
[[nodiscard]] double log_bessel_i0_scaled(double x);

/// I1(x) / I0(x), the derivative of log I0(x), and what 1 is above it, x >= 0, with its digits.
[[nodiscard]] double bessel_ratio(double x);
[[nodiscard]] double bessel_ratio_complement(double x);

[[nodiscard]] inline double abs(double x) {
  return x < 0.0 ? -x : x + 0.0;
}
/// NaN where either is.
[[nodiscard]] inline double max(double a, double b) {
  return a < b || b != b ? b : a;
}
[[nodiscard]] inline double min(double a, double b) {
  return b < a || b != b ? b : a;
}
[[nodiscard]] inline double where(bool condition, double yes, double no) {
  return condition ? yes : no;
}

/// sum_k a[k] x[k], of equal sizes.
[[nodiscard]] double dot(std::span<const double> a, std::span<const double> x);
[[nodiscard]] double sum(std::span<const double> x);

}  // namespace leibler::inline v0::engine
