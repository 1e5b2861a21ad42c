// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE models_tilted
#include <boost/test/unit_test.hpp>

#include <cmath>
#include <limits>
#include <sstream>

#include <leibler/estimators/adam.hpp>
#include <leibler/estimators/divergence_estimate.hpp>
#include <leibler/estimators/fit.hpp>
#include <leibler/estimators/objective_value.hpp>
#include <leibler/estimators/pathwise.hpp>
#include <leibler/estimators/reverse_kl.hpp>
#include <leibler/models/gaussian.hpp>
#include <leibler/models/joint.hpp>
#include <leibler/models/tilted.hpp>
#include <leibler/models/univariate/binomial.hpp>
#include <leibler/models/univariate/exponential.hpp>

#include "allocations.hpp"
#include "says.hpp"
#include "vector_checks.hpp"

using namespace leibler;
using test::relative_error;
using test::says;
namespace tt = boost::test_tools;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

const Categorical reference = Categorical::from_probabilities(Vector{{0.4, 0.1, 0.35, 0.15}});
const Vector reward{{-2.5, 4.0, 0.25, 1.0}};

Tilted at(double beta) {
  return tilt(reference, reward, {.beta = beta});
}

}  // namespace

BOOST_AUTO_TEST_CASE(keeps_every_promise_of_the_concepts) {
  const ConformanceOptions options{.allocations = test::allocations};
  BOOST_TEST(test::text_of(check_model(at(2.5), options)) == "");
  const auto with_zeros =
      tilt(Categorical::from_probabilities(Vector{{0.5, 0.0, 0.5}}), Vector{{-infinity, 3.0, 1.0}});
  BOOST_TEST(test::text_of(check_model(with_zeros, options)) == "");
  const auto density_of_plane =
      tilt(Gaussian::standard(2), [](const auto& x) { return x[0] * x[1] - x[1]; }, {.beta = 3.0});
  static_assert(Differentiable<decltype(density_of_plane)>);
  static_assert(!is_normalized<decltype(density_of_plane)>);
  BOOST_TEST(test::text_of(check_model(density_of_plane, options)) == "");
}

// Exercises 7 and 10, mpmath at 50 digits, of the normalised reference.
BOOST_AUTO_TEST_CASE(the_exercises_have_their_reference_numbers) {
  const auto seven = tilt(Categorical::from_logits(Vector{{-1.0, -1.5, -2.0, -2.5, -3.0}}),
                          Vector{{3.0, 1.5, 0.5, -0.5, -2.0}});
  const Vector expected{{0.852382305165982692, 0.115357400695515101, 0.0257397152914968751,
                         0.00574330679516668592, 0.000777272051838645752}};
  for (Index k = 0; k < 5; ++k) {
    BOOST_TEST(relative_error(seven.probabilities()[k], expected[k]) < 1e-14);
  }
  BOOST_TEST(relative_error(seven.log_normalizer(), 2.3126184919865860042) < 1e-14);
  BOOST_TEST(relative_error(seven.objective(), 2.3126184919865860042) < 1e-14);
  BOOST_TEST(relative_error(seven.kl_to_reference(), 0.42600818469912252656) < 1e-14);
  BOOST_TEST(relative_error(seven.expected_reward(), 2.7386266766857085308) < 1e-14);
  BOOST_TEST(relative_error(seven.expected_reward(seven.reference()), 1.59095502232205) < 1e-13);

  const auto ten = tilt(Categorical::from_probabilities(Vector{{0.5, 0.3, 0.2}}),
                        Vector{{0.0, 1.0, 1.8}}, {.beta = 0.7});
  BOOST_TEST(relative_error(ten.probabilities()[0], 0.114449977766660019) < 1e-14);
  BOOST_TEST(relative_error(ten.probabilities()[2], 0.599008442110945363) < 1e-14);
  BOOST_TEST(relative_error(ten.log_normalizer(), 1.4744702462861074376) < 1e-14);
  BOOST_TEST(relative_error(ten.kl_to_reference(), 0.47518229074545866419) < 1e-14);
  BOOST_TEST(relative_error(ten.expected_reward(), 1.3647567759220962712) < 1e-14);
  const Estimate kl = divergence(Kl{}, ten, ten.reference());
  BOOST_TEST((kl.method == Method::closed_form));
  BOOST_TEST(kl.value == ten.kl_to_reference());
}

