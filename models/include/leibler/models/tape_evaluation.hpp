// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>

#include <leibler/models/distribution.hpp>
#include <leibler/models/scalar.hpp>

// How a log density that is written once over a scalar type becomes that of whole batches, with its
// gradients: what families, densities and programs share.
namespace leibler::inline v0::detail {

/// A log density of a point x and of arguments a, as compiled code sees it.
struct TapeFormula {
  const void* self;
  /// Called on the tape; x has `dimension` entries, a as many as there are arguments.
  Real (*record)(const void* self, const Real* x, const Real* a);
  /// Whether a point is in the support: entry j at x[j * stride], all finite. Null: all are.
  bool (*is_inside)(const void* self, const double* x, std::size_t stride) = nullptr;
};

/// What one pass of the tape gives, kept in the workspace.
struct TapeEvaluation {
  Batch x;
  const double* log_density;
  Batch point_gradient;     ///< d log p / dx; no columns for discrete points
  Batch argument_gradient;  ///< d log p / d argument
};

/// log density at a chunk. -inf outside the support and at infinity; NaN where a coordinate is.
void log_density_on_tape(const TapeFormula& formula, const Batch& x,
                         std::span<const double> arguments, double* out, Workspace& workspace);

/// The same with gradients, which are 0 where the log density is -inf.
[[nodiscard]] TapeEvaluation evaluate_on_tape(const TapeFormula& formula, const Batch& x,
                                              std::span<const double> arguments,
                                              bool with_point_gradient, Workspace& workspace);

void copy_log_density(const TapeEvaluation& at, double* out);
void copy_point_gradient(const TapeEvaluation& at, const MutableBatch& out);

/// sums[k] += sum_i weight_i d log p(x_i) / d argument k; a null weight means 1.
void add_argument_sums(const TapeEvaluation& at, const double* weight, double* sums);

}  // namespace leibler::inline v0::detail
