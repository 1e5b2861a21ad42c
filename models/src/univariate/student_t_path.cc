// SPDX-License-Identifier: MIT
#include <cmath>

#include "paths.hpp"

namespace leibler::inline v0::detail {

namespace {

constexpr double many = 150.0, reach = 1.0;

// With l = log(1 + z^2 / n) and E = 1 - exp(-l), K = d log z / d log n solves
//
//     E K = (E - l) / 2 + (2 E K' + (1 - E) K + E / 2 - constant) / n
OuterExpansion expansion(double n) {
  PowerSeries e{}, rest{};  // rest = 1 - E
  double factorial = 1.0;
  rest[0] = 1.0;
  for (std::size_t i = 1; i < e.size(); ++i) {
    factorial *= -static_cast<double>(i);
    rest[i] = 1.0 / factorial;
    e[i] = -rest[i];
  }
  PowerSeries first = e;
  first[1] -= 1.0;
  for (double& c : first) c *= 0.5;
  const auto step = [&](const PowerSeries& k, std::size_t j) {
    const std::size_t size = expansion_degree - 1 - j;
    PowerSeries product{};
    for (std::size_t i = 0; i <= size; ++i) {
      for (std::size_t l = 0; l <= i; ++l) product[i] += rest[l] * k[i - l];
    }
    product[0] = 0.0;
    PowerSeries out = quotient(product, e, size);
    const PowerSeries slope = derivative(k);
    for (std::size_t i = 0; i < size; ++i) out[i] += 2.0 * slope[i];
    if (j == 1) out[0] += 0.5;
    return out;
  };
  return {quotient(first, e, expansion_degree - 1), 1.0 / n, step};
}

}  // namespace

StudentTPath::StudentTPath(double n) : n_(n), beta_(0.5 * n, 0.5) {
  if (n >= many) near_ = expansion(n);
}

// x = 1 / (1 + z^2 / n) is from Beta(n / 2, 1 / 2), and log z = log(n) / 2 - logit(x) / 2. Their
// derivatives cancel for many degrees of freedom in the middle: there by the expansion.
double StudentTPath::operator()(double l) const {
  if (n_ >= many && l < reach) return near_(l);
  return 0.5 - 0.5 * beta_(std::exp(-l), -std::expm1(-l), -l);
}

}  // namespace leibler::inline v0::detail
