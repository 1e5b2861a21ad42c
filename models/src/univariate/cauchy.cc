// SPDX-License-Identifier: MIT
#include <leibler/models/univariate/cauchy.hpp>

#include <numbers>

#include "location_scale.hpp"

namespace leibler::inline v0::detail {
namespace {

constexpr double pi = std::numbers::pi;
constexpr double log_pi = 1.14472988584940017414;

template <class T>
T formula(const T& x, const T* a) {
  using engine::log;
  return -(log(a[1]) + log_pi) - log1p_square<T>(x - a[0], a[1]);
}

// P(Z > z).
double tail(double z) {
  return z > 1.0 ? std::atan(1.0 / z) / pi : 0.5 - std::atan(z) / pi;
}

// Of d = scale z.
double log_tail(double d, double scale) {
  const double z = d / scale;
  if (z > 1e100) return engine::log(scale) - engine::log(d) - log_pi;
  return z < -1.0 ? std::log1p(-tail(-z)) : engine::log(tail(z));
}

// z with P(Z > z) = u.
double upper(double u) {
  if (u < 0.25) return 1.0 / std::tan(pi * u);
  if (u > 0.75) return -1.0 / std::tan(pi * (1.0 - u));
  return std::tan(pi * (0.5 - u));
}

void sample(const Stream& stream, const double* a, double* out, std::size_t n, Workspace&) {
  engine::kernels::uniform_fill(stream, out, n);
  for (std::size_t i = 0; i < n; ++i) out[i] = bounded(a[0] + a[1] * upper(out[i]));
}

void maximum_likelihood(const WeightedValues& data, double* a) {
  StudentTFit fit(cauchy_family, data);
  fit.fit(1.0);
  a[0] = fit.location();
  a[1] = fit.scale();
}

}  // namespace

constinit const Family cauchy_family{
    .name = "Cauchy",
    .count = 2,
    .arguments = {{{"location", Domain::real}, {"scale", Domain::positive}}},
    .is_discrete = false,
    .widest = real_line,
    .support = fixed_support<real_line>,
    .log_density = formula<double>,
    .record = formula<Real>,
    .mean = [](const double*) { return nan; },
    .variance = [](const double*) { return nan; },
    .entropy = [](const double* a) { return engine::log(a[1]) + log_pi + 2.0 * std::numbers::ln2; },
    .cdf = [](double x, const double* a) { return tail(-standardized(x, a)); },
    .survival = [](double x, const double* a) { return tail(standardized(x, a)); },
    .log_cdf = [](double x, const double* a) { return log_tail(a[0] - x, a[1]); },
    .log_survival = [](double x, const double* a) { return log_tail(x - a[0], a[1]); },
    .quantile = [](double u, const double* a) { return a[0] - a[1] * upper(u); },
    .upper_quantile = [](double u, const double* a) { return a[0] + a[1] * upper(u); },
    .sample = sample,
    .path = location_scale_path,
    .maximum_likelihood = maximum_likelihood};

}  // namespace leibler::inline v0::detail
