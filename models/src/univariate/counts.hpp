// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>

#include <leibler/engine/random.hpp>

#include "formulas.hpp"
#include "normal_tails.hpp"

// What the families of counts have in common.
namespace leibler::inline v0::detail {

/// log p(k) by its saddle point [1]: right to a few ulp of its own size and of 1 also where its
/// terms are huge. k is a whole number of the support.
/// [1] C. Loader. Fast and accurate computation of binomial probabilities. 2000.
[[nodiscard]] double poisson_log_density(double k, double rate);
[[nodiscard]] double binomial_log_density(double k, double n, double p);
[[nodiscard]] double negative_binomial_log_density(double k, double r, double p);

/// The count at which probabilities added up from 0 on reach u: for means below 10.
inline constexpr double inversion_mean = 10.0;
[[nodiscard]] double poisson_by_inversion(double u, double rate);
[[nodiscard]] double binomial_by_inversion(double u, double n, double p);

/// One draw; finite, and in the support.
[[nodiscard]] double poisson_draw(engine::StreamEngine& generator, double rate);
[[nodiscard]] double binomial_draw(engine::StreamEngine& generator, double n, double p);

/// The smallest whole number in [low, high] at which `is_enough`, which holds from some number on;
/// high, if it holds nowhere.
template <class F>
[[nodiscard]] double smallest_whole(double guess, double low, double high, F&& is_enough) {
  double at = std::clamp(std::floor(guess), low, std::min(high, 0x1p1000)), below, above;
  if (std::isnan(at)) at = low;
  double step = 1.0;
  if (is_enough(at)) {
    for (above = at, below = low - 1.0; above > low; above = at, step *= 2.0) {
      at = std::max(std::min(above - step, std::nextafter(above, low)), low);
      if (is_enough(at)) continue;
      below = at;
      break;
    }
    if (below < low) return low;
  } else {
    for (below = at, above = high; below < high; below = at, step *= 2.0) {
      at = std::min(std::max(below + step, std::nextafter(below, high)), high);
      if (at < high && !is_enough(at)) continue;
      above = at;
      break;
    }
  }
  while (above - below > 1.0) {
    const double middle = below + std::floor(0.5 * (above - below));
    if (!(middle > below && middle < above)) break;
    (is_enough(middle) ? above : below) = middle;
  }
  return above;
}

/// Quantiles of a family of counts from its own distribution function; a hair is left for what
/// that is rounded by.
inline constexpr double quantile_slack = 1.0 + 0x1p-46;
[[nodiscard]] inline double count_quantile(const Family& family, double u, const double* a) {
  const auto [low, high] = family.support(a);
  const double guess = family.mean(a) + std::sqrt(family.variance(a)) * normal_quantile(u);
  return smallest_whole(guess, low, high, [&](double x) {
    return u < 0.5 ? family.cdf(x, a) * quantile_slack >= u
                   : family.survival(x, a) <= (1.0 - u) * quantile_slack;
  });
}
[[nodiscard]] inline double count_upper_quantile(const Family& family, double u, const double* a) {
  const auto [low, high] = family.support(a);
  const double guess = family.mean(a) - std::sqrt(family.variance(a)) * normal_quantile(u);
  return smallest_whole(guess, low, high, [&](double x) {
    return u < 0.5 ? family.survival(x, a) <= u * quantile_slack
                   : family.cdf(x, a) * quantile_slack >= 1.0 - u;
  });
}

/// -sum p log p over the whole numbers from low to high of a log density with one maximum, near
/// `mode`, and about as wide as `deviation`. Where that is many numbers every few are taken: the
/// trapezoidal rule is exact for smooth bells [1], so the cost is bounded.
/// [1] L. Trefethen and J. Weideman. The exponentially convergent trapezoidal rule. SIAM Review
///     56(3), 2014.
template <class F>
[[nodiscard]] double entropy_by_sum(double low, double high, double mode, double deviation,
                                    F&& log_density) {
  const double stride = std::max(1.0, std::floor(deviation / 4.0));
  double sum = 0.0;
  const auto term = [&](double k) {
    const double l = log_density(k);
    return l > -745.0 ? -l * engine::exp(l) : 0.0;
  };
  const double start = std::clamp(std::floor(mode), low, high);
  for (const double side : {-stride, stride}) {
    for (double k = side < 0.0 ? start : start + stride; k >= low && k <= high; k += side) {
      const double t = term(k);
      sum += t;
      if (std::abs(k - mode) > 6.0 * deviation + 2.0 && t <= 1e-19 * sum) break;
      if (k + side == k) break;
    }
  }
  return sum * stride;
}

}  // namespace leibler::inline v0::detail
