// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include <leibler/estimators/minimizer.hpp>

namespace leibler::inline v0 {

/// The simplex method of Nelder and Mead with coefficients that depend on the number of parameters
/// [1]: for objectives whose gradient is missing or has kinks, of few parameters. One iteration
/// moves one corner, or all but the best. A simplex that has become small is spread out once more
/// around its best corner, until that finds nothing lower.
///
///     fit(q, Minimize(TotalVariation{}, p), Enumeration{}, NelderMead{}, {.steps = 2000})
///
/// [1] F. Gao and L. Han. Implementing the Nelder-Mead simplex algorithm with adaptive parameters.
///     Computational Optimization and Applications 51, 2012. Section 4.
struct NelderMead {
  static constexpr bool needs_gradient = false;

  double spread = 0.5;       ///< of the first simplex along every parameter, > 0
  double tolerance = 1e-13;  ///< of the values at the corners, times 1 + |value|

  class State {
   public:
    State(const NelderMead& minimizer, std::size_t size);
    [[nodiscard]] std::span<double> values() { return values_; }

   private:
    friend struct NelderMead;
    std::size_t size_;
    std::vector<double> values_;  // simplices so far, the lowest value of the one before, values
                                  // at the corners, corners
    std::vector<double> center_, trial_, other_;  // of an iteration alone
  };

  /// @throws DomainError  if a setting is out of range
  void check() const;

  [[nodiscard]] Iteration iterate(State& state, const ExactFunction& f, MinimizerPoint& at) const;
};

static_assert(DeterministicMinimizer<NelderMead>);

}  // namespace leibler::inline v0
