// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include <leibler/engine/check.hpp>
#include <leibler/engine/chunks.hpp>
#include <leibler/engine/parallel.hpp>
#include <leibler/estimators/enumeration.hpp>
#include <leibler/estimators/estimate.hpp>
#include <leibler/estimators/fit_exact.hpp>
#include <leibler/estimators/fit_loop.hpp>
#include <leibler/estimators/fit_result.hpp>
#include <leibler/estimators/gradient_estimator.hpp>
#include <leibler/estimators/maximum_likelihood.hpp>
#include <leibler/estimators/optimizer.hpp>
#include <leibler/estimators/quadrature.hpp>
#include <leibler/estimators/scaling.hpp>
#include <leibler/estimators/trace.hpp>

namespace leibler::inline v0 {

namespace detail {

/// The sums of one step: chunks share slots, slots are merged in a fixed tree. Made once a fit.
class StepSums {
 public:
  StepSums(std::size_t samples, std::size_t dimension, std::size_t width)
      : chunks_{samples, dimension},
        slots_{chunks_.count()},
        width_(width),
        sums_(slots_.count() * width),
        values_(slots_.count()) {}

  /// add(chunk, size, sums, value or null) for every chunk. Below four chunks on one thread:
  /// handing the work over would cost more than it saves.
  template <class Add>
  void run(Threads threads, bool with_value, Add&& add) {
    if (with_value) std::fill(values_.begin(), values_.end(), engine::Moments());
    engine::sum_chunks(slots_.chunks, slots_.chunks < 4 ? Threads{1} : threads, width_,
                       sums_.data(), [&](std::size_t i, double* sums) {
                         const auto slot = static_cast<std::size_t>(sums - sums_.data()) / width_;
                         add(i, chunks_.size(i), sums, with_value ? &values_[slot] : nullptr);
                       });
    engine::merge_in_tree(with_value ? values_.size() : 0,
                          [&](std::size_t a, std::size_t b) { values_[a].merge(values_[b]); });
  }
  [[nodiscard]] const double* sums() const { return sums_.data(); }
  [[nodiscard]] const engine::Moments& value() const { return values_[0]; }

