// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

#include <leibler/engine/chunks.hpp>
#include <leibler/models/distribution.hpp>

namespace leibler::test {

/// exp(-x^2 / 2 - (y - x^2 / 2)^2) in the plane: a density that is not normalised and cannot be
/// drawn from, as users write them. Its integral is pi sqrt(2).
struct Banana {
  static constexpr bool normalized = false;
  static constexpr double log_integral = 1.4913034761;  // log(pi sqrt(2))

  struct Evaluation {
    Batch x;
  };

  [[nodiscard]] static std::size_t dimension() { return 2; }
  [[nodiscard]] static Evaluation evaluate(const Batch& x, Workspace&) { return {x}; }
  static void log_density(const Evaluation& at, double* out) {
    for (std::size_t i = 0; i < engine::padded(at.x.size); ++i) {
      const double x = at.x.data[i], rest = at.x.data[at.x.stride + i] - x * x / 2;
      out[i] = -x * x / 2 - rest * rest;
    }
  }
  static void log_density(const Batch& x, double* out, Workspace&) { log_density({x}, out); }
  static void point_gradient(const Evaluation& at, const MutableBatch& out, Workspace&) {
    for (std::size_t i = 0; i < engine::padded(at.x.size); ++i) {
      const double x = at.x.data[i], rest = at.x.data[at.x.stride + i] - x * x / 2;
      out.data[i] = -x + 2 * rest * x;
      out.data[out.stride + i] = -2 * rest;
    }
  }
};
static_assert(Density<Banana> && Differentiable<Banana> && !Distribution<Banana>);

}  // namespace leibler::test
