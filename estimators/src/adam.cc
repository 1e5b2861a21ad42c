// SPDX-License-Identifier: MIT
#include <leibler/estimators/adam.hpp>

#include <leibler/engine/check.hpp>
#include <leibler/engine/kernels/optimizer.hpp>

namespace leibler::inline v0 {

void Adam::check() const {
  learning_rate.check("Adam", "learning_rate");
  check::in_range("Adam", "beta1", beta1, 0.0, 1.0, "0.9 is usual");
  check::in_range("Adam", "beta2", beta2, 0.0, 1.0, "0.999 is usual");
  check::positive("Adam", "epsilon", epsilon, "1e-8 is usual");
}

void Adam::update(State& state, std::size_t step, std::size_t steps, const double* gradient,
                  double* parameters, std::size_t size) const {
  double* const first = state.values().data();
  double* const second = first + size;
  double* const power = second + size;
  power[0] *= beta1;
  power[1] *= beta2;
  const engine::kernels::AdamStep now{learning_rate.at(step, steps) / (1.0 - power[0]),
                                      1.0 / (1.0 - power[1]), beta1, beta2, epsilon};
  engine::kernels::adam_update(now, gradient, first, second, parameters, size);
}

}  // namespace leibler::inline v0
