// SPDX-License-Identifier: MIT
#pragma once

#include <concepts>
#include <cstddef>
#include <span>

namespace leibler::inline v0 {

/// Moves parameters against a gradient. A State is made for a number of parameters and holds all
/// that a run carries from step to step; values() is what a checkpoint keeps. update is step `step`
/// (from 0) of `steps`, and allocates nothing.
template <class O>
concept Optimizer = std::constructible_from<typename O::State, std::size_t> &&
    requires(const O& o, typename O::State& state, std::size_t step, std::size_t steps,
             const double* gradient, double* parameters, std::size_t size) {
  o.update(state, step, steps, gradient, parameters, size);
  { state.values() } -> std::convertible_to<std::span<double>>;
};

}  // namespace leibler::inline v0
