// SPDX-License-Identifier: MIT
// clang-format off
// expect: leibler: fit needs an objective: ForwardKl(p), ReverseKl(p), or a type of your own that is a ModelExpectation or a DataExpectation
// clang-format on
#include <leibler/leibler.hpp>

using namespace leibler;

void run(const Gaussian& q, const Gaussian& p) {
#ifdef LEIBLER_COMPILE_OK
  (void)fit(q, ForwardKl(p), Adam{});
#else
  (void)fit(q, p, Adam{});
#endif
}
