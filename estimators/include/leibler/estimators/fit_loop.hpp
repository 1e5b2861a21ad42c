// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <initializer_list>
#include <span>
#include <string>
#include <vector>

#include <leibler/engine/moments.hpp>
#include <leibler/estimators/trace.hpp>

namespace leibler::inline v0::detail {

/// The part of a fit that depends on no type: parameters and gradient, trace, hooks, checkpoints
/// and the ways to end. Compiled once; after the first step it allocates nothing but for hooks.
class FitLoop {
 public:
  /// @throws InvalidArgument, DomainError  if an option is out of range
  FitLoop(const FitOptions& options, std::size_t parameter_count);

  /// Parameters and gradient, exactly parameter_count() of them.
  [[nodiscard]] std::span<double> theta() { return {theta_.data(), count_}; }
  [[nodiscard]] std::span<double> gradient() { return {gradient_.data(), count_}; }
  /// The size of the arrays behind them: whole octets, zeros at the end.
  [[nodiscard]] std::size_t padded_count() const { return theta_.size(); }

  [[nodiscard]] bool keeps_checkpoints() const { return !options_.checkpoint.file.empty(); }

  /// Takes up the run of the checkpoint's file, if there is one: theta and both states are filled.
  /// If there is none, writes the first, so that a file that cannot be written costs no step.
  /// @param marks  numbers that no other run has
  /// @throws RuntimeError  if the file is malformed or of another run, or cannot be written
  [[nodiscard]] bool resume(std::initializer_list<std::span<const double>> marks,
                            std::span<double> estimator, std::span<double> optimizer);

  [[nodiscard]] std::size_t step() const { return step_; }

  /// Whether another step is to be taken.
  [[nodiscard]] bool goes_on();

  /// Whether this step's value is wanted.
  [[nodiscard]] bool is_traced() const { return step_ % trace_every_ == 0; }

  /// Records the step and shortens its gradient; false, and failed, where it is not finite.
  [[nodiscard]] bool accept(const Estimate& value);

  /// The same for a value without noise, which must be finite, too.
  [[nodiscard]] bool accept_exact(const Estimate& value);

  /// Ends the fit: a minimiser has come to an end.
  void converge(bool has_vanished);

  /// Where the fit ended, if its last step was not traced. After finish: it is of no checkpoint.
  void record_end(const Estimate& value);

  /// The step was taken; writes a checkpoint where one is due.
  void advance(std::span<double> estimator, std::span<double> optimizer);

  /// Ends the fit because of `reason`; `value` are the costs of the failed step.
  void fail(const std::string& reason, const engine::Moments& value);
  void fail(const std::string& reason);

  /// Writes a last checkpoint where one is wanted.
  void finish(std::span<double> estimator, std::span<double> optimizer);

  [[nodiscard]] const std::vector<TracePoint>& trace() const { return trace_; }
  [[nodiscard]] const FitStatus& status() const { return status_; }

 private:
  /// Whether the step before was traced and the objective has stopped improving.
  [[nodiscard]] bool has_converged() const;
  void write_checkpoint(std::span<double> estimator, std::span<double> optimizer) const;
  void end(FitStatus::Outcome outcome, std::string message);

  const FitOptions& options_;
  std::size_t count_, trace_every_, step_ = 0;
  std::vector<double> theta_, gradient_, start_;
  std::vector<TracePoint> trace_;
  FitStatus status_;
  bool ended_ = false;
};

}  // namespace leibler::inline v0::detail
