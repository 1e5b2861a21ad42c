// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include <leibler/estimators/trace.hpp>

namespace leibler::inline v0::detail {

/// All that a fit carries from step to step.
struct FitState {
  std::size_t& step;
  std::span<double> theta, estimator, optimizer;
  std::vector<TracePoint>& trace;
};

/// A run as JSON: what it was started with, and where it is. Numbers read back to the same bits.
[[nodiscard]] std::string checkpoint_text(const FitOptions& options, std::span<const double> start,
                                          std::size_t step, std::span<const double> theta,
                                          std::span<const double> estimator,
                                          std::span<const double> optimizer,
                                          const std::vector<TracePoint>& trace);

/// Fills `state` from options.checkpoint.file; false, and nothing changed, if there is no such
/// file.
/// @throws RuntimeError  if it is malformed, or of a run with other settings; nothing is changed
/// then
[[nodiscard]] bool read_checkpoint(const FitOptions& options, std::span<const double> start,
                                   const FitState& state);

}  // namespace leibler::inline v0::detail
