// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

#include <leibler/engine/types.hpp>
#include <leibler/engine/workspace.hpp>

namespace leibler::inline v0::engine {

/// The most points that a chunk can have, whatever the dimension.
inline constexpr std::size_t most_chunk_size = 512;

/// Points in a chunk of the given dimension. It depends on nothing else and never changes, because
/// it decides which numbers are added to which, and so the bits.
[[nodiscard]] constexpr std::size_t chunk_size(std::size_t dimension) {
  return dimension <= 8 ? most_chunk_size : dimension <= 64 ? 256 : 128;
}

/// Draws of one seed that have random numbers of their own: a Stream's chunk is below 2^26.
[[nodiscard]] constexpr std::size_t most_draws(std::size_t dimension) {
  return (std::size_t{1} << 26) * chunk_size(dimension);
}

/// How `samples` points are cut: chunks of nearly equal size, none above chunk_size(dimension).
struct Chunks {
  std::size_t samples;
  std::size_t dimension;

  [[nodiscard]] std::size_t count() const {
    return (samples + chunk_size(dimension) - 1) / chunk_size(dimension);
  }
  [[nodiscard]] std::size_t begin(std::size_t i) const {
    const std::size_t n = count(), part = samples / n, rest = samples % n;
    return part * i + (i < rest ? i : rest);
  }
  [[nodiscard]] std::size_t size(std::size_t i) const { return begin(i + 1) - begin(i); }
};

/// Rows from one column to the next in a batch of n points: samplers overrun by 8 rows, and columns
/// of a power of two would alias in the first-level cache.
[[nodiscard]] constexpr std::size_t batch_stride(std::size_t n) {
  return padded(n) + 8;
}

/// A batch of n points in the workspace, not initialised.
[[nodiscard]] inline MutableBatch take_batch(Workspace& workspace, std::size_t n,
                                             std::size_t dimension) {
  return {workspace.take(batch_stride(n) * dimension), n, dimension, batch_stride(n)};
}

}  // namespace leibler::inline v0::engine
