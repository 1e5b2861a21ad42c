// SPDX-License-Identifier: MIT
#include <cmath>
#include <limits>

#include <boost/math/special_functions/gamma.hpp>
#include <boost/math/special_functions/log1p.hpp>

#include "incomplete.hpp"
#include "log_gamma.hpp"
#include "log_ratio.hpp"
#include "normal_tails.hpp"
#include "root.hpp"
#include "tail_integral.hpp"

namespace leibler::inline v0::detail {

namespace {

constexpr double half_log_two_pi = 0.91893853320467274178;
constexpr double large_shape = 500.0;

// exp(-u) - 1 + u, |u| < 2.
double exp_rest(double u) {
  if (std::abs(u) > 0.5) return std::expm1(-u) + u;
  double term = 0.5 * u * u, sum = term;
  for (int k = 3; std::abs(term) > 1e-17 * std::abs(sum); ++k) {
    term *= -u / k;
    sum += term;
  }
  return sum;
}

// The integral over w = log t of t^a exp(-t), from x down (where x <= a) or up, divided by
// x^a exp(-x): with w = log x - v / kappa and kappa = a - x,
//     psi'(v) = 1 + x / kappa (1 - exp(-v / kappa)).
// Far in the tail by its series, otherwise by quadrature.
double log_tail_over_prefix(double a, double x) {
  const double kappa = a - x, root = std::sqrt(x);
  if (std::abs(kappa) > 18.0 * root) {
    Taylor slope{};
    slope[0] = 1.0;
    double term = x / kappa;
    for (std::size_t k = 1; k < tail_terms; ++k) {
      term *= -1.0 / (kappa * static_cast<double>(k));
      slope[k] = -term;
    }
    return std::log(tail_series(slope)) - std::log(std::abs(kappa));
  }
  const double side = kappa >= 0.0 ? 1.0 : -1.0;
  return std::log(tail_quadrature(std::abs(kappa) / root, 1.0 / root, [&](double u) {
    return std::abs(kappa) * u + x * exp_rest(side * u);
  }));
}

LogTails from_below(double below) {
  return {below, log_complement(below)};
}
LogTails from_above(double above) {
  return {log_complement(above), above};
}

}  // namespace

double gamma_log_prefix(double a, double x) {
  if (a < 10.0) return a * std::log(x) - x - engine::lgamma(a);
  // a log(a / x) + x - a >= 0, by its small terms alone where a and x are near each other
  const double kappa = a - x, e = kappa / x;
  const double deviance = std::abs(e) < 0.5 ? kappa * e + a * boost::math::log1pmx(e, Quiet())
                                            : a * (std::log(a) - std::log(x)) - kappa;
  return 0.5 * std::log(a) - half_log_two_pi - stirling_rest(a) - deviance;
}

// Boost's functions [1] are right to 1e-12 while the shape is moderate and nothing underflows.
// [1] A. DiDonato and A. Morris. Computation of the incomplete gamma function ratios and their
//     inverse. ACM TOMS 12(4), 1986.
LogTails gamma_log_tails(double a, double x) {
  constexpr double least = 1e-280;
  if (a < large_shape) {
    const double p = boost::math::gamma_p(a, x, Quiet());
    if (p < 0.5) {
      return from_below(p > least ? std::log(p)
                                  : gamma_log_prefix(a, x) + log_tail_over_prefix(a, x));
    }
    const double q = boost::math::gamma_q(a, x, Quiet());
    return from_above(q > least ? std::log(q)
                                : gamma_log_prefix(a, x) + log_tail_over_prefix(a, x));
  }
  const double tail = gamma_log_prefix(a, x) + log_tail_over_prefix(a, x);
  return x <= a ? from_below(tail) : from_above(tail);
}

// In t = log(x / a). The density of t is log-concave, so the logarithms of both tails are concave
// and Newton's method on the smaller converges from nearly everywhere.
Quantile gamma_quantile(double a, double u, bool above) {
  const double log_below = above ? std::log1p(-u) : std::log(u);
  const double log_above = above ? std::log(u) : std::log1p(-u);
  // P(X <= x) = x^a / Gamma(a + 1) (1 - O(x))
  const double near_zero = (log_below + engine::lgamma(a + 1.0)) / a;
  if (near_zero < -80.0) return {std::exp(near_zero), near_zero};
  const bool use_below = log_below < log_above;
  const double log_a = std::log(a);
  double start = near_zero - log_a;
  if (a >= 1.0) {
    const double z = use_below ? normal_log_quantile(log_below) : -normal_log_quantile(log_above);
    const double root = 1.0 - 1.0 / (9.0 * a) + z / (3.0 * std::sqrt(a));  // Wilson and Hilferty
    if (root > 0.2) start = 3.0 * std::log(root);
  } else if (!use_below) {
    start = std::log(-log_above) - log_a;
  }
  const auto rising = [&](double t) -> ValueAndSlope {
    const double x = a * std::exp(t);
    const auto [below, over] = gamma_log_tails(a, x);
    const double tail = use_below ? below : over;
    const double slope = std::exp(gamma_log_prefix(a, x) - tail);
    return {use_below ? tail - log_below : log_above - tail, slope};
  };
  const double t = rising_root(rising, start);
  return {a * std::exp(t), log_a + t};
}

}  // namespace leibler::inline v0::detail
