// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include <leibler/models/types.hpp>

namespace leibler::inline v0::detail {

/// The packed lower Cholesky factor of a covariance matrix, after every check.
/// @param index  which matrix of `what`; empty for a single one
/// @throws InvalidArgument  if it is not dimension x dimension
/// @throws DomainError      if it is not finite, not symmetric or not positive definite
void covariance_factor(std::string_view where, std::string_view what,
                       const std::vector<std::size_t>& index, const MatrixView& covariance,
                       std::size_t dimension, std::span<double> factor);

/// log L_ii on the diagonal of a packed triangle, in place; the rest stays.
void take_logs_of_diagonal(std::span<double> factor, std::size_t dimension);

/// Checks a parameter vector: its size, that it is finite, and that all log L_ii are within +-708,
/// so that scales and their inverses are normal numbers.
/// @param triangles_at  where the packed triangles (or diagonals) begin, one after another
void check_parameters(std::string_view name, std::span<const double> theta, std::size_t expected,
                      std::size_t triangles_at, std::size_t dimension, bool diagonal);

/// Checks coordinates for a marginal or a conditional: distinct, in range, at least one.
void check_coordinates(std::string_view where, std::string_view what,
                       std::span<const std::size_t> coordinates, std::size_t dimension);

/// Those of 0 ... dimension - 1 that are not in `coordinates`, in rising order.
[[nodiscard]] std::vector<std::size_t> complement(std::span<const std::size_t> coordinates,
                                                  std::size_t dimension);

}  // namespace leibler::inline v0::detail
