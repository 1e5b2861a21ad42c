// SPDX-License-Identifier: MIT
#include <cmath>
#include <limits>

#include <boost/math/special_functions/gamma.hpp>

#include <leibler/engine/functions.hpp>
#include <leibler/models/univariate/beta.hpp>
#include <leibler/models/univariate/exponential.hpp>
#include <leibler/models/univariate/gamma.hpp>
#include <leibler/models/univariate/geometric.hpp>
#include <leibler/models/univariate/half_cauchy.hpp>
#include <leibler/models/univariate/half_normal.hpp>
#include <leibler/models/univariate/inverse_gamma.hpp>
#include <leibler/models/univariate/laplace.hpp>
#include <leibler/models/univariate/log_normal.hpp>
#include <leibler/models/univariate/normal.hpp>
#include <leibler/models/univariate/pareto.hpp>
#include <leibler/models/univariate/uniform.hpp>
#include <leibler/models/univariate/weibull.hpp>

#include "log_gamma.hpp"
#include "log_ratio.hpp"
#include "renyi.hpp"

namespace leibler::inline v0::detail {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
constexpr double euler = 0.57721566490153286061;
constexpr double half_log_two_pi = 0.91893853320467274178;
constexpr double log_two = 0.69314718055994530942;

double log_normal_cdf(double z) {
  return 0.5 * engine::erfc(-z * 0.70710678118654752440);
}

/// The logarithm of a positive variable, of which `scale` is a factor.
struct LogMoments {
  double mean, variance;
};

LogMoments log_moments(const PlainFamily& p) {
  const double* a = p.a;
  if (is(p, exponential_family)) return {-euler - engine::log(a[0]), engine::trigamma(1.0)};
  if (is(p, gamma_family)) {
    return {engine::digamma(a[0]) - engine::log(a[1]), engine::trigamma(a[0])};
  }
  if (is(p, inverse_gamma_family)) {
    return {engine::log(a[1]) - engine::digamma(a[0]), engine::trigamma(a[0])};
  }
  if (is(p, weibull_family)) {
    return {engine::log(a[1]) - euler / a[0], engine::trigamma(1.0) / a[0] / a[0]};
  }
  if (is(p, log_normal_family)) return {a[0], a[1] * a[1]};
  if (is(p, half_normal_family)) {
    return {engine::log(a[0]) - 0.5 * (euler + log_two), 0.25 * engine::trigamma(0.5)};
  }
  if (is(p, half_cauchy_family)) return {engine::log(a[0]), 2.4674011002723396547};  // pi^2 / 4
  if (is(p, pareto_family)) return {engine::log(a[0]) + 1.0 / a[1], 1.0 / a[1] / a[1]};
  if (is(p, beta_family)) {
    return {engine::digamma(a[0]) - engine::digamma(a[0] + a[1]),
            engine::trigamma(a[0]) - engine::trigamma(a[0] + a[1])};
  }
  if (is(p, uniform_family) && a[0] == 0.0) return {engine::log(a[1]) - 1.0, 1.0};
  if (is(p, uniform_family) && a[0] > 0.0) {
    // of log high less an exponential variable cut off at w
    const double w = -log_ratio(a[0], a[1]), r = w / engine::expm1(w);
    return {engine::log(a[1]) - 1.0 + r, 1.0 - r * (w + r)};
  }
  return {unknown, unknown};
}

/// E[log(1 - x)].
double mean_log_complement(const PlainFamily& p) {
  const double* a = p.a;
  if (is(p, beta_family)) return engine::digamma(a[1]) - engine::digamma(a[0] + a[1]);
  if (!is(p, uniform_family)) return unknown;
  const double mirrored[]{1.0 - a[1], 1.0 - a[0]};
  return log_moments({p.family, mirrored}).mean;
}

/// E[(x / scale)^k].
double mean_power(const PlainFamily& p, double k, double scale) {
  const double* a = p.a;
  const auto scaled = [&](double s, double log_moment) {
    return engine::exp(k * log_ratio(s, scale) + log_moment);
  };
  const auto rising = [](double x, double d) {
    if (!(x + d > 0.0)) return infinity;
    return d >= 0.0 ? log_rising(x, d) : -log_rising(x + d, -d);
  };
  if (is(p, exponential_family)) return scaled(1.0 / a[0], rising(1.0, k));
  if (is(p, gamma_family)) return scaled(1.0 / a[1], rising(a[0], k));
  if (is(p, inverse_gamma_family)) return scaled(a[1], rising(a[0], -k));
  if (is(p, weibull_family)) return scaled(a[1], rising(1.0, k / a[0]));
  if (is(p, log_normal_family)) {
    return engine::exp(k * (a[0] - engine::log(scale)) + 0.5 * k * k * a[1] * a[1]);
  }
  if (is(p, half_normal_family)) return scaled(a[0], 0.5 * k * log_two + rising(0.5, 0.5 * k));
  if (is(p, beta_family)) return scaled(1.0, rising(a[0], k) - rising(a[0] + a[1], k));
  if (is(p, pareto_family)) return k < a[1] ? scaled(a[0], -engine::log1p(-k / a[1])) : infinity;
  if (is(p, half_cauchy_family)) {
    return std::abs(k) < 1.0 ? scaled(a[0], -engine::log(engine::cos(1.5707963267948966192 * k)))
                             : infinity;
  }
  if (is(p, uniform_family) && a[0] == 0.0) {
    return k > -1.0 ? scaled(a[1], -engine::log1p(k)) : infinity;
  }
  if (is(p, uniform_family) && a[0] > 0.0) {
    const double w = -log_ratio(a[0], a[1]), n = k + 1.0;
    const double part = n == 0.0 ? w : -engine::expm1(-n * w) / n;
    return scaled(a[1], engine::log(part / -engine::expm1(-w)));
  }
  return unknown;
}

/// P(x < c), and E[x; x < c] over E[x].
struct Shares {
  double mass, mean;
};

Shares shares_below(const PlainFamily& p, double c) {
  const double* a = p.a;
  const double mass = p.family->cdf(c, a);
  if (is(p, exponential_family)) {
    const double t = a[0] * c;
    return {mass, boost::math::gamma_p(2.0, t)};
  }
  if (is(p, gamma_family) || is(p, beta_family)) {
    const double next[]{a[0] + 1.0, a[1]};
    return {mass, p.family->cdf(c, next)};
  }
  if (is(p, inverse_gamma_family) && a[0] > 1.0) {
    const double next[]{a[0] - 1.0, a[1]};
    return {mass, p.family->cdf(c, next)};
  }
  if (is(p, pareto_family) && a[1] > 1.0) {
    const double next[]{a[0], a[1] - 1.0};
    return {mass, p.family->cdf(c, next)};
  }
  if (is(p, weibull_family)) {
    const double z = engine::exp(a[0] * log_ratio(c, a[1]));
    return {mass, boost::math::gamma_p(1.0 + 1.0 / a[0], z)};
  }
  if (is(p, half_normal_family)) {
    const double z = c / a[0];
    return {mass, -engine::expm1(-0.5 * z * z)};
  }
  if (is(p, log_normal_family)) {
    return {mass, log_normal_cdf((engine::log(c) - a[0]) / a[1] - a[1])};
  }
  return {unknown, unknown};
}

/// E|x - c|.
double mean_distance(const PlainFamily& p, double c) {
  const double* a = p.a;
  const Interval support = p.family->support(a);
  const double mean = p.family->mean(a);
  if (c <= support.low || c >= support.high) return std::abs(mean - c);
  if (is(p, normal_family)) {
    const double z = (a[0] - c) / a[1];
    return a[1] * (0.79788456080286535588 * engine::exp(-0.5 * z * z) +
                   z * engine::erf(z * 0.70710678118654752440));
  }
  if (is(p, laplace_family)) {
    const double distance = std::abs(a[0] - c);
    return distance + a[1] * engine::exp(-distance / a[1]);
  }
  if (is(p, uniform_family)) {
    const double width = a[1] - a[0], below = (c - a[0]) / width, above = (a[1] - c) / width;
    return 0.5 * width * (below * below + above * above);
  }
  const Shares below = shares_below(p, c);
  return c * (2.0 * below.mass - 1.0) + mean * (1.0 - 2.0 * below.mean);
}

/// E[(x - c)^2] / scale^2; infinite also where the mean is not defined.
double mean_square(const PlainFamily& p, double c, double scale) {
  const double variance = p.family->variance(p.a);
  if (!(variance < infinity)) return infinity;
  const double z = (p.family->mean(p.a) - c) / scale;
  return variance / scale / scale + z * z;
}

/// Terms of a sum, and how large they are; a factor of 0 leaves its mean out.
struct Sum {
  double value = 0.0, size = 0.0;
  void add(double term) {
    value += term;
    size += std::abs(term);
  }
  template <class F>
  void add(double factor, const F& mean) {
    if (factor != 0.0) add(factor * mean());
  }
};

/// -E_p[log q].
Sum cross_entropy(const PlainFamily& p, const PlainFamily& q) {
  const double* b = q.a;
  const auto log_mean = [&] { return log_moments(p).mean; };
  Sum sum;
  if (is(q, normal_family)) {
    sum.add(engine::log(b[1]) + half_log_two_pi);
    sum.add(0.5 * mean_square(p, b[0], b[1]));
  } else if (is(q, half_normal_family)) {
    sum.add(engine::log(b[0]) + half_log_two_pi - log_two);
    sum.add(0.5 * mean_square(p, 0.0, b[0]));
  } else if (is(q, laplace_family)) {
    sum.add(engine::log(b[1]) + log_two);
    sum.add(mean_distance(p, b[0]) / b[1]);
  } else if (is(q, exponential_family)) {
    sum.add(-engine::log(b[0]));
    sum.add(b[0] * p.family->mean(p.a));
  } else if (is(q, gamma_family)) {
    sum.add(engine::lgamma(b[0]));
    sum.add(-b[0] * engine::log(b[1]));
    sum.add(1.0 - b[0], log_mean);
    sum.add(b[1] * p.family->mean(p.a));
  } else if (is(q, inverse_gamma_family)) {
    sum.add(engine::lgamma(b[0]));
    sum.add(-b[0] * engine::log(b[1]));
    sum.add(b[0] + 1.0, log_mean);
    sum.add(mean_power(p, -1.0, b[1]));
  } else if (is(q, weibull_family)) {
    sum.add(-engine::log(b[0]));
    sum.add(b[0] * engine::log(b[1]));
    sum.add(1.0 - b[0], log_mean);
    sum.add(mean_power(p, b[0], b[1]));
  } else if (is(q, log_normal_family)) {
    const LogMoments of_p = log_moments(p);
    const double z = (of_p.mean - b[0]) / b[1];
    sum.add(engine::log(b[1]) + half_log_two_pi);
    sum.add(of_p.mean);
    sum.add(0.5 * (of_p.variance / b[1] / b[1] + z * z));
  } else if (is(q, pareto_family)) {
    sum.add(-engine::log(b[1]));
    sum.add(-b[1] * engine::log(b[0]));
    sum.add(b[1] + 1.0, log_mean);
  } else if (is(q, beta_family)) {
    sum.add(log_beta(b[0], b[1]));
    sum.add(1.0 - b[0], log_mean);
    sum.add(1.0 - b[1], [&] { return mean_log_complement(p); });
  } else if (is(q, uniform_family)) {
    sum.add(q.family->entropy(b));
  } else if (is(q, geometric_family)) {
    sum.add(-engine::log(b[0]));
    sum.add(-engine::log1p(-b[0]) * p.family->mean(p.a));
  } else {
    sum.add(unknown);
  }
  return sum;
}

}  // namespace

std::optional<double> kl_by_moments(const PlainFamily& p, const PlainFamily& q) {
  Sum sum = cross_entropy(p, q);
  if (std::isnan(sum.value)) return std::nullopt;
  if (sum.value == infinity) return infinity;
  sum.add(-p.family->entropy(p.a));
  if (!(sum.value > 1e-6 * sum.size)) return std::nullopt;
  return sum.value;
}

}  // namespace leibler::inline v0::detail
