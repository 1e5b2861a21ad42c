// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>
#include <cstddef>
#include <utility>
#include <vector>

#include <leibler/models/types.hpp>

#include "ulp.hpp"

// Gaussians in long double by plain elimination, which shares nothing with the library.
namespace leibler::test {

using LongMatrix = std::vector<std::vector<long double>>;

/// Solves A x = b and multiplies `determinant` by that of A; A is symmetric positive definite.
inline std::vector<long double> solve(LongMatrix a, std::vector<long double> b,
                                      long double& log_determinant) {
  const std::size_t n = b.size();
  for (std::size_t k = 0; k < n; ++k) {
    log_determinant += std::log(a[k][k]);
    for (std::size_t i = k + 1; i < n; ++i) {
      const long double factor = a[i][k] / a[k][k];
      for (std::size_t j = k; j < n; ++j) a[i][j] -= factor * a[k][j];
      b[i] -= factor * b[k];
    }
  }
  for (std::size_t i = n; i-- > 0;) {
    for (std::size_t j = i + 1; j < n; ++j) b[i] -= a[i][j] * b[j];
    b[i] /= a[i][i];
  }
  return b;
}

inline LongMatrix long_matrix(const Matrix& c) {
  LongMatrix out(static_cast<std::size_t>(c.rows()));
  for (Index i = 0; i < c.rows(); ++i) {
    for (Index j = 0; j < c.cols(); ++j) out[static_cast<std::size_t>(i)].push_back(c(i, j));
  }
  return out;
}

/// log N(x; mean, covariance).
inline long double gaussian_log_density(const Vector& x, const Vector& mean,
                                        const Matrix& covariance) {
  const auto d = static_cast<std::size_t>(x.size());
  std::vector<long double> u(d);
  for (std::size_t i = 0; i < d; ++i) {
    u[i] = static_cast<long double>(x[static_cast<Index>(i)]) - mean[static_cast<Index>(i)];
  }
  long double log_determinant = 0.0L, square = 0.0L;
  const auto y = solve(long_matrix(covariance), u, log_determinant);
  for (std::size_t i = 0; i < d; ++i) square += u[i] * y[i];
  return -0.5L * (square + log_determinant +
                  static_cast<long double>(d) * std::log(2.0L * std::acos(-1.0L)));
}

/// A covariance without structure, symmetric to the bit: its condition is about 10 d.
inline Matrix arbitrary_covariance(Index d, unsigned seed) {
  const auto n = static_cast<std::size_t>(d);
  const auto a = arbitrary(n * n, -1.0, 1.0, seed);
  Matrix c(d, d);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < n; ++j) {
      double sum = i == j ? 0.5 : 0.0;
      for (std::size_t k = 0; k < n; ++k) sum += a[i * n + k] * a[j * n + k];
      c(static_cast<Index>(i), static_cast<Index>(j)) = sum;
    }
  }
  return c;
}

inline Vector arbitrary_vector(Index d, unsigned seed) {
  const auto v = arbitrary(static_cast<std::size_t>(d), -3.0, 3.0, seed);
  return as_vector(v);
}

}  // namespace leibler::test
