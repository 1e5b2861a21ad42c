// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE estimators_assess
#include <boost/test/unit_test.hpp>

#include <cmath>
#include <cstdint>
#include <numbers>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include <leibler/estimators/assess.hpp>
#include <leibler/models/gaussian_mixture.hpp>

#include "banana.hpp"
#include "fits.hpp"
#include "says.hpp"
#include "seed_mixture.hpp"
#include "uniform.hpp"

using namespace leibler;
using namespace leibler::test;
namespace tt = boost::test_tools;

namespace {

std::string text_of(const Assessment& a) {
  std::ostringstream out;
  out << a;
  return out.str();
}

// The seed mixture and a component of weight e-9, far off.
GaussianMixture with_a_dead_component() {
  return GaussianMixture(
      Vector{{0.2, 0.3, 0.2, 0.3 - 1e-9, 1e-9}}, Points{{1, 0}, {6, 4}, {-2, 2}, {4, -2}, {50, 50}},
      {Matrix::Identity(2, 2), Matrix{{1, 0.5}, {0.5, 1}}, Matrix{{1, -0.5}, {-0.5, 1}},
       Matrix{{0.5, 0}, {0, 4}}, Matrix::Identity(2, 2)});
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_distribution_gets_both_divergences) {
  const auto p = seed_mixture();
  const auto q = nearest_gaussian();
  const EstimateOptions options{.samples = 500'000, .seed = {2}};
  const Assessment a = assess(p, q, options);
  BOOST_TEST_REQUIRE((a.forward_kl && a.reverse_kl && a.effective_sample_size));
  BOOST_TEST(!a.elbo.has_value());
  BOOST_TEST(!a.negative_log_likelihood.has_value());
  BOOST_TEST(a.forward_kl->value == estimate_kl(p, q, options).value);
  BOOST_TEST(a.reverse_kl->value == estimate_kl(q, p, options).value);
  BOOST_TEST(a.model_components.empty());
  BOOST_TEST_REQUIRE(a.target_components.size() == 4u);
  double mass = 0.0;
  for (const ComponentShare& share : a.target_components) mass += share.mass.value;
  BOOST_TEST(mass == 1.0, tt::tolerance(1e-12));
  BOOST_TEST(a.died().empty());
}

BOOST_AUTO_TEST_CASE(a_model_that_is_the_target_is_perfect) {
  const auto p = seed_mixture();
  const Assessment a = assess(p, p, {.samples = 200'000});
  BOOST_TEST(a.forward_kl->value == 0.0);
  BOOST_TEST(a.reverse_kl->value == 0.0);
  BOOST_TEST(a.effective_sample_size->value == 1.0, tt::tolerance(1e-12));
  BOOST_TEST(a.effective_sample_size->standard_error == 0.0);
  BOOST_TEST(a.effective_sample_size->reliable);
  for (std::size_t k = 0; k < 4; ++k) {
    BOOST_TEST(a.model_components[k].weight == (Vector{{0.2, 0.3, 0.2, 0.3}}[Index(k)]),
               tt::tolerance(1e-12));
    const Estimate& mass = a.model_components[k].mass;
    BOOST_TEST(std::abs(mass.value - a.model_components[k].weight) < 7 * mass.standard_error);
    // A mean responsibility varies by less than 1/2 a draw.
    BOOST_TEST(mass.standard_error < 0.5 / std::sqrt(200'000.0));
    BOOST_TEST(mass.standard_error > 0.3 / std::sqrt(200'000.0));
  }
}

// Weights w of log w ~ N(-s^2/2, s^2) have the share exp(-s^2): N(0, 1) for p and N(m, 1) for q
// differ by s = m.
BOOST_AUTO_TEST_CASE(the_effective_sample_size_is_that_of_log_normal_weights) {
  const Gaussian p = Gaussian::standard(1);
  const Gaussian q(Vector{{0.5}}, Matrix{{1.0}});
  const Assessment a = assess(p, q, {.samples = 400'000});
  BOOST_TEST(std::abs(a.effective_sample_size->value - std::exp(-0.25)) <
             7 * a.effective_sample_size->standard_error);
  BOOST_TEST(a.effective_sample_size->reliable);
}

// Over many seeds: the error that is stated is the spread that is seen.
BOOST_AUTO_TEST_CASE(the_errors_of_shares_are_their_spread) {
  const GaussianMixture p(Vector{{0.3, 0.7}}, Points{{0}, {3}},
                          {Matrix::Identity(1, 1), Matrix::Identity(1, 1)});
  const Gaussian q(Vector{{2.0}}, Matrix{{4.0}});
  engine::Moments share, share_error, mass, mass_error;
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    const Assessment a = assess(p, q, {.samples = 2000, .seed = {seed}});
    share.add(&a.effective_sample_size->value, 1);
    share_error.add(&a.effective_sample_size->standard_error, 1);
    mass.add(&a.target_components[0].mass.value, 1);
    mass_error.add(&a.target_components[0].mass.standard_error, 1);
  }
  // The relative error of a standard deviation from 400 values is 0.035.
  BOOST_TEST(std::sqrt(share.variance()) == share_error.mean(), tt::tolerance(0.25));
  BOOST_TEST(std::sqrt(mass.variance()) == mass_error.mean(), tt::tolerance(0.25));
}

// The second moments of these weights, exp(9) and exp(25), are of draws that are not seen.
BOOST_AUTO_TEST_CASE(an_effective_sample_size_that_a_few_draws_decide_is_not_reliable) {
  const Gaussian p = Gaussian::standard(1);
  for (const double distance : {3.0, 5.0}) {
    const Assessment a = assess(p, Gaussian(Vector{{distance}}, Matrix{{1.0}}), {.seed = {1}});
    BOOST_TEST_CONTEXT(a) {
      BOOST_TEST(!a.effective_sample_size->reliable);
      BOOST_TEST((a.effective_sample_size->value * 100'000 < 100) == (distance == 5.0));
      BOOST_TEST(text_of(a).find("% of draws of q (not reliable)") != std::string::npos);
    }
  }
}

BOOST_AUTO_TEST_CASE(the_effective_sample_size_is_zero_where_no_draw_meets_the_target) {
  const Uniform p{5.0, 6.0}, q{0.0, 1.0};
  const Assessment a = assess(p, q);
  BOOST_TEST(a.effective_sample_size->value == 0.0);
  BOOST_TEST(!a.effective_sample_size->reliable);
  BOOST_TEST(a.forward_kl->value == HUGE_VAL);
  BOOST_TEST(a.reverse_kl->value == HUGE_VAL);
}

BOOST_AUTO_TEST_CASE(weights_are_added_up_in_log_space) {
  // In one call and merged one by one, from both ends.
  const auto share_of = [](const std::vector<double>& log_weights, double expected) {
    detail::WeightSums whole, forward, backward;
    std::vector<double> spoilt = log_weights;
    whole.add(spoilt.data(), spoilt.size());
    for (std::size_t i = 0; i < log_weights.size(); ++i) {
      detail::WeightSums first, last;
      double a = log_weights[i], b = log_weights[log_weights.size() - 1 - i];
      first.add(&a, 1);
      last.add(&b, 1);
      forward.merge(first);
      backward.merge(last);
    }
    for (const auto* sums : {&whole, &forward, &backward}) {
      const Estimate e = sums->effective_share();
      BOOST_TEST(e.samples == log_weights.size());
      BOOST_TEST(
          (std::isnan(expected) ? std::isnan(e.value) : std::abs(e.value - expected) <= 1e-14));
    }
  };
  share_of({-1000.0, -1000.0, -HUGE_VAL, -HUGE_VAL}, 0.5);
  share_of({800.0, 800.0}, 1.0);
  share_of({-800.0, 800.0}, 0.5);
  share_of({std::log(3.0), 0.0, -HUGE_VAL}, 16.0 / 10 / 3);
  share_of({0.0, HUGE_VAL}, 0.0);
  share_of({0.0, NAN, HUGE_VAL}, NAN);
}

BOOST_AUTO_TEST_CASE(an_unnormalised_target_gets_an_elbo_and_no_kl) {
  const Gaussian q(Vector{{0.0, 0.5}}, Matrix::Identity(2, 2));
  const Assessment a = assess(Banana{}, q, {.samples = 400'000});
  BOOST_TEST((!a.forward_kl && !a.reverse_kl));
  BOOST_TEST_REQUIRE(a.elbo.has_value());
  const double exact = std::log(2 * std::numbers::pi) + 1 - 2.0;
  BOOST_TEST(std::abs(a.elbo->value - exact) < 7 * a.elbo->standard_error);
  BOOST_TEST(a.elbo->value < Banana::log_integral);
  const std::string text = text_of(a);
  BOOST_TEST(text.find("ELBO") != std::string::npos);
  BOOST_TEST(text.find("KL") == std::string::npos);
  BOOST_TEST(a.to_json().find("kl") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(one_point_says_nothing_about_the_error_of_its_source) {
  const auto q = nearest_gaussian();
  for (const Empirical& data :
       {Empirical(Points{{1, 2}}), Empirical(Points{{1, 2}, {3, 4}}, Vector{{1, 0}})}) {
    const Estimate e = assess(data, q).negative_log_likelihood.value();
    BOOST_TEST(e.value == -q.log_density(Points{{1, 2}})[0], tt::tolerance(1e-14));
    BOOST_TEST(e.standard_error == HUGE_VAL);
    BOOST_TEST(!e.reliable);
  }
}

BOOST_AUTO_TEST_CASE(data_get_their_exact_mean_negative_log_likelihood) {
  const Points x = sample(seed_mixture(), 5000, Seed{3});
  const auto q = nearest_gaussian();
  const Assessment a = assess(x, q);
  BOOST_TEST((!a.forward_kl && !a.reverse_kl && !a.elbo && !a.effective_sample_size));
  const Estimate& e = a.negative_log_likelihood.value();
  const Vector h = -q.log_density(x);
  const double mean = h.mean();
  BOOST_TEST(e.value == mean, tt::tolerance(1e-13));
  BOOST_TEST(e.standard_error == std::sqrt((h.array() - mean).square().sum() / (5000.0 * 4999.0)),
             tt::tolerance(1e-12));
  BOOST_TEST(e.samples == 5000u);
  BOOST_TEST((e.method == Method::enumeration));
  BOOST_TEST(std::abs(e.value - nll_of_nearest_gaussian) < 7 * e.standard_error);
}

BOOST_AUTO_TEST_CASE(data_have_their_exact_masses_with_the_error_of_a_sample) {
  const auto q = seed_mixture();
  const Points x = sample(q, 3000, Seed{5});
  const Assessment a = assess(x, q);
  const Assessment weighted = assess(Empirical(x, Vector::Constant(3000, 2.0)), q);
  for (std::size_t k = 0; k < 4; ++k) {
    Vector r(3000);
    for (Index i = 0; i < 3000; ++i) {
      r[i] = std::exp(std::log(q.weights()[Index(k)]) + q.component(k).log_density(x.row(i))[0] -
                      q.log_density(x.row(i))[0]);
    }
    const double mean = r.mean();
    const double error = std::sqrt((r.array() - mean).square().sum() / (3000.0 * 2999.0));
    for (const Estimate& mass : {a.model_components[k].mass, weighted.model_components[k].mass}) {
      BOOST_TEST(mass.value == mean, tt::tolerance(1e-11));
      BOOST_TEST(mass.standard_error == error, tt::tolerance(1e-9));
      BOOST_TEST(mass.samples == 3000u);
      BOOST_TEST((mass.method == Method::enumeration));
    }
  }
  BOOST_TEST(!assess(Points{{1, 2}}, q).model_components[0].mass.reliable);
}

BOOST_AUTO_TEST_CASE(rows_without_weight_count_nothing) {
  const Empirical data(Points{{0.25}, {7.0}, {0.75}}, Vector{{1.0, 0.0, 1.0}});
  const Assessment a = assess(data, Uniform{0.0, 1.0});
  BOOST_TEST(a.negative_log_likelihood->value == 0.0);
  BOOST_TEST(a.negative_log_likelihood->standard_error == 0.0);
  const Assessment beyond = assess(Points{{0.25}, {7.0}}, Uniform{0.0, 1.0});
  BOOST_TEST(beyond.negative_log_likelihood->value == HUGE_VAL);
  BOOST_TEST(beyond.negative_log_likelihood->standard_error == HUGE_VAL);
  BOOST_TEST(!beyond.negative_log_likelihood->reliable);
}

BOOST_AUTO_TEST_CASE(components_that_died_are_named) {
  const Assessment a = assess(seed_mixture(), with_a_dead_component(), {.samples = 50'000});
  BOOST_TEST((a.died() == std::vector<std::size_t>{4}));
  BOOST_TEST(text_of(a).ends_with("\ncomponents that died: 4"));
  const auto json = nlohmann::json::parse(a.to_json());
  BOOST_TEST(json.at("died") == std::vector<int>{4});
  BOOST_TEST(json.at("model_components").size() == 5u);
  BOOST_TEST(json.at("target_components").size() == 4u);
  BOOST_TEST(json.at("target_components")[0].at("mass").at("samples") == 50'000);
  BOOST_TEST(json.at("effective_sample_size").at("samples") == 50'000);
  BOOST_TEST(json.at("forward_kl").at("samples") == 50'000);
}

BOOST_AUTO_TEST_CASE(weight_or_mass_alone_keeps_a_component_alive) {
  Assessment a;
  a.model_components = {{1e-4, {0.5}}, {0.5, {1e-4}}, {9e-4, {9e-4}}, {1e-3, {0.0}}};
  BOOST_TEST((a.died() == std::vector<std::size_t>{2}));
}

BOOST_AUTO_TEST_CASE(errors_say_the_whole_sentence) {
  const auto p = seed_mixture();
  const Gaussian other = Gaussian::standard(3);
  const auto differ = says("assess: q.dimension() = 3; must be 2; p and q live in the same space.");
  BOOST_CHECK_EXCEPTION((void)assess(p, other), std::invalid_argument, differ);
  BOOST_CHECK_EXCEPTION((void)assess(Points{{1.0, 2.0}}, other), std::invalid_argument, differ);
  BOOST_CHECK_EXCEPTION((void)assess(Banana{}, other), std::invalid_argument, differ);
  BOOST_CHECK_EXCEPTION(
      (void)assess(p, p, {.samples = 1}), std::invalid_argument,
      says("assess: options.samples = 1; must be >= 2; a standard error needs two draws."));
}
