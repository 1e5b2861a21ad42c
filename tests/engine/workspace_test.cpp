// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE engine_workspace
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <new>
#include <thread>
#include <vector>

#include <leibler/engine/chunks.hpp>
#include <leibler/engine/workspace.hpp>

using namespace leibler::engine;

namespace {

std::atomic<std::size_t> allocations{0};

void* counted(std::size_t size, std::size_t alignment) {
  ++allocations;
  void* const memory =
      std::aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

}  // namespace

// Not inlined: g++ would see a new expression freed by std::free and warn.
[[gnu::noinline]] void* operator new(std::size_t size) {
  return counted(size, 16);
}
[[gnu::noinline]] void* operator new[](std::size_t size, std::align_val_t alignment) {
  return counted(size, static_cast<std::size_t>(alignment));
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}
void operator delete[](void* memory, std::align_val_t) noexcept {
  std::free(memory);
}

BOOST_AUTO_TEST_CASE(every_piece_is_aligned_and_apart_from_the_others) {
  Workspace workspace;
  std::vector<std::pair<double*, std::size_t>> pieces;
  for (const std::size_t n : {0u, 1u, 7u, 8u, 9u, 63u, 512u, 40'000u, 3u, 100'000u, 30'000u, 1u}) {
    double* const piece = workspace.take(n);
    BOOST_TEST(reinterpret_cast<std::uintptr_t>(piece) % 64 == 0u);
    std::fill_n(piece, n, static_cast<double>(pieces.size()));
    pieces.emplace_back(piece, n);
  }
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    const auto [piece, n] = pieces[i];
    BOOST_TEST(std::count(piece, piece + n, static_cast<double>(i)) ==
               static_cast<std::ptrdiff_t>(n));
  }
}

BOOST_AUTO_TEST_CASE(a_frame_gives_back_what_was_taken_in_it) {
  Workspace workspace;
  double* const outer = workspace.take(10);
  double* first;
  {
    const Workspace::Frame frame(workspace);
    first = workspace.take(100);
    double* nested;
    {
      const Workspace::Frame inner(workspace);
      nested = workspace.take(50);
    }
    BOOST_TEST(workspace.take(50) == nested);
  }
  BOOST_TEST(workspace.take(100) == first);
  BOOST_TEST(outer != first);
}

BOOST_AUTO_TEST_CASE(a_frame_ends_with_an_exception_too) {
  Workspace workspace;
  double* first = nullptr;
  try {
    const Workspace::Frame frame(workspace);
    first = workspace.take(100'000);
    throw 1;
  } catch (int) { BOOST_TEST(workspace.take(100'000) == first); }
}

// Growing adds memory beside what is there: nothing moves, and nothing is lost.
BOOST_AUTO_TEST_CASE(pieces_stay_where_they_are_while_it_grows) {
  Workspace workspace;
  double* const small = workspace.take(5);
  std::fill_n(small, 5, 3.0);
  for (std::size_t n = 1; n < 2'000'000; n *= 3) workspace.take(n)[n - 1] = 7.0;
  BOOST_TEST(std::count(small, small + 5, 3.0) == 5);
}

BOOST_AUTO_TEST_CASE(the_second_use_of_a_size_allocates_nothing) {
  Workspace workspace;
  const auto use = [&] {
    const Workspace::Frame frame(workspace);
    double* const a = workspace.take(20'000);
    a[0] = 1.0;
    {
      const Workspace::Frame inner(workspace);
      workspace.take_zeros(50'000)[49'999] = 1.0;
    }
    for (int i = 0; i < 5; ++i) workspace.take(20'000)[0] = 1.0;
  };
  const std::size_t before = allocations;
  use();
  BOOST_TEST(allocations > before);  // the count does count
  const std::size_t after = allocations;
  for (int i = 0; i < 10; ++i) use();
  BOOST_TEST(allocations - after == 0u);
}

BOOST_AUTO_TEST_CASE(zeros_are_zero_where_something_else_was) {
  Workspace workspace;
  for (const std::size_t n : {1u, 9u, 1000u, 70'000u}) {
    {
      const Workspace::Frame frame(workspace);
      std::fill_n(workspace.take(n), n, 5.0);
    }
    const Workspace::Frame frame(workspace);
    double* const zeros = workspace.take_zeros(n);
    BOOST_TEST(std::count(zeros, zeros + n, 0.0) == static_cast<std::ptrdiff_t>(n));
  }
}

BOOST_AUTO_TEST_CASE(each_thread_has_its_own) {
  Workspace* const mine = &Workspace::of_thread();
  Workspace* theirs = nullptr;
  std::thread([&] { theirs = &Workspace::of_thread(); }).join();
  BOOST_TEST(mine != theirs);
  BOOST_TEST(mine == &Workspace::of_thread());
}
