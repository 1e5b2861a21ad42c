// SPDX-License-Identifier: MIT
#include <leibler/engine/workspace.hpp>

#include <algorithm>
#include <new>

namespace leibler::inline v0::engine {

namespace {

constexpr std::size_t first_block = std::size_t{1} << 15;
constexpr std::align_val_t alignment{64};

}  // namespace

Workspace::~Workspace() {
  for (const Block& block : blocks_) ::operator delete[](block.memory, alignment);
}

double* Workspace::take_elsewhere(std::size_t n) {
  while (block_ < blocks_.size() && used_ + n > blocks_[block_].size) {
    ++block_;
    used_ = 0;
  }
  if (block_ == blocks_.size()) {
    const std::size_t size = std::max(n, first_block);
    blocks_.reserve(blocks_.size() + 1);  // first, so that a failure here loses nothing
    blocks_.push_back({new (alignment) double[size], size});
    used_ = 0;
  }
  double* const piece = blocks_[block_].memory + used_;
  used_ += n;
  return piece;
}

double* Workspace::take_zeros(std::size_t n) {
  double* const piece = take(n);
  std::fill_n(piece, n, 0.0);
  return piece;
}

Workspace& Workspace::of_thread() {
  thread_local Workspace workspace;
  return workspace;
}

}  // namespace leibler::inline v0::engine
