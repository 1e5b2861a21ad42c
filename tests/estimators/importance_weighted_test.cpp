// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE estimators_importance_weighted
#include <boost/test/unit_test.hpp>

#include <cmath>
#include <cstddef>
#include <vector>

#include <leibler/estimators/adam.hpp>
#include <leibler/estimators/compare_gradients.hpp>
#include <leibler/estimators/doubly_reparameterized.hpp>
#include <leibler/estimators/fit.hpp>
#include <leibler/estimators/importance_weighted.hpp>
#include <leibler/estimators/objective_value.hpp>
#include <leibler/estimators/pathwise.hpp>
#include <leibler/estimators/reverse_kl.hpp>
#include <leibler/estimators/vimco.hpp>
#include <leibler/models/categorical.hpp>
#include <leibler/models/diagonal_gaussian.hpp>
#include <leibler/models/function_density.hpp>

#include "fits.hpp"
#include "says.hpp"

using namespace leibler;
using namespace leibler::test;
namespace tt = boost::test_tools;

namespace {

// exp(3 - x^2 / 2): its integral has the logarithm 3 + log(2 pi) / 2.
auto bell() {
  return density(1, [](const auto& x) { return 3.0 - 0.5 * x[0] * x[0]; });
}
const double log_integral = 3.0 + 0.5 * std::log(2 * std::acos(-1.0));

DiagonalGaussian normal(double mean, double stddev) {
  return {Vector{{mean}}, Vector{{stddev}}};
}

// E -log((w_1 + w_2) / 2) of two draws from categories, and its gradient by logits, as a sum.
struct Pairs {
  double value = 0.0;
  std::vector<double> gradient = {0, 0, 0};

  Pairs(const Vector& p, const Vector& q) {
    for (Index a = 0; a < 3; ++a) {
      for (Index b = 0; b < 3; ++b) {
        const double wa = p[a] / q[a], wb = p[b] / q[b], mass = q[a] * q[b];
        const double bound = std::log(0.5 * (wa + wb));
        value -= mass * bound;
        for (Index k = 0; k < 3; ++k) {
          const double sa = (a == k) - q[k], sb = (b == k) - q[k];
          // d mass, and d log w = -s
          gradient[static_cast<std::size_t>(k)] -=
              mass * ((sa + sb) * bound - (wa * sa + wb * sb) / (wa + wb));
        }
      }
    }
  }
};

}  // namespace

