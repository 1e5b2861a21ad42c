// SPDX-License-Identifier: MIT
// clang-format off
// expect: leibler: Pathwise needs an objective with point_gradient: a target with one; for this one use ScoreFunction
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

void run(const Gaussian& q) {
#ifdef LEIBLER_COMPILE_OK
  (void)fit(q, ReverseKl(Energy{}), ScoreFunction{}, Adam{});
#else
  (void)fit(q, ReverseKl(Energy{}), Pathwise{}, Adam{});
#endif
}