// mpmath, 50 digits: log Z, KL, E[reward] under the policy, beta log Z.
BOOST_AUTO_TEST_CASE(any_beta_gives_reference_numbers) {
  const struct {
    double beta, log_normalizer, kl, expected_reward, objective;
  } rows[] = {
      {1e-300, 3.9999999999999998998e+300, 2.3025850929940456285, 4.0, 4.0},
      {0.05, 77.697414907005949931, 2.3025850929940456285, 4.0, 3.8848707453502977122},
      {0.3, 11.030829381785184572, 2.3016599462725456022, 3.9997467984173189041,
       3.309248814535555249},
      {2.5, 0.22557143751641131147, 0.39174706284893627863, 1.5432962509133689752,
       0.56392859379102827868},
      {1e6, -3.6249792976481573412e-7, 2.0702359936203069867e-12, -0.36249585952882211382,
       -0.36249792976481573412},
      {1e12, -3.6249999999792981003e-13, 2.0702343750016187153e-24, -0.36249999999585957566,
       -0.36249999999792981003},
  };
  for (const auto& row : rows) {
    const auto policy = at(row.beta);
    BOOST_TEST_CONTEXT(policy) {
      BOOST_TEST(relative_error(policy.log_normalizer(), row.log_normalizer) < 1e-14);
      BOOST_TEST(relative_error(policy.kl_to_reference(), row.kl) < 1e-13);
      BOOST_TEST(relative_error(policy.expected_reward(), row.expected_reward) < 1e-14);
      BOOST_TEST(relative_error(policy.objective(), row.objective) < 1e-14);
      BOOST_TEST(divergence(Kl{}, policy, policy.reference()).value == policy.kl_to_reference());
    }
  }
  const auto far = at(1e300);
  BOOST_TEST(far.kl_to_reference() == 0.0);
  BOOST_TEST(relative_error(far.objective(), -0.3625) < 1e-14);
  BOOST_TEST(relative_error(far.implicit_reward(1), 4.3625) < 1e-14);
  BOOST_TEST((far.probabilities() - reference.probabilities()).norm() < 1e-15);
  const auto greedy = at(5e-324);
  BOOST_TEST(greedy.probabilities()[1] == 1.0);
  BOOST_TEST(greedy.log_normalizer() == infinity);
  BOOST_TEST(greedy.objective() == 4.0);
  const auto wide = tilt(Categorical::from_probabilities(Vector{{0.5, 0.5}}),
                         Vector{{1.7e308, -1.7e308}}, {.beta = 1e308});
  BOOST_TEST(relative_error(wide.probabilities()[0], 1 / (1 + std::exp(-3.4))) < 1e-14);
}

BOOST_AUTO_TEST_CASE(is_the_best_policy_there_is) {
  const auto policy = at(1.3);
  BOOST_TEST(relative_error(policy.objective(policy), policy.objective()) < 1e-13);
  BOOST_TEST(relative_error(policy.expected_reward() - 1.3 * policy.kl_to_reference(),
                            policy.objective()) < 1e-13);
  BOOST_TEST(relative_error(policy.expected_reward() / 1.3 - policy.log_normalizer(),
                            policy.kl_to_reference()) < 1e-13);
  BOOST_TEST(policy.objective(reference) == policy.expected_reward(reference));
  for (Index k = 0; k < 4; ++k) {
    for (const double step : {-0.1, 0.1}) {
      Vector logits = policy.logits();
      logits[k] += step;
      BOOST_TEST(policy.objective(Categorical::from_logits(logits)) < policy.objective());
    }
  }
  BOOST_TEST(policy.objective(Categorical::from_probabilities(Vector{{0, 1, 0, 0}})) <
             policy.objective());
}

BOOST_AUTO_TEST_CASE(implicit_rewards_are_the_rewards_less_the_objective) {
  const auto policy = at(0.8);
  const Vector implicit = policy.implicit_reward();
  const Vector from_policies = implicit_reward(policy, policy.reference(), 0.8);
  for (Index k = 0; k < 4; ++k) {
    BOOST_TEST(implicit[k] == reward[k] - policy.objective());
    BOOST_TEST(policy.implicit_reward(static_cast<std::size_t>(k)) == implicit[k]);
    BOOST_TEST(from_policies[k] == implicit[k], tt::tolerance(1e-13));
  }
  // A policy tilted by the implicit reward of another is that other one.
  const auto other = Categorical::from_probabilities(Vector{{0.7, 0.05, 0.05, 0.2}});
  const auto back = tilt(reference, implicit_reward(other, reference, 0.8), {.beta = 0.8});
  BOOST_TEST((back.probabilities() - other.probabilities()).norm() < 1e-15);
  BOOST_TEST(std::abs(back.log_normalizer()) < 1e-15);
  const Vector ends =
      implicit_reward(Categorical::from_probabilities(Vector{{0.0, 0.5, 0.5, 0.0}}),
                      Categorical::from_probabilities(Vector{{0.5, 0.0, 0.5, 0.0}}), 2.0);
  BOOST_TEST((ends == Vector{{-infinity, infinity, 0.0, 0.0}}));
}

