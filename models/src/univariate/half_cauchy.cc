// SPDX-License-Identifier: MIT
#include <leibler/models/univariate/half_cauchy.hpp>

#include <numbers>

#include "location_scale.hpp"

namespace leibler::inline v0::detail {
namespace {

constexpr double half_pi = 0.5 * std::numbers::pi;
constexpr double log_half_pi = 0.45158270528945486473;

template <class T>
T formula(const T& x, const T* a) {
  using engine::log;
  return -(log(a[0]) + log_half_pi) - log1p_square<T>(x, a[0]);
}

double below(double z) {
  return z > 1.0 ? 1.0 - std::atan(1.0 / z) / half_pi : std::atan(z) / half_pi;
}
double above(double z) {
  return below(1.0 / z);
}

// log P(Z <= x / scale), which is log P(Z > scale / x).
double log_below(double x, double scale) {
  const double z = x / scale;
  if (z < 1e-100) return engine::log(x) - engine::log(scale) - log_half_pi;
  return z > 1.0 ? std::log1p(-below(1.0 / z)) : engine::log(below(z));
}

// z with P(Z <= z) = u.
double lower(double u) {
  return u > 0.5 ? 1.0 / std::tan(half_pi * (1.0 - u)) : std::tan(half_pi * u);
}

void sample(const Stream& stream, const double* a, double* out, std::size_t n, Workspace&) {
  engine::kernels::uniform_fill(stream, out, n);
  for (std::size_t i = 0; i < n; ++i) out[i] = inside_half_line(a[0] * lower(out[i]));
}

void path(const double* x, std::size_t n, const double* a, double* out, std::size_t) {
  for (std::size_t i = 0; i < n; ++i) out[i] = x[i] / a[0];
}

// mean of x^2 / (scale^2 + x^2) is 1/2 at the maximum, and falls with the scale: Newton in
// log scale, kept between two scales with different signs.
void maximum_likelihood(const WeightedValues& data, double* a) {
  const double total = weighted_mean(data).weight;
  const double zero = weighted_mean(data, [](double x) { return x == 0.0 ? 1.0 : 0.0; });
  if (!(zero < 0.5)) {
    no_maximum(half_cauchy_family, "are 0 for " + to_short_text(zero) + " of their weight",
               "the likelihood grows without bound as the scale goes to 0",
               "give more points above 0");
  }
  double least = infinity, most = 0.0;
  for (std::size_t i = 0; i < data.size; ++i) {
    if (data.x[i] == 0.0 || (data.weight && data.weight[i] == 0.0)) continue;
    least = std::min(least, data.x[i]);
    most = std::max(most, data.x[i]);
  }
  // With weight on 0 the maximum may be below the least of the others.
  double low = engine::log(least) - 50.0, high = engine::log(most), at = engine::log(median(data));
  if (!(at > low)) at = engine::log(least);
  for (int iteration = 0; iteration < 200; ++iteration) {
    double slope = 0.0, excess = -0.5;
    for (std::size_t i = 0; i < data.size; ++i) {
      if (data.x[i] == 0.0) continue;
      const double w = (data.weight ? data.weight[i] : 1.0) / total;
      const double p = engine::logistic(2.0 * (engine::log(data.x[i]) - at));
      excess += w * p;
      slope -= 2.0 * w * p * (1.0 - p);
    }
    (excess > 0.0 ? low : high) = at;
    const double step = excess / slope, newton = at - step;
    if (std::abs(step) <= 1e-15 * std::max(1.0, std::abs(at))) break;
    at = newton > low && newton < high ? newton : 0.5 * (low + high);
  }
  a[0] = engine::exp(at);
}

}  // namespace

constinit const Family half_cauchy_family{
    .name = "HalfCauchy",
    .count = 1,
    .arguments = {{{"scale", Domain::positive}}},
    .is_discrete = false,
    .widest = half_line,
    .support = fixed_support<half_line>,
    .log_density = formula<double>,
    .record = formula<Real>,
    .mean = [](const double*) { return infinity; },
    .variance = [](const double*) { return infinity; },
    .entropy =
        [](const double* a) { return engine::log(a[0]) + log_half_pi + 2.0 * std::numbers::ln2; },
    .cdf = [](double x, const double* a) { return below(x / a[0]); },
    .survival = [](double x, const double* a) { return above(x / a[0]); },
    .log_cdf = [](double x, const double* a) { return log_below(x, a[0]); },
    .log_survival = [](double x, const double* a) { return log_below(a[0], x); },
    .quantile = [](double u, const double* a) { return a[0] * lower(u); },
    .upper_quantile = [](double u, const double* a) { return a[0] / lower(u); },
    .sample = sample,
    .path = path,
    .maximum_likelihood = maximum_likelihood};

}  // namespace leibler::inline v0::detail
