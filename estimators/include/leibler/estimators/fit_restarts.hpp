// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <limits>
#include <mutex>
#include <optional>
#include <ostream>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <leibler/engine/random.hpp>
#include <leibler/estimators/fit.hpp>
#include <leibler/estimators/objective_value.hpp>

namespace leibler::inline v0 {

/// One local optimum of an objective, as restarts found it.
struct Optimum {
  Estimate objective;     ///< of the best run that ended in it
  std::size_t best = 0;   ///< that run
  std::size_t count = 0;  ///< runs that ended in it
};

/// Optima whose objectives differ by less than this many nats count as one.
inline constexpr double optimum_resolution = 0.01;

/// Groups runs by their final objectives: in order of value, a run belongs to the optimum of the
/// run before it unless it is worse than that optimum's best by more than `resolution` and five
/// standard errors. Runs without a finite value are left out. Best first.
[[nodiscard]] std::vector<Optimum> distinct_optima(std::span<const Estimate> objectives,
                                                   double resolution = optimum_resolution);

namespace detail {

/// What a table of restarts says of its runs, whatever their model.
struct RestartsReport {
  std::span<const Estimate> objectives;
  std::vector<FitStatus> statuses;
  std::span<const double> seconds;
  std::span<const Optimum> optima;
  const std::string& objective_name;

  void print(std::ostream& out) const;
  [[nodiscard]] std::string to_json() const;
};

/// Whether a run has come anywhere: it did not fail, nor was it stopped before its first step.
[[nodiscard]] bool has_an_end(const FitStatus& status);

/// Calls a callback once a run, one call at a time. No run waits for it: who comes while a call is
/// under way leaves its news to the caller.
class RestartsProgress {
 public:
  RestartsProgress(const std::function<void(const Progress&)>& call, std::size_t count)
      : call_(call), count_(count) {}
  void tell(const TracePoint& end);

 private:
  const std::function<void(const Progress&)>& call_;
  std::size_t count_, told_ = 0;
  std::mutex mutex_;
  std::deque<TracePoint> news_;
  bool is_telling_ = false;
};

/// Seconds since it was made.
class Stopwatch {
 public:
  [[nodiscard]] double seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count();
  }

 private:
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

}  // namespace detail

/// Every run of fit_restarts, in the order of their seeds.
template <class Q>
struct Restarts {
  std::vector<Fit<Q>> fits;
  std::vector<Estimate> objectives;  ///< of every fitted model: exact, or on the same fresh draws
  std::vector<double> seconds;       ///< that every fit took, by the clock on the wall
  std::vector<Optimum> optima;       ///< distinct ones, best first; runs that failed, or were
                                     ///< stopped before their first step, have none
  std::string objective_name;

  /// The run with the lowest objective.
  /// @throws RuntimeError  if no run has a finite objective
  [[nodiscard]] const Fit<Q>& best() const {
    if (optima.empty()) {
      throw RuntimeError({"Restarts::best",
                          "fits",
                          {},
                          "have no finite objective",
                          "at least one run must end with a finite objective",
                          "look at the status of each run"});
    }
    return fits[optima.front().best];
  }

  /// Optima, and every run's objective, seconds and status; the models have a to_json of their own.
  [[nodiscard]] std::string to_json() const { return report().to_json(); }

  /// The optima, and the runs that ended before all their steps or without convergence.
  friend std::ostream& operator<<(std::ostream& out, const Restarts& r) {
    r.report().print(out);
    return out;
  }

 private:
  [[nodiscard]] detail::RestartsReport report() const {
    detail::RestartsReport all{objectives, {}, seconds, optima, objective_name};
    for (const auto& fit : fits) all.statuses.push_back(fit.status);
    return all;
  }
};

/// Draws with which the ends of the runs are compared.
inline constexpr std::size_t restart_samples = 100'000;

/// The most runs of one table.
inline constexpr std::size_t most_restarts = std::size_t{1} << 26;

/// `count` fits side by side on every core, run i from start(derive(options.seed, i)) with that
/// same seed, so that a run's bits depend neither on the other runs nor on the threads.
///
///     const auto table = fit_restarts(64, [](Seed seed) { return GaussianMixture::random(6, 3,
///     seed); },
///                                     ReverseKl(target), ScoreFunction{}, Adam{}, options);
///     table.best().model;
///
/// options.progress is called after every run, one call at a time, with the number of runs told of;
/// the other runs go on meanwhile. A checkpoint, where asked for, is a file a run:
/// options.checkpoint.file with ".<run>" behind.
/// @throws what fit throws, for the first run in order
template <class Start, class O, class E, class Opt>
[[nodiscard]] auto fit_restarts(std::size_t count, const Start& start, const O& objective,
                                const E& estimator, const Opt& optimizer,
                                const FitOptions& options = {}) {
  using Q = std::remove_cvref_t<decltype(start(Seed{}))>;
  check::at_least("fit_restarts", "count",
                  static_cast<std::int64_t>(std::min(count, most_restarts)), 1,
                  "ask for one run or more");
  check::at_most("fit_restarts", "count", count, most_restarts, "a larger table fits no memory");
  check::at_least("fit_restarts", "options.threads.count", options.threads.count, 0,
                  "0 means every core");
  std::vector<std::optional<Fit<Q>>> runs(count);
  Restarts<Q> table;
  table.objectives.resize(count);
  table.objective_name = detail::name_of(objective);
  table.seconds.resize(count);
  detail::RestartsProgress progress(options.progress, count);
  engine::for_chunks(count, options.threads, [&](std::size_t i) {
    const Seed seed = engine::derive(options.seed, i);
    FitOptions own = options;
    own.seed = seed;
    own.progress = nullptr;
    if (!own.checkpoint.file.empty()) own.checkpoint.file += "." + std::to_string(i);
    auto from = start(seed);
    const detail::Stopwatch watch;
    runs[i] = fit(std::move(from), objective, estimator, optimizer, own);
    table.seconds[i] = watch.seconds();
    if constexpr (detail::is_exact<E>) {
      typename E::State state{};
      table.objectives[i] =
          estimator.evaluate(state, runs[i]->model, objective, options.threads, {});
    } else {
      table.objectives[i] = objective_value(
          objective, runs[i]->model,
          {.samples = restart_samples, .seed = options.seed, .threads = options.threads});
    }
    progress.tell({runs[i]->status.steps, table.objectives[i], 0.0});
  });
  std::vector<Estimate> ends = table.objectives;
  for (std::size_t i = 0; i < count; ++i) {
    if (!detail::has_an_end(runs[i]->status)) {
      ends[i].value = std::numeric_limits<double>::quiet_NaN();
    }
    table.fits.push_back(*std::move(runs[i]));
  }
  table.optima = distinct_optima(ends);
  return table;
}

/// The same where the gradient need not be named, as in fit.
template <class Start, class O, class Opt>
[[nodiscard]] auto fit_restarts(std::size_t count, const Start& start, const O& objective,
                                const Opt& optimizer, const FitOptions& options = {}) {
  using Q = std::remove_cvref_t<decltype(start(Seed{}))>;
  using E = detail::DefaultEstimator<Q, O, Opt>;
  return fit_restarts(count, start, objective, E{}, optimizer, options);
}

}  // namespace leibler::inline v0
