// SPDX-License-Identifier: MIT
#include <leibler/estimators/score_function.hpp>

#include <leibler/engine/check.hpp>
#include <leibler/estimators/scaling.hpp>

namespace leibler::inline v0 {

namespace kernels = engine::kernels;

void ScoreFunction::check(std::size_t samples) const {
  if (baseline == Baseline::leave_one_out) {
    check::at_least("ScoreFunction", "options.samples", static_cast<std::int64_t>(samples), 2,
                    "leave-one-out needs another point; take more samples or no baseline");
  }
  check::in_range("ScoreFunction", "decay", decay, 0.0, 1.0, "0.9 looks back about ten steps");
}

void ScoreFunction::subtract_baseline(const State& state, double* h, std::size_t n,
                                      double* total) const {
  const auto count = static_cast<double>(n);
  switch (baseline) {
    case Baseline::none:
      break;
    case Baseline::leave_one_out:
      // h_i - sum_{j != i} h_j / (n - 1) = (h_i - mean) n / (n - 1)
      if (n > 1) {
        kernels::shift_scale(h, kernels::sum(h, n) / count, count / (count - 1.0),
                             engine::padded(n));
      }
      break;
    case Baseline::moving_average: {
      *total += kernels::sum(h, n);
      const auto [decaying, missing] = state.memory;
      if (missing < 1.0)
        kernels::shift_scale(h, decaying / (1.0 - missing), 1.0, engine::padded(n));
    }
  }
}

void ScoreFunction::finish(State& state, double total, std::size_t samples,
                           std::span<double> gradient) const {
  detail::divide(gradient, samples);
  if (baseline != Baseline::moving_average) return;
  auto& [decaying, missing] = state.memory;
  decaying = decay * decaying + (1.0 - decay) * (total / static_cast<double>(samples));
  missing *= decay;
}

}  // namespace leibler::inline v0
