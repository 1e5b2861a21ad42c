// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>

#include <leibler/engine/chunks.hpp>
#include <leibler/estimators/gradient_estimator.hpp>
#include <leibler/estimators/scaling.hpp>

namespace leibler::inline v0 {

/// mean[-d log q / d theta] over points of p: the gradient of an expectation under p or over data.
/// There is no other choice, so `fit` takes it where no estimator is named.
struct MaximumLikelihood {
  struct State {
    [[nodiscard]] static std::span<double> values() { return {}; }
  };

  template <class Q, class O>
  static constexpr void explain() {
    static_assert(DataExpectation<O>,
                  "leibler: this objective is an expectation under the model: name a gradient "
                  "estimator, fit(q, objective, ScoreFunction{}, optimizer, options)");
  }

  template <Parametric Q>
  [[nodiscard]] std::size_t sums_size(const Q& q) const {
    return q.gradient_sums_size();
  }

  template <Parametric Q, DataExpectation O>
  void add_chunk(const State&, const Q& q, const O& objective, const Stream& stream, std::size_t n,
                 double* sums, engine::Moments* value, Workspace& workspace) const {
    const Workspace::Frame frame(workspace);
    const auto x = engine::take_batch(workspace, n, q.dimension());
    objective.draw(stream, x, workspace);
    const auto at = q.evaluate(x, workspace);
    if (value != nullptr) {
      double* const log_q = workspace.take(engine::padded(n));
      double* const h = workspace.take(engine::padded(n));
      q.log_density(at, log_q);
      objective.cost(x, log_q, h, workspace);
      value->add_differences(h, log_q, n);
    }
    q.add_gradient_sums(at, nullptr, sums, workspace);
  }

  template <Parametric Q>
  void finish(State&, const Q& q, const double* sums, std::size_t samples,
              std::span<double> gradient) const {
    q.parameter_gradient(sums, gradient);
    detail::divide_and_negate(gradient, samples);
  }
};

}  // namespace leibler::inline v0
