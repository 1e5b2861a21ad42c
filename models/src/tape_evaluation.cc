// SPDX-License-Identifier: MIT
#include <leibler/models/tape_evaluation.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <new>

#include <leibler/engine/kernels/elementary.hpp>

namespace leibler::inline v0::detail {

namespace {

// Points side by side on the tape: a choice of speed, no result depends on it.
constexpr std::size_t most_lanes = 128;

// n Reals in the workspace.
Real* take_reals(Workspace& workspace, std::size_t n) {
  static_assert(sizeof(Real) % sizeof(double) == 0 && alignof(Real) <= 64);
  return new (workspace.take(n * sizeof(Real) / sizeof(double))) Real[n];
}

struct Gradients {
  MutableBatch point, argument;
};

// What the formula cannot be asked about: points outside, at infinity, or with a NaN.
void settle(const TapeFormula& formula, const Batch& x, double* log_density, const Gradients* to) {
  for (std::size_t i = 0; i < x.size; ++i) {
    double sum = 0.0;
    bool is_finite = true;
    for (std::size_t j = 0; j < x.dimension; ++j) {
      const double v = x.data[j * x.stride + i];
      sum += v;
      is_finite = is_finite && std::isfinite(v);
      if (std::isnan(v)) sum = v;
    }
    const bool has_nan = !is_finite && [&] {
      for (std::size_t j = 0; j < x.dimension; ++j) {
        if (std::isnan(x.data[j * x.stride + i])) return true;
      }
      return false;
    }();
    if (is_finite && (!formula.is_inside || formula.is_inside(formula.self, x.data + i, x.stride)))
      continue;
    const double nan = std::numeric_limits<double>::quiet_NaN();
    log_density[i] = has_nan ? nan : -std::numeric_limits<double>::infinity();
    if (to == nullptr) continue;
    for (const MutableBatch* const g : {&to->point, &to->argument}) {
      for (std::size_t k = 0; k < g->dimension; ++k) {
        g->data[k * g->stride + i] = has_nan ? nan : 0.0;
      }
    }
  }
}

}  // namespace

void log_density_on_tape(const TapeFormula& formula, const Batch& x,
                         std::span<const double> arguments, double* out, Workspace& workspace) {
  const Workspace::Frame frame(workspace);
  Real* const at = take_reals(workspace, x.dimension);
  Real* const a = take_reals(workspace, arguments.size());
  std::copy(arguments.begin(), arguments.end(), a);
  const engine::Tape::Lease tape;
  const std::size_t n = engine::padded(x.size);
  for (std::size_t first = 0; first < n; first += most_lanes) {
    tape->start(std::min(most_lanes, n - first), false);
    const Reals inputs = tape->inputs(x, first, false);
    for (std::size_t j = 0; j < x.dimension; ++j) at[j] = inputs[static_cast<Index>(j)];
    tape->value(formula.record(formula.self, at, a), out + first);
  }
  settle(formula, x, out, nullptr);
}

TapeEvaluation evaluate_on_tape(const TapeFormula& formula, const Batch& x,
                                std::span<const double> arguments, bool with_point_gradient,
                                Workspace& workspace) {
  const std::size_t d = x.dimension, count = arguments.size(), n = engine::padded(x.size);
  const std::size_t stride = n + 8, columns = with_point_gradient ? d : 0;
  double* const log_density = workspace.take(stride);
  double* const gradient = workspace.take(stride * (columns + count));
  const Gradients to{{gradient, x.size, columns, stride},
                     {gradient + columns * stride, x.size, count, stride}};
  {
    const Workspace::Frame frame(workspace);
    Real* const at = take_reals(workspace, d);
    Real* const a = take_reals(workspace, count);
    const engine::Tape::Lease tape;
    for (std::size_t first = 0; first < n; first += most_lanes) {
      tape->start(std::min(most_lanes, n - first), true);
      const Reals inputs = tape->inputs(x, first, with_point_gradient);
      const Reals of_arguments = tape->inputs(arguments);
      for (std::size_t j = 0; j < d; ++j) at[j] = inputs[static_cast<Index>(j)];
      for (std::size_t k = 0; k < count; ++k) a[k] = of_arguments[static_cast<Index>(k)];
      const Real root = formula.record(formula.self, at, a);
      tape->value(root, log_density + first);
      const Reals wanted = with_point_gradient ? inputs.and_next(count) : of_arguments;
      tape->gradient(root, wanted, gradient + first, stride);
    }
  }
  settle(formula, x, log_density, &to);
  return {x, log_density, to.point, to.argument};
}

void copy_log_density(const TapeEvaluation& at, double* out) {
  std::copy_n(at.log_density, engine::padded(at.x.size), out);
}

void copy_point_gradient(const TapeEvaluation& at, const MutableBatch& out) {
  const Batch& from = at.point_gradient;
  for (std::size_t j = 0; j < from.dimension; ++j) {
    std::copy_n(from.data + j * from.stride, engine::padded(from.size), out.data + j * out.stride);
  }
}

void add_argument_sums(const TapeEvaluation& at, const double* weight, double* sums) {
  const Batch& from = at.argument_gradient;
  for (std::size_t k = 0; k < from.dimension; ++k) {
    const double* const column = from.data + k * from.stride;
    sums[k] += weight ? engine::kernels::dot(column, weight, from.size)
                      : engine::kernels::sum(column, from.size);
  }
}

}  // namespace leibler::inline v0::detail
