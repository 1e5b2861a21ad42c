// SPDX-License-Identifier: MIT
// clang-format off
// expect: leibler: ForwardKl needs a p that can be drawn from: a distribution or data; for a density without sample use ReverseKl
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
  (void)fit(q, ForwardKl(Energy{}), Adam{});
#endif
}
