// SPDX-License-Identifier: MIT
#pragma once

#include <concepts>
#include <optional>
#include <span>

#include <leibler/models/gaussian_divergence.hpp>

// Formulas for two families of one variable, and where there is none what their supports and tails
// say. Every such family includes this header, so a pair is known wherever both of its families
// are; the formulas themselves are in src/univariate/, none of them costs a user's compile time.
namespace leibler::inline v0 {

namespace detail {

struct Family;

/// A family and its arguments.
struct PlainFamily {
  const Family* family;
  const double* a;
};

template <class P>
concept FamilyLike = requires(const P& p) {
  { p.plain_family() } -> std::same_as<PlainFamily>;
};

[[nodiscard]] std::optional<double> scaled_renyi(const Powers& o, const PlainFamily& p,
                                                 const PlainFamily& q);
[[nodiscard]] std::optional<double> log_shared(const PlainFamily& p, const PlainFamily& q);

/// Of categories, by the logarithms of their probabilities and of the ratios of these.
[[nodiscard]] double renyi_of_categories(const Powers& o, std::span<const double> log_p,
                                         std::span<const double> log_q,
                                         std::span<const double> log_ratios);
/// Of concentrations.
[[nodiscard]] double renyi_of_dirichlets(const Powers& o, std::span<const double> p,
                                         std::span<const double> q);

}  // namespace detail

/// Of two families of one variable, both discrete or both continuous.
///
/// All orders: each of Normal, LogNormal, HalfNormal, Laplace, Exponential, Gamma, InverseGamma,
/// Beta, Uniform, Pareto, VonMises, Poisson, Bernoulli, Geometric with itself; Weibull, Binomial
/// and NegativeBinomial of equal shape, n and r; Gumbel of equal scale; what is the same family
/// under two names (Exponential as Gamma and Weibull, Bernoulli by p and by its logit and as
/// Binomial, Geometric as NegativeBinomial, Uniform(0, 1) as Beta). Cauchy and HalfCauchy: whole
/// orders, 0, 1, 1/2, and all others where the two are near each other.
///
/// Orders 0 and 1, the KL divergences: Weibull, Gumbel, Logistic of equal scale; and every pair
/// whose E_p[log q] is known: q a Normal, HalfNormal, Laplace, Exponential, Gamma, InverseGamma,
/// Weibull, LogNormal, Pareto, Beta, Uniform or Geometric and p a family with the moments that
/// takes.
///
/// Infinite where supports or tails say so, for any two. Nothing elsewhere, and where the terms of
/// such an E_p[log q] cancel so far that less than nine digits would be left.
template <detail::FamilyLike P, detail::FamilyLike Q>
requires(P::is_discrete == Q::is_discrete && !(detail::GaussianLike<P> && detail::GaussianLike<Q>))
    [[nodiscard]] std::optional<double> scaled_renyi(const Powers& o, const P& p, const Q& q) {
  return detail::scaled_renyi(o, p.plain_family(), q.plain_family());
}

/// log q(p > 0), what Renyi{0} is less of.
template <detail::FamilyLike P, detail::FamilyLike Q>
requires(P::is_discrete == Q::is_discrete)  //
    [[nodiscard]] std::optional<double> log_shared(const P& p, const Q& q) {
  return detail::log_shared(p.plain_family(), q.plain_family());
}

}  // namespace leibler::inline v0
