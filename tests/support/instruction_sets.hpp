// SPDX-License-Identifier: MIT
#pragma once

#include <boost/test/unit_test.hpp>

#include <bit>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include <leibler/engine/instruction_set.hpp>

namespace leibler::test {

/// Goes back to the best instruction set when it ends.
struct BestInstructionSetAfterwards {
  ~BestInstructionSetAfterwards() {
    engine::use_instruction_set(engine::instruction_sets().front());
  }
};

/// Calls body() on each instruction set of this machine that a promise is made for: those with a
/// fused multiply-add. On a machine without one, on the best there is.
template <class Body>
void on_each_instruction_set(Body&& body) {
  const BestInstructionSetAfterwards restore;
  for (const std::string& name : engine::instruction_sets()) {
    const bool is_fused = name != "SSE4" && name != "scalar";
    if (name != engine::instruction_sets().front() && !is_fused) continue;
    engine::use_instruction_set(name);
    BOOST_TEST_CONTEXT("on " << name) {
      body();
    }
  }
}

/// The same bits, or both NaN: which NaN it is says nothing.
inline bool same_bits(double a, double b) {
  if (std::isnan(a) || std::isnan(b)) return std::isnan(a) && std::isnan(b);
  return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b);
}

/// The first index where two vectors differ in a bit, or their size.
inline std::size_t first_difference(const std::vector<double>& a, const std::vector<double>& b) {
  if (a.size() != b.size()) return 0;
  std::size_t i = 0;
  while (i < a.size() && same_bits(a[i], b[i])) ++i;
  return i;
}

/// compute() returns a vector<double>; it must have the same bits on every instruction set.
template <class Compute>
void check_same_bits_on_each_instruction_set(Compute&& compute) {
  std::vector<double> expected;
  bool first = true;
  on_each_instruction_set([&] {
    const std::vector<double> result = compute();
    if (first) expected = result;
    first = false;
    BOOST_TEST(first_difference(result, expected) == expected.size());
  });
}

}  // namespace leibler::test
