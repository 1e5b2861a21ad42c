// SPDX-License-Identifier: MIT
#include <leibler/models/univariate/pareto.hpp>

#include <leibler/engine/kernels/elementary.hpp>

#include "location_scale.hpp"
#include "log_ratio.hpp"

namespace leibler::inline v0::detail {
namespace {

// a[0] is the scale s, a[1] the shape k.
template <class T>
T formula(const T& x, const T* a) {
  using engine::log, engine::where;
  return where(0.0 < x && a[0] <= x, log(a[1]) - log(x) - a[1] * log_ratio(x, a[0]), T(-infinity));
}

// -log P(X > x).
double hazard(double x, const double* a) {
  return a[1] * log_ratio(x, a[0]);
}

double hazard_inverse(double h, const double* a) {
  const double root = engine::exp(0.5 * h / a[1]);
  return a[0] * root * root;
}

double variance(const double* a) {
  const double k = a[1];
  return k > 2.0 ? a[0] / (k - 1.0) * (a[0] / (k - 1.0)) * (k / (k - 2.0)) : infinity;
}

void sample(const Stream& stream, const double* a, double* out, std::size_t n, Workspace&) {
  engine::kernels::uniform_fill(stream, out, n);
  engine::kernels::log_fill(out, out, n);
  for (std::size_t i = 0; i < n; ++i) out[i] *= -0.5 / a[1];
  engine::kernels::exp_fill(out, out, n);  // the root: scale times it twice overflows last
  for (std::size_t i = 0; i < n; ++i) {
    out[i] = std::min(a[0] * out[i] * out[i], std::numeric_limits<double>::max());
  }
}

void path(const double* x, std::size_t n, const double* a, double* out, std::size_t stride) {
  for (std::size_t i = 0; i < n; ++i) {
    out[i] = x[i] / a[0];
    out[stride + i] = -x[i] * log_ratio(x[i], a[0]) / a[1];
  }
}

void maximum_likelihood(const WeightedValues& data, double* a) {
  const Range r = range(data);
  check_differ(pareto_family, r);
  if (!(r.low > 0.0)) {
    no_maximum(pareto_family, "contain 0", "all points must be above 0", "leave 0 out");
  }
  a[0] = r.low;
  a[1] = 1.0 / weighted_mean(data, [&](double x) { return log_ratio(x, r.low); });
}

}  // namespace

constinit const Family pareto_family{
    .name = "Pareto",
    .count = 2,
    .arguments = {{{"scale", Domain::positive}, {"shape", Domain::positive}}},
    .is_discrete = false,
    .widest = half_line,
    .support =
        [](const double* a) {
          return Interval{a[0], infinity};
        },
    .log_density = formula<double>,
    .record = formula<Real>,
    .mean = [](const double* a) { return a[1] > 1.0 ? a[0] * (a[1] / (a[1] - 1.0)) : infinity; },
    .variance = variance,
    .entropy =
        [](const double* a) { return engine::log(a[0]) - engine::log(a[1]) + 1.0 / a[1] + 1.0; },
    .cdf = [](double x, const double* a) { return -std::expm1(-hazard(x, a)); },
    .survival = [](double x, const double* a) { return engine::exp(-hazard(x, a)); },
    .log_cdf =
        [](double x, const double* a) {
          const double h = hazard(x, a);
          return h < 1e-290 ? engine::log(a[1]) + engine::log(log_ratio(x, a[0]))
                            : log_complement(-h);
        },
    .log_survival = [](double x, const double* a) { return -hazard(x, a); },
    .quantile = [](double u, const double* a) { return hazard_inverse(-std::log1p(-u), a); },
    .upper_quantile = [](double u, const double* a) { return hazard_inverse(-engine::log(u), a); },
    .sample = sample,
    .path = path,
    .maximum_likelihood = maximum_likelihood};

}  // namespace leibler::inline v0::detail
