// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <thread>

#include "comparison.hpp"

// What two threads gain where there is nothing to share: the machine's own limit at that minute.
namespace leibler::benchmarks {

/// Enough independent chains to fill a core, so that two threads of one core do not pass for two.
inline std::uint64_t spin(std::uint64_t rounds) {
  std::array<std::uint64_t, 8> chains{1, 2, 3, 4, 5, 6, 7, 8};
  for (std::uint64_t i = 0; i < rounds; ++i) {
    for (std::uint64_t& c : chains) c = c * 6364136223846793005u + i;
  }
  std::uint64_t sum = 0;
  for (const std::uint64_t c : chains) sum += c;
  return sum;
}

/// Two equal loops, one after the other or side by side.
inline void spin_twice(int threads) {
  const auto one = [] {
    std::uint64_t rounds = 10'000'000;
    keep(&rounds);  // else the compiler does two equal loops once
    const std::uint64_t result = spin(rounds);
    keep(&result);
  };
  if (threads == 1) {
    one();
    one();
  } else {
    const std::jthread other(one);
    one();
  }
}

}  // namespace leibler::benchmarks
