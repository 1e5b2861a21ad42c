// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <leibler/engine/check.hpp>
#include <leibler/engine/moments.hpp>
#include <leibler/estimators/gradient_estimator.hpp>
#include <leibler/estimators/objective.hpp>
#include <leibler/estimators/optimizer.hpp>
#include <leibler/models/conformance/report.hpp>

// The promises of the estimators' concepts, tried on an objective, a gradient estimator or an
// optimizer: ours, and your own. No test framework is needed:
//
//     for (const auto& v : leibler::check_gradient_estimator(MyEstimator{}, q, objective))
//       std::cerr << v << '\n';
//
// Numbers come from a fixed seed, so that a result repeats; statistical rules hold at
// options.standard_errors. Of options also draws and seed are used.
namespace leibler::inline v0 {

namespace conformance {

/// n points that the objective is an expectation over, with log q and the costs at them.
template <Objective O, Density Q>
struct Costs {
  Workspace workspace;
  Workspace::Frame frame{workspace};
  MutableBatch x;
  std::vector<double> log_q, h, slope;
  std::vector<std::vector<double>> gradient;  ///< dh/dx by columns, where the objective has it

  Costs(const O& objective, const Q& q, const Stream& stream, std::size_t n)
      : x(engine::take_batch(workspace, n, q.dimension())) {
    if constexpr (ModelExpectation<O>) {
      q.sample(stream, x, workspace);
    } else {
      objective.draw(stream, x, workspace);
    }
    take(objective, q, stream);
  }
  /// At the same points under another model.
  Costs(const Costs& other, const O& objective, const Q& q, const Stream& stream)
      : x(engine::take_batch(workspace, other.x.size, other.x.dimension)) {
    std::copy_n(other.x.data, x.stride * x.dimension, x.data);
    take(objective, q, stream);
  }

