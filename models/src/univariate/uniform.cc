// SPDX-License-Identifier: MIT
#include <leibler/models/univariate/uniform.hpp>

#include "location_scale.hpp"

namespace leibler::inline v0::detail {
namespace {

template <class T>
T formula(const T& x, const T* a) {
  using engine::log, engine::where;
  return where(a[0] <= x && x <= a[1], -log(a[1] - a[0]), T(-infinity));
}

double width(const double* a) {
  return a[1] - a[0];
}
double below(double x, const double* a) {
  return (x - a[0]) / width(a);
}
double above(double x, const double* a) {
  return (a[1] - x) / width(a);
}

// From the nearer end.
double lower(double u, const double* a) {
  return u <= 0.5 ? a[0] + width(a) * u : a[1] - width(a) * (1.0 - u);
}
double upper(double u, const double* a) {
  return u <= 0.5 ? a[1] - width(a) * u : a[0] + width(a) * (1.0 - u);
}

void sample(const Stream& stream, const double* a, double* out, std::size_t n, Workspace&) {
  engine::kernels::uniform_fill(stream, out, n);
  // Rounding may not reach an end, unless there is no number between the two.
  const double least = std::nextafter(a[0], a[1]), most = std::nextafter(a[1], a[0]);
  for (std::size_t i = 0; i < n; ++i) {
    out[i] = std::max(std::min(lower(out[i], a), most), std::min(least, most));
  }
}

void path(const double* x, std::size_t n, const double* a, double* out, std::size_t stride) {
  for (std::size_t i = 0; i < n; ++i) {
    out[i] = above(x[i], a);
    out[stride + i] = below(x[i], a);
  }
}

void maximum_likelihood(const WeightedValues& data, double* a) {
  const Range r = range(data);
  check_differ(uniform_family, r);
  a[0] = r.low;
  a[1] = r.high;
}

double log_of(double p, double complement) {
  return p < 0.5 ? engine::log(p) : std::log1p(-complement);
}

}  // namespace

constinit const Family uniform_family{
    .name = "Uniform",
    .count = 2,
    .arguments = {{{"low", Domain::real}, {"high", Domain::above_previous}}},
    .is_discrete = false,
    .widest = real_line,
    .support =
        [](const double* a) {
          return Interval{a[0], a[1]};
        },
    .log_density = formula<double>,
    .record = formula<Real>,
    .mean = [](const double* a) { return 0.5 * a[0] + 0.5 * a[1]; },
    .variance = [](const double* a) { return width(a) * width(a) / 12.0; },
    .entropy = [](const double* a) { return engine::log(width(a)); },
    .cdf = below,
    .survival = above,
    .log_cdf = [](double x, const double* a) { return log_of(below(x, a), above(x, a)); },
    .log_survival = [](double x, const double* a) { return log_of(above(x, a), below(x, a)); },
    .quantile = lower,
    .upper_quantile = upper,
    .sample = sample,
    .path = path,
    .maximum_likelihood = maximum_likelihood};

}  // namespace leibler::inline v0::detail
