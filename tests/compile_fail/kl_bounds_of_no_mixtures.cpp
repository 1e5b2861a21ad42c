// SPDX-License-Identifier: MIT
// Bounds by components are known for Gaussian ones.
// expect: leibler: kl_bounds needs mixtures of Gaussians, or single Gaussians
#include <leibler/leibler.hpp>

double upper_bound(const leibler::GaussianMixture& p, const leibler::Laplace<>& q) {
#ifdef LEIBLER_COMPILE_OK
  return leibler::kl_bounds(p, leibler::Normal(q.mean(), 1.0)).upper_bound;
#else
  return leibler::kl_bounds(p, q).upper_bound;
#endif
}
