// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE estimators_divergences_document
#include <boost/test/unit_test.hpp>

#include <cmath>
#include <iostream>

#include <leibler/leibler.hpp>

#include "doc_blocks.hpp"

using namespace leibler;
namespace tt = boost::test_tools;

// The blocks of docs/divergences.md stand here word for word.
// clang-format off

BOOST_AUTO_TEST_CASE(a_value_says_how_it_came_about) {
const Estimate kl = divergence(Kl{}, Normal(0.0, 1.0), Logistic(0.0, 1.0));
std::cout << kl << '\n';             // the value, its error, (quadrature)
std::cout << in_bits(kl) << '\n';    // everything is in nats, unless asked for
const double backwards = divergence(Reversed(Kl{}), Normal(0.0, 1.0), Logistic(0.0, 1.0)).value;
  BOOST_TEST((kl.method == Method::quadrature));
  BOOST_TEST(backwards == divergence(Kl{}, Logistic(0.0, 1.0), Normal(0.0, 1.0)).value);
}

BOOST_AUTO_TEST_CASE(a_method_can_be_forced) {
const Gaussian p(Vector{{0.0, 0.0}}, Matrix{{1.0, 0.3}, {0.3, 1.0}}), q = Gaussian::standard(2);
const Estimate exact = divergence(ChiSquared{}, p, q);
const Estimate drawn = divergence(ChiSquared{}, p, q, {.method = Method::monte_carlo, .seed = {1}});
const Estimate to_error = divergence(JensenShannon{}, p, q, {.method = Method::monte_carlo, .standard_error = 1e-3});
  BOOST_TEST((exact.method == Method::closed_form));
  BOOST_TEST(std::abs(drawn.value - exact.value) < 7 * drawn.standard_error);
  BOOST_TEST(to_error.standard_error <= 1e-3);
}

BOOST_AUTO_TEST_CASE(batches_are_compared_row_by_row) {
Points teachers{{4.0, 2.0, 1.0}, {0.0, 1.0, -HUGE_VAL}}, students{{3.0, 2.0, 1.0}, {0.5, 0.5, 0.0}};
const auto p = Categoricals::from_logits(teachers, {.temperature = 2.0});
const auto q = Categoricals::from_logits(students, {.temperature = 2.0});
const Vector each = divergence(Kl{}, p, q);
const LogitGradients of_the_mean = logit_gradients(Kl{}, p, q, {.weights = Vector::Constant(2, 0.5)});
students -= 0.1 * of_the_mean.q;  // q sees it
  BOOST_TEST(each[1] == divergence(Kl{}, p[1], Categorical::from_logits(Vector{{0.25, 0.25, 0}})).value,
             tt::tolerance(1e-14));
  BOOST_TEST(divergence(Kl{}, p, q).sum() < each.sum());
}

BOOST_AUTO_TEST_CASE(all_are_objectives) {
const GaussianMixture target(Vector{{0.6, 0.4}}, Points{{0.0}, {4.0}}, {Matrix{{1.0}}, Matrix{{1.0}}});
const auto between = fit(Gaussian::standard(1), Minimize(Alpha{0.5}, target), Pathwise{},
                         Adam{.learning_rate = cosine_decay(0.05)}, {.steps = 500, .seed = {1}});
const auto teacher = Categorical::from_probabilities(Vector{{0.7, 0.2, 0.1}});
const auto learnt = fit(Categorical::from_logits(Vector{{0.0, 0.0, 0.0}}),
                        Minimize(JensenShannon{}, teacher), Enumeration{}, Lbfgs{});
  BOOST_TEST(between.model.mean()[0] > 0.0);
  BOOST_TEST((learnt.model.probabilities() - teacher.probabilities()).norm() < 1e-6);
}

