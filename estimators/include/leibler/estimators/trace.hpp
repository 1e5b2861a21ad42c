// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <functional>
#include <iosfwd>
#include <stop_token>
#include <string>
#include <vector>

#include <leibler/engine/types.hpp>
#include <leibler/estimators/estimate.hpp>

namespace leibler::inline v0 {

/// What a fit saw at one of its steps, before the step was taken.
struct TracePoint {
  std::size_t step = 0;
  Estimate objective;          ///< from that step's own samples
  double gradient_norm = 0.0;  ///< Euclidean, before clipping
};

/// How a fit ended.
struct FitStatus {
  enum class Outcome {
    finished,   ///< all steps were taken
    converged,  ///< the objective no longer improves, see Convergence
    stopped,    ///< by the stop token
    failed,     ///< a number was not finite; the model is the last good one
  };
  Outcome outcome = Outcome::finished;
  std::size_t steps = 0;  ///< taken
  std::string message;    ///< one sentence
};

[[nodiscard]] std::string to_string(FitStatus::Outcome outcome);
std::ostream& operator<<(std::ostream& out, const FitStatus& status);

/// What a progress callback is told, at every traced step.
struct Progress {
  std::size_t step = 0;   ///< about to be taken
  std::size_t steps = 0;  ///< in all
  const TracePoint& point;
};

/// When a fit stops by itself. The mean objective of the last `window` traced steps is compared
/// with that of the `window` before: it stops once the improvement, if there is one, and two
/// standard errors are together below `tolerance`. Where the noise alone is above, a fit takes all
/// its steps: a larger window or more samples lower it.
struct Convergence {
  double tolerance = 0.0;   ///< in the objective's unit (nats); 0 never stops
  std::size_t window = 20;  ///< traced steps, >= 2
};

/// Where a fit keeps its state, so that an interrupted run goes on to the same bits. The file is
/// replaced as a whole; a fit that finds it there resumes from it.
struct Checkpoint {
  std::string file;          ///< none by default
  std::size_t every = 1000;  ///< steps from one writing to the next, >= 1
};

struct FitOptions {
  double clip_norm = 0.0;       ///< gradients above this norm are shortened to it; 0 never
  std::size_t trace_every = 0;  ///< steps from one traced step to the next; 0: a hundredth of all
  Convergence convergence{};
  std::size_t steps = 1000;   ///< >= 1
  std::size_t samples = 500;  ///< points a step, >= 1
  Seed seed{};
  Threads threads{};
  std::function<void(const Progress&)> progress{};  ///< called by the thread that called fit
  std::stop_token stop{};
  Checkpoint checkpoint{};
};

namespace detail {

[[nodiscard]] std::string run_to_json(const FitStatus& status,
                                      const std::vector<TracePoint>& trace);

}  // namespace detail

}  // namespace leibler::inline v0
