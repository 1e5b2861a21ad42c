// SPDX-License-Identifier: MIT
#include <leibler/models/univariate/binomial.hpp>

#include "counts.hpp"
#include "incomplete.hpp"
#include "location_scale.hpp"
#include "log_gamma.hpp"

namespace leibler::inline v0::detail {
namespace {

// a[0] is n, a[1] is p.
template <class T>
T formula(const T& x, const T* a) {
  using engine::log, engine::log1p, engine::where;
  const T rest = a[0] - x;
  const T success = where(0.0 < x, x * log(a[1]), T(0.0));
  const T failure = where(0.0 < rest, rest * log1p(-a[1]), T(0.0));
  return where(x <= a[0], log_choose(a[0], x) + success + failure, T(-infinity));
}

// X <= x, x < n, where the success number x + 1 of a Beta(x + 1, n - x) is above p.
LogTails log_tails(double x, const double* a) {
  const double n = a[0], p = a[1];
  if (p == 0.0) return {0.0, -infinity};
  if (p == 1.0) return {-infinity, 0.0};
  const auto [below, above] = beta_log_tails(x + 1.0, n - x, p, 1.0 - p);
  return {above, below};
}

double variance(const double* a) {
  return a[0] * a[1] * (1.0 - a[1]);
}

double entropy(const double* a) {
  const double n = a[0], p = a[1];
  if (n == 0.0 || p == 0.0 || p == 1.0) return 0.0;
  return entropy_by_sum(0.0, n, (n + 1.0) * p, std::sqrt(variance(a)),
                        [&](double k) { return binomial_log_density(k, n, p); });
}

void sample(const Stream& stream, const double* a, double* out, std::size_t n, Workspace&) {
  if (a[0] * std::min(a[1], 1.0 - a[1]) < inversion_mean) {
    engine::kernels::uniform_fill(stream, out, n);
    for (std::size_t i = 0; i < n; ++i) out[i] = binomial_by_inversion(out[i], a[0], a[1]);
    return;
  }
  engine::StreamEngine generator(stream);
  for (std::size_t i = 0; i < n; ++i) out[i] = binomial_draw(generator, a[0], a[1]);
}

void maximum_likelihood(const WeightedValues& data, double* a) {
  const double largest = range(data).high;
  if (largest > a[0]) {
    no_maximum(binomial_family, "contain " + to_text(largest),
               "no point may be above n = " + to_text(a[0]), "take a larger n");
  }
  if (a[0] > 0.0) a[1] = std::min(weighted_mean(data).mean / a[0], 1.0);
}

}  // namespace

constinit const Family binomial_family{
    .name = "Binomial",
    .count = 2,
    .arguments = {{{"n", Domain::count}, {"p", Domain::unit_interval}}},
    .is_discrete = true,
    .widest = half_line,
    .support =
        [](const double* a) {
          return Interval{0.0, a[0]};
        },
    .log_density = formula<double>,
    .record = formula<Real>,
    .mean = [](const double* a) { return a[0] * a[1]; },
    .variance = variance,
    .entropy = entropy,
    .cdf = [](double x, const double* a) { return engine::exp(log_tails(x, a).below); },
    .survival = [](double x, const double* a) { return engine::exp(log_tails(x, a).above); },
    .log_cdf = [](double x, const double* a) { return log_tails(x, a).below; },
    .log_survival = [](double x, const double* a) { return log_tails(x, a).above; },
    .quantile = [](double u, const double* a) { return count_quantile(binomial_family, u, a); },
    .upper_quantile = [](double u,
                         const double* a) { return count_upper_quantile(binomial_family, u, a); },
    .sample = sample,
    .path = nullptr,
    .accurate_log_density = [](double x,
                               const double* a) { return binomial_log_density(x, a[0], a[1]); },
    .maximum_likelihood = maximum_likelihood};

}  // namespace leibler::inline v0::detail