 private:
  void take(const O& objective, const Q& q, const Stream& stream) {
    const std::size_t n = engine::padded(x.size);
    log_q.resize(n);
    h.resize(n);
    slope.resize(n);
    q.log_density(Batch(x), log_q.data(), workspace);
    if constexpr (ModelExpectation<O>) {
      const auto minibatch = stream.for_purpose(Purpose::minibatch);
      const auto at = objective.evaluate(x, log_q.data(), minibatch, workspace);
      objective.cost(at, h.data(), slope.data(), workspace);
      if constexpr (DifferentiableModelExpectation<O>) {
        const auto g = engine::take_batch(workspace, x.size, x.dimension);
        objective.point_gradient(at, g, workspace);
        for (std::size_t j = 0; j < x.dimension; ++j) {
          gradient.emplace_back(g.data + j * g.stride, g.data + j * g.stride + x.size);
        }
      }
    } else {
      objective.cost(Batch(x), log_q.data(), h.data(), workspace);
    }
  }
};

/// The costs at x for log q as given.
template <ModelExpectation O>
[[nodiscard]] std::vector<double> costs_at(const O& objective, const MutableBatch& x,
                                           const std::vector<double>& log_q, const Stream& stream) {
  Workspace workspace;
  const Workspace::Frame frame(workspace);
  std::vector<double> h(engine::padded(x.size)), slope(h.size());
  objective.cost(
      objective.evaluate(x, log_q.data(), stream.for_purpose(Purpose::minibatch), workspace),
      h.data(), slope.data(), workspace);
  h.resize(x.size);
  return h;
}

[[nodiscard]] inline bool near(double a, double b, double tolerance) {
  return std::abs(a - b) <= tolerance * (1.0 + std::abs(a) + std::abs(b));
}

template <class State>
[[nodiscard]] std::vector<double> values_of(State& state) {
  const std::span<double> values = state.values();
  return {values.begin(), values.end()};
}

template <class State>
void set_values(State& state, const std::vector<double>& values) {
  const std::span<double> to = state.values();
  std::copy(values.begin(), values.end(), to.begin());
}

}  // namespace conformance

/// What every objective promises that is an expectation, at draws under the model q.
template <Objective O, Density Q>
requires(ModelExpectation<O> || DataExpectation<O>) [[nodiscard]] Violations
    check_objective(const O& objective, const Q& q, const ConformanceOptions& options = {}) {
  using namespace conformance;
  Report report;
  guarded(report, "the objective", q, [&] {
    const Stream stream{options.seed, Purpose::user, 2, 3};
    constexpr std::size_t n = 67;
    const Costs<O, Q> at(objective, q, stream, n), again(objective, q, stream, n);
    if constexpr (requires { objective.dimension(); }) {
      if (objective.dimension() != q.dimension()) {
        report.add("the objective lives in the model's space",
                   "its dimension is " + std::to_string(objective.dimension()));
      }
    }
    for (std::size_t i = 0; i < n; ++i) {
      if (!same(at.h[i], again.h[i])) {
        report.add("equal streams give equal costs", "they differ" + at_point(i));
      }
      if (std::isnan(at.h[i])) report.add("a cost is never NaN", "it is" + at_point(i));
    }
    if constexpr (ModelExpectation<O>) {
      constexpr double step = 1e-5;
      auto up = at.log_q, down = at.log_q;
      for (double& v : up) v += step;
      for (double& v : down) v -= step;
      const auto above = costs_at(objective, at.x, up, stream);
      const auto below = costs_at(objective, at.x, down, stream);
      for (std::size_t i = 0; i < n; ++i) {
        const double difference = (above[i] - below[i]) / (2 * step);
        const double slope = O::constant_slope ? *O::constant_slope : at.slope[i];
        if (!near(slope, difference, options.tolerance)) {
          report.add("slope is dh / d(log q)", "it is " + to_text(slope) +
                                                   ", central differences give " +
                                                   to_short_text(difference) + at_point(i));
        }
        if (O::constant_slope && at.slope[i] != slope) {
          report.add("slope is constant_slope where there is one",
                     "it is " + to_text(at.slope[i]) + at_point(i));
        }
      }
    }
    if constexpr (DifferentiableModelExpectation<O>) {
      for (std::size_t j = 0; j < q.dimension(); ++j) {
        constexpr double step = 1e-5;
        Costs<O, Q> up(at, objective, q, stream), down(at, objective, q, stream);
        for (std::size_t i = 0; i < engine::padded(n); ++i) {
          up.x.data[j * up.x.stride + i] += step;
          down.x.data[j * down.x.stride + i] -= step;
        }
        const auto above = costs_at(objective, up.x, at.log_q, stream);
        const auto below = costs_at(objective, down.x, at.log_q, stream);
        for (std::size_t i = 0; i < n; ++i) {
          const double difference = (above[i] - below[i]) / (2 * step);
          if (!near(at.gradient[j][i], difference, options.tolerance)) {
            report.add("point_gradient is dh/dx with log q held fixed",
                       "column " + std::to_string(j) + " is " + to_text(at.gradient[j][i]) +
                           ", central differences give " + to_short_text(difference) + at_point(i));
          }
        }
      }
    }
  });
  return report.take();
}

namespace conformance {

/// The gradient of every chunk of n points, steps one after another, and its state.
template <class E, class Q, class O>
class Chunks {
 public:
  Chunks(const E& estimator, const Q& q, const O& objective, Seed seed)
      : estimator_(estimator), q_(q), objective_(objective), seed_(seed) {}

  [[nodiscard]] std::vector<double> sums(std::uint64_t step, std::uint32_t chunk, std::size_t n,
                                         engine::Moments* value = nullptr) const {
    std::vector<double> out(estimator_.sums_size(q_), 0.0);
    add(out, step, chunk, n, value);
    return out;
  }
  void add(std::vector<double>& to, std::uint64_t step, std::uint32_t chunk, std::size_t n,
           engine::Moments* value = nullptr) const {
    estimator_.add_chunk(std::as_const(state), q_, objective_,
                         Stream{seed_, Purpose::user, step, chunk}, n, to.data(), value,
                         Workspace::of_thread());
  }
  [[nodiscard]] std::vector<double> finish(const std::vector<double>& total, std::size_t n) {
    std::vector<double> gradient(q_.parameter_count());
    estimator_.finish(state, q_, total.data(), n, std::span<double>(gradient));
    return gradient;
  }

