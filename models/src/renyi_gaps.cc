// SPDX-License-Identifier: MIT
#include "renyi_gaps.hpp"

#include <cstddef>
#include <limits>
#include <span>
#include <vector>

#include <leibler/engine/functions.hpp>
#include <leibler/models/generator.hpp>

#include "univariate/log_ratio.hpp"

namespace leibler::inline v0::detail {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

/// log(1 + e z) / e, z for e = 0.
double log1p_over(double e, double z) {
  return e == 0.0 ? z : engine::log1p(e * z) / e;
}

/// (exp u - exp v) / d, d = u - v.
double exp_slope(double u, double v, double d) {
  if (d == 0.0) return engine::exp(u);
  const double far = std::abs(d);
  return engine::exp(std::max(u, v)) * (-engine::expm1(-far) / far);
}

/// x^2 (r(x) - r(x + d)), r = psi'(x) - 1 / x, for d of the size of x at most: the integral of -r'.
double trigamma_rest_fall(double x, double d) {
  using Gauss = boost::math::quadrature::gauss<double, 15>;
  return d * Gauss::integrate(
                 [&](double t) {
                   const double at = x + t * d, share = x / at;
                   return share * share * trigamma_rest_slope(at) / at;
                 },
                 0.0, 1.0);
}

}  // namespace

double trigamma_rest(double x) {
  if (x < 16.0) {
    // r(x) = r(x + 1) + 1 / (x^2 (x + 1))
    double sum = 0.0, at = x;
    for (; at < 16.0; at += 1.0) {
      const double share = x / at;
      sum += share * share / (at + 1.0);
    }
    const double share = x / at;
    return sum + share * share * trigamma_rest(at);
  }
  const double w = 1.0 / x, v = w * w;
  return 0.5 + w * (1.0 / 6.0 +
                    v * (-1.0 / 30.0 +
                         v * (1.0 / 42.0 +
                              v * (-1.0 / 30.0 +
                                   v * (5.0 / 66.0 + v * (-691.0 / 2730.0 + v * (7.0 / 6.0)))))));
}

double trigamma_rest_slope(double x) {
  if (x < 16.0) {
    double sum = 0.0, at = x;
    for (; at < 16.0; at += 1.0) {
      const double share = x / at, next = at + 1.0;
      sum += share * share * (2.0 * share / next + x / (next * next));
    }
    const double share = x / at;
    return sum + share * share * share * trigamma_rest_slope(at);
  }
  const double w = 1.0 / x, v = w * w;
  return 1.0 +
         w * (0.5 + v * (-1.0 / 6.0 +
                         v * (1.0 / 6.0 + v * (-3.0 / 10.0 + v * (5.0 / 6.0 + v * (-691.0 / 210.0 +
                                                                                   v * 17.5))))));
}

double trigamma_fall(double x, double d) {
  const double rest = d < x ? trigamma_rest_fall(x, d) / x / x
                            : trigamma_rest(x) / x / x - trigamma_rest(x + d) / (x + d) / (x + d);
  return d / x / (x + d) + rest;
}

double log_gap(const Powers& o, double x) {
  const auto [a, b] = o;
  if (x == 0.0) return 0.0;
  if (b == 0.0) return exp_rest(x);
  if (a == 0.0) return exp_rest(-x);
  // log(a + b exp x) - b x, infinite where the logarithm has no argument
  double sum = infinity;
  if (std::abs(x) < 1.0 && std::abs(a * x) < 1.0 && std::abs(b * x) < 1.0) {
    const double u = a * exp_rest(-b * x) + b * exp_rest(a * x);
    if (u > -1.0) sum = engine::log1p(u);
  } else if (x > 700.0) {  // over exp x, which would overflow
    const double mean = a * engine::exp(-x) + b;
    if (mean > 0.0)
      sum = (a < 0.5 ? engine::log1p(a * engine::expm1(-x)) : engine::log(mean)) + a * x;
  } else {
    // both terms are of the size of b, or of a
    const bool is_near_one = std::abs(b) < std::abs(a);
    const double u = is_near_one ? b * engine::expm1(x) : a * engine::expm1(-x);
    if (u == infinity) {
      sum = engine::log(a) - b * x;
    } else if (u > -1.0) {
      sum = engine::log1p(u) + (is_near_one ? -b * x : a * x);
    }
  }
  return sum == infinity ? infinity : sum / (a * b);
}

