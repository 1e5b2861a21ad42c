// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE engine_types
#include <boost/test/unit_test.hpp>

#include <concepts>
#include <cstdint>
#include <type_traits>

#include <leibler/engine/types.hpp>

using namespace leibler;
using namespace leibler::engine;

// A seed is not a count: neither converts to the other by itself.
static_assert(!std::convertible_to<std::uint64_t, Seed>);
static_assert(!std::convertible_to<int, Threads>);
static_assert(!std::convertible_to<Seed, std::uint64_t>);

// What may be written may be read, and not the other way round.
static_assert(std::convertible_to<MutableBatch, Batch>);
static_assert(!std::convertible_to<Batch, MutableBatch>);

static_assert(padded(0) == 0 && padded(1) == 32 && padded(32) == 32 && padded(33) == 64);
static_assert(octets(0) == 0 && octets(1) == 8 && octets(8) == 8 && octets(9) == 16);
static_assert(padding % 8 == 0);

BOOST_AUTO_TEST_CASE(seeds_are_equal_if_their_numbers_are) {
  BOOST_TEST((Seed{3} == Seed{3}));
  BOOST_TEST((Seed{3} != Seed{4}));
  BOOST_TEST((Seed{} == Seed{0}));
}

BOOST_AUTO_TEST_CASE(a_batch_that_may_be_written_is_the_same_batch_to_read) {
  double data[20] = {};
  const MutableBatch written{data, 3, 2, 10};
  const Batch read = written;
  BOOST_TEST(read.data == data);
  BOOST_TEST(read.size == 3u);
  BOOST_TEST(read.dimension == 2u);
  BOOST_TEST(read.stride == 10u);
}