  typename E::State state{};

 private:
  const E& estimator_;
  const Q& q_;
  const O& objective_;
  Seed seed_;
};

/// d objective / d theta_j at q, from draws of its own: differences of the cost weighted by the
/// ratio of densities, so that no gradient of any model or estimator is used.
template <class Q, class O>
[[nodiscard]] engine::Moments difference_quotient(const Q& q, const O& objective, std::size_t j,
                                                  const ConformanceOptions& options) {
  constexpr double step = 1e-4;
  const auto moved = [&](double by) {
    std::vector<double> theta(q.parameter_count());
    q.parameters(theta);
    theta[j] += by;
    return q.with_parameters(theta);
  };
  const Q up = moved(step), down = moved(-step);
  const engine::Chunks chunks{options.draws, q.dimension()};
  engine::Moments moments;
  for (std::size_t c = 0; c < chunks.count(); ++c) {
    const Stream stream{options.seed, Purpose::user, std::uint64_t{1} << 40,
                        static_cast<std::uint32_t>(c)};
    const Costs<O, Q> at(objective, q, stream, chunks.size(c));
    const Costs<O, Q> above(at, objective, up, stream), below(at, objective, down, stream);
    std::vector<double> terms(chunks.size(c));
    for (std::size_t i = 0; i < terms.size(); ++i) {
      if constexpr (ModelExpectation<O>) {
        terms[i] = (std::exp(above.log_q[i] - at.log_q[i]) * above.h[i] -
                    std::exp(below.log_q[i] - at.log_q[i]) * below.h[i]) /
                   (2 * step);
      } else {
        terms[i] = (below.log_q[i] - above.log_q[i]) / (2 * step);
      }
    }
    moments.add(terms.data(), terms.size());
  }
  return moments;
}

}  // namespace conformance

/// What every gradient estimator promises, for a model and an objective.
template <class E, Parametric Q, Objective O>
requires GradientEstimator<E, Q, O>
[[nodiscard]] Violations check_gradient_estimator(const E& estimator, const Q& q,
                                                  const O& objective,
                                                  const ConformanceOptions& options = {}) {
  using namespace conformance;
  Report report;
  guarded(report, "the estimator", q, [&] {
    constexpr std::size_t n = 67;
    Chunks<E, Q, O> run(estimator, q, objective, options.seed);
    const auto values = values_of(run.state);
    const auto first = run.sums(0, 0, n), second = run.sums(0, 1, n);
    if (!same(first, run.sums(0, 0, n))) {
      report.add("equal addresses give equal sums", "two calls differ");
    }
    engine::Moments value;
    if (!same(first, run.sums(0, 0, n, &value))) {
      report.add("asking for the value does not change the sums", "it does");
    }
    if (value.count() != n) {
      report.add("the value is of every point once",
                 "it is of " + std::to_string(value.count()) + " of " + std::to_string(n));
    }
    auto both = first;
    run.add(both, 0, 1, n);
    for (std::size_t i = 0; i < both.size(); ++i) {
      if (!near(both[i], first[i] + second[i], 1e-10)) {
        report.add("chunks add up", "sum " + std::to_string(i) + " is " + to_text(both[i]) +
                                        ", its parts give " + to_text(first[i] + second[i]));
      }
    }
    if (!same(values, values_of(run.state))) {
      report.add("add_chunk leaves the state alone", "values() changed");
    }

    // Two runs of ten steps, the second with its state taken out and put back in between.
    Chunks<E, Q, O> other(estimator, q, objective, options.seed);
    for (std::uint64_t step = 0; step < 10; ++step) {
      const auto gradient = run.finish(run.sums(step, 0, n), n);
      const auto again = other.finish(other.sums(step, 0, n), n);
      if (!same(gradient, again)) {
        report.add("values() holds the whole state",
                   "the gradient of step " + std::to_string(step) + " differs");
      }
      const auto kept = values_of(other.state);
      other.state = typename E::State{};
      if (other.state.values().size() != kept.size()) {
        report.add("values() has the same size in every state", "it has not");
        break;
      }
      set_values(other.state, kept);
    }

    // The mean gradient of many chunks.
    const std::size_t repeats = std::max<std::size_t>(options.draws / n, 30);
    std::vector<engine::Moments> mean(q.parameter_count());
    for (std::uint64_t step = 10; step < 10 + repeats; ++step) {
      const auto gradient = run.finish(run.sums(step, 0, n), n);
      for (std::size_t j = 0; j < gradient.size(); ++j) mean[j].add(&gradient[j], 1);
    }
    for (const std::size_t j : tried_parameters(q.parameter_count(), options)) {
      const auto exact = difference_quotient(q, objective, j, options);
      const double error = std::hypot(exact.standard_error(), mean[j].standard_error());
      const double apart = std::abs(exact.mean() - mean[j].mean());
      if (!(apart <= options.standard_errors * error + options.tolerance)) {
        report.add("the gradient is that of the objective",
                   "parameter " + std::to_string(j) + ": " + to_short_text(mean[j].mean()) +
                       ", differences give " + to_short_text(exact.mean()) + ", " +
                       to_short_text(apart / error) + " standard errors apart");
      }
    }
  });
  return report.take();
}

/// What every optimizer promises: on sum_i c_i (theta_i - 1)^2 / 2 with c between 1/2 and 2.
template <Optimizer Opt>
[[nodiscard]] Violations check_optimizer(const Opt& optimizer) {
  using namespace conformance;
  Report report;
  constexpr std::size_t count = 5, size = 8, steps = 2000;
  struct Run {
    typename Opt::State state{size};
    std::vector<double> theta = {2.0, -1.0, 0.5, 3.0, 0.0, 0.0, 0.0, 0.0};
  };
  const auto coefficient = [](std::size_t i) { return 0.5 + 1.5 * static_cast<double>(i) / 4; };
  const auto value = [&](const Run& run) {
    double sum = 0.0;
    for (std::size_t i = 0; i < count; ++i) {
      sum += coefficient(i) * (run.theta[i] - 1.0) * (run.theta[i] - 1.0) / 2;
    }
    return sum;
  };
  const auto update = [&](Run& run, std::size_t step) {
    std::vector<double> gradient(size, 0.0);
    for (std::size_t i = 0; i < count; ++i) gradient[i] = coefficient(i) * (run.theta[i] - 1.0);
    optimizer.update(run.state, step, steps, gradient.data(), run.theta.data(), size);
  };
  try {
    Run run, again, resumed;
    const double before = value(run);
    for (std::size_t step = 0; step < steps; ++step) {
      update(run, step);
      update(again, step);
      update(resumed, step);
      const auto kept = values_of(resumed.state);
      resumed.state = typename Opt::State{size};
      if (resumed.state.values().size() != kept.size()) {
        report.add("values() has the same size in every state", "it has not");
        break;
      }
      set_values(resumed.state, kept);
    }
    if (!same(run.theta, again.theta)) {
      report.add("equal gradients give equal steps", "two runs differ");
    }
    if (!same(run.theta, resumed.theta)) {
      report.add("values() holds the whole state", "a run whose state was put back differs");
    }
    for (std::size_t i = count; i < size; ++i) {
      if (run.theta[i] != 0.0) {
        report.add("padding stays zero", "entry " + std::to_string(i) + " of " +
                                             std::to_string(count) + " is " +
                                             to_text(run.theta[i]));
      }
    }
    const double after = value(run);
    if (!(after < 0.5 * before)) {
      report.add("descends a quadratic", "from " + to_short_text(before) + " to " +
                                             to_short_text(after) + " in " + std::to_string(steps) +
                                             " steps");
    }
  } catch (const std::exception& error) {
    report.add("the optimizer does not throw", error.what());
  }
  return report.take();
}

}  // namespace leibler::inline v0
