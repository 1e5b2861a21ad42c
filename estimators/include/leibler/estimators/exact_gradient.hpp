// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include <leibler/engine/chunks.hpp>
#include <leibler/engine/parallel.hpp>
#include <leibler/estimators/gradient_estimator.hpp>
#include <leibler/estimators/minimize.hpp>
#include <leibler/estimators/objective.hpp>
#include <leibler/estimators/scaling.hpp>
#include <leibler/models/evaluate.hpp>

namespace leibler::inline v0 {

namespace detail {

template <class O>
using TargetOf = std::remove_cvref_t<decltype(std::declval<const O&>().target())>;

/// A divergence of model and target, both probabilities or both densities.
template <class Q, class O>
concept SamePairMeasure = DivergenceObjective<O> && Density<Q> && is_normalized<Q> &&
    Density<TargetOf<O>> &&(is_discrete<Q> == is_discrete<TargetOf<O>>);

/// Points with weights of a measure, and what an objective adds up there.
struct ExactPoints {
  /// n points of d coordinates, weights of 1.
  void resize(std::size_t n, std::size_t d);

  /// x as rows.
  [[nodiscard]] Eigen::Map<const Points> rows() const {
    return {x.data(), static_cast<Index>(size), static_cast<Index>(dimension)};
  }

  std::size_t size = 0, dimension = 1;
  std::vector<double> x;        ///< by columns
  std::vector<double> measure;  ///< weights
  std::vector<double> log_p;    ///< of the target, or its probabilities
  std::vector<double> log_q;    ///< of the model, where a sweep leaves it
  std::vector<double> terms;    ///< of the objective
  std::vector<double> sums;     ///< of the gradient
  double rest_of_p = 0.0;       ///< mass of p at none of the points, where q = 0
  bool has_rest_of_q = false;   ///< whether q may have mass at none of the points, where p = 0

