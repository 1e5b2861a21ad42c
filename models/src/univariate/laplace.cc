// SPDX-License-Identifier: MIT
#include <leibler/models/univariate/laplace.hpp>

#include <numbers>

#include <leibler/engine/kernels/elementary.hpp>

#include "location_scale.hpp"

namespace leibler::inline v0::detail {
namespace {

using std::numbers::ln2;

template <class T>
T formula(const T& x, const T* a) {
  using engine::abs, engine::log;
  return -(abs(x - a[0]) / a[1]) - (log(a[1]) + ln2);
}

// P(Z <= z).
double below(double z) {
  return z < 0.0 ? 0.5 * engine::exp(z) : 1.0 - 0.5 * engine::exp(-z);
}
double log_below(double z) {
  return z < 0.0 ? z - ln2 : std::log1p(-0.5 * engine::exp(-z));
}

// z with P(Z <= z) = u; beside 1/2, 2 u - 1 is exact.
double lower(double u) {
  if (u > 0.5) return -lower(1.0 - u);
  return u < 0.25 ? engine::log(2.0 * u) : std::log1p(2.0 * u - 1.0);
}
double upper(double u) {
  return -lower(u);
}

void sample(const Stream& stream, const double* a, double* out, std::size_t n,
            Workspace& workspace) {
  engine::kernels::uniform_fill(stream, out, n);
  double* const exponential = workspace.take(n);
  for (std::size_t i = 0; i < n; ++i) exponential[i] = 2.0 * std::min(out[i], 1.0 - out[i]);
  engine::kernels::log_fill(exponential, exponential, n);
  for (std::size_t i = 0; i < n; ++i) {
    out[i] = a[0] + a[1] * (out[i] < 0.5 ? exponential[i] : -exponential[i]);
  }
}

void maximum_likelihood(const WeightedValues& data, double* a) {
  check_differ(laplace_family, range(data));
  const double middle = median(data);
  a[1] = weighted_mean(data, [&](double x) { return std::abs(x - middle); });
  a[0] = middle;
}

}  // namespace

constinit const Family laplace_family{
    .name = "Laplace",
    .count = 2,
    .arguments = {{{"location", Domain::real}, {"scale", Domain::positive}}},
    .is_discrete = false,
    .widest = real_line,
    .support = fixed_support<real_line>,
    .log_density = formula<double>,
    .record = formula<Real>,
    .mean = [](const double* a) { return a[0]; },
    .variance = [](const double* a) { return 2.0 * (a[1] * a[1]); },
    .entropy = [](const double* a) { return engine::log(a[1]) + (1.0 + ln2); },
    .cdf = [](double x, const double* a) { return below(standardized(x, a)); },
    .survival = [](double x, const double* a) { return below(-standardized(x, a)); },
    .log_cdf = [](double x, const double* a) { return log_below(standardized(x, a)); },
    .log_survival = [](double x, const double* a) { return log_below(-standardized(x, a)); },
    .quantile = [](double u, const double* a) { return a[0] + a[1] * lower(u); },
    .upper_quantile = [](double u, const double* a) { return a[0] + a[1] * upper(u); },
    .sample = sample,
    .path = location_scale_path,
    .maximum_likelihood = maximum_likelihood};

}  // namespace leibler::inline v0::detail
