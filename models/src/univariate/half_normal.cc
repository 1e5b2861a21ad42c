// SPDX-License-Identifier: MIT
#include <leibler/models/univariate/half_normal.hpp>

#include <numbers>

#include <boost/math/special_functions/erf.hpp>

#include "location_scale.hpp"
#include "normal_tails.hpp"

namespace leibler::inline v0::detail {
namespace {

constexpr double half_log_half_pi = 0.22579135264472743236;
constexpr double root_half_pi = 1.25331413731550025121;
constexpr double root_half = 0.70710678118654752440;

template <class T>
T formula(const T& x, const T* a) {
  using engine::log;
  const T z = x / a[0];
  return -0.5 * (z * z) - (log(a[0]) + half_log_half_pi);
}

double above(double z) {
  return 2.0 * normal_cdf(-z);
}
double below(double z) {
  return z < 0.5 ? std::erf(z * root_half) : 1.0 - above(z);
}
double log_below(double x, double scale) {
  const double z = x / scale;
  if (z < 1e-9) return engine::log(x) - engine::log(scale) - half_log_half_pi;
  return z < 0.5 ? engine::log(below(z)) : std::log1p(-above(z));
}
double log_above(double z) {
  return z < 0.5 ? std::log1p(-below(z)) : std::numbers::ln2 + normal_log_cdf(-z);
}

// z with P(Z <= z) = u, and P(Z > z) = u.
double lower(double u) {
  if (u < 1e-9) return u * root_half_pi;  // erf is linear there
  return u < 0.5 ? std::numbers::sqrt2 * boost::math::erf_inv(u)
                 : -normal_quantile(0.5 * (1.0 - u));
}
double upper(double u) {
  return u > 0.5 ? lower(1.0 - u) : -normal_quantile(0.5 * u);
}

void sample(const Stream& stream, const double* a, double* out, std::size_t n, Workspace&) {
  engine::kernels::normal_fill(stream, out, n);
  for (std::size_t i = 0; i < n; ++i) out[i] = inside_half_line(a[0] * std::abs(out[i]));
}

void path(const double* x, std::size_t n, const double* a, double* out, std::size_t) {
  for (std::size_t i = 0; i < n; ++i) out[i] = x[i] / a[0];
}

void maximum_likelihood(const WeightedValues& data, double* a) {
  const double largest = range(data).high;
  if (!(largest > 0.0)) {
    no_maximum(half_normal_family, "are all 0", "their mean square must be positive",
               "give points above 0");
  }
  // in units of the largest: no square overflows
  a[0] = largest * std::sqrt(weighted_mean(data, [&](double x) {
           const double y = x / largest;
           return y * y;
         }));
}

}  // namespace

constinit const Family half_normal_family{
    .name = "HalfNormal",
    .count = 1,
    .arguments = {{{"scale", Domain::positive}}},
    .is_discrete = false,
    .widest = half_line,
    .support = fixed_support<half_line>,
    .log_density = formula<double>,
    .record = formula<Real>,
    .mean = [](const double* a) { return a[0] / root_half_pi; },
    .variance = [](const double* a) { return a[0] * a[0] * (1.0 - 2.0 * std::numbers::inv_pi); },
    .entropy = [](const double* a) { return engine::log(a[0]) + half_log_half_pi + 0.5; },
    .cdf = [](double x, const double* a) { return below(x / a[0]); },
    .survival = [](double x, const double* a) { return above(x / a[0]); },
    .log_cdf = [](double x, const double* a) { return log_below(x, a[0]); },
    .log_survival = [](double x, const double* a) { return log_above(x / a[0]); },
    .quantile = [](double u, const double* a) { return a[0] * lower(u); },
    .upper_quantile = [](double u, const double* a) { return a[0] * upper(u); },
    .sample = sample,
    .path = path,
    .maximum_likelihood = maximum_likelihood};

}  // namespace leibler::inline v0::detail
