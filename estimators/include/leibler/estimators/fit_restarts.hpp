// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
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

void print_restarts(std::ostream& out, std::span<const Estimate> values,
                    std::span<const FitStatus> statuses, std::span<const Optimum> optima,
                    const char* objective);
[[nodiscard]] std::string restarts_to_json(std::span<const Estimate> values,
                                           std::span<const FitStatus> statuses,
                                           std::span<const Optimum> optima, const char* objective);

}  // namespace detail

/// Every run of fit_restarts, in the order of their seeds.
template <class Q>
struct Restarts {
  std::vector<Fit<Q>> fits;
  std::vector<Estimate> objectives;  ///< of every fitted model, on the same fresh draws
  std::vector<Optimum> optima;       ///< distinct ones, best first; failed runs have none
  std::string objective_name;

  /// The run with the lowest objective.
  /// @throws RuntimeError  if every run failed before its first step gave a finite objective
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

  [[nodiscard]] std::string to_json() const {
    return detail::restarts_to_json(objectives, statuses(), optima, objective_name.c_str());
  }

  friend std::ostream& operator<<(std::ostream& out, const Restarts& r) {
    detail::print_restarts(out, r.objectives, r.statuses(), r.optima, r.objective_name.c_str());
    return out;
  }

 private:
  [[nodiscard]] std::vector<FitStatus> statuses() const {
    std::vector<FitStatus> all;
    for (const auto& fit : fits) all.push_back(fit.status);
    return all;
  }
};

/// Draws with which the ends of the runs are compared.
inline constexpr std::size_t restart_samples = 100'000;

/// `count` fits side by side on every core, run i from start(derive(options.seed, i)) with that
/// same seed, so that a run's bits depend neither on the other runs nor on the threads.
///
///     const auto table = fit_restarts(64, [](Seed seed) { return GaussianMixture::random(6, 3,
///     seed); },
///                                     ReverseKl(target), ScoreFunction{}, Adam{}, options);
///     table.best().model;
///
/// options.progress is called after every run, one call at a time, with the number of runs done. A
/// checkpoint, where asked for, is a file a run: options.checkpoint.file with ".<run>" behind.
/// @throws what fit throws, for the first run in order
template <class Start, class O, class E, class Opt>
[[nodiscard]] auto fit_restarts(std::size_t count, const Start& start, const O& objective,
                                const E& estimator, const Opt& optimizer,
                                const FitOptions& options = {}) {
  using Q = std::remove_cvref_t<decltype(start(Seed{}))>;
  check::at_least("fit_restarts", "count", static_cast<std::int64_t>(count), 1,
                  "ask for one run or more");
  check::at_least("fit_restarts", "options.threads.count", options.threads.count, 0,
                  "0 means every core");
  std::vector<std::optional<Fit<Q>>> runs(count);
  Restarts<Q> table;
  table.objectives.resize(count);
  table.objective_name = detail::name_of(objective);
  std::mutex mutex;
  std::size_t done = 0;
  engine::for_chunks(count, options.threads, [&](std::size_t i) {
    const Seed seed = engine::derive(options.seed, i);
    FitOptions own = options;
    own.seed = seed;
    own.progress = nullptr;
    if (!own.checkpoint.file.empty()) own.checkpoint.file += "." + std::to_string(i);
    runs[i] = fit(start(seed), objective, estimator, optimizer, own);
    table.objectives[i] = objective_value(
        objective, runs[i]->model,
        {.samples = restart_samples, .seed = options.seed, .threads = options.threads});
    if (options.progress) {
      const std::lock_guard lock(mutex);
      const TracePoint end{runs[i]->status.steps, table.objectives[i], 0.0};
      options.progress({++done, count, end});
    }
  });
  std::vector<Estimate> ends = table.objectives;
  for (std::size_t i = 0; i < count; ++i) {
    // What a failed run leaves behind is no optimum.
    const bool failed = runs[i]->status.outcome == FitStatus::Outcome::failed;
    if (failed) ends[i].value = std::numeric_limits<double>::quiet_NaN();
    table.fits.push_back(*std::move(runs[i]));
  }
  table.optima = distinct_optima(ends);
  return table;
}

/// The same for an expectation under p or over data, which has one gradient.
template <class Start, class O, class Opt>
[[nodiscard]] auto fit_restarts(std::size_t count, const Start& start, const O& objective,
                                const Opt& optimizer, const FitOptions& options = {}) {
  return fit_restarts(count, start, objective, MaximumLikelihood{}, optimizer, options);
}

}  // namespace leibler::inline v0
