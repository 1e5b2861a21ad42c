// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE estimators_expectation
#include <boost/test/unit_test.hpp>

#include <cmath>
#include <numbers>
#include <stdexcept>
#include <vector>

#include <leibler/estimators/expectation.hpp>
#include <leibler/estimators/information.hpp>
#include <leibler/models/diagonal_gaussian.hpp>
#include <leibler/models/empirical.hpp>

#include "fits.hpp"
#include "sanitizers.hpp"
#include "says.hpp"
#include "seed_mixture.hpp"
#include "uniform.hpp"

using namespace leibler;
using namespace leibler::test;
namespace tt = boost::test_tools;

namespace {

bool within(const Estimate& e, double exact, double errors = 7.0) {
  return std::abs(e.value - exact) <= errors * e.standard_error;
}

const Empirical& three_points() {
  static const Empirical data(Points{{0.0, 1.0}, {2.0, -1.0}, {5.0, 3.0}}, Vector{{1.0, 3.0, 0.0}});
  return data;
}

}  // namespace

// Quadrature, 12 digits.
BOOST_AUTO_TEST_CASE(entropy_of_the_seed_mixture_is_the_reference_value) {
  const Estimate e = entropy(seed_mixture(), {.samples = 1'000'000, .seed = {3}});
  BOOST_TEST_CONTEXT(e) {
    BOOST_TEST(within(e, seed_entropy));
    BOOST_TEST(e.samples == 1'000'000u);
    BOOST_TEST((e.method == Method::monte_carlo));
    BOOST_TEST(e.reliable);
  }
}

BOOST_AUTO_TEST_CASE(a_standard_error_that_is_asked_for_is_met) {
  const double wanted = sanitized ? 1e-2 : 1e-4;
  const std::size_t least = sanitized ? 5000 : 100'000;
  const Estimate e =
      entropy(seed_mixture(), {.samples = least, .standard_error = wanted, .seed = {4}});
  BOOST_TEST_CONTEXT(e) {
    BOOST_TEST(e.standard_error <= wanted);
    BOOST_TEST(e.standard_error > 0.9 * wanted);  // and not by far more draws than needed
    BOOST_TEST(within(e, seed_entropy));
  }
}

