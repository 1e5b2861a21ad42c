// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

#include <leibler/engine/random.hpp>
#include <leibler/models/distribution.hpp>

namespace leibler::inline v0::detail {

/// The stream's sibling: another one at the same address.
[[nodiscard]] Stream sibling(const Stream& stream, std::uint64_t which);

/// A uniform on (0, 1).
[[nodiscard]] double uniform(engine::StreamEngine& generator);

/// Draws of Gamma(shape, rate 1), or their logarithms, which do not underflow. out[i] depends on
/// the stream and i alone.
void gamma_fill(const Stream& stream, double shape, double* out, std::size_t n, Workspace&);
void log_gamma_fill(const Stream& stream, double shape, double* out, std::size_t n, Workspace&);

/// Where the likelihood of Gamma(shape, rate) is largest, from the mean of y and - mean(log y) > 0.
struct ShapeAndRate {
  double shape, rate;
};
[[nodiscard]] ShapeAndRate fit_gamma(double mean, double log_gap);

/// -log(y / mean) + y / mean - 1 >= 0, whose mean is log(mean y) - mean(log y), with its digits
/// where the y are near each other.
[[nodiscard]] double log_gap_term(double y, double mean);

}  // namespace leibler::inline v0::detail
