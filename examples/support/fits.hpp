// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <iosfwd>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <leibler/engine/parallel.hpp>
#include <leibler/leibler.hpp>

#include "interrupt.hpp"
#include "progress.hpp"
#include "results.hpp"

// Fits side by side, and what is told of several starts of one.
namespace leibler::examples {

/// One fit that ended.
struct Run {
  GaussianMixture model;
  FitStatus status;
  std::vector<TracePoint> trace;
  double seconds = 0.0;
  Estimate objective;  ///< of the end, on draws that are the same for all starts
};

[[nodiscard]] inline GaussianMixture as_mixture(GaussianMixture q) {
  return q;
}
[[nodiscard]] inline GaussianMixture as_mixture(const Gaussian& q) {
  return {Vector{{1.0}}, Points(q.mean().transpose()), {q.covariance()}};
}

/// The fit as a run, with its time; the objective is for the caller to fill in.
template <class Do>
[[nodiscard]] Run timed(Do&& do_fit) {
  using Clock = std::chrono::steady_clock;
  const auto begin = Clock::now();
  auto fitted = do_fit();
  const std::chrono::duration<double> spent = Clock::now() - begin;
  return {as_mixture(std::move(fitted.model)),
          std::move(fitted.status),
          std::move(fitted.trace),
          spent.count(),
          {}};
}

/// run(i, options) for every i in [0, count) on every core, with one progress bar over all of their
/// steps; Ctrl-C stops them. Runs that it stopped, or never let begin, are missing.
template <class F>
[[nodiscard]] std::vector<std::optional<Run>> run_side_by_side(std::size_t count,
                                                               const FitOptions& options,
                                                               bool quiet, F&& run) {
  std::vector<std::optional<Run>> ends(count);
  const StopOnInterrupt stop;
  ProgressBar bar("fitting", count * options.steps, quiet);
  engine::for_chunks(count, options.threads, [&](std::size_t i) {
    if (interrupted()) return;
    std::size_t told = 0;
    FitOptions own = options;
    own.stop = stop.token();
    own.progress = [&](const Progress& progress) {
      bar.add(progress.step - told);
      told = progress.step;
    };
    Run ended = run(i, own);
    bar.add(options.steps - std::min(told, options.steps));
    if (ended.status.outcome != FitStatus::Outcome::stopped) ends[i] = std::move(ended);
  });
  return ends;
}

/// Of the runs that did not fail, best first.
[[nodiscard]] std::vector<Optimum> optima_of(const std::vector<Run>& runs);

/// "16 starts, 2 distinct optima: ..." as one line, where there are several starts.
void report_optima(std::ostream& out, Results& results, const std::string& name,
                   const std::vector<Run>& runs, const std::vector<Optimum>& optima);

/// Why runs failed, and how many of the starts are missing.
void report_failures(std::ostream& out, const std::string& name, const std::vector<Run>& runs,
                     std::size_t starts);

}  // namespace leibler::examples
