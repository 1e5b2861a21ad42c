// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include <leibler/estimators/optimizer.hpp>
#include <leibler/estimators/schedule.hpp>

namespace leibler::inline v0 {

/// Stochastic gradient descent [1], with momentum [2]: u = momentum u + g; theta -= rate u, or with
/// nesterov theta -= rate (g + momentum u).
///
/// [1] H. Robbins and S. Monro. A stochastic approximation method. 1951.
/// [2] I. Sutskever, J. Martens, G. Dahl and G. Hinton. On the importance of initialization and
///     momentum in deep learning. ICML, 2013. Equations 1 to 4.
struct Sgd {
  Schedule learning_rate = 1e-2;
  double momentum = 0.0;  ///< in [0, 1)
  bool nesterov = false;

  class State {
   public:
    explicit State(std::size_t size) : values_(size, 0.0) {}
    [[nodiscard]] std::span<double> values() { return values_; }

   private:
    std::vector<double> values_;  // u
  };

  /// @throws DomainError  if a setting is out of range
  void check() const;

  void update(State& state, std::size_t step, std::size_t steps, const double* gradient,
              double* parameters, std::size_t size) const;
};

static_assert(Optimizer<Sgd>);

}  // namespace leibler::inline v0
