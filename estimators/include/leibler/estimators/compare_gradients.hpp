// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <iosfwd>
#include <span>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include <leibler/engine/chunks.hpp>
#include <leibler/engine/parallel.hpp>
#include <leibler/estimators/estimate.hpp>
#include <leibler/estimators/expectation.hpp>
#include <leibler/estimators/fit.hpp>
#include <leibler/estimators/gradient_estimator.hpp>

// How good gradient estimators are, measured: each is asked for the same gradient many times over.
namespace leibler::inline v0 {

struct CompareOptions {
  std::size_t repeats = 1000;  ///< gradients of each estimator, >= 8
  std::size_t warm_up = 50;    ///< steps before, for estimators that carry something from step to
                               ///< step; then kept as it is
  std::size_t samples = 1000;  ///< draws of each gradient
  Seed seed{};
  Threads threads{};
  std::function<void(std::size_t done, std::size_t all)> progress{};  ///< gradients, by any thread
  std::stop_token stop{};  ///< leaves the comparison with the repeats that were done
};

/// One estimator and one parameter.
struct GradientMoments {
  Estimate mean;
  Estimate variance;        ///< of a gradient from `samples` draws, times samples: of one draw
  double signal_to_noise;   ///< |mean| over the standard deviation of one draw
  double bias = 0.0;        ///< mean less the reference's, repeat by repeat on the same seeds
  double bias_error = 0.0;  ///< its standard error; both 0 for the reference itself

  /// bias / bias_error: beyond 4 or so, the two estimate different numbers.
  [[nodiscard]] double bias_score() const;
};

struct EstimatorMoments {
  std::string name;
  bool is_unbiased;     ///< what the estimator says of itself
  bool is_reference;    ///< the others' biases are told against this one
  std::size_t repeats;  ///< gradients that were drawn
  double seconds;       ///< of one thread for one draw, from the whole of a gradient
  std::vector<GradientMoments> parameters;

  /// Sums over parameters: of the variance of one draw, and that times the seconds it takes.
  [[nodiscard]] double total_variance() const;
  [[nodiscard]] double work_variance() const { return total_variance() * seconds; }
};

/// What compare_gradients measured, a row an estimator, in the order of the arguments.
struct GradientComparison {
  std::vector<EstimatorMoments> estimators;
  std::size_t samples = 0;
  std::string objective;

  /// The row of that name. @throws InvalidArgument
  [[nodiscard]] const EstimatorMoments& operator[](const std::string& name) const;
  /// The least work for the same error: total variance times seconds, of those without a bias.
  [[nodiscard]] const EstimatorMoments& best() const;

