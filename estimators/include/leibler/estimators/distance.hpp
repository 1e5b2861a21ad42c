// SPDX-License-Identifier: MIT
#pragma once

#include <concepts>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include <leibler/estimators/divergence_estimate.hpp>
#include <leibler/models/gaussian_mixture_divergence.hpp>
#include <leibler/models/wasserstein.hpp>

// Wasserstein2, CauchySchwarz, SquaredL2: what is no integral of a function of p / q, and has
// formulas alone, or quantiles.
namespace leibler::inline v0 {

/// A divergence that is known by its formulas only: it has a name and closed_form for some pairs.
template <class D>
concept FormulaDivergence = !Divergence<D> && requires {
  { D::name } -> std::convertible_to<std::string>;
};

namespace detail {

/// Points of a line with their masses.
struct Atoms {
  std::vector<double> x, mass;
};

/// Probabilities, or data.
template <class P>
concept HasAtoms = (Enumerable<P> && (is_discrete<P> || !Density<P>)) ||
                   (is_discrete<P> && HasQuantiles<P>);

/// The whole numbers between far quantiles with their probabilities; nothing if those are more than
/// a million.
[[nodiscard]] std::optional<Atoms> atoms_between_quantiles(const QuantileLine& p);

template <HasAtoms P>
[[nodiscard]] std::optional<Atoms> atoms_of(const P& p) {
  if constexpr (Enumerable<P>) {
    const Points points = p.points();
    const Vector mass = probabilities_of(p);
    return Atoms{{points.data(), points.data() + points.rows()},
                 {mass.data(), mass.data() + mass.size()}};
  } else {
    return atoms_between_quantiles(quantile_line(p));
  }
}

[[nodiscard]] Estimate wasserstein(Atoms p, Atoms q);
/// The root of the integral of (F^-1(u) - G^-1(u))^2, 0 < u < 1.
[[nodiscard]] Estimate wasserstein(const QuantileLine& p, const QuantileLine& q);

/// @throws InvalidArgument  always: options.method does not apply to this divergence
[[noreturn]] void no_formula_method(Method method);

}  // namespace detail

/// D(p, q) of a divergence that has no way but formulas; Wasserstein2 of one variable also by sums
/// over atoms (enumeration) and by an integral over quantiles (quadrature, with its error bound).
///
///     const Estimate w = divergence(Wasserstein2{}, Normal(0.0, 1.0), Exponential(1.0));
///
/// @throws InvalidArgument  for a method that does not apply, or dimensions that differ
template <FormulaDivergence D, class P, class Q>
[[nodiscard]] Estimate divergence(const D& d, const P& p, const Q& q,
                                  const DivergenceOptions& options = {}) {
  constexpr bool has_formula = HasClosedForm<D, P, Q>;
  constexpr bool is_of_order_2 = std::is_same_v<D, Wasserstein2>;
  constexpr bool has_atoms = is_of_order_2 && detail::HasAtoms<P> && detail::HasAtoms<Q>;
  constexpr bool has_quantiles = is_of_order_2 && !is_discrete<P> && !is_discrete<Q> &&
                                 detail::HasQuantiles<P> && detail::HasQuantiles<Q>;
  static_assert(has_formula || has_atoms || has_quantiles,
                "leibler: divergence has no formula for this divergence of these, and it cannot be "
                "sampled; Wasserstein2 has one for Gaussians and for one variable with quantiles, "
                "CauchySchwarz and SquaredL2 for mixtures of Gaussians");
  detail::check_same_dimension(detail::divergence_call, q.dimension(), p.dimension());
  const auto may = [&](Method method) { return options.method.value_or(method) == method; };
  if constexpr (has_formula) {
    if (may(Method::closed_form)) {
      if (const std::optional<double> value = closed_form(d, p, q)) {
        return {*value, 0.0, 0, Method::closed_form, true};
      }
    }
  }
  if constexpr (has_atoms) {
    constexpr Method method =
        Enumerable<P> && Enumerable<Q> ? Method::enumeration : Method::quadrature;
    if (may(method) && p.dimension() == 1) {
      const auto of_p = detail::atoms_of(p), of_q = detail::atoms_of(q);
      if (of_p && of_q) {
        Estimate e = detail::wasserstein(*of_p, *of_q);
        e.method = method;
        return e;
      }
    }
  }
  if constexpr (has_quantiles) {
    if (may(Method::quadrature)) {
      return detail::wasserstein(detail::quantile_line(p), detail::quantile_line(q));
    }
  }
  detail::no_formula_method(options.method.value_or(Method::monte_carlo));
}

}  // namespace leibler::inline v0
