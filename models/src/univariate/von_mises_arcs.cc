// SPDX-License-Identifier: MIT
#include "von_mises_arcs.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include <boost/math/quadrature/gauss.hpp>

#include <leibler/engine/functions.hpp>

namespace leibler::inline v0::detail {

namespace {

using std::numbers::pi;
constexpr double log_two_pi = 1.83787706640934548356;

// Where the density has fallen by exp(-45): sin(s + v) sin v = e, u = 2 v.
double reach(double s, double concentration) {
  const double e = 22.5 / concentration, sine = std::sin(s), cosine = std::cos(s);
  const double square = sine * sine + 4.0 * e * cosine;  // of v sin s + v^2 cos s = e
  if (!(square > 0.0)) return pi;
  const double v = 2.0 * e / (sine + std::sqrt(square));
  if (v < 0.1) return 2.0 * v;
  const double half = std::sin(0.5 * s);
  return 2.0 * std::asin(std::sqrt(std::min(half * half + e, 1.0))) - s;
}

// The integral from s to s + length, both in [0, pi], of y^power times the density, over the
// density at s.
double integral(double s, double length, int power, double concentration) {
  const double end = std::min(length, reach(s, concentration));
  constexpr int panels = 6;
  double sum = 0.0;
  for (int k = 0; k < panels; ++k) {
    sum += boost::math::quadrature::gauss<double, 20>::integrate(
        [&](double u) {
          // cos(s) - cos(s + u) without cancellation
          const double fall = 2.0 * std::sin(s + 0.5 * u) * std::sin(0.5 * u);
          const double density = std::exp(-concentration * fall);
          return power == 0 ? density : std::pow(s + u, power) * density;
        },
        end * k / panels, end * (k + 1) / panels);
  }
  return sum;
}

double log_density(double s, double concentration) {
  const double half = std::sin(0.5 * s);
  return -concentration * (2.0 * half * half) - log_two_pi -
         engine::log_bessel_i0_scaled(concentration);
}

}  // namespace

double von_mises_log_mass(double low, double high, double length, double concentration) {
  // Parts between multiples of pi, in which the density rises or falls.
  double parts[6], most = -HUGE_VAL;
  int count = 0;
  for (int k = -2; k < 2; ++k) {
    const double from = std::max(low, k * pi), to = std::min(high, (k + 1) * pi);
    const bool is_whole = from == low && to == high;
    if (!(from < to) && !(is_whole && length > 0.0)) continue;
    const double s = k % 2 == 0 ? from - k * pi : (k + 1) * pi - to;
    const double part = log_density(s, concentration) +
                        engine::log(integral(s, is_whole ? length : to - from, 0, concentration));
    parts[count++] = part;
    most = std::max(most, part);
    if (is_whole) break;
  }
  if (count < 2) return most;
  double sum = 0.0;
  for (int k = 0; k < count; ++k) sum += std::exp(parts[k] - most);
  return most + std::log(sum);
}

double von_mises_moment_above(double t, int power, double concentration) {
  return engine::exp(log_density(t, concentration)) * integral(t, pi - t, power, concentration);
}

}  // namespace leibler::inline v0::detail
