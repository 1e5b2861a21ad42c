// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE estimators_stratified
#include <boost/test/unit_test.hpp>

#include <cmath>
#include <cstddef>
#include <numeric>
#include <vector>

#include <leibler/estimators/adam.hpp>
#include <leibler/estimators/compare_gradients.hpp>
#include <leibler/estimators/expectation_objective.hpp>
#include <leibler/estimators/fit.hpp>
#include <leibler/estimators/minimize.hpp>
#include <leibler/estimators/reverse_kl.hpp>
#include <leibler/estimators/score_function.hpp>
#include <leibler/estimators/stratified.hpp>
#include <leibler/models/gaussian_mixture.hpp>

#include "fits.hpp"
#include "says.hpp"
#include "seed_mixture.hpp"

using namespace leibler;
using namespace leibler::test;
namespace tt = boost::test_tools;

namespace {

// Three unlike components in d dimensions, one narrow along a diagonal, one of weight 0.01.
GaussianMixture mixture(Index d) {
  Points means = Points::Zero(3, d);
  means(0, 0) = 2.0;
  means(1, d - 1) = -1.0;
  Matrix narrow = Matrix::Constant(d, d, 0.99);
  narrow.diagonal().setConstant(1.0);
  return {Vector{{0.3, 0.69, 0.01}},
          means,
          {narrow, 0.5 * Matrix::Identity(d, d), 3.0 * Matrix::Identity(d, d)}};
}

// Both gradients are of the same thing: every paired difference is within 7 standard errors of 0.
template <class O>
void check_agreement(const GaussianMixture& q, const O& objective, double largest_share) {
  const auto all =
      compare_gradients(q, objective, {.repeats = 3000, .samples = 64, .seed = {11}},
                        ScoreFunction{.baseline = Baseline::leave_one_out}, Stratified{});
  for (const auto& row : all.estimators) {
    for (const auto& one : row.parameters) BOOST_TEST(std::abs(one.bias_score()) < 7);
  }
  const auto& [score, stratified] = std::tie(all.estimators[0], all.estimators[1]);
  BOOST_TEST(stratified.total_variance() < largest_share * score.total_variance());
}

}  // namespace

BOOST_AUTO_TEST_CASE(gradients_are_those_of_the_score_function_and_vary_less) {
  check_agreement(mixture(1), ReverseKl(GaussianMixture::random(2, 1, Seed{3})), 0.5);
  check_agreement(mixture(2), ReverseKl(seed_mixture()), 0.5);
  check_agreement(mixture(3), ReverseKl(GaussianMixture::random(4, 3, Seed{5}, {.spread = 2.0})),
                  0.5);
  check_agreement(mixture(2),
                  Expectation([](const auto& x) { return x[0] * x[0] * x[1] + exp(0.1 * x[1]); }),
                  0.5);
}

BOOST_AUTO_TEST_CASE(slopes_that_vary_count) {
  check_agreement(mixture(2),
                  Minimize(Alpha{0.5}, mixture(2).with_parameters(
                                           parameters_of(GaussianMixture::random(3, 2, Seed{8})))),
                  1.0);
}

BOOST_AUTO_TEST_CASE(one_component_is_the_path_of_a_gaussian) {
  const Gaussian one(Vector{{1.0, -1.0}}, Matrix{{2.0, 0.5}, {0.5, 1.0}});
  const GaussianMixture q(Vector{{1.0}}, Points{{1.0, -1.0}}, {Matrix{{2.0, 0.5}, {0.5, 1.0}}});
  const auto cost = [](const auto& x) { return x[0] * x[0] + x[0] * x[1]; };
  const auto all = compare_gradients(q, Expectation(cost),
                                     {.repeats = 2000, .samples = 50, .seed = {2}}, Stratified{});
  // E = m0^2 + s00 + m0 m1 + s01, s = L L^T; of log L_00, L_10, log L_11
  const double l = std::sqrt(2.0), b = 0.5 / l;
  const double exact[] = {0.0, 2 * 1.0 - 1.0, 1.0, l * (2 * l + b), l, 0.0};
  for (std::size_t k = 0; k < 6; ++k) {
    const Estimate& mean = all.estimators[0].parameters[k].mean;
    BOOST_TEST(std::abs(mean.value - exact[k]) <= 7 * mean.standard_error + 1e-15,
               k << ": " << mean);
  }
}

BOOST_AUTO_TEST_CASE(draws_are_shared_out_by_weight) {
  const auto counts = [](std::vector<double> weights, std::size_t n) {
    std::vector<std::size_t> all(weights.size());
    detail::allocate_strata(weights, n, all.data());
    BOOST_TEST(std::accumulate(all.begin(), all.end(), std::size_t{0}) == n);
    return all;
  };
  using List = std::vector<std::size_t>;
  BOOST_TEST(counts({0.5, 0.5}, 10) == (List{5, 5}), tt::per_element());
  BOOST_TEST(counts({0.5, 0.5, 0.0}, 11) == (List{5, 5, 1}), tt::per_element());
  BOOST_TEST(counts({1.0, 0.0}, 100) == (List{99, 1}), tt::per_element());
  BOOST_TEST(counts({0.2, 0.3, 0.2, 0.3}, 4) == (List{1, 1, 1, 1}), tt::per_element());
  BOOST_TEST(counts({1.0 / 3, 1.0 / 3, 1.0 / 3 + 1e-15}, 11) == (List{4, 3, 4}), tt::per_element());
}

BOOST_AUTO_TEST_CASE(a_fit_finds_the_target_again_on_any_number_of_threads) {
  const auto run = [](int threads) {
    return fit(GaussianMixture::random(4, 2, Seed{1}, {.spread = 2.0}), ReverseKl(mixture(2)),
               Stratified{}, Adam{.learning_rate = 0.05},
               {.steps = 300, .samples = 1100, .seed = {3}, .threads = {threads}});
  };
  const auto fitted = run(1);
  BOOST_TEST(fitted.trace.back().objective.value < 0.1);
  BOOST_TEST(numbers_of(run(2)) == numbers_of(fitted), tt::per_element());
}

BOOST_AUTO_TEST_CASE(a_chunk_needs_a_draw_of_each_component) {
  const auto q = GaussianMixture::random(20, 2, Seed{1});
  BOOST_CHECK_EXCEPTION(
      (void)fit(q, ReverseKl(seed_mixture()), Stratified{}, Adam{}, {.steps = 1, .samples = 19}),
      InvalidArgument,
      says("Stratified: options.samples = 19 gives a chunk 19 draws; must give every chunk a draw "
           "of each of the 20 components; take more samples, fewer components or ScoreFunction."));
}
