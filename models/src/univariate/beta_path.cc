// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cmath>

#include <leibler/engine/functions.hpp>

#include "log_gamma.hpp"
#include "path_quadrature.hpp"
#include "paths.hpp"

namespace leibler::inline v0::detail {

namespace {

// From here on, for both, the expansion in 1 / (a + b) is right to 1e-14 while the logit of x is
// within `reach` of that of the mean.
constexpr double large_shape = 80.0, reach = 1.0;
// The least shape on the side of the tail for a quadrature.
constexpr double least_shape = 8.0;

// psi(a + 1) - psi(a + b)
double level_below(double a, double b) {
  return b >= 1.0 ? -digamma_difference(a + 1.0, b - 1.0) : digamma_difference(a + b, 1.0 - b);
}

// X k = log(x / mean) + k' / (a b / (a + b)) - constant, with x = mean (1 + (1 - mean) X) and
// s = logit x - logit mean, by which X' = (1 + (1 - mean) X) (1 - mean X).
OuterExpansion expansion(double a, double b) {
  const double mean = a / (a + b), rest = b / (a + b);
  PowerSeries x{}, log_x{};  // less its value at 0
  for (std::size_t i = 0; i + 1 < x.size(); ++i) {
    double slope = i == 0 ? 1.0 : (rest - mean) * x[i];
    for (std::size_t j = 1; j < i; ++j) slope -= mean * rest * x[j] * x[i - j];
    x[i + 1] = slope / static_cast<double>(i + 1);
    log_x[i + 1] = rest * (i == 0 ? 1.0 : -mean * x[i]) / static_cast<double>(i + 1);
  }
  return expand(x, log_x, 1.0 / a + 1.0 / b);
}

}  // namespace

double digamma_difference(double high, double low) {
  if (low == 0.0) return 0.0;
  double sum = 0.0;
  for (; high < 10.0; ++high) sum += low / high / (high + low);
  const double s = high + low;
  return sum + std::log1p(low / high) + 0.5 * low / (high * s) +
         (stirling_rest_slope(s) - stirling_rest_slope(high));
}

// With C_n = (a + b)_n / (a + 1)_n x^n and D_n = (a + b)_n / (b + 1)_n y^n, the tails below and
// above x are x^a y^b / B(a, b) times sum C_n / a and sum D_n / b, and the path is
//
//     sum C_n (psi(a + n + 1) - psi(a + b + n) - log x)           from below
//     a / b sum D_n (log x - psi(a) + psi(a + b + n))             from above
BetaPath::BetaPath(double a, double b)
    : a_(a),
      b_(b),
      mean_log_(-digamma_difference(a, b)),
      below_(level_below(a, b)),
      log_odds_(engine::log(a) - engine::log(b)) {
  double below = below_, above = -mean_log_;
  for (std::size_t i = 0; i < most_terms; ++i) {
    const double n = static_cast<double>(i), next = a + b + n;
    ratio_below_[i] = next / (a + 1.0 + n);
    ratio_above_[i] = next / (b + 1.0 + n);
    level_below_[i] = below;
    level_above_[i] = above;
    // 1 / (a + n + 1) - 1 / (a + b + n)
    below += (b - 1.0) / ((a + n + 1.0) * next);
    above += 1.0 / next;
  }
  if (std::min(a, b) >= large_shape) near_ = expansion(a, b);
}

double BetaPath::operator()(double x, double y, double log_x) const {
  if (std::min(a_, b_) >= large_shape) {
    const double log_y = y > 0.5 ? std::log1p(-x) : engine::log(y);
    const double s = log_x - log_y - log_odds_;
    if (std::abs(s) < reach) {
      // by the distance from the mean, whose digits the logarithms lack
      const double total = a_ + b_, e = (b_ * x - a_ * y) / total;
      const double exact = std::abs(s) < 0.5 ? std::log1p(e / (a_ / total * y)) : s;
      return (1.0 + a_ / b_) * near_(exact);
    }
  }
  if (x <= 0.5 ? log_x <= below_ : false) return from_below(x, log_x);
  if (x > 0.5 && (log_x >= mean_log_ || y * (a_ + b_) < 0.5)) return from_above(y, log_x);
  return quadrature(x, y, log_x);
}

double BetaPath::from_below(double x, double log_x) const {
  double term = 1.0, sum = 0.0;
  for (std::size_t n = 0; n < most_terms; ++n) {
    const double next = term * (level_below_[n] - log_x);
    sum += next;
    if (next < 1e-17 * sum) break;
    term *= x * ratio_below_[n];
  }
  return sum;
}

double BetaPath::from_above(double y, double log_x) const {
  double term = 1.0, sum = 0.0;
  for (std::size_t n = 0; n < most_terms; ++n) {
    const double next = term * (log_x + level_above_[n]);
    sum += next;
    if (next < 1e-17 * sum && n > 0) break;
    term *= y * ratio_above_[n];
  }
  return a_ / b_ * sum;
}

// Where the tail is beyond the middle as seen from the nearer end. A first step, or some, of the
// series lead to a larger shape on its side; then by quadrature over the logit.
double BetaPath::quadrature(double x, double y, double log_x) const {
  constexpr double fall = 40.0;
  const bool is_above = x <= 0.5;
  double a = a_, b = b_, sum = 0.0, factor = 1.0;  // of sum + factor * path
  double& shape = is_above ? b : a;
  const double near = is_above ? x : y, far = is_above ? y : x;
  double level = is_above ? log_x - mean_log_ : below_ - log_x;
  while (shape < least_shape) {
    const double s = a + b;
    sum += factor * level / shape;
    factor *= s * far / shape;
    level += is_above ? 1.0 / s : (b - 1.0) / ((a + 1.0) * s);
    shape += 1.0;
  }
  const double s = a + b, other = is_above ? a : b;
  // the exponent other * u - s log(1 + near (e^u - 1)), and where it has fallen by `fall`
  const double kappa = s * near - other;
  double end = 2.0 * fall / (kappa + std::sqrt(kappa * kappa + 2.0 * fall * s * near * far));
  end = std::min(end, std::log1p(std::expm1((fall + other * end) / s) / near));
  for (int i = 0; i < 3; ++i) {
    const double q = std::expm1(end), slope = s * near * (q + 1.0) / (1.0 + near * q) - other;
    if (!(slope > 0.0) || !(q < 1e300)) break;
    end += (fall - (s * std::log1p(near * q) - other * end)) / slope;
  }
  const double mean = is_above ? level : level - 1.0 / a;
  const double path = path_quadrature(end, [&](double u, double rest) {
    const double l = std::log1p(near * (u + rest));
    return PathTerm{is_above ? mean + u - l : mean + l, other * u - s * l};
  });
  return a_ * (sum + factor * path);
}

}  // namespace leibler::inline v0::detail
