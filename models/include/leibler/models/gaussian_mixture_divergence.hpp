// SPDX-License-Identifier: MIT
#pragma once

#include <concepts>
#include <cstddef>
#include <optional>
#include <vector>

#include <leibler/models/divergence.hpp>
#include <leibler/models/gaussian_divergence.hpp>
#include <leibler/models/types.hpp>

// What is known of two mixtures of Gaussians, a Gaussian of any kind being a mixture of one: two
// divergences exactly, KL between bounds.
namespace leibler::inline v0 {

/// -log(<p, q> / sqrt(<p, p> <q, q>)) with <p, q> = integral p q: symmetric, >= 0, 0 only for equal
/// densities [1].
///
/// [1] R. Jenssen, J. Principe, D. Erdogmus and T. Eltoft. The Cauchy-Schwarz divergence and Parzen
///     windowing. Journal of the Franklin Institute 343, 2006. Equation 5.
struct CauchySchwarz {
  static constexpr const char* name = "CauchySchwarz";
};

/// integral (p - q)^2, in units of one over a volume.
struct SquaredL2 {
  static constexpr const char* name = "SquaredL2";
};

namespace detail {

/// sum_k weights_k N_k; valid while the model lives.
struct GaussianSum {
  std::vector<double> weights;
  std::vector<PlainGaussian> parts;
};

template <class P>
concept GaussianComponents = requires(const P& p) {
  { p.plain_gaussian(std::size_t{}) } -> std::same_as<PlainGaussian>;
  { p.components() } -> std::convertible_to<std::size_t>;
  { p.weights() } -> std::same_as<Vector>;
};

template <class P>
concept GaussianSumLike = GaussianLike<P> || GaussianComponents<P>;

template <GaussianSumLike P>
[[nodiscard]] GaussianSum gaussian_sum(const P& p) {
  if constexpr (GaussianLike<P>) {
    return {{1.0}, {p.plain_gaussian()}};
  } else {
    GaussianSum sum;
    const Vector weights = p.weights();
    for (std::size_t k = 0; k < p.components(); ++k) {
      sum.weights.push_back(weights[static_cast<Index>(k)]);
      sum.parts.push_back(p.plain_gaussian(k));
    }
    return sum;
  }
}

/// Twice as many digits are spent where p is so near q that a double's would be lost.
[[nodiscard]] double cauchy_schwarz(const GaussianSum& p, const GaussianSum& q);
[[nodiscard]] double squared_l2(const GaussianSum& p, const GaussianSum& q);

/// KL(p || q) from outside, see KlBounds.
struct KlOfSums {
  double lower_bound, upper_bound, variational, matched, product;
};
[[nodiscard]] KlOfSums kl_of_sums(const GaussianSum& p, const GaussianSum& q);

/// @throws InvalidArgument  unless the dimensions are the same
void check_same_space(const char* where, std::size_t q, std::size_t p);

}  // namespace detail

/// From the overlaps of all pairs of components, exact; 0 for equal mixtures, with digits for
/// nearly equal ones. @throws InvalidArgument  unless the dimensions are the same
template <detail::GaussianSumLike P, detail::GaussianSumLike Q>
[[nodiscard]] std::optional<double> closed_form(const CauchySchwarz&, const P& p, const Q& q) {
  detail::check_same_space(CauchySchwarz::name, q.dimension(), p.dimension());
  return detail::cauchy_schwarz(detail::gaussian_sum(p), detail::gaussian_sum(q));
}
template <detail::GaussianSumLike P, detail::GaussianSumLike Q>
[[nodiscard]] std::optional<double> closed_form(const SquaredL2&, const P& p, const Q& q) {
  detail::check_same_space(SquaredL2::name, q.dimension(), p.dimension());
  return detail::squared_l2(detail::gaussian_sum(p), detail::gaussian_sum(q));
}

}  // namespace leibler::inline v0
