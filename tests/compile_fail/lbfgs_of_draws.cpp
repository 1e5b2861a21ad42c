// SPDX-License-Identifier: MIT
// clang-format off
// expect: leibler: Lbfgs and NelderMead need an exact objective: name Enumeration{} or Quadrature{} as the gradient estimator, or take Adam, which bears noise
// clang-format on
#include <leibler/leibler.hpp>

using namespace leibler;

void run(const Gaussian& q, const Gaussian& p) {
#ifdef LEIBLER_COMPILE_OK
  (void)fit(q, ReverseKl(p), Pathwise{}, Adam{});
#else
  (void)fit(q, ReverseKl(p), Pathwise{}, Lbfgs{});
#endif
}
