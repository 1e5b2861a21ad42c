// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>

#include <leibler/engine/chunks.hpp>
#include <leibler/engine/kernels/elementary.hpp>
#include <leibler/estimators/gradient_estimator.hpp>
#include <leibler/estimators/importance_weighted.hpp>
#include <leibler/estimators/scaling.hpp>

namespace leibler::inline v0 {

/// The doubly reparameterised gradient [1] of an importance weighted bound, unbiased:
///
///     mean[ sum_k share_k^2 (d log q/dx - d log p/dx)^T dx_k/d theta ]
///
/// of the negative bound, share_k the part of draw k in its sum of weights. Its signal does not
/// fade with the number of draws, as that of the plain path does. With one draw it is Pathwise. The
/// standard error is that of independent bounds.
///
/// [1] G. Tucker, D. Lawson, S. Gu and C. Maddison. Doubly reparameterized gradient estimators for
///     Monte Carlo objectives. ICLR, 2019. Equation 8.
struct DoublyReparameterized {
  struct State {
    [[nodiscard]] static std::span<double> values() { return {}; }
  };

  [[nodiscard]] static const char* name() { return "DoublyReparameterized"; }

  template <class Q, class O>
  static constexpr void explain() {
    static_assert(MultiDrawBound<O>,
                  "leibler: DoublyReparameterized is for bounds of several draws, "
                  "ImportanceWeighted(p); for expectations under the model use Pathwise");
    static_assert(!MultiDrawBound<O> || Reparameterized<Q>,
                  "leibler: DoublyReparameterized needs a Reparameterized model; for this one use "
                  "Vimco");
    static_assert(!MultiDrawBound<O> || detail::DifferentiableTarget<O>,
                  "leibler: DoublyReparameterized needs a target with a point gradient; for this "
                  "one use Vimco");
  }

  template <Parametric Q>
  [[nodiscard]] std::size_t sums_size(const Q& q) const {
    return q.gradient_sums_size();
  }

  template <Reparameterized Q, MultiDrawBound O>
  requires detail::DifferentiableTarget<O>
  void add_chunk(const State&, const Q& q, const O& objective, const Stream& stream, std::size_t n,
                 double* sums, engine::Moments* value, Workspace& workspace) const {
    namespace kernels = engine::kernels;
    const auto& p = objective.target();
    detail::for_bounds(q, objective, stream, n, value, workspace,
                       [&](const detail::BoundDraws& draws) {
                         const std::size_t padded = engine::padded(draws.size), d = q.dimension();
                         for (std::size_t k = 0; k < draws.draws; ++k) {
                           const Workspace::Frame frame(workspace);
                           const Batch x = draws.draw(k);
                           double* const share = draws.share + k * x.stride;
                           kernels::multiply(share, share, share, padded);
                           const auto of_p = engine::take_batch(workspace, draws.size, d);
                           const auto of_q = engine::take_batch(workspace, draws.size, d);
                           const auto at = q.evaluate(x, workspace);
                           q.point_gradient(at, of_q, workspace);
                           p.point_gradient(p.evaluate(x, workspace), of_p, workspace);
                           for (std::size_t j = 0; j < d; ++j) {
                             double* const column = of_q.data + j * of_q.stride;
                             kernels::subtract(column, of_p.data + j * of_p.stride, column, padded);
                             kernels::multiply(column, share, column, padded);
                           }
                           q.add_path_sums(at, of_q, sums, workspace);
                         }
                       });
  }

  template <Parametric Q>
  void finish(State&, const Q& q, const double* sums, std::size_t samples,
              std::span<double> gradient) const {
    q.parameter_gradient(sums, gradient);
    detail::divide(gradient, samples);
  }
};

}  // namespace leibler::inline v0
