// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <type_traits>
#include <vector>

#include <leibler/engine/types.hpp>

namespace leibler::inline v0::engine {

namespace detail {
void run_parallel(std::size_t count, Threads threads, void (*call)(void*, std::size_t), void* body);
}

/// Calls body(i) once for every i in [0, count), on at most `threads` threads; on the calling
/// thread alone where that is one. The order is not defined: write to place i, merge afterwards.
///
/// Where bodies throw, the exception of the lowest index is rethrown, on any number of threads; the
/// bodies of lower indices have run. Calls nest: an inner call shares the threads of the outer one.
/// With Threads{0} inside a caller's own arena the work stays in that arena.
///
/// @throws InvalidArgument  if threads.count < 0
template <class Body>
void for_chunks(std::size_t count, Threads threads, Body&& body) {
  using Plain = std::remove_reference_t<Body>;
  detail::run_parallel(
      count, threads, [](void* b, std::size_t i) { (*static_cast<Plain*>(b))(i); },
      const_cast<void*>(static_cast<const void*>(&body)));
}

/// How `chunks` chunks share a bounded number of slots: slot s takes a run of neighbours, in order.
/// Depends on the number of chunks alone, so that sums have the same bits on any number of threads.
struct Slots {
  static constexpr std::size_t most = 128;
  std::size_t chunks;

  [[nodiscard]] std::size_t count() const { return std::min(chunks, most); }
  [[nodiscard]] std::size_t begin(std::size_t s) const {
    const std::size_t n = count(), part = chunks / n, rest = chunks % n;
    return part * s + std::min(s, rest);
  }
};

/// Calls merge(a, b), "add slot b to slot a", along one fixed binary tree; the whole is in slot 0.
template <class Merge>
void merge_in_tree(std::size_t count, Merge&& merge) {
  for (std::size_t width = 1; width < count; width *= 2) {
    for (std::size_t a = 0; a + width < count; a += 2 * width) merge(a, a + width);
  }
}

/// Sums of width `width` over chunks: body(i, slot) adds chunk i to slot[0, width), which starts at
/// zero. slots has Slots{chunks}.count() * width entries; the total ends in slots[0, width).
/// Allocates nothing; the bits do not depend on the number of threads.
void merge_sums(double* slots, std::size_t count, std::size_t width);
template <class Body>
void sum_chunks(std::size_t chunks, Threads threads, std::size_t width, double* slots,
                Body&& body) {
  const Slots share{chunks};
  std::fill_n(slots, share.count() * width, 0.0);
  for_chunks(share.count(), threads, [&](std::size_t s) {
    for (std::size_t i = share.begin(s); i < share.begin(s + 1); ++i) body(i, slots + s * width);
  });
  merge_sums(slots, share.count(), width);
}

/// The same for any value with merge(const T&): body(i, T& slot) adds chunk i.
template <class T, class Body>
[[nodiscard]] T reduce_chunks(std::size_t chunks, Threads threads, const T& zero, Body&& body) {
  const Slots share{chunks};
  std::vector<T> slots(std::max<std::size_t>(share.count(), 1), zero);
  for_chunks(share.count(), threads, [&](std::size_t s) {
    for (std::size_t i = share.begin(s); i < share.begin(s + 1); ++i) body(i, slots[s]);
  });
  merge_in_tree(share.count(), [&](std::size_t a, std::size_t b) { slots[a].merge(slots[b]); });
  return slots[0];
}

}  // namespace leibler::inline v0::engine
