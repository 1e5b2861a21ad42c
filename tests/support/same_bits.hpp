// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include <leibler/engine/types.hpp>

#include "instruction_sets.hpp"
#include "lifted_cap.hpp"

namespace leibler::test {

/// compute(Threads) on 1, 2, 3, 8 and 64 threads, on every instruction set: true if no bit differs.
template <class Compute>
bool same_bits_everywhere(Compute&& compute, int repeats = 1) {
  const LiftedCap lift(64);
  const std::vector<double> expected = compute(Threads{1});
  BOOST_TEST(!expected.empty());
  bool same = true;
  on_each_instruction_set([&] {
    for (const int threads : {1, 2, 3, 8, 64}) {
      for (int i = 0; i < repeats; ++i) {
        const std::vector<double> found = compute(Threads{threads});
        same = same && first_difference(found, expected) == expected.size() &&
               found.size() == expected.size();
      }
    }
  });
  return same;
}

}  // namespace leibler::test
