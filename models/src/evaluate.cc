// SPDX-License-Identifier: MIT
#include <leibler/models/evaluate.hpp>

#include <algorithm>
#include <numeric>

#include <leibler/engine/kernels/elementary.hpp>

namespace leibler::inline v0::detail {

void copy_rows(const double* x, std::size_t stride, std::size_t begin, const MutableBatch& out) {
  for (std::size_t j = 0; j < out.dimension; ++j) {
    const double* const from = x + j * stride + begin;
    double* const to = out.data + j * out.stride;
    std::copy_n(from, out.size, to);
    std::fill(to + out.size, to + engine::padded(out.size), from[out.size - 1]);
  }
}

void check_draws(const char* where, Index n, std::size_t dimension, Threads threads) {
  check::at_least(where, "n", n, 0, "ask for 0 draws or more");
  check::at_most(where, "n", static_cast<std::size_t>(n), engine::most_draws(dimension),
                 "that many draws of a seed are independent");
  check::at_least(where, "threads.count", threads.count, 0, "0 means every core");
}

std::string point_text(const Batch& x, std::size_t row) {
  constexpr std::size_t most_shown = 8;
  std::string text = "(";
  for (std::size_t j = 0; j < std::min(x.dimension, most_shown); ++j) {
    text += (j == 0 ? "" : ", ") + to_text(x.data[j * x.stride + row]);
  }
  return text + (x.dimension > most_shown ? ", ...)" : ")");
}

void check_gradient(const char* where, std::span<const double> gradient, const double* x,
                    std::size_t rows, std::size_t columns, std::size_t stride) {
  if (engine::kernels::all_finite(gradient.data(), gradient.size())) return;
  check::finite(where, "x", x, rows, columns, stride, "leave out or fill in missing values");
  throw DomainError({where,
                     "the result",
                     {},
                     "is not finite",
                     "points and weights must not be too large for double precision",
                     "leave out points far from the model, or change the unit"});
}

void shuffled_order(const Stream& stream, std::size_t n, std::uint32_t* order) {
  std::iota(order, order + n, 0u);
  engine::StreamEngine bits(stream);
  for (std::size_t i = n; i > 1; --i) std::swap(order[i - 1], order[bits.below(i)]);
}

}  // namespace leibler::inline v0::detail
