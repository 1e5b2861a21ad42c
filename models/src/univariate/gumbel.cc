// SPDX-License-Identifier: MIT
#include <leibler/models/univariate/gumbel.hpp>

#include <numbers>

#include <leibler/engine/kernels/elementary.hpp>

#include "location_scale.hpp"

namespace leibler::inline v0::detail {
namespace {

template <class T>
T formula(const T& x, const T* a) {
  using engine::exp, engine::log, engine::max;
  // z = -inf would make a NaN of what is -inf.
  const T z = max((x - a[0]) / a[1], T(-1e300));
  return -z - exp(-z) - log(a[1]);
}

double above(double z) {
  return -std::expm1(-engine::exp(-z));
}
double log_above(double z) {
  const double w = engine::exp(-z);
  if (z < 30.0) return engine::log1m_exp(-w);
  return -z + std::log1p(-0.5 * w);  // 1 - exp(-w) = w (1 - w / 2 + ...)
}

void sample(const Stream& stream, const double* a, double* out, std::size_t n, Workspace&) {
  engine::kernels::uniform_fill(stream, out, n);
  engine::kernels::log_fill(out, out, n);
  for (std::size_t i = 0; i < n; ++i) out[i] = -out[i];
  engine::kernels::log_fill(out, out, n);
  for (std::size_t i = 0; i < n; ++i) out[i] = a[0] - a[1] * out[i];
}

void maximum_likelihood(const WeightedValues& data, double* a) {
  fit_log_concave(
      gumbel_family, data,
      [](double z) {
        const double w = engine::exp(-z);
        return LogDensity{-z - w, w - 1.0, -w};
      },
      a);
}

}  // namespace

constinit const Family gumbel_family{
    .name = "Gumbel",
    .count = 2,
    .arguments = {{{"location", Domain::real}, {"scale", Domain::positive}}},
    .is_discrete = false,
    .widest = real_line,
    .support = fixed_support<real_line>,
    .log_density = formula<double>,
    .record = formula<Real>,
    .mean = [](const double* a) { return a[0] + a[1] * std::numbers::egamma; },
    .variance =
        [](const double* a) { return a[1] * a[1] * (std::numbers::pi * std::numbers::pi / 6.0); },
    .entropy = [](const double* a) { return engine::log(a[1]) + (1.0 + std::numbers::egamma); },
    .cdf = [](double x, const double* a) { return engine::exp(-engine::exp(-standardized(x, a))); },
    .survival = [](double x, const double* a) { return above(standardized(x, a)); },
    .log_cdf = [](double x, const double* a) { return -engine::exp(-standardized(x, a)); },
    .log_survival = [](double x, const double* a) { return log_above(standardized(x, a)); },
    .quantile = [](double u,
                   const double* a) { return a[0] - a[1] * engine::log(-engine::log(u)); },
    .upper_quantile = [](double u,
                         const double* a) { return a[0] - a[1] * engine::log(-std::log1p(-u)); },
    .sample = sample,
    .path = location_scale_path,
    .maximum_likelihood = maximum_likelihood};

}  // namespace leibler::inline v0::detail
