// SPDX-License-Identifier: MIT
#include <leibler/models/univariate/logistic.hpp>

#include <numbers>

#include <leibler/engine/kernels/elementary.hpp>

#include "location_scale.hpp"

namespace leibler::inline v0::detail {
namespace {

template <class T>
T formula(const T& x, const T* a) {
  using engine::abs, engine::log, engine::softplus;
  const T z = abs(x - a[0]) / a[1];
  return -z - 2.0 * softplus(-z) - log(a[1]);
}

// z with P(Z <= z) = u; beside 1/2, 2 u - 1 is exact.
double lower(double u) {
  if (u < 0.25) return engine::log(u) - std::log1p(-u);
  if (u > 0.75) return -lower(1.0 - u);
  return std::log1p((2.0 * u - 1.0) / (1.0 - u));
}

void sample(const Stream& stream, const double* a, double* out, std::size_t n,
            Workspace& workspace) {
  engine::kernels::uniform_fill(stream, out, n);
  double* const other = workspace.take(n);
  for (std::size_t i = 0; i < n; ++i) other[i] = 1.0 - out[i];
  engine::kernels::log_fill(other, other, n);
  engine::kernels::log_fill(out, out, n);
  for (std::size_t i = 0; i < n; ++i) out[i] = a[0] + a[1] * (out[i] - other[i]);
}

void maximum_likelihood(const WeightedValues& data, double* a) {
  fit_log_concave(
      logistic_family, data,
      [](double z) {
        const double p = engine::logistic(z), q = engine::logistic(-z);
        return LogDensity{-std::abs(z) - 2.0 * engine::softplus(-std::abs(z)), q - p, -2.0 * p * q};
      },
      a);
}

}  // namespace

constinit const Family logistic_family{
    .name = "Logistic",
    .count = 2,
    .arguments = {{{"location", Domain::real}, {"scale", Domain::positive}}},
    .is_discrete = false,
    .widest = real_line,
    .support = fixed_support<real_line>,
    .log_density = formula<double>,
    .record = formula<Real>,
    .mean = [](const double* a) { return a[0]; },
    .variance =
        [](const double* a) { return a[1] * a[1] * (std::numbers::pi * std::numbers::pi / 3.0); },
    .entropy = [](const double* a) { return engine::log(a[1]) + 2.0; },
    .cdf = [](double x, const double* a) { return engine::logistic(standardized(x, a)); },
    .survival = [](double x, const double* a) { return engine::logistic(-standardized(x, a)); },
    .log_cdf = [](double x, const double* a) { return -engine::softplus(-standardized(x, a)); },
    .log_survival = [](double x, const double* a) { return -engine::softplus(standardized(x, a)); },
    .quantile = [](double u, const double* a) { return a[0] + a[1] * lower(u); },
    .upper_quantile = [](double u, const double* a) { return a[0] - a[1] * lower(u); },
    .sample = sample,
    .path = location_scale_path,
    .maximum_likelihood = maximum_likelihood};

}  // namespace leibler::inline v0::detail
