// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>
#include <cstddef>
#include <limits>

#include <leibler/engine/chunks.hpp>
#include <leibler/engine/kernels/random.hpp>
#include <leibler/models/distribution.hpp>

namespace leibler::test {

/// Uniform on [low, high): a distribution with an edge, beyond which it is 0.
struct Uniform {
  double low, high;

  [[nodiscard]] static std::size_t dimension() { return 1; }
  void log_density(const Batch& x, double* out, Workspace&) const {
    for (std::size_t i = 0; i < engine::padded(x.size); ++i) {
      const bool inside = low <= x.data[i] && x.data[i] < high;
      out[i] = inside ? -std::log(high - low) : -std::numeric_limits<double>::infinity();
    }
  }
  void sample(const Stream& stream, const MutableBatch& x, Workspace&) const {
    engine::kernels::uniform_fill(stream, x.data, engine::padded(x.size));
    for (std::size_t i = 0; i < engine::padded(x.size); ++i) {
      x.data[i] = low + (high - low) * x.data[i];
    }
  }
};
static_assert(Distribution<Uniform>);

}  // namespace leibler::test
