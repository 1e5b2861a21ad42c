// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include <leibler/estimators/minimizer.hpp>

namespace leibler::inline v0 {

/// L-BFGS [1]: steps along -H g with H from the last `history` differences of parameters and
/// gradients, their length by a line search for the strong Wolfe conditions. For objectives with a
/// gradient without noise.
///
///     fit(q, ReverseKl(p), Enumeration{}, Lbfgs{}, {.steps = 200})
///
/// A step that is no model, or has an infinite value, is shortened. Where values differ by less
/// than rounding, gradients alone decide, so that parameters become right to about the digits of
/// the gradient, not to half of those of the value.
///
/// [1] J. Nocedal and S. Wright. Numerical optimization. 2nd edition, 2006. Algorithms 3.5, 3.6,
///     7.4 and 7.5.
struct Lbfgs {
  static constexpr bool needs_gradient = true;

  std::size_t history = 10;   ///< >= 1
  double tolerance = 1e-14;   ///< ends where no entry of the gradient is above it times 1 + |value|
  std::size_t searches = 40;  ///< evaluations of a line search at most, >= 2

  class State {
   public:
    State(const Lbfgs& minimizer, std::size_t size);
    [[nodiscard]] std::span<double> values() { return values_; }

   private:
    friend struct Lbfgs;
    std::vector<double> values_;  // idle iterations, the least gradient, pairs, the next place;
                                  // of every pair a number for use inside, s and y
    std::vector<double> direction_, theta_, gradient_;  // of an iteration alone
  };

  /// @throws InvalidArgument, DomainError  if a setting is out of range
  void check() const;

  [[nodiscard]] Iteration iterate(State& state, const ExactFunction& f, MinimizerPoint& at) const;
};

static_assert(DeterministicMinimizer<Lbfgs>);

}  // namespace leibler::inline v0
