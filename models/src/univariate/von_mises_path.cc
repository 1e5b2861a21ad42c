// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cmath>
#include <numbers>

#include <leibler/engine/functions.hpp>

#include <boost/math/quadrature/gauss.hpp>

#include "paths.hpp"

namespace leibler::inline v0::detail {

namespace {

using std::numbers::pi;
constexpr double large = 100.0, reach = 0.6;
constexpr double pi_rest = 1.2246467991473532e-16;  // what the double pi lacks

// sin(x) k = cos(x) - 1 + k' / concentration - constant
OuterExpansion expansion(double concentration) {
  PowerSeries sine{}, cosine_less_1{};
  double factorial = 1.0;
  for (std::size_t i = 1; i < sine.size(); ++i) {
    factorial *= static_cast<double>(i);
    (i % 2 == 1 ? sine : cosine_less_1)[i] = (i / 2 % 2 == 0 ? 1.0 : -1.0) / factorial;
  }
  return expand(sine, cosine_less_1, 1.0 / concentration);
}

}  // namespace

VonMisesPath::VonMisesPath(double concentration)
    : concentration_(concentration),
      complement_(engine::bessel_ratio_complement(concentration)),
      middle_(2.0 * std::asin(std::sqrt(std::min(0.5 * complement_, 1.0)))) {
  if (concentration >= large) near_ = expansion(concentration);
}

// The integral of (cos t - A) p(t), which is 0 from 0 to pi: over the side of x on which cos t - A
// has one sign.
double VonMisesPath::operator()(double x) const {
  const double s = std::abs(x), c = concentration_;
  if (s >= pi) return 0.0;
  if (c >= large && s < reach) return near_(x);
  const bool is_inner = s < middle_;
  double end = is_inner ? s : (pi - s) + pi_rest;  // of the integral over u, t = s -+ u
  if (!is_inner) {
    // 2 sin(s + u / 2) sin(u / 2) is about (u / 2) (2 sin s + u cos s): where it has fallen by 40
    const double half = std::sin(0.5 * s), fall = half * half + 20.0 / c;
    if (fall < 1.0) end = std::min(end, 2.0 * std::asin(std::sqrt(fall)) - s);
  }
  const auto term = [&](double u) {
    const double half = std::sin(0.5 * (is_inner ? s - u : s + u));
    // cos s - cos t
    const double drop = is_inner ? -2.0 * std::sin(s - 0.5 * u) * std::sin(0.5 * u)
                                 : 2.0 * std::sin(s + 0.5 * u) * std::sin(0.5 * u);
    return std::abs(complement_ - 2.0 * half * half) * engine::exp(-c * drop);
  };
  using Rule = boost::math::quadrature::gauss<double, 30>;
  return std::copysign(c * Rule::integrate(term, 0.0, end), -x);
}

}  // namespace leibler::inline v0::detail
