// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>
#include <cstddef>
#include <span>

#include <leibler/engine/check.hpp>

// Cholesky factors as packed lower triangles by rows.
namespace leibler::inline v0::detail {

[[nodiscard]] constexpr std::size_t triangle(std::size_t d) {
  return d * (d + 1) / 2;
}

/// Whether entry k of a packed triangle is on the diagonal.
[[nodiscard]] inline bool is_diagonal_entry(std::size_t k) {
  std::size_t i = static_cast<std::size_t>(std::sqrt(2.0 * static_cast<double>(k)));
  while (triangle(i + 1) <= k) ++i;
  while (i > 0 && triangle(i) > k) --i;
  return k == triangle(i) + i;
}

/// @throws DomainError  unless all entries are finite and those on the diagonal > 0
inline void check_factor(const char* name, const char* what, std::span<const double> factor) {
  check::finite(name, what, factor, "look where the value comes from");
  for (std::size_t i = 0; triangle(i + 1) <= factor.size(); ++i) {
    const std::size_t at = triangle(i) + i;
    if (factor[at] > 0.0) continue;
    throw DomainError({name,
                       what,
                       {at},
                       "= " + to_text(factor[at]),
                       "the diagonal of a Cholesky factor must be > 0",
                       "factorise the scale matrix"});
  }
}

}  // namespace leibler::inline v0::detail
