// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include <leibler/leibler.hpp>

#include "../support/interrupt.hpp"
#include "../support/progress.hpp"
#include "../support/results.hpp"
#include "unit_normal.hpp"

namespace leibler::examples::gradient_variance {

/// One estimator at one cost and number of draws.
struct Measured {
  std::string estimator;
  std::size_t samples = 0, repeats = 0;
  Estimate mean, variance;  ///< of a gradient; of one draw: N times the gradient's
  std::optional<double> exact_mean, exact_variance;  ///< where they are known
  double seconds = 0.0;                              ///< of one thread for one draw

  [[nodiscard]] double work() const { return variance.value * seconds; }
};

/// Draws `repeats` gradients of one estimator; none where Ctrl-C came first.
template <class O, class E>
[[nodiscard]] std::optional<Measured> measure(const UnitNormal& q, const O& objective,
                                              const E& estimator, CompareOptions options,
                                              ProgressBar& bar) {
  if (interrupted()) return {};
  const StopOnInterrupt stop;
  options.stop = stop.token();
  options.progress = [&](std::size_t done, std::size_t all) {
    const std::size_t block = detail::repeats_of_block;
    bar.add(options.samples * (done == all && all % block != 0 ? all % block : block));
  };
  try {
    const auto comparison = compare_gradients(q, objective, options, estimator);
    if (interrupted()) return {};
    const EstimatorMoments& row = comparison.estimators.front();
    const GradientMoments& moments = row.parameters.front();
    return Measured{row.name, options.samples, row.repeats, moments.mean, moments.variance, {},
                    {},       row.seconds};
  } catch (const RuntimeError&) {
    if (interrupted()) return {};
    throw;
  }
}

/// Every number of it, under the name `which`.
inline void add_measured(Results& results, const std::string& which, const Measured& one) {
  const auto n = static_cast<double>(one.samples);
  results.add("mean of the gradient", which, one.mean);
  results.add("variance of the gradient", which, one.variance.value / n,
              one.variance.standard_error / n, to_string(one.variance.method));
  results.add("N x variance", which, one.variance);
  if (one.exact_mean) {
    results.add("mean of the gradient, exact", which, *one.exact_mean, 0.0, "reference");
  }
  if (one.exact_variance) {
    results.add("N x variance, exact", which, *one.exact_variance, 0.0, "reference");
  }
  results.add("ns a draw", which, 1e9 * one.seconds, 0.0, "measured");
}

}  // namespace leibler::examples::gradient_variance
