// SPDX-License-Identifier: MIT
#pragma once

#include <concepts>
#include <cstddef>
#include <span>
#include <string>

#include <leibler/engine/moments.hpp>
#include <leibler/estimators/estimate.hpp>
#include <leibler/estimators/objective.hpp>
#include <leibler/models/distribution.hpp>

namespace leibler::inline v0 {

/// Turns the chunks of an objective into its gradient.
///
/// A step calls add_chunk once a chunk, on any thread: it draws n points of the stream and adds to
/// sums[0, sums_size(q)), which are zero at first and added up over chunks in a fixed order; where
/// `value` is not null it also gets the costs themselves, of which the objective is the mean. Then
/// finish turns the total over `samples` points into the gradient of the mean, and may change the
/// State, which holds all that a run carries from step to step: values() is what a checkpoint
/// keeps.
template <class E, class Q, class O>
concept GradientEstimator = std::default_initializable<typename E::State> &&
    requires(const E& e, typename E::State& state, const typename E::State& const_state, const Q& q,
             const O& objective, const Stream& stream, std::size_t n, double* sums,
             const double* const_sums, engine::Moments* value, std::span<double> gradient,
             Workspace& workspace) {
  { e.sums_size(q) } -> std::convertible_to<std::size_t>;
  e.add_chunk(const_state, q, objective, stream, n, sums, value, workspace);
  e.finish(state, q, const_sums, n, gradient);
  { state.values() } -> std::convertible_to<std::span<double>>;
};

/// Gives an objective and its gradient without noise.
///
/// evaluate returns the objective at q and writes its gradient, of size q.parameter_count(), unless
/// that is empty. The State keeps what evaluations of one fit share (points, memory), nothing that
/// changes a result: equal models give equal bits, on any number of threads. After the first
/// evaluation nothing is allocated.
template <class E, class Q, class O>
concept ExactEstimator = E::is_exact && std::default_initializable<typename E::State> &&
    requires(const E& e, typename E::State& state, const Q& q, const O& objective, Threads threads,
             std::span<double> gradient) {
  { e.evaluate(state, q, objective, threads, gradient) } -> std::same_as<Estimate>;
};

namespace detail {

template <class E>
inline constexpr bool is_exact = false;
template <class E>
requires requires {
  E::is_exact;
}
inline constexpr bool is_exact<E> = E::is_exact;

/// What an estimator calls itself in reports.
template <class E>
[[nodiscard]] std::string estimator_name(const E& estimator) {
  if constexpr (requires { estimator.name(); }) {
    return estimator.name();
  } else {
    return "gradient estimator";
  }
}

/// True unless the estimator says otherwise.
template <class E>
[[nodiscard]] bool estimator_is_unbiased(const E& estimator) {
  if constexpr (requires { estimator.is_unbiased(); }) {
    return estimator.is_unbiased();
  } else {
    return true;
  }
}

/// Lets an estimator refuse its settings, or a number of samples for this model.
template <class E, class Q>
void check_estimator(const E& estimator, std::size_t samples, const Q& q) {
  if constexpr (requires { estimator.check(samples, q); }) {
    estimator.check(samples, q);
  } else if constexpr (requires { estimator.check(samples); }) {
    estimator.check(samples);
  }
}

/// Says at compile time what an estimator lacks for this model and objective.
template <class Q, class O, class E>
constexpr void explain_estimator() {
  if constexpr (requires { E::template explain<Q, O>(); }) {
    E::template explain<Q, O>();
  } else {
    static_assert(GradientEstimator<E, Q, O> || ExactEstimator<E, Q, O>,
                  "leibler: this needs a gradient estimator that fits model and objective: "
                  "ScoreFunction{}, Pathwise{}, or a type of your own");
  }
}

}  // namespace detail

}  // namespace leibler::inline v0
