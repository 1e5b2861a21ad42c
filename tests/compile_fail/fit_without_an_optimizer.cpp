// SPDX-License-Identifier: MIT
// clang-format off
// expect: leibler: fit needs an optimizer: Adam{}, Sgd{}, or a type of your own with State and update
// clang-format on
#include <leibler/leibler.hpp>

using namespace leibler;

void run(const Gaussian& q, const Gaussian& p) {
#ifdef LEIBLER_COMPILE_OK
  (void)fit(q, ForwardKl(p), Adam{.learning_rate = 0.1});
#else
  (void)fit(q, ForwardKl(p), 0.1);
#endif
}
