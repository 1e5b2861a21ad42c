// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "plain_mixture.hpp"
#include "plain_random.hpp"

namespace leibler::benchmarks::plain {

struct FitSettings {
  std::size_t steps, samples;
  double learning_rate;
  unsigned seed;
};

enum class Direction { forward, reverse };

struct Fitted {
  std::vector<double> theta;
  double objective;  // the mean of the last tenth of the steps
};

/// The whole fit of a mixture in two dimensions to another by Adam: maximum likelihood of draws
/// from the target (forward), or the score function without a baseline (reverse). Everything is one
/// loop over points; the objective costs an addition a point, because log q is known anyway.
template <Direction direction, class Engine,
          Responsibilities responsibilities = Responsibilities::recomputed>
[[nodiscard]] Fitted fit(Mixture<2> target, std::size_t components, std::vector<double> theta,
                         const FitSettings& settings) {
  Random<Engine> random(settings.seed);
  Mixture<2, responsibilities> q(components, theta);
  const std::size_t size = theta.size();
  std::vector<double> sums(q.sums_size()), gradient(size), first(size, 0.0), second(size, 0.0);
  const auto n = static_cast<double>(settings.samples);
  double objective = 0.0;
  for (std::size_t step = 0; step < settings.steps; ++step) {
    std::fill(sums.begin(), sums.end(), 0.0);
    double cost = 0.0;
    for (std::size_t i = 0; i < settings.samples; ++i) {
      double x[2];
      if constexpr (direction == Direction::forward) {
        target.sample(random, x);
        const double log_q = q.log_density(x);
        cost -= log_q;
        q.add_gradient_sums(log_q, -1.0 / n, sums.data());
      } else {
        q.sample(random, x);
        const double log_q = q.log_density(x);
        const double h = log_q - target.log_density(x);
        cost += h;
        q.add_gradient_sums(log_q, h / n, sums.data());
      }
    }
    q.parameter_gradient(sums.data(), gradient);
    const auto t = static_cast<double>(step + 1);
    const double rest1 = 1.0 - std::pow(0.9, t), rest2 = 1.0 - std::pow(0.999, t);
    for (std::size_t j = 0; j < size; ++j) {
      first[j] = 0.9 * first[j] + 0.1 * gradient[j];
      second[j] = 0.999 * second[j] + 0.001 * gradient[j] * gradient[j];
      theta[j] -=
          settings.learning_rate * (first[j] / rest1) / (std::sqrt(second[j] / rest2) + 1e-8);
    }
    q.assign(theta);
    if (step >= settings.steps - settings.steps / 10) objective += cost / n;
  }
  return {theta, objective / static_cast<double>(settings.steps / 10)};
}

}  // namespace leibler::benchmarks::plain
