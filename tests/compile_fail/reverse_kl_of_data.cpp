// SPDX-License-Identifier: MIT
// expect: leibler: ReverseKl needs a p with a log density; data has none: use ForwardKl
#include <leibler/leibler.hpp>

using namespace leibler;

void run(const Gaussian& q, const Empirical& data) {
#ifdef LEIBLER_COMPILE_OK
  (void)fit(q, ForwardKl(data), Adam{});
#else
  (void)fit(q, ReverseKl(data), ScoreFunction{}, Adam{});
#endif
}
