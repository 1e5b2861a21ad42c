// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>
#include <cstddef>
#include <vector>

#include <leibler/leibler.hpp>

// The experiment of the main job: a mixture of four Gaussians in the plane, fitted by mixtures of
// one to four by either divergence, 5000 steps of Adam with 500 samples each.
namespace leibler::benchmarks {

inline GaussianMixture target() {
  return GaussianMixture(Vector{{0.2, 0.3, 0.2, 0.3}}, Points{{1, 0}, {6, 4}, {-2, 2}, {4, -2}},
                         {Matrix{{1, 0}, {0, 1}}, Matrix{{1, 0.5}, {0.5, 1}},
                          Matrix{{1, -0.5}, {-0.5, 1}}, Matrix{{0.5, 0}, {0, 4}}});
}

/// Means on a ring around the target, covariances 4 I: every fit by four components finds them.
inline GaussianMixture start(std::size_t components) {
  const auto n = static_cast<Index>(components);
  Points means(n, 2);
  for (Index k = 0; k < n; ++k) {
    const double angle = 1.5 * static_cast<double>(k) + 0.3;
    means.row(k) << 3.0 * std::cos(angle), 3.0 * std::sin(angle) + 1.0;
  }
  return GaussianMixture(Vector::Constant(n, 1.0 / static_cast<double>(n)), means,
                         std::vector<Matrix>(components, 4.0 * Matrix::Identity(2, 2)));
}

inline std::vector<double> parameters_of(const GaussianMixture& q) {
  std::vector<double> theta(q.parameter_count());
  q.parameters(theta);
  return theta;
}

inline const Adam optimizer{.learning_rate = 0.01};

inline FitOptions options(std::size_t steps = 5000, std::size_t samples = 500) {
  return {.steps = steps, .samples = samples, .seed = {42}, .threads = {1}};
}

}  // namespace leibler::benchmarks
