// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>
#include <vector>

// Small dense factorisations on plain memory, compiled once: no Eigen type crosses the boundary, so
// that code built with other flags than the library's neither changes a bit nor crashes.
// Matrices are d x d and column-major; a lower triangle is packed by rows: entry (i, j) at
// i (i + 1) / 2 + j.
namespace leibler::inline v0::engine {

/// The smallest eigenvalue of a symmetric matrix; only its lower triangle is read.
[[nodiscard]] double smallest_eigenvalue(std::span<const double> matrix, std::size_t dimension);

/// The packed lower Cholesky factor of a symmetric matrix (lower triangle read); false where the
/// matrix is not numerically positive definite, when `factor` is undefined. "Numerically": with
/// unit diagonal, every pivot must be above 4 d times the rounding unit.
[[nodiscard]] bool cholesky(std::span<const double> matrix, std::size_t dimension,
                            std::span<double> factor);

/// L L^T of a packed lower triangle, symmetric to the bit.
void product_with_transpose(std::span<const double> factor, std::size_t dimension,
                            std::span<double> matrix);

/// Solves L y = b in place.
void solve_lower(std::span<const double> factor, std::size_t dimension, std::span<double> b);

/// Solves L^T y = b in place.
void solve_lower_transposed(std::span<const double> factor, std::size_t dimension,
                            std::span<double> b);

}  // namespace leibler::inline v0::engine
