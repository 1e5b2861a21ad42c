// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>

namespace leibler::inline v0::detail {

/// gradient /= samples, and its negative: a mean from a sum, compiled once.
void divide(std::span<double> gradient, std::size_t samples);
void divide_and_negate(std::span<double> gradient, std::size_t samples);
/// x *= factor.
void scale(std::span<double> x, double factor);

/// gradient[k] += sums[k].
void add_to(std::span<double> gradient, const double* sums);

/// The Euclidean norm, without over- or underflow.
[[nodiscard]] double norm(std::span<const double> x);

/// Shortens x to `most` where its norm is above; 0 means never. Returns the norm before.
double clip(std::span<double> x, double most);

}  // namespace leibler::inline v0::detail
