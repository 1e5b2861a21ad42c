// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE engine_random
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <random>
#include <set>
#include <vector>

#include <leibler/engine/kernels/random.hpp>
#include <leibler/engine/random.hpp>

#include "philox_oracle.hpp"

using namespace leibler;
using namespace leibler::engine;
using namespace leibler::test;

static_assert(std::uniform_random_bit_generator<StreamEngine>);

using Words = std::array<std::uint32_t, 4>;

// Known answers that Random123 publishes for philox4x32 with 10 rounds.
BOOST_AUTO_TEST_CASE(philox_gives_the_known_answers) {
  BOOST_TEST(
      (philox4x32({0, 0, 0, 0}, {0, 0}) == Words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  constexpr std::uint32_t all = 0xffffffff;
  BOOST_TEST((philox4x32({all, all, all, all}, {all, all}) ==
              Words{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  BOOST_TEST(
      (philox4x32({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}) ==
       Words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

BOOST_AUTO_TEST_CASE(philox_agrees_with_random123_on_arbitrary_addresses) {
  std::mt19937_64 generator(2);
  const auto bits = [&] { return static_cast<std::uint32_t>(generator()); };
  for (int i = 0; i < 2000; ++i) {
    const Words counter{bits(), bits(), bits(), bits()};
    const std::array<std::uint32_t, 2> key{bits(), bits()};
    const auto exact =
        r123::Philox4x32()({{counter[0], counter[1], counter[2], counter[3]}}, {{key[0], key[1]}});
    BOOST_TEST((philox4x32(counter, key) == Words{exact[0], exact[1], exact[2], exact[3]}));
  }
}

BOOST_AUTO_TEST_CASE(no_two_addresses_share_a_counter) {
  std::set<std::array<std::uint32_t, 3>> seen;
  std::size_t addresses = 0;
  for (const std::uint64_t step : {0ull, 1ull, 0xffffffffull, 0x100000000ull, ~0ull}) {
    for (const std::uint32_t chunk : {0u, 1u, 2u, (1u << 26) - 1}) {
      for (std::uint32_t purpose = 0; purpose < 8; ++purpose) {
        for (std::uint32_t part = 0; part < 8; ++part, ++addresses) {
          seen.insert(Stream{{1}, static_cast<Purpose>(purpose), step, chunk, part}.counter());
        }
      }
    }
  }
  BOOST_TEST(seen.size() == addresses);
  BOOST_TEST(static_cast<std::uint32_t>(Purpose::user) < 8u);
}

BOOST_AUTO_TEST_CASE(for_purpose_and_for_part_change_one_field_each) {
  const Stream stream{{3}, Purpose::start, 5, 7, 2};
  const Stream other = stream.for_purpose(Purpose::pilot), part = stream.for_part(4);
  BOOST_TEST((other.counter() == Stream{{3}, Purpose::pilot, 5, 7, 2}.counter()));
  BOOST_TEST((part.counter() == Stream{{3}, Purpose::start, 5, 7, 4}.counter()));
  BOOST_TEST((other.seed == stream.seed && part.seed == stream.seed));
}

// The engine and the batch fills read the same blocks, the engine in their natural order.
BOOST_AUTO_TEST_CASE(a_stream_engine_reads_block_after_block_of_its_stream) {
  const Stream stream{{0x123456789abcdef0}, Purpose::minibatch, 1ull << 32, 9, 3};
  StreamEngine engine(stream);
  for (std::uint32_t position = 0; position < 3000; ++position) {
    const Words block = oracle_block(stream, position);
    BOOST_REQUIRE(engine() == (std::uint64_t{block[1]} << 32 | block[0]));
    BOOST_REQUIRE(engine() == (std::uint64_t{block[3]} << 32 | block[2]));
  }
}

BOOST_AUTO_TEST_CASE(whole_numbers_below_a_bound_are_equally_likely) {
  constexpr std::size_t bound = 7, n = 700'000;
  StreamEngine engine({{5}, Purpose::user, 0, 0, 0});
  std::array<double, bound> counts{};
  for (std::size_t i = 0; i < n; ++i) ++counts.at(engine.below(bound));
  const double p = 1.0 / bound;
  for (const double count : counts) {
    BOOST_TEST(std::abs(count / n - p) < 7 * std::sqrt(p * (1 - p) / n));
  }
}

// Of a bound of 3/4 of all words a quarter of them is refused; taken modulo the bound, the lowest
// third of the results would come as often as the two others together.
BOOST_AUTO_TEST_CASE(a_large_bound_has_no_bias) {
  constexpr std::uint64_t third = 1ull << 62;
  constexpr int n = 100'000;
  StreamEngine engine({{6}, Purpose::user, 0, 0, 0});
  int low = 0;
  for (int i = 0; i < n; ++i) {
    const std::uint64_t v = engine.below(3 * third);
    BOOST_REQUIRE(v < 3 * third);
    low += v < third;
  }
  BOOST_TEST(std::abs(low / double{n} - 1.0 / 3.0) < 7 * std::sqrt(2.0 / 9.0 / n));
  StreamEngine one({{7}, Purpose::user, 0, 0, 0});
  for (int i = 0; i < 100; ++i) BOOST_TEST(one.below(1) == 0u);
}

BOOST_AUTO_TEST_CASE(a_stream_engine_can_shuffle) {
  std::vector<int> order(100);
  std::iota(order.begin(), order.end(), 0);
  std::shuffle(order.begin(), order.end(), StreamEngine({{8}, Purpose::permutation, 0, 0, 0}));
  BOOST_TEST(!std::is_sorted(order.begin(), order.end()));
  std::sort(order.begin(), order.end());
  for (int i = 0; i < 100; ++i) BOOST_TEST(order[static_cast<std::size_t>(i)] == i);
}

BOOST_AUTO_TEST_CASE(derived_seeds_all_differ) {
  std::set<std::uint64_t> seen;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    for (std::uint64_t index = 0; index < 100; ++index) {
      seen.insert(derive({seed}, index).value);
    }
  }
  BOOST_TEST(seen.size() == 10'000u);
  BOOST_TEST((derive({3}, 4) == derive({3}, 4)));
}
