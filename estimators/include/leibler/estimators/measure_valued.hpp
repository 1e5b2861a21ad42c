// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>

#include <leibler/engine/chunks.hpp>
#include <leibler/engine/kernels/elementary.hpp>
#include <leibler/estimators/gradient_estimator.hpp>
#include <leibler/estimators/scaling.hpp>

namespace leibler::inline v0 {

/// The measure-valued gradient [1] of an expectation under the model, unbiased: for every parameter
/// a constant times the mean difference of the cost at pairs of draws, plus mean[slope s].
///
/// Needs no derivative of the cost, which may jump. `samples` counts pairs: a step evaluates the
/// cost at 2 x parameters x samples points. The standard error is that of independent differences.
/// Coupled pairs share their random numbers.
///
/// [1] S. Mohamed, M. Rosca, M. Figurnov and A. Mnih. Monte Carlo gradient estimation in machine
///     learning. JMLR 21, 2020. Section 6.
struct MeasureValued {
  Coupling coupling = Coupling::common;

  struct State {
    [[nodiscard]] static std::span<double> values() { return {}; }
  };

  [[nodiscard]] std::string name() const {
    return coupling == Coupling::common ? "MeasureValued" : "MeasureValued, independent";
  }

  template <class Q, class O>
  static constexpr void explain() {
    static_assert(ModelExpectation<O>,
                  "leibler: MeasureValued is for expectations under the model (ReverseKl, "
                  "Expectation); for ForwardKl leave the gradient estimator out");
    static_assert(!ModelExpectation<O> || MeasureDifferentiable<Q>,
                  "leibler: MeasureValued needs a model with measure_pair (DiagonalGaussian, "
                  "Normal, Exponential, Poisson, Bernoulli, Categorical); for this one use "
                  "ScoreFunction, or Pathwise where it is Reparameterized");
  }

  template <Parametric Q>
  [[nodiscard]] std::size_t sums_size(const Q& q) const {
    return q.parameter_count() + q.gradient_sums_size();
  }

  template <MeasureDifferentiable Q, ModelExpectation O>
  void add_chunk(const State&, const Q& q, const O& objective, const Stream& stream, std::size_t n,
                 double* sums, engine::Moments* value, Workspace& workspace) const {
    const Workspace::Frame frame(workspace);
    const std::size_t padded = engine::padded(n), count = q.parameter_count();
    const auto plus = engine::take_batch(workspace, n, q.dimension());
    const auto minus = engine::take_batch(workspace, n, q.dimension());
    double* const h = workspace.take(padded);
    double* const other = workspace.take(padded);
    double* const log_q = workspace.take(padded);
    double* const slope = workspace.take(padded);
    const auto cost_at = [&](const Batch& x, double* out) {
      const Workspace::Frame inner(workspace);
      if constexpr (O::constant_slope != 0.0) q.log_density(x, log_q, workspace);
      objective.cost(
          objective.evaluate(x, log_q, stream.for_purpose(Purpose::minibatch), workspace), out,
          slope, workspace);
    };
    for (std::size_t k = 0; k < count; ++k) {
      const double constant = q.measure_pair(k, stream, coupling, plus, minus, workspace);
      cost_at(plus, h);
      cost_at(minus, other);
      engine::kernels::subtract(h, other, h, padded);
      engine::kernels::shift_scale(h, 0.0, constant, padded);
      sums[k] += engine::kernels::sum(h, n);
    }
    if (O::constant_slope && value == nullptr) return;
    q.sample(stream, plus, workspace);
    const auto at = q.evaluate(plus, workspace);
    q.log_density(at, log_q);
    cost_at(plus, h);
    if (value != nullptr) value->add_differences(h, log_q, n);
    if (!O::constant_slope) q.add_gradient_sums(at, slope, sums + count, workspace);
  }

  template <Parametric Q>
  void finish(State&, const Q& q, const double* sums, std::size_t samples,
              std::span<double> gradient) const {
    q.parameter_gradient(sums + q.parameter_count(), gradient);
    detail::add_to(gradient, sums);
    detail::divide(gradient, samples);
  }
};

}  // namespace leibler::inline v0
