// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <Random123/philox.h>
#undef philox4x32  // a macro there, a function here

#include <leibler/engine/random.hpp>

namespace leibler::test {

/// Block `position` of a stream, computed by Random123 from the address as the documentation of
/// Stream states it.
inline std::array<std::uint32_t, 4> oracle_block(const engine::Stream& stream,
                                                 std::uint32_t position) {
  const std::uint32_t purpose = static_cast<std::uint32_t>(stream.purpose);
  const r123::Philox4x32::ctr_type counter{{position, stream.chunk * 64 + purpose * 8 + stream.part,
                                            static_cast<std::uint32_t>(stream.step),
                                            static_cast<std::uint32_t>(stream.step >> 32)}};
  const r123::Philox4x32::key_type key{{static_cast<std::uint32_t>(stream.seed.value),
                                        static_cast<std::uint32_t>(stream.seed.value >> 32)}};
  const auto block = r123::Philox4x32()(counter, key);
  return {block[0], block[1], block[2], block[3]};
}

/// What kernels::philox_fill is to write, in its order.
inline std::vector<std::uint64_t> oracle_bits(const engine::Stream& stream, std::size_t n) {
  std::vector<std::uint64_t> out(n);
  for (std::size_t i = 0; i < n; ++i) {
    const auto block = oracle_block(stream, static_cast<std::uint32_t>(i / 16 * 8 + i % 8));
    const std::size_t half = i % 16 / 8 * 2;
    out[i] = std::uint64_t{block[half + 1]} << 32 | block[half];
  }
  return out;
}

}  // namespace leibler::test
