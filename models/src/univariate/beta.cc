// SPDX-License-Identifier: MIT
#include <leibler/models/univariate/beta.hpp>

#include <algorithm>

#include "gamma_fill.hpp"
#include "incomplete.hpp"
#include "location_scale.hpp"
#include "log_gamma.hpp"
#include "paths.hpp"

namespace leibler::inline v0::detail {
namespace {

constexpr double half_log_two_pi = 0.91893853320467274178;

template <class T>
T formula(const T& x, const T* a) {
  using engine::log, engine::log1p, engine::where;
  const auto at_end = [](const T& shape) {
    return where(shape < 1.0, T(infinity), where(1.0 < shape, T(-infinity), T(0.0)));
  };
  return where(0.0 < x, (a[0] - 1.0) * log(x), at_end(a[0])) +
         where(x < 1.0, (a[1] - 1.0) * log1p(-x), at_end(a[1])) - log_beta(a[0], a[1]);
}

// digamma(high + low) - digamma(high)
double digamma_rise(double high, double low) {
  const double s = high + low;
  if (high < 10.0) return engine::digamma(s) - engine::digamma(high);
  return std::log1p(low / high) + 0.5 * low / (high * s) + stirling_rest_slope(s) -
         stirling_rest_slope(high);
}

double mean(const double* a) {
  return 1.0 / (1.0 + a[1] / a[0]);
}
double variance(const double* a) {
  const double m = mean(a);
  return m * (1.0 / (1.0 + a[0] / a[1])) / (a[0] + a[1] + 1.0);
}

double entropy(const double* a) {
  const auto [low, high] = std::minmax(a[0], a[1]);
  const double s = low + high;
  if (low < 10.0) {
    return engine::lgamma(low) - log_rising(high, low) + (high - 1.0) * digamma_rise(high, low) +
           (low - 1.0) * (engine::digamma(s) - engine::digamma(low));
  }
  // the logarithms cancel but for those of the standard deviation
  return 0.5 * engine::log(low) - engine::log(s) - 0.5 * std::log1p(low / high) + half_log_two_pi +
         (stirling_rest(low) + stirling_rest(high) - stirling_rest(s)) + 0.5 - 0.5 / low -
         0.5 / high + 1.0 / s - (low - 1.0) * stirling_rest_slope(low) -
         (high - 1.0) * stirling_rest_slope(high) + (s - 2.0) * stirling_rest_slope(s);
}

LogTails log_tails(double x, const double* a) {
  return beta_log_tails(a[0], a[1], x, 1.0 - x);
}

void sample(const Stream& stream, const double* a, double* out, std::size_t n,
            Workspace& workspace) {
  const Workspace::Frame frame(workspace);
  double* const other = workspace.take(engine::padded(n));
  log_gamma_fill(sibling(stream, 8), a[0], out, n, workspace);
  log_gamma_fill(sibling(stream, 9), a[1], other, n, workspace);
  for (std::size_t i = 0; i < n; ++i) {
    out[i] = std::clamp(engine::logistic(out[i] - other[i]), std::numeric_limits<double>::min(),
                        1.0 - 0x1p-53);
  }
}

void path(const double* x, std::size_t n, const double* a, double* out, std::size_t stride) {
  const BetaPath of_alpha(a[0], a[1]), of_beta(a[1], a[0]);
  const auto log_of = [](double v, double rest) {
    return v > 0.5 ? std::log1p(-rest) : engine::log(inside_half_line(v));
  };
  for (std::size_t i = 0; i < n; ++i) {
    const double y = 1.0 - x[i], spread = x[i] * y;
    out[i] = spread * of_alpha(x[i], y, log_of(x[i], y)) / a[0];
    out[stride + i] = -spread * of_beta(y, x[i], log_of(y, x[i])) / a[1];
  }
}

// The likelihood of an exponential family is concave in its arguments: Newton's method on their
// logarithms, with steps that may not lower it.
void maximum_likelihood(const WeightedValues& data, double* a) {
  const Range r = range(data);
  check_differ(beta_family, r);
  if (!(r.low > 0.0 && r.high < 1.0)) {
    no_maximum(beta_family, r.low > 0.0 ? "contain 1" : "contain 0",
               "the density of a shape below 1 is infinite there", "leave the ends out");
  }
  const double log_x = weighted_mean(data, [](double x) { return engine::log(x); });
  const double log_y = weighted_mean(data, [](double x) { return std::log1p(-x); });
  const auto likelihood = [&](double p, double q) {
    return (p - 1.0) * log_x + (q - 1.0) * log_y - log_beta(p, q);
  };
  const auto [weight, about, spread] = weighted_mean(data);
  const double total = std::max(about * (1.0 - about) / spread - 1.0, 0.1);
  double p = about * total, q = (1.0 - about) * total, best = likelihood(p, q);
  // Beyond this the moments are nearer the maximum than the rounding of digamma.
  const int steps = total < 1e11 ? 200 : 0;
  for (int i = 0; i < steps; ++i) {
    const double g_p = p * (log_x - (engine::digamma(p) - engine::digamma(p + q)));
    const double g_q = q * (log_y - (engine::digamma(q) - engine::digamma(p + q)));
    const double shared = engine::trigamma(p + q);
    // minus the second derivatives in the logarithms; positive definite near the maximum
    double h_pp = p * p * (engine::trigamma(p) - shared) - g_p;
    double h_qq = q * q * (engine::trigamma(q) - shared) - g_q;
    const double h_pq = -p * q * shared;
    if (!(h_pp > 0.0 && h_qq > 0.0 && h_pp * h_qq > h_pq * h_pq)) {
      h_pp += std::abs(g_p) + std::max(g_p, 0.0);
      h_qq += std::abs(g_q) + std::max(g_q, 0.0);
    }
    const double determinant = h_pp * h_qq - h_pq * h_pq;
    double d_p = (h_qq * g_p - h_pq * g_q) / determinant;
    double d_q = (h_pp * g_q - h_pq * g_p) / determinant;
    const double largest = std::max(std::abs(d_p), std::abs(d_q));
    if (!(largest > 1e-15)) break;
    const double shrink = std::min(1.0, 2.0 / largest);
    d_p *= shrink;
    d_q *= shrink;
    double next = 0.0;
    for (int halvings = 0; halvings < 60; ++halvings, d_p *= 0.5, d_q *= 0.5) {
      next = likelihood(p * engine::exp(d_p), q * engine::exp(d_q));
      if (next >= best - 1e-13 * std::abs(best)) break;
    }
    p *= engine::exp(d_p);
    q *= engine::exp(d_q);
    best = std::max(best, next);
    if (largest < 1e-14) break;
  }
  a[0] = p;
  a[1] = q;
}

double accurate_log_density(double x, const double* a) {
  if (std::min(a[0], a[1]) < 10.0 || !(x > 0.0 && x < 1.0)) return formula<double>(x, a);
  return beta_log_prefix(a[0], a[1], x, 1.0 - x) - engine::log(x) - std::log1p(-x);
}

}  // namespace

constinit const Family beta_family{
    .name = "Beta",
    .count = 2,
    .arguments = {{{"alpha", Domain::positive}, {"beta", Domain::positive}}},
    .is_discrete = false,
    .widest = unit_interval,
    .support = fixed_support<unit_interval>,
    .log_density = formula<double>,
    .record = formula<Real>,
    .mean = mean,
    .variance = variance,
    .entropy = entropy,
    .cdf = [](double x, const double* a) { return engine::exp(log_tails(x, a).below); },
    .survival = [](double x, const double* a) { return engine::exp(log_tails(x, a).above); },
    .log_cdf = [](double x, const double* a) { return log_tails(x, a).below; },
    .log_survival = [](double x, const double* a) { return log_tails(x, a).above; },
    .quantile = [](double u, const double* a) { return beta_quantile(a[0], a[1], u, false).x; },
    .upper_quantile = [](double u,
                         const double* a) { return beta_quantile(a[0], a[1], u, true).x; },
    .sample = sample,
    .path = path,
    .accurate_log_density = accurate_log_density,
    .maximum_likelihood = maximum_likelihood};

}  // namespace leibler::inline v0::detail
