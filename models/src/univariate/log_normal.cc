// SPDX-License-Identifier: MIT
#include <leibler/models/univariate/log_normal.hpp>

#include <leibler/engine/kernels/elementary.hpp>

#include "location_scale.hpp"
#include "normal_tails.hpp"

namespace leibler::inline v0::detail {
namespace {

constexpr double half_log_two_pi = 0.91893853320467274178;

template <class T>
T formula(const T& x, const T* a) {
  using engine::log, engine::where;
  const T log_x = log(x), z = (log_x - a[0]) / a[1];
  // At 0 the two logarithms are infinities of different signs.
  return where(0.0 < x, -0.5 * (z * z) - log_x - (log(a[1]) + half_log_two_pi), T(-infinity));
}

double standardized_log(double x, const double* a) {
  return (engine::log(x) - a[0]) / a[1];
}

double variance(const double* a) {
  const double v = a[1] * a[1];  // exp(2 mu + v) (exp(v) - 1) with one overflow only
  return engine::exp(2.0 * (a[0] + v)) * -std::expm1(-v);
}

void sample(const Stream& stream, const double* a, double* out, std::size_t n, Workspace&) {
  engine::kernels::normal_fill(stream, out, n);
  for (std::size_t i = 0; i < n; ++i) out[i] = a[0] + a[1] * out[i];
  engine::kernels::exp_fill(out, out, n);
  for (std::size_t i = 0; i < n; ++i) out[i] = inside_half_line(out[i]);
}

void path(const double* x, std::size_t n, const double* a, double* out, std::size_t stride) {
  for (std::size_t i = 0; i < n; ++i) {
    out[i] = x[i];
    out[stride + i] = x[i] * standardized_log(x[i], a);
  }
}

void maximum_likelihood(const WeightedValues& data, double* a) {
  const Range r = range(data);
  if (!(r.low > 0.0)) {
    no_maximum(log_normal_family, "have a 0", "the density is 0 there whatever the arguments are",
               "leave it out or take another family");
  }
  check_differ(log_normal_family, r);
  const double near = engine::log(r.low);
  const double rest = weighted_mean(data, [&](double x) { return engine::log(x) - near; });
  const double variance = weighted_mean(data, [&](double x) {
    const double d = engine::log(x) - near - rest;
    return d * d;
  });
  if (!(variance > 0.0)) check_differ(log_normal_family, {r.low, r.low});
  a[0] = near + rest;
  a[1] = std::sqrt(variance);
}

}  // namespace

constinit const Family log_normal_family{
    .name = "LogNormal",
    .count = 2,
    .arguments = {{{"mu", Domain::real}, {"sigma", Domain::positive}}},
    .is_discrete = false,
    .widest = half_line,
    .support = fixed_support<half_line>,
    .log_density = formula<double>,
    .record = formula<Real>,
    .mean = [](const double* a) { return engine::exp(a[0] + 0.5 * (a[1] * a[1])); },
    .variance = variance,
    .entropy = [](const double* a) { return a[0] + (half_log_two_pi + 0.5) + engine::log(a[1]); },
    .cdf = [](double x, const double* a) { return normal_cdf(standardized_log(x, a)); },
    .survival = [](double x, const double* a) { return normal_cdf(-standardized_log(x, a)); },
    .log_cdf = [](double x, const double* a) { return normal_log_cdf(standardized_log(x, a)); },
    .log_survival = [](double x,
                       const double* a) { return normal_log_cdf(-standardized_log(x, a)); },
    .quantile = [](double u,
                   const double* a) { return engine::exp(a[0] + a[1] * normal_quantile(u)); },
    .upper_quantile = [](double u,
                         const double* a) { return engine::exp(a[0] - a[1] * normal_quantile(u)); },
    .sample = sample,
    .path = path,
    .maximum_likelihood = maximum_likelihood};

}  // namespace leibler::inline v0::detail
