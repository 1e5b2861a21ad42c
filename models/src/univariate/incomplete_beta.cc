// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cmath>
#include <limits>

#include <boost/math/special_functions/beta.hpp>
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

// a y - b x = a - (a + b) x, through the smaller of x and y, which is exact.
double distance(double a, double b, double x, double y) {
  const double s = a + b, low = std::min(a, b), rest = low - (s - std::max(a, b));  // a + b - s
  return x <= y ? minus_product(a, s, x) - rest * x : -(minus_product(b, s, y) - rest * y);
}

// The integral over w = log(t / (1 - t)) of t^a (1 - t)^b, from x on away from the mean, divided by
// x^a y^b. With w = w(x) - v / kappa and kappa = a - (a + b) x
//     psi'(v) = 1 + (a + b) / kappa (x - t(v)),   t' = -t (1 - t) / kappa.
double log_series(double kappa, double s, double x, double y) {
  Taylor slope{}, t{};
  slope[0] = 1.0;
  t[0] = x;
  for (std::size_t k = 0; k + 1 < tail_terms; ++k) {
    double product = 0.0;  // of t and 1 - t
    for (std::size_t j = 0; j <= k; ++j) product += t[j] * (k == j ? y : -t[k - j]);
    t[k + 1] = -product / (kappa * static_cast<double>(k + 1));
    slope[k + 1] = -(s / kappa) * t[k + 1];
  }
  return std::log(tail_series(slope)) - std::log(std::abs(kappa));
}

// The same by quadrature: psi(u) = a u + (a + b) log(1 + x (exp(-u) - 1)), x <= 1/2, both shapes
// large. `side` is 1 towards 0 and -1 towards 1.
double log_quadrature(double kappa, double s, double x, double y, double side) {
  const double root = std::sqrt(s * x * y);
  const auto psi = [&](double v) {
    const double u = side * v, q = std::expm1(-u);
    double rest = 0.5 * u * u;  // q + u
    if (std::abs(u) > 0.5) {
      rest = q + u;
    } else {
      double term = rest;
      for (int k = 3; std::abs(term) > 1e-17 * rest; ++k) {
        term *= -u / k;
        rest += term;
      }
    }
    return kappa * u + s * (boost::math::log1pmx(x * q, Quiet()) + x * rest);
  };
  return std::log(tail_quadrature(std::abs(kappa) / root, 1.0 / root, psi));
}

// I_x(a, b) a B(a, b) / (x^a y^b) by its power series in x: positive terms.
double power_series(double a, double b, double x) {
  double term = 1.0, sum = 1.0;
  for (double n = 0.0; n < 1e5; ++n) {
    const double ratio = (a + b + n) / (a + 1.0 + n) * x;
    term *= ratio;
    sum += term;
    if (ratio < 1.0 && term < 1e-17 * sum * (1.0 - ratio)) break;
  }
  return sum;
}

// B(a, b) I_x(a, b) / (x^a y^b), kappa = a - (a + b) x > 0, by the even part of the continued
// fraction (DLMF 8.17.22); Lentz's method.
double continued_fraction(double a, double b, double x, double kappa) {
  const auto denominator = [&](double m) {
    return m + m * (b - m) * x / (a + 2.0 * m - 1.0) +
           (a + m) * (kappa + 1.0 + m * (2.0 - x)) / (a + 2.0 * m + 1.0);
  };
  constexpr double tiny = 1e-300;
  double f = denominator(0.0), c = f, d = 0.0;
  for (double m = 1.0; m < 1e5; ++m) {
    const double e = a + 2.0 * m - 1.0;
    const double numerator = (a + m - 1.0) / e * ((a + b + m - 1.0) / e) * m * (b - m) * x * x;
    const double next = denominator(m);
    d = next + numerator * d;
    if (d == 0.0) d = tiny;
    c = next + numerator / c;
    if (c == 0.0) c = tiny;
    d = 1.0 / d;
    const double change = c * d;
    f *= change;
    if (std::abs(change - 1.0) < 1e-16) break;
  }
  return 1.0 / f;
}

LogTails from_below(double below) {
  return {below, log_complement(below)};
}
LogTails from_above(double above) {
  return {log_complement(above), above};
}

}  // namespace

