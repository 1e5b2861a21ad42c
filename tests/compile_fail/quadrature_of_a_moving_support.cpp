// SPDX-License-Identifier: MIT
// clang-format off
// expect: leibler: Quadrature needs a support that no parameter moves: there the gradient of the integral is not the integral of the gradient
// clang-format on
#include <leibler/leibler.hpp>

using namespace leibler;

void run(const Points& data) {
#ifdef LEIBLER_COMPILE_OK
  (void)fit(Uniform(0.0, 1.0), ForwardKl(data), NelderMead{});
  (void)fit(Normal(0.0, 1.0), ForwardKl(Laplace(0.0, 1.0)), Quadrature{}, Lbfgs{});
#else
  (void)data;
  (void)fit(Uniform(0.0, 1.0), ReverseKl(Normal(0.0, 1.0)), Quadrature{}, Lbfgs{});
#endif
}
