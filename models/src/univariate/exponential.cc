// SPDX-License-Identifier: MIT
#include <leibler/models/univariate/exponential.hpp>

#include <leibler/engine/kernels/elementary.hpp>

#include "location_scale.hpp"
#include "log_ratio.hpp"

namespace leibler::inline v0::detail {
namespace {

template <class T>
T formula(const T& x, const T* a) {
  using engine::log;
  return log(a[0]) - a[0] * x;
}

void sample(const Stream& stream, const double* a, double* out, std::size_t n, Workspace&) {
  engine::kernels::uniform_fill(stream, out, n);
  engine::kernels::log_fill(out, out, n);
  for (std::size_t i = 0; i < n; ++i) out[i] = inside_half_line(-out[i] / a[0]);
}

void path(const double* x, std::size_t n, const double* a, double* out, std::size_t) {
  for (std::size_t i = 0; i < n; ++i) out[i] = -x[i] / a[0];
}

void maximum_likelihood(const WeightedValues& data, double* a) {
  const double mean = weighted_mean(data).mean;
  if (!(mean > 0.0)) {
    no_maximum(exponential_family, "are all 0", "their mean must be positive",
               "give points above 0");
  }
  a[0] = 1.0 / mean;
}

}  // namespace

constinit const Family exponential_family{
    .name = "Exponential",
    .count = 1,
    .arguments = {{{"rate", Domain::positive}}},
    .is_discrete = false,
    .widest = half_line,
    .support = fixed_support<half_line>,
    .log_density = formula<double>,
    .record = formula<Real>,
    .mean = [](const double* a) { return 1.0 / a[0]; },
    .variance = [](const double* a) { return 1.0 / a[0] / a[0]; },
    .entropy = [](const double* a) { return 1.0 - engine::log(a[0]); },
    .cdf = [](double x, const double* a) { return -std::expm1(-a[0] * x); },
    .survival = [](double x, const double* a) { return engine::exp(-a[0] * x); },
    .log_cdf =
        [](double x, const double* a) {
          const double h = a[0] * x;
          return h < 1e-290 ? engine::log(a[0]) + engine::log(x) : log_complement(-h);
        },
    .log_survival = [](double x, const double* a) { return -a[0] * x; },
    .quantile = [](double u, const double* a) { return -std::log1p(-u) / a[0]; },
    .upper_quantile = [](double u, const double* a) { return -engine::log(u) / a[0]; },
    .sample = sample,
    .path = path,
    .maximum_likelihood = maximum_likelihood};

}  // namespace leibler::inline v0::detail
