// SPDX-License-Identifier: MIT
// clang-format off
// expect: leibler: Lbfgs and NelderMead need an exact objective: name Enumeration{} or Quadrature{} as the gradient estimator, or take Adam, which bears noise
// clang-format on
#include <leibler/leibler.hpp>

using namespace leibler;

void run(const Gaussian& q, const MultivariateStudentT<double>& p, const Points& data) {
#ifdef LEIBLER_COMPILE_OK
  (void)p;
  (void)fit(q, ForwardKl(data), NelderMead{});
#else
  (void)data;
  (void)fit(q, ForwardKl(p), NelderMead{});
#endif
}
