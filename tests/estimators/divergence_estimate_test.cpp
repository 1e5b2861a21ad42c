// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE estimators_divergence_estimate
#include <boost/test/unit_test.hpp>

#include <cmath>
#include <vector>

#include <leibler/estimators/divergence_estimate.hpp>
#include <leibler/models/categorical.hpp>
#include <leibler/models/gaussian.hpp>
#include <leibler/models/univariate/binomial.hpp>
#include <leibler/models/univariate/cauchy.hpp>
#include <leibler/models/univariate/gamma.hpp>
#include <leibler/models/univariate/laplace.hpp>
#include <leibler/models/univariate/normal.hpp>
#include <leibler/models/univariate/student_t.hpp>
#include <leibler/models/univariate/uniform.hpp>

#include "divergences.hpp"
#include "lifted_cap.hpp"
#include "says.hpp"
#include "seed_mixture.hpp"

using namespace leibler;
using namespace leibler::test;
namespace tt = boost::test_tools;

namespace {

constexpr double infinity = HUGE_VAL;

}  // namespace

// Exercises 1, 2, 5 and 6: 12 digits and more.
BOOST_AUTO_TEST_CASE(the_exercises_have_their_reference_numbers) {
  const auto is = [](const Estimate& e, double expected) {
    BOOST_TEST_CONTEXT(e) {
      BOOST_TEST(e.value == expected, tt::tolerance(1e-12));
      BOOST_TEST(e.standard_error == 0.0);
      BOOST_TEST(e.reliable);
    }
  };
  {
    const auto p = probabilities(Vector{{0.90, 0.04, 0.03, 0.02, 0.01}});
    const auto q = probabilities(Vector{{0.65, 0.15, 0.10, 0.05, 0.05}});
    is(divergence(Kl{}, p, q), 0.16947054890027);
    is(divergence(Kl{}, q, p), 0.233422528362846);
    is(by(Method::enumeration, Kl{}, p, q), 0.16947054890027);
  }
  {
    const auto p = probabilities(Vector{{0.6, 0.3, 0.1}}),
               q = probabilities(Vector{{0.2, 0.5, 0.3}});
    is(divergence(Kl{}, p, q), 0.396058457204258);
    is(divergence(Kl{}, q, p), 0.365274040749806);
  }
  is(divergence(Kl{}, Normal(2.0, 1.5), Normal(0.0, 1.0)), 2.21953489189184);
  {
    const auto p = probabilities(Vector{{0.5, 0.3, 0.2}}),
               q = probabilities(Vector{{0.2, 0.5, 0.3}});
    is(divergence(Kl{}, p, q), 0.223804657185647);
    is(divergence(JensenShannon{}, p, q), 0.0508746125395983);
    is(divergence(ChiSquared{}, p, q), 0.563333333333333);
    is(divergence(TotalVariation{}, p, q), 0.3);
    BOOST_TEST((divergence(TotalVariation{}, p, q).method == Method::enumeration));
    BOOST_TEST((divergence(Kl{}, p, q).method == Method::closed_form));
  }
}

BOOST_AUTO_TEST_CASE(equal_distributions_have_divergence_zero_by_every_method) {
  for_all([](const auto& d) {
    BOOST_TEST_CONTEXT(std::string(d.name)) {
      const auto p = probabilities(Vector{{0.5, 0.0, 0.5}});
      BOOST_TEST(divergence(d, p, p).value == 0.0);
      BOOST_TEST(divergence(d, Binomial(9.0, 0.3), Binomial(9.0, 0.3)).value == 0.0);
      for (const Method method : {Method::quadrature, Method::monte_carlo}) {
        const Estimate e = by(method, d, Gamma(2.0, 3.0), Gamma(2.0, 3.0), 1000);
        BOOST_TEST(e.value == 0.0);
        BOOST_TEST(e.standard_error == 0.0);
        BOOST_TEST(e.reliable);
      }
      const auto mixture = seed_mixture();
      BOOST_TEST(divergence(d, mixture, mixture, {.samples = 1000}).value == 0.0);
    }
  });
}

