// SPDX-License-Identifier: MIT
// clang-format off
// expect: leibler: Pathwise needs a Reparameterized model (Gaussian, GaussianMixture, Gamma); for this one use ScoreFunction
// clang-format on
#include <leibler/leibler.hpp>

using namespace leibler;

void run(const Mixture<std::vector<Normal<>>>& q, const Normal<>& p) {
#ifdef LEIBLER_COMPILE_OK
  (void)fit(q, ReverseKl(p), ScoreFunction{}, Adam{});
#else
  (void)fit(q, ReverseKl(p), Pathwise{}, Adam{});
#endif
}
