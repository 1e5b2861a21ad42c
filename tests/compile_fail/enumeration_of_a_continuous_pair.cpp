// SPDX-License-Identifier: MIT
// clang-format off
// expect: leibler: Enumeration needs a finite support, of the model or of the target: Categorical, Binomial, data; for one variable with quantiles use Quadrature{}, else ScoreFunction or Pathwise and Adam
// clang-format on
#include <leibler/leibler.hpp>

using namespace leibler;

void run(const Gaussian& q, const Gaussian& p, const Points& data) {
#ifdef LEIBLER_COMPILE_OK
  (void)p;
  (void)fit(q, ForwardKl(data), Enumeration{}, Lbfgs{});
#else
  (void)data;
  (void)fit(q, ForwardKl(p), Enumeration{}, Lbfgs{});
#endif
}
