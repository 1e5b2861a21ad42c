// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <string>

#include <leibler/engine/chunks.hpp>
#include <leibler/engine/kernels/elementary.hpp>
#include <leibler/estimators/gradient_estimator.hpp>
#include <leibler/models/evaluate.hpp>

namespace leibler::inline v0 {

/// What a score function estimator subtracts from the cost.
enum class Baseline {
  none,
  leave_one_out,   ///< the mean cost of the other points of the chunk
  moving_average,  ///< of the mean costs of earlier steps
  optimal,         ///< for every parameter its own, the one of least variance, cross-fitted
};

/// The score function (REINFORCE) gradient [1] of an expectation under the model, unbiased:
///
///     mean[ (h - baseline + slope) s ],   s = d log q / d theta, slope = dh / d(log q)
///
/// A slope that is the same everywhere has mean zero times s and is left out; baselines are of h
/// plus a varying slope. Leave-one-out [2] is over the chunk, (n h_i - sum h) / (n - 1): known
/// before the scores are summed, so one pass is enough; against all samples it gives away 1 part in
/// 512 of the variance it removes. The optimal baseline of parameter k is E[h s_k^2] / E[s_k^2]
/// [3], estimated for each 64th of a chunk from the rest, so that the gradient stays unbiased; that
/// costs another evaluation of the model, and 128 parameter gradients a chunk. Fits any model that
/// can be sampled and any cost, unless a parameter moves its support: the mean of s is then not
/// zero, nor all of the gradient.
///
/// [1] R. Williams. Simple statistical gradient-following algorithms. Machine Learning 8, 1992.
/// [2] W. Kool, H. van Hoof and M. Welling. Buy 4 REINFORCE samples, get a baseline for free! 2019.
/// [3] E. Greensmith, P. Bartlett and J. Baxter. Variance reduction techniques for gradient
///     estimates in reinforcement learning. JMLR 5, 2004. Section 4.
struct ScoreFunction {
  Baseline baseline = Baseline::none;
  double decay = 0.9;  ///< of the moving average, in [0, 1)

  /// The moving average so far, and the weight that its decaying sum lacks.
  struct State {
    std::array<double, 2> memory = {0.0, 1.0};
    [[nodiscard]] std::span<double> values() { return memory; }
  };

  /// Whether what is subtracted from a draw is made of the others of its chunk.
  [[nodiscard]] bool compares_draws() const {
    return baseline == Baseline::leave_one_out || baseline == Baseline::optimal;
  }

  /// "ScoreFunction, optimal baseline".
  [[nodiscard]] std::string name() const;

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
    if (baseline == Baseline::optimal) return q.parameter_count();
    return q.gradient_sums_size() + 1;  // and the sum of costs
  }

  template <Parametric Q, ModelExpectation O>
  requires Sampleable<Q>
  void add_chunk(const State& state, const Q& q, const O& objective, const Stream& stream,
                 std::size_t n, double* sums, engine::Moments* value, Workspace& workspace) const {
    const Workspace::Frame frame(workspace);
    const std::size_t padded = engine::padded(n);
    const auto x = engine::take_batch(workspace, n, q.dimension());
    const auto at = detail::sample_evaluated(q, stream, x, workspace);
    double* const h = workspace.take(padded);
    double* log_q = nullptr;  // a cost that does not depend on it need not wait for it
    if (O::constant_slope != 0.0) {
      log_q = workspace.take(padded);
      q.log_density(at, log_q);
    }
    const auto of_objective =
        objective.evaluate(x, log_q, stream.for_purpose(Purpose::minibatch), workspace);
    double* slope = nullptr;
    if (!O::constant_slope) slope = workspace.take(padded);
    objective.cost(of_objective, h, slope, workspace);
    if (value != nullptr) {
      log_q != nullptr ? value->add_differences(h, log_q, n) : value->add(h, n);
    }
    if (slope != nullptr) engine::kernels::add(h, slope, h, padded);
    if (baseline == Baseline::optimal) return add_cross_fitted(q, x, h, sums, workspace);
    subtract_baseline(state, h, n, sums + q.gradient_sums_size());
    q.add_gradient_sums(at, h, sums, workspace);
  }

  template <Parametric Q>
  void finish(State& state, const Q& q, const double* sums, std::size_t samples,
              std::span<double> gradient) const {
    if (baseline == Baseline::optimal) {
      std::copy_n(sums, gradient.size(), gradient.data());
      return finish(state, 0.0, samples, gradient);
    }
    q.parameter_gradient(sums, gradient);
    finish(state, sums[q.gradient_sums_size()], samples, gradient);
  }

 private:
  /// Points of a group that share a coefficient, of at most 64 groups a chunk.
  [[nodiscard]] static std::size_t group_size(std::size_t n) { return (n + 63) / 64; }

  /// Gradients of groups of points with weights h and with weights 1, of whose ratio the
  /// coefficients are made.
  template <Parametric Q>
  static void add_cross_fitted(const Q& q, const Batch& x, const double* h, double* sums,
                               Workspace& workspace) {
    const std::size_t count = q.parameter_count(), size = q.gradient_sums_size();
    const std::size_t most = group_size(x.size), groups = (x.size + most - 1) / most;
    double* const with_cost = workspace.take(groups * count);
    double* const alone = workspace.take(groups * count);
    for (std::size_t g = 0; g < groups; ++g) {
      const Workspace::Frame frame(workspace);
      const std::size_t first = g * most, n = std::min(most, x.size - first);
      const auto part = engine::take_batch(workspace, n, x.dimension);
      detail::copy_rows(x.data, x.stride, first, part);
      double* const weight = workspace.take(engine::padded(n));
      std::fill(std::copy_n(h + first, n, weight), weight + engine::padded(n), 0.0);
      const auto at = q.evaluate(part, workspace);
      double* const own = workspace.take(2 * size);
      std::fill_n(own, 2 * size, 0.0);
      q.add_gradient_sums(at, weight, own, workspace);
      q.add_gradient_sums(at, nullptr, own + size, workspace);
      q.parameter_gradient(own, {with_cost + g * count, count});
      q.parameter_gradient(own + size, {alone + g * count, count});
    }
    add_cross_fitted(with_cost, alone, groups, count, sums);
  }
  static void add_cross_fitted(const double* with_cost, const double* alone, std::size_t groups,
                               std::size_t count, double* sums);

  void subtract_baseline(const State& state, double* h, std::size_t n, double* total) const;
  void finish(State& state, double total, std::size_t samples, std::span<double> gradient) const;
};

}  // namespace leibler::inline v0