double exp_gap(const Powers& o, double p, double q, double log_ratio) {
  if (p < q) return exp_gap(o.reversed(), q, p, -log_ratio);
  const auto [a, b] = o;
  const double y = log_ratio;
  if (y == 0.0 || p == 0.0) return 0.0;
  if (y == infinity) return b > 0.0 ? p / b : infinity;
  if (y < 1.0 && std::abs(a * y) < 2.0 && std::abs(b * y) < 2.0) {
    return p * y * y *
           gap_of_root(
               o, [&](const LinePoint& at) { return engine::exp(-0.5 * at.q * y); },
               [](const LinePoint&, const LinePoint&) { return false; });
  }
  const double to_p = exp_slope(0.0, -b * y, b * y);
  return to_p == infinity ? infinity : p * (y * (to_p - exp_slope(-b * y, -y, a * y)));
}

double log_power(const Powers& o, double log_p, double log_q) {
  if (log_p == -infinity) return log_q == -infinity || o.a > 0.0 ? -infinity : infinity;
  if (log_q == -infinity) return o.b > 0.0 ? -infinity : infinity;
  return o.a * log_p + o.b * log_q;
}

double renyi_of_gaps(const Powers& o, double gaps, double log_sum) {
  const double product = o.a * o.b, missing = product * gaps;
  if (product == 0.0 || missing == 0.0) return gaps;
  if (std::abs(missing) < 0.5) return gaps * (-engine::log1p(-missing) / missing);
  return -log_sum / product;
}

double x_log_x_gap(const Powers& o, double log_p) {
  const auto [a, b] = o;
  if (log_p == 0.0) return 0.0;
  const double p = engine::exp(log_p), distance = -engine::expm1(log_p);
  const double mix = a > 0.5 ? a * p + b : 1.0 - a * distance;
  if (!(mix > 0.0) && b != 0.0) return infinity;
  if (log_p > -1.0) {
    return distance * distance *
           gap_of_root(
               o, [&](const LinePoint& at) { return 1.0 / engine::sqrt(at.p * p + at.q); },
               [&](const LinePoint& x, const LinePoint& y) {
                 return beyond_three(x.p * p + x.q, y.p * p + y.q);
               });
  }
  // the slope from the mix to p less that from q to the mix
  const double excess = b / p * distance;  // of the mix over p
  double to_p = distance;
  if (p == 0.0 && b != 0.0) {
    to_p = 0.0;
  } else if (std::abs(excess) > 1e-30) {
    to_p = p / b * (excess < 1e16 ? engine::log1p(excess) : engine::log(mix) - log_p);
  }
  const double log_mix = b == 0.0 ? log_p : mix < 0.5 ? engine::log(mix) : 0.0;
  const double to_q = log_mix != 0.0 ? log_mix / a : log1p_over(a, -distance);
  return -to_p - to_q;
}

double gamma_means_gap(const Powers& o, double shape_p, double shape_q, double log_rates,
                       double log_means) {
  if (log_means == 0.0) return 0.0;
  const auto [a, b] = o;
  const double up = engine::exp(log_rates), down = engine::exp(-log_rates);
  // the rate of the mix over that of p and of q
  const double over_p = b == 0.0 ? a : a + b * up, over_q = a == 0.0 ? b : a * down + b;
  if (!(over_p > 0.0) || !(over_q > 0.0)) return infinity;
  const Powers means(a / over_p, b / over_q);
  if (log_means < 0.0) return shape_q / over_p * x_log_x_gap(means, log_means);
  return shape_p / over_q * x_log_x_gap(means.reversed(), -log_means);
}