BOOST_AUTO_TEST_CASE(samples_agree_with_what_is_exact) {
  const Normal p(0.3, 1.2), q(0.0, 1.35);
  for_all([&](const auto& d) {
    const double exact = divergence(d, p, q).value;
    const Estimate e = by(Method::monte_carlo, d, p, q);
    BOOST_TEST_CONTEXT(std::string(d.name) << " " << e << ", exact " << exact) {
      BOOST_TEST(std::abs(e.value - exact) <= 7 * e.standard_error);
      BOOST_TEST(e.standard_error < 0.03 * exact + 1e-300);
      BOOST_TEST(e.reliable);
      BOOST_TEST((e.method == Method::monte_carlo));
      BOOST_TEST(e.samples == 200'000u);
    }
  });
  for_all([&](const auto& d) {  // far apart: the logarithm of a small integral
    const Normal far(3.0, 1.2);
    if (is_bounded(d) || AffinityDivergence<decltype(d)>) {
      const double exact = divergence(d, p, far).value;
      const Estimate e = by(Method::monte_carlo, d, p, far);
      BOOST_TEST_CONTEXT(std::string(d.name) << " " << e << ", exact " << exact) {
        BOOST_TEST((!e.reliable || std::abs(e.value - exact) <= 7 * e.standard_error));
      }
    }
  });
}

BOOST_AUTO_TEST_CASE(standard_errors_are_the_spread_of_repeats) {
  const Normal p(0.3, 1.2), q(0.0, 1.5), far(3.0, 1.2);
  const auto check = [&](const auto& d, const Normal<>& other) {
    engine::Moments values, errors;
    for (std::uint64_t seed = 0; seed < 300; ++seed) {
      const Estimate e = divergence(
          d, p, other, {.method = Method::monte_carlo, .samples = 1000, .seed = {1000 + seed}});
      values.add(&e.value, 1);
      errors.add(&e.standard_error, 1);
    }
    BOOST_TEST_CONTEXT(std::string(d.name)) {
      BOOST_TEST(std::sqrt(values.variance()) / errors.mean() == 1.0,
                 tt::tolerance(7 / std::sqrt(600.0)));
    }
  };
  check(Kl{}, q);
  check(TotalVariation{}, q);
  check(JensenShannon{}, far);
  check(Bhattacharyya{}, q);
  check(Bhattacharyya{}, far);
  check(Renyi{0.7}, far);
}

BOOST_AUTO_TEST_CASE(mass_of_one_alone_is_not_missed_by_draws) {
  const Uniform p(0.0, 1.0), q(0.5, 2.0);
  const Estimate tv = by(Method::monte_carlo, TotalVariation{}, p, q);
  BOOST_TEST(std::abs(tv.value - 2.0 / 3) <= 7 * tv.standard_error);
  const Estimate js = by(Method::monte_carlo, JensenShannon{}, p, q);
  BOOST_TEST(std::abs(js.value - divergence(JensenShannon{}, p, q).value) <= 7 * js.standard_error);
  const Estimate kl = by(Method::monte_carlo, Kl{}, p, q);
  BOOST_TEST(kl.value == infinity);
  BOOST_TEST(!kl.reliable);
  BOOST_TEST(by(Method::monte_carlo, ChiSquared{}, p, q).value == infinity);
  BOOST_TEST(by(Method::monte_carlo, Bhattacharyya{}, Uniform(0.0, 1.0), Uniform(1.0, 2.0)).value ==
             infinity);
}

BOOST_AUTO_TEST_CASE(the_tail_diagnostic_fires_where_the_variance_is_infinite) {
  const Normal narrow(0.0, 1.0), wide(0.0, 2.0);
  const Estimate infinite = by(Method::monte_carlo, ChiSquared{}, wide, narrow);
  BOOST_TEST_CONTEXT(infinite) {
    BOOST_TEST(!infinite.reliable);
  }
  const Estimate cauchy = by(Method::monte_carlo, Kl{}, Cauchy(0.0, 1.0), narrow);
  BOOST_TEST_CONTEXT(cauchy) {
    BOOST_TEST(!cauchy.reliable);
  }
  BOOST_TEST(!by(Method::monte_carlo, Renyi{2.0}, StudentT(2.0, 0.0, 1.0), narrow).reliable);
  BOOST_TEST(by(Method::monte_carlo, ChiSquared{}, narrow, wide).reliable);
  BOOST_TEST(by(Method::monte_carlo, TotalVariation{}, Cauchy(0.0, 1.0), narrow).reliable);
}

BOOST_AUTO_TEST_CASE(estimators_of_kl_agree_and_the_others_vary_less) {
  const Normal p(0.3, 1.2), q(0.0, 1.1);
  const double exact = divergence(Kl{}, p, q).value;
  const auto with = [&](KlEstimator estimator) {
    return divergence(Kl{}, p, q,
                      {.method = Method::monte_carlo, .kl_estimator = estimator, .seed = {5}});
  };
  const Estimate plain = with(KlEstimator::plain), control = with(KlEstimator::control_variate),
                 positive = with(KlEstimator::non_negative);
  for (const Estimate& e : {plain, control, positive}) {
    BOOST_TEST_CONTEXT(e << ", exact " << exact) {
      BOOST_TEST(std::abs(e.value - exact) <= 7 * e.standard_error);
      BOOST_TEST(e.reliable);
    }
  }
  BOOST_TEST(control.standard_error < 0.7 * plain.standard_error);
  BOOST_TEST(positive.standard_error < 0.7 * plain.standard_error);
  // Short of the mass of q beyond p, and the plain one not.
  const Uniform inner(0.0, 1.0), outer(0.0, 2.0);
  const auto of_uniforms = [&](KlEstimator estimator) {
    return divergence(Kl{}, inner, outer,
                      {.method = Method::monte_carlo, .kl_estimator = estimator})
        .value;
  };
  BOOST_TEST(of_uniforms(KlEstimator::plain) == std::log(2.0), tt::tolerance(1e-13));
  BOOST_TEST(of_uniforms(KlEstimator::non_negative) == std::log(2.0) - 0.5, tt::tolerance(1e-13));
}

BOOST_AUTO_TEST_CASE(a_standard_error_that_is_asked_for_is_met) {
  const auto p = seed_mixture();
  const auto q = nearest_gaussian();
  for (const double wanted : {2e-3, 1e-3}) {
    const Estimate e =
        divergence(JensenShannon{}, p, q, {.samples = 2000, .standard_error = wanted});
    BOOST_TEST_CONTEXT(e) {
      BOOST_TEST(e.standard_error <= wanted);
      BOOST_TEST(e.standard_error > 0.8 * wanted);
    }
  }
  const Estimate kl = divergence(Kl{}, p, q, {.samples = 2000, .standard_error = 4e-3});
  BOOST_TEST(kl.standard_error <= 4e-3);
  BOOST_TEST(std::abs(kl.value - kl_to_nearest_gaussian) <= 7 * kl.standard_error);
}

BOOST_AUTO_TEST_CASE(inequalities_hold) {
  const Normal p(0.0, 1.0);
  for (const double shift : {1e-6, 0.1, 1.0, 5.0}) {
    for (const double scale : {0.5, 1.0, 3.0}) {
      const Normal q(shift, scale);
      const auto value = [&](const auto& d) { return divergence(d, p, q).value; };
      const double tv = value(TotalVariation{}), h = value(SquaredHellinger{}),
                   js = value(JensenShannon{}), slack = 1 + 1e-12;
      BOOST_TEST(tv <= slack * std::sqrt(value(Kl{}) / 2));  // Pinsker
      BOOST_TEST(tv <= slack * std::sqrt(2 * js));
      BOOST_TEST(js <= slack * std::log(2.0) * tv);
      BOOST_TEST(h <= slack * tv);
      BOOST_TEST(tv <= slack * std::sqrt(h * (2 - h)));
      BOOST_TEST(value(Kl{}) <= slack * std::log1p(value(ChiSquared{})));
      BOOST_TEST(value(Renyi{0.5}) <= slack * value(Kl{}));
      BOOST_TEST(js == divergence(JensenShannon{}, q, p).value, tt::tolerance(1e-12));
      BOOST_TEST(value(Jeffreys{}) == value(Kl{}) + divergence(Kl{}, q, p).value,
                 tt::tolerance(1e-13));
      BOOST_TEST(value(Alpha{0.3}) == divergence(Alpha{0.7}, q, p).value, tt::tolerance(1e-12));
      BOOST_TEST(value(JensenShannon{1.0, 0.0}) == value(Kl{}), tt::tolerance(1e-10));
    }
  }
}

BOOST_AUTO_TEST_CASE(results_do_not_depend_on_the_number_of_threads) {
  const LiftedCap cap;
  const auto p = seed_mixture();
  const auto q = nearest_gaussian();
  const auto with = [&](int threads) {
    return divergence(Renyi{0.7}, p, q, {.samples = 50'000, .threads = {threads}});
  };
  const Estimate one = with(1), eight = with(8);
  BOOST_TEST(one.value == eight.value);
  BOOST_TEST(one.standard_error == eight.standard_error);
  const auto chi = [&](int threads) {
    return divergence(ChiSquared{}, q, p, {.samples = 50'000, .threads = {threads}});
  };
  BOOST_TEST(chi(1).value == chi(8).value);
  BOOST_TEST(chi(1).reliable == chi(8).reliable);
}

BOOST_AUTO_TEST_CASE(what_does_not_apply_is_refused_in_a_sentence) {
  const Normal p(0.0, 1.0);
  const Laplace q(0.0, 1.0);
  BOOST_CHECK_EXCEPTION(
      (void)by(Method::closed_form, TotalVariation{}, p, q), InvalidArgument,
      says("divergence: options.method = closed_form does not apply; no formula is known for this "
           "divergence of these; leave it out for the best method that does."));
  BOOST_CHECK_EXCEPTION(
      (void)by(Method::closed_form, Kl{}, Binomial(2.0, 0.5), Binomial(3.0, 0.5)), InvalidArgument,
      says("divergence: options.method = closed_form does not apply; no formula is known for this "
           "divergence of these; leave it out for the best method that does."));
  BOOST_CHECK_EXCEPTION(
      (void)by(Method::enumeration, Kl{}, p, q), InvalidArgument,
      says("divergence: options.method = enumeration does not apply; both must be discrete, and "
           "the support of one finite; leave it out for the best method that does."));
  BOOST_CHECK_EXCEPTION(
      (void)by(Method::quadrature, Kl{}, seed_mixture(), nearest_gaussian()), InvalidArgument,
      says("divergence: options.method = quadrature does not apply; both must be of one variable, "
           "with quantiles or Gaussian components; leave it out for the best method that does."));
  BOOST_CHECK_EXCEPTION(
      (void)divergence(Renyi{infinity}, p, q), InvalidArgument,
      says("divergence: options.method = monte_carlo does not apply; the order must be finite: a "
           "largest is no mean; leave it out for the best method that does."));
  BOOST_CHECK_EXCEPTION(
      (void)divergence(Kl{}, Gaussian::standard(2), Gaussian::standard(3)), InvalidArgument,
      says("divergence: q.dimension() = 3; must be 2; p and q live in the same space."));
  BOOST_CHECK_EXCEPTION((void)divergence(Kl{}, p, q, {.samples = 3}), InvalidArgument,
                        says("divergence: options.samples = 3; must be >= 4; two draws of p and "
                             "two of q have a standard error."));
  BOOST_CHECK_EXCEPTION((void)divergence(Alpha{std::nan("")}, p, q), DomainError,
                        says("Alpha: a = nan; a must be finite; 0 and 1 are the two KL "
                             "divergences."));
}
