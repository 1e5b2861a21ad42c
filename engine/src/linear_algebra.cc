// SPDX-License-Identifier: MIT
#include <leibler/engine/linear_algebra.hpp>

#include <cmath>
#include <limits>

// Eigen's functions are templates, and where two files are built with different flags the linker
// keeps either copy. Under another name the library's own copies cannot be mixed with a user's.
#define Eigen leibler_eigen
#include <Eigen/Eigenvalues>

namespace leibler::inline v0::engine {

namespace {

constexpr std::size_t row(std::size_t i) {
  return i * (i + 1) / 2;
}

}  // namespace

double smallest_eigenvalue(std::span<const double> matrix, std::size_t dimension) {
  const auto d = static_cast<Eigen::Index>(dimension);
  const Eigen::Map<const Eigen::MatrixXd> a(matrix.data(), d, d);
  return Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd>(a, Eigen::EigenvaluesOnly).eigenvalues()[0];
}

bool cholesky(std::span<const double> matrix, std::size_t dimension, std::span<double> factor) {
  const std::size_t d = dimension;
  const double least =
      4.0 * static_cast<double>(d) * std::numeric_limits<double>::epsilon();  // of a unit diagonal
  for (std::size_t i = 0; i < d; ++i) {
    double* const l = factor.data() + row(i);
    for (std::size_t j = 0; j < i; ++j) {
      const double* const m = factor.data() + row(j);
      double sum = matrix[j * d + i];
      for (std::size_t k = 0; k < j; ++k) sum = std::fma(-l[k], m[k], sum);
      l[j] = sum / m[j];
    }
    const double whole = matrix[i * d + i];
    double pivot = whole;
    for (std::size_t k = 0; k < i; ++k) pivot = std::fma(-l[k], l[k], pivot);
    if (!(pivot > least * whole) || !std::isfinite(pivot)) return false;
    l[i] = std::sqrt(pivot);
  }
  return true;
}

void product_with_transpose(std::span<const double> factor, std::size_t dimension,
                            std::span<double> matrix) {
  for (std::size_t i = 0; i < dimension; ++i) {
    for (std::size_t j = 0; j <= i; ++j) {
      double sum = 0.0;
      for (std::size_t k = 0; k <= j; ++k) {
        sum = std::fma(factor[row(i) + k], factor[row(j) + k], sum);
      }
      matrix[j * dimension + i] = matrix[i * dimension + j] = sum;
    }
  }
}

void solve_lower(std::span<const double> factor, std::size_t dimension, std::span<double> b) {
  for (std::size_t i = 0; i < dimension; ++i) {
    for (std::size_t j = 0; j < i; ++j) b[i] = std::fma(-factor[row(i) + j], b[j], b[i]);
    b[i] /= factor[row(i) + i];
  }
}

void solve_lower_transposed(std::span<const double> factor, std::size_t dimension,
                            std::span<double> b) {
  for (std::size_t i = dimension; i-- > 0;) {
    for (std::size_t j = i + 1; j < dimension; ++j)
      b[i] = std::fma(-factor[row(j) + i], b[j], b[i]);
    b[i] /= factor[row(i) + i];
  }
}

}  // namespace leibler::inline v0::engine
