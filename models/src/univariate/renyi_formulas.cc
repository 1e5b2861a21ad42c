// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cmath>
#include <limits>

#include <boost/math/special_functions/gamma.hpp>

#include <leibler/engine/functions.hpp>
#include <leibler/models/univariate/beta.hpp>
#include <leibler/models/univariate/cauchy.hpp>
#include <leibler/models/univariate/exponential.hpp>
#include <leibler/models/univariate/gamma.hpp>
#include <leibler/models/univariate/gumbel.hpp>
#include <leibler/models/univariate/half_cauchy.hpp>
#include <leibler/models/univariate/half_normal.hpp>
#include <leibler/models/univariate/inverse_gamma.hpp>
#include <leibler/models/univariate/laplace.hpp>
#include <leibler/models/univariate/log_normal.hpp>
#include <leibler/models/univariate/logistic.hpp>
#include <leibler/models/univariate/pareto.hpp>
#include <leibler/models/univariate/uniform.hpp>
#include <leibler/models/univariate/von_mises.hpp>
#include <leibler/models/univariate/weibull.hpp>

#include "../renyi_gaps.hpp"
#include "log_ratio.hpp"
#include "renyi.hpp"

namespace leibler::inline v0::detail {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

using Value = std::optional<double>;

/// A number for a = 1 and, with p and q exchanged, for a = 0.
template <class F>
Value kl_alone(const Powers& o, const double* p, const double* q, const F& kl) {
  if (o.b == 0.0) return kl(p, q);
  if (o.a == 0.0) return kl(q, p);
  return std::nullopt;
}

Value log_normals(const Powers& o, const double* p, const double* q) {
  return scaled_renyi(o, PlainGaussian{1, p, p + 1, true}, PlainGaussian{1, q, q + 1, true});
}

/// Its square is a gamma variable of shape 1/2.
Value half_normals(const Powers& o, const double* p, const double* q) {
  return 0.5 * log_gap(o, 2.0 * log_ratio(p[0], q[0]));
}

Value exponentials(const Powers& o, const double* p, const double* q) {
  return log_gap(o, log_ratio(q[0], p[0]));
}

/// -log of (B exp(-A) - A exp(-B)) / (B - A) over A B, A = a x, B = b y: what the distance of the
/// peaks adds.
double laplace_shift(const Powers& o, double x, double y) {
  const double of_p = o.a * x, of_q = o.b * y;
  if (std::max(std::abs(of_p), std::abs(of_q)) < 1.0) {
    // 1 less A B times the second divided difference of exp(-t) at 0, A, B
    double sum = 0.0, s = 1.0, power = 1.0, factorial = 2.0;
    for (int n = 2; n < 30; ++n) {
      sum += (n % 2 == 0 ? s : -s) / factorial;
      power *= of_q;
      s = of_p * s + power;
      factorial *= static_cast<double>(n + 1);
    }
    const double gap = x * y * sum, missing = o.a * o.b * gap;
    return missing == 0.0 ? gap : gap * (-engine::log1p(-missing) / missing);
  }
  if (o.b == 0.0) return y * (1.0 + engine::expm1(-x) / x);
  if (o.a == 0.0) return x * (1.0 + engine::expm1(-y) / y);
  const double low = std::min(of_p, of_q), d = std::abs(of_q - of_p);
  const double first = of_p < of_q ? x / o.b : y / o.a;  // low over a b
  if (!(std::abs(low) < infinity)) return first;
  const double mean = d == 0.0 ? 1.0 : -engine::expm1(-d) / d;
  return first - engine::log1p(low * mean) / (o.a * o.b);
}

Value laplaces(const Powers& o, const double* p, const double* q) {
  const double scales = log_gap(o, log_ratio(p[1], q[1]));
  const double distance = std::abs(p[0] - q[0]);
  if (distance == 0.0 || scales == infinity) return scales;
  return scales + laplace_shift(o, distance / p[1], distance / q[1]);
}

/// log(mean p / mean q) of gamma distributions; log_rates = log(rate q / rate p).
double log_gamma_means(const double* p, const double* q, double log_rates) {
  const int exponent = std::ilogb(p[1]);
  const double rate_p = std::scalbn(p[1], -exponent), rate_q = std::scalbn(q[1], -exponent);
  if (1e-100 < rate_q && rate_q < 1e100) {
    const double product = q[0] * rate_p;
    const double off =
        (std::fma(p[0], rate_q, -product) + std::fma(-q[0], rate_p, product)) / product;
    if (std::abs(off) < 0.5) return engine::log1p(off);
  }
  return log_ratio(p[0], q[0]) + log_rates;
}

/// An inverse gamma variable is 1 over one.
Value gammas(const Powers& o, const double* p, const double* q) {
  const double log_rates = log_ratio(q[1], p[1]);
  return gamma_gap(o, p[0], q[0], log_rates, log_gamma_means(p, q, log_rates));
}

Value betas(const Powers& o, const double* p, const double* q) {
  return dirichlet_gap(o, {p, 2}, {q, 2});
}

Value uniforms(const Powers& o, const double* p, const double* q) {
  // a fourth of them, so that no width overflows
  const double least = std::min({std::abs(p[0]), std::abs(p[1]), std::abs(q[0]), std::abs(q[1])});
  const double most = std::max({std::abs(p[0]), std::abs(p[1]), std::abs(q[0]), std::abs(q[1])});
  const double unit = most > 1e300 && least >= 0.0 ? 0.25 : 1.0;
  const double low_p = unit * p[0], high_p = unit * p[1], low_q = unit * q[0], high_q = unit * q[1];
  const double low = std::max(low_p, low_q), high = std::min(high_p, high_q);
  if (!(low < high)) return infinity;
  const auto part = [&](double low_of, double high_of, double power) {
    const double outside = (low - low_of) + (high_of - high);
    if (outside == 0.0) return 0.0;
    return power > 0.0 ? engine::log1p(outside / (high - low)) / power : infinity;
  };
  return part(low_p, high_p, o.b) + part(low_q, high_q, o.a);
}

/// Exponentials that begin somewhere: `ahead` is how far the support of p begins after that of q.
double shifted_exponentials(const Powers& o, double rate_p, double rate_q, double ahead) {
  const double rates = log_gap(o, log_ratio(rate_q, rate_p));
  const double power = ahead > 0.0 ? o.a : o.b;
  if (ahead == 0.0 || rates == infinity) return rates;
  if (!(power > 0.0)) return infinity;
  return rates + (ahead > 0.0 ? rate_q : rate_p) * std::abs(ahead) / power;
}

/// The logarithm of a Pareto variable is one of them.
Value paretos(const Powers& o, const double* p, const double* q) {
  return shifted_exponentials(o, p[1], q[1], log_ratio(p[0], q[0]));
}

/// KL(x || y) where exp(c) x^r, r = 1 + d, has the distribution that x has for r = 1, c = 0:
/// -log r + euler d - c - 1 + exp(c) Gamma(1 + r).
double kl_of_powers(double r, double d, double c) {
  const double log_gamma = std::abs(d) < 0.5
                               ? engine::log1p(d) + std::log1p(boost::math::tgamma1pm1(d))
                               : engine::lgamma(1.0 + r);
  if (c + log_gamma == infinity) return infinity;
  // what log Gamma(1 + d) is above its tangent at 1
  const auto at = [&](const LinePoint& t) { return t.p + t.q * r; };
  const double above = gap_of_root(
      Powers(1.0),
      [&](const LinePoint& t) {
        const double x = at(t);
        return d / x * engine::sqrt(x + trigamma_rest(x));
      },
      [&](const LinePoint& s, const LinePoint& t) { return beyond_three(at(s), at(t)); });
  return exp_rest(c + log_gamma) + above;
}

/// To the power of its shape it is exponential.
Value weibulls(const Powers& o, const double* p, const double* q) {
  if (p[0] == q[0]) return log_gap(o, p[0] * log_ratio(p[1], q[1]));
  return kl_alone(o, p, q, [](const double* x, const double* y) {
    return kl_of_powers(y[0] / x[0], (y[0] - x[0]) / x[0], y[0] * log_ratio(x[1], y[1]));
  });
}

/// exp(-x / scale) is exponential.
Value gumbels(const Powers& o, const double* p, const double* q) {
  if (p[1] == q[1]) return log_gap(o, (q[0] - p[0]) / p[1]);
  return kl_alone(o, p, q, [](const double* x, const double* y) {
    return kl_of_powers(x[1] / y[1], (x[1] - y[1]) / y[1], (y[0] - x[0]) / y[1]);
  });
}

/// Of scales s and t, d apart, a function of u = ((s - t)^2 + d^2) / (4 s t): the integral of
/// p^a q^b is Legendre's function of order -a at 1 + 2 u.
Value cauchys(const Powers& o, double s, double t, double d) {
  const double u = 0.25 * ((s - t) / s * ((s - t) / t) + d / s * (d / t));
  if (u == 0.0) return 0.0;
  const double product = o.a * o.b;
  const double kl = u < infinity ? engine::log1p(u)
                                 : 2.0 * engine::log(std::hypot(s + t, d)) - engine::log(s) -
                                       engine::log(t) - 1.3862943611198906188;
  if (product == 0.0) return kl;
  const bool is_whole = o.a == std::floor(o.a) && std::abs(o.a) < 50.0;
  if (is_whole || std::max(std::abs(product), 1.0) * u < 0.25) {
    // 1 - a b u (1 + ...), of which a whole order has finitely many terms, all positive
    double sum = 1.0, part = 1.0;
    for (int n = 1; n < 200 && std::abs(part) > 1e-18 * sum; ++n) {
      const double k = n;
      part *= -u * ((o.a + k) / (k + 1.0)) * ((o.b + k) / (k + 1.0));
      sum += part;
    }
    const double gap = u * sum, missing = product * gap;
    if (!(std::abs(missing) < infinity)) return std::nullopt;
    return gap * (-engine::log1p(-missing) / missing);
  }
  if (o.a == 0.5) {  // by the arithmetic-geometric mean, 1 over which it is
    if (u > 1e30) {
      return 2.0 * kl +
             4.0 * (0.45158270528945486473 - engine::log(0.5 * kl + 1.3862943611198906188));
    }
    double x = engine::sqrt(1.0 + u), y = 1.0;
    while (x - y > 1e-15 * x) {
      const double mean = 0.5 * (x + y);
      y = engine::sqrt(x * y);
      x = mean;
    }
    return 4.0 * engine::log(x);
  }
  return std::nullopt;
}

/// Only of equal scales.
Value logistics(const Powers& o, const double* p, const double* q) {
  if (p[1] != q[1]) return std::nullopt;
  return kl_alone(o, p, q, [](const double* x, const double* y) {
    const double h = 0.5 * std::abs((x[0] - y[0]) / x[1]);
    if (h > 1.0) return 2.0 * (h / engine::tanh(h) - 1.0);
    // (h cosh h - sinh h) / sinh h
    double sum = 0.0, sinh = 0.0, power = 1.0, factorial = 1.0;
    for (int k = 0; k < 12; ++k) {
      sinh += power / factorial;
      sum += 2.0 * k * power / factorial;
      power *= h * h;
      factorial *= (2.0 * k + 2.0) * (2.0 * k + 3.0);
    }
    return 2.0 * sum / sinh;
  });
}

/// The second derivative of log I0 at x >= 0, and its first one over x.
struct BesselCurvature {
  double along, across;
};

BesselCurvature bessel_curvature(double x) {
  if (x < 1e-4) return {0.5 - 0.1875 * x * x, 0.5 - 0.0625 * x * x};
  const double ratio = engine::bessel_ratio(x);
  if (x < 60.0) {
    const double rest = engine::bessel_ratio_complement(x);
    return {rest * (1.0 + ratio) - ratio / x, ratio / x};
  }
  // of log I0(x) - x + log(2 pi x) / 2, an asymptotic series
  constexpr double c[]{0.5,
                       0.25,
                       0.375,
                       25.0 / 32.0,
                       65.0 / 32.0,
                       3219.0 / 512.0,
                       721.0 / 32.0,
                       375733.0 / 4096.0,
                       214173.0 / 512.0,
                       276923875.0 / 131072.0,
                       23985071.0 / 2048.0,
                       74139092727.0 / 1048576.0,
                       945920833.0 / 2048.0};
  double series = 0.0;
  for (int k = 12; k >= 0; --k) series = series / x + c[k];
  return {series / x / x, ratio / x};
}

Value von_mises(const Powers& o, const double* p, const double* q) {
  const double angle = 0.5 * (p[0] - q[0]);
  const double cosine = engine::cos(angle), sine = engine::sin(angle);
  // kappa (cos, sin) from half way between the two directions
  const auto x = [&](const LinePoint& t) { return (t.p * p[1] + t.q * q[1]) * cosine; };
  const auto y = [&](const LinePoint& t) { return (t.p * p[1] - t.q * q[1]) * sine; };
  const double along_x = (p[1] - q[1]) * cosine, along_y = (p[1] + q[1]) * sine;
  const double length = std::hypot(along_x, along_y);
  if (length == 0.0) return 0.0;
  return gap_of_root(
      o,
      [&](const LinePoint& t) {
        const double u = x(t), v = y(t), radius = std::hypot(u, v);
        const BesselCurvature at = bessel_curvature(radius);
        if (radius == 0.0) return engine::sqrt(at.along) * length;
        const double along = (along_x * u + along_y * v) / radius;
        const double across = (along_x * v - along_y * u) / radius;
        return engine::sqrt(at.along * along * along + at.across * across * across);
      },
      [&](const LinePoint& s, const LinePoint& t) {
        const double step = std::hypot(x(s) - x(t), y(s) - y(t));
        const double nearest = std::min(std::hypot(x(s), y(s)), std::hypot(x(t), y(t)));
        return step > std::max(1.0, 0.5 * nearest);
      });
}

}  // namespace

