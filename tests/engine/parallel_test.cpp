// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE engine_parallel
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <leibler/engine/error.hpp>
#include <leibler/engine/moments.hpp>
#include <leibler/engine/parallel.hpp>

#include "instruction_sets.hpp"
#include "lifted_cap.hpp"
#include "says.hpp"
#include "ulp.hpp"

using namespace leibler;
using namespace leibler::engine;
using namespace leibler::test;

namespace {

constexpr int thread_counts[] = {1, 2, 3, 8, 64, 0};

// Chunk i of a sum whose last bits depend on the order of additions.
double term(std::size_t i) {
  return std::sin(static_cast<double>(i) * 12.9898) * std::exp2(static_cast<double>(i % 41) - 20);
}

std::vector<double> summed(std::size_t chunks, Threads threads, std::size_t width) {
  std::vector<double> slots(Slots{chunks}.count() * width, -7.0);
  sum_chunks(chunks, threads, width, slots.data(), [&](std::size_t i, double* slot) {
    for (std::size_t j = 0; j < width; ++j) slot[j] += term(i * width + j);
  });
  slots.resize(width);
  return slots;
}

Moments reduced(std::size_t chunks, Threads threads) {
  return reduce_chunks(chunks, threads, Moments(), [](std::size_t i, Moments& slot) {
    const std::vector<double> x = arbitrary(3, -1.0, 2.0, static_cast<unsigned>(i));
    slot.add(x.data(), x.size());
  });
}

}  // namespace

BOOST_AUTO_TEST_CASE(each_index_is_called_once_on_any_number_of_threads) {
  const LiftedCap cap;
  for (const int threads : thread_counts) {
    for (const std::size_t count : {0u, 1u, 2u, 7u, 1000u, 5000u}) {
      std::vector<std::atomic<int>> calls(count);
      for_chunks(count, Threads{threads}, [&](std::size_t i) { ++calls[i]; });
      BOOST_TEST(std::all_of(calls.begin(), calls.end(), [](const auto& c) { return c == 1; }));
    }
  }
}

BOOST_AUTO_TEST_CASE(sums_have_the_same_bits_on_any_number_of_threads) {
  const LiftedCap cap;
  for (const std::size_t chunks : {1u, 2u, 127u, 128u, 129u, 1000u, 6000u}) {
    const std::vector<double> expected = summed(chunks, Threads{1}, 3);
    const double variance = reduced(chunks, Threads{1}).variance();
    for (const int threads : thread_counts) {
      for (int repeat = 0; repeat < 3; ++repeat) {
        BOOST_TEST_CONTEXT(chunks << " chunks, " << threads << " threads") {
          BOOST_TEST(first_difference(summed(chunks, Threads{threads}, 3), expected) == 3u);
          BOOST_TEST(same_bits(reduced(chunks, Threads{threads}).variance(), variance));
        }
      }
    }
  }
}

// The order of additions is a contract: slots are runs of neighbours, merged along one tree.
BOOST_AUTO_TEST_CASE(sums_are_added_in_the_stated_order) {
  for (const std::size_t chunks : {1u, 5u, 128u, 300u, 5000u}) {
    const Slots share{chunks};
    std::vector<double> slots(share.count());
    for (std::size_t s = 0; s < slots.size(); ++s) {
      for (std::size_t i = share.begin(s); i < share.begin(s + 1); ++i) slots[s] += term(i);
    }
    for (std::size_t width = 1; width < slots.size(); width *= 2) {
      for (std::size_t a = 0; a + width < slots.size(); a += 2 * width)
        slots[a] += slots[a + width];
    }
    BOOST_TEST(same_bits(summed(chunks, Threads{0}, 1)[0], slots[0]));
  }
}

// What the checks above would miss if they could not fail: a sum in the order of arrival.
BOOST_AUTO_TEST_CASE(a_sum_in_the_order_of_arrival_changes_with_the_threads) {
  const LiftedCap cap;
  const auto arriving = [](Threads threads) {
    double total = 0.0;
    std::mutex mutex;
    for_chunks(6000, threads, [&](std::size_t i) {
      if (i % 64 == 0) std::this_thread::yield();
      const std::lock_guard lock(mutex);
      total += term(i);
    });
    return total;
  };
  const double expected = arriving(Threads{1});
  bool differs = false;
  for (int repeat = 0; repeat < 100 && !differs; ++repeat) {
    differs = !same_bits(arriving(Threads{8}), expected);
  }
  BOOST_TEST(differs);
}