BOOST_AUTO_TEST_CASE(what_must_not_be_chosen_is_not) {
  const auto policy = tilt(Categorical::from_probabilities(Vector{{0.25, 0.0, 0.25, 0.5}}),
                           Vector{{1.0, 1e300, -infinity, 0.0}}, {.beta = 1e-10});
  BOOST_TEST((policy.probabilities() == Vector{{1.0, 0.0, 0.0, 0.0}}));
  BOOST_TEST(policy.expected_reward() == 1.0);
  BOOST_TEST(policy.expected_reward(policy.reference()) == -infinity);
  BOOST_TEST(policy.objective(policy.reference()) == -infinity);
  BOOST_TEST(policy.implicit_reward(2) == -infinity);
  BOOST_TEST(policy.kl_to_reference() == std::log(4.0), tt::tolerance(1e-14));
  const auto never = tilt(reference, Vector{{0.0, -infinity, 0.0, 0.0}});
  BOOST_TEST(never.log_normalizer() == std::log(0.9), tt::tolerance(1e-14));
  BOOST_TEST(divergence(Kl{}, never, never.reference()).value == -std::log(0.9),
             tt::tolerance(1e-14));
  BOOST_TEST(divergence(Kl{}, never.reference(), never).value == infinity);
}

BOOST_AUTO_TEST_CASE(goes_where_a_categorical_goes) {
  const auto policy = at(0.8);
  const Categorical same = policy;
  BOOST_TEST(divergence(Kl{}, policy, same).value == 0.0);
  const auto other = Categorical::from_probabilities(Vector{{0.1, 0.2, 0.3, 0.4}});
  BOOST_TEST(divergence(Kl{}, policy, other).value == divergence(Kl{}, same, other).value);
  BOOST_TEST(divergence(Kl{}, other, policy).value == divergence(Kl{}, other, same).value);
  BOOST_TEST(divergence(JensenShannon{}, policy, other).standard_error == 0.0);
  BOOST_TEST((sample(policy, 100, {3}) == sample(same, 100, {3})));
  // Tilting twice is tilting by the sum.
  const auto twice = tilt(policy, Vector{{1, 2, 3, 4}}, {.beta = 0.8});
  const auto once = tilt(reference, reward + Vector{{1, 2, 3, 4}}, {.beta = 0.8});
  BOOST_TEST((twice.probabilities() - once.probabilities()).norm() < 1e-15);
  std::ostringstream text;
  text << tilt(Categorical::from_probabilities(Vector{{0.5, 0.5}}), Vector{{0, 1}});
  BOOST_TEST(text.str() ==
             "Tilted(probabilities = (0.2689, 0.7311), reference = (0.5, 0.5), reward = (0, 1), "
             "beta = 1)");
}

BOOST_AUTO_TEST_CASE(a_gaussian_tilted_by_a_line_is_a_shifted_gaussian) {
  const Gaussian start(Vector{{1.0, -1.0}}, Matrix{{2.0, 0.5}, {0.5, 1.0}});
  const auto target = tilt(start, [](const auto& x) { return 2.0 * x[0] - x[1]; }, {.beta = 4.0});
  BOOST_TEST(verify_gradient(target, sample(start, 20, {1})).passed);
  // covariance (2, -1) / 4 is the shift; beta log Z by the moment generating function
  const Gaussian shifted(Vector{{1.875, -1.0}}, start.covariance());
  const Vector slope{{0.5, -0.25}};
  const double log_z = slope.dot(start.mean()) + 0.5 * slope.dot(start.covariance() * slope);
  const Points x = sample(start, 50, {2});
  const Vector apart = log_density(target, x) - log_density(shifted, x);
  BOOST_TEST((apart.array() - log_z).abs().maxCoeff() < 1e-13);
  const auto fitted = fit(Gaussian::standard(2), ReverseKl(target), Pathwise{},
                          Adam{.learning_rate = cosine_decay(0.1)}, {.steps = 500, .seed = {1}});
  BOOST_TEST((fitted.model.mean() - shifted.mean()).norm() < 1e-2);
  const Estimate elbo = objective_value(ReverseKl(target), shifted);
  BOOST_TEST(elbo.value == -log_z, tt::tolerance(1e-10));
}

