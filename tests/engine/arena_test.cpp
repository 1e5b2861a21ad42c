// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE engine_arena
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <mutex>
#include <set>
#include <stdexcept>
#include <thread>

#include <oneapi/tbb/blocked_range.h>
#include <oneapi/tbb/parallel_for.h>
#include <oneapi/tbb/task_arena.h>
#include <oneapi/tbb/task_group.h>

#include <leibler/engine/parallel.hpp>

#include "lifted_cap.hpp"

// How for_chunks behaves beside a caller's own oneTBB.
using namespace leibler;
using namespace leibler::engine;
using namespace leibler::test;

namespace {

// Which threads took part, and how many at once at most.
class Crowd {
 public:
  void work() {
    const int now = ++inside_;
    int most = most_.load();
    while (now > most && !most_.compare_exchange_weak(most, now)) {}
    {
      const std::lock_guard lock(mutex_);
      threads_.insert(std::this_thread::get_id());
    }
    std::this_thread::sleep_for(std::chrono::microseconds(200));
    --inside_;
    ++calls_;
  }
  [[nodiscard]] int most() const { return most_; }
  [[nodiscard]] int calls() const { return calls_; }
  [[nodiscard]] bool only(std::thread::id id) const {
    return threads_ == std::set<std::thread::id>{id};
  }

 private:
  std::atomic<int> inside_{0}, most_{0}, calls_{0};
  std::mutex mutex_;
  std::set<std::thread::id> threads_;
};

}  // namespace

BOOST_AUTO_TEST_CASE(no_more_threads_work_than_were_asked_for) {
  const LiftedCap cap;
  for (const int threads : {1, 2, 3, 8}) {
    Crowd crowd, inside;
    for_chunks(200, Threads{threads}, [&](std::size_t) { crowd.work(); });
    BOOST_TEST(crowd.most() <= threads);
    BOOST_TEST(crowd.calls() == 200);
    // Nor from within an arena that has more.
    tbb::task_arena(64).execute(
        [&] { for_chunks(200, Threads{threads}, [&](std::size_t) { inside.work(); }); });
    BOOST_TEST(inside.most() <= threads);
    BOOST_TEST(inside.calls() == 200);
  }
}

BOOST_AUTO_TEST_CASE(more_than_one_thread_does_work_where_asked) {
  const LiftedCap cap;
  for (const int threads : {2, 8, 0}) {
    Crowd crowd;
    // Workers need a moment to wake up; some loop out of many is shared.
    const int expected = threads == 8 ? 4 : 2;  // more than there may be cores, if asked for
    for (int repeat = 0; repeat < 100 && crowd.most() < expected; ++repeat) {
      for_chunks(50, Threads{threads}, [&](std::size_t) { crowd.work(); });
    }
    BOOST_TEST(crowd.most() >= expected);
  }
}

BOOST_AUTO_TEST_CASE(one_thread_is_the_calling_one) {
  Crowd crowd;
  for_chunks(20, Threads{1}, [&](std::size_t) { crowd.work(); });
  BOOST_TEST(crowd.only(std::this_thread::get_id()));
}

BOOST_AUTO_TEST_CASE(all_threads_means_those_of_the_callers_arena) {
  const LiftedCap cap;
  for (const int width : {1, 2}) {
    tbb::task_arena arena(width);
    Crowd crowd;
    std::atomic<bool> elsewhere{false};
    arena.execute([&] {
      for_chunks(100, Threads{0}, [&](std::size_t) {
        crowd.work();
        if (tbb::this_task_arena::max_concurrency() != width) elsewhere = true;
      });
    });
    BOOST_TEST(!elsewhere);
    BOOST_TEST(crowd.most() <= width);
    BOOST_TEST(crowd.calls() == 100);
    if (width == 1) BOOST_TEST(crowd.only(std::this_thread::get_id()));
  }
}

BOOST_AUTO_TEST_CASE(an_inner_loop_shares_the_threads_of_the_outer_one) {
  const LiftedCap cap;
  for (const std::size_t chunks : {1u, 4u}) {
    for (const int outer : {1, 2, 3}) {
      for (const int inner : {0, 8}) {
        Crowd crowd;
        for_chunks(chunks, Threads{outer}, [&](std::size_t) {
          for_chunks(40, Threads{inner}, [&](std::size_t) { crowd.work(); });
        });
        BOOST_TEST_CONTEXT("outer " << outer << ", inner " << inner) {
          BOOST_TEST(crowd.most() <= outer);
          BOOST_TEST(crowd.calls() == static_cast<int>(40 * chunks));
        }
      }
    }
  }
  // Afterwards nothing is left of the limit, even if a body threw.
  BOOST_CHECK_THROW(for_chunks(2, Threads{1}, [](std::size_t) { throw 1; }), int);
  Crowd crowd;
  for (int repeat = 0; repeat < 100 && crowd.most() < 2; ++repeat) {
    for_chunks(50, Threads{0}, [&](std::size_t) { crowd.work(); });
  }
  BOOST_TEST(crowd.most() >= 2);
}

// A loop of one chunk hands nothing over: its body may use all the threads it is allowed.
BOOST_AUTO_TEST_CASE(an_inner_loop_in_a_single_chunk_is_still_parallel) {
  const LiftedCap cap;
  Crowd crowd;
  for (int repeat = 0; repeat < 100 && crowd.most() < 2; ++repeat) {
    for_chunks(1, Threads{0}, [&](std::size_t) {
      for_chunks(50, Threads{0}, [&](std::size_t) { crowd.work(); });
    });
  }
  BOOST_TEST(crowd.most() >= 2);
}

// In the context of a cancelled group, oneTBB starts no task: a loop would silently not be done.
BOOST_AUTO_TEST_CASE(a_cancelled_neighbour_does_not_stop_a_loop) {
  const LiftedCap cap;
  for (const int threads : {2, 0}) {
    std::atomic<int> calls{0}, entered{0};
    tbb::task_group_context context;
    tbb::parallel_for(
        tbb::blocked_range<int>(0, 8, 1),
        [&](const tbb::blocked_range<int>&) {
          ++entered;
          context.cancel_group_execution();
          for_chunks(500, Threads{threads}, [&](std::size_t) { ++calls; });
        },
        tbb::simple_partitioner(), context);
    BOOST_TEST(entered >= 1);
    BOOST_TEST(calls == 500 * entered);
  }
}

BOOST_AUTO_TEST_CASE(a_failing_neighbour_does_not_stop_a_loop) {
  const LiftedCap cap;
  std::atomic<int> calls{0}, entered{0};
  std::atomic<bool> failed{false};
  const auto body = [&](int i) {
    if (i == 7) {
      failed = true;
      throw std::runtime_error("neighbour");
    }
    ++entered;
    // Until the neighbour has failed, as far as there is a second thread to run it.
    for (int wait = 0; wait < 200 && !failed; ++wait) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    for_chunks(500, Threads{0}, [&](std::size_t) { ++calls; });
  };
  BOOST_CHECK_THROW(tbb::parallel_for(0, 8, body), std::runtime_error);
  BOOST_TEST(calls == 500 * entered);
}

BOOST_AUTO_TEST_CASE(a_loop_that_fails_leaves_the_callers_group_alone) {
  std::atomic<int> finished{0};
  tbb::parallel_for(0, 100, [&](int) {
    try {
      for_chunks(50, Threads{0}, [](std::size_t i) {
        if (i == 20) throw std::runtime_error("ours");
      });
    } catch (const std::runtime_error&) { ++finished; }
  });
  BOOST_TEST(finished == 100);
}
