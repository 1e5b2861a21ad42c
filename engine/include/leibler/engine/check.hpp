// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include <leibler/engine/error.hpp>

// Checks of arguments, in every build. `where` is the call and `what` the argument, as the user
// wrote them; `remedy` says what to do and may be empty. None of them changes anything.
namespace leibler::inline v0::check {

/// @throws DomainError  for the first entry that is NaN or infinite
void finite(std::string_view where, std::string_view what, std::span<const double> values,
            std::string_view remedy = "");

/// The same for an n x d matrix, column-major, named by row and column.
void finite(std::string_view where, std::string_view what, const double* values, std::size_t rows,
            std::size_t columns, std::size_t stride, std::string_view remedy = "");

/// @throws DomainError  for the first entry that is not finite and > 0
void positive(std::string_view where, std::string_view what, std::span<const double> values,
              std::string_view remedy = "");

/// @throws DomainError  unless value is finite
void finite(std::string_view where, std::string_view what, double value,
            std::string_view remedy = "");

/// @throws DomainError  unless value is finite and > 0
void positive(std::string_view where, std::string_view what, double value,
              std::string_view remedy = "");

/// @throws DomainError  unless value is finite and >= 0
void not_negative(std::string_view where, std::string_view what, double value,
                  std::string_view remedy = "");

/// @throws DomainError  unless low <= value < high
void in_range(std::string_view where, std::string_view what, double value, double low, double high,
              std::string_view remedy = "");

/// @throws InvalidArgument  unless actual == expected
void size(std::string_view where, std::string_view what, std::size_t actual, std::size_t expected,
          std::string_view remedy = "");

/// @throws InvalidArgument  unless value >= least
void at_least(std::string_view where, std::string_view what, std::int64_t value, std::int64_t least,
              std::string_view remedy = "");

/// @throws InvalidArgument  unless value <= most
void at_most(std::string_view where, std::string_view what, std::size_t value, std::size_t most,
             std::string_view remedy = "");

/// Weights of a finite distribution: positive, finite, adding up to 1 within 1e-9.
/// @throws DomainError  that names the first entry or the sum
void weights(std::string_view where, std::string_view what, std::span<const double> values);

}  // namespace leibler::inline v0::check
