// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include <leibler/estimators/optimizer.hpp>
#include <leibler/estimators/schedule.hpp>

namespace leibler::inline v0 {

/// m = b1 m + (1 - b1) g;  v = b2 v + (1 - b2) g^2;  theta -= rate m' / (sqrt(v') + epsilon), where
/// m' = m / (1 - b1^t) and v' = v / (1 - b2^t) [1].
///
/// [1] D. Kingma and J. Ba. Adam: a method for stochastic optimization. ICLR, 2015. Algorithm 1.
struct Adam {
  Schedule learning_rate = 1e-3;
  double beta1 = 0.9;     ///< in [0, 1)
  double beta2 = 0.999;   ///< in [0, 1)
  double epsilon = 1e-8;  ///< > 0

  class State {
   public:
    explicit State(std::size_t size) : values_(2 * size + 2, 0.0) {
      values_[2 * size] = values_[2 * size + 1] = 1.0;
    }
    [[nodiscard]] std::span<double> values() { return values_; }

   private:
    std::vector<double> values_;  // m, v, b1^t, b2^t
  };

  /// @throws DomainError  if a setting is out of range
  void check() const;

  void update(State& state, std::size_t step, std::size_t steps, const double* gradient,
              double* parameters, std::size_t size) const;
};

static_assert(Optimizer<Adam>);

}  // namespace leibler::inline v0
