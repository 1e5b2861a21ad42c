// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE engine_linear_algebra
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include <leibler/engine/linear_algebra.hpp>

#include "quadratic_oracle.hpp"

using namespace leibler::engine;
using namespace leibler::test;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double undefined = std::numeric_limits<double>::quiet_NaN();

bool is_positive_definite(const std::vector<double>& matrix, std::size_t d) {
  std::vector<double> factor(packed(d, 0));
  return cholesky(matrix, d, factor);
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_factor_times_its_transpose_is_the_matrix) {
  for (const std::size_t d : {1u, 2u, 3u, 8u, 40u}) {
    const std::vector<double> l = arbitrary_triangles(1, d, 51);
    std::vector<double> matrix(d * d), factor(packed(d, 0)), again(d * d);
    product_with_transpose(l, d, matrix);
    for (std::size_t i = 0; i < d; ++i) {
      for (std::size_t j = 0; j <= i; ++j) {
        Long sum = 0;
        for (std::size_t k = 0; k <= j; ++k) sum += Long{l[packed(i, k)]} * l[packed(j, k)];
        BOOST_TEST(difference(matrix[j * d + i], sum) < 1e-15);
        BOOST_TEST(matrix[j * d + i] == matrix[i * d + j]);
      }
    }
    // Only the lower triangle is read.
    std::vector<double> lower = matrix;
    for (std::size_t i = 0; i < d; ++i) {
      for (std::size_t j = i + 1; j < d; ++j) lower[j * d + i] = undefined;
    }
    BOOST_TEST(cholesky(lower, d, factor));
    for (std::size_t s = 0; s < factor.size(); ++s) BOOST_TEST(difference(factor[s], l[s]) < 1e-14);
    product_with_transpose(factor, d, again);
    for (std::size_t s = 0; s < again.size(); ++s) {
      BOOST_TEST(difference(again[s], matrix[s]) < 1e-15);
    }
  }
}

BOOST_AUTO_TEST_CASE(cholesky_refuses_what_has_no_factor) {
  BOOST_TEST(is_positive_definite({2.0}, 1));
  BOOST_TEST(is_positive_definite({1, 0.5, 0.5, 1}, 2));
  for (const double bad : {0.0, -1.0, undefined, infinity, -infinity}) {
    BOOST_TEST(!is_positive_definite({bad}, 1));
    BOOST_TEST(!is_positive_definite({bad, 0, 0, 1}, 2));
    BOOST_TEST(!is_positive_definite({1, 0, 0, bad}, 2));
  }
  for (const double bad : {1.0, -1.0, 2.0, undefined, infinity}) {
    BOOST_TEST(!is_positive_definite({1, bad, bad, 1}, 2));  // singular, indefinite, no number
    BOOST_TEST(!is_positive_definite({1, bad, 0, bad, 1, 0, 0, 0, 1}, 3));
  }
}

// The threshold is on the correlations: scales far apart are no defect, lost digits are.
BOOST_AUTO_TEST_CASE(definiteness_does_not_depend_on_scales) {
  for (const double scale : {1e-140, 1e-5, 1.0, 1e140}) {
    const double off = 0.9 * scale;
    BOOST_TEST(is_positive_definite({scale * scale, off, off, 1.0}, 2));
    const double nearly = (1 - 1e-16) * scale;
    BOOST_TEST(!is_positive_definite({scale * scale, nearly, nearly, 1.0}, 2));
  }
  const double high = 1 - 1e-12;
  BOOST_TEST(is_positive_definite({1, high, high, 1}, 2));
}

BOOST_AUTO_TEST_CASE(the_smallest_eigenvalue_is_that_of_the_lower_triangle) {
  const double none = undefined;
  BOOST_TEST(std::abs(smallest_eigenvalue(std::vector<double>{1, 2, none, 1}, 2) + 1.0) < 1e-14);
  BOOST_TEST(smallest_eigenvalue(std::vector<double>{3}, 1) == 3.0);
  // The second difference has eigenvalues 2 - 2 cos(k pi / (d + 1)).
  constexpr std::size_t d = 12;
  std::vector<double> matrix(d * d);
  for (std::size_t i = 0; i < d; ++i) {
    matrix[i * d + i] = 2.0;
    if (i + 1 < d) matrix[i * d + i + 1] = matrix[(i + 1) * d + i] = -1.0;
  }
  const double exact = 2.0 - 2.0 * std::cos(std::acos(-1.0) / (d + 1));
  BOOST_TEST(std::abs(smallest_eigenvalue(matrix, d) - exact) < 1e-14);
}

BOOST_AUTO_TEST_CASE(solving_undoes_multiplying) {
  for (const std::size_t d : {1u, 2u, 5u, 40u}) {
    const std::vector<double> l = arbitrary_triangles(1, d, 52), x = arbitrary(d, -3, 3, 53);
    std::vector<double> product(d), transposed(d);
    for (std::size_t i = 0; i < d; ++i) {
      for (std::size_t j = 0; j <= i; ++j) {
        product[i] += l[packed(i, j)] * x[j];
        transposed[j] += l[packed(i, j)] * x[i];
      }
    }
    solve_lower(l, d, product);
    solve_lower_transposed(l, d, transposed);
    for (std::size_t i = 0; i < d; ++i) {
      BOOST_TEST(difference(product[i], x[i]) < 1e-13);
      BOOST_TEST(difference(transposed[i], x[i]) < 1e-13);
    }
  }
}
