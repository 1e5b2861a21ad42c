// SPDX-License-Identifier: MIT
#include <leibler/models/univariate/geometric.hpp>

#include <leibler/engine/kernels/elementary.hpp>

#include "counts.hpp"
#include "log_ratio.hpp"

namespace leibler::inline v0::detail {
namespace {

template <class T>
T formula(const T& x, const T* a) {
  using engine::log, engine::log1p, engine::where;
  return log(a[0]) + where(0.0 < x, x * log1p(-a[0]), T(0.0));
}

// X > x where the first x + 1 fail.
double log_above(double x, const double* a) {
  return (x + 1.0) * std::log1p(-a[0]);
}

double entropy(const double* a) {
  const double p = a[0], q = 1.0 - p;
  return -engine::log(p) - (q > 0.0 ? q * (std::log1p(-p) / p) : 0.0);
}

void sample(const Stream& stream, const double* a, double* out, std::size_t n, Workspace&) {
  engine::kernels::uniform_fill(stream, out, n);
  engine::kernels::log_fill(out, out, n);
  const double log_q = std::log1p(-a[0]);
  for (std::size_t i = 0; i < n; ++i) {
    out[i] = std::floor(std::min(out[i] / log_q, std::numeric_limits<double>::max()));
  }
}

void maximum_likelihood(const WeightedValues& data, double* a) {
  a[0] = 1.0 / (1.0 + weighted_mean(data).mean);
}

}  // namespace

constinit const Family geometric_family{
    .name = "Geometric",
    .count = 1,
    .arguments = {{{"p", Domain::success}}},
    .is_discrete = true,
    .widest = half_line,
    .support = fixed_support<half_line>,
    .log_density = formula<double>,
    .record = formula<Real>,
    .mean = [](const double* a) { return (1.0 - a[0]) / a[0]; },
    .variance = [](const double* a) { return (1.0 - a[0]) / a[0] / a[0]; },
    .entropy = entropy,
    .cdf = [](double x, const double* a) { return -std::expm1(log_above(x, a)); },
    .survival = [](double x, const double* a) { return engine::exp(log_above(x, a)); },
    .log_cdf = [](double x, const double* a) { return log_complement(log_above(x, a)); },
    .log_survival = log_above,
    .quantile = [](double u, const double* a) { return count_quantile(geometric_family, u, a); },
    .upper_quantile = [](double u,
                         const double* a) { return count_upper_quantile(geometric_family, u, a); },
    .sample = sample,
    .path = nullptr,
    .maximum_likelihood = maximum_likelihood};

}  // namespace leibler::inline v0::detail
