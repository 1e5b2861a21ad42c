// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>

#include <leibler/engine/functions.hpp>
#include <leibler/engine/tape.hpp>

// Logarithms of quotients and of complements, with their digits.
namespace leibler::inline v0::detail {

/// log(x / s), x and s > 0: also where they are near each other, or the quotient overflows.
template <class T>
T log_ratio(const T& x, const T& s) {
  using engine::abs, engine::log, engine::log1p, engine::where;
  const T q = x / s;
  return where(abs(x - s) < 0.5 * s, log1p((x - s) / s),
               where(1e-290 < q && q < 1e290, log(q), log(x) - log(s)));
}

/// log(1 - exp(x)), x <= 0.
[[nodiscard]] inline double log_complement(double x) {
  return x > -0.69314718055994530942 ? engine::log(-std::expm1(x)) : std::log1p(-engine::exp(x));
}

/// The logarithm of 1 - exp(-h), h = exp(log_h).
[[nodiscard]] inline double log_of_hazard(double log_h) {
  return log_h < -40.0 ? log_h : log_complement(-engine::exp(log_h));
}

}  // namespace leibler::inline v0::detail
