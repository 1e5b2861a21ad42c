// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <limits>

#include <leibler/engine/types.hpp>

namespace leibler::inline v0::engine {

/// What a random number is for; two purposes never share a number. At most 8 of them.
enum class Purpose : std::uint32_t {
  start,        ///< random initial models
  sample,       ///< points of a fit
  evaluation,   ///< points of an estimate
  minibatch,    ///< rows of data that an objective uses
  permutation,  ///< the order of rows within a chunk
  derivation,   ///< seeds made from seeds
  pilot,        ///< points that only decide how many are needed
  user,         ///< whatever is drawn for the caller
};

/// How the draws of one chunk depend on each other. Each alone has the same distribution; samplers
/// that can do it say so (leibler/models/distribution.hpp: DependentSampleable).
enum class Dependence : std::uint32_t {
  none,
  mirrored,         ///< rows 2 i and 2 i + 1 come from u and 1 - u, z and -z
  low_discrepancy,  ///< rows are a Sobol sequence with a random digital shift of the chunk's own
};

/// The address of a sequence of random numbers: no state, so any part can be drawn by any thread.
///
/// Philox4x32-10 [1]: the key is the seed (low word first); the four counter words are (position,
/// chunk * 64 + purpose * 8 + part, step's low word, step's high word). Position counts blocks of
/// 128 bits from 0, below 2^32; `chunk` is below 2^26; `part`, below 8, separates what one sampler
/// draws for one chunk (a mixture: its normals and its components).
///
/// [1] J. Salmon, M. Moraes, R. Dror and D. Shaw. Parallel random numbers: as easy as 1, 2, 3.
///     SC, 2011. Section 3.3 and table 2.
struct Stream {
  Seed seed;
  Purpose purpose = Purpose::sample;
  std::uint64_t step = 0;
  std::uint32_t chunk = 0;
  std::uint32_t part = 0;
  Dependence dependence = Dependence::none;

  /// Independent draws, whatever those here are.
  [[nodiscard]] Stream for_purpose(Purpose other) const { return {seed, other, step, chunk, part}; }
  [[nodiscard]] Stream for_part(std::uint32_t other) const {
    return {seed, purpose, step, chunk, other, dependence};
  }

  /// The last three of the four counter words.
  [[nodiscard]] std::array<std::uint32_t, 3> counter() const {
    return {chunk * 64 + static_cast<std::uint32_t>(purpose) * 8 + part,
            static_cast<std::uint32_t>(step), static_cast<std::uint32_t>(step >> 32)};
  }
};

/// One block of Philox4x32-10: four words from four words and a key of two.
[[nodiscard]] std::array<std::uint32_t, 4> philox4x32(const std::array<std::uint32_t, 4>& counter,
                                                      const std::array<std::uint32_t, 2>& key);

/// Seed number `index` of those made from `seed`: independent streams for restarts and repeats.
[[nodiscard]] Seed derive(Seed seed, std::uint64_t index);

/// A Stream read word by word, for code that wants a generator (Boost.Random's distributions,
/// std::shuffle): a UniformRandomBitGenerator of 64 bits. Starts at the stream's position 0.
class StreamEngine {
 public:
  using result_type = std::uint64_t;

  explicit StreamEngine(const Stream& stream) : stream_(stream) {}

  [[nodiscard]] static constexpr result_type min() { return 0; }
  [[nodiscard]] static constexpr result_type max() {
    return std::numeric_limits<result_type>::max();
  }

  result_type operator()();

  /// A whole number below `bound` (>= 1), without bias.
  [[nodiscard]] std::uint64_t below(std::uint64_t bound);

 private:
  Stream stream_;
  std::uint32_t block_ = 0;
  bool half_ = false;
  std::uint64_t kept_ = 0;
};

}  // namespace leibler::inline v0::engine
