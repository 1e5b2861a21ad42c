// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE estimators_divergence_rungs
#include <boost/test/unit_test.hpp>

#include <cmath>
#include <string>
#include <utility>

#include <leibler/estimators/divergence_rungs.hpp>
#include <leibler/models/affine.hpp>
#include <leibler/models/diagonal_gaussian.hpp>
#include <leibler/models/gaussian_mixture.hpp>
#include <leibler/models/joint.hpp>
#include <leibler/models/mixture.hpp>
#include <leibler/models/truncated.hpp>
#include <leibler/models/univariate/beta.hpp>
#include <leibler/models/univariate/binomial.hpp>
#include <leibler/models/univariate/cauchy.hpp>
#include <leibler/models/univariate/gamma.hpp>
#include <leibler/models/univariate/geometric.hpp>
#include <leibler/models/univariate/gumbel.hpp>
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
  // Next to 1 as next to 0: a Beta is its reflection.
  is(by(Method::quadrature, Kl{}, Beta(0.3, 0.6), Beta(0.5, 0.5)), 0.1880245007528351411663158);
  is(by(Method::quadrature, Kl{}, Poisson(3.0), Geometric(0.25)), 0.3178703803266644672316914);
}

BOOST_AUTO_TEST_CASE(the_bound_covers_the_noise_of_densities_near_each_other) {
  // Two families have no log ratio of their own.
  const Mixture p(Vector{{1.0}}, std::vector{Normal(0.0, 1.0)});
  const Normal q(1e-9, 1.0);
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
  const Affine far(Gamma(0.1, 1.0), 5.0, 1.0), other(Gamma(0.2, 1.0), 5.0, 1.0);
  const Estimate pole = by(Method::quadrature, TotalVariation{}, far, other);
  BOOST_TEST(std::abs(pole.value - divergence(TotalVariation{}, far.base(), other.base()).value) <=
             pole.standard_error);
  BOOST_TEST(!pole.reliable);
}

// log p - log q has 16 digits of log p, not of itself.
BOOST_AUTO_TEST_CASE(a_family_near_itself_keeps_its_digits) {
  const double density_at_0 = 0.39894228040143267794;
  for (const double h : {1e-4, 1e-8, 1e-12}) {
    const Normal p(0.0, 1.0), q(h, 1.0);
    BOOST_TEST_CONTEXT("distance " << h) {
      BOOST_TEST(divergence(TotalVariation{}, p, q).value == density_at_0 * h,
                 tt::tolerance(h * h + 1e-13));
      BOOST_TEST(divergence(JensenShannon{}, p, q).value == h * h / 8, tt::tolerance(h + 1e-13));
      BOOST_TEST(divergence(LeCam{}, p, q).value == h * h / 4, tt::tolerance(h + 1e-13));
      // the information of a location is (nu + 1) / (nu + 3)
      BOOST_TEST(divergence(Kl{}, StudentT(5.0, 0.0, 1.0), StudentT(5.0, h, 1.0)).value ==
                     h * h / 2 * 0.75,
                 tt::tolerance(h + 1e-12));
      // whole numbers: of a rate, 1 / rate
      const double step = (3.0 + h) - 3.0;
      BOOST_TEST(
          divergence(JensenShannon{}, Poisson(3.0), Poisson(3.0 + h)).value == step * step / 24,
          tt::tolerance(h + 1e-12));
    }
  }
}

BOOST_AUTO_TEST_CASE(panels_are_cut_where_densities_cross) {
  const Normal p(0.0, 1.0);
  const Estimate tv = divergence(TotalVariation{}, p, StudentT(5.0, 0.0, 1.0));
  const Estimate by_user = divergence(
      FDivergence([](double t) { return 0.5 * std::abs(t - 1); }, 0.5), p, StudentT(5.0, 0.0, 1.0));
  for (const Estimate& e : {tv, by_user}) {
    BOOST_TEST_CONTEXT(e) {
      BOOST_TEST((e.method == Method::quadrature));
      BOOST_TEST(e.value == 0.06092877124716084, tt::tolerance(1e-13));
      BOOST_TEST(e.samples < 5000u);
    }
  }
  // A kink that is elsewhere is found by halving.
  const Estimate stick = divergence(FDivergence([](double t) { return std::max(t - 2, 0.0); }, 1.0),
                                    p, Normal(1.0, 2.0));
  BOOST_TEST((stick.method == Method::quadrature));
  BOOST_TEST(stick.standard_error < 1e-12);
}

