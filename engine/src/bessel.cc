// SPDX-License-Identifier: MIT
#include <cmath>

#include <leibler/engine/functions.hpp>

// Modified Bessel functions of orders 0 and 1. Up to x = 20 their power series, whose terms are all
// positive; above it the asymptotic series, whose smallest term is below exp(-2 x) [1].
//
// [1] M. Abramowitz and I. Stegun. Handbook of mathematical functions. 1964. 9.6.10 and 9.7.1.
namespace leibler::inline v0::engine {

namespace {

constexpr double largest_for_powers = 20.0;
constexpr double least = 1e-18;  // of a sum's first term

// I0(x) - 1, and I1(x).
struct Powers {
  double i0_minus_1, i1;
};
Powers powers(double x) {
  const double y = 0.25 * x * x;
  double term = 1.0, i0_minus_1 = 0.0, i1 = 1.0;
  for (double k = 1.0; k < 100.0; ++k) {
    term *= y / (k * k);
    i0_minus_1 += term;
    i1 += term / (k + 1.0);
    if (term <= least * i0_minus_1) break;
  }
  return {i0_minus_1, 0.5 * x * i1};
}

// sqrt(2 pi x) exp(-x) I0(x) - 1, and what the same of I1 is below that of I0.
struct Asymptotic {
  double i0_minus_1, difference;
};
Asymptotic asymptotic(double x) {
  double a = 1.0, b = 1.0, i0_minus_1 = 0.0, difference = 0.0;
  for (double k = 1.0; k < 30.0; ++k) {
    const double odd = (2.0 * k - 1.0) * (2.0 * k - 1.0), divisor = 8.0 * k * x;
    a *= odd / divisor;
    b *= (odd - 4.0) / divisor;
    i0_minus_1 += a;
    difference += a - b;
    if (a <= least * difference) break;
  }
  return {i0_minus_1, difference};
}

}  // namespace

double log_bessel_i0(double x) {
  const double y = std::abs(x);
  if (!(y > largest_for_powers)) return std::log1p(powers(y).i0_minus_1);
  return std::isinf(y) ? y : y + log_bessel_i0_scaled(y);
}

double log_bessel_i0_scaled(double x) {
  const double y = std::abs(x);
  constexpr double log_two_pi = 1.83787706640934548356;
  if (!(y > largest_for_powers)) return std::log1p(powers(y).i0_minus_1) - y;
  return std::log1p(asymptotic(y).i0_minus_1) - 0.5 * (log_two_pi + log(y));
}

double bessel_ratio(double x) {
  const double y = std::abs(x);
  if (!(y > largest_for_powers)) {
    const Powers p = powers(x);
    return p.i1 / (1.0 + p.i0_minus_1);
  }
  return std::copysign(1.0 - bessel_ratio_complement(y), x);
}

double bessel_ratio_complement(double x) {
  if (!(x > largest_for_powers)) return 1.0 - bessel_ratio(x);
  const Asymptotic s = asymptotic(x);
  return s.difference / (1.0 + s.i0_minus_1);
}

}  // namespace leibler::inline v0::engine
