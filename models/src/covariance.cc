// SPDX-License-Identifier: MIT
#include "covariance.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include <leibler/engine/check.hpp>
#include <leibler/engine/kernels/elementary.hpp>
#include <leibler/engine/linear_algebra.hpp>

namespace leibler::inline v0::detail {

namespace {

constexpr double largest_log_scale = 708.0;

Error at(std::string_view where, std::string_view what, std::vector<std::size_t> index,
         std::string value, std::string rule, std::string remedy) {
  return {std::string(where), std::string(what), std::move(index),
          std::move(value),   std::move(rule),   std::move(remedy)};
}

std::string must(std::string_view what, const char* rule) {
  return std::string(what) + " must be " + rule;
}

}  // namespace

void covariance_factor(std::string_view where, std::string_view what,
                       const std::vector<std::size_t>& index, const MatrixView& covariance,
                       std::size_t dimension, std::span<double> factor) {
  const std::size_t d = dimension;
  if (covariance.rows != d || covariance.columns != d) {
    throw InvalidArgument(
        at(where, what, index,
           "is " + std::to_string(covariance.rows) + " x " + std::to_string(covariance.columns),
           must(what, (std::to_string(d) + " x " + std::to_string(d)).c_str()),
           "give one row and one column a dimension"));
  }
  const auto entry = [&](std::size_t i, std::size_t j) { return covariance.data[j * d + i]; };
  const auto place = [&](std::size_t i, std::size_t j) {
    std::vector<std::size_t> whole = index;
    whole.insert(whole.end(), {i, j});
    return whole;
  };
  for (std::size_t i = 0; i < d; ++i) {
    for (std::size_t j = 0; j < d; ++j) {
      if (std::isfinite(entry(i, j))) continue;
      throw DomainError(at(where, what, place(i, j), "= " + to_text(entry(i, j)),
                           must(what, "finite"), "look where the value comes from"));
    }
  }
  for (std::size_t i = 0; i < d; ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      const double scale =
          std::max({std::abs(entry(i, j)), std::abs(entry(j, i)),
                    std::sqrt(std::abs(entry(i, i))) * std::sqrt(std::abs(entry(j, j)))});
      if (std::abs(entry(i, j) - entry(j, i)) <= 1e-12 * scale) continue;
      throw DomainError(at(where, what, place(i, j),
                           "= " + to_text(entry(i, j)) + " but [" + std::to_string(j) + ", " +
                               std::to_string(i) + "] = " + to_text(entry(j, i)),
                           must(what, "symmetric positive definite"),
                           "average it with its transpose"));
    }
  }
  const std::span<const double> matrix(covariance.data, d * d);
  if (engine::cholesky(matrix, d, factor)) return;
  // An eigenvalue that is rounding alone has no digits to tell.
  double largest = 0.0;
  for (std::size_t i = 0; i < d; ++i) largest = std::max(largest, std::abs(entry(i, i)));
  const double smallest = engine::smallest_eigenvalue(matrix, d);
  const double rounding =
      4.0 * static_cast<double>(d) * std::numeric_limits<double>::epsilon() * largest;
  throw DomainError(
      at(where, what, index,
         smallest < -rounding
             ? "is not positive definite (smallest eigenvalue " + to_short_text(smallest) + ")"
             : "is singular to working precision",
         must(what, "symmetric positive definite"), "add a multiple of the identity"));
}

void check_dimension(std::string_view where, std::string_view what, std::size_t dimension,
                     bool diagonal) {
  check::at_least(where, what,
                  static_cast<std::int64_t>(std::min<std::size_t>(dimension, INT64_MAX)), 1,
                  "a distribution has at least one dimension");
  check::at_most(where, what, dimension, diagonal ? most_parameters / 2 : most_dimension,
                 diagonal ? "a larger model does not fit into memory"
                          : "a larger one does not fit into memory, a DiagonalGaussian may");
}

void take_logs_of_diagonal(std::span<double> factor, std::size_t dimension) {
  for (std::size_t i = 0; i < dimension; ++i) {
    double* const entry = factor.data() + i * (i + 3) / 2;
    engine::kernels::log_fill(entry, entry, 1);
  }
}

