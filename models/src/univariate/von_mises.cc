// SPDX-License-Identifier: MIT
#include <leibler/models/univariate/von_mises.hpp>

#include <algorithm>
#include <numbers>

#include "formulas.hpp"
#include "normal_tails.hpp"
#include "paths.hpp"
#include "von_mises_arcs.hpp"

namespace leibler::inline v0::detail {
namespace {

using std::numbers::pi;
constexpr double pi_rest = 1.2246467991473532e-16;  // what the double pi lacks
constexpr double log_two_pi = 1.83787706640934548356;
constexpr Interval circle{-pi, pi};

// 1 - cos(d) = 2 sin^2(d / 2) and log I0(c) - c: nothing cancels where c is large.
template <class T>
T formula(const T& x, const T* a) {
  using engine::abs, engine::cos, engine::log_bessel_i0_scaled, engine::sin, engine::where;
  const T half_x = 0.5 * x, half_location = 0.5 * a[0];
  // The sine of half the difference; a difference with a large location has no digits.
  const T s = where(abs(a[0]) < 8.0, sin(half_x - half_location),
                    sin(half_x) * cos(half_location) - cos(half_x) * sin(half_location));
  return -(a[1] * (2.0 * (s * s))) - log_two_pi - log_bessel_i0_scaled(a[1]);
}

// The location in [-pi, pi].
double direction(const double* a) {
  return std::abs(a[0]) <= pi ? a[0] : std::atan2(std::sin(a[0]), std::cos(a[0]));
}

double log_below(double x, const double* a) {
  const double m = direction(a);
  return von_mises_log_mass(-pi - m, x - m, (x + pi) + pi_rest, a[1]);
}
double log_above(double x, const double* a) {
  const double m = direction(a);
  return von_mises_log_mass(x - m, pi - m, (pi - x) + pi_rest, a[1]);
}
double cdf(double x, const double* a) {
  return std::min(engine::exp(log_below(x, a)), 1.0);
}
double survival(double x, const double* a) {
  return std::min(engine::exp(log_above(x, a)), 1.0);
}
double log_cdf(double x, const double* a) {
  const double log_p = log_below(x, a);
  return log_p < -0.7 ? log_p : std::log1p(-survival(x, a));
}
double log_survival(double x, const double* a) {
  const double log_p = log_above(x, a);
  return log_p < -0.7 ? log_p : std::log1p(-cdf(x, a));
}

// Newton's method for the logarithm of a tail of u <= 1/2, kept inside a bracket.
double solve(double u, bool below, const double* a) {
  const double m = direction(a), log_u = engine::log(u), sign = below ? 1.0 : -1.0;
  double low = -pi, high = pi;
  double x = m + sign * normal_quantile(u) / std::sqrt(a[1]);
  for (int iteration = 0; iteration < 200; ++iteration) {
    if (!(x > low && x < high)) x = 0.5 * low + 0.5 * high;
    if (x == low || x == high) break;
    const double found = below ? log_below(x, a) : log_above(x, a);
    (sign * (found - log_u) < 0.0 ? low : high) = x;
    const double slope = sign * engine::exp(formula<double>(x, a) - found);
    const double step = (log_u - found) / slope;  // infinite far from both ends of the mass
    if (std::abs(step) <= 1e-15 * (std::abs(x) + std::abs(m))) return std::clamp(x + step, -pi, pi);
    x += step;
  }
  return std::clamp(x, -pi, pi);
}
double quantile(double u, const double* a) {
  return u <= 0.5 ? solve(u, true, a) : solve(1.0 - u, false, a);
}
double upper_quantile(double u, const double* a) {
  return u <= 0.5 ? solve(u, false, a) : solve(1.0 - u, true, a);
}

// x = m + d - 2 pi [d > pi - m] for m >= 0, with d from [-pi, pi] around 0; mirrored for m < 0.
double mean(const double* a) {
  const double m = direction(a), magnitude = std::abs(m);
  const double wrapped = von_mises_moment_above(pi - magnitude, 0, a[1]);
  return std::copysign(1.0, m) * (magnitude - 2.0 * pi * wrapped);
}
double variance(const double* a) {
  const double t = pi - std::abs(direction(a));
  const double wrapped = von_mises_moment_above(t, 0, a[1]);
  return 2.0 * von_mises_moment_above(0.0, 2, a[1]) +
         4.0 * pi * (pi * wrapped * (1.0 - wrapped) - von_mises_moment_above(t, 1, a[1]));
}

double entropy(const double* a) {
  return log_two_pi + engine::log_bessel_i0_scaled(a[1]) +
         a[1] * engine::bessel_ratio_complement(a[1]);
}

// Rejection from a wrapped Cauchy distribution [1], written for 1 - cos so that it keeps its digits
// for large concentrations; their r is (1 + sqrt(1 + 4 c^2)) / (2 c).
// [1] D. Best and N. Fisher. Efficient simulation of the von Mises distribution. Applied Statistics
//     28, 1979.
void sample(const Stream& stream, const double* a, double* out, std::size_t n, Workspace&) {
  engine::StreamEngine bits(stream);
  const auto uniform = [&] { return (static_cast<double>(bits() >> 11) + 0.5) * 0x1p-53; };
  const double m = direction(a), c = a[1], twice = 2.0 * c;
  const double scaled = 0.5 + 0.5 / (std::hypot(1.0, twice) + twice);  // c (r - 1)
  const double above_1 = scaled / c;
  const double least = std::nextafter(-pi, 0.0);
  for (std::size_t i = 0; i < n; ++i) {
    double angle = 0.0;
    for (;;) {
      const double u = 2.0 * uniform() - 1.0, half = std::sin(0.5 * pi * u);
      const double fall = 2.0 * half * half;
      const double from_1 = fall / (1.0 + (2.0 - fall) / above_1);  // 1 - cos of the angle
      const double ratio = scaled + c * from_1, v = uniform();
      if (ratio * (2.0 - ratio) <= v && engine::log(ratio / v) + 1.0 - ratio < 0.0) continue;
      angle = std::copysign(2.0 * std::asin(std::sqrt(0.5 * from_1)), u);
      break;
    }
    double x = m + angle;
    if (x > pi) x -= 2.0 * pi;
    if (x < -pi) x += 2.0 * pi;
    out[i] = std::clamp(x, least, -least);
  }
}

// Of the location a rotation. Of the concentration by the distribution function from the angle
// opposite to it on, where nothing flows.
void path(const double* x, std::size_t n, const double* a, double* out, std::size_t stride) {
  const double m = direction(a);
  const VonMisesPath of_concentration(a[1]);
  for (std::size_t i = 0; i < n; ++i) {
    const double d = x[i] - m;
    out[i] = 1.0;
    out[stride + i] = of_concentration(d > pi ? d - 2.0 * pi : d < -pi ? d + 2.0 * pi : d) / a[1];
  }
}

// c with I1(c) / I0(c) = r = 1 - v, by Newton's method in log c for the smaller of the two
// logarithms; from the approximations of [1], section 3. [1] N. Fisher. Statistical analysis of
// circular data. Cambridge, 1993. Equation 4.40.
double concentration_of(double r, double v) {
  double c = r < 0.53   ? r * (2.0 + r * r * (1.0 + 5.0 / 6.0 * r * r))
             : r < 0.85 ? -0.4 + 1.39 * r + 0.43 / v
                        : 1.0 / (r * v * (3.0 - r));
  for (int iteration = 0; iteration < 100; ++iteration) {
    const double ratio = engine::bessel_ratio(c), rest = engine::bessel_ratio_complement(c);
    // d ratio / d log c; its terms cancel where c is large
    const double slope = c < 1e4 ? c * (rest * (2.0 - rest) - ratio / c) : rest;
    const double step =
        r < 0.5 ? engine::log(r / ratio) * ratio / slope : engine::log(rest / v) * rest / slope;
    c *= engine::exp(std::clamp(step, -1.0, 1.0));
    if (std::abs(step) < 1e-15) break;
  }
  return c;
}

void maximum_likelihood(const WeightedValues& data, double* a) {
  const double sine = weighted_mean(data, [](double x) { return std::sin(x); });
  const double cosine = weighted_mean(data, [](double x) { return std::cos(x); });
  const double location = std::atan2(sine, cosine);
  const double v = weighted_mean(data, [&](double x) {
    const double half = std::sin(0.5 * (x - location));
    return 2.0 * half * half;
  });
  if (!(v > 1e-31)) {
    no_maximum(von_mises_family, "are all " + to_text(location),
               "the likelihood grows with the concentration", "give angles that differ");
  }
  if (!(v < 1.0)) {
    no_maximum(von_mises_family, "have no direction", "the most probable concentration is 0",
               "take Uniform(-pi, pi)");
  }
  a[0] = location;
  a[1] = concentration_of(std::hypot(sine, cosine), v);
}

}  // namespace

constinit const Family von_mises_family{
    .name = "VonMises",
    .count = 2,
    .arguments = {{{"location", Domain::real}, {"concentration", Domain::positive}}},
    .is_discrete = false,
    .widest = circle,
    .support = fixed_support<circle>,
    .log_density = formula<double>,
    .record = formula<Real>,
    .mean = mean,
    .variance = variance,
    .entropy = entropy,
    .cdf = cdf,
    .survival = survival,
    .log_cdf = log_cdf,
    .log_survival = log_survival,
    .quantile = quantile,
    .upper_quantile = upper_quantile,
    .sample = sample,
    .path = path,
    .maximum_likelihood = maximum_likelihood};

}  // namespace leibler::inline v0::detail
