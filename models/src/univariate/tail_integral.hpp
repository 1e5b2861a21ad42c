// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cmath>
#include <cstddef>

#include <boost/math/policies/policy.hpp>
#include <boost/math/quadrature/gauss.hpp>

// Integrals over a tail, from its boundary on, and what the incomplete gamma and beta functions
// share.
namespace leibler::inline v0::detail {

namespace policies = boost::math::policies;
// Poles are NaN, nothing throws, doubles stay doubles.
using Quiet = policies::policy<
    policies::domain_error<policies::ignore_error>, policies::pole_error<policies::ignore_error>,
    policies::overflow_error<policies::ignore_error>,
    policies::underflow_error<policies::ignore_error>,
    policies::evaluation_error<policies::ignore_error>, policies::promote_double<false>>;

/// a - s x without the rounding of the product.
[[nodiscard]] inline double minus_product(double a, double s, double x) {
  const double product = s * x;
  return (a - product) - std::fma(s, x, -product);
}

/// The integral over [0, inf) of exp(-psi(v)) where psi(0) = 0, psi'(0) = 1: with g = 1 / psi' it
/// is the sum over k of f_k(0), f_0 = g, f_{k+1} = g f_k' (integration by parts, again and again).
/// The series is asymptotic; with psi''(0) < 1/320 it is right to 1e-15.
///
/// @param slope  the Taylor coefficients of psi'
inline constexpr std::size_t tail_terms = 16;
using Taylor = std::array<double, tail_terms>;
[[nodiscard]] inline double tail_series(const Taylor& slope) {
  Taylor g{};
  g[0] = 1.0;
  for (std::size_t k = 1; k < tail_terms; ++k) {
    double sum = 0.0;
    for (std::size_t j = 1; j <= k; ++j) sum += slope[j] * g[k - j];
    g[k] = -sum;
  }
  Taylor f = g;
  double total = f[0], last = 1.0;
  for (std::size_t size = tail_terms - 1; size > 0; --size) {
    Taylor next{};
    for (std::size_t k = 0; k < size; ++k) {
      for (std::size_t j = 0; j <= k; ++j) {
        next[k] += g[k - j] * static_cast<double>(j + 1) * f[j + 1];
      }
    }
    const double term = next[0];
    if (std::abs(term) > std::abs(last) && std::abs(last) > 0.0) break;  // the terms grow from here
    total += term;
    if (std::abs(term) < 1e-18) break;
    last = term;
    f = next;
  }
  return total;
}

/// The same times 1 / psi'(0) by Gauss-Legendre quadrature, where exp(-psi) falls like a normal
/// density from z >= 0 standard deviations on: psi(u) is given u in units of `deviation`.
template <class Psi>
[[nodiscard]] double tail_quadrature(double z, double deviation, Psi&& psi) {
  const double reach = 1.4 * deviation * (std::sqrt(z * z + 80.0) - z);
  const auto f = [&](double u) { return std::exp(-psi(u)); };
  using Rule = boost::math::quadrature::gauss<double, 30>;
  return Rule::integrate(f, 0.0, 0.3 * reach) + Rule::integrate(f, 0.3 * reach, reach);
}

}  // namespace leibler::inline v0::detail
