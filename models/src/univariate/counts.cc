// SPDX-License-Identifier: MIT
#include "counts.hpp"

#include "gamma_fill.hpp"
#include "incomplete.hpp"

namespace leibler::inline v0::detail {

double poisson_log_density(double k, double rate) {
  if (k < 10.0) return k * engine::log(rate) - rate - engine::lgamma(k + 1.0);
  return gamma_log_prefix(k + 1.0, rate) - engine::log(rate);
}

double binomial_log_density(double k, double n, double p) {
  if (p == 0.0 || p == 1.0) return k == (p == 0.0 ? 0.0 : n) ? 0.0 : -infinity;
  if (k == 0.0) return n * std::log1p(-p);
  if (k == n) return n * engine::log(p);
  return beta_log_prefix(k + 1.0, n - k + 1.0, p, 1.0 - p) - engine::log(p) - std::log1p(-p) -
         engine::log(n + 1.0);
}

double negative_binomial_log_density(double k, double r, double p) {
  if (p == 1.0) return k == 0.0 ? 0.0 : -infinity;
  if (k == 0.0) return r * engine::log(p);
  return beta_log_prefix(r, k + 1.0, p, 1.0 - p) - std::log1p(-p) - engine::log(r + k);
}

namespace {

// By adding up probabilities from 0 on: `ratio(k)` is p(k) / p(k - 1).
template <class F>
double by_inversion(double u, double p_zero, double last, F&& ratio) {
  double k = 0.0, p = p_zero;
  while (u > p && k < last) {
    u -= p;
    ++k;
    p *= ratio(k);
    if (p < 1e-25) break;  // what is left is the rounding of the sum
  }
  return k;
}

}  // namespace

double poisson_by_inversion(double u, double rate) {
  return by_inversion(u, engine::exp(-rate), infinity, [&](double k) { return rate / k; });
}

double binomial_by_inversion(double u, double n, double p) {
  if (p > 0.5) return n - binomial_by_inversion(u, n, 1.0 - p);
  const double odds = p / (1.0 - p);
  return by_inversion(u, engine::exp(n * std::log1p(-p)), n,
                      [&](double k) { return (n - k + 1.0) / k * odds; });
}

// Transformed rejection with squeeze for larger means [1, 2].
// [1] W. Hoermann. The transformed rejection method for generating Poisson random variables.
//     Insurance: Mathematics and Economics 12, 1993.
// [2] W. Hoermann. The generation of binomial random variates. J. Statist. Comput. Simul. 46, 1993.
double poisson_draw(engine::StreamEngine& generator, double rate) {
  if (rate < inversion_mean) return poisson_by_inversion(uniform(generator), rate);
  const double b = 0.931 + 2.53 * std::sqrt(rate), a = -0.059 + 0.02483 * b;
  const double inverse_alpha = 1.1239 + 1.1328 / (b - 3.4), squeeze = 0.9277 - 3.6224 / (b - 2.0);
  for (;;) {
    const double u = uniform(generator) - 0.5, v = uniform(generator), us = 0.5 - std::abs(u);
    const double k = std::floor((2.0 * a / us + b) * u + rate + 0.43);
    if (us >= 0.07 && v <= squeeze) return k;
    if (k < 0.0 || !(us >= 0.013 || v <= us) || !std::isfinite(k)) continue;
    if (engine::log(v * inverse_alpha / (a / (us * us) + b)) <= poisson_log_density(k, rate)) {
      return k;
    }
  }
}

double binomial_draw(engine::StreamEngine& generator, double n, double p) {
  if (p > 0.5) return n - binomial_draw(generator, n, 1.0 - p);
  if (n * p < inversion_mean) return binomial_by_inversion(uniform(generator), n, p);
  const double root = std::sqrt(n * p * (1.0 - p)), b = 1.15 + 2.53 * root;
  const double a = -0.0873 + 0.0248 * b + 0.01 * p, center = n * p + 0.5;
  const double squeeze = 0.92 - 4.2 / b, alpha = (2.83 + 5.1 / b) * root;
  const double at_mode = binomial_log_density(std::floor((n + 1.0) * p), n, p);
  for (;;) {
    const double u = uniform(generator) - 0.5, v = uniform(generator), us = 0.5 - std::abs(u);
    const double k = std::floor((2.0 * a / us + b) * u + center);
    if (us >= 0.07 && v <= squeeze) return k;
    if (!(k >= 0.0 && k <= n)) continue;
    if (engine::log(v * alpha / (a / (us * us) + b)) <= binomial_log_density(k, n, p) - at_mode) {
      return k;
    }
  }
}

}  // namespace leibler::inline v0::detail
