// SPDX-License-Identifier: MIT
#include <leibler/estimators/score_function.hpp>

#include <leibler/engine/check.hpp>
#include <leibler/estimators/scaling.hpp>

namespace leibler::inline v0 {

namespace kernels = engine::kernels;

std::string ScoreFunction::name() const {
  switch (baseline) {
    case Baseline::none:
      break;
    case Baseline::leave_one_out:
      return "ScoreFunction, leave-one-out";
    case Baseline::moving_average:
      return "ScoreFunction, moving average";
    case Baseline::optimal:
      return "ScoreFunction, optimal baseline";
  }
  return "ScoreFunction";
}

void ScoreFunction::check(std::size_t samples) const {
  if (baseline == Baseline::optimal) {
    check::at_least("ScoreFunction", "options.samples", static_cast<std::int64_t>(samples), 3,
                    "a coefficient is fitted to other points; take more samples or no baseline");
  }
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
    case Baseline::optimal:  // taken from the gradients, not from the costs
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

void ScoreFunction::add_cross_fitted(const double* with_cost, const double* alone,
                                     std::size_t groups, std::size_t count, double* sums) {
  const auto others = static_cast<double>(groups) - 1.0;
  for (std::size_t k = 0; k < count; ++k) {
    // about the mean of the first sums, which moves no coefficient's expectation: large costs
    // would drown their ratio
    double of_cost = 0.0, of_score = 0.0, products = 0.0, squares = 0.0;
    for (std::size_t g = 0; g < groups; ++g) {
      const double a = with_cost[g * count + k], s = alone[g * count + k];
      of_cost += a;
      of_score += s;
      products += a * s;
      squares += s * s;
    }
    for (std::size_t g = 0; g < groups; ++g) {
      const double a = with_cost[g * count + k], s = alone[g * count + k];
      const double square = squares - s * s;
      double gradient = a;
      if (others > 0.0 && square > 0.0) {
        const double mean = (of_cost - a) / others;
        gradient -= ((products - a * s) - mean * (of_score - s)) / square * s;
      }
      sums[k] += gradient;
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
