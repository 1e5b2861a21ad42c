// SPDX-License-Identifier: MIT
#pragma once

#include <concepts>
#include <cstddef>
#include <span>

namespace leibler::inline v0 {

/// An objective without noise as a function of the parameters: any callable of (theta, gradient)
/// that returns the value and writes the gradient unless that is null. +infinity where theta is no
/// model, or value or gradient are not finite.
class ExactFunction {
 public:
  template <class F>
  requires(!std::same_as<F, ExactFunction>) explicit ExactFunction(F& f)
      : self_(&f), call_([](void* self, const double* theta, double* gradient) -> double {
          return (*static_cast<F*>(self))(theta, gradient);
        }) {}

  double operator()(const double* theta, double* gradient) const {
    return call_(self_, theta, gradient);
  }

 private:
  void* self_;
  double (*call_)(void* self, const double* theta, double* gradient);
};

/// Where a minimiser is: parameters, and value and gradient there.
struct MinimizerPoint {
  std::span<double> theta;
  double value;
  std::span<double> gradient;
};

/// What an iteration came to.
enum class Iteration {
  moved,
  vanished,  ///< the point stays: its gradient, or the region searched, is below the tolerance
  stuck,     ///< the point stays: nothing near it is lower by more than rounding
};

/// Minimises an objective that is exact. A State is made for a number of parameters and holds all
/// that a run carries from one iteration to the next; values() is what a checkpoint keeps, always
/// at the same length. iterate moves the point to one whose value is finite and, but for rounding,
/// no higher, and leaves value there; where needs_gradient also gradient. It allocates nothing.
template <class M>
concept DeterministicMinimizer =
    std::constructible_from<typename M::State, const M&, std::size_t> &&
    requires(const M& m, typename M::State& state, const ExactFunction& f, MinimizerPoint& at) {
  { m.iterate(state, f, at) } -> std::same_as<Iteration>;
  { state.values() } -> std::convertible_to<std::span<double>>;
  { M::needs_gradient } -> std::convertible_to<bool>;
};

}  // namespace leibler::inline v0