double beta_log_prefix(double a, double b, double x, double y) {
  const double log_x = x <= 0.5 ? std::log(x) : std::log1p(-y);
  const double log_y = y <= 0.5 ? std::log(y) : std::log1p(-x);
  if (std::min(a, b) < 10.0) {
    const double low = std::min(a, b), high = std::max(a, b);
    return a * log_x + b * log_y - engine::lgamma(low) + log_rising(high, low);
  }
  // a log(a / (s x)) + b log(b / (s y)) >= 0, s = a + b, by its small terms alone near the mean
  const double s = a + b, kappa = distance(a, b, x, y);
  const double e = kappa / (s * x), f = -kappa / (s * y);
  double deviance;
  if (std::max(std::abs(e), std::abs(f)) < 0.5) {
    deviance = kappa * (kappa / (s * x * y)) + a * boost::math::log1pmx(e, Quiet()) +
               b * boost::math::log1pmx(f, Quiet());
  } else {
    const auto term = [&](double shape, double ratio, double log_point) {
      return shape * (std::abs(ratio) < 0.5 ? std::log1p(ratio)
                                            : std::log(shape) - std::log(s) - log_point);
    };
    deviance = term(a, e, log_x) + term(b, f, log_y);
  }
  return 0.5 * (std::log(std::min(a, b)) - std::log1p(std::min(a, b) / std::max(a, b))) -
         half_log_two_pi - stirling_rest(a) - stirling_rest(b) + stirling_rest(s) - deviance;
}

LogTails beta_log_tails(double a, double b, double x, double y) {
  const double low = std::min(a, b), high = std::max(a, b), s = a + b;
  constexpr double least = 1e-280;
  const double kappa = distance(a, b, x, y);
  const auto far_tail = [&] { return beta_log_prefix(a, b, x, y) + log_series(kappa, s, x, y); };
  if (low >= large_shape) {
    double tail;
    if (kappa * kappa > 320.0 * s * x * y) {
      tail = far_tail();
    } else {
      tail = beta_log_prefix(a, b, x, y) +
             (x <= 0.5 ? log_quadrature(kappa, s, x, y, kappa >= 0.0 ? 1.0 : -1.0)
                       : log_quadrature(-kappa, s, y, x, kappa >= 0.0 ? -1.0 : 1.0));
    }
    return kappa >= 0.0 ? from_below(tail) : from_above(tail);
  }
  if (high >= large_shape && low >= 1.0) {
    // Gamma-like: a series on the side of the larger shape, a continued fraction on the other.
    const double prefix = beta_log_prefix(a, b, x, y);
    if (kappa >= 0.0) {
      return from_below(prefix + (a < b ? std::log(power_series(a, b, x) / a)
                                        : std::log(continued_fraction(a, b, x, kappa))));
    }
    return from_above(prefix + (b < a ? std::log(power_series(b, a, y) / b)
                                      : std::log(continued_fraction(b, a, y, -kappa))));
  }
  // Boost takes one of x and y: the smaller.
  const double p =
      x <= 0.5 ? boost::math::ibeta(a, b, x, Quiet()) : boost::math::ibetac(b, a, y, Quiet());
  if (p < 0.5) return from_below(p > least ? std::log(p) : far_tail());
  const double q =
      x <= 0.5 ? boost::math::ibetac(a, b, x, Quiet()) : boost::math::ibeta(b, a, y, Quiet());
  return from_above(q > least ? std::log(q) : far_tail());
}

// In t = log(x / (1 - x)) - log(a / b). The density of t is log-concave, so the logarithms of both
// tails are concave and Newton's method on the smaller converges from nearly everywhere.
Complements beta_quantile(double a, double b, double u, bool above) {
  const double log_below = above ? std::log1p(-u) : std::log(u);
  const double log_above = above ? std::log(u) : std::log1p(-u);
  // next to 0 P(X <= x) = x^a / (a B(a, b)) (1 + O(x)), next to 1 the same with b
  const double log_b = log_beta(a, b);
  const double near_zero = (log_below + std::log(a) + log_b) / a;
  const double near_one = -(log_above + std::log(b) + log_b) / b;
  if (near_zero < -80.0 - std::log1p(b)) return {std::exp(near_zero), 1.0};
  if (near_one > 80.0 + std::log1p(a)) return {1.0, std::exp(-near_one)};
  const bool use_below = log_below < log_above;
  const double middle = std::log(a) - std::log(b);
  double start;
  if (std::min(a, b) >= 1.0) {
    const double z = use_below ? normal_log_quantile(log_below) : -normal_log_quantile(log_above);
    start = z * std::sqrt(1.0 / a + 1.0 / b);
    if (near_zero - middle < std::min(start, -1.0)) start = near_zero - middle;
    if (near_one - middle > std::max(start, 1.0)) start = near_one - middle;
  } else {
    start = (use_below ? std::min(near_zero, 0.0) : std::max(near_one, 0.0)) - middle;
  }
  const auto at = [&](double t) -> Complements {
    if (std::abs(t) > 1.0) return {engine::logistic(t + middle), engine::logistic(-t - middle)};
    const double e = std::exp(t), total = a * e + b;
    return {a * e / total, b / total};
  };
  const auto rising = [&](double t) -> ValueAndSlope {
    const auto [x, y] = at(t);
    const auto [below, over] = beta_log_tails(a, b, x, y);
    const double tail = use_below ? below : over;
    const double slope = std::exp(beta_log_prefix(a, b, x, y) - tail);
    return {use_below ? tail - log_below : log_above - tail, slope};
  };
  return at(rising_root(rising, start));
}

}  // namespace leibler::inline v0::detail
