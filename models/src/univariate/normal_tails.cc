// SPDX-License-Identifier: MIT
#include "normal_tails.hpp"

#include <cmath>
#include <limits>

#include <boost/math/special_functions/erf.hpp>

#include <leibler/engine/log_space.hpp>

namespace leibler::inline v0::detail {

namespace {

constexpr double half_log_two_pi = 0.91893853320467274178;
constexpr double root_half = 0.70710678118654752440;

// Mills' ratio (1 - Phi(z)) / phi(z) by its continued fraction z + 1/(z + 2/(z + ...)), z >= 5
// (Abramowitz and Stegun, 26.2.14).
double mills_ratio(double z) {
  double fraction = z;
  for (int k = 60; k >= 1; --k) fraction = z + k / fraction;
  return 1.0 / fraction;
}

}  // namespace

// erfc turns the rounding of z / sqrt(2) into a relative error of z^2 ulp: below -1 it is undone by
// the part of the product that was rounded away.
double normal_cdf(double z) {
  const double t = -z * root_half;
  if (!(t > 0.5) || t > 30.0) return 0.5 * std::erfc(t);
  constexpr double root_half_low = -4.833646656726456726e-17;  // sqrt(1/2) - root_half
  const double lost = std::fma(-z, root_half, -t) - z * root_half_low;
  // erfc(t + lost) = erfc(t) - 2 / sqrt(pi) exp(-t^2) lost
  return 0.5 * std::erfc(t) - 0.56418958354775628695 * std::exp(-t * t) * lost;
}

double normal_log_cdf(double z) {
  if (z < -5.0) {
    if (std::isinf(z)) return z;
    return -0.5 * z * z - half_log_two_pi + engine::log(mills_ratio(-z));
  }
  if (z > 0.0) return std::log1p(-normal_cdf(-z));
  return engine::log(normal_cdf(z));
}

double normal_quantile(double u) {
  // Boost's inverse is right to a few ulp for both halves.
  return -std::sqrt(2.0) * boost::math::erfc_inv(2.0 * u);
}

double normal_log_quantile(double log_u) {
  if (log_u > -700.0) {
    if (log_u > -0.69314718055994530942) { return -normal_quantile(-std::expm1(log_u)); }
    return normal_quantile(std::exp(log_u));
  }
  // Newton on log Phi, whose derivative is 1 / mills_ratio: quadratic from the leading term.
  double z = -std::sqrt(-2.0 * log_u);
  for (int i = 0; i < 8; ++i) {
    const double step = (normal_log_cdf(z) - log_u) * mills_ratio(-z);
    z -= step;
    if (std::abs(step) <= std::abs(z) * std::numeric_limits<double>::epsilon()) break;
  }
  return z;
}

}  // namespace leibler::inline v0::detail