BOOST_AUTO_TEST_CASE(gradients_of_pairs_of_categories_are_exact_sums) {
  const Vector p{{0.2, 0.5, 0.3}}, q{{0.6, 0.3, 0.1}};
  const Pairs exact(p, q);
  const ImportanceWeighted bound(Categorical::from_probabilities(p), {.draws = 2});
  const auto model = Categorical::from_probabilities(q);
  const Estimate value = objective_value(bound, model, {.samples = 400'000, .seed = {3}});
  BOOST_TEST(std::abs(value.value - exact.value) < 7 * value.standard_error, value);
  const auto all =
      compare_gradients(model, bound, {.repeats = 4000, .samples = 100, .seed = {5}}, Vimco{});
  for (std::size_t k = 0; k < 3; ++k) {
    const Estimate& mean = all.estimators[0].parameters[k].mean;
    BOOST_TEST(std::abs(mean.value - exact.gradient[k]) < 7 * mean.standard_error,
               k << ": " << mean << " where " << exact.gradient[k] << " is right");
  }
}

BOOST_AUTO_TEST_CASE(both_estimators_give_the_gradient_of_the_bound) {
  for (const std::size_t draws : {std::size_t{2}, std::size_t{7}, std::size_t{150}}) {
    const ImportanceWeighted bound(bell(), {.draws = draws});
    const auto q = normal(0.4, 1.5);
    const auto all = compare_gradients(
        q, bound, {.repeats = 400, .samples = draws > 100 ? 40u : 300u, .seed = {5}},
        DoublyReparameterized{}, Vimco{});
    for (const auto& one : all.estimators[1].parameters) {
      BOOST_TEST(std::abs(one.bias_score()) < 7);
    }
    // differences of the value from the same draws
    const double h = 0.05;
    const auto at = [&](double mean) {
      return objective_value(bound, normal(mean, 1.5), {.samples = 2'000'000 / draws, .seed = {9}});
    };
    const Estimate up = at(0.4 + h), down = at(0.4 - h);
    const Estimate& mean = all.estimators[0].parameters[0].mean;
    const double error = std::hypot(mean.standard_error, up.standard_error / (2 * h));
    BOOST_TEST(std::abs((up.value - down.value) / (2 * h) - mean.value) < 7 * error);
  }
}

BOOST_AUTO_TEST_CASE(one_draw_is_the_negative_elbo) {
  const ImportanceWeighted bound(bell(), {.draws = 1});
  const auto q = normal(0.4, 1.5);
  const auto all = compare_gradients(q, bound, {.repeats = 100, .samples = 500, .seed = {5}},
                                     DoublyReparameterized{});
  const auto path = compare_gradients(q, ReverseKl(bell()),
                                      {.repeats = 100, .samples = 500, .seed = {6}}, Pathwise{});
  for (std::size_t k = 0; k < 2; ++k) {
    const Estimate& a = all.estimators[0].parameters[k].mean;
    const Estimate& b = path.estimators[0].parameters[k].mean;
    BOOST_TEST(std::abs(a.value - b.value) < 7 * std::hypot(a.standard_error, b.standard_error));
    BOOST_TEST(all.estimators[0].parameters[k].variance.value <
               2 * path.estimators[0].parameters[k].variance.value);
  }
}

BOOST_AUTO_TEST_CASE(more_draws_come_nearer_to_the_integral) {
  double before = HUGE_VAL;
  for (const std::size_t draws : {std::size_t{1}, std::size_t{4}, std::size_t{64}}) {
    const Estimate value = objective_value(ImportanceWeighted(bell(), {.draws = draws}),
                                           normal(0.4, 1.5), {.samples = 20'000, .seed = {1}});
    BOOST_TEST(value.value > -log_integral - 7 * value.standard_error);
    BOOST_TEST(value.value < before);
    before = value.value;
  }
  BOOST_TEST(before < -log_integral + 0.01);
}

BOOST_AUTO_TEST_CASE(fits_have_the_same_bits_on_any_number_of_threads) {
  const auto run = [](int threads) {
    return fit(normal(1.0, 2.0), ImportanceWeighted(bell(), {.draws = 5}), DoublyReparameterized{},
               Adam{.learning_rate = 0.05},
               {.steps = 200, .samples = 2100, .seed = {3}, .threads = {threads}});
  };
  const auto fitted = run(1);
  BOOST_TEST(numbers_of(run(3)) == numbers_of(fitted), tt::per_element());
  BOOST_TEST(std::abs(fitted.trace.back().objective.value + log_integral) < 0.01);
}

BOOST_AUTO_TEST_CASE(weights_of_zero_count_as_zero) {
  // half of the draws have no weight: -E log((w_1 + w_2) / 2) is infinite where both have none
  const Vector p{{1.0, 0.0, 0.0}}, q{{0.98, 0.01, 0.01}};
  const ImportanceWeighted bound(Categorical::from_probabilities(p), {.draws = 3});
  const auto all = compare_gradients(Categorical::from_probabilities(q), bound,
                                     {.repeats = 8, .samples = 50, .seed = {2}}, Vimco{});
  for (const auto& one : all.estimators[0].parameters) BOOST_TEST(std::isfinite(one.mean.value));
}

BOOST_AUTO_TEST_CASE(wrong_input_is_refused_in_a_sentence) {
  BOOST_CHECK_EXCEPTION(ImportanceWeighted(bell(), {.draws = 0}), InvalidArgument,
                        says("ImportanceWeighted: options.draws = 0; must be >= 1; one draw is the "
                             "negative ELBO."));
  BOOST_CHECK_EXCEPTION(
      (void)fit(normal(0, 1), ImportanceWeighted(bell(), {.draws = 1}), Vimco{}, Adam{},
                {.steps = 1}),
      InvalidArgument,
      says("Vimco: objective.draws() = 1; must be >= 2; a baseline is made of the "
           "other draws."));
}
