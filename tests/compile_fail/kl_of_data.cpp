// SPDX-License-Identifier: MIT
// clang-format off
// expect: leibler: estimate_kl needs a distribution p: sample and a normalised log_density; for data ask cross_entropy(data, q)
// clang-format on
#include <leibler/leibler.hpp>

using namespace leibler;

double run(const Gaussian& q, const Empirical& data) {
#ifdef LEIBLER_COMPILE_OK
  return cross_entropy(data, q).value;
#else
  return estimate_kl(data, q).value;
#endif
}
