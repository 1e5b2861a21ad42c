// SPDX-License-Identifier: MIT
// clang-format off
// expect: leibler: Pathwise is for expectations under the model (ReverseKl); for ForwardKl leave the gradient estimator out
// clang-format on
#include <leibler/leibler.hpp>

using namespace leibler;

void run(const Gaussian& q, const Gaussian& p) {
#ifdef LEIBLER_COMPILE_OK
  (void)fit(q, ForwardKl(p), Adam{});
#else
  (void)fit(q, ForwardKl(p), Pathwise{}, Adam{});
#endif
}
