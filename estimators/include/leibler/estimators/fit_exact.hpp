// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <utility>
#include <vector>

#include <leibler/engine/check.hpp>
#include <leibler/engine/kernels/elementary.hpp>
#include <leibler/estimators/fit_loop.hpp>
#include <leibler/estimators/fit_result.hpp>
#include <leibler/estimators/gradient_estimator.hpp>
#include <leibler/estimators/minimizer.hpp>
#include <leibler/estimators/optimizer.hpp>

// Fits of objectives without noise.
namespace leibler::inline v0::detail {

/// @throws DomainError  if gradients are to be clipped
void check_unclipped(const FitOptions& options);

template <Parametric Q, Objective O>
void check_dimension(const Q& q, const O& objective) {
  if constexpr (requires { objective.dimension(); }) {
    check::size("fit", "q.dimension()", q.dimension(), objective.dimension(),
                "model and objective live in the same space");
  }
}

/// What is evaluated at a step is the objective itself, not draws.
template <Parametric Q, Objective O, ExactEstimator<Q, O> E>
class ExactEvaluation {
 public:
  ExactEvaluation(Q& q, const O& objective, const E& estimator, Threads threads)
      : q_(q), objective_(objective), estimator_(estimator), threads_(threads) {}

  /// At the model as it is. @throws DomainError  where a density refuses a point
  [[nodiscard]] Estimate operator()(std::span<double> gradient) {
    return estimator_.evaluate(state_, std::as_const(q_), objective_, threads_, gradient);
  }

  /// At other parameters, which the model then has; infinite where they are none, or value or
  /// gradient are not finite.
  double operator()(const double* theta, double* gradient) {
    const std::size_t n = q_.parameter_count();
    try {
      q_ = std::move(q_).with_parameters(std::span(theta, n));
      const Estimate e =
          (*this)(gradient == nullptr ? std::span<double>() : std::span(gradient, n));
      if (std::isfinite(e.value) &&
          (gradient == nullptr || engine::kernels::all_finite(gradient, n))) {
        last = e;
        return e.value;
      }
    } catch (const Error&) {  // no model, or no number at a point
    }
    return std::numeric_limits<double>::infinity();
  }

  Estimate last;  ///< that was finite

 private:
  Q& q_;
  const O& objective_;
  const E& estimator_;
  Threads threads_;
  typename E::State state_{};
};

/// Steps of an optimizer along gradients without noise.
template <Parametric Q, Objective O, ExactEstimator<Q, O> E, Optimizer Opt>
[[nodiscard]] Fit<Q> run_exact(Q q, const O& objective, const E& estimator, const Opt& optimizer,
                               const FitOptions& options) {
  FitLoop loop(options, q.parameter_count());
  check_dimension(q, objective);
  if constexpr (requires { optimizer.check(); }) optimizer.check();
  typename Opt::State moving(loop.padded_count());
  q.parameters(loop.theta());
  ExactEvaluation evaluate(q, objective, estimator, options.threads);
  if (loop.keeps_checkpoints()) {
    const double value = evaluate(loop.gradient()).value;
    typename Opt::State trial(loop.padded_count());
    std::vector<double> end(loop.padded_count(), 0.0);
    for (const std::size_t step : {std::size_t{0}, options.steps - 1}) {
      optimizer.update(trial, step, options.steps, loop.gradient().data(), end.data(), end.size());
    }
    if (loop.resume({{&value, 1}, loop.gradient(), end}, {}, moving.values())) {
      q = std::move(q).with_parameters(loop.theta());
    }
  }
  while (loop.goes_on()) {
    try {
      if (!loop.accept_exact(evaluate(loop.gradient()))) break;
    } catch (const DomainError& error) {
      loop.fail(error.sentence());
      break;
    }
    optimizer.update(moving, loop.step(), options.steps, loop.gradient().data(),
                     loop.theta().data(), loop.padded_count());
    try {
      q = std::move(q).with_parameters(loop.theta());
    } catch (const Error& error) {
      loop.fail(error.sentence());
      break;
    }
    loop.advance({}, moving.values());
  }
  loop.finish({}, moving.values());
  return {std::move(q), loop.trace(), loop.status()};
}

/// Iterations of a minimiser.
template <Parametric Q, Objective O, ExactEstimator<Q, O> E, DeterministicMinimizer M>
[[nodiscard]] Fit<Q> run_minimizer(Q q, const O& objective, const E& estimator, const M& minimizer,
                                   const FitOptions& options) {
  FitLoop loop(options, q.parameter_count());
  check_dimension(q, objective);
  if constexpr (requires { minimizer.check(); }) minimizer.check();
  check_unclipped(options);
  const std::size_t n = q.parameter_count();
  typename M::State state(minimizer, n);
  q.parameters(loop.theta());
  ExactEvaluation evaluate(q, objective, estimator, options.threads);
  const ExactFunction f(evaluate);
  Estimate now;
  const auto look = [&] { now = evaluate.last = evaluate(loop.gradient()); };
  try {
    look();
  } catch (const DomainError& error) {
    loop.fail(error.sentence());
    return {std::move(q), loop.trace(), loop.status()};
  }
  if (loop.keeps_checkpoints()) {
    typename M::State trial(minimizer, n);
    const auto theta = loop.theta(), gradient = loop.gradient();
    std::vector<double> end(theta.begin(), theta.end()), slope(gradient.begin(), gradient.end());
    MinimizerPoint first{end, now.value, slope};
    if (std::isfinite(now.value)) (void)minimizer.iterate(trial, f, first);
    (void)loop.resume({{&now.value, 1}, gradient, end, {&first.value, 1}}, {}, state.values());
    q = std::move(q).with_parameters(loop.theta());
    look();
  }
  while (loop.goes_on()) {
    if (!loop.accept_exact(now)) break;
    MinimizerPoint at{loop.theta(), now.value, loop.gradient()};
    const Iteration result = minimizer.iterate(state, f, at);
    if (result != Iteration::moved) {
      loop.converge(result == Iteration::vanished);
      break;
    }
    now = evaluate.last;
    now.value = at.value;
    loop.advance({}, state.values());
    if (!M::needs_gradient && (loop.is_traced() || loop.step() == options.steps)) {
      q = std::move(q).with_parameters(loop.theta());
      look();
    }
  }
  q = std::move(q).with_parameters(loop.theta());
  loop.finish({}, state.values());
  if (loop.status().outcome != FitStatus::Outcome::failed) loop.record_end(now);
  return {std::move(q), loop.trace(), loop.status()};
}

}  // namespace leibler::inline v0::detail