  /// The sum of the terms, with twice a plain sum's digits.
  [[nodiscard]] double total() const;
};

/// Of a divergence that is a mean: terms and their derivatives by log q at n points from `begin`.
void pair_terms(const RatioCost& cost, ExactPoints& points, std::size_t begin, const double* log_q,
                double* weight, std::size_t n);
/// Its value after a sweep.
[[nodiscard]] double pair_total(const RatioCost& cost, ExactPoints& points);
/// Of one that is the logarithm of a power's integral, after a sweep that left log q: its value,
/// and the terms' derivatives for a second sweep in `terms`.
[[nodiscard]] double power_total(const RatioCost& cost, ExactPoints& points);

/// q h and q (h + slope), slope unless it is null; 0 where q = 0.
void model_terms(ExactPoints& points, std::size_t begin, const double* log_q, const double* h,
                 const double* slope, double* weight, std::size_t n);
/// p h and -p; 0 where p = 0.
void data_terms(ExactPoints& points, std::size_t begin, const double* h, double* weight,
                std::size_t n);

/// Puts a point of the support in the place of those where q = 0, whose gradient may be no number.
/// Returns how many are inside.
std::size_t move_inside(const double* log_q, const MutableBatch& x);

/// fill(batch, begin, log_q, weight, workspace) for every chunk; the gradient, unless empty, is
/// sum_i weight_i d log q(x_i) / d theta. Points where q = 0 must get weight 0.
template <Parametric Q, class Fill>
void sweep(const Q& q, ExactPoints& points, Threads threads, std::span<double> gradient,
           const Fill& fill) {
  const engine::Chunks chunks{points.size, points.dimension};
  const std::size_t width = gradient.empty() ? 0 : q.gradient_sums_size();
  points.sums.resize(engine::Slots{chunks.count()}.count() * width);
  engine::sum_chunks(chunks.count(), chunks.count() < 4 ? Threads{1} : threads, width,
                     points.sums.data(), [&](std::size_t i, double* sums) {
                       Workspace& workspace = Workspace::of_thread();
                       const Workspace::Frame frame(workspace);
                       const std::size_t n = chunks.size(i), begin = chunks.begin(i);
                       const auto x = engine::take_batch(workspace, n, points.dimension);
                       copy_rows(points.x.data(), points.size, begin, x);
                       const auto at = q.evaluate(Batch(x), workspace);
                       double* const log_q = workspace.take(engine::padded(n));
                       double* const weight = workspace.take_zeros(engine::padded(n));
                       q.log_density(at, log_q);
                       fill(Batch(x), begin, log_q, weight, workspace);
                       if (gradient.empty()) return;
                       if (const std::size_t inside = move_inside(log_q, x); inside == n) {
                         q.add_gradient_sums(at, weight, sums, workspace);
                       } else if (inside > 0) {
                         q.add_gradient_sums(q.evaluate(Batch(x), workspace), weight, sums,
                                             workspace);
                       }
                     });
  if (!gradient.empty()) q.parameter_gradient(points.sums.data(), gradient);
}

/// log p at the points.
template <Density P>
void take_target(ExactPoints& points, const P& p) {
  Workspace& workspace = Workspace::of_thread();
  const engine::Chunks chunks{points.size, points.dimension};
  for (std::size_t i = 0; i < chunks.count(); ++i) {
    const Workspace::Frame frame(workspace);
    const auto x = engine::take_batch(workspace, chunks.size(i), points.dimension);
    copy_rows(points.x.data(), points.size, chunks.begin(i), x);
    double* const log_p = workspace.take(engine::padded(x.size));
    p.log_density(Batch(x), log_p, workspace);
    std::copy_n(log_p, x.size, points.log_p.data() + chunks.begin(i));
  }
}

/// The divergence of a pair at points that are there.
template <Parametric Q, class O>
[[nodiscard]] double evaluate_pair(ExactPoints& points, const Q& q, const O& objective,
                                   Threads threads, std::span<double> gradient) {
  const RatioCost cost = ratio_cost_of(objective.divergence());
  if (!cost.is_power) {
    sweep(q, points, threads, gradient,
          [&](const Batch& x, std::size_t begin, const double* log_q, double* weight, Workspace&) {
            pair_terms(cost, points, begin, log_q, weight, x.size);
          });
    return pair_total(cost, points);
  }
  sweep(q, points, threads, {},
        [&](const Batch& x, std::size_t begin, const double* log_q, double*, Workspace&) {
          std::copy_n(log_q, x.size, points.log_q.data() + begin);
        });
  const double value = power_total(cost, points);
  if (!gradient.empty()) {
    sweep(q, points, threads, gradient,
          [&](const Batch& x, std::size_t begin, const double*, double* weight, Workspace&) {
            std::copy_n(points.terms.data() + begin, x.size, weight);
          });
  }
  return value;
}

/// The mean of an objective's costs under q at points of its support.
template <Parametric Q, ModelExpectation O>
[[nodiscard]] double evaluate_mean(ExactPoints& points, const Q& q, const O& objective,
                                   Threads threads, std::span<double> gradient) {
  sweep(q, points, threads, gradient,
        [&](const Batch& x, std::size_t begin, const double* log_q, double* weight,
            Workspace& workspace) {
          const Stream none{{}, Purpose::minibatch, 0, 0};
          double* const h = workspace.take(engine::padded(x.size));
          double* const slope =
              O::constant_slope ? nullptr : workspace.take(engine::padded(x.size));
          objective.cost(objective.evaluate(x, log_q, none, workspace), h, slope, workspace);
          model_terms(points, begin, log_q, h, slope, weight, x.size);
        });
  const double mean = points.total();
  if constexpr (FunctionOfMean<O>) {
    scale(gradient, objective.slope_at(mean));
    return objective.of_mean({mean, 0.0, points.size, Method::enumeration, true}).value;
  }
  return mean;
}

}  // namespace detail

}  // namespace leibler::inline v0
