// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

#include <leibler/models/distribution.hpp>
#include <leibler/models/scalar.hpp>

// What distributions over 0 ... K - 1 share: everything about a point is in a table of K log
// probabilities, and a gradient needs no more of a chunk than how often each value occurs.
namespace leibler::inline v0::detail {

struct TableEvaluation {
  Batch x;
  const double* log_density;
};

/// log p at x: -inf unless x is a whole number below the size, NaN for NaN.
[[nodiscard]] double look_up(std::span<const double> table, double x);
void look_up(std::span<const double> table, const Batch& x, double* out);
[[nodiscard]] TableEvaluation evaluate_table(std::span<const double> table, const Batch& x,
                                             Workspace& workspace);
inline void copy_log_density(const TableEvaluation& at, double* out) {
  std::copy_n(at.log_density, engine::padded(at.x.size), out);
}

/// counts[k] += the weights of the points that are k and have a density; a null weight means 1. A
/// point that is NaN makes every count NaN.
void add_counts(const TableEvaluation& at, const double* weight, std::span<double> counts);

/// Running sums of probabilities for engine::kernels::category_fill.
void accumulate(std::span<const double> probabilities, std::span<double> cumulative);
void sample_table(std::span<const double> cumulative, const Stream& stream, const MutableBatch& x,
                  Workspace& workspace);

/// Mean and variance of the value.
struct TableMoments {
  double mean, variance;
};
[[nodiscard]] TableMoments table_moments(std::span<const double> probabilities);
/// -sum p log p.
[[nodiscard]] double table_entropy(std::span<const double> probabilities,
                                   std::span<const double> log_probabilities);

/// Reals as single ones.
[[nodiscard]] inline std::vector<Real> entries(const Reals& x) {
  std::vector<Real> out;
  out.reserve(x.size());
  for (std::size_t j = 0; j < x.size(); ++j) out.push_back(x[static_cast<std::ptrdiff_t>(j)]);
  return out;
}

}  // namespace leibler::inline v0::detail
