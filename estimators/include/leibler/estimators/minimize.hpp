// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include <leibler/engine/kernels/elementary.hpp>
#include <leibler/estimators/estimate.hpp>
#include <leibler/estimators/forward_kl.hpp>
#include <leibler/estimators/objective.hpp>
#include <leibler/estimators/reverse_kl.hpp>
#include <leibler/models/divergence.hpp>
#include <leibler/models/reversed.hpp>

namespace leibler::inline v0 {

namespace detail {

/// A divergence as a mean under q: of f(p / q), or a function of the mean of (p / q)^power.
struct RatioCost {
  Generator generator{};
  bool is_power = false;
  double power = 0.0;
  double factor = 1.0;  ///< of the mean; of its logarithm where it is one of a power

  /// From log q and h = log p: h and dh / d(log q) in its place.
  void operator()(const double* log_q, double* h, double* slope, std::size_t n) const;

  /// The divergence from the mean, with the error of the delta method, and its derivative.
  [[nodiscard]] Estimate value(const Estimate& mean) const;
  [[nodiscard]] double derivative(double mean) const;
};

/// @throws DomainError  for an infinite order: a largest is no mean
[[nodiscard]] RatioCost ratio_cost(const LogAffinity& affinity, bool is_reversed);

template <class D>
inline constexpr bool is_reversed_affinity = false;
template <AffinityDivergence D>
inline constexpr bool is_reversed_affinity<Reversed<D>> = true;

/// @throws DomainError  where an argument of d is out of range
template <class D>
[[nodiscard]] RatioCost ratio_cost_of(const D& d) {
  if constexpr (ExpectationDivergence<D>) {
    return {d.generator()};
  } else if constexpr (is_reversed_affinity<D>) {
    return ratio_cost(d.forward().log_affinity(), true);
  } else {
    return ratio_cost(d.log_affinity(), false);
  }
}

}  // namespace detail

/// D(p, q_theta) for any divergence and a target p with a density that integrates to one.
///
///     const Minimize objective(Alpha{0.5}, target);
///     const auto fitted = fit(start, objective, Pathwise{}, Adam{}, options);
///
/// Minimize(Kl{}, p) is ForwardKl(p), Minimize(Reversed(Kl{}), p) is ReverseKl(p). The others are
/// an expectation under the model, E_q[h] with h = f(p / q) - f'(infinity) (p / q - 1) where
/// f'(infinity) is finite, so that the mass of p where q = 0 is counted from draws of q alone;
/// where it is not (Jeffreys, ChiSquared, Alpha of a >= 1) such mass makes the divergence infinite,
/// which draws of q cannot see. Gradients are unbiased.
///
/// Renyi and Bhattacharyya are a logarithm of such an expectation: the trace shows the divergence
/// itself, and the gradient is that of the mean times the logarithm's slope there. That is
/// consistent, with a bias of order 1 / samples. Enumeration and Quadrature have none.
///
/// TotalVariation has no derivative where p = q: 0 is taken for it.
template <class D, class P>
class Minimize {
  static_assert(Divergence<D> || detail::is_reversed_affinity<D>,
                "leibler: Minimize(D, p) needs a divergence: Alpha{0.5}, JensenShannon{}, "
                "Reversed(Kl{}) or so");
  static_assert(
      Density<P> && is_normalized<P>,
      "leibler: Minimize needs a p with a normalised density; for an unnormalised one use "
      "ReverseKl(p), whose value is the negative ELBO, for data ForwardKl(data)");

 public:
  static constexpr bool is_divergence = true;
  static constexpr std::optional<double> constant_slope = std::nullopt;

  struct Evaluation {
    Batch x;
    const double* h;
    const double* slope;
  };

  /// @throws DomainError  where an argument of the divergence is out of range; for a Renyi of
  ///                      infinite order, which is no mean
  Minimize(D d, P p) : d_(std::move(d)), p_(std::move(p)) { (void)detail::ratio_cost_of(d_); }

  [[nodiscard]] static const char* name() { return D::name; }
  [[nodiscard]] std::size_t dimension() const { return p_.dimension(); }
  [[nodiscard]] const P& target() const { return p_; }
  [[nodiscard]] const D& divergence() const { return d_; }

  [[nodiscard]] Evaluation evaluate(const Batch& x, const double* log_q, const Stream&,
                                    Workspace& workspace) const {
    const std::size_t n = engine::padded(x.size);
    double* const h = workspace.take(n);
    double* const slope = workspace.take(n);
    p_.log_density(x, h, workspace);
    detail::ratio_cost_of(d_)(log_q, h, slope, n);
    return {x, h, slope};
  }

  void cost(const Evaluation& at, double* h, double* slope, Workspace&) const {
    const std::size_t n = engine::padded(at.x.size);
    std::copy_n(at.h, n, h);
    if (slope != nullptr) std::copy_n(at.slope, n, slope);
  }

  /// -dh / d(log q) d log p / dx.
  void point_gradient(const Evaluation& at, const MutableBatch& out,
                      Workspace& workspace) const requires Differentiable<P> {
    const Workspace::Frame frame(workspace);
    const std::size_t n = engine::padded(out.size);
    p_.point_gradient(p_.evaluate(at.x, workspace), out, workspace);
    for (std::size_t j = 0; j < out.dimension; ++j) {
      double* const column = out.data + j * out.stride;
      engine::kernels::multiply(column, at.slope, column, n);
      engine::kernels::shift_scale(column, 0.0, -1.0, n);
    }
  }

  /// The divergence from the mean of h, and its derivative by that mean.
  [[nodiscard]] Estimate of_mean(const Estimate& mean) const requires(!ExpectationDivergence<D>) {
    return detail::ratio_cost_of(d_).value(mean);
  }
  [[nodiscard]] double slope_at(double mean) const requires(!ExpectationDivergence<D>) {
    return detail::ratio_cost_of(d_).derivative(mean);
  }

 private:
  D d_;
  P p_;
};

template <class P>
class Minimize<Kl, P> : public ForwardKl<P> {
 public:
  Minimize(Kl, P p) : ForwardKl<P>(std::move(p)) {}
};

template <class P>
class Minimize<Reversed<Kl>, P> : public ReverseKl<P> {
 public:
  Minimize(const Reversed<Kl>&, P p) : ReverseKl<P>(std::move(p)) {}
};

}  // namespace leibler::inline v0
