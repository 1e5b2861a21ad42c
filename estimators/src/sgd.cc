// SPDX-License-Identifier: MIT
#include <leibler/estimators/sgd.hpp>

#include <leibler/engine/check.hpp>
#include <leibler/engine/kernels/optimizer.hpp>

namespace leibler::inline v0 {

void Sgd::check() const {
  learning_rate.check("Sgd", "learning_rate");
  check::in_range("Sgd", "momentum", momentum, 0.0, 1.0, "0.9 is usual");
}

void Sgd::update(State& state, std::size_t step, std::size_t steps, const double* gradient,
                 double* parameters, std::size_t size) const {
  engine::kernels::momentum_update(learning_rate.at(step, steps), momentum, nesterov, gradient,
                                   state.values().data(), parameters, size);
}

}  // namespace leibler::inline v0
