// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE estimators_divergence_estimate
#include <boost/test/unit_test.hpp>

#include <cmath>
#include <vector>

#include <leibler/estimators/divergence_estimate.hpp>
#include <leibler/models/categorical.hpp>
#include <leibler/models/gaussian.hpp>
#include <leibler/models/gaussian_mixture.hpp>
#include <leibler/models/joint.hpp>
#include <leibler/models/univariate/beta.hpp>
#include <leibler/models/univariate/binomial.hpp>
#include <leibler/models/univariate/cauchy.hpp>
#include <leibler/models/univariate/gamma.hpp>
#include <leibler/models/univariate/geometric.hpp>
#include <leibler/models/univariate/laplace.hpp>
#include <leibler/models/univariate/normal.hpp>
#include <leibler/models/univariate/poisson.hpp>
#include <leibler/models/univariate/student_t.hpp>
#include <leibler/models/univariate/uniform.hpp>
#include <leibler/models/univariate/weibull.hpp>

#include "lifted_cap.hpp"
#include "says.hpp"
#include "seed_mixture.hpp"

using namespace leibler;
using namespace leibler::test;
namespace tt = boost::test_tools;

namespace {

constexpr double infinity = HUGE_VAL;

Categorical probabilities(const Vector& p) {
  return Categorical::from_probabilities(p);
}

template <class D, class P, class Q>
Estimate by(Method method, const D& d, const P& p, const Q& q, std::size_t samples = 200'000) {
  return divergence(d, p, q, {.method = method, .samples = samples, .seed = {7}});
}

/// Calls f with every divergence that has a finite value between common distributions.
template <class F>
void for_all(const F& f) {
  f(Kl{});
  f(Jeffreys{});
  f(JensenShannon{});
  f(JensenShannon{0.3, 0.6});
  f(TotalVariation{});
  f(ChiSquared{});
  f(ReverseChiSquared{});
  f(SquaredHellinger{});
  f(Bhattacharyya{});
  f(Alpha{0.4});
  f(Alpha{1.3});
  f(Renyi{0.0});
  f(Renyi{0.6});
  f(Renyi{1.0});
  f(Renyi{1.4});
  f(LeCam{});
  f(FDivergence([](double t) { return (t - 1) * (t - 1); }));
}

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

// 25 digits by another program.
BOOST_AUTO_TEST_CASE(quadrature_has_the_reference_numbers_within_its_bound) {
  const auto is = [](const Estimate& e, double expected, double tolerance = 1e-13) {
    BOOST_TEST_CONTEXT(e) {
      BOOST_TEST((e.method == Method::quadrature));
      BOOST_TEST(e.value == expected, tt::tolerance(tolerance));
      BOOST_TEST(std::abs(e.value - expected) <= e.standard_error + 1e-16 * expected);
      BOOST_TEST(e.standard_error < 1e-11 * e.value);
      BOOST_TEST(e.reliable);
    }
  };
  const Normal p(0.0, 1.0), q(1.0, 2.0);
  is(divergence(Kl{}, p, Laplace(0.5, 1.5)), 0.2767358319985116557396258);
  is(divergence(JensenShannon{}, p, q), 0.1281749730543980104248181);
  is(divergence(TotalVariation{}, p, q), 0.3900656601210556610529514);
  is(divergence(LeCam{}, p, q), 0.2174825540899354848555971);
  is(divergence(Kl{}, StudentT(5.0, 0.0, 1.0), p), 0.1247691941236100940229145);
  is(divergence(Kl{}, Gamma(2.0, 1.0), Weibull(1.5, 2.0)), 0.020629834014268637351969);
  is(divergence(SquaredHellinger{}, Gamma(2.0, 1.0), Weibull(1.5, 2.0)),
     0.004541151169144855017465448);
  // Next to 1, which is not 0, the distance that a density depends on has no digits.
  const Estimate e = by(Method::quadrature, Kl{}, Beta(0.3, 0.6), Beta(0.5, 0.5));
  BOOST_TEST_CONTEXT(e) {
    BOOST_TEST(std::abs(e.value - 0.1880245007528351411663158) <= e.standard_error);
    BOOST_TEST(e.standard_error < 1e-4);
    BOOST_TEST(!e.reliable);
  }
  is(divergence(Kl{}, Poisson(3.0), Geometric(0.25)), 0.3178703803266644672316914);
}

BOOST_AUTO_TEST_CASE(the_bound_covers_the_noise_of_densities_near_each_other) {
  const Normal p(0.0, 1.0), q(1e-9, 1.0);
  const auto is = [](const Estimate& e, double expected) {
    BOOST_TEST_CONTEXT(e) {
      BOOST_TEST((e.method == Method::quadrature));
      BOOST_TEST(std::abs(e.value - expected) <= e.standard_error);
      BOOST_TEST(e.standard_error < 1e-5 * expected);
    }
  };
  is(by(Method::quadrature, TotalVariation{}, p, q), 3.98942280401432703e-10);
  is(by(Method::quadrature, JensenShannon{}, p, q), 1.25e-19);
  // A pole that doubles cannot resolve is left to draws, or said to be uncertain.
  const Estimate pole = by(Method::quadrature, SquaredHellinger{}, Beta(0.1, 0.2), Beta(3.0, 4.0));
  BOOST_TEST(std::abs(pole.value - 0.520872992039965558) <= pole.standard_error);
  BOOST_TEST(!pole.reliable);
}

BOOST_AUTO_TEST_CASE(quadrature_agrees_with_the_formulas) {
  const Normal p(0.3, 1.2), q(-0.5, 1.5), far(30.0, 1.0);
  for_all([&](const auto& d) {
    if constexpr (HasClosedForm<decltype(d), Normal<>, Normal<>>) {
      for (const auto& [a, b] : {std::pair(p, q), std::pair(p, far)}) {
        const double exact = divergence(d, a, b).value;
        const Estimate e = by(Method::quadrature, d, a, b);
        BOOST_TEST_CONTEXT(std::string(d.name) << " " << e << ", exact " << exact) {
          BOOST_TEST(e.value == exact, tt::tolerance(1e-11));
        }
      }
    }
  });
}

BOOST_AUTO_TEST_CASE(quadrature_finds_infinity) {
  const Normal narrow(0.0, 1.0), wide(0.0, 2.0);
  BOOST_TEST(by(Method::quadrature, ChiSquared{}, wide, narrow).value == infinity);
  BOOST_TEST(divergence(ChiSquared{}, wide, narrow).value == infinity);
  BOOST_TEST(divergence(Kl{}, Cauchy(0.0, 1.0), narrow).value == infinity);
  BOOST_TEST(divergence(Kl{}, Uniform(0.0, 2.0), Uniform(0.0, 1.0)).value == infinity);
  BOOST_TEST(divergence(Kl{}, Uniform(0.0, 1.0), Uniform(0.0, 2.0)).value == std::log(2.0),
             tt::tolerance(1e-13));
  BOOST_TEST(divergence(TotalVariation{}, Uniform(0.0, 1.0), Uniform(0.5, 2.0)).value == 2.0 / 3,
             tt::tolerance(1e-13));
  BOOST_TEST(divergence(Bhattacharyya{}, Uniform(0.0, 1.0), Uniform(1.0, 2.0)).value == infinity);
  BOOST_TEST(divergence(Renyi{0.0}, Uniform(0.0, 1.0), Uniform(0.5, 2.5)).value == std::log(4.0),
             tt::tolerance(1e-13));
}

BOOST_AUTO_TEST_CASE(supports_that_differ_count) {
  const auto p = probabilities(Vector{{0.5, 0.0, 0.5}}),
             q = probabilities(Vector{{0.25, 0.75, 0.0}});
  BOOST_TEST(divergence(Kl{}, p, q).value == infinity);
  BOOST_TEST(divergence(TotalVariation{}, p, q).value == 0.75, tt::tolerance(1e-15));
  BOOST_TEST(divergence(SquaredHellinger{}, p, q).value == 1 - std::sqrt(0.125),
             tt::tolerance(1e-15));
  BOOST_TEST(divergence(Renyi{0.0}, p, q).value == -std::log(0.25), tt::tolerance(1e-15));
  BOOST_TEST(divergence(Renyi{infinity}, p, q).value == infinity);
  // Another number of categories: those beyond are one side's alone.
  const auto two = probabilities(Vector{{0.5, 0.5}}),
             three = probabilities(Vector{{0.25, 0.5, 0.25}});
  BOOST_TEST(divergence(Kl{}, two, three).value == 0.5 * std::log(2.0), tt::tolerance(1e-14));
  BOOST_TEST(divergence(Kl{}, three, two).value == infinity);
  BOOST_TEST(divergence(TotalVariation{}, two, three).value == 0.25, tt::tolerance(1e-14));
  BOOST_TEST(divergence(Renyi{infinity}, two, three).value == std::log(2.0), tt::tolerance(1e-14));
  BOOST_TEST(divergence(Kl{}, Binomial(2.0, 0.5), Binomial(3.0, 0.5)).value ==
                 0.25 * std::log(2.0) + 0.5 * std::log(4.0 / 3) + 0.25 * std::log(2.0 / 3),
             tt::tolerance(1e-13));
  BOOST_TEST(divergence(Kl{}, Binomial(3.0, 0.5), Binomial(2.0, 0.5)).value == infinity);
  const Estimate finite = divergence(Kl{}, Binomial(20.0, 0.1), Poisson(2.0));
  double sum = 0.0;
  for (int k = 0; k <= 20; ++k) {
    const double log_p = Binomial(20.0, 0.1).log_density(k);
    sum += std::exp(log_p) * (log_p - Poisson(2.0).log_density(k));
  }
  BOOST_TEST(finite.value == sum, tt::tolerance(1e-12));
  BOOST_TEST((finite.method == Method::enumeration));
  BOOST_TEST(divergence(Kl{}, Poisson(2.0), Binomial(20.0, 0.1)).value == infinity);
  const Joint a(Matrix{{0.3, 0.15}, {0.25, 0.3}}), b(Matrix{{0.2, 0.2}, {0.6, 0.0}});
  BOOST_TEST(divergence(TotalVariation{}, a, b).value == 0.4, tt::tolerance(1e-14));
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

// Exceedances of a Pareto distribution by its quantiles.
BOOST_AUTO_TEST_CASE(the_shape_of_a_pareto_tail_is_found) {
  for (const double k : {0.2, 0.5, 1.0, 2.0}) {
    std::vector<double> x;
    for (int i = 1; i <= 2000; ++i) x.push_back((std::pow(1 - i / 2001.0, -k) - 1) / k);
    BOOST_TEST(detail::pareto_shape(x) == k, tt::tolerance(0.03));
  }
  BOOST_TEST(detail::pareto_shape(std::vector<double>(100, 1.0)) == -infinity);
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
      (void)by(Method::closed_form, Kl{}, p, q), InvalidArgument,
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
      says("divergence: options.method = quadrature does not apply; both must be of one variable "
           "and have quantiles; leave it out for the best method that does."));
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
