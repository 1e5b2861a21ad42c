// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>

#include <leibler/engine/chunks.hpp>
#include <leibler/estimators/gradient_estimator.hpp>
#include <leibler/estimators/importance_weighted.hpp>
#include <leibler/estimators/scaling.hpp>

namespace leibler::inline v0 {

/// The score function gradient of an importance weighted bound with a baseline for every draw, made
/// of the other draws of its bound (VIMCO [1]), unbiased. For any model that can be sampled,
/// discrete ones above all. Needs two draws a bound or more. The standard error is that of
/// independent bounds.
///
/// [1] A. Mnih and D. Rezende. Variational inference for Monte Carlo objectives. ICML, 2016.
///     Equations 7 and 10.
struct Vimco {
  struct State {
    [[nodiscard]] static std::span<double> values() { return {}; }
  };

  [[nodiscard]] static const char* name() { return "Vimco"; }

  template <class Q, class O>
  static constexpr void explain() {
    static_assert(MultiDrawBound<O>,
                  "leibler: Vimco is for bounds of several draws, ImportanceWeighted(p); for "
                  "expectations under the model use ScoreFunction");
    static_assert(!MultiDrawBound<O> || Sampleable<Q>, "leibler: Vimco needs a model with sample");
    static_assert(!MultiDrawBound<O> || !support_moves<Q>,
                  "leibler: Vimco needs a support that no parameter moves");
  }

  template <Parametric Q>
  [[nodiscard]] std::size_t sums_size(const Q& q) const {
    return q.gradient_sums_size();
  }

  template <Parametric Q, MultiDrawBound O>
  requires(Sampleable<Q> &&
           !support_moves<Q>) void add_chunk(const State&, const Q& q, const O& objective,
                                             const Stream& stream, std::size_t n, double* sums,
                                             engine::Moments* value, Workspace& workspace) const {
    check_draws(objective.draws());
    detail::for_bounds(q, objective, stream, n, value, workspace,
                       [&](const detail::BoundDraws& draws) {
                         to_signals(draws);
                         for (std::size_t k = 0; k < draws.draws; ++k) {
                           const Workspace::Frame frame(workspace);
                           const Batch x = draws.draw(k);
                           q.add_gradient_sums(q.evaluate(x, workspace),
                                               draws.log_weight + k * x.stride, sums, workspace);
                         }
                       });
  }

  template <Parametric Q>
  void finish(State&, const Q& q, const double* sums, std::size_t samples,
              std::span<double> gradient) const {
    q.parameter_gradient(sums, gradient);
    detail::divide(gradient, samples);
  }

 private:
  /// @throws InvalidArgument
  static void check_draws(std::size_t draws);
  /// Puts share_k - (bound - bound without draw k) in the place of the logarithms of the weights.
  static void to_signals(const detail::BoundDraws& draws);
};

}  // namespace leibler::inline v0
