// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <utility>

#include <leibler/engine/chunks.hpp>
#include <leibler/estimators/gradient_estimator.hpp>

// Gradient estimators of draws that depend on each other: each wraps another one, whose mean it
// keeps and whose variance it changes. They fit where the other does.
namespace leibler::inline v0 {

namespace detail {

/// @throws InvalidArgument  where an estimator compares a draw with others that now depend on it
void refuse_comparison(const char* where, const std::string& inner);

/// Adds the means of `group` neighbours to value.
void add_group_means(const double* h, std::size_t n, std::size_t group, engine::Moments& value);

/// What the estimators below have in common.
template <class E, engine::Dependence dependence>
struct DependentDraws {
  E inner{};

  using State = typename E::State;

  [[nodiscard]] bool is_unbiased() const { return estimator_is_unbiased(inner); }

  template <class Q>
  void check(const char* where, std::size_t samples, const Q& q) const {
    if constexpr (requires { inner.compares_draws(); }) {
      if (inner.compares_draws()) refuse_comparison(where, estimator_name(inner));
    }
    check_estimator(inner, samples, q);
  }
  template <Parametric Q>
  [[nodiscard]] std::size_t sums_size(const Q& q) const {
    return inner.sums_size(q);
  }

  template <Parametric Q, ModelExpectation O>
  requires(draws_can_depend<Q>&& GradientEstimator<E, Q, O>) void add_chunk(
      const State& state, const Q& q, const O& objective, const Stream& stream, std::size_t n,
      double* sums, engine::Moments* value, Workspace& workspace) const {
    Stream dependent = stream;
    dependent.dependence = dependence;
    inner.add_chunk(state, q, objective, dependent, n, sums, nullptr, workspace);
    if (value == nullptr) return;
    // their costs once more, because the error of a mean is that of groups
    const Workspace::Frame frame(workspace);
    const std::size_t padded = engine::padded(n);
    const auto x = engine::take_batch(workspace, n, q.dimension());
    double* const log_q = workspace.take(padded);
    double* const h = workspace.take(padded);
    double* const slope = workspace.take(padded);
    q.sample(dependent, x, workspace);
    q.log_density(x, log_q, workspace);
    objective.cost(objective.evaluate(x, log_q, stream.for_purpose(Purpose::minibatch), workspace),
                   h, slope, workspace);
    add_group_means(h, n, dependence == engine::Dependence::mirrored ? 2 : n, *value);
  }

  template <Parametric Q>
  void finish(State& state, const Q& q, const double* sums, std::size_t samples,
              std::span<double> gradient) const {
    inner.finish(state, q, sums, samples, gradient);
  }

 protected:
  template <class Q, class O>
  static constexpr void explain() {
    explain_estimator<Q, O, E>();
    static_assert(draws_can_depend<Q>,
                  "leibler: Antithetic and QuasiMonteCarlo need a model whose draws can depend on "
                  "each other (Gaussian, DiagonalGaussian, GaussianMixture, Normal); for this one "
                  "use the estimator inside alone");
  }
};

}  // namespace detail

/// Another estimator with antithetic draws [1]: pairs from z and -z, u and 1 - u. The mean is the
/// same; the variance falls where the gradient is nearly odd around the median, to zero where it is
/// linear, and doubles at worst, where it is even. Standard errors of values are those of pairs.
///
///     Antithetic{Pathwise{}}
///
/// A mixture pairs within a component, up to a neighbour at each border. An estimator that compares
/// a draw with the others of its chunk (leave-one-out, optimal baseline) would be biased, and is
/// refused.
///
/// [1] J. Hammersley and K. Morton. A new Monte Carlo technique: antithetic variates. Proceedings
/// of
///     the Cambridge Philosophical Society 52, 1956.
template <class E>
struct Antithetic : detail::DependentDraws<E, engine::Dependence::mirrored> {
  using Base = detail::DependentDraws<E, engine::Dependence::mirrored>;

  explicit Antithetic(E estimator) : Base{std::move(estimator)} {}

  [[nodiscard]] std::string name() const {
    return "Antithetic, " + detail::estimator_name(this->inner);
  }
  template <class Q, class O>
  static constexpr void explain() {
    Base::template explain<Q, O>();
  }
  /// @throws InvalidArgument
  template <class Q>
  void check(std::size_t samples, const Q& q) const {
    Base::check("Antithetic", samples, q);
  }
};

/// Another estimator with randomised quasi-Monte Carlo draws [1]: the draws of each chunk are the
/// points of a Sobol sequence with a random digital shift of its own, mapped to the model. The mean
/// is the same; for smooth costs of few dimensions the variance falls nearly as the square of the
/// number of draws in a chunk, 512 where there are 8 dimensions or fewer. Standard errors of values
/// are those of chunks, and infinite for a single one. A mixture's components are drawn
/// independently. Costs about 100 ns a coordinate.
///
///     QuasiMonteCarlo{Pathwise{}}
///
/// [1] A. Buchholz, F. Wenzel and S. Mandt. Quasi-Monte Carlo variational inference. ICML, 2018.
template <class E>
struct QuasiMonteCarlo : detail::DependentDraws<E, engine::Dependence::low_discrepancy> {
  using Base = detail::DependentDraws<E, engine::Dependence::low_discrepancy>;

  explicit QuasiMonteCarlo(E estimator) : Base{std::move(estimator)} {}

  [[nodiscard]] std::string name() const {
    return "QuasiMonteCarlo, " + detail::estimator_name(this->inner);
  }
  template <class Q, class O>
  static constexpr void explain() {
    Base::template explain<Q, O>();
  }
  /// @throws InvalidArgument
  template <class Q>
  void check(std::size_t samples, const Q& q) const {
    Base::check("QuasiMonteCarlo", samples, q);
  }
};

/// Another estimator with the same random numbers in every step: the mean of the costs becomes one
/// function of the parameters (a sample average), whose minimum is off by the noise of those draws,
/// and which any optimizer follows without noise. Between two runs with the same seed, random
/// numbers are common anyway.
template <class E>
struct CommonRandomNumbers {
  E inner{};

  using State = typename E::State;

  explicit CommonRandomNumbers(E estimator) : inner(std::move(estimator)) {}

  [[nodiscard]] std::string name() const {
    return "CommonRandomNumbers, " + detail::estimator_name(inner);
  }
  /// Of one function of the parameters, not of the objective.
  [[nodiscard]] static constexpr bool is_unbiased() { return false; }
  template <class Q, class O>
  static constexpr void explain() {
    detail::explain_estimator<Q, O, E>();
  }
  template <class Q>
  void check(std::size_t samples, const Q& q) const {
    detail::check_estimator(inner, samples, q);
  }
  template <Parametric Q>
  [[nodiscard]] std::size_t sums_size(const Q& q) const {
    return inner.sums_size(q);
  }
  template <Parametric Q, Objective O>
  requires GradientEstimator<E, Q, O>
  void add_chunk(const State& state, const Q& q, const O& objective, const Stream& stream,
                 std::size_t n, double* sums, engine::Moments* value, Workspace& workspace) const {
    Stream first = stream;
    first.step = 0;
    inner.add_chunk(state, q, objective, first, n, sums, value, workspace);
  }
  template <Parametric Q>
  void finish(State& state, const Q& q, const double* sums, std::size_t samples,
              std::span<double> gradient) const {
    inner.finish(state, q, sums, samples, gradient);
  }
};

}  // namespace leibler::inline v0