  [[nodiscard]] std::string to_json() const;
  /// Variances of one draw with their errors, a point an estimator and parameter, logarithmic: a
  /// script for gnuplot that carries its data and writes `picture` (.png or .svg).
  [[nodiscard]] std::string to_gnuplot(const std::string& picture) const;
  friend std::ostream& operator<<(std::ostream& out, const GradientComparison& comparison);
};

namespace detail {

/// Gradients of one estimator, a row a repeat.
struct GradientTable {
  std::string name;
  bool is_unbiased;
  std::size_t parameters;
  std::vector<double> gradients;
  std::vector<double> seconds;  ///< of every block of repeats
  std::size_t done = 0;         ///< repeats
};

void check_options(const CompareOptions& options);

/// Moments of the tables; the reference is the one of least error among the unbiased.
[[nodiscard]] GradientComparison compare_tables(const std::vector<GradientTable>& tables,
                                                std::size_t samples, std::string objective);

/// Repeats that share their memory.
inline constexpr std::size_t repeats_of_block = 16;

template <Parametric Q, Objective O, GradientEstimator<Q, O> E>
[[nodiscard]] GradientTable draw_gradients(const Q& q, const O& objective,
                                           const CompareOptions& options, const E& estimator,
                                           std::size_t before, std::size_t all) {
  using Clock = std::chrono::steady_clock;
  const std::size_t count = q.parameter_count(), repeats = options.repeats;
  check_estimator(estimator, options.samples, q);
  check_draws("compare_gradients", options.samples, q.dimension());
  GradientTable table{estimator_name(estimator), estimator_is_unbiased(estimator), count, {}, {}};
  table.gradients.resize(repeats * count);
  const auto gradient = [&](typename E::State& state, StepSums& sums, Purpose purpose,
                            std::uint64_t step, std::span<double> out) {
    sums.run({1}, FunctionOfMean<O>,
             [&](std::size_t i, std::size_t n, double* to, engine::Moments* value) {
               const Stream stream{options.seed, purpose, step, static_cast<std::uint32_t>(i)};
               estimator.add_chunk(std::as_const(state), q, objective, stream, n, to, value,
                                   Workspace::of_thread());
             });
    estimator.finish(state, q, sums.sums(), options.samples, out);
    if constexpr (FunctionOfMean<O>) scale(out, objective.slope_at(sums.value().mean()));
  };
  typename E::State warm{};
  if (!warm.values().empty()) {
    StepSums sums(options.samples, q.dimension(), estimator.sums_size(q));
    std::vector<double> unused(count);
    const auto values = [&] {
      const auto now = warm.values();
      return std::vector<double>(now.begin(), now.end());
    };
    for (std::size_t step = 0; step < options.warm_up; ++step) {
      const auto before_it = values();
      gradient(warm, sums, Purpose::pilot, step, unused);
      if (values() == before_it) break;  // these settings carry nothing
    }
  }
  const std::size_t blocks = (repeats + repeats_of_block - 1) / repeats_of_block;
  table.seconds.resize(blocks, -1.0);
  engine::for_chunks(blocks, options.threads, [&](std::size_t block) {
    if (options.stop.stop_requested()) return;
    const std::size_t first = block * repeats_of_block;
    const std::size_t last = std::min(first + repeats_of_block, repeats);
    StepSums sums(options.samples, q.dimension(), estimator.sums_size(q));
    const auto begin = Clock::now();
    for (std::size_t r = first; r < last; ++r) {
      typename E::State state = warm;
      gradient(state, sums, Purpose::sample, r, {table.gradients.data() + r * count, count});
    }
    const std::chrono::duration<double> spent = Clock::now() - begin;
    table.seconds[block] = spent.count() / static_cast<double>((last - first) * options.samples);
    if (options.progress) options.progress(before + last, all);
  });
  // after a stop: the repeats before the first block that was not begun
  while (table.done < blocks && table.seconds[table.done] >= 0.0) ++table.done;
  table.seconds.resize(table.done);
  table.done = std::min(table.done * repeats_of_block, repeats);
  return table;
}

/// An exact gradient is one, whatever the number of repeats; its time is told as that of all draws.
template <Parametric Q, Objective O, ExactEstimator<Q, O> E>
[[nodiscard]] GradientTable draw_gradients(const Q& q, const O& objective,
                                           const CompareOptions& options, const E& estimator,
                                           std::size_t before, std::size_t all) {
  using Clock = std::chrono::steady_clock;
  const std::size_t count = q.parameter_count();
  GradientTable table{estimator_name(estimator), true, count, {}, {}, options.repeats};
  table.gradients.resize(options.repeats * count);
  typename E::State state{};
  const auto begin = Clock::now();
  (void)estimator.evaluate(state, q, objective, options.threads, {table.gradients.data(), count});
  const std::chrono::duration<double> spent = Clock::now() - begin;
  for (std::size_t r = 1; r < options.repeats; ++r) {
    std::copy_n(table.gradients.data(), count, table.gradients.data() + r * count);
  }
  table.seconds.assign(1, spent.count() / static_cast<double>(options.samples));
  if (options.progress) options.progress(before + options.repeats, all);
  return table;
}

}  // namespace detail

/// Draws the gradient of the objective at q `repeats` times by every estimator, from the same
/// seeds, and tells mean and variance of every parameter's with their errors, whether the
/// estimators agree, and what they cost.
///
///     std::cout << compare_gradients(q, Expectation(square), {.repeats = 10'000, .seed = {7}},
///                                    ScoreFunction{}, Pathwise{});
///
/// The variance is `samples` times that of a gradient from so many draws, whatever belongs together
/// within it (pairs, strata, points of a sequence). Its standard error is from the fourth moment.
/// The bias is against the unbiased estimator of least error; that of every sampled gradient of a
/// function of a mean (Renyi's divergence), of order 1 / samples, shows against an exact one.
/// Seconds are measured, and the only numbers that differ from run to run. Memory: repeats x
/// parameters numbers an estimator.
/// @throws InvalidArgument, DomainError  for options or settings out of range, dimensions that
///                                       differ, costs that are not finite
template <class Q, class O, class... E>
[[nodiscard]] GradientComparison compare_gradients(const Q& q, const O& objective,
                                                   const CompareOptions& options,
                                                   const E&... estimators) {
  static_assert(sizeof...(E) > 0,
                "leibler: compare_gradients(q, objective, options, estimators...): name one "
                "estimator or more");
  static_assert(Parametric<Q>, "leibler: compare_gradients needs a Parametric model");
  static_assert(Objective<O>,
                "leibler: compare_gradients needs an objective: Expectation(f), ReverseKl(p), ...");
  (detail::explain_estimator<Q, O, E>(), ...);
  if constexpr (Parametric<Q> && Objective<O> &&
                ((GradientEstimator<E, Q, O> || ExactEstimator<E, Q, O>)&&...)) {
    detail::check_options(options);
    if constexpr (requires { objective.dimension(); }) {
      detail::check_same_dimension("compare_gradients", q.dimension(), objective.dimension());
    }
    std::vector<detail::GradientTable> tables;
    const std::size_t all = options.repeats * sizeof...(E);
    std::size_t before = 0;
    const auto add = [&](const auto& estimator) {
      tables.push_back(detail::draw_gradients(q, objective, options, estimator, before, all));
      before += options.repeats;
    };
    (add(estimators), ...);
    return detail::compare_tables(tables, options.samples, detail::name_of(objective));
  }
}

/// Why an estimator was picked.
struct EstimatorChoice {
  std::size_t index;  ///< among the arguments
  std::string name, reason;
  GradientComparison comparison;

  friend std::ostream& operator<<(std::ostream& out, const EstimatorChoice& choice);
};

namespace detail {
[[nodiscard]] EstimatorChoice choose(GradientComparison comparison);
}

/// The estimator that reaches a given error with the least work, by a pilot: total variance of one
/// draw times seconds a draw, among those that claim no bias and show none. Close calls may go
/// either way from run to run, because seconds are measured.
/// @throws  what compare_gradients throws
template <class Q, class O, class... E>
[[nodiscard]] EstimatorChoice best_estimator(const Q& q, const O& objective,
                                             const CompareOptions& options,
                                             const E&... estimators) {
  return detail::choose(compare_gradients(q, objective, options, estimators...));
}

}  // namespace leibler::inline v0
