// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE estimators_allocation
#include <boost/test/unit_test.hpp>

#include <atomic>
#include <cstddef>
#include <cstdlib>

#include <leibler/leibler.hpp>

#include "lifted_cap.hpp"
#include "sanitizers.hpp"
#include "seed_mixture.hpp"

// Every way to memory is counted. Sanitizers bring an allocator of their own: there is nothing to
// count then.
namespace {
std::atomic<std::size_t> allocations{0};
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
extern "C" {
void* __libc_malloc(std::size_t);
void* __libc_calloc(std::size_t, std::size_t);
void* __libc_realloc(void*, std::size_t);
void* __libc_memalign(std::size_t, std::size_t);

void* malloc(std::size_t n) {
  ++allocations;
  return __libc_malloc(n);
}
void* calloc(std::size_t n, std::size_t size) {
  ++allocations;
  return __libc_calloc(n, size);
}
void* realloc(void* p, std::size_t n) {
  ++allocations;
  return __libc_realloc(p, n);
}
void* memalign(std::size_t alignment, std::size_t n) {
  ++allocations;
  return __libc_memalign(alignment, n);
}
void* aligned_alloc(std::size_t alignment, std::size_t n) {
  ++allocations;
  return __libc_memalign(alignment, n);
}
int posix_memalign(void** p, std::size_t alignment, std::size_t n) {
  ++allocations;
  *p = __libc_memalign(alignment, n);
  return *p == nullptr;
}
}
#endif

using namespace leibler;
using namespace leibler::test;

namespace {

// What 310 steps allocate beyond 10 of them.
template <class Run>
std::size_t extra_allocations(const Run& run, std::size_t samples, int threads) {
  const auto count = [&](std::size_t steps) {
    const std::size_t before = allocations;
    run(FitOptions{.trace_every = 1000, .steps = steps, .samples = samples, .threads = {threads}});
    return allocations - before;
  };
  (void)count(20);  // workers wake up, workspaces grow
  const std::size_t few = count(10), many = count(310);
  return many > few ? many - few : 0;
}

template <class Run>
void check_allocates_nothing(const char* what, const Run& run) {
  if (sanitized) return;
  for (const int threads : {1, 2}) {
    for (const std::size_t samples : {std::size_t{500}, std::size_t{20'000}}) {
      const std::size_t extra = extra_allocations(run, samples, threads);
      BOOST_TEST_CONTEXT(what << ", " << samples << " samples, " << threads << " threads: " << extra
                              << " in 300 steps") {
        // A worker that meets its first chunk late makes its workspace then, and oneTBB its queues.
        BOOST_TEST(extra <= (threads == 1 ? 0u : 64u));
      }
    }
  }
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_count_is_of_this_program) {
  if (sanitized) return;
  const std::size_t before = allocations;
  const auto fitted = fit(GaussianMixture::random(2, 2, {5}), ForwardKl(seed_mixture()), Adam{},
                          {.steps = 1, .samples = 10});
  BOOST_TEST(allocations > before);
}

BOOST_AUTO_TEST_CASE(a_step_allocates_nothing) {
  const auto p = seed_mixture();
  const auto q = GaussianMixture::random(4, 2, {5});
  const ForwardKl forward(p);
  const ForwardKl data(sample(p, 1000, Seed{1}));
  const ReverseKl reverse(p);
  check_allocates_nothing("forward",
                          [&](const FitOptions& o) { (void)fit(q, forward, Adam{}, o); });
  check_allocates_nothing("data", [&](const FitOptions& o) { (void)fit(q, data, Sgd{}, o); });
  for (const auto baseline : {Baseline::none, Baseline::leave_one_out, Baseline::moving_average}) {
    check_allocates_nothing("scores", [&](const FitOptions& o) {
      (void)fit(q, reverse, ScoreFunction{.baseline = baseline}, Adam{}, o);
    });
  }
  check_allocates_nothing("paths", [&](const FitOptions& o) {
    (void)fit(Gaussian::standard(2), reverse, Pathwise{}, Adam{}, o);
  });
  check_allocates_nothing("diagonal paths", [&](const FitOptions& o) {
    (void)fit(DiagonalGaussian::standard(2), reverse, Pathwise{.sticking_the_landing = false},
              Adam{}, o);
  });
}

BOOST_AUTO_TEST_CASE(a_traced_step_allocates_nothing_either) {
  const auto p = seed_mixture();
  const auto q = GaussianMixture::random(4, 2, {5});
  const auto count = [&](std::size_t steps) {
    const std::size_t before = allocations;
    (void)fit(q, ForwardKl(p), Adam{},
              {.clip_norm = 1.0, .trace_every = 1, .steps = steps, .threads = {1}});
    return allocations - before;
  };
  (void)count(10);
  BOOST_TEST(count(10) == count(300));
}
