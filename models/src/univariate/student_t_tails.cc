// SPDX-License-Identifier: MIT
#include "student_t_tails.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include <boost/math/quadrature/gauss.hpp>

#include "normal_tails.hpp"

namespace leibler::inline v0::detail {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

// With r = z^2 / n, P(Z > z) = I_x(n / 2, 1 / 2) / 2 = 1/2 - I_y(1 / 2, n / 2) / 2 at
// x = 1 / (1 + r), y = r / (1 + r) [1]. Three ways, each a sum of positive terms:
//
//   r >= 1           the power series of I_x in x
//   z < near         1/2 - that of I_y in y
//   otherwise        the series of I_x as an integral over exponentials, by quadrature
//
// [1] NIST digital library of mathematical functions. 8.17.
constexpr double near = 1.5;

struct Point {
  double z, r, l;  // l = log(1 + r)
};
Point point(double d, double scale, double n) {
  const double z = d / scale;
  return {z, z * z / n, log1p_square_over(d, scale, n)};
}

// sum_k (1/2)_k / k! x^k / (1 + 2 k / n), x <= 1/2.
double far_series(double x, double n) {
  double sum = 1.0, term = 1.0;
  for (double k = 1.0; k < 100.0; ++k) {
    term *= (k - 0.5) / k * x;
    sum += term / (1.0 + 2.0 * k / n);
    if (term < 1e-17) break;
  }
  return sum;
}

// The integral of exp(-p) / sqrt(n (1 - x exp(-2 p / n))) over p > 0, whose expansion in x is
// far_series / sqrt(n); x = exp(-l). The root's nearest zero is at p = -n l / 2, about -z^2 / 2.
double far_integral(double l, double n) {
  double sum = 0.0, low = 0.0;
  for (const double high : {1.0, 3.0, 7.0, 15.0, 31.0, 45.0}) {
    sum += boost::math::quadrature::gauss<double, 20>::integrate(
        [&](double p) { return std::exp(-p) / std::sqrt(n * -std::expm1(-(2.0 * p / n + l))); },
        low, high);
    low = high;
  }
  return sum;
}

// P(0 < Z < z), r < 1 and z < near.
double center(const Point& at, double n) {
  const double y = at.r / (1.0 + at.r);
  double sum = 1.0, term = 1.0;
  for (double k = 0.0; k < 400.0; ++k) {
    term *= (0.5 + 0.5 * n + k) * y / (1.5 + k);
    sum += term;
    if (term < 1e-17 * sum) break;
  }
  return at.z * std::exp(log_constant(n) - 0.5 * (n + 1.0) * at.l) * sum;
}

bool is_central(const Point& at) {
  return at.r < 1.0 && at.z < near;
}

double log_far(const Point& at, double n) {
  const double scaled = log_constant(n) - 0.5 * n * at.l;
  if (at.r < 1.0) return scaled + engine::log(far_integral(at.l, n));
  return scaled - 0.5 * engine::log(n) + std::log(far_series(1.0 / (1.0 + at.r), n));
}

}  // namespace

double slope_of_log_gamma_ratio(double n) {
  if (n < 40.0) return 0.5 * (engine::digamma(0.5 * n + 0.5) - engine::digamma(0.5 * n));
  const double w = 1.0 / (n * n);
  return 0.5 / n +
         w * (1.0 / 4.0 +
              w * (-1.0 / 8.0 +
                   w * (1.0 / 4.0 + w * (-17.0 / 16.0 + w * (31.0 / 4.0 + w * (-691.0 / 8.0))))));
}

double student_t_tail(double d, double scale, double n) {
  const Point at = point(d, scale, n);
  return is_central(at) ? 0.5 - center(at, n) : engine::exp(log_far(at, n));
}

double student_t_log_tail(double d, double scale, double n) {
  const Point at = point(d, scale, n);
  return is_central(at) ? -std::numbers::ln2 + std::log1p(-2.0 * center(at, n)) : log_far(at, n);
}

// Newton's method for log P in log z, in which power laws are straight, kept inside a bracket.
double student_t_upper_quantile(double u, double n) {
  const bool from_middle = u > 0.25;  // by P(0 < Z < z), which keeps the digits of a small z
  const double target = engine::log(from_middle ? 0.5 - u : u);
  const auto value = [&](double z) {
    const Point at = point(z, 1.0, n);
    if (!from_middle) return is_central(at) ? engine::log(0.5 - center(at, n)) : log_far(at, n);
    return engine::log(is_central(at) ? center(at, n)
                                      : std::max(0.5 - engine::exp(log_far(at, n)), 0.0));
  };
  const double sign = from_middle ? 1.0 : -1.0;  // of the slope
  constexpr double most = std::numeric_limits<double>::max();
  if (sign * (value(most) - target) < 0.0) return infinity;
  double low = -745.0, high = engine::log(most);
  double s =
      engine::log(from_middle ? (0.5 - u) * engine::exp(-log_constant(n)) : -normal_quantile(u));
  for (int iteration = 0; iteration < 200; ++iteration) {
    if (!(s > low && s < high)) s = 0.5 * (low + high);
    const double z = engine::exp(s), found = value(z);
    (sign * (found - target) < 0.0 ? low : high) = s;
    // d log P / d log z = z density / P
    const double l = log1p_square_over(z, 1.0, n);
    const double log_density = log_constant(n) - 0.5 * (n + 1.0) * l;
    const double slope = sign * engine::exp(s + log_density - found);
    const double step = (target - found) / slope;
    if (std::abs(step) <= 4e-16 * std::max(1.0, std::abs(s))) return engine::exp(s + step);
    s += step;
  }
  return engine::exp(s);
}

}  // namespace leibler::inline v0::detail