BOOST_AUTO_TEST_CASE(discrete_references_and_hand_written_rewards_are_tilted_too) {
  const Joint table(Matrix{{0.1, 0.2}, {0.3, 0.4}});
  const auto of_table = tilt(table, [](const auto& x) { return x[0] - 3.0 * x[1]; }, {.beta = 2.0});
  static_assert(is_discrete<decltype(of_table)>);
  const Vector log_p = log_density(of_table, Points{{1, 0}, {1, 1}, {2, 0}});
  BOOST_TEST(log_p[0] == std::log(0.3) + 0.5, tt::tolerance(1e-14));
  BOOST_TEST(log_p[1] == std::log(0.4) - 1.0, tt::tolerance(1e-14));
  BOOST_TEST(log_p[2] == -infinity);
  const auto counts = tilt(Binomial(5.0, 0.3), [](const auto& x) { return 0.5 * x[0]; });
  BOOST_TEST(
      log_density(counts, Points{{2}})[0] == log_density(Binomial(5.0, 0.3), Points{{2}})[0] + 1.0,
      tt::tolerance(1e-14));
  const auto by_hand = tilt(Gaussian::standard(1),
                            density(
                                1, [](const auto& x) { return -x[0] * x[0]; },
                                [](const auto& x) { return Vector{{-2.0 * x[0]}}; }),
                            {.beta = 0.5});
  BOOST_TEST(verify_gradient(by_hand, Points{{0.3}, {-2.0}}).passed);
  BOOST_TEST(point_gradient(by_hand, Points{{0.3}})(0, 0) == -0.3 - 1.2, tt::tolerance(1e-14));
  // A reward of -inf is a wall.
  const auto walled = tilt(Exponential(1.0),
                           [](const auto& x) { return where(x[0] > 2.0, Real(-infinity), x[0]); });
  BOOST_TEST(log_density(walled, Points{{3.0}})[0] == -infinity);
  BOOST_TEST(std::abs(log_density(walled, Points{{1.0}})[0]) < 1e-15);
  // Nor does any reward make up for what the reference never does.
  const auto tempted =
      tilt(Exponential(1.0), [](const auto& x) { return x[0] * x[0] * 1e300; }, {.beta = 1e-100});
  BOOST_TEST(log_density(tempted, Points{{-1.0}})[0] == -infinity);
}

BOOST_AUTO_TEST_CASE(errors_name_the_argument_and_the_value) {
  BOOST_CHECK_EXCEPTION(
      (void)tilt(reference, Vector{{1.0, 2.0}}), InvalidArgument,
      says("tilt: reward.size() = 2; must be 4; give every category its reward."));
  BOOST_CHECK_EXCEPTION((void)tilt(reference, Vector{{0, 0, not_a_number, 0}}), DomainError,
                        says("tilt: reward[2] = nan; rewards must be below inf and not NaN; -inf "
                             "is what must not be chosen."));
  BOOST_CHECK_EXCEPTION((void)tilt(reference, Vector{{0, infinity, 0, 0}}), DomainError,
                        says("tilt: reward[1] = inf; rewards must be below inf and not NaN; -inf "
                             "is what must not be chosen."));
  BOOST_CHECK_EXCEPTION(
      (void)tilt(Categorical::from_probabilities(Vector{{0.0, 1.0}}), Vector{{1.0, -infinity}}),
      DomainError,
      says("tilt: reward is -inf wherever the reference is not 0; something must "
           "remain that can be chosen; give it a finite reward."));
  for (const double beta : {0.0, -1.0}) {
    BOOST_CHECK_EXCEPTION((void)at(beta), DomainError,
                          says("tilt: options.beta = " + to_text(beta) +
                               "; beta must be finite and > 0; near 0 the best reward "
                               "takes all, far above 1 nothing changes."));
  }
  BOOST_CHECK_THROW((void)at(not_a_number), DomainError);
  BOOST_CHECK_THROW((void)at(infinity), DomainError);
  BOOST_CHECK_THROW(
      (void)tilt(Gaussian::standard(1), [](const auto& x) { return x[0]; }, {.beta = -1.0}),
      DomainError);
  const auto policy = at(1.0), two = tilt(Categorical::from_logits(Vector{{0, 0}}), Vector{{1, 2}});
  BOOST_CHECK_EXCEPTION((void)policy.expected_reward(two), InvalidArgument,
                        says("Tilted::expected_reward: policy.size() = 2; must be 4; policy and "
                             "reference choose from the same categories."));
  BOOST_CHECK_THROW((void)policy.objective(two), InvalidArgument);
  BOOST_CHECK_EXCEPTION((void)policy.implicit_reward(4), InvalidArgument,
                        says("Tilted::implicit_reward: k = 4; must be below 4; categories count "
                             "from 0."));
  BOOST_CHECK_EXCEPTION((void)implicit_reward(policy, two, 1.0), InvalidArgument,
                        says("implicit_reward: reference.size() = 2; must be 4; policy and "
                             "reference choose from the same categories."));
  BOOST_CHECK_EXCEPTION((void)implicit_reward(policy, reference, 0.0), DomainError,
                        says("implicit_reward: beta = 0; beta must be finite and > 0; it is the "
                             "weight of the KL penalty."));
}
