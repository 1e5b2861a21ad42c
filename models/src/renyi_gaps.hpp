// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

#include <boost/math/quadrature/gauss.hpp>

#include <leibler/models/gaussian_divergence.hpp>

// What scaled_renyi of families is made of. For an exponential family with log normaliser A it is
//
//     gap(A) = (a A(p) + b A(q) - A(a p + b q)) / (a b),
//
// the second divided difference of A along the line from the parameters of q to those of p, at 0, 1
// and a: continuous in a, never negative, and, as the integral of A'' under a hat, without any
// cancellation. b = 0 is the Bregman divergence.
namespace leibler::inline v0::detail {

/// A point p of_p + q of_q of that line.
struct LinePoint {
  double p, q;
};

[[nodiscard]] inline LinePoint between(const LinePoint& a, const LinePoint& b, double u, double v) {
  return {v * a.p + u * b.p, v * a.q + u * b.q};
}

/// weight times the integral of u f(between(a, b, u, 1 - u))^2 over a part of 0 <= u <= 1 that is
/// halved while is_wide(its ends).
template <class F, class Wide>
double weighted_integral(const F& f, const Wide& is_wide, const LinePoint& a, const LinePoint& b,
                         double weight, const LinePoint& from, const LinePoint& to, int depth) {
  // u and 1 - u are the coordinates of `from` and `to`: both keep their digits near both ends
  const LinePoint middle{0.5 * (from.p + to.p), 0.5 * (from.q + to.q)};
  if (depth > 0 && is_wide(between(a, b, from.p, from.q), between(a, b, to.p, to.q))) {
    return weighted_integral(f, is_wide, a, b, weight, from, middle, depth - 1) +
           weighted_integral(f, is_wide, a, b, weight, middle, to, depth - 1);
  }
  using Gauss = boost::math::quadrature::gauss<double, 15>;
  const auto& x = Gauss::abscissa();
  const auto& w = Gauss::weights();
  const LinePoint half{0.5 * (to.p - from.p), 0.5 * (to.q - from.q)};
  // of the smaller coordinate, whose difference has the digits
  const double length = weight * (middle.p < middle.q ? half.p : -half.q);
  const auto at = [&](double t) {
    const double u = middle.p + t * half.p, v = middle.q + t * half.q;
    const double root = f(between(a, b, u, v));
    return (length * root) * (u * root);
  };
  double sum = w[0] * at(0.0);
  for (std::size_t k = 1; k < x.size(); ++k) sum += w[k] * (at(x[k]) + at(-x[k]));
  return sum;
}

/// gap(A) from the root of A'' along the line, which overflows later. It is as smooth as 15 points
/// need unless is_wide(its ends).
template <class F, class Wide>
double gap_of_root(const Powers& o, const F& root, const Wide& is_wide) {
  const LinePoint p{1.0, 0.0}, q{0.0, 1.0}, mix{o.a, o.b};
  const auto piece = [&](const LinePoint& end, const LinePoint& middle, double width) {
    if (width == 0.0) return 0.0;
    return weighted_integral(root, is_wide, end, middle, width, {0.0, 1.0}, {1.0, 0.0}, 1100);
  };
  if (o.a > 1.0) return (piece(q, p, 1.0) + piece(mix, p, -o.b)) / o.a;
  if (o.a < 0.0) return (piece(mix, q, -o.a) + piece(p, q, 1.0)) / o.b;
  return piece(q, mix, o.a) + piece(p, mix, o.b);
}

/// Positive numbers that differ by more than a factor of 3: too far apart near a pole at 0.
[[nodiscard]] inline bool beyond_three(double x, double y) {
  return std::max(x, y) > 3.0 * std::min(x, y);
}

/// x^2 r(x) and -x^3 times its derivative, r(x) = psi'(x) - 1 / x > 0, the second derivative of
/// log Gamma(x) - x log x + x.
[[nodiscard]] double trigamma_rest(double x);
[[nodiscard]] double trigamma_rest_slope(double x);
/// psi'(x) - psi'(x + d), x > 0, d >= 0, with its digits.
[[nodiscard]] double trigamma_fall(double x, double d);

/// Of -log at p and q = p exp(x).
[[nodiscard]] double log_gap(const Powers& o, double x);
/// Of exp at log p and log q, log_ratio = log(p / q); p and q >= 0, not both 0.
[[nodiscard]] double exp_gap(const Powers& o, double p, double q, double log_ratio);
/// log(p^a q^b); -inf of an event that has no probability at all.
[[nodiscard]] double log_power(const Powers& o, double log_p, double log_q);
/// log(sum of p^a q^b over events) / -(a b), by `gaps`, the sum of their exp_gap, which has the
/// digits near p = q, or by log_sum, that logarithm.
[[nodiscard]] double renyi_of_gaps(const Powers& o, double gaps, double log_sum);

/// Of the log normaliser of gamma distributions, log_rates = log(rate q / rate p), log_means =
/// log(mean p / mean q).
[[nodiscard]] double gamma_gap(const Powers& o, double shape_p, double shape_q, double log_rates,
                               double log_means);
/// What of it is left of the gap of shape log(shape / rate): of log Gamma(x) - x log x + x.
[[nodiscard]] double gamma_rest_gap(const Powers& o, double shape_p, double shape_q);
/// Of shape log(shape / rate).
[[nodiscard]] double gamma_means_gap(const Powers& o, double shape_p, double shape_q,
                                     double log_rates, double log_means);
/// Of x log x at p and q = 1, log_p <= 0.
[[nodiscard]] double x_log_x_gap(const Powers& o, double log_p);
/// Of sum log Gamma(x_k) - log Gamma(sum x_k).
[[nodiscard]] double dirichlet_gap(const Powers& o, std::span<const double> p,
                                   std::span<const double> q);

/// The logarithms of the eigenvalues of the covariance of p where that of q is the identity.
[[nodiscard]] std::vector<double> relative_log_variances(const PlainGaussian& p,
                                                         const PlainGaussian& q);

}  // namespace leibler::inline v0::detail
