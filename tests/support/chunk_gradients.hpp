// SPDX-License-Identifier: MIT
#pragma once

#include <boost/test/unit_test.hpp>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include <leibler/engine/moments.hpp>
#include <leibler/estimators/gradient_estimator.hpp>

namespace leibler::test {

/// The gradient of `repeats` steps of one chunk of n points each: one Moments a parameter. The
/// state goes on from step to step.
template <class E, class Q, class O>
[[nodiscard]] std::vector<engine::Moments> chunk_gradients(const E& estimator, const Q& q,
                                                           const O& objective, std::size_t n,
                                                           std::size_t repeats, Seed seed = {1}) {
  typename E::State state{};
  std::vector<double> sums(estimator.sums_size(q)), gradient(q.parameter_count());
  std::vector<engine::Moments> moments(gradient.size());
  for (std::size_t step = 0; step < repeats; ++step) {
    std::fill(sums.begin(), sums.end(), 0.0);
    estimator.add_chunk(std::as_const(state), q, objective, Stream{seed, Purpose::sample, step, 0},
                        n, sums.data(), nullptr, Workspace::of_thread());
    estimator.finish(state, q, sums.data(), n, std::span(gradient));
    for (std::size_t j = 0; j < gradient.size(); ++j) moments[j].add(&gradient[j], 1);
  }
  return moments;
}

/// The means are within seven standard errors of what they should be.
inline void check_means(const std::vector<engine::Moments>& found,
                        const std::vector<double>& expected) {
  BOOST_TEST_REQUIRE(found.size() == expected.size());
  for (std::size_t j = 0; j < found.size(); ++j) {
    BOOST_TEST_CONTEXT("parameter " << j << ": " << found[j].mean() << " +- "
                                    << found[j].standard_error() << ", expected " << expected[j]) {
      BOOST_TEST(std::abs(found[j].mean() - expected[j]) <= 7 * found[j].standard_error() + 1e-8);
    }
  }
}

[[nodiscard]] inline double total_variance(const std::vector<engine::Moments>& moments) {
  double total = 0.0;
  for (const auto& m : moments) total += m.variance();
  return total;
}

}  // namespace leibler::test
