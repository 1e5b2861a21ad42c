// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <vector>

#include <leibler/estimators/estimator_conformance.hpp>
#include <leibler/estimators/minimizer.hpp>

// The promises of estimators and minimisers of objectives without noise: see
// estimator_conformance.hpp.
namespace leibler::inline v0 {

/// What every exact estimator promises, for a model and an objective.
template <class E, Parametric Q, Objective O>
requires ExactEstimator<E, Q, O>
[[nodiscard]] Violations check_gradient_estimator(const E& estimator, const Q& q,
                                                  const O& objective,
                                                  const ConformanceOptions& options = {}) {
  using namespace conformance;
  Report report;
  guarded(report, "the estimator", q, [&] {
    const std::size_t count = q.parameter_count();
    typename E::State state{};
    std::vector<double> first(count), again(count), other(count);
    const auto evaluate = [&](typename E::State& at, const Q& model, int threads,
                              std::vector<double>* gradient) {
      return estimator
          .evaluate(at, model, objective, Threads{threads},
                    gradient == nullptr ? std::span<double>() : std::span<double>(*gradient))
          .value;
    };
    const auto moved = [&](std::size_t j, double by) {
      std::vector<double> theta(count);
      q.parameters(theta);
      theta[j] += by;
      return q.with_parameters(theta);
    };
    const double value = evaluate(state, q, 1, &first);
    (void)evaluate(state, moved(0, 0.1), 1, nullptr);
    if (!same(value, evaluate(state, q, 1, &again)) || !same(first, again)) {
      report.add("equal models give equal bits", "an evaluation in between changes them");
    }
    typename E::State fresh{};
    if (!same(value, evaluate(fresh, q, 3, &other)) || !same(first, other)) {
      report.add("the number of threads does not matter", "one and three differ");
    }
    if (!same(value, evaluate(state, q, 1, nullptr))) {
      report.add("asking for the gradient does not change the value", "it does");
    }
    for (const std::size_t j : tried_parameters(count, options)) {
      constexpr double step = 1e-5;
      const double difference = (evaluate(state, moved(j, step), 1, nullptr) -
                                 evaluate(state, moved(j, -step), 1, nullptr)) /
                                (2 * step);
      if (!near(first[j], difference, options.tolerance)) {
        report.add("the gradient is that of the objective",
                   "parameter " + std::to_string(j) + " has " + to_short_text(first[j]) +
                       ", differences give " + to_short_text(difference));
      }
    }
    if constexpr (!KnownObjective<O>) {
      const engine::Chunks chunks{options.draws, q.dimension()};
      engine::Moments moments;
      for (std::size_t c = 0; c < chunks.count(); ++c) {
        const Stream own{options.seed, Purpose::user, 2, static_cast<std::uint32_t>(c)};
        const Costs<O, Q> at(objective, q, own, chunks.size(c));
        moments.add(at.h.data(), chunks.size(c));
      }
      const Estimate sampled = detail::value_of(objective, Estimate::from(moments));
      if (!(std::abs(sampled.value - value) <=
            options.standard_errors * sampled.standard_error + 1e-12)) {
        report.add("the value is that of the objective",
                   "it is " + to_text(value) + ", draws give " + to_short_text(sampled.value));
      }
    }
  });
  return report.take();
}

/// What every minimiser promises: on a quadratic, from a point beside which there is no value.
template <DeterministicMinimizer M>
[[nodiscard]] Violations check_minimizer(const M& minimizer) {
  using namespace conformance;
  Report report;
  constexpr std::size_t count = 5, most = 5000;
  const auto coefficient = [](std::size_t i) { return 0.5 + 1.5 * static_cast<double>(i) / 4; };
  auto objective = [&](const double* theta, double* gradient) {
    double sum = 1.0;
    for (std::size_t i = 0; i < count; ++i) {
      if (theta[i] > 2.5) return std::numeric_limits<double>::infinity();
      sum += coefficient(i) * (theta[i] - 1.0) * (theta[i] - 1.0) / 2;
      if (gradient != nullptr) gradient[i] = coefficient(i) * (theta[i] - 1.0);
    }
    return sum;
  };
  const ExactFunction f(objective);
  struct Run {
    typename M::State state;
    std::vector<double> theta{2.0, -1.0, 0.5, -3.0, 2.4}, gradient = std::vector<double>(5);
    double value = 0.0;
    Iteration last = Iteration::moved;
  };
  const auto iterate = [&](Run& run) {
    if (run.last != Iteration::moved) return;
    run.value = f(run.theta.data(), run.gradient.data());
    MinimizerPoint at{run.theta, run.value, run.gradient};
    run.last = minimizer.iterate(run.state, f, at);
    if (!(at.value <= run.value + 1e-12 * std::abs(run.value))) {
      report.add("no iteration goes up", "from " + to_text(run.value) + " to " + to_text(at.value));
    }
    std::vector<double> gradient(count);
    if (!same(at.value, f(run.theta.data(), gradient.data())) ||
        (M::needs_gradient && !same(gradient, run.gradient))) {
      report.add("an iteration leaves value and gradient of its point", "they are of another");
    }
    run.value = at.value;
  };
  try {
    Run run{typename M::State(minimizer, count)}, again{typename M::State(minimizer, count)},
        resumed{typename M::State(minimizer, count)};
    for (std::size_t i = 0; i < most && run.last == Iteration::moved; ++i) {
      iterate(run);
      iterate(again);
      iterate(resumed);
      const auto kept = values_of(resumed.state);
      resumed.state = typename M::State(minimizer, count);
      if (resumed.state.values().size() != kept.size()) {
        report.add("values() has the same size in every state", "it has not");
        break;
      }
      set_values(resumed.state, kept);
    }
    if (!same(run.theta, again.theta)) {
      report.add("equal objectives give equal steps", "two runs differ");
    }
    if (!same(run.theta, resumed.theta)) {
      report.add("values() holds the whole state", "a run whose state was put back differs");
    }
    if (run.last == Iteration::moved) {
      report.add("comes to an end", "not in " + std::to_string(most) + " iterations");
    }
    if (!(std::abs(run.value - 1.0) <= 1e-9)) {
      report.add("finds the minimum of a quadratic",
                 "it ends at " + to_text(run.value) + ", 1 is the lowest");
    }
  } catch (const std::exception& error) {
    report.add("the minimiser does not throw", error.what());
  }
  return report.take();
}

}  // namespace leibler::inline v0
