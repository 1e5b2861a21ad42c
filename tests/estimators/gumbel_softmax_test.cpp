// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE estimators_gumbel_softmax
#include <boost/test/unit_test.hpp>

#include <cmath>
#include <cstddef>

#include <leibler/estimators/adam.hpp>
#include <leibler/estimators/compare_gradients.hpp>
#include <leibler/estimators/expectation_objective.hpp>
#include <leibler/estimators/fit.hpp>
#include <leibler/estimators/gumbel_softmax.hpp>
#include <leibler/models/categorical.hpp>

#include "fits.hpp"
#include "says.hpp"

using namespace leibler;
using namespace leibler::test;
namespace tt = boost::test_tools;

namespace {

const Categorical model = Categorical::from_logits(Vector{{0.5, -0.3, -HUGE_VAL, 1.0}});

// d/d logit_k of sum_k q_k cost_k, over the finite logits 0, 1, 3.
Vector exact_gradient(const Vector& cost) {
  const Vector q = model.probabilities();
  const double mean = q[0] * cost[0] + q[1] * cost[1] + q[3] * cost[3];
  return Vector{{q[0] * (cost[0] - mean), q[1] * (cost[1] - mean), q[3] * (cost[3] - mean)}};
}

constexpr GumbelSoftmax hard{.straight_through = true};

}  // namespace

BOOST_AUTO_TEST_CASE(a_linear_cost_has_a_bias_that_the_temperature_takes_away) {
  // d E[c . y] / d logits at a temperature t is that of a relaxed distribution: near the exact one
  const auto cost = [](const auto& x) { return 3.0 * x[0] - x[1] + 100.0 * x[2] + 0.5 * x[3]; };
  const Vector exact = exact_gradient(Vector{{3.0, -1.0, 100.0, 0.5}});
  const auto all =
      compare_gradients(model, Expectation(cost), {.repeats = 4000, .samples = 100, .seed = {3}},
                        GumbelSoftmax{.temperature = 0.1}, GumbelSoftmax{.temperature = 5.0});
  double near = 0.0, far = 0.0;
  for (std::size_t k = 0; k < 3; ++k) {
    const Estimate& cold = all.estimators[0].parameters[k].mean;
    const double slack = 7 * cold.standard_error + 0.03 * std::abs(exact[static_cast<Index>(k)]);
    BOOST_TEST(std::abs(cold.value - exact[static_cast<Index>(k)]) < slack, cold);
    near += std::abs(cold.value - exact[static_cast<Index>(k)]);
    far += std::abs(all.estimators[1].parameters[k].mean.value - exact[static_cast<Index>(k)]);
  }
  BOOST_TEST(far > 10 * near);
  BOOST_TEST(all.estimators[0].total_variance() > all.estimators[1].total_variance());
  BOOST_TEST(!all.estimators[0].is_unbiased);
}

BOOST_AUTO_TEST_CASE(straight_through_takes_slopes_at_unit_vectors) {
  // (x_0 - x_1)^2 has the slopes (2, -2), (-2, 2) and 0 at the unit vectors 0, 1 and 3: the
  // gradient is E[(df/dx at the unit vector) dy/d logits]; the value is that of the categories.
  const auto cost = [](const auto& x) { return (x[0] - x[1]) * (x[0] - x[1]); };
  const auto fitted = fit(model, Expectation(cost), hard, Adam{.learning_rate = 1e-9},
                          {.trace_every = 1, .steps = 1, .samples = 200'000, .seed = {4}});
  const Vector q = model.probabilities();
  const Estimate& value = fitted.trace.front().objective;
  BOOST_TEST(std::abs(value.value - (q[0] + q[1])) < 7 * value.standard_error, value);
}

BOOST_AUTO_TEST_CASE(fits_go_to_the_cheapest_category_on_any_number_of_threads) {
  const auto cost = [](const auto& x) { return x[0] * 2.0 + x[1] + 3.0 * x[3] * x[3]; };
  const auto run = [&](int threads) {
    return fit(model, Expectation(cost), hard, Adam{.learning_rate = 0.1},
               {.steps = 200, .samples = 1100, .seed = {3}, .threads = {threads}});
  };
  const auto fitted = run(1);
  BOOST_TEST(fitted.model.probabilities()[1] > 0.95);
  BOOST_TEST(fitted.model.probabilities()[2] == 0.0);
  BOOST_TEST(numbers_of(run(3)) == numbers_of(fitted), tt::per_element());
}

BOOST_AUTO_TEST_CASE(wrong_input_is_refused_in_a_sentence) {
  const auto cost = [](const auto& x) { return x[0]; };
  BOOST_CHECK_EXCEPTION(
      (void)fit(model, Expectation(cost), GumbelSoftmax{.temperature = 0.0}, Adam{}, {.steps = 1}),
      DomainError,
      says("GumbelSoftmax: temperature = 0; temperature must be finite and > 0; 0.5 is "
           "common."));
}