BOOST_AUTO_TEST_CASE(models_of_one_dimension_by_the_number_are_integrated) {
  const GaussianMixture p(Vector{{0.4, 0.6}}, Points{{0.0}, {3.0}},
                          {Matrix{{1.0}}, Matrix{{0.25}}}),
      spike(Vector{{0.999, 0.001}}, Points{{0.0}, {3.0}}, {Matrix{{1.0}}, Matrix{{1e-12}}});
  const Mixture same(Vector{{0.4, 0.6}}, std::vector{Normal(0.0, 1.0), Normal(3.0, 0.5)});
  const Mixture list(Vector{{0.4, 0.6}}, Normal(0.0, 1.0), Normal(3.0, 0.5));
  const Gaussian q(Vector{{1.0}}, Matrix{{4.0}});
  const DiagonalGaussian diagonal(Vector{{1.0}}, Vector{{2.0}});
  const Estimate kl = divergence(Kl{}, p, q), tv = divergence(TotalVariation{}, p, q);
  const auto is = [](const Estimate& e, const Estimate& expected) {
    BOOST_TEST_CONTEXT(e) {
      BOOST_TEST((e.method == Method::quadrature));
      BOOST_TEST(e.value == expected.value, tt::tolerance(1e-12));
      BOOST_TEST(e.standard_error < 1e-12);
    }
  };
  is(divergence(Kl{}, same, Normal(1.0, 2.0)), kl);
  is(divergence(Kl{}, list, diagonal), kl);
  is(divergence(TotalVariation{}, list, diagonal), tv);
  is(divergence(TotalVariation{}, q, p), tv);
  is(divergence(TotalVariation{}, Truncated(Normal(1.0, 2.0), -1e3, 1e3), same), tv);
  is(divergence(TotalVariation{}, Affine(same, 5.0, -2.0), Affine(Normal(1.0, 2.0), 5.0, -2.0)),
     tv);
  // Mass at a component that quantiles of the whole step over.
  BOOST_TEST((divergence(Kl{}, spike, q).method == Method::quadrature));
  // In two dimensions there are draws.
  BOOST_TEST((divergence(TotalVariation{}, Gaussian::standard(2), Gaussian::standard(2)).method ==
              Method::monte_carlo));
  // Whole numbers, and others.
  const Mixture counts(Vector{{0.5, 0.5}}, Poisson(3.0), Poisson(10.0));
  BOOST_TEST((divergence(TotalVariation{}, counts, Poisson(5.0)).method == Method::quadrature));
  BOOST_TEST((divergence(TotalVariation{}, Affine(Poisson(3.0), 0.0, 0.5),
                         Affine(Poisson(5.0), 0.0, 0.5), {.samples = 1000})
                  .method == Method::monte_carlo));
}

