// SPDX-License-Identifier: MIT
// clang-format off
// expect: leibler: this objective is an expectation under the model: name a gradient estimator, fit(q, objective, ScoreFunction{}, optimizer, options)
// clang-format on
#include <leibler/leibler.hpp>

using namespace leibler;

void run(const Gaussian& q, const Gaussian& p) {
#ifdef LEIBLER_COMPILE_OK
  (void)fit(q, ReverseKl(p), Pathwise{}, Adam{});
#else
  (void)fit(q, ReverseKl(p), Adam{});
#endif
}
