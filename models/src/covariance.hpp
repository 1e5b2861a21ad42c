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

/// The most parameters that a model is made with, 8 GiB: a larger number is a mistake, and would
/// end in bad_alloc, or in a machine without memory.
inline constexpr std::size_t most_parameters = std::size_t{1} << 30;
/// The largest d for which d + d (d + 1) / 2 is not above that.
inline constexpr std::size_t most_dimension = 46339;
static_assert(most_dimension * (most_dimension + 3) / 2 <= most_parameters &&
              (most_dimension + 1) * (most_dimension + 4) / 2 > most_parameters);

/// At least one dimension and no more parameters than most_parameters.
/// @throws InvalidArgument
void check_dimension(std::string_view where, std::string_view what, std::size_t dimension,
                     bool diagonal);

/// log L_ii on the diagonal of a packed triangle, in place; the rest stays.
void take_logs_of_diagonal(std::span<double> factor, std::size_t dimension);

/// Checks a parameter vector: its size, that it is finite, and that all log L_ii are within +-708,
/// so that scales and their inverses are normal numbers.
/// @param triangles_at  where the packed triangles (or diagonals) begin, one after another
void check_parameters(std::string_view name, std::span<const double> theta, std::size_t expected,
                      std::size_t triangles_at, std::size_t dimension, bool diagonal);

/// Checks a triangle or a diagonal that was computed from a valid model: scales within +-708.
void check_scales(std::string_view where, std::span<const double> logs, std::size_t dimension,
                  bool diagonal);

/// Checks coordinates for a marginal or a conditional: distinct, in range, at least one.
void check_coordinates(std::string_view where, std::string_view what,
                       std::span<const std::size_t> coordinates, std::size_t dimension);

/// The same for the observed coordinates of a conditional, with their values: not all of them.
void check_observed(std::string_view where, std::span<const std::size_t> observed,
                    std::span<const double> value, std::size_t dimension);

/// @throws DomainError  if the mean of a conditional is not finite
void check_conditional_mean(std::string_view where, std::span<const double> mean);

/// Checks that L^-1, as computed, is finite, without which densities would be NaN.
void check_whitening(std::string_view name, std::span<const double> whitening);

/// Those of 0 ... dimension - 1 that are not in `coordinates`, in rising order.
[[nodiscard]] std::vector<std::size_t> complement(std::span<const std::size_t> coordinates,
                                                  std::size_t dimension);

/// N(mean, L L^T) as a model keeps it.
struct GaussianView {
  const double* mean;
  const double* logs;    ///< packed L with logarithms on the diagonal
  const double* factor;  ///< packed L
  std::size_t dimension;
};

/// Writes the parameters (mean, packed L with logarithms on the diagonal) of the coordinates named.
void write_marginal(std::string_view where, const GaussianView& p,
                    std::span<const std::size_t> coordinates, double* mean, double* logs);

/// How likely the observed value was: log density = -distance^2 / 2 - log_scale + a constant.
struct Observation {
  double distance;   ///< |T^-1 (value - mean)|, T the factor of the observed coordinates
  double log_scale;  ///< log det T
};

/// Writes the parameters of the coordinates `rest` given those `observed`. The mean is not finite
/// where `value` is too far away for double precision.
Observation write_conditional(std::string_view where, const GaussianView& p,
                              std::span<const std::size_t> observed, std::span<const double> value,
                              std::span<const std::size_t> rest, double* mean, double* logs);

}  // namespace leibler::inline v0::detail
