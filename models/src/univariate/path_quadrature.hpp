// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cmath>
#include <cstddef>

#include <boost/math/quadrature/gauss.hpp>

#include <leibler/engine/kernels/elementary.hpp>

namespace leibler::inline v0::detail {

/// factor exp(exponent)
struct PathTerm {
  double factor, exponent;
};

/// The integral over [0, end] of term(u, exp(u) - 1 - u), by 30 nodes.
template <class Term>
[[nodiscard]] double path_quadrature(double end, Term&& term) {
  using Rule = boost::math::quadrature::gauss<double, 30>;
  constexpr std::size_t half = 15, nodes = 2 * half;
  constexpr std::array coefficients{0.5,
                                    0.16666666666666666,
                                    0.041666666666666664,
                                    0.008333333333333333,
                                    0.001388888888888889,
                                    0.0001984126984126984,
                                    2.48015873015873e-05,
                                    2.7557319223985893e-06,
                                    2.755731922398589e-07,
                                    2.505210838544172e-08,
                                    2.08767569878681e-09,
                                    1.6059043836821613e-10,
                                    1.1470745597729725e-11,
                                    7.647163731819816e-13};  // 1 / k!
  std::array<double, nodes> u, rest, factor;
  for (std::size_t i = 0; i < half; ++i) {
    u[i] = 0.5 * end * (1.0 - Rule::abscissa()[i]);
    u[half + i] = 0.5 * end * (1.0 + Rule::abscissa()[i]);
  }
  if (end > 0.7) {
    engine::kernels::exp_fill(u.data(), rest.data(), nodes);
    for (std::size_t i = 0; i < nodes; ++i) rest[i] -= 1.0 + u[i];
  }
  for (std::size_t i = 0; i < nodes; ++i) {
    if (end > 0.7 && u[i] > 0.35) continue;
    double sum = coefficients.back();
    for (std::size_t k = coefficients.size() - 1; k-- > 0;) sum = sum * u[i] + coefficients[k];
    rest[i] = u[i] * u[i] * sum;
  }
  for (std::size_t i = 0; i < nodes; ++i) {
    const PathTerm t = term(u[i], rest[i]);
    factor[i] = t.factor;
    rest[i] = t.exponent;
  }
  engine::kernels::exp_fill(rest.data(), rest.data(), nodes);
  double sum = 0.0;
  for (std::size_t i = 0; i < half; ++i) {
    sum += Rule::weights()[i] * (factor[i] * rest[i] + factor[half + i] * rest[half + i]);
  }
  return 0.5 * end * sum;
}

}  // namespace leibler::inline v0::detail
