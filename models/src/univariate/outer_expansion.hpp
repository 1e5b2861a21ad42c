// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>

// How a draw x of a family with a large parameter n moves with it. In a coordinate s of the draw
// that is 0 at the middle of the mass, its derivative k(s) / n solves a linear equation
//
//     A(s) k = L(s) + (k' - constant) / n,   A(0) = L(0) = 0, A'(0) > 0
//
// which says that the mass is carried along. All solutions but one grow like the reciprocal of the
// density; that one is a power series in 1 / n, whose terms are analytic in s and found one after
// another:  k_0 = L / A,  k_j = (k_{j-1}' - k_{j-1}'(0)) / A.  The constant needs no digamma
// functions: it is what makes the quotient finite at 0.
namespace leibler::inline v0::detail {

inline constexpr std::size_t expansion_degree = 34;
using PowerSeries = std::array<double, expansion_degree>;

/// The quotient of two series whose constant terms are 0, n coefficients long.
[[nodiscard]] inline PowerSeries quotient(const PowerSeries& numerator, const PowerSeries& divisor,
                                          std::size_t n) {
  PowerSeries out{};
  const double scale = 1.0 / divisor[1];
  for (std::size_t i = 0; i < n; ++i) {
    double rest = numerator[i + 1];
    for (std::size_t j = 0; j < i; ++j) rest -= out[j] * divisor[i + 1 - j];
    out[i] = rest * scale;
  }
  return out;
}

[[nodiscard]] inline PowerSeries derivative(const PowerSeries& f) {
  PowerSeries out{};
  for (std::size_t i = 0; i + 1 < f.size(); ++i) out[i] = static_cast<double>(i + 1) * f[i + 1];
  return out;
}

/// k(s), added up to a polynomial.
class OuterExpansion {
 public:
  OuterExpansion() = default;

  /// n terms of the series by 1 / n: `step(k, j)` makes k_j of k_{j-1}, 2 coefficients shorter.
  template <class Step>
  OuterExpansion(const PowerSeries& first, double reciprocal, Step&& step) {
    PowerSeries k = first;
    double power = 1.0;
    for (std::size_t j = 0; j < terms; ++j) {
      if (j > 0) k = step(k, j);
      for (std::size_t i = 0; i < size; ++i) sum_[i] += power * k[i];
      power *= reciprocal;
    }
  }

  [[nodiscard]] double operator()(double s) const {
    double sum = sum_[size - 1];
    for (std::size_t i = size - 1; i-- > 0;) sum = sum * s + sum_[i];
    return sum;
  }

 private:
  static constexpr std::size_t size = 20, terms = 7;
  std::array<double, size> sum_{};
};

/// Of the equation above.
[[nodiscard]] inline OuterExpansion expand(const PowerSeries& a, const PowerSeries& l,
                                           double reciprocal) {
  const auto step = [&](const PowerSeries& k, std::size_t j) {
    PowerSeries rest = derivative(k);
    rest[0] = 0.0;
    return quotient(rest, a, expansion_degree - 1 - 2 * j);
  };
  return {quotient(l, a, expansion_degree - 1), reciprocal, step};
}

}  // namespace leibler::inline v0::detail