BOOST_AUTO_TEST_CASE(a_standard_error_is_sought_no_further_than_the_cap) {
  const Estimate e =
      entropy(seed_mixture(), {.most_samples = 20'000, .samples = 1000, .standard_error = 1e-6});
  BOOST_TEST(e.samples == 20'000u);
  BOOST_TEST(e.standard_error > 1e-6);
  BOOST_TEST(within(e, seed_entropy));
  // A pilot above the cap is cut as well.
  BOOST_TEST(entropy(seed_mixture(), {.most_samples = 500, .standard_error = 1e-6}).samples ==
             500u);
}

// Were the pilot's draws part of the result, their luck would decide how many more are taken.
BOOST_AUTO_TEST_CASE(the_draws_of_the_pilot_are_not_used_again) {
  const auto p = seed_mixture();
  const Estimate chosen = entropy(p, {.samples = 1000, .standard_error = 0.01, .seed = {5}});
  const Estimate fixed = entropy(p, {.samples = chosen.samples, .seed = {5}});
  BOOST_TEST(chosen.value == fixed.value);
  BOOST_TEST(chosen.standard_error == fixed.standard_error);
}

BOOST_AUTO_TEST_CASE(kl_to_and_from_the_nearest_gaussian_are_the_reference_values) {
  const auto p = seed_mixture();
  const auto q = nearest_gaussian();
  const EstimateOptions options{.samples = 1'000'000, .seed = {6}};
  BOOST_TEST(within(estimate_kl(p, q, options), kl_to_nearest_gaussian));
  BOOST_TEST(within(estimate_kl(q, p, options), kl_from_nearest_gaussian));
  BOOST_TEST(within(cross_entropy(p, q, options), nll_of_nearest_gaussian));
}

BOOST_AUTO_TEST_CASE(kl_of_two_gaussians_is_that_of_the_formula) {
  const Gaussian p(Vector{{0.5, -1.0}}, Matrix{{2.0, 0.7}, {0.7, 0.5}});
  const Gaussian q(Vector{{0.0, 0.3}}, Matrix{{1.5, -0.2}, {-0.2, 1.0}});
  const Estimate e = estimate_kl(p, q, {.samples = 400'000});
  BOOST_TEST_CONTEXT(e << ", exact " << gaussian_kl(p, q)) {
    BOOST_TEST(within(e, gaussian_kl(p, q)));
  }
  // Two digits of the stated error are right: the spread of a hundred runs.
  engine::Moments runs;
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    const double value = estimate_kl(p, q, {.samples = 1000, .seed = {100 + seed}}).value;
    runs.add(&value, 1);
  }
  const double stated = estimate_kl(p, q, {.samples = 100'000}).standard_error * 10;
  BOOST_TEST(std::sqrt(runs.variance()) / stated == 1.0, tt::tolerance(7 / std::sqrt(800.0)));
}

BOOST_AUTO_TEST_CASE(kl_of_a_distribution_to_itself_is_exactly_zero) {
  const Estimate e = estimate_kl(seed_mixture(), seed_mixture(), {.samples = 5000});
  BOOST_TEST(e.value == 0.0);
  BOOST_TEST(e.standard_error == 0.0);
}

BOOST_AUTO_TEST_CASE(kl_is_infinite_where_p_reaches_beyond_the_support_of_q) {
  const Uniform narrow{0.0, 1.0}, wide{-1.0, 2.0};
  const Estimate beyond = estimate_kl(wide, narrow);
  BOOST_TEST(beyond.value == HUGE_VAL);
  BOOST_TEST(!beyond.reliable);
  BOOST_TEST(estimate_kl(narrow, wide).value == std::log(3.0), tt::tolerance(1e-14));
  BOOST_TEST(cross_entropy(wide, narrow).value == HUGE_VAL);
  // With a standard error asked for, too: no number of draws reaches it.
  const Estimate sought = estimate_kl(wide, narrow, {.samples = 1000, .standard_error = 1e-3});
  BOOST_TEST(sought.value == HUGE_VAL);
  BOOST_TEST(sought.samples == 1000u);
  const Gaussian gaussian = Gaussian::standard(1);
  BOOST_TEST(estimate_kl(gaussian, narrow).value == HUGE_VAL);
}

BOOST_AUTO_TEST_CASE(entropy_of_a_gaussian_comes_from_the_formula) {
  const Estimate e = entropy(Gaussian::standard(3));
  BOOST_TEST(e.value == 1.5 * std::log(2 * std::numbers::pi * std::numbers::e),
             tt::tolerance(1e-14));
  BOOST_TEST(e.standard_error == 0.0);
  BOOST_TEST((e.method == Method::closed_form));
}

BOOST_AUTO_TEST_CASE(expectation_hands_points_to_a_callable) {
  const auto p = nearest_gaussian();
  const EstimateOptions options{.samples = 200'000};
  BOOST_TEST(within(expectation(
                        p, [](const auto& x) { return x[0]; }, options),
                    2.8));
  BOOST_TEST(within(expectation(
                        p, [](const auto& x) { return (x[0] - 2.8) * (x[1] - 1.0); }, options),
                    1.25));
  const auto size = expectation(
      p, [](const auto& x) { return static_cast<double>(x.size()); }, options);
  BOOST_TEST(size.value == 2.0);
}

BOOST_AUTO_TEST_CASE(expectations_under_data_are_exact_sums) {
  const auto& data = three_points();
  const Estimate e = expectation(data, [](const auto& x) { return 10 * x[0] + x[1]; });
  BOOST_TEST(e.value == 0.25 * 1 + 0.75 * 19);
  BOOST_TEST(e.standard_error == 0.0);
  BOOST_TEST(e.samples == 3u);
  BOOST_TEST((e.method == Method::enumeration));
  const auto q = nearest_gaussian();
  const Vector log_q = q.log_density(data.points());
  const Estimate cross = cross_entropy(data, q);
  BOOST_TEST(cross.value == -0.25 * log_q[0] - 0.75 * log_q[1], tt::tolerance(1e-15));
  BOOST_TEST((cross.method == Method::enumeration));
}

BOOST_AUTO_TEST_CASE(the_sum_over_much_data_is_that_of_a_plain_loop) {
  const Points x = sample(seed_mixture(), 100'003, Seed{9});
  const auto q = nearest_gaussian();
  const Vector log_q = q.log_density(x);
  long double plain = 0.0;
  for (Index i = 0; i < x.rows(); ++i) plain -= log_q[i];
  const Estimate e = cross_entropy(Empirical(x), q);
  BOOST_TEST(e.value == static_cast<double>(plain / 100'003), tt::tolerance(1e-13));
  BOOST_TEST(e.samples == 100'003u);
}

BOOST_AUTO_TEST_CASE(a_point_without_weight_counts_nothing_even_where_its_cost_is_infinite) {
  const Empirical data(Points{{0.25}, {7.0}, {0.75}}, Vector{{1.0, 0.0, 1.0}});
  BOOST_TEST(cross_entropy(data, Uniform{0.0, 1.0}).value == 0.0);
  const Empirical all(Points{{0.25}, {7.0}, {0.75}});
  BOOST_TEST(cross_entropy(all, Uniform{0.0, 1.0}).value == HUGE_VAL);
}

BOOST_AUTO_TEST_CASE(errors_say_the_whole_sentence) {
  const auto p = seed_mixture();
  const Gaussian q = Gaussian::standard(3);
  BOOST_CHECK_EXCEPTION(
      (void)estimate_kl(p, q), std::invalid_argument,
      says("estimate_kl: q.dimension() = 3; must be 2; p and q live in the same space."));
  BOOST_CHECK_EXCEPTION(
      (void)cross_entropy(p, q), std::invalid_argument,
      says("cross_entropy: q.dimension() = 3; must be 2; p and q live in the same space."));
  BOOST_CHECK_EXCEPTION(
      (void)cross_entropy(three_points(), q), std::invalid_argument,
      says("cross_entropy: q.dimension() = 3; must be 2; p and q live in the same space."));
  const EstimateOptions none{.samples = 0};
  const auto two_draws = [](const std::string& call) {
    return says(call + ": options.samples = 0; must be >= 2; a standard error needs two draws.");
  };
  BOOST_CHECK_EXCEPTION((void)entropy(p, none), std::invalid_argument, two_draws("entropy"));
  BOOST_CHECK_EXCEPTION((void)entropy(q, none), std::invalid_argument, two_draws("entropy"));
  BOOST_CHECK_EXCEPTION((void)estimate_kl(p, p, none), std::invalid_argument,
                        two_draws("estimate_kl"));
  BOOST_CHECK_EXCEPTION((void)cross_entropy(three_points(), p, none), std::invalid_argument,
                        two_draws("cross_entropy"));
  const auto one = [](const auto&) { return 1.0; };
  BOOST_CHECK_EXCEPTION((void)expectation(p, one, none), std::invalid_argument,
                        two_draws("expectation"));
  BOOST_CHECK_EXCEPTION((void)entropy(p, {.standard_error = -1.0}), std::domain_error,
                        says("entropy: options.standard_error = -1; standard_error must be finite "
                             "and >= 0; 0 takes options.samples draws."));
  // A stream has numbers for 2^26 chunks of 512: beyond, draws would repeat.
  BOOST_CHECK_EXCEPTION(
      (void)entropy(p, {.samples = std::size_t{1} << 36}), std::invalid_argument,
      says("entropy: options.samples = 68719476736; must be <= 34359738368; that many draws of a "
           "seed are independent."));
  BOOST_CHECK_EXCEPTION((void)entropy(p, {.threads = {-1}}), std::invalid_argument,
                        says("entropy: options.threads.count = -1; must be >= 0; 0 means every "
                             "core."));
}

// What the callable throws passes through; of several, that of the first chunk.
BOOST_AUTO_TEST_CASE(exceptions_of_a_callable_pass_through) {
  const auto thrower = [](const auto& x) -> double {
    throw std::out_of_range(x[0] > -1e9 ? "the callable's own" : "");
  };
  for (const int threads : {1, 2}) {
    BOOST_CHECK_EXCEPTION((void)expectation(seed_mixture(), thrower, {.threads = {threads}}),
                          std::out_of_range, says("the callable's own"));
  }
}
