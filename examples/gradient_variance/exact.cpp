// SPDX-License-Identifier: MIT
#include "exact.hpp"

#include <array>
#include <cmath>
#include <numbers>

namespace leibler::examples::gradient_variance {

namespace {

constexpr double reach = 12.0;  // standard deviations; beyond is less than 1e-31

// E[g(z)], z ~ N(0, 1): the trapezoid rule is exact to rounding for what is smooth.
template <class G>
double over_normal(const G& g) {
  constexpr int half = 1200;
  double sum = 0.0;
  for (int i = -half; i <= half; ++i) {
    const double z = reach * i / half;
    sum += std::exp(-0.5 * z * z) * g(z);
  }
  return sum * reach / half / std::sqrt(2.0 * std::numbers::pi);
}

// E[g(w)], w of the Rayleigh distribution, density w exp(-w^2 / 2) for w > 0: Simpson's rule.
template <class G>
double over_rayleigh(const G& g) {
  constexpr int count = 6000;
  double sum = 0.0;
  for (int i = 1; i < count; ++i) {
    const double w = reach * i / count;
    sum += (i % 2 == 1 ? 4.0 : 2.0) * w * std::exp(-0.5 * w * w) * g(w);
  }
  return sum * reach / count / 3.0;
}

}  // namespace

Exact exact_moments(const Cost& f, double theta) {
  const auto at = [&](double x) { return f(std::array{x}); };
  const auto square = [](double x) { return x * x; };
  const double mean = over_normal([&](double z) { return at(theta + z); });
  // costs less their mean: no digits are lost where all of them are alike
  const auto less_mean = [&](double z) { return at(theta + z) - mean; };
  const double gradient = over_normal([&](double z) { return less_mean(z) * z; });
  const double variance = over_normal([&](double z) { return square(less_mean(z)); });
  const double with_square = over_normal([&](double z) { return less_mean(z) * z * z; });
  const double of_products = over_normal([&](double z) { return square(less_mean(z) * z); });

  Exact exact{};
  exact.gradient = gradient;
  // E[(h - b)^2 z^2] is least at b = E[h z^2] / E[z^2]
  exact.mean_baseline = of_products - gradient * gradient;
  exact.best_baseline = exact.mean_baseline - with_square * with_square;
  exact.score_function = exact.mean_baseline + 2.0 * mean * with_square + mean * mean;
  // the variance of the sample covariance of costs and z
  exact.leave_one_out_surplus = gradient * gradient + variance;
  exact.pathwise =
      over_normal([&](double z) { return square(f.derivative(theta + z) - gradient); });

  const auto plus = [&](double w) { return at(theta + w) - mean; };
  const auto minus = [&](double w) { return at(theta - w) - mean; };
  const double constant = 1.0 / (2.0 * std::numbers::pi);  // of a pair's difference, squared
  const double above = over_rayleigh(plus), below = over_rayleigh(minus);
  exact.coupled = constant * over_rayleigh([&](double w) {
                    return square(plus(w) - minus(w) - (above - below));
                  });
  exact.independent = constant * over_rayleigh([&](double w) {
                        return square(plus(w) - above) + square(minus(w) - below);
                      });
  return exact;
}

}  // namespace leibler::examples::gradient_variance
