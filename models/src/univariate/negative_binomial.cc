// SPDX-License-Identifier: MIT
#include <leibler/models/univariate/negative_binomial.hpp>

#include <array>
#include <tuple>

#include <boost/math/quadrature/gauss.hpp>
#include <boost/math/tools/toms748_solve.hpp>

#include <leibler/models/univariate/gamma.hpp>

#include "counts.hpp"
#include "gamma_fill.hpp"
#include "incomplete.hpp"
#include "log_gamma.hpp"

namespace leibler::inline v0::detail {
namespace {

// a[0] is r, a[1] is p.
// log Gamma(x + r) / (Gamma(r) x!) = -log B(r, x + 1) - log(x + r)
template <class T>
T formula(const T& x, const T* a) {
  using engine::log, engine::log1p, engine::where;
  return a[0] * log(a[1]) +
         where(0.0 < x, x * log1p(-a[1]) - log_beta(a[0], x + 1.0) - log(x + a[0]), T(0.0));
}

// X <= x where success number r of a Beta(r, x + 1) is below p.
LogTails log_tails(double x, const double* a) {
  const double r = a[0], p = a[1];
  if (p == 1.0) return {0.0, -infinity};
  return beta_log_tails(r, x + 1.0, p, 1.0 - p);
}

double mean(const double* a) {
  return a[0] * ((1.0 - a[1]) / a[1]);
}
double variance(const double* a) {
  return mean(a) / a[1];
}

// A sum over whole numbers from `first` on of what is smooth there, as an integral over doubling
// panels and the first terms of the Euler-Maclaurin formula for midpoints. It ends above `mean`.
template <class F>
double sum_of_smooth_tail(double first, double mean, F&& f) {
  using Rule = boost::math::quadrature::gauss<double, 30>;
  const double start = first - 0.5;
  double sum = 0.0;
  for (double low = start; low < 0x1p1022; low *= 2.0) {
    const double panel = Rule::integrate(f, low, 2.0 * low);
    sum += panel;
    if (low > mean && std::abs(panel) <= 1e-18 * std::abs(sum)) break;
  }
  const double h = 0.01 * start;
  const auto at = [&](double k) { return f(start + k * h); };
  const double slope = (8.0 * (at(1) - at(-1)) - (at(2) - at(-2))) / (12.0 * h);
  const double third = (at(2) - at(-2) - 2.0 * (at(1) - at(-1))) / (2.0 * h * h * h);
  return sum + slope / 24.0 - 7.0 / 5760.0 * third;
}

double entropy(const double* a) {
  const double r = a[0], p = a[1];
  if (p == 1.0) return 0.0;
  const auto log_density = [&](double k) { return negative_binomial_log_density(k, r, p); };
  const double m = mean(a), deviation = std::sqrt(m) / std::sqrt(p);  // the square may overflow
  constexpr double direct = 2000.0;
  if (r >= 50.0 && p < 1e-17) return gamma_family.entropy(a);  // its limit as p falls
  if (r >= 50.0) {
    return entropy_by_sum(0.0, infinity, std::max(r - 1.0, 0.0) * ((1.0 - p) / p), deviation,
                          log_density);
  }
  // A long tail of a power and an exponential: no bell.
  const auto term = [&](double k) {
    const double l = log_density(k);
    return l > -745.0 ? -l * engine::exp(l) : 0.0;
  };
  double sum = 0.0;
  for (double k = 0.0; k < direct; ++k) sum += term(k);
  return sum + sum_of_smooth_tail(direct, m, term);
}

// Poisson of a rate that is from Gamma(r, p / (1 - p)).
void sample(const Stream& stream, const double* a, double* out, std::size_t n,
            Workspace& workspace) {
  log_gamma_fill(sibling(stream, 8), a[0], out, n, workspace);
  const double log_odds = std::log1p(-a[1]) - engine::log(a[1]);
  engine::StreamEngine generator(stream);
  for (std::size_t i = 0; i < n; ++i) {
    const double rate = std::min(engine::exp(out[i] + log_odds), 0x1p1000);
    out[i] = poisson_draw(generator, rate);
  }
}

// digamma(r + x) - digamma(r)
double digamma_rise(double r, double x) {
  if (r < 10.0) return engine::digamma(r + x) - engine::digamma(r);
  return std::log1p(x / r) + 0.5 * x / (r * (r + x)) + stirling_rest_slope(r + x) -
         stirling_rest_slope(r);
}

// p = r / (r + mean); what is left falls through 0 once as r rises where the variance is above the
// mean, and never otherwise: then a Poisson distribution, r = infinity, is best [1].
// [1] J. Aragon, D. Eberly and S. Eberly. Existence and uniqueness of the maximum likelihood
//     estimator for the two-parameter negative binomial distribution. Statistics and Probability
//     Letters 15, 1992.
void maximum_likelihood(const WeightedValues& data, double* a) {
  const auto [weight, m, v] = weighted_mean(data);
  if (!(v > m)) {
    no_maximum(negative_binomial_family, "have mean " + to_text(m) + " and variance " + to_text(v),
               "their variance must be above their mean", "use Poisson");
  }
  const auto slope = [&, mean = m](double log_r) {
    const double r = engine::exp(log_r);
    return weighted_mean(data, [&](double x) { return x == 0.0 ? 0.0 : digamma_rise(r, x); }) -
           std::log1p(mean / r);
  };
  double low = engine::log(m * m / (v - m)), high = low;
  for (int i = 0; i < 60 && slope(low) < 0.0; ++i) low -= 2.0;
  for (int i = 0; i < 60 && slope(high) > 0.0; ++i) high += 2.0;
  if (low < high) {
    std::uintmax_t steps = 200;
    std::tie(low, high) = boost::math::tools::toms748_solve(
        slope, low, high,
        [](double l, double h) { return h - l <= 1e-15 * (1.0 + std::abs(l) + std::abs(h)); },
        steps);
  }
  a[0] = engine::exp(0.5 * (low + high));
  a[1] = a[0] / (a[0] + m);
}

}  // namespace

constinit const Family negative_binomial_family{
    .name = "NegativeBinomial",
    .count = 2,
    .arguments = {{{"r", Domain::positive}, {"p", Domain::success}}},
    .is_discrete = true,
    .widest = half_line,
    .support = fixed_support<half_line>,
    .log_density = formula<double>,
    .record = formula<Real>,
    .mean = mean,
    .variance = variance,
    .entropy = entropy,
    .cdf = [](double x, const double* a) { return engine::exp(log_tails(x, a).below); },
    .survival = [](double x, const double* a) { return engine::exp(log_tails(x, a).above); },
    .log_cdf = [](double x, const double* a) { return log_tails(x, a).below; },
    .log_survival = [](double x, const double* a) { return log_tails(x, a).above; },
    .quantile = [](double u,
                   const double* a) { return count_quantile(negative_binomial_family, u, a); },
    .upper_quantile =
        [](double u, const double* a) {
          return count_upper_quantile(negative_binomial_family, u, a);
        },
    .sample = sample,
    .path = nullptr,
    .accurate_log_density =
        [](double x, const double* a) { return negative_binomial_log_density(x, a[0], a[1]); },
    .maximum_likelihood = maximum_likelihood};

}  // namespace leibler::inline v0::detail