double gamma_rest_gap(const Powers& o, double shape_p, double shape_q) {
  const double distance = shape_p - shape_q;
  if (distance == 0.0) return 0.0;
  if (!(o.a * shape_p + o.b * shape_q > 0.0)) return infinity;
  const auto at = [&](const LinePoint& t) { return t.p * shape_p + t.q * shape_q; };
  return gap_of_root(
      o,
      [&](const LinePoint& t) {
        const double x = at(t);
        return distance / x * engine::sqrt(trigamma_rest(x));
      },
      [&](const LinePoint& s, const LinePoint& t) { return beyond_three(at(s), at(t)); });
}

double gamma_gap(const Powers& o, double shape_p, double shape_q, double log_rates,
                 double log_means) {
  const double rest = gamma_rest_gap(o, shape_p, shape_q);
  if (rest == infinity) return infinity;
  return gamma_means_gap(o, shape_p, shape_q, log_rates, log_means) + rest;
}

namespace {

/// Of log Gamma(x) - x log x + x at the components less at their sum, x = p + q, v the direction.
double dirichlet_curvature(std::span<const double> p, std::span<const double> q,
                           const LinePoint& at) {
  const auto x = [&](std::size_t k) { return at.p * p[k] + at.q * q[k]; };
  std::size_t top = 0;
  for (std::size_t k = 1; k < p.size(); ++k) {
    if (x(k) > x(top)) top = k;
  }
  double sum = 0.0, others = 0.0, shift = 0.0;
  for (std::size_t k = 0; k < p.size(); ++k) {
    if (k == top) continue;
    const double v = p[k] - q[k], share = v / x(k);
    sum += share * share * trigamma_rest(x(k));
    others += x(k);
    shift += v;
  }
  const double largest = x(top), total = largest + others, v = p[top] - q[top];
  if (others < largest) {  // it and the sum are near each other
    const double share = v / largest;
    return sum + share * share * trigamma_rest_fall(largest, others) -
           shift / total * ((2.0 * v + shift) / total) * trigamma_rest(total);
  }
  const double share = v / largest, of_total = (shift + v) / total;
  return sum + share * share * trigamma_rest(largest) - of_total * of_total * trigamma_rest(total);
}

/// (x y' - x' y) with the digits of a difference.
double determinant(double x, double x_prime, double y, double y_prime) {
  const double product = x_prime * y;
  return std::fma(x, y_prime, -product) + std::fma(-x_prime, y, product);
}

}  // namespace

double dirichlet_gap(const Powers& o, std::span<const double> p, std::span<const double> q) {
  const std::size_t n = p.size();
  for (std::size_t k = 0; k < n; ++k) {
    if (!(o.a * p[k] + o.b * q[k] > 0.0)) return infinity;
  }
  // the sums of all but one
  std::vector<double> rest_p(n), rest_q(n);
  double sum_p = 0.0, sum_q = 0.0;
  for (std::size_t k = 0; k < n; ++k) {
    rest_p[k] = sum_p;
    rest_q[k] = sum_q;
    sum_p += p[k];
    sum_q += q[k];
  }
  double after_p = 0.0, after_q = 0.0;
  for (std::size_t k = n; k-- > 0;) {
    rest_p[k] += after_p;
    rest_q[k] += after_q;
    after_p += p[k];
    after_q += q[k];
  }
  const double log_rates = log_ratio(sum_q, sum_p);
  double sum = 0.0;
  for (std::size_t k = 0; k < n; ++k) {
    const double off = determinant(p[k], q[k], rest_p[k], rest_q[k]) / q[k] / sum_p;
    const double log_shares =
        std::abs(off) < 0.5 ? engine::log1p(off) : log_ratio(p[k], q[k]) + log_rates;
    sum += gamma_means_gap(o, p[k], q[k], log_rates, log_shares);
  }
  if (sum == infinity) return infinity;
  return sum + gap_of_root(
                   o,
                   [&](const LinePoint& at) { return engine::sqrt(dirichlet_curvature(p, q, at)); },
                   [&](const LinePoint& s, const LinePoint& t) {
                     for (std::size_t k = 0; k < n; ++k) {
                       if (beyond_three(s.p * p[k] + s.q * q[k], t.p * p[k] + t.q * q[k])) {
                         return true;
                       }
                     }
                     return false;
                   });
}

}  // namespace leibler::inline v0::detail