std::optional<double> renyi_by_formula(const Powers& o, const PlainFamily& p,
                                       const PlainFamily& q) {
  if (p.family->is_discrete) return renyi_of_counts(o, p, q);
  if (p.family != q.family) return std::nullopt;
  if (is(p, cauchy_family)) return cauchys(o, p.a[1], q.a[1], p.a[0] - q.a[0]);
  if (is(p, half_cauchy_family)) return cauchys(o, p.a[0], q.a[0], 0.0);

  struct Row {
    const Family* family;
    Value (*formula)(const Powers& o, const double* p, const double* q);
  };
  static constexpr Row table[]{{&log_normal_family, log_normals},
                               {&half_normal_family, half_normals},
                               {&laplace_family, laplaces},
                               {&exponential_family, exponentials},
                               {&gamma_family, gammas},
                               {&inverse_gamma_family, gammas},
                               {&beta_family, betas},
                               {&uniform_family, uniforms},
                               {&pareto_family, paretos},
                               {&weibull_family, weibulls},
                               {&gumbel_family, gumbels},
                               {&logistic_family, logistics},
                               {&von_mises_family, von_mises}};
  for (const Row& row : table) {
    if (p.family == row.family) return row.formula(o, p.a, q.a);
  }
  return std::nullopt;
}

}  // namespace leibler::inline v0::detail
