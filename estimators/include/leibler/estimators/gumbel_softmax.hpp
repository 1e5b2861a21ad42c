// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <span>
#include <string>

#include <leibler/engine/chunks.hpp>
#include <leibler/engine/kernels/elementary.hpp>
#include <leibler/estimators/gradient_estimator.hpp>
#include <leibler/estimators/scaling.hpp>

namespace leibler::inline v0 {

namespace detail {

/// A distribution over categories by logits, whose parameters are those that are finite, in order.
template <class Q>
concept HasLogits = Parametric<Q> && requires(const Q& q) {
  { q.logits_data() } -> std::same_as<std::span<const double>>;
};

/// softmax((logits + Gumbel noise) / temperature) in every row of y, and the largest entry's row of
/// zeros and a one in every row of hard. Columns are categories.
void relax(std::span<const double> logits, double temperature, const Stream& stream,
           const MutableBatch& y, const MutableBatch& hard);

/// sums[k] += sum_i y_ik (v_ik - sum_j y_ij v_ij) / temperature, over categories with a finite
/// logit; y is spoilt.
void add_relaxed_sums(std::span<const double> logits, double temperature, const Batch& v,
                      const MutableBatch& y, double* sums);

}  // namespace detail

/// The gradient of a relaxed categorical distribution [1, 2]: BIASED, with little variance. For a
/// Categorical q of K categories and a cost f of a point with K coordinates that is differentiable
/// there; f at the unit vectors is the cost of the categories.
///
///     y = softmax((logits + g) / temperature), g of the Gumbel distribution;  (df/dx at y) dy/d
///     logits
///
/// Straight through [3]: df/dx is taken at the unit vector of the largest entry of y instead. The
/// bias goes to zero with the temperature, while the variance grows; straight through it does not
/// vanish. A cost that is linear in y has no bias straight through. Reported values are always
/// those of f at unit vectors, never the relaxed ones. The standard error of the mean is that of
/// independent draws; it does not know of the bias.
///
/// [1] E. Jang, S. Gu and B. Poole. Categorical reparameterization with Gumbel-softmax. ICLR, 2017.
///     Equation 2, section 2.2.
/// [2] C. Maddison, A. Mnih and Y. W. Teh. The concrete distribution. ICLR, 2017.
/// [3] Y. Bengio, N. Leonard and A. Courville. Estimating or propagating gradients through
///     stochastic neurons for conditional computation. 2013.
struct GumbelSoftmax {
  double temperature = 0.5;  ///< finite and > 0
  bool straight_through = false;

  struct State {
    [[nodiscard]] static std::span<double> values() { return {}; }
  };

  [[nodiscard]] std::string name() const;
  [[nodiscard]] static constexpr bool is_unbiased() { return false; }

  /// @throws DomainError  for a temperature out of range
  void check(std::size_t samples) const;

  template <class Q, class O>
  static constexpr void explain() {
    static_assert(detail::HasLogits<Q>,
                  "leibler: GumbelSoftmax relaxes a Categorical; for other models use Pathwise, "
                  "Enumeration or ScoreFunction");
    static_assert(DifferentiableModelExpectation<O> && O::constant_slope == 0.0,
                  "leibler: GumbelSoftmax needs a cost of a point with a coordinate for every "
                  "category, Expectation(f), differentiable and without log q; for divergences of "
                  "categories use Enumeration, which is exact");
  }

  template <detail::HasLogits Q>
  [[nodiscard]] std::size_t sums_size(const Q& q) const {
    return q.parameter_count();
  }

  template <detail::HasLogits Q, DifferentiableModelExpectation O>
  requires(O::constant_slope == 0.0) void add_chunk(const State&, const Q& q, const O& objective,
                                                    const Stream& stream, std::size_t n,
                                                    double* sums, engine::Moments* value,
                                                    Workspace& workspace) const {
    const Workspace::Frame frame(workspace);
    const std::span<const double> logits = q.logits_data();
    const auto y = engine::take_batch(workspace, n, logits.size());
    const auto hard = engine::take_batch(workspace, n, logits.size());
    const auto v = engine::take_batch(workspace, n, logits.size());
    detail::relax(logits, temperature, stream, y, hard);
    const auto evaluate = [&](const Batch& x) {
      return objective.evaluate(x, nullptr, stream.for_purpose(Purpose::minibatch), workspace);
    };
    objective.point_gradient(evaluate(straight_through ? hard : y), v, workspace);
    if (value != nullptr) {
      double* const h = workspace.take(engine::padded(n));
      objective.cost(evaluate(hard), h, nullptr, workspace);
      value->add(h, n);
    }
    detail::add_relaxed_sums(logits, temperature, v, y, sums);
  }

  template <Parametric Q>
  void finish(State&, const Q&, const double* sums, std::size_t samples,
              std::span<double> gradient) const {
    std::copy_n(sums, gradient.size(), gradient.data());
    detail::divide(gradient, samples);
  }
};

}  // namespace leibler::inline v0