BOOST_AUTO_TEST_CASE(mixtures_lie_between_bounds) {
  const GaussianMixture target(Vector{{0.6, 0.4}}, Points{{0.0}, {4.0}}, {Matrix{{1.0}}, Matrix{{1.0}}});
const GaussianMixture model(Vector{{0.5, 0.5}}, Points{{0.0}, {3.0}}, {Matrix{{1.0}}, Matrix{{2.0}}});
std::cout << kl_bounds(target, model, {.seed = {1}}) << '\n';
const double cosine = std::exp(-divergence(CauchySchwarz{}, target, model).value);
  BOOST_TEST(cosine < 1.0);
  BOOST_TEST(cosine > 0.8);
}

BOOST_AUTO_TEST_CASE(tables_are_taken_apart) {
const Joint joint(Matrix{{0.30, 0.15, 0.05}, {0.20, 0.20, 0.10}});
const Joint other(Matrix{{0.20, 0.20, 0.10}, {0.15, 0.25, 0.10}});
const ChainRule parts = chain_rule(joint, other);        // KL: joint = marginal + conditional
const Estimate shared = mutual_information(joint);       // of row and column
const Estimate left = conditional_entropy(joint, {0});   // of the column, given the row
const Estimate confusion = perplexity(joint, other);     // exp of the cross entropy
  BOOST_TEST(parts.conditional.value == 0.0567375667642, tt::tolerance(1e-12));
  BOOST_TEST(shared.value == joint.marginal({1}).entropy() - left.value, tt::tolerance(1e-12));
  BOOST_TEST(confusion.standard_error == 0.0);
}

BOOST_AUTO_TEST_CASE(policies_are_tilted) {
const auto reference = Categorical::from_logits(Vector{{-1.0, -1.5, -2.0, -2.5, -3.0}});
const auto policy = tilt(reference, Vector{{3.0, 1.5, 0.5, -0.5, -2.0}}, {.beta = 1.0});
const double gained = policy.expected_reward() - policy.expected_reward(reference);
const Vector learnable = policy.implicit_reward();       // beta log(policy / reference)
const auto bent = tilt(Gaussian::standard(2), [](const auto& x) { return x[0] * x[1]; }, {.beta = 3.0});
  BOOST_TEST(policy.objective() == 2.31261849198659, tt::tolerance(1e-13));
  BOOST_TEST(gained == 2.73862667668571 - 1.59095502232205, tt::tolerance(1e-12));
  BOOST_TEST(learnable.size() == 5);
  BOOST_TEST(!is_normalized<decltype(bent)>);
}

BOOST_AUTO_TEST_CASE(students_learn) {
const Distillation distillation(Vector{{4.0, 1.5, -1.0}}, {.temperature = 2.0, .direction = Direction::forward,
                                                           .squared_temperature = true});
const Estimate loss = distillation.loss(Vector{{2.5, 1.0, 0.0}});
const Vector slope = distillation.gradient(Vector{{2.5, 1.0, 0.0}});
const auto student = fit(Categorical::from_logits(Vector{{2.5, 1.0, 0.0}}), distillation, Lbfgs{});
  BOOST_TEST(loss.value == 4 * 0.0712476794850393, tt::tolerance(1e-13));
  BOOST_TEST(std::abs(slope.sum()) < 1e-14);
  BOOST_TEST((student.model.probabilities() - softmax(Vector{{4.0, 1.5, -1.0}})).norm() < 1e-10);
}

BOOST_AUTO_TEST_CASE(a_convex_function_is_a_divergence) {
const FDivergence triangular([](double t) { return (t - 1) * (t - 1) / (t + 1); });
const double twice_le_cam = divergence(triangular, Normal(0.0, 1.0), Normal(1.0, 1.0)).value;
  BOOST_TEST(twice_le_cam == 2 * divergence(LeCam{}, Normal(0.0, 1.0), Normal(1.0, 1.0)).value,
             tt::tolerance(1e-10));
}
// clang-format on

BOOST_AUTO_TEST_CASE(the_document_shows_this_code) {
  test::check_code_is_compiled("divergences.md", "estimators/divergences_document_test.cpp");
}
