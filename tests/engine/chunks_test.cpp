// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE engine_chunks
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include <leibler/engine/chunks.hpp>

using namespace leibler::engine;

// These sizes decide the bits of every result: a change is a change of the contract.
static_assert(chunk_size(1) == 512 && chunk_size(8) == 512);
static_assert(chunk_size(9) == 256 && chunk_size(64) == 256);
static_assert(chunk_size(65) == 128 && chunk_size(10'000) == 128);

BOOST_AUTO_TEST_CASE(chunks_cover_every_sample_once_and_are_nearly_equal) {
  for (const std::size_t dimension : {1u, 8u, 9u, 64u, 65u, 300u}) {
    for (const std::size_t samples :
         {1u, 2u, 127u, 128u, 129u, 500u, 511u, 512u, 513u, 1000u, 1025u, 99'999u, 1'000'000u}) {
      const Chunks chunks{samples, dimension};
      std::size_t next = 0, smallest = samples, largest = 0;
      for (std::size_t i = 0; i < chunks.count(); ++i) {
        BOOST_REQUIRE(chunks.begin(i) == next);
        next += chunks.size(i);
        smallest = std::min(smallest, chunks.size(i));
        largest = std::max(largest, chunks.size(i));
      }
      BOOST_TEST(next == samples);
      BOOST_TEST(largest <= chunk_size(dimension));
      BOOST_TEST(largest <= most_chunk_size);
      BOOST_TEST(largest - smallest <= 1u);
      // No more chunks than the limit makes necessary.
      BOOST_TEST((chunks.count() - 1) * chunk_size(dimension) < samples);
    }
  }
}

BOOST_AUTO_TEST_CASE(no_samples_are_no_chunks) {
  BOOST_TEST((Chunks{0, 3}.count()) == 0u);
}

BOOST_AUTO_TEST_CASE(a_batch_has_room_for_what_kernels_overrun) {
  for (std::size_t n = 0; n <= most_chunk_size; ++n) {
    BOOST_REQUIRE(padded(n) >= n);
    BOOST_REQUIRE(padded(n) < n + padding);
    BOOST_REQUIRE(padded(n) % padding == 0u);
    BOOST_REQUIRE(batch_stride(n) >= padded(n) + 8);
    BOOST_REQUIRE(batch_stride(n) % 8 == 0u);
  }
}

BOOST_AUTO_TEST_CASE(a_batch_from_the_workspace_has_its_shape) {
  Workspace workspace;
  const leibler::engine::MutableBatch batch = take_batch(workspace, 500, 3);
  BOOST_TEST(batch.size == 500u);
  BOOST_TEST(batch.dimension == 3u);
  BOOST_TEST(batch.stride == batch_stride(500));
  BOOST_TEST(reinterpret_cast<std::uintptr_t>(batch.data) % 64 == 0u);
  std::fill_n(batch.data, batch.stride * batch.dimension, 1.0);
  double* const next = workspace.take(1);
  BOOST_TEST((next < batch.data || next >= batch.data + batch.stride * 3));
}
