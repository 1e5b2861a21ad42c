// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE estimators_divergence_rungs
#include <boost/test/unit_test.hpp>

#include <cmath>
#include <string>
#include <utility>

#include <leibler/estimators/divergence_rungs.hpp>
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

#include "divergences.hpp"

using namespace leibler;
using namespace leibler::test;
namespace tt = boost::test_tools;

namespace {

constexpr double infinity = HUGE_VAL;

}  // namespace

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
  is(by(Method::quadrature, Kl{}, p, Laplace(0.5, 1.5)), 0.2767358319985116557396258);
  is(divergence(JensenShannon{}, p, q), 0.1281749730543980104248181);
  is(divergence(TotalVariation{}, p, q), 0.3900656601210556610529514);
  is(divergence(LeCam{}, p, q), 0.2174825540899354848555971);
  is(by(Method::quadrature, Kl{}, StudentT(5.0, 0.0, 1.0), p), 0.1247691941236100940229145);
  is(by(Method::quadrature, Kl{}, Gamma(2.0, 1.0), Weibull(1.5, 2.0)), 0.020629834014268637351969);
  is(divergence(SquaredHellinger{}, Gamma(2.0, 1.0), Weibull(1.5, 2.0)),
     0.004541151169144855017465448);
  // Next to 1, which is not 0, the distance that a density depends on has no digits.
  const Estimate e = by(Method::quadrature, Kl{}, Beta(0.3, 0.6), Beta(0.5, 0.5));
  BOOST_TEST_CONTEXT(e) {
    BOOST_TEST(std::abs(e.value - 0.1880245007528351411663158) <= e.standard_error);
    BOOST_TEST(e.standard_error < 1e-4);
    BOOST_TEST(!e.reliable);
  }
  is(by(Method::quadrature, Kl{}, Poisson(3.0), Geometric(0.25)), 0.3178703803266644672316914);
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
