// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE estimators_gradient_estimators_document
#include <boost/test/unit_test.hpp>

#include <cmath>
#include <iostream>

#include <leibler/leibler.hpp>

#include "doc_blocks.hpp"

using namespace leibler;

// The blocks of docs/gradient_estimators.md stand here word for word.
// clang-format off

BOOST_AUTO_TEST_CASE(estimators_are_compared_by_what_they_do) {
const DiagonalGaussian q(Vector{{2.0}}, Vector{{1.0}});
const Expectation square([](const auto& x) { return x[0] * x[0]; });
const auto compared = compare_gradients(q, square, {.repeats = 2000, .samples = 200, .seed = {7}}, ScoreFunction{},
                                        ScoreFunction{.baseline = Baseline::optimal}, Pathwise{}, MeasureValued{},
                                        Antithetic{Pathwise{}});
std::cout << compared << '\n';  // variances of d/dmean: 87, 38, 4, 4.37, 0
const EstimatorChoice best = best_estimator(q, square, {.repeats = 200}, ScoreFunction{}, Pathwise{});
std::cout << best << '\n';      // and why
  const double exact[] = {87, 38, 4, 4.3718, 0};
  for (std::size_t e = 0; e < 5; ++e) {
    const Estimate& variance = compared.estimators[e].parameters[0].variance;
    BOOST_TEST(std::abs(variance.value - exact[e]) < 7 * variance.standard_error + 1e-20 + 0.05 * exact[e]);
  }
  BOOST_TEST(best.name == "Pathwise");
}

BOOST_AUTO_TEST_CASE(bounds_of_several_draws_are_fitted) {
const auto banana = density(2, [](const auto& x) {
  const auto bend = x[1] - x[0] * x[0];
  return -0.5 * x[0] * x[0] - 2.0 * bend * bend;
});
const auto fitted = fit(Gaussian::standard(2), ImportanceWeighted(banana, {.draws = 20}), DoublyReparameterized{},
                        Adam{.learning_rate = 0.02}, {.steps = 300, .samples = 32, .seed = {1}});
const LogNormalizer integral = log_normalizer(banana, fitted.model, {.seed = {2}});
std::cout << integral << '\n';  // log(pi) = 1.1447, with k-hat
  BOOST_TEST(std::abs(integral.value - std::log(std::acos(-1.0))) < 0.05);
}
// clang-format on

BOOST_AUTO_TEST_CASE(the_document_shows_this_code) {
  test::check_code_is_compiled("gradient_estimators.md",
                               "estimators/gradient_estimators_document_test.cpp");
}
