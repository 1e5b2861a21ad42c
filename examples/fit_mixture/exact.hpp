// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include <leibler/leibler.hpp>

// The experiment's target and what is known about it beforehand. These are the only numbers here
// that are not computed by the run; they are printed as "exact" beside those that are.
namespace leibler::examples::fit_mixture {

[[nodiscard]] inline GaussianMixture experiment_target() {
  return {Vector{{0.2, 0.3, 0.2, 0.3}},
          Points{{1, 0}, {6, 4}, {-2, 2}, {4, -2}},
          {Matrix{{1, 0}, {0, 1}}, Matrix{{1, 0.5}, {0.5, 1}}, Matrix{{1, -0.5}, {-0.5, 1}},
           Matrix{{0.5, 0}, {0, 4}}}};
}

/// H(P) in nats, by quadrature in the plane.
inline constexpr double exact_entropy = 4.12251877178177;

/// The best mixture of n components under one objective: both divergences there. By minimising
/// quadratures of the objective from many starts; forward n = 1 is also the Gaussian with P's mean
/// and covariance.
struct ExactOptimum {
  std::string_view objective;
  std::size_t components;
  double forward_kl, reverse_kl;

  [[nodiscard]] double minimised() const {
    return objective == "forward" ? forward_kl : reverse_kl;
  }
};

inline constexpr std::array<ExactOptimum, 8> exact_optima = {{
    {"forward", 1, 0.856699647242, 2.55602565267},
    {"forward", 2, 0.225988670055, 0.4240468638},
    {"forward", 3, 0.0381748507403, 0.045552951527},
    {"forward", 4, 0.0, 0.0},
    {"reverse", 1, 6.45744028946, 0.734669897126},
    {"reverse", 2, 0.366768460412, 0.230895271832},
    {"reverse", 3, 0.041087564037, 0.041545414944},
    {"reverse", 4, 0.0, 0.0},
}};

/// Null where nothing is known.
[[nodiscard]] inline const ExactOptimum* find_exact(std::string_view objective,
                                                    std::size_t components) {
  for (const auto& exact : exact_optima) {
    if (exact.objective == objective && exact.components == components) return &exact;
  }
  return nullptr;
}

}  // namespace leibler::examples::fit_mixture
