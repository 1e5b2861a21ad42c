// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include <Eigen/Core>

#include <leibler/engine/types.hpp>

namespace leibler::inline v0 {

using Index = Eigen::Index;
using Vector = Eigen::VectorXd;
using Matrix = Eigen::MatrixXd;

/// A batch of points: n x d, one row per point, column-major.
using Points = Eigen::MatrixXd;

/// A batch as an argument: a Points, or a block of whole columns' rows, without a copy.
using PointsIn = Eigen::Ref<const Points, 0, Eigen::OuterStride<>>;

/// The numbers of a vector or a matrix as plain memory; the argument must outlive the span.
template <class X>
[[nodiscard]] std::span<const double> as_span(const Eigen::PlainObjectBase<X>& x) {
  return {x.derived().data(), static_cast<std::size_t>(x.size())};
}

/// A vector from plain memory.
[[nodiscard]] inline Vector as_vector(std::span<const double> x) {
  return Eigen::Map<const Vector>(x.data(), static_cast<Index>(x.size()));
}

/// A column-major matrix as plain memory, rows apart from one column to the next: what compiled
/// code takes, because the layout of an Eigen object depends on its user's compiler flags.
struct MatrixView {
  const double* data;
  std::size_t rows, columns;
};

[[nodiscard]] inline MatrixView as_view(const Matrix& x) {
  return {x.data(), static_cast<std::size_t>(x.rows()), static_cast<std::size_t>(x.cols())};
}
[[nodiscard]] inline std::vector<MatrixView> as_views(const std::vector<Matrix>& xs) {
  std::vector<MatrixView> views;
  for (const Matrix& x : xs) views.push_back(as_view(x));
  return views;
}

}  // namespace leibler::inline v0
