// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>

#include <leibler/engine/chunks.hpp>
#include <leibler/engine/kernels/elementary.hpp>
#include <leibler/estimators/gradient_estimator.hpp>
#include <leibler/estimators/scaling.hpp>
#include <leibler/models/evaluate.hpp>

namespace leibler::inline v0 {

namespace detail {

/// Draws of each stratum of n, as near to its weight as whole numbers are, at least one. n is at
/// least the number of strata.
void allocate_strata(std::span<const double> weights, std::size_t n, std::size_t* counts);
/// weight_k n / counts_k for every draw of stratum k, so that plain means of n are right.
void fill_shares(std::span<const double> weights, const std::size_t* counts, std::size_t n,
                 double* share);

}  // namespace detail

/// The gradient of an expectation under a mixture, exact over its components and pathwise inside
/// each [1], unbiased:
///
///     d/d theta_k  w_k mean_k[ (dh/dx + slope d log q/dx)^T dx/d theta_k ]
///     d/d logit_k  w_k (mean_k[h] - sum_j w_j mean_j[h])
///     all of them  + sum_k w_k mean_k[slope s]
///
/// with mean_k over the draws of component k; the last term is left out where the slope is the same
/// everywhere, and its mean zero. Components get draws in proportion to their weights, at least one
/// in every chunk, so that `samples` is the total. The error of the value that a step reports is
/// that of independent draws, which is not smaller than that of strata.
///
/// [1] W. Morningstar, S. Vikram, C. Ham, A. Gallagher and J. Dillon. Automatic differentiation
///     variational inference with mixtures. AISTATS, 2021. Section 3.
struct Stratified {
  struct State {
    [[nodiscard]] static std::span<double> values() { return {}; }
  };

  [[nodiscard]] static std::string name() { return "Stratified"; }

  template <class Q, class O>
  static constexpr void explain() {
    static_assert(ModelExpectation<O>,
                  "leibler: Stratified is for expectations under the model (ReverseKl); for "
                  "ForwardKl leave the gradient estimator out");
    static_assert(!ModelExpectation<O> || Stratifiable<Q>,
                  "leibler: Stratified needs a mixture whose components have a path "
                  "(GaussianMixture); for this model use Pathwise or ScoreFunction");
    static_assert(!ModelExpectation<O> || DifferentiableModelExpectation<O>,
                  "leibler: Stratified needs an objective with point_gradient: a target with one; "
                  "for this one use ScoreFunction");
  }

  /// @throws InvalidArgument  if a chunk would have fewer draws than there are components
  template <Stratifiable Q>
  void check(std::size_t samples, const Q& q) const {
    const engine::Chunks chunks{samples, q.dimension()};
    check_draws(chunks.size(chunks.count() - 1), samples, q.components());
  }

  template <Stratifiable Q>
  [[nodiscard]] std::size_t sums_size(const Q& q) const {
    return q.gradient_sums_size() + q.components() * (1 + q.component_sums_size());
  }

  template <Stratifiable Q, DifferentiableModelExpectation O>
  void add_chunk(const State&, const Q& q, const O& objective, const Stream& stream, std::size_t n,
                 double* sums, engine::Moments* value, Workspace& workspace) const {
    namespace kernels = engine::kernels;
    const Workspace::Frame frame(workspace);
    const std::size_t padded = engine::padded(n), d = q.dimension(), count = q.components();
    auto* const counts = reinterpret_cast<std::size_t*>(workspace.take(count));
    detail::allocate_strata(q.plain_weights(), n, counts);
    const auto x = engine::take_batch(workspace, n, d);
    const auto v = engine::take_batch(workspace, n, d);
    q.sample_components(stream, counts, x, workspace);
    const auto at = q.evaluate(x, workspace);
    double* const log_q = workspace.take(padded);
    double* const h = workspace.take(padded);
    double* const slope = workspace.take(padded);
    double* const share = workspace.take(padded);
    q.log_density(at, log_q);
    const auto of_objective =
        objective.evaluate(x, log_q, stream.for_purpose(Purpose::minibatch), workspace);
    objective.cost(of_objective, h, slope, workspace);
    objective.point_gradient(of_objective, v, workspace);
    if constexpr (O::constant_slope != 0.0) {
      const auto g = engine::take_batch(workspace, n, d);
      q.point_gradient(at, g, workspace);
      for (std::size_t j = 0; j < d; ++j) {
        kernels::multiply(g.data + j * g.stride, slope, g.data + j * g.stride, padded);
        kernels::add(v.data + j * v.stride, g.data + j * g.stride, v.data + j * v.stride, padded);
      }
    }
    detail::fill_shares(q.plain_weights(), counts, n, share);
    std::fill(share + n, share + padded, 0.0);
    for (std::size_t j = 0; j < d; ++j) {
      kernels::multiply(v.data + j * v.stride, share, v.data + j * v.stride, padded);
    }
    kernels::multiply(h, share, h, padded);
    if (value != nullptr) value->add_differences(h, log_q, n);

    double* const costs = sums + q.gradient_sums_size();
    std::size_t begin = 0;
    for (std::size_t k = 0; k < count; begin += counts[k++]) {
      const Workspace::Frame inner(workspace);
      const auto of_x = engine::take_batch(workspace, counts[k], d);
      const auto of_v = engine::take_batch(workspace, counts[k], d);
      detail::copy_rows(x.data, x.stride, begin, of_x);
      detail::copy_rows(v.data, v.stride, begin, of_v);
      for (std::size_t j = 0; j < d; ++j) {  // the padding carries no weight
        double* const column = of_v.data + j * of_v.stride;
        std::fill(column + counts[k], column + engine::padded(counts[k]), 0.0);
      }
      for (std::size_t i = begin; i < begin + counts[k]; ++i) costs[k] += h[i];
      q.add_component_path_sums(k, of_x, of_v, costs + count + k * q.component_sums_size(),
                                workspace);
    }
    if constexpr (!O::constant_slope) {
      kernels::multiply(slope, share, slope, padded);
      q.add_gradient_sums(at, slope, sums, workspace);
    }
  }

  template <Stratifiable Q>
  void finish(State&, const Q& q, const double* sums, std::size_t samples,
              std::span<double> gradient) const {
    Workspace& workspace = Workspace::of_thread();
    const Workspace::Frame frame(workspace);
    double* const of_slope = workspace.take(gradient.size());
    q.parameter_gradient(sums, {of_slope, gradient.size()});
    const double* const costs = sums + q.gradient_sums_size();
    q.component_gradient(costs, costs + q.components(), gradient);
    detail::add_to(gradient, of_slope);
    detail::divide(gradient, samples);
  }

 private:
  static void check_draws(std::size_t least, std::size_t samples, std::size_t components);
};

}  // namespace leibler::inline v0
