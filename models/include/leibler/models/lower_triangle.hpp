// SPDX-License-Identifier: MIT
#pragma once

#include <leibler/engine/check.hpp>
#include <leibler/models/types.hpp>

// Points that are matrices travel as their lower triangles by rows: (0, 0), (1, 0), (1, 1), (2, 0),
// ...
namespace leibler::inline v0 {

/// The lower triangle of a matrix by rows, d (d + 1) / 2 numbers.
/// @throws InvalidArgument  if it is not square
[[nodiscard]] inline Vector pack_lower(const Matrix& matrix) {
  check::size("pack_lower", "matrix.cols()", as_view(matrix).columns, as_view(matrix).rows,
              "give a square matrix");
  Vector out(matrix.rows() * (matrix.rows() + 1) / 2);
  for (Index i = 0, at = 0; i < matrix.rows(); ++i) {
    for (Index j = 0; j <= i; ++j) out[at++] = matrix(i, j);
  }
  return out;
}

/// The lower triangle that was packed, zeros above: a Cholesky factor.
/// @throws InvalidArgument  if the size is no d (d + 1) / 2
[[nodiscard]] inline Matrix unpack_lower(const Vector& rows) {
  Index d = 0;
  while ((d + 1) * (d + 2) / 2 <= rows.size()) ++d;
  check::size("unpack_lower", "rows.size()", as_span(rows).size(),
              static_cast<std::size_t>(d * (d + 1) / 2), "give a whole lower triangle by rows");
  Matrix out = Matrix::Zero(d, d);
  for (Index i = 0, at = 0; i < d; ++i) {
    for (Index j = 0; j <= i; ++j) out(i, j) = rows[at++];
  }
  return out;
}

/// The symmetric matrix whose lower triangle was packed.
/// @throws InvalidArgument  as unpack_lower does
[[nodiscard]] inline Matrix unpack_symmetric(const Vector& rows) {
  const Matrix lower = unpack_lower(rows);
  Matrix out = lower + lower.transpose();
  out.diagonal() = lower.diagonal();
  return out;
}

}  // namespace leibler::inline v0
