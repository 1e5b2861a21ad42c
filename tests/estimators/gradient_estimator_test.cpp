// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE estimators_gradient_estimator
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>

#include <leibler/estimators/estimator_conformance.hpp>
#include <leibler/leibler.hpp>

#include "doc_blocks.hpp"
#include "fits.hpp"
#include "seed_mixture.hpp"

using namespace leibler;
using namespace leibler::test;

// The estimator of docs/adding_an_estimator.md.

/// The score function gradient with the smallest cost of the step before as its baseline.
struct BestSoFar {
  struct State {
    std::array<double, 1> best = {0.0};
    [[nodiscard]] std::span<double> values() { return best; }
  };

  template <class Q, class O>
  static constexpr void explain() {
    static_assert(leibler::ModelExpectation<O>,
                  "BestSoFar is for expectations under the model: ReverseKl(p)");
  }

  template <leibler::Parametric Q>
  [[nodiscard]] std::size_t sums_size(const Q& q) const {
    return q.gradient_sums_size() + 1;  // and the sum of costs
  }

  template <leibler::Parametric Q, leibler::ModelExpectation O>
  void add_chunk(const State& state, const Q& q, const O& objective, const leibler::Stream& stream,
                 std::size_t n, double* sums, leibler::engine::Moments* value,
                 leibler::Workspace& workspace) const {
    const leibler::Workspace::Frame frame(workspace);
    const std::size_t padded = leibler::engine::padded(n);
    const auto x = leibler::engine::take_batch(workspace, n, q.dimension());
    q.sample(stream, x, workspace);
    const auto at = q.evaluate(x, workspace);
    double* const log_q = workspace.take(padded);
    double* const h = workspace.take(padded);
    double* const slope = workspace.take(padded);
    q.log_density(at, log_q);
    const auto minibatch = stream.for_purpose(leibler::Purpose::minibatch);
    objective.cost(objective.evaluate(x, log_q, minibatch, workspace), h, slope, workspace);
    if (value != nullptr) value->add(h, n);
    for (std::size_t i = 0; i < n; ++i) {
      sums[q.gradient_sums_size()] += h[i];
      h[i] += slope[i] - state.best[0];
    }
    q.add_gradient_sums(at, h, sums, workspace);
  }

  template <leibler::Parametric Q>
  void finish(State& state, const Q& q, const double* sums, std::size_t samples,
              std::span<double> gradient) const {
    const auto count = static_cast<double>(samples);
    q.parameter_gradient(sums, gradient);
    for (double& g : gradient) g /= count;
    state.best[0] = std::min(state.best[0], sums[q.gradient_sums_size()] / count);
  }
};

static_assert(leibler::GradientEstimator<BestSoFar, leibler::GaussianMixture,
                                         leibler::ReverseKl<leibler::GaussianMixture>>);

BOOST_AUTO_TEST_CASE(the_documents_code_is_this_code) {
  check_code_is_compiled("adding_an_estimator.md", "estimators/gradient_estimator_test.cpp");
}

BOOST_AUTO_TEST_CASE(a_users_estimator_keeps_the_promises_of_the_concept) {
  const auto p = seed_mixture();
  const auto q = leibler::GaussianMixture::random(2, 2, {4});
  const auto violations = leibler::check_gradient_estimator(BestSoFar{}, q, leibler::ReverseKl(p));
  for (const auto& v : violations) BOOST_ERROR(v);
}

BOOST_AUTO_TEST_CASE(a_users_estimator_fits) {
  const Gaussian p = nearest_gaussian();
  const auto fitted = fit(leibler::Gaussian::standard(2), leibler::ReverseKl(p), BestSoFar{},
                          Adam{.learning_rate = cosine_decay(0.05)}, {.steps = 1500});
  BOOST_TEST((fitted.status.outcome == FitStatus::Outcome::finished));
  BOOST_TEST(gaussian_kl(fitted.model, p) < 1e-3);
}

// docs/determinism.md: where the estimator follows its rules, threads change nothing.
BOOST_AUTO_TEST_CASE(a_users_estimator_gives_the_same_bits_on_two_threads) {
  const auto run = [](int threads) {
    return numbers_of(fit(GaussianMixture::random(2, 2, {4}), ReverseKl(seed_mixture()),
                          BestSoFar{}, Adam{},
                          {.steps = 5, .samples = 20'000, .threads = {threads}}));
  };
  BOOST_TEST(run(1) == run(2));
}
