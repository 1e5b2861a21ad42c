// SPDX-License-Identifier: MIT
#include <leibler/models/univariate/poisson.hpp>

#include "counts.hpp"
#include "incomplete.hpp"

namespace leibler::inline v0::detail {
namespace {

template <class T>
T formula(const T& x, const T* a) {
  using engine::lgamma, engine::log;
  return x * log(a[0]) - a[0] - lgamma(x + 1.0);
}

// X > x as long as x + 1 events take at most unit time.
LogTails log_tails(double x, const double* a) {
  const auto [below, above] = gamma_log_tails(x + 1.0, a[0]);
  return {above, below};
}

double entropy(const double* a) {
  const double rate = a[0], root = std::sqrt(rate);
  if (rate > 1e6) {  // by its cumulants; the next term is below 1e-18
    return 0.5 * engine::log(2.0 * 3.14159265358979323846 * rate) + 0.5 - 1.0 / (12.0 * rate) -
           1.0 / (24.0 * rate * rate);
  }
  return entropy_by_sum(0.0, infinity, rate, root,
                        [&](double k) { return poisson_log_density(k, rate); });
}

void sample(const Stream& stream, const double* a, double* out, std::size_t n, Workspace&) {
  if (a[0] < inversion_mean) {
    engine::kernels::uniform_fill(stream, out, n);
    for (std::size_t i = 0; i < n; ++i) out[i] = poisson_by_inversion(out[i], a[0]);
    return;
  }
  engine::StreamEngine generator(stream);
  for (std::size_t i = 0; i < n; ++i) out[i] = poisson_draw(generator, a[0]);
}

void maximum_likelihood(const WeightedValues& data, double* a) {
  const double mean = weighted_mean(data).mean;
  if (!(mean > 0.0)) {
    no_maximum(poisson_family, "are all 0", "their mean must be positive", "give points above 0");
  }
  a[0] = mean;
}

}  // namespace

constinit const Family poisson_family{
    .name = "Poisson",
    .count = 1,
    .arguments = {{{"rate", Domain::positive}}},
    .is_discrete = true,
    .widest = half_line,
    .support = fixed_support<half_line>,
    .log_density = formula<double>,
    .record = formula<Real>,
    .mean = [](const double* a) { return a[0]; },
    .variance = [](const double* a) { return a[0]; },
    .entropy = entropy,
    .cdf = [](double x, const double* a) { return engine::exp(log_tails(x, a).below); },
    .survival = [](double x, const double* a) { return engine::exp(log_tails(x, a).above); },
    .log_cdf = [](double x, const double* a) { return log_tails(x, a).below; },
    .log_survival = [](double x, const double* a) { return log_tails(x, a).above; },
    .quantile = [](double u, const double* a) { return count_quantile(poisson_family, u, a); },
    .upper_quantile = [](double u,
                         const double* a) { return count_upper_quantile(poisson_family, u, a); },
    .sample = sample,
    .path = nullptr,
    .accurate_log_density = [](double x, const double* a) { return poisson_log_density(x, a[0]); },
    .maximum_likelihood = maximum_likelihood};

}  // namespace leibler::inline v0::detail
