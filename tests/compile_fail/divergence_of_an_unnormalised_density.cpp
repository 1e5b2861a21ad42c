// SPDX-License-Identifier: MIT
// clang-format off
// expect: leibler: divergence needs two normalised densities; for an unnormalised one ask assess(q, p), which reports the ELBO, for data cross_entropy(data, q)
// clang-format on
#include <leibler/leibler.hpp>

using namespace leibler;

struct Energy {
  static constexpr bool normalized = false;
  [[nodiscard]] static std::size_t dimension() { return 1; }
  void log_density(const Batch& x, double* out, Workspace&) const {
    for (std::size_t i = 0; i < engine::padded(x.size); ++i) out[i] = -x.data[i] * x.data[i];
  }
};

double run(const Gaussian& q) {
#ifdef LEIBLER_COMPILE_OK
  return assess(Energy{}, q).elbo->value;
#else
  return divergence(JensenShannon{}, Energy{}, q).value;
#endif
}
