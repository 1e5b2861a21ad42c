// SPDX-License-Identifier: MIT
// clang-format off
// expect: leibler: KL of an unnormalised density is not a KL; ask assess(q, p), which reports the ELBO
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
  return estimate_kl(q, Energy{}).value;
#endif
}
