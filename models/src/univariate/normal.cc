// SPDX-License-Identifier: MIT
#include <leibler/models/univariate/normal.hpp>

#include <algorithm>

#include "formulas.hpp"
#include "location_scale.hpp"
#include "normal_tails.hpp"

namespace leibler::inline v0::detail {
namespace {

constexpr double half_log_two_pi = 0.91893853320467274178;

template <class T>
T formula(const T& x, const T* a) {
  using engine::log;
  const T z = (x - a[0]) / a[1];
  return -0.5 * (z * z) - (log(a[1]) + half_log_two_pi);
}

void sample(const Stream& stream, const double* a, double* out, std::size_t n, Workspace&) {
  engine::kernels::normal_fill(stream, out, n, 1);
  for (std::size_t i = 0; i < n; ++i) out[i] = a[0] + a[1] * out[i];
}

void maximum_likelihood(const WeightedValues& data, double* a) {
  const Range r = range(data);
  check_differ(normal_family, r);
  const double about = weighted_mean(data, [](double x) { return x; });
  const double mean = about + weighted_mean(data, [&](double x) { return x - about; });
  const double width = std::max(r.high - mean, mean - r.low);  // squares of what is at most 1
  a[0] = mean;
  a[1] = width * std::sqrt(weighted_mean(data, [&](double x) {
           const double z = (x - mean) / width;
           return z * z;
         }));
}

}  // namespace

constinit const Family normal_family{
    .name = "Normal",
    .count = 2,
    .arguments = {{{"mean", Domain::real}, {"stddev", Domain::positive}}},
    .is_discrete = false,
    .widest = real_line,
    .support = fixed_support<real_line>,
    .log_density = formula<double>,
    .record = formula<Real>,
    .mean = [](const double* a) { return a[0]; },
    .variance = [](const double* a) { return a[1] * a[1]; },
    .entropy = [](const double* a) { return half_log_two_pi + 0.5 + engine::log(a[1]); },
    .cdf = [](double x, const double* a) { return normal_cdf(standardized(x, a)); },
    .survival = [](double x, const double* a) { return normal_cdf(-standardized(x, a)); },
    .log_cdf = [](double x, const double* a) { return normal_log_cdf(standardized(x, a)); },
    .log_survival = [](double x, const double* a) { return normal_log_cdf(-standardized(x, a)); },
    .quantile = [](double u, const double* a) { return a[0] + a[1] * normal_quantile(u); },
    .upper_quantile = [](double u, const double* a) { return a[0] - a[1] * normal_quantile(u); },
    .sample = sample,
    .path = location_scale_path,
    .maximum_likelihood = maximum_likelihood};

}  // namespace leibler::inline v0::detail
