// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

namespace leibler::inline v0 {

/// The seed of every random number of a call; a type, so that it cannot be swapped with a count.
struct Seed {
  std::uint64_t value = 0;

  friend bool operator==(const Seed&, const Seed&) = default;
};

/// At most how many threads work at once; 0 means every core. Never changes a result.
struct Threads {
  int count = 0;
};

namespace engine {

/// Points are processed in groups of this many; kernels work on whole groups.
inline constexpr std::size_t padding = 32;

/// The next multiple of `padding`.
[[nodiscard]] constexpr std::size_t padded(std::size_t n) {
  return (n + padding - 1) / padding * padding;
}

/// The next multiple of 8, the number of logical lanes of every kernel.
[[nodiscard]] constexpr std::size_t octets(std::size_t n) {
  return (n + 7) / 8 * 8;
}

/// A batch of points as kernels see it: column-major, column j at data + j * stride, row i a point.
/// Rows [size, padded(size)) of every column are readable and finite; they carry weight zero.
struct Batch {
  const double* data;
  std::size_t size;
  std::size_t dimension;
  std::size_t stride;
};

/// A batch to be written. A sampler may write rows up to padded(size) + 8, so stride is no less.
struct MutableBatch {
  double* data;
  std::size_t size;
  std::size_t dimension;
  std::size_t stride;

  operator Batch() const { return {data, size, dimension, stride}; }  // NOLINT: a Batch is a view
};

}  // namespace engine
}  // namespace leibler::inline v0
