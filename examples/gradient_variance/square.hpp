// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>

#include <leibler/engine/kernels/elementary.hpp>
#include <leibler/leibler.hpp>

namespace leibler::examples::gradient_variance {

/// E[x^2], with kernels of the library for cost and derivative: what `Expectation` does for any
/// formula, without a call for every point.
struct Square {
  static constexpr std::optional<double> constant_slope = 0.0;  // no log q in it
  struct Evaluation {
    Batch x;
  };

  [[nodiscard]] static const char* name() { return "E[x^2]"; }
  [[nodiscard]] static std::size_t dimension() { return 1; }

  [[nodiscard]] static Evaluation evaluate(const Batch& x, const double*, const Stream&,
                                           Workspace&) {
    return {x};
  }
  static void cost(const Evaluation& at, double* h, double* slope, Workspace&) {
    const std::size_t n = engine::padded(at.x.size);
    engine::kernels::multiply(at.x.data, at.x.data, h, n);
    if (slope != nullptr) std::fill_n(slope, n, 0.0);
  }
  static void point_gradient(const Evaluation& at, const MutableBatch& out, Workspace&) {
    engine::kernels::add(at.x.data, at.x.data, out.data, engine::padded(at.x.size));
  }
};

static_assert(DifferentiableModelExpectation<Square>);

}  // namespace leibler::examples::gradient_variance
