// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include <leibler/models/gaussian.hpp>
#include <leibler/models/gaussian_mixture.hpp>

// The target of the mixture experiment and what is known about it, by quadrature to 12 digits.
namespace leibler::test {

/// Four components in two dimensions.
inline GaussianMixture seed_mixture() {
  return GaussianMixture(Vector{{0.2, 0.3, 0.2, 0.3}}, Points{{1, 0}, {6, 4}, {-2, 2}, {4, -2}},
                         {Matrix::Identity(2, 2), Matrix{{1, 0.5}, {0.5, 1}},
                          Matrix{{1, -0.5}, {-0.5, 1}}, Matrix{{0.5, 0}, {0, 4}}});
}

/// Its mean and covariance: the one Gaussian nearest to it in KL(p || q).
inline Gaussian nearest_gaussian() {
  return Gaussian(Vector{{2.8, 1.0}}, Matrix{{9.61, 1.25}, {1.25, 7.70}});
}

inline constexpr double seed_entropy = 4.12251877178177;
inline constexpr double kl_to_nearest_gaussian = 0.856699647242;
inline constexpr double kl_from_nearest_gaussian = 2.55602565267;
inline constexpr double nll_of_nearest_gaussian = 4.97921841902405;

/// KL(p || q) at the best q of n = 1, ..., 4 components, and KL(q || p) likewise.
inline constexpr double best_forward_kl[] = {0.856699647242, 0.225988670055, 0.0381748507403, 0.0};
inline constexpr double best_reverse_kl[] = {0.734669897126, 0.230895271832, 0.041545414944, 0.0};

}  // namespace leibler::test
