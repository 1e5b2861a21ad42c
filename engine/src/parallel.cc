// SPDX-License-Identifier: MIT
// The only file that includes oneTBB.
#include <leibler/engine/parallel.hpp>

#include <algorithm>
#include <atomic>
#include <exception>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <oneapi/tbb/blocked_range.h>
#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/parallel_for.h>
#include <oneapi/tbb/partitioner.h>
#include <oneapi/tbb/task_arena.h>

#include <leibler/engine/error.hpp>
#include <leibler/engine/kernels/elementary.hpp>

// Built without the thread sanitizer, which does not understand oneTBB's own synchronisation; these
// two calls tell it the part that matters: what came before the loop happens before every body, and
// every body before what comes after the loop.
#ifdef LEIBLER_THREAD_SANITIZER
extern "C" {
void __tsan_acquire(void*);
void __tsan_release(void*);
}
#else
static void __tsan_acquire(void*) {}
static void __tsan_release(void*) {}
#endif

namespace leibler::inline v0::engine {

namespace {

// One loop: its body, and the exception of the lowest index. Bodies above a failed one are skipped,
// those below still run, so that the same exception wins on any number of threads.
class Loop {
 public:
  Loop(std::size_t count, void (*call)(void*, std::size_t), void* body)
      : call_(call), body_(body), failed_(count) {}

  void run(std::size_t i) noexcept {
    if (i > failed_.load(std::memory_order_relaxed)) return;
    __tsan_acquire(&fork_);
    try {
      call_(body_, i);
    } catch (...) {
      const std::lock_guard lock(mutex_);
      if (i < failed_.load(std::memory_order_relaxed)) {
        failed_.store(i, std::memory_order_relaxed);
        error_ = std::current_exception();
      }
    }
    __tsan_release(&join_);
  }

  void begin() { __tsan_release(&fork_); }
  void end() {
    __tsan_acquire(&join_);
    if (error_) std::rethrow_exception(error_);
  }

 private:
  void (*call_)(void*, std::size_t);
  void* body_;
  std::atomic<std::size_t> failed_;
  std::mutex mutex_;
  std::exception_ptr error_;
  char fork_ = 0, join_ = 0;
};

// True while this thread runs a body: an inner loop then stays in the arena of the outer one, whose
// width holds.
thread_local bool inside = false;

struct Inside {
  bool before = inside;
  Inside() { inside = true; }
  ~Inside() { inside = before; }
};

// How many threads a loop that this thread runs alone leaves to loops in its body; 0: any number.
thread_local int allowed = 0;

struct Allow {
  int before = allowed;
  explicit Allow(int threads) { allowed = threads; }
  ~Allow() { allowed = before; }
};

// The arenas of one thread, by width: making one costs far more than a loop.
tbb::task_arena& arena_of(int width) {
  thread_local std::vector<std::unique_ptr<tbb::task_arena>> arenas;
  for (const auto& arena : arenas) {
    if (arena->max_concurrency() == width) return *arena;
  }
  return *arenas.emplace_back(std::make_unique<tbb::task_arena>(width));
}

}  // namespace

void detail::run_parallel(std::size_t count, Threads threads, void (*call)(void*, std::size_t),
                          void* body) {
  if (threads.count < 0) {
    throw InvalidArgument({"for_chunks",
                           "threads.count",
                           {},
                           "= " + std::to_string(threads.count),
                           "threads.count must be >= 0",
                           "0 means every core"});
  }
  int width = threads.count;
  if (allowed != 0 && (width == 0 || width > allowed)) width = allowed;
  if (count <= 1 || width == 1) {
    const Allow mark(width);
    for (std::size_t i = 0; i < count; ++i) call(body, i);
    return;
  }
  Loop loop(count, call, body);
  loop.begin();
  const auto run = [&] {
    // Isolated: in the context of a cancelled neighbour an inner loop would silently not be done.
    tbb::task_group_context context(tbb::task_group_context::isolated);
    tbb::parallel_for(
        tbb::blocked_range<std::size_t>(0, count, 1),
        [&](const tbb::blocked_range<std::size_t>& range) {
          const Inside mark;
          for (std::size_t i = range.begin(); i < range.end(); ++i) loop.run(i);
        },
        tbb::simple_partitioner(), context);
  };
  if (width == 0 || inside) {
    run();
  } else {
    // More than oneTBB may use would make it warn on the user's standard error.
    const auto most =
        tbb::global_control::active_value(tbb::global_control::max_allowed_parallelism);
    arena_of(std::min(width, static_cast<int>(std::min<std::size_t>(most, 1u << 16)))).execute(run);
  }
  loop.end();
}

void merge_sums(double* slots, std::size_t count, std::size_t width) {
  merge_in_tree(count, [&](std::size_t a, std::size_t b) {
    kernels::add(slots + a * width, slots + b * width, slots + a * width, width);
  });
}

}  // namespace leibler::inline v0::engine
