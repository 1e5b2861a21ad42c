// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cmath>

#include <leibler/engine/functions.hpp>

#include "path_quadrature.hpp"
#include "paths.hpp"

namespace leibler::inline v0::detail {

namespace {

// From here on the expansion in 1 / a is right to 1e-15 while |log(x / a)| < reach.
constexpr double large_shape = 80.0, reach = 1.0;

// (e^s - 1) k = s + k' / a - constant, with s = log(x / a).
OuterExpansion expansion(double a) {
  PowerSeries divisor{}, first{};
  double factorial = 1.0;
  for (std::size_t i = 1; i < divisor.size(); ++i) {
    factorial *= static_cast<double>(i);
    divisor[i] = 1.0 / factorial;
  }
  first[1] = 1.0;
  return expand(divisor, first, 1.0 / a);
}

}  // namespace

// With T_n = x^n / (a + 1)_n,
//
//     a P(a, x) / (x p(x)) = sum T_n,   -a dP/da / (x p(x)) = sum T_n (psi(a + n + 1) - log x)
//
// whose terms are positive as long as log x <= psi(a + 1).
GammaPath::GammaPath(double shape)
    : a_(shape),
      log_a_(engine::log(shape)),
      digamma_(engine::digamma(shape)),
      above_(engine::digamma(shape + 1.0)) {
  double level = above_;
  for (std::size_t n = 0; n < most_terms; ++n) {
    ratio_[n] = 1.0 / (a_ + static_cast<double>(n + 1));
    level_[n] = level;
    level += ratio_[n];
  }
  if (a_ >= large_shape) near_ = expansion(a_);
}

double GammaPath::operator()(double x, double log_x) const {
  if (a_ >= large_shape) {
    const double e = (x - a_) / a_;
    const double s = std::abs(e) < 0.5 ? std::log1p(e) : log_x - log_a_;
    if (std::abs(s) < reach) return near_(s);
  }
  return log_x <= above_ ? from_below(x, log_x) : from_above(x, log_x);
}

double GammaPath::from_below(double x, double log_x) const {
  double term = 1.0, sum = 0.0;
  for (std::size_t n = 0; n < most_terms; ++n) {
    const double next = term * (level_[n] - log_x);
    sum += next;
    if (next < 1e-17 * sum) break;
    term *= x * ratio_[n];
  }
  return sum;
}

// The integral of a (log x - psi(a) + u) exp(a u - x (e^u - 1)) over u > 0.
double GammaPath::from_above(double x, double log_x) const {
  constexpr double fall = 40.0;
  const double kappa = x - a_;
  double end = 2.0 * fall / (kappa + std::sqrt(kappa * kappa + 2.0 * fall * x));
  end = std::min(end, std::log1p((fall + a_ * end) / x));
  end = std::min(end, std::log1p((fall + a_ * end) / x));
  const double level = log_x - digamma_;
  return a_ * path_quadrature(end, [&](double u, double rest) {
           return PathTerm{level + u, -(kappa * u + x * rest)};
         });
}

}  // namespace leibler::inline v0::detail
