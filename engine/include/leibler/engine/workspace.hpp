// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <vector>

namespace leibler::inline v0::engine {

/// Scratch memory of one thread: taken piece by piece, given back by scope, never freed in between.
/// Pieces are aligned to 64 bytes and never move. After the first use of a size nothing is
/// allocated. Frames end in the reverse order of their beginning, as scopes do.
class Workspace {
 public:
  Workspace() = default;
  ~Workspace();
  Workspace(const Workspace&) = delete;
  Workspace& operator=(const Workspace&) = delete;

  /// Everything taken while a Frame lives is given back when it ends.
  class Frame {
   public:
    explicit Frame(Workspace& workspace)
        : workspace_(workspace), block_(workspace.block_), used_(workspace.used_) {}
    ~Frame() {
      workspace_.block_ = block_;
      workspace_.used_ = used_;
    }
    Frame(const Frame&) = delete;
    Frame& operator=(const Frame&) = delete;

   private:
    Workspace& workspace_;
    std::size_t block_, used_;
  };

  /// n doubles, not initialised.
  /// @throws std::bad_alloc
  [[nodiscard]] double* take(std::size_t n) {
    n = (n + 7) / 8 * 8 + 8;  // one cache line more: columns of a power of two do not alias
    if (block_ < blocks_.size() && used_ + n <= blocks_[block_].size) {
      double* const piece = blocks_[block_].memory + used_;
      used_ += n;
      return piece;
    }
    return take_elsewhere(n);
  }

  /// n doubles, all zero.
  [[nodiscard]] double* take_zeros(std::size_t n);

  /// The workspace of the calling thread.
  [[nodiscard]] static Workspace& of_thread();

 private:
  struct Block {
    double* memory;
    std::size_t size;
  };
  [[nodiscard]] double* take_elsewhere(std::size_t n);

  std::vector<Block> blocks_;
  std::size_t block_ = 0, used_ = 0;
};

}  // namespace leibler::inline v0::engine