 private:
  engine::Chunks chunks_;
  engine::Slots slots_;
  std::size_t width_;
  std::vector<double> sums_;
  std::vector<engine::Moments> values_;
};

template <Parametric Q, Objective O, GradientEstimator<Q, O> E, Optimizer Opt>
[[nodiscard]] Fit<Q> run_fit(Q q, const O& objective, const E& estimator, const Opt& optimizer,
                             const FitOptions& options) {
  FitLoop loop(options, q.parameter_count());
  check_dimension(q, objective);
  check_estimator(estimator, options.samples, q);
  if constexpr (requires { optimizer.check(); }) optimizer.check();
  typename E::State state{};
  typename Opt::State moving(loop.padded_count());
  check_draws("fit", options.samples, q.dimension());
  q.parameters(loop.theta());
  StepSums sums(options.samples, q.dimension(), estimator.sums_size(q));
  const auto run_step = [&](bool with_value) {
    sums.run(options.threads, with_value,
             [&](std::size_t i, std::size_t n, double* to, engine::Moments* value) {
               const Stream stream{options.seed, Purpose::sample, loop.step(),
                                   static_cast<std::uint32_t>(i)};
               estimator.add_chunk(std::as_const(state), q, objective, stream, n, to, value,
                                   Workspace::of_thread());
             });
  };
  if (loop.keeps_checkpoints()) {
    // What a first and a last step would do tells this run from any other: its objective and
    // target, its estimator, its optimizer and schedule.
    typename E::State first{};
    typename Opt::State trial(loop.padded_count());
    std::vector<double> end(loop.padded_count(), 0.0);
    run_step(true);
    estimator.finish(first, q, sums.sums(), options.samples, loop.gradient());
    for (const std::size_t step : {std::size_t{0}, options.steps - 1}) {
      optimizer.update(trial, step, options.steps, loop.gradient().data(), end.data(), end.size());
    }
    const double value = sums.value().mean();
    if (loop.resume({{&value, 1}, loop.gradient(), first.values(), end}, state.values(),
                    moving.values())) {
      q = std::move(q).with_parameters(loop.theta());
    }
  }
  const auto fail = [&](const std::string& reason) {
    try {
      run_step(true);  // once more, to see the costs that led here
    } catch (const DomainError& error) { return loop.fail(error.sentence()); }
    loop.fail(reason, sums.value());
  };
  while (loop.goes_on()) {
    try {
      run_step(FunctionOfMean<O> || loop.is_traced());
    } catch (const DomainError& error) {  // a density that is no number where the model is
      loop.fail(error.sentence());
      break;
    }
    estimator.finish(state, q, sums.sums(), options.samples, loop.gradient());
    if constexpr (FunctionOfMean<O>) {
      scale(loop.gradient(), objective.slope_at(sums.value().mean()));
    }
    if (!loop.accept(value_of(objective, Estimate::from(sums.value())))) {
      fail("the gradient is not finite");
      break;
    }
    optimizer.update(moving, loop.step(), options.steps, loop.gradient().data(),
                     loop.theta().data(), loop.padded_count());
    try {
      q = std::move(q).with_parameters(loop.theta());
    } catch (const Error& error) {
      fail(error.sentence());
      break;
    }
    loop.advance(state.values(), moving.values());
  }
  loop.finish(state.values(), moving.values());
  return {std::move(q), loop.trace(), loop.status()};
}

/// What fit takes where no gradient estimator is named.
template <class Q, class O, class Opt>
using DefaultEstimator =
    std::conditional_t<KnownObjective<O> || (DeterministicMinimizer<Opt> && HasEnumeration<Q, O>),
                       Enumeration,
                       std::conditional_t<DeterministicMinimizer<Opt> && HasQuadrature<Q, O>,
                                          Quadrature, MaximumLikelihood>>;

template <class Q, class O, class E, class Opt>
constexpr void explain_fit() {
  static_assert(Sampleable<Q> || Density<Q>,
                "leibler: fit(q, objective, estimator, optimizer, options): the first argument is "
                "no model");
  static_assert(Parametric<Q>,
                "leibler: fit needs a Parametric model: evaluate, parameters, with_parameters, "
                "gradient_sums_size, add_gradient_sums, parameter_gradient");
  static_assert(
      Objective<O>,
      "leibler: fit needs an objective: ForwardKl(p), ReverseKl(p), or a type of your own "
      "that is a ModelExpectation or a DataExpectation");
  static_assert(Optimizer<Opt> || DeterministicMinimizer<Opt>,
                "leibler: fit needs an optimizer: Adam{}, Sgd{}, or a type of your own with State "
                "and update");
  static_assert(!DeterministicMinimizer<Opt> || is_exact<E>,
                "leibler: Lbfgs and NelderMead need an exact objective: name Enumeration{} or "
                "Quadrature{} as the gradient estimator, or take Adam, which bears noise");
  explain_estimator<Q, O, E>();
}

}  // namespace detail

/// Minimises the objective over q's parameters from where q is.
///
///     const auto fitted = fit(start, ReverseKl(target), ScoreFunction{}, Adam{.learning_rate =
///     0.01},
///                             {.steps = 5000, .samples = 500, .seed = {42}});
///
/// The result never depends on options.threads; after the first step nothing is allocated. A step
/// that is not finite, or in which a density refuses a point by a DomainError, ends the fit: status
/// says at which step and why, and model is the last good one. What else the user's own code throws
/// passes through.
/// @throws InvalidArgument, DomainError  if an option or a setting is out of range
/// @throws RuntimeError                  if a checkpoint cannot be read, is of another run, or
/// cannot
///                                       be written
template <class Q, class O, class E, class Opt>
[[nodiscard]] Fit<Q> fit(Q q, const O& objective, const E& estimator, const Opt& optimizer,
                         const FitOptions& options = {}) {
  detail::explain_fit<Q, O, E, Opt>();
  if constexpr (Parametric<Q> && Objective<O>) {
    if constexpr (DeterministicMinimizer<Opt> && ExactEstimator<E, Q, O>) {
      return detail::run_minimizer(std::move(q), objective, estimator, optimizer, options);
    } else if constexpr (Optimizer<Opt> && ExactEstimator<E, Q, O>) {
      return detail::run_exact(std::move(q), objective, estimator, optimizer, options);
    } else if constexpr (Optimizer<Opt> && GradientEstimator<E, Q, O>) {
      return detail::run_fit(std::move(q), objective, estimator, optimizer, options);
    }
  }
}

/// The same where the gradient need not be named: of an expectation under p or over data there is
/// one, and a minimiser takes the exact one.
template <class Q, class O, class Opt>
[[nodiscard]] Fit<Q> fit(Q q, const O& objective, const Opt& optimizer,
                         const FitOptions& options = {}) {
  using E = detail::DefaultEstimator<Q, O, Opt>;
  return fit(std::move(q), objective, E{}, optimizer, options);
}

}  // namespace leibler::inline v0
