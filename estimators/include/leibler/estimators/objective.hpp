// SPDX-License-Identifier: MIT
#pragma once

#include <concepts>
#include <cstddef>
#include <optional>
#include <span>
#include <type_traits>

#include <leibler/estimators/estimate.hpp>
#include <leibler/models/distribution.hpp>

// What a fit minimises. There are two kinds of expectation, and what is known without one; an
// objective says which it is by what it offers; docs/adding_an_objective.md shows an expectation of
// each kind. Every objective has a name() for reports and a dimension().
namespace leibler::inline v0 {

/// L(theta) = E_{x ~ q_theta}[h(x, log q_theta(x))].
///
/// evaluate keeps what cost and gradient share; `stream` is for objectives that draw (minibatches).
/// cost writes h, and dh / d(log q) to slope unless that is null; constant_slope is that derivative
/// where it is the same everywhere, and then slope may be null.
template <class O>
concept ModelExpectation = requires(const O& o, const Batch& x, const double* log_q,
                                    const Stream& stream, double* h, double* slope,
                                    Workspace& workspace, const typename O::Evaluation& at) {
  { o.evaluate(x, log_q, stream, workspace) } -> std::same_as<typename O::Evaluation>;
  o.cost(at, h, slope, workspace);
  { O::constant_slope } -> std::convertible_to<std::optional<double>>;
};

/// A ModelExpectation that also gives dh/dx with log q held fixed, one column a dimension.
template <class O>
concept DifferentiableModelExpectation = ModelExpectation<O> &&
    requires(const O& o, const typename O::Evaluation& at, const MutableBatch& out,
             Workspace& workspace) {
  o.point_gradient(at, out, workspace);
};

/// L(theta) = E_{x ~ p}[-log q_theta(x)] + a constant. draw gives points of p; cost the terms of
/// the reported value, log q included.
template <class O>
concept DataExpectation = requires(const O& o, const Stream& stream, const MutableBatch& x,
                                   const double* log_q, double* h, Workspace& workspace) {
  o.draw(stream, x, workspace);
  o.cost(Batch(x), log_q, h, workspace);
};

/// A ModelExpectation of which the objective is a function, not the mean itself: of_mean gives its
/// value from the mean of h, slope_at the derivative by that mean.
template <class O>
concept FunctionOfMean = ModelExpectation<O> && requires(const O& o, const Estimate& mean) {
  { o.of_mean(mean) } -> std::same_as<Estimate>;
  { o.slope_at(mean.value) } -> std::same_as<double>;
};

/// No expectation at all: for models of one type its value and gradient are known, without draws.
/// evaluate writes the gradient, of size q.parameter_count(), unless that is empty.
template <class O>
concept KnownObjective = requires(const O& o, const typename O::Model& q,
                                  std::span<double> gradient) {
  { o.evaluate(q, gradient) } -> std::same_as<Estimate>;
};

/// A function of several draws of the model at once, of weights p(x) / q(x).
template <class O>
concept MultiDrawBound = requires(const O& o) {
  { o.draws() } -> std::convertible_to<std::size_t>;
  requires Density<std::remove_cvref_t<decltype(o.target())>>;
};

/// Any kind.
template <class O>
concept Objective =
    ModelExpectation<O> || DataExpectation<O> || KnownObjective<O> || MultiDrawBound<O>;

namespace detail {

/// A bound whose target has a point gradient.
template <class O>
concept DifferentiableTarget = MultiDrawBound<O> && requires(const O& o) {
  requires Differentiable<std::remove_cvref_t<decltype(o.target())>>;
};

/// A divergence of two distributions, which may have better ways to its value than draws.
template <class O>
concept DivergenceObjective = Objective<O> && requires(const O& o) {
  o.divergence();
  o.target();
};

/// What the mean of the costs says of the objective.
template <class O>
[[nodiscard]] Estimate value_of(const O& objective, const Estimate& mean) {
  if constexpr (FunctionOfMean<O>) {
    return objective.of_mean(mean);
  } else {
    return mean;
  }
}

/// An objective's own name, for reports.
template <class O>
[[nodiscard]] const char* name_of(const O& objective) {
  if constexpr (requires { objective.name(); }) {
    return objective.name();
  } else {
    return "objective";
  }
}

}  // namespace detail

}  // namespace leibler::inline v0
