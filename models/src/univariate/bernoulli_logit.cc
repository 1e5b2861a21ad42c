// SPDX-License-Identifier: MIT
#include <leibler/models/univariate/bernoulli_logit.hpp>

#include "formulas.hpp"

namespace leibler::inline v0::detail {
namespace {

template <class T>
T formula(const T& x, const T* a) {
  using engine::softplus;
  return -softplus((1.0 - 2.0 * x) * a[0]);
}

double yes(const double* a) {
  return engine::logistic(a[0]);
}
double no(const double* a) {
  return engine::logistic(-a[0]);
}

// yes * softplus(-logit) + no * softplus(logit), without the part that cancels
double entropy(const double* a) {
  const double l = std::abs(a[0]);
  return engine::softplus(-l) + l * engine::logistic(-l);
}

void sample(const Stream& stream, const double* a, double* out, std::size_t n, Workspace&) {
  engine::kernels::uniform_fill(stream, out, n);
  const double p = yes(a);
  for (std::size_t i = 0; i < n; ++i) out[i] = out[i] < p ? 1.0 : 0.0;
}

void maximum_likelihood(const WeightedValues& data, double* a) {
  const double p = weighted_mean(data).mean;
  if (!(p > 0.0 && p < 1.0)) {
    no_maximum(bernoulli_logit_family, p > 0.0 ? "are all 1" : "are all 0",
               "the logit would be infinite", "use Bernoulli, whose p may be 0 or 1");
  }
  a[0] = engine::log(p) - std::log1p(-p);
}

}  // namespace

constinit const Family bernoulli_logit_family{
    .name = "BernoulliLogit",
    .count = 1,
    .arguments = {{{"logit", Domain::real}}},
    .is_discrete = true,
    .widest = unit_interval,
    .support = fixed_support<unit_interval>,
    .log_density = formula<double>,
    .record = formula<Real>,
    .mean = yes,
    .variance = [](const double* a) { return yes(a) * no(a); },
    .entropy = entropy,
    // between 0 and 1
    .cdf = [](double, const double* a) { return no(a); },
    .survival = [](double, const double* a) { return yes(a); },
    .log_cdf = [](double, const double* a) { return -engine::softplus(a[0]); },
    .log_survival = [](double, const double* a) { return -engine::softplus(-a[0]); },
    .quantile = [](double u, const double* a) { return u <= no(a) ? 0.0 : 1.0; },
    .upper_quantile = [](double u, const double* a) { return yes(a) <= u ? 0.0 : 1.0; },
    .sample = sample,
    .path = nullptr,
    .maximum_likelihood = maximum_likelihood};

}  // namespace leibler::inline v0::detail
