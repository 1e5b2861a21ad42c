// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

namespace leibler::inline v0::engine::kernels {

struct AdamStep {
  double step_size;     ///< learning rate / (1 - beta1^t)
  double second_scale;  ///< 1 / (1 - beta2^t)
  double beta1, beta2, epsilon;
};

/// first := beta1 first + (1 - beta1) g; second := beta2 second + (1 - beta2) g^2;
/// parameters -= step_size first / (sqrt(second second_scale) + epsilon).
void adam_update(const AdamStep& step, const double* gradient, double* first, double* second,
                 double* parameters, std::size_t n);

/// velocity := momentum velocity + g; parameters -= rate (nesterov ? g + momentum velocity :
/// velocity).
void momentum_update(double rate, double momentum, bool nesterov, const double* gradient,
                     double* velocity, double* parameters, std::size_t n);

}  // namespace leibler::inline v0::engine::kernels
