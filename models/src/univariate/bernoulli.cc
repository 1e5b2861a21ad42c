// SPDX-License-Identifier: MIT
#include <leibler/models/univariate/bernoulli.hpp>

#include "formulas.hpp"

namespace leibler::inline v0::detail {
namespace {

template <class T>
T formula(const T& x, const T* a) {
  using engine::log, engine::log1p, engine::where;
  return where(0.5 < x, log(a[0]), log1p(-a[0]));
}

double entropy(const double* a) {
  const double p = a[0], q = 1.0 - p;
  return (p > 0.0 ? -p * engine::log(p) : 0.0) + (q > 0.0 ? -q * std::log1p(-p) : 0.0);
}

void sample(const Stream& stream, const double* a, double* out, std::size_t n, Workspace&) {
  engine::kernels::uniform_fill(stream, out, n);
  for (std::size_t i = 0; i < n; ++i) out[i] = out[i] < a[0] ? 1.0 : 0.0;
}

void maximum_likelihood(const WeightedValues& data, double* a) {
  a[0] = std::fmin(weighted_mean(data).mean, 1.0);
}

}  // namespace

constinit const Family bernoulli_family{
    .name = "Bernoulli",
    .count = 1,
    .arguments = {{{"p", Domain::unit_interval}}},
    .is_discrete = true,
    .widest = unit_interval,
    .support = fixed_support<unit_interval>,
    .log_density = formula<double>,
    .record = formula<Real>,
    .mean = [](const double* a) { return a[0]; },
    .variance = [](const double* a) { return a[0] * (1.0 - a[0]); },
    .entropy = entropy,
    // between 0 and 1
    .cdf = [](double, const double* a) { return 1.0 - a[0]; },
    .survival = [](double, const double* a) { return a[0]; },
    .log_cdf = [](double, const double* a) { return std::log1p(-a[0]); },
    .log_survival = [](double, const double* a) { return engine::log(a[0]); },
    .quantile = [](double u, const double* a) { return u <= 1.0 - a[0] ? 0.0 : 1.0; },
    .upper_quantile = [](double u, const double* a) { return a[0] <= u ? 0.0 : 1.0; },
    .sample = sample,
    .path = nullptr,
    .maximum_likelihood = maximum_likelihood};

}  // namespace leibler::inline v0::detail
