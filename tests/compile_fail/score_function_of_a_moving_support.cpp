// SPDX-License-Identifier: MIT
// clang-format off
// expect: leibler: ScoreFunction needs a support that no parameter moves; for this model use ForwardKl, or Pathwise{.sticking_the_landing = false} where it is Reparameterized
// clang-format on
#include <leibler/leibler.hpp>

using namespace leibler;

void run(const Uniform<>& q, const Normal<>& p) {
#ifdef LEIBLER_COMPILE_OK
  (void)fit(q, ReverseKl(p), Pathwise{.sticking_the_landing = false}, Adam{});
#else
  (void)fit(q, ReverseKl(p), ScoreFunction{}, Adam{});
#endif
}
