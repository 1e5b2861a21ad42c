// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

#include <oneapi/tbb/global_control.h>

namespace leibler::test {

/// oneTBB gives no more threads than there are cores. While this lives it gives up to `threads`, so
/// that 64 threads can be tested on a machine with two.
class LiftedCap {
 public:
  explicit LiftedCap(std::size_t threads = 64)
      : control_(tbb::global_control::max_allowed_parallelism, threads) {}

 private:
  tbb::global_control control_;
};

}  // namespace leibler::test