BOOST_AUTO_TEST_CASE(slots_share_all_chunks_and_are_bounded) {
  for (const std::size_t chunks : {1u, 2u, 127u, 128u, 129u, 255u, 256u, 1000u, 999'999u}) {
    const Slots share{chunks};
    BOOST_TEST(share.count() == std::min<std::size_t>(chunks, 128));
    BOOST_TEST(share.begin(0) == 0u);
    BOOST_TEST(share.begin(share.count()) == chunks);
    for (std::size_t s = 0; s < share.count(); ++s) {
      const std::size_t size = share.begin(s + 1) - share.begin(s);
      BOOST_REQUIRE((size == chunks / share.count() || size == chunks / share.count() + 1));
    }
  }
}

BOOST_AUTO_TEST_CASE(the_tree_of_merges_is_fixed) {
  const auto merges = [](std::size_t count) {
    std::vector<std::pair<std::size_t, std::size_t>> order;
    merge_in_tree(count, [&](std::size_t a, std::size_t b) { order.emplace_back(a, b); });
    return order;
  };
  using Order = std::vector<std::pair<std::size_t, std::size_t>>;
  BOOST_TEST((merges(0) == Order{}));
  BOOST_TEST((merges(1) == Order{}));
  BOOST_TEST((merges(2) == Order{{0, 1}}));
  BOOST_TEST((merges(6) == Order{{0, 1}, {2, 3}, {4, 5}, {0, 2}, {0, 4}}));
}

BOOST_AUTO_TEST_CASE(the_exception_of_the_lowest_index_wins) {
  const LiftedCap cap;
  for (const int threads : thread_counts) {
    for (int repeat = 0; repeat < 20; ++repeat) {
      std::vector<std::atomic<bool>> ran(3000);
      const auto body = [&](std::size_t i) {
        ran[i] = true;
        if (i % 500 == 411) throw std::runtime_error("chunk " + std::to_string(i));
      };
      BOOST_CHECK_EXCEPTION(for_chunks(ran.size(), Threads{threads}, body), std::runtime_error,
                            says("chunk 411"));
      for (std::size_t i = 0; i <= 411; ++i) BOOST_REQUIRE(ran[i]);
    }
  }
}

// Where both are under way, the higher one may well fail last.
BOOST_AUTO_TEST_CASE(the_lowest_exception_wins_over_a_later_one) {
  const LiftedCap cap;
  std::atomic<bool> high_runs{false}, low_failed{false};
  const auto wait_for = [](const std::atomic<bool>& flag) {
    for (int i = 0; i < 2000 && !flag; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  };
  const auto body = [&](std::size_t i) {
    if (i == 0) {
      wait_for(high_runs);
      low_failed = true;
      throw std::runtime_error("low");
    }
    high_runs = true;
    wait_for(low_failed);
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    throw std::runtime_error("high");
  };
  BOOST_CHECK_EXCEPTION(for_chunks(2, Threads{2}, body), std::runtime_error, says("low"));
  BOOST_TEST(high_runs);
}

BOOST_AUTO_TEST_CASE(an_exception_of_any_type_comes_through_and_the_next_loop_works) {
  for (const int threads : {1, 2, 0}) {
    const auto body = [](std::size_t i) {
      if (i == 3) throw 42;
    };
    BOOST_CHECK_THROW(for_chunks(100, Threads{threads}, body), int);
    BOOST_CHECK_THROW((void)summed(1, Threads{-1}, 1), InvalidArgument);
    BOOST_TEST(first_difference(summed(500, Threads{threads}, 2), summed(500, Threads{1}, 2)) ==
               2u);
  }
}

BOOST_AUTO_TEST_CASE(a_negative_number_of_threads_is_refused) {
  int calls = 0;
  for (const std::size_t count : {0u, 1u, 100u}) {
    BOOST_CHECK_EXCEPTION(for_chunks(count, Threads{-2}, [&](std::size_t) { ++calls; }),
                          std::invalid_argument,
                          says("for_chunks: threads.count = -2; threads.count must be >= 0; 0 "
                               "means every core."));
  }
  BOOST_TEST(calls == 0);
}

BOOST_AUTO_TEST_CASE(nested_loops_do_all_their_work) {
  const LiftedCap cap;
  for (const int outer : thread_counts) {
    for (const int inner : {1, 3, 0}) {
      std::vector<std::vector<double>> sums(40);
      for_chunks(sums.size(), Threads{outer},
                 [&](std::size_t i) { sums[i] = summed(200 + i, Threads{inner}, 1); });
      bool good = true;
      for (std::size_t i = 0; i < sums.size(); ++i) {
        good = good && same_bits(sums[i][0], summed(200 + i, Threads{1}, 1)[0]);
      }
      BOOST_TEST(good);
    }
  }
}

BOOST_AUTO_TEST_CASE(several_callers_at_once_get_their_own_results) {
  const LiftedCap cap;
  std::atomic<int> wrong{0};
  const std::vector<double> expected = summed(3000, Threads{1}, 2);
  std::vector<std::thread> callers;
  for (int caller = 0; caller < 6; ++caller) {
    callers.emplace_back([&, caller] {
      for (int repeat = 0; repeat < 10; ++repeat) {
        wrong += first_difference(summed(3000, Threads{caller % 4}, 2), expected) != 2;
      }
    });
  }
  for (std::thread& caller : callers) caller.join();
  BOOST_TEST(wrong == 0);
}
