// SPDX-License-Identifier: MIT
#include <leibler/estimators/fit_loop.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>

#include <leibler/engine/check.hpp>
#include <leibler/engine/file.hpp>
#include <leibler/engine/kernels/elementary.hpp>
#include <leibler/estimators/fit_exact.hpp>
#include <leibler/estimators/scaling.hpp>

#include "checkpoint.hpp"

namespace leibler::inline v0::detail {

namespace {

std::int64_t signed_of(std::size_t n) {
  return static_cast<std::int64_t>(n);
}

}  // namespace

FitLoop::FitLoop(const FitOptions& options, std::size_t parameter_count)
    : options_(options),
      count_(parameter_count),
      trace_every_(options.trace_every),
      theta_(engine::octets(parameter_count), 0.0),
      gradient_(engine::octets(parameter_count), 0.0) {
  constexpr auto where = "fit";
  check::not_negative(where, "options.clip_norm", options.clip_norm, "0 never clips");
  check::not_negative(where, "options.convergence.tolerance", options.convergence.tolerance,
                      "0 takes every step");
  check::at_least(where, "options.convergence.window", signed_of(options.convergence.window), 2,
                  "a mean needs two traced steps");
  check::at_least(where, "options.steps", signed_of(options.steps), 1, "take one step or more");
  check::at_least(where, "options.samples", signed_of(options.samples), 1,
                  "a gradient needs one point or more");
  check::at_least(where, "options.checkpoint.every", signed_of(options.checkpoint.every), 1,
                  "write every thousand steps or so");
  check::at_least(where, "options.threads.count", options.threads.count, 0, "0 means every core");
  if (trace_every_ == 0) trace_every_ = std::max<std::size_t>(options.steps / 100, 1);
  // Beyond a million traced steps the trace grows as it comes.
  trace_.reserve(std::min<std::size_t>((options.steps - 1) / trace_every_ + 2, 1'000'000));
}

bool FitLoop::resume(std::initializer_list<std::span<const double>> marks,
                     std::span<double> estimator, std::span<double> optimizer) {
  start_ = theta_;
  for (const auto& part : marks) start_.insert(start_.end(), part.begin(), part.end());
  if (read_checkpoint(options_, start_, {step_, theta(), estimator, optimizer, trace_}))
    return true;
  write_checkpoint(estimator, optimizer);
  return false;
}

void FitLoop::end(FitStatus::Outcome outcome, std::string message) {
  status_ = {outcome, step_, std::move(message)};
  ended_ = true;
}

bool FitLoop::goes_on() {
  if (ended_) return false;
  const std::size_t steps = options_.steps;
  if (step_ == steps) {
    end(FitStatus::Outcome::finished, "all " + std::to_string(steps) + " steps were taken");
  } else if (options_.stop.stop_requested()) {
    end(FitStatus::Outcome::stopped, "stopped on request after " + std::to_string(step_) + " of " +
                                         std::to_string(steps) + " steps");
  } else if (has_converged()) {
    end(FitStatus::Outcome::converged,
        "the objective no longer improves after " + std::to_string(step_) + " steps");
  }
  return !ended_;
}

bool FitLoop::accept(const Estimate& value) {
  if (!engine::kernels::all_finite(gradient_.data(), gradient_.size())) return false;
  // a run that had come to its end before it was resumed has seen this step
  const bool is_known = !trace_.empty() && trace_.back().step == step_;
  if (!is_traced() || is_known) {
    if (options_.clip_norm > 0.0) (void)clip(gradient(), options_.clip_norm);
    return true;
  }
  trace_.push_back({step_, value, clip(gradient(), options_.clip_norm)});
  if (options_.progress) options_.progress({step_, options_.steps, trace_.back()});
  return true;
}

bool FitLoop::accept_exact(const Estimate& value) {
  if (std::isfinite(value.value) && accept(value)) return true;
  if (std::isnan(value.value)) {
    fail("the objective is not a number");
  } else if (std::isinf(value.value)) {
    fail("the objective is infinite: one of model and target is 0 where the other is not");
  } else {
    fail("the gradient is not finite");
  }
  return false;
}

void FitLoop::converge(bool has_vanished) {
  end(FitStatus::Outcome::converged,
      (has_vanished ? "the tolerance of the minimiser is reached after "
                    : "no step lowers the objective by more than rounding after ") +
          std::to_string(step_) + (step_ == 1 ? " step" : " steps"));
}

void FitLoop::record_end(const Estimate& value) {
  const bool is_there = !trace_.empty() && trace_.back().step == step_;
  if (is_there || !std::isfinite(value.value)) return;
  trace_.push_back({step_, value, norm(gradient())});
}

bool FitLoop::has_converged() const {
  const auto& [tolerance, window] = options_.convergence;
  if (tolerance == 0.0 || trace_.size() < 2 * window || trace_.back().step + 1 != step_) {
    return false;
  }
  double improvement = 0.0, variance = 0.0;
  for (std::size_t i = 0; i < 2 * window; ++i) {
    const Estimate& e = trace_[trace_.size() - 1 - i].objective;
    improvement += i < window ? -e.value : e.value;
    variance += e.standard_error * e.standard_error;
  }
  const auto n = static_cast<double>(window);
  // A loss counts as nothing: it is noise, of which one in fifty would stop any fit.
  return std::max(improvement, 0.0) / n + 2.0 * std::sqrt(variance) / n < tolerance;
}

void FitLoop::advance(std::span<double> estimator, std::span<double> optimizer) {
  ++step_;
  const auto& [file, every] = options_.checkpoint;
  if (!file.empty() && step_ % every == 0 && step_ != options_.steps) {
    write_checkpoint(estimator, optimizer);
  }
}

void FitLoop::fail(const std::string& reason, const engine::Moments& value) {
  std::string text = reason;
  if (text.back() == '.') text.pop_back();  // the sentence goes on
  if (!std::isfinite(value.mean())) {
    text += " (the mean cost of its points is " + to_text(value.mean()) +
            ": the target is 0 or not a number where the model puts points)";
  }
  fail(text);
}

void FitLoop::fail(const std::string& reason) {
  std::string message = "step " + std::to_string(step_) + " of " + std::to_string(options_.steps) +
                        " failed: " + reason;
  if (message.back() == '.') message.pop_back();
  end(FitStatus::Outcome::failed, message + "; the model is that of the step before");
}

void FitLoop::finish(std::span<double> estimator, std::span<double> optimizer) {
  // After a failure theta is not the model's: the checkpoint before it stays.
  if (options_.checkpoint.file.empty() || status_.outcome == FitStatus::Outcome::failed) return;
  write_checkpoint(estimator, optimizer);
}

void FitLoop::write_checkpoint(std::span<double> estimator, std::span<double> optimizer) const {
  engine::write_file("fit", options_.checkpoint.file,
                     checkpoint_text(options_, start_, step_, {theta_.data(), count_}, estimator,
                                     optimizer, trace_));
}

void check_unclipped(const FitOptions& options) {
  if (options.clip_norm == 0.0) return;
  throw DomainError({"fit",
                     "options.clip_norm",
                     {},
                     "= " + to_text(options.clip_norm),
                     "must be 0",
                     "a minimiser chooses the length of its steps itself"});
}

}  // namespace leibler::inline v0::detail
