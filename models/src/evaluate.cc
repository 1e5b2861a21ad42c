// SPDX-License-Identifier: MIT
#include <leibler/models/evaluate.hpp>

#include <algorithm>
#include <numeric>

namespace leibler::inline v0::detail {

void copy_rows(const double* x, std::size_t stride, std::size_t begin, const MutableBatch& out) {
  for (std::size_t j = 0; j < out.dimension; ++j) {
    const double* const from = x + j * stride + begin;
    double* const to = out.data + j * out.stride;
    std::copy_n(from, out.size, to);
    std::fill(to + out.size, to + engine::padded(out.size), from[out.size - 1]);
  }
}

void shuffled_order(const Stream& stream, std::size_t n, std::uint32_t* order) {
  std::iota(order, order + n, 0u);
  engine::StreamEngine bits(stream);
  for (std::size_t i = n; i > 1; --i) std::swap(order[i - 1], order[bits.below(i)]);
}

}  // namespace leibler::inline v0::detail
