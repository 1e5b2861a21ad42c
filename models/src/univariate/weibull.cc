// SPDX-License-Identifier: MIT
#include <leibler/models/univariate/weibull.hpp>

#include <array>
#include <numbers>

#include <leibler/engine/kernels/elementary.hpp>

#include "location_scale.hpp"
#include "log_ratio.hpp"
#include "root.hpp"

namespace leibler::inline v0::detail {
namespace {

// a[0] is the shape k, a[1] the scale s.
template <class T>
T formula(const T& x, const T* a) {
  using engine::exp, engine::log, engine::where;
  const T r = log_ratio(x, a[1]), constant = log(a[0]) - log(a[1]);
  const T at_zero =
      where(a[0] < 1.0, T(infinity), where(1.0 < a[0], T(-infinity), constant - x / a[1]));
  return where(0.0 < x, constant + (a[0] - 1.0) * r - exp(a[0] * r), at_zero);
}

// log h, where the survival function is exp(-h).
double log_hazard(double x, const double* a) {
  return a[0] * log_ratio(x, a[1]);
}

double hazard_inverse(double h, const double* a) {
  const double ratio = std::pow(h, 1.0 / a[0]);
  if (std::isnormal(ratio)) return a[1] * ratio;
  return engine::exp(engine::log(h) / a[0] + engine::log(a[1]));
}

// log Gamma(1 + 2 e) - 2 log Gamma(1 + e), which is small as e^2: by the series
// log Gamma(1 + z) = -gamma z + sum_j zeta(j) (-z)^j / j.
double log_moment_ratio(double e) {
  if (e > 0.05) return engine::lgamma(1.0 + 2.0 * e) - 2.0 * engine::lgamma(1.0 + e);
  constexpr std::array<double, 15> zeta{
      1.6449340668482264365, 1.2020569031595942854, 1.0823232337111381915, 1.0369277551433699263,
      1.0173430619844491397, 1.0083492773819228268, 1.0040773561979443394, 1.0020083928260822144,
      1.0009945751278180853, 1.0004941886041194646, 1.0002460865533080483, 1.0001227133475784891,
      1.0000612481350587048, 1.0000305882363070205, 1.0000152822594086519};
  double sum = 0.0, power = e * e, two = 4.0;  // (-e)^j, 2^j
  for (std::size_t k = 0; k < zeta.size(); ++k) {
    sum += zeta[k] * power * (two - 2.0) / static_cast<double>(k + 2);
    power *= -e;
    two *= 2.0;
  }
  return sum;
}

double mean(const double* a) {
  return engine::exp(engine::lgamma(1.0 + 1.0 / a[0]) + engine::log(a[1]));
}
double variance(const double* a) {
  const double e = 1.0 / a[0];
  const double log_square = 2.0 * (engine::lgamma(1.0 + e) + engine::log(a[1]));
  const double log_ratio_less_one = [&] {
    const double d = log_moment_ratio(e);
    return d > 40.0 ? d : engine::log(std::expm1(d));
  }();
  return engine::exp(log_square + log_ratio_less_one);
}

void sample(const Stream& stream, const double* a, double* out, std::size_t n, Workspace&) {
  engine::kernels::uniform_fill(stream, out, n);
  engine::kernels::log_fill(out, out, n);
  for (std::size_t i = 0; i < n; ++i) out[i] = -out[i];
  engine::kernels::log_fill(out, out, n);
  for (std::size_t i = 0; i < n; ++i) out[i] *= 0.5 / a[0];
  engine::kernels::exp_fill(out, out, n);  // the root: scale times it twice overflows last
  for (std::size_t i = 0; i < n; ++i) out[i] = inside_half_line(a[1] * out[i] * out[i]);
}

void path(const double* x, std::size_t n, const double* a, double* out, std::size_t stride) {
  for (std::size_t i = 0; i < n; ++i) {
    out[i] = -x[i] * log_ratio(x[i], a[1]) / a[0];
    out[stride + i] = x[i] / a[1];
  }
}

// The shape solves sum w y^k log y / sum w y^k - 1 / k = mean log y, whose left side rises; y in
// units of the largest, so that nothing overflows.
void maximum_likelihood(const WeightedValues& data, double* a) {
  const Range r = range(data);
  check_differ(weibull_family, r);
  if (!(r.low > 0.0)) {
    no_maximum(weibull_family, "contain 0", "the density of a shape below 1 is infinite there",
               "leave 0 out");
  }
  const auto log_y = [&](double x) { return log_ratio(x, r.high); };
  const double mean_log = weighted_mean(data, log_y);
  const double spread = std::sqrt(weighted_mean(data, [&](double x) {
    const double d = log_y(x) - mean_log;
    return d * d;
  }));
  const auto moments = [&](double k) {
    std::array<double, 3> sums{};  // of y^k (log y)^j
    for (std::size_t i = 0; i < data.size; ++i) {
      const double w = data.weight ? data.weight[i] : 1.0;
      if (w == 0.0) continue;
      const double l = log_y(data.x[i]), y = w * engine::exp(k * l);
      sums[0] += y;
      sums[1] += y * l;
      sums[2] += y * l * l;
    }
    return sums;
  };
  const double t = rising_root(
      [&](double log_k) -> ValueAndSlope {
        const double k = engine::exp(log_k);
        const auto s = moments(k);
        const double m = s[1] / s[0], v = s[2] / s[0] - m * m;
        return {k * (m - mean_log) - 1.0, k * (m - mean_log) + k * k * v};
      },
      engine::log(1.28 / spread));
  a[0] = engine::exp(t);
  const double power = weighted_mean(data, [&](double x) { return engine::exp(a[0] * log_y(x)); });
  a[1] = r.high * std::pow(power, 1.0 / a[0]);
}

}  // namespace

constinit const Family weibull_family{
    .name = "Weibull",
    .count = 2,
    .arguments = {{{"shape", Domain::positive}, {"scale", Domain::positive}}},
    .is_discrete = false,
    .widest = half_line,
    .support = fixed_support<half_line>,
    .log_density = formula<double>,
    .record = formula<Real>,
    .mean = mean,
    .variance = variance,
    .entropy =
        [](const double* a) {
          return std::numbers::egamma * (1.0 - 1.0 / a[0]) + engine::log(a[1]) - engine::log(a[0]) +
                 1.0;
        },
    .cdf = [](double x, const double* a) { return -std::expm1(-engine::exp(log_hazard(x, a))); },
    .survival = [](double x,
                   const double* a) { return engine::exp(-engine::exp(log_hazard(x, a))); },
    .log_cdf = [](double x, const double* a) { return log_of_hazard(log_hazard(x, a)); },
    .log_survival = [](double x, const double* a) { return -engine::exp(log_hazard(x, a)); },
    .quantile = [](double u, const double* a) { return hazard_inverse(-std::log1p(-u), a); },
    .upper_quantile = [](double u, const double* a) { return hazard_inverse(-engine::log(u), a); },
    .sample = sample,
    .path = path,
    .maximum_likelihood = maximum_likelihood};

}  // namespace leibler::inline v0::detail
