// SPDX-License-Identifier: MIT
#include <leibler/models/univariate/gamma.hpp>

#include "gamma_fill.hpp"
#include "incomplete.hpp"
#include "location_scale.hpp"
#include "log_gamma.hpp"
#include "paths.hpp"

namespace leibler::inline v0::detail {
namespace {

constexpr double half_log_two_pi = 0.91893853320467274178;

// a[0] is the shape k, a[1] the rate.
template <class T>
T formula(const T& x, const T* a) {
  using engine::lgamma, engine::log, engine::where;
  const T at_zero = where(a[0] < 1.0, T(infinity), where(1.0 < a[0], T(-infinity), T(0.0)));
  return a[0] * log(a[1]) - lgamma(a[0]) + where(0.0 < x, (a[0] - 1.0) * log(x), at_zero) -
         a[1] * x;
}

double entropy(const double* a) {
  const double k = a[0], log_rate = engine::log(a[1]);
  if (k < 10.0) return k - log_rate + engine::lgamma(k) + (1.0 - k) * engine::digamma(k);
  // the logarithms of k cancel but for a half
  return 0.5 * engine::log(k) - log_rate + half_log_two_pi + 0.5 - 0.5 / k + stirling_rest(k) +
         (1.0 - k) * stirling_rest_slope(k);
}

LogTails log_tails(double x, const double* a) {
  const double y = a[1] * x;
  if (y == 0.0 || std::isinf(y)) {
    const double log_y = engine::log(a[1]) + engine::log(x);
    if (y == 0.0) return {a[0] * log_y - engine::lgamma(a[0] + 1.0), 0.0};
    return {0.0, -infinity};
  }
  return gamma_log_tails(a[0], y);
}

double quantile(double u, const double* a, bool upper) {
  const auto [y, log_y] = gamma_quantile(a[0], u, upper);
  const double x = y / a[1];
  return y > 1e-290 && x > 0.0 ? x : engine::exp(log_y - engine::log(a[1]));
}

void sample(const Stream& stream, const double* a, double* out, std::size_t n,
            Workspace& workspace) {
  gamma_fill(stream, a[0], out, n, workspace);
  for (std::size_t i = 0; i < n; ++i) out[i] = inside_half_line(out[i] / a[1]);
}

void path(const double* x, std::size_t n, const double* a, double* out, std::size_t stride) {
  const GammaPath shape_path(a[0]);
  const double log_rate = engine::log(a[1]);
  for (std::size_t i = 0; i < n; ++i) {
    const double y = a[1] * x[i];
    const double log_y =
        std::isnormal(y) ? engine::log(y) : log_rate + engine::log(inside_half_line(x[i]));
    out[i] = x[i] * shape_path(y, log_y) / a[0];
    out[stride + i] = -x[i] / a[1];
  }
}

void maximum_likelihood(const WeightedValues& data, double* a) {
  const Range r = range(data);
  check_differ(gamma_family, r);
  if (!(r.low > 0.0)) {
    no_maximum(gamma_family, "contain 0", "the density of a shape below 1 is infinite there",
               "leave 0 out");
  }
  const double mean = weighted_mean(data).mean;
  const auto [shape, rate] =
      fit_gamma(mean, weighted_mean(data, [&](double x) { return log_gap_term(x, mean); }));
  a[0] = shape;
  a[1] = rate;
}

double accurate_log_density(double x, const double* a) {
  const double y = a[1] * x;
  if (a[0] < 10.0 || !(y > 0.0) || std::isinf(y)) return formula<double>(x, a);
  return gamma_log_prefix(a[0], y) - engine::log(x);
}

}  // namespace

constinit const Family gamma_family{
    .name = "Gamma",
    .count = 2,
    .arguments = {{{"shape", Domain::positive}, {"rate", Domain::positive}}},
    .is_discrete = false,
    .widest = half_line,
    .support = fixed_support<half_line>,
    .log_density = formula<double>,
    .record = formula<Real>,
    .mean = [](const double* a) { return a[0] / a[1]; },
    .variance = [](const double* a) { return a[0] / a[1] / a[1]; },
    .entropy = entropy,
    .cdf = [](double x, const double* a) { return engine::exp(log_tails(x, a).below); },
    .survival = [](double x, const double* a) { return engine::exp(log_tails(x, a).above); },
    .log_cdf = [](double x, const double* a) { return log_tails(x, a).below; },
    .log_survival = [](double x, const double* a) { return log_tails(x, a).above; },
    .quantile = [](double u, const double* a) { return quantile(u, a, false); },
    .upper_quantile = [](double u, const double* a) { return quantile(u, a, true); },
    .sample = sample,
    .path = path,
    .accurate_log_density = accurate_log_density,
    .maximum_likelihood = maximum_likelihood};

}  // namespace leibler::inline v0::detail
