// SPDX-License-Identifier: MIT
// clang-format off
// expect: leibler: entropy needs a distribution: log_density, sample and a density that integrates to one
// clang-format on
#include <leibler/leibler.hpp>

using namespace leibler;

double run(const Gaussian& q, const Empirical& data) {
#ifdef LEIBLER_COMPILE_OK
  return cross_entropy(data, q).value;
#else
  return entropy(data).value + entropy(q).value;
#endif
}
