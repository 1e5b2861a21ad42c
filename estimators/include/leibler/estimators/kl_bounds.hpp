// SPDX-License-Identifier: MIT
#pragma once

#include <iosfwd>
#include <string>

#include <leibler/estimators/divergence_estimate.hpp>
#include <leibler/models/gaussian_mixture_divergence.hpp>

namespace leibler::inline v0 {

/// What is known of KL(p || q) of mixtures of Gaussians, which has no formula: bounds that hold,
/// approximations that may be off on either side, and the sampled value, in nats.
///
/// All but that come from KL and overlap of the pairs of components. For one component on each side
/// the bounds, the variational and the matched approximation are the KL itself; the product
/// approximation is not, it is too low.
///
/// [1] J. Hershey and P. Olsen. Approximating the Kullback Leibler divergence between Gaussian
///     mixture models. ICASSP, 2007.
/// [2] J. Goldberger, S. Gordon and H. Greenspan. An efficient image similarity measure based on
///     approximations of KL-divergence between two Gaussian mixtures. ICCV, 2003.
/// [3] J.-L. Durrieu, J.-P. Thiran and F. Kelly. Lower and upper bounds for approximation of the
///     Kullback-Leibler divergence between Gaussian mixture models. ICASSP, 2012.
struct KlBounds {
  double lower_bound;  ///< of [3], or 0
  double upper_bound;  ///< the variational one of [1], which is below the convexity bound, or that
                       ///< of [3]: the lesser
  double variational;  ///< the approximation of [1]; 0 for equal mixtures
  double matched;      ///< that of [2]: every component of p with the nearest of q
  double product;      ///< that of [1] by overlaps of components
  Estimate sampled;

  [[nodiscard]] std::string to_json() const;
};

std::ostream& operator<<(std::ostream& out, const KlBounds& bounds);

/// Costs O((K_p^2 + K_p K_q) d^3), and the draws that options ask for.
///
///     std::cout << kl_bounds(p, q, {.samples = 1'000'000, .seed = {1}}) << '\n';
///
/// @throws InvalidArgument, DomainError  for options out of range or dimensions that differ
template <class P, class Q>
[[nodiscard]] KlBounds kl_bounds(const P& p, const Q& q, const DivergenceOptions& options = {}) {
  constexpr bool are_sums = detail::GaussianSumLike<P> && detail::GaussianSumLike<Q>;
  static_assert(are_sums, "leibler: kl_bounds needs mixtures of Gaussians, or single Gaussians");
  if constexpr (are_sums) {
    detail::check_same_space("kl_bounds", q.dimension(), p.dimension());
    DivergenceOptions sampling = options;
    sampling.method = Method::monte_carlo;
    const auto known = detail::kl_of_sums(detail::gaussian_sum(p), detail::gaussian_sum(q));
    return {known.lower_bound, known.upper_bound, known.variational,
            known.matched,     known.product,     divergence(Kl{}, p, q, sampling)};
  }
}

}  // namespace leibler::inline v0
