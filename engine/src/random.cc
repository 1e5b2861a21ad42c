// SPDX-License-Identifier: MIT
#include <leibler/engine/random.hpp>

namespace leibler::inline v0::engine {

std::array<std::uint32_t, 4> philox4x32(const std::array<std::uint32_t, 4>& counter,
                                        const std::array<std::uint32_t, 2>& key) {
  auto c = counter;
  auto k = key;
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t a = std::uint64_t{0xD2511F53u} * c[0];
    const std::uint64_t b = std::uint64_t{0xCD9E8D57u} * c[2];
    c = {static_cast<std::uint32_t>(b >> 32) ^ c[1] ^ k[0], static_cast<std::uint32_t>(b),
         static_cast<std::uint32_t>(a >> 32) ^ c[3] ^ k[1], static_cast<std::uint32_t>(a)};
    k = {k[0] + 0x9E3779B9u, k[1] + 0xBB67AE85u};
  }
  return c;
}

namespace {

std::array<std::uint32_t, 4> block_of(const Stream& stream, std::uint32_t position) {
  const auto [a, b, c] = stream.counter();
  return philox4x32({position, a, b, c}, {static_cast<std::uint32_t>(stream.seed.value),
                                          static_cast<std::uint32_t>(stream.seed.value >> 32)});
}

std::uint64_t join(std::uint32_t low, std::uint32_t high) {
  return std::uint64_t{high} << 32 | low;
}

}  // namespace

Seed derive(Seed seed, std::uint64_t index) {
  const auto block = block_of({seed, Purpose::derivation, index, 0}, 0);
  return {join(block[0], block[1])};
}

StreamEngine::result_type StreamEngine::operator()() {
  half_ = !half_;
  if (!half_) return kept_;
  const auto block = block_of(stream_, block_++);
  kept_ = join(block[2], block[3]);
  return join(block[0], block[1]);
}

std::uint64_t StreamEngine::below(std::uint64_t bound) {
  // Words beyond the last whole multiple of the bound would favour small results.
  const std::uint64_t spoilt = (max() - bound + 1) % bound;
  for (;;) {
    const std::uint64_t word = (*this)();
    if (word >= spoilt) return word % bound;
  }
}

}  // namespace leibler::inline v0::engine