void check_parameters(std::string_view name, std::span<const double> theta, std::size_t expected,
                      std::size_t triangles_at, std::size_t dimension, bool diagonal) {
  const auto where = [&] { return std::string(name) + "::with_parameters"; };
  if (theta.size() != expected) {
    check::size(where(), "parameters.size()", theta.size(), expected, "ask parameter_count()");
  }
  if (!engine::kernels::all_finite(theta.data(), theta.size())) {
    check::finite(where(), "parameters", theta, "the step that made it was too large");
  }
  const std::size_t size = diagonal ? dimension : dimension * (dimension + 1) / 2;
  for (std::size_t first = triangles_at; first < expected; first += size) {
    for (std::size_t i = 0; i < dimension; ++i) {
      const std::size_t index = first + (diagonal ? i : i * (i + 3) / 2);
      if (std::abs(theta[index]) <= largest_log_scale) continue;
      throw DomainError(at(where(), "parameters", {index}, "= " + to_text(theta[index]),
                           "the logarithm of a scale must be within +-708",
                           "the step that made it was too large"));
    }
  }
}

void check_scales(std::string_view where, std::span<const double> logs, std::size_t dimension,
                  bool diagonal) {
  for (std::size_t i = 0; i < dimension; ++i) {
    if (std::abs(logs[diagonal ? i : i * (i + 3) / 2]) <= largest_log_scale) continue;
    throw DomainError(at(where, "the result", {}, "is singular to working precision",
                         "the logarithm of a scale must be within +-708", "change the unit"));
  }
}

void check_conditional_mean(std::string_view where, std::span<const double> mean) {
  for (const double v : mean) {
    if (std::isfinite(v)) continue;
    throw DomainError(at(where, "value", {}, "is too far from the mean for double precision",
                         "the conditional mean must be finite", "change the unit"));
  }
}

void check_whitening(std::string_view name, std::span<const double> whitening) {
  if (engine::kernels::all_finite(whitening.data(), whitening.size())) return;
  throw DomainError(at(std::string(name) + "::with_parameters", "parameters", {},
                       "make a covariance that is singular to working precision",
                       "the inverse of its factor must be finite",
                       "the step that made it was too large"));
}

void check_coordinates(std::string_view where, std::string_view what,
                       std::span<const std::size_t> coordinates, std::size_t dimension) {
  check::at_least(where, std::string(what) + ".size()",
                  static_cast<std::int64_t>(coordinates.size()), 1, "name at least one coordinate");
  for (std::size_t i = 0; i < coordinates.size(); ++i) {
    if (coordinates[i] >= dimension) {
      throw InvalidArgument(at(where, what, {i}, "= " + std::to_string(coordinates[i]),
                               must(what, ("below " + std::to_string(dimension)).c_str()),
                               "coordinates count from 0"));
    }
    if (std::find(coordinates.begin(), coordinates.begin() + static_cast<std::ptrdiff_t>(i),
                  coordinates[i]) != coordinates.begin() + static_cast<std::ptrdiff_t>(i)) {
      throw InvalidArgument(at(where, what, {i}, "= " + std::to_string(coordinates[i]) + " again",
                               must(what, "distinct"), "name every coordinate once"));
    }
  }
}

void check_observed(std::string_view where, std::span<const std::size_t> observed,
                    std::span<const double> value, std::size_t dimension) {
  check_coordinates(where, "observed", observed, dimension);
  if (observed.size() == dimension) {
    throw InvalidArgument(at(where, "observed.size()", {}, "= " + std::to_string(observed.size()),
                             "must be below " + std::to_string(dimension),
                             "leave at least one coordinate free"));
  }
  check::size(where, "value.size()", value.size(), observed.size(),
              "give one value an observed coordinate");
  check::finite(where, "value", value, "look where the value comes from");
}

std::vector<std::size_t> complement(std::span<const std::size_t> coordinates,
                                    std::size_t dimension) {
  std::vector<std::size_t> rest;
  for (std::size_t i = 0; i < dimension; ++i) {
    if (std::find(coordinates.begin(), coordinates.end(), i) == coordinates.end())
      rest.push_back(i);
  }
  return rest;
}

}  // namespace leibler::inline v0::detail
