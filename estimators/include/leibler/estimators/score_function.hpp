// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <span>

#include <leibler/engine/chunks.hpp>
#include <leibler/engine/kernels/elementary.hpp>
#include <leibler/estimators/gradient_estimator.hpp>

namespace leibler::inline v0 {

/// What a score function estimator subtracts from the cost.
enum class Baseline {
  none,
  leave_one_out,   ///< the mean cost of the other points of the chunk
  moving_average,  ///< of the mean costs of earlier steps
};

/// The score function (REINFORCE) gradient [1] of an expectation under the model, unbiased:
///
///     mean[ (h - baseline + slope) s ],   s = d log q / d theta, slope = dh / d(log q)
///
/// A slope that is the same everywhere has mean zero times s and is left out; baselines are of h
/// plus a varying slope. Leave-one-out [2] is over the chunk, (n h_i - sum h) / (n - 1): known
/// before the scores are summed, so one pass is enough; against all samples it gives away 1 part in
/// 512 of the variance it removes. Fits any model that can be sampled and any cost, unless a
/// parameter moves its support: the mean of s is then not zero, nor all of the gradient.
///
/// [1] R. Williams. Simple statistical gradient-following algorithms. Machine Learning 8, 1992.
/// [2] W. Kool, H. van Hoof and M. Welling. Buy 4 REINFORCE samples, get a baseline for free! 2019.
struct ScoreFunction {
  Baseline baseline = Baseline::none;
  double decay = 0.9;  ///< of the moving average, in [0, 1)

  /// The moving average so far, and the weight that its decaying sum lacks.
  struct State {
    std::array<double, 2> memory = {0.0, 1.0};
    [[nodiscard]] std::span<double> values() { return memory; }
  };

  /// @throws InvalidArgument, DomainError  if a setting or the number of samples is out of range
  void check(std::size_t samples) const;

  template <class Q, class O>
  static constexpr void explain() {
    static_assert(ModelExpectation<O>,
                  "leibler: ScoreFunction is for expectations under the model (ReverseKl); for "
                  "ForwardKl leave the gradient estimator out");
    static_assert(!ModelExpectation<O> || Sampleable<Q>,
                  "leibler: ScoreFunction needs a model with sample(stream, x, workspace)");
    static_assert(!ModelExpectation<O> || !support_moves<Q>,
                  "leibler: ScoreFunction needs a support that no parameter moves; for this model "
                  "use ForwardKl, or Pathwise{.sticking_the_landing = false} where it is "
                  "Reparameterized");
  }

  template <Parametric Q>
  [[nodiscard]] std::size_t sums_size(const Q& q) const {
    return q.gradient_sums_size() + 1;  // and the sum of costs
  }

  template <Parametric Q, ModelExpectation O>
  requires Sampleable<Q>
  void add_chunk(const State& state, const Q& q, const O& objective, const Stream& stream,
                 std::size_t n, double* sums, engine::Moments* value, Workspace& workspace) const {
    const Workspace::Frame frame(workspace);
    const std::size_t padded = engine::padded(n);
    const auto x = engine::take_batch(workspace, n, q.dimension());
    q.sample(stream, x, workspace);
    const auto at = q.evaluate(x, workspace);
    double* const log_q = workspace.take(padded);
    double* const h = workspace.take(padded);
    q.log_density(at, log_q);
    const auto of_objective =
        objective.evaluate(x, log_q, stream.for_purpose(Purpose::minibatch), workspace);
    if constexpr (O::constant_slope) {
      objective.cost(of_objective, h, nullptr, workspace);
      if (value != nullptr) value->add_differences(h, log_q, n);
    } else {
      double* const slope = workspace.take(padded);
      objective.cost(of_objective, h, slope, workspace);
      if (value != nullptr) value->add_differences(h, log_q, n);
      engine::kernels::add(h, slope, h, padded);
    }
    subtract_baseline(state, h, n, sums + q.gradient_sums_size());
    q.add_gradient_sums(at, h, sums, workspace);
  }

  template <Parametric Q>
  void finish(State& state, const Q& q, const double* sums, std::size_t samples,
              std::span<double> gradient) const {
    q.parameter_gradient(sums, gradient);
    finish(state, sums[q.gradient_sums_size()], samples, gradient);
  }

 private:
  void subtract_baseline(const State& state, double* h, std::size_t n, double* total) const;
  void finish(State& state, double total, std::size_t samples, std::span<double> gradient) const;
};

}  // namespace leibler::inline v0
