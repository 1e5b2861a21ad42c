// SPDX-License-Identifier: MIT
// clang-format off
// expect: leibler: fit needs a Parametric model: evaluate, parameters, with_parameters, gradient_sums_size, add_gradient_sums, parameter_gradient
// clang-format on
#include <leibler/leibler.hpp>

using namespace leibler;

void run(const Gaussian& p, const Empirical& data) {
#ifdef LEIBLER_COMPILE_OK
  (void)fit(p, ForwardKl(data), Adam{});
#else
  (void)fit(data, ForwardKl(p), Adam{});
#endif
}
