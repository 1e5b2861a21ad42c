// SPDX-License-Identifier: MIT
// clang-format off
// expect: leibler: Minimize needs a p with a normalised density; for an unnormalised one use ReverseKl(p), whose value is the negative ELBO, for data ForwardKl(data)
// clang-format on
#include <leibler/leibler.hpp>

using namespace leibler;

void run(const Gaussian& q, const Points& data) {
#ifdef LEIBLER_COMPILE_OK
  (void)fit(q, Minimize(Kl{}, Empirical(data)), Adam{});
#else
  (void)fit(q, Minimize(Alpha{0.5}, Empirical(data)), ScoreFunction{}, Adam{});
#endif
}