// What is beyond every double, or beyond every digit of one.
BOOST_AUTO_TEST_CASE(extreme_arguments_have_their_digits) {
  const auto is = [](const Estimate& e, double expected, double tolerance = 1e-12) {
    BOOST_TEST_CONTEXT(e) {
      BOOST_TEST((e.method == Method::quadrature));
      BOOST_TEST(e.value == expected, tt::tolerance(tolerance));
      BOOST_TEST(e.reliable);
    }
  };
  is(divergence(TotalVariation{}, Normal(0.0, 1.0), Normal(1e200, 1.0)), 1.0);
  is(divergence(TotalVariation{}, Normal(5.0, 1e-8), Normal(0.0, 1e8)), 1.0, 1e-13);
  // Exponential distributions of those rates, but for parts of 1e-9.
  is(divergence(TotalVariation{}, Geometric(1e-9), Geometric(2e-9)), 0.25, 1e-9);
  is(divergence(JensenShannon{}, Normal(0.0, 1.0), Normal(1e4, 1.0)), std::log(2.0));
  // Quantiles of a Cauchy distribution beyond 1e308.
  const double scaled = divergence(JensenShannon{}, Cauchy(0.0, 1.0), Cauchy(0.0, 2.0)).value;
  is(divergence(JensenShannon{}, Cauchy(0.0, 1e300), Cauchy(0.0, 2e300)), scaled, 1e-11);
  is(divergence(JensenShannon{}, Cauchy(0.0, 1e-290), Cauchy(0.0, 2e-290)), scaled, 1e-11);
  // A second moment of 2.01 / 0.01, nearly all of it far out.
  const Estimate heavy = by(Method::quadrature, Kl{}, StudentT(2.01, 0.0, 1.0), Normal(0.0, 1.0));
  BOOST_TEST((heavy.method == Method::quadrature));
  BOOST_TEST(heavy.value == -StudentT(2.01, 0.0, 1.0).entropy() + 100.5 +
                                0.5 * std::log(2 * 3.14159265358979324),
             tt::tolerance(1e-11));
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
  BOOST_TEST(divergence(Kl{}, StudentT(2.0, 0.0, 1.0), narrow).value == infinity);
  BOOST_TEST(divergence(ChiSquared{}, StudentT(2.5, 0.0, 1.0), narrow).value == infinity);
  BOOST_TEST(divergence(ChiSquared{}, Uniform(0.0, 1.0), Beta(1.0, 3.0)).value == infinity);
  BOOST_TEST(divergence(Kl{}, Uniform(0.0, 2.0), Uniform(0.0, 1.0)).value == infinity);
  BOOST_TEST(divergence(Kl{}, Uniform(0.0, 1.0), Uniform(0.0, 2.0)).value == std::log(2.0),
             tt::tolerance(1e-13));
  BOOST_TEST(divergence(TotalVariation{}, Uniform(0.0, 1.0), Uniform(0.5, 2.0)).value == 2.0 / 3,
             tt::tolerance(1e-13));
  BOOST_TEST(divergence(Bhattacharyya{}, Uniform(0.0, 1.0), Uniform(1.0, 2.0)).value == infinity);
  BOOST_TEST(divergence(Renyi{0.0}, Uniform(0.0, 1.0), Uniform(0.5, 2.5)).value == std::log(4.0),
             tt::tolerance(1e-13));
}

// What has fallen below all doubles may rise again, to a summit or for ever.
BOOST_AUTO_TEST_CASE(quadrature_looks_beyond_what_has_vanished) {
  BOOST_TEST(
      by(Method::quadrature, Renyi{1.5}, Weibull(1.167, 0.03138), Weibull(2.402, 22.68)).value ==
      infinity);
  BOOST_TEST(
      by(Method::quadrature, ChiSquared{}, Gamma(23.32, 14.63), Weibull(1.06, 1.123)).value ==
      infinity);
  BOOST_TEST(by(Method::quadrature, ChiSquared{}, Geometric(1e-7), Geometric(0.2)).value ==
             infinity);
  // (rate_p^1.5 / rate_q^0.5 - 1.5 rate_p + 0.5 rate_q) / 0.5 of a summit at k = 13000
  const double p = 196.0, q = 0.0431;
  BOOST_TEST(by(Method::quadrature, Renyi{1.5}, Poisson(p), Poisson(q)).value ==
                 (p * std::sqrt(p / q) - 1.5 * p + 0.5 * q) / 0.5,
             tt::tolerance(1e-12));
  const auto squared = FDivergence([](double t) { return (t - 1) * (t - 1); });
  BOOST_TEST(divergence(squared, Normal(0.0, 1.3), Normal(0.0, 1.0)).value ==
                 divergence(ChiSquared{}, Normal(0.0, 1.3), Normal(0.0, 1.0)).value,
             tt::tolerance(1e-12));
  // log q overflows where p has nothing left
  BOOST_TEST(std::isfinite(
      by(Method::quadrature, Kl{}, Gumbel(2.473, 9.067), Gumbel(-1.295, 0.1613)).value));
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
