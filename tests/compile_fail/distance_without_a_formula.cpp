// SPDX-License-Identifier: MIT
// Mixtures have no formula for this distance, and it is not sampled.
// expect: leibler: divergence has no formula for this divergence of these, and it cannot be sampled
#include <leibler/leibler.hpp>

double distance(const leibler::GaussianMixture& p, const leibler::Gaussian& q) {
#ifdef LEIBLER_COMPILE_OK
  return leibler::divergence(leibler::CauchySchwarz{}, p, q).value;
#else
  return leibler::divergence(leibler::Wasserstein2{}, p, q).value;
#endif
}
