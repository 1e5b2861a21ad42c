// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE estimators_distance
#include <boost/test/unit_test.hpp>

#include <cmath>
#include <limits>
#include <numbers>
#include <vector>

#include <leibler/estimators/distance.hpp>
#include <leibler/models/categorical.hpp>
#include <leibler/models/diagonal_gaussian.hpp>
#include <leibler/models/empirical.hpp>
#include <leibler/models/gaussian.hpp>
#include <leibler/models/gaussian_mixture.hpp>
#include <leibler/models/univariate/binomial.hpp>
#include <leibler/models/univariate/cauchy.hpp>
#include <leibler/models/univariate/exponential.hpp>
#include <leibler/models/univariate/gamma.hpp>
#include <leibler/models/univariate/normal.hpp>
#include <leibler/models/univariate/poisson.hpp>
#include <leibler/models/univariate/student_t.hpp>
#include <leibler/models/univariate/uniform.hpp>

#include "says.hpp"
#include "seed_mixture.hpp"
#include "vector_checks.hpp"

using namespace leibler;
using namespace leibler::test;
namespace tt = boost::test_tools;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

template <class P, class Q>
double w2(const P& p, const Q& q) {
  return divergence(Wasserstein2{}, p, q).value;
}

const Matrix wide{{2, 0.5, -0.25}, {0.5, 1, 0.25}, {-0.25, 0.25, 1.5}};
const Matrix tilted{{1, -0.25, 0}, {-0.25, 3, 0.75}, {0, 0.75, 0.5}};

/// A Gaussian around 0 in three dimensions whose factor has these rows.
Gaussian with_factor(const std::vector<double>& l) {
  return Gaussian::standard(3).with_parameters(std::vector<double>{
      0, 0, 0, std::log(l[0]), l[1], std::log(l[2]), l[3], l[4], std::log(l[5])});
}

GaussianMixture two() {
  return GaussianMixture(Vector{{0.3, 0.7}}, Points{{0, 0}, {2, -1}},
                         {Matrix{{1, 0.3}, {0.3, 0.5}}, Matrix{{0.8, -0.2}, {-0.2, 2}}});
}

GaussianMixture three() {
  return GaussianMixture(
      Vector{{0.5, 0.2, 0.3}}, Points{{0.5, 1}, {3, 0}, {-1, -1}},
      {Matrix::Identity(2, 2), Matrix{{0.6, 0.1}, {0.1, 0.4}}, Matrix{{2, 0.5}, {0.5, 1}}});
}

}  // namespace

// mpmath, 40 to 80 digits, by roots of matrices.
BOOST_AUTO_TEST_CASE(gaussians_have_reference_numbers) {
  const Estimate w = divergence(Wasserstein2{}, Gaussian(Vector{{1, 2, 3}}, wide),
                                Gaussian(Vector{{0, 1.5, 4}}, tilted));
  BOOST_TEST(relative_error(w.value, 1.8869655125012444855) < 1e-14);
  BOOST_TEST((w.method == Method::closed_form));
  const Gaussian p(Vector::Zero(3), wide), q(Vector::Zero(3), tilted);
  BOOST_TEST(relative_error(w2(p, q), 1.1448313611048066754) < 1e-14);
  BOOST_TEST(relative_error(w2(q, p), 1.1448313611048066754) < 1e-14);
  BOOST_TEST(w2(p, p) == 0.0);
}

BOOST_AUTO_TEST_CASE(nearly_equal_gaussians_keep_their_digits) {
  const struct {
    int power;
    double expected;
  } rows[] = {
      {4, 0.17010200384724215891},     {10, 0.0026960304828098086411},
      {20, 2.6334244901214271643e-6},  {22, 6.5835622921416899549e-7},
      {24, 1.6458906397127888518e-7},  {26, 4.1147266409553235651e-8},
      {30, 2.5717041587364035502e-9},  {40, 2.5114298430454056628e-12},
      {48, 9.8102728243981293976e-15},
  };
  for (const auto& [power, expected] : rows) {
    const double h = std::ldexp(1.0, -power);
    const auto p = with_factor({1.5, 0.5, 1.25, -0.75, 0.25, 2.0});
    const auto q = with_factor({1.5, 0.5 - 2 * h, 1.25, -0.75 + 3 * h, 0.25 + h, 2.0});
    BOOST_TEST_CONTEXT("h = 2^-" << power) {
      BOOST_TEST(relative_error(w2(p, q), expected) < 1e-12);
      BOOST_TEST(relative_error(w2(q, p), expected) < 1e-12);
    }
  }
  // a covariance whose smallest eigenvalue is 1e-12 of the largest
  const struct {
    int power;
    double expected;
  } thin[] = {
      {10, 0.0036473441430811067574},
      {20, 3.4739908191531551388e-6},
      {24, 2.1650837450477325227e-7},
      {30, 3.3824499793468455608e-9},
  };
  for (const auto& [power, expected] : thin) {
    const double h = std::ldexp(1.0, -power), s = std::ldexp(1.0, -20);
    const auto p = with_factor({1.0, 0.5, s, 0.25, s / 2, 2 * s});
    const auto q = with_factor({1.0, 0.5 - 2 * h, s, 0.25 + 3 * h, s / 2 + h, 2 * s});
    BOOST_TEST_CONTEXT("h = 2^-" << power) {
      BOOST_TEST(relative_error(w2(p, q), expected) < 1e-7);
    }
  }
}

BOOST_AUTO_TEST_CASE(commuting_gaussians_are_as_far_as_their_deviations) {
  BOOST_TEST(w2(Normal(1.0, 2.0), Normal(-2.0, 6.0)) == 5.0, tt::tolerance(1e-15));
  BOOST_TEST(w2(Normal(0.0, 1.0), Normal(0.0, 1.0 + 1e-14)) == (1.0 + 1e-14) - 1.0);
  const DiagonalGaussian p(Vector{{0, 1}}, Vector{{1, 2}}), q(Vector{{3, 1}}, Vector{{1, 6}});
  BOOST_TEST(w2(p, q) == 5.0, tt::tolerance(1e-15));
  const Gaussian full(Vector{{0, 1}}, Matrix{{1, 0}, {0, 4}});
  BOOST_TEST(w2(full, q) == 5.0, tt::tolerance(1e-15));
  BOOST_TEST(w2(full, p) == 0.0);
  const Gaussian small(Vector{{0.0}}, Matrix{{4.0}});
  BOOST_TEST(w2(small, Normal(0.0, 3.0)) == 1.0, tt::tolerance(1e-15));
  // a rotation by a right angle swaps the deviations
  const Gaussian turned(Vector{{0, 1}}, Matrix{{4, 0}, {0, 1}});
  BOOST_TEST(w2(full, turned) == std::sqrt(2.0), tt::tolerance(1e-15));
}

BOOST_AUTO_TEST_CASE(one_variable_goes_by_quantiles) {
  const auto check = [](const Estimate& e, double expected) {
    BOOST_TEST_CONTEXT(e << ", expected " << expected) {
      BOOST_TEST((e.method == Method::quadrature));
      BOOST_TEST(relative_error(e.value, expected) < 1e-10);
      BOOST_TEST(std::abs(e.value - expected) <= e.standard_error);
      BOOST_TEST(e.standard_error < 1e-9 * expected);
      BOOST_TEST(e.reliable);
    }
  };
  const DivergenceOptions by_quantiles{.method = Method::quadrature};
  check(divergence(Wasserstein2{}, Normal(1.0, 2.0), Normal(-2.0, 6.0), by_quantiles), 5.0);
  // the quantiles are multiples of one another: |difference of scales| sqrt(E x^2)
  check(divergence(Wasserstein2{}, Exponential(1.0), Exponential(4.0)), 0.75 * std::sqrt(2.0));
  check(divergence(Wasserstein2{}, Gamma(3.0, 1.0), Gamma(3.0, 0.5)), std::sqrt(12.0));
  check(divergence(Wasserstein2{}, StudentT(5.0, 0.0, 1.0), StudentT(5.0, 0.0, 3.0)),
        2.0 * std::sqrt(5.0 / 3));
  check(divergence(Wasserstein2{}, Uniform(0.0, 1.0), Uniform(2.0, 5.0)),
        std::sqrt(9.0 + 4.0 / 12));
  // mpmath, by the same integral
  check(divergence(Wasserstein2{}, Normal(0.0, 1.0), Exponential(1.0)), 1.09252250725683);
  BOOST_TEST(w2(Gamma(2.0, 3.0), Gamma(2.0, 3.0)) == 0.0);
  const Estimate heavy = divergence(Wasserstein2{}, Cauchy(0.0, 1.0), Normal(0.0, 1.0));
  BOOST_TEST(heavy.value == infinity);
  BOOST_TEST(divergence(Wasserstein2{}, StudentT(2.0, 0.0, 1.0), Normal(0.0, 1.0)).value ==
             infinity);
  // Of the tails, where a difference of 1 has no digits, the error tells.
  const Estimate shifted = divergence(Wasserstein2{}, Cauchy(0.0, 1.0), Cauchy(1.0, 1.0));
  BOOST_TEST(std::abs(shifted.value - 1.0) <= shifted.standard_error);
  BOOST_TEST(shifted.standard_error > 1e-12);
}

BOOST_AUTO_TEST_CASE(atoms_are_paired_in_order) {
  const auto p = Categorical::from_probabilities(Vector{{0.5, 0.25, 0.25}});
  const auto q = Categorical::from_probabilities(Vector{{0.25, 0.0, 0.25, 0.5}});
  // a quarter each: 0 - 0, 0 - 2, 1 - 3, 2 - 3
  const Estimate e = divergence(Wasserstein2{}, p, q);
  BOOST_TEST(e.value == std::sqrt(0.25 * (4.0 + 4.0 + 1.0)), tt::tolerance(1e-15));
  BOOST_TEST((e.method == Method::enumeration));
  BOOST_TEST(w2(p, p) == 0.0);
  const Empirical data(Points{{3}, {-1}, {2}}), other(Points{{2}, {0}, {4}, {4}, {0}, {2}});
  BOOST_TEST(w2(data, other) == std::sqrt(2.0 / 3), tt::tolerance(1e-15));
  const double apart = w2(Binomial(20.0, 0.3), Poisson(6.0));
  BOOST_TEST(apart == w2(Poisson(6.0), Binomial(20.0, 0.3)), tt::tolerance(1e-13));
  // a bound by the means, and one by independent pairs
  BOOST_TEST(w2(Poisson(6.0), Poisson(7.5)) >= 1.5);
  BOOST_TEST(w2(Poisson(6.0), Poisson(7.5)) < std::sqrt(1.5 * 1.5 + 1.5));
  BOOST_TEST((divergence(Wasserstein2{}, Poisson(6.0), Poisson(7.5)).method == Method::quadrature));
}

// mpmath, 40 digits.
BOOST_AUTO_TEST_CASE(mixtures_have_reference_numbers) {
  const auto p = two(), q = three();
  const Estimate cs = divergence(CauchySchwarz{}, p, q);
  BOOST_TEST(relative_error(cs.value, 0.36215959872514708933) < 1e-14);
  BOOST_TEST((cs.method == Method::closed_form));
  BOOST_TEST(relative_error(divergence(CauchySchwarz{}, q, p).value, 0.36215959872514708933) <
             1e-14);
  BOOST_TEST(relative_error(divergence(SquaredL2{}, p, q).value, 0.02802747585805518176) < 1e-14);
  BOOST_TEST(relative_error(divergence(SquaredL2{}, q, p).value, 0.02802747585805518176) < 1e-14);
}

BOOST_AUTO_TEST_CASE(nearly_equal_mixtures_keep_their_digits) {
  const auto p = two();
  const double h = std::ldexp(1.0, -30);
  const GaussianMixture q(Vector{{0.3, 0.7}}, Points{{0, 0}, {2 + h, -1}},
                          {p.covariance(0), p.covariance(1)});
  const auto same = GaussianMixture(p).with_parameters(parameters_of(p));
  for (const auto& other : {p, same}) {
    BOOST_TEST(divergence(CauchySchwarz{}, p, other).value == 0.0);
    BOOST_TEST(divergence(SquaredL2{}, p, other).value == 0.0);
  }
  auto theta = parameters_of(p);
  theta[4] += h;  // two logits, two means of two coordinates
  const auto near = GaussianMixture(p).with_parameters(theta);
  BOOST_TEST(relative_error(divergence(CauchySchwarz{}, p, near).value, 1.68214012623148052e-19) <
             1e-12);
  BOOST_TEST(relative_error(divergence(SquaredL2{}, p, near).value, 1.73579957875135742e-20) <
             1e-12);
  BOOST_TEST(relative_error(divergence(SquaredL2{}, near, p).value, 1.73579957875135742e-20) <
             1e-12);
}

// mpmath, 40 digits: where plain double precision just does.
BOOST_AUTO_TEST_CASE(mixtures_not_far_apart_have_reference_numbers) {
  const auto p = two();
  const auto check = [&](double shift, double cauchy_schwarz, double squared_l2) {
    const GaussianMixture q(p.weights(), Points{{0, 0}, {2 + shift, -1}},
                            {Matrix{{1, 0.3}, {0.3, 0.5}}, Matrix{{0.8, -0.2}, {-0.2, 2}}});
    BOOST_TEST(relative_error(divergence(CauchySchwarz{}, p, q).value, cauchy_schwarz) < 1e-13);
    BOOST_TEST(relative_error(divergence(SquaredL2{}, p, q).value, squared_l2) < 1e-13);
  };
  check(0.375, 0.0280045440523701471, 0.0027517649140370982);
  check(0.5, 0.0499538992726041002, 0.00480790508652876783);
  check(0.75, 0.11221375039954092, 0.0103005572973175991);
}

BOOST_AUTO_TEST_CASE(one_gaussian_is_a_mixture_of_one) {
  const Normal p(0.0, 1.0), q(2.0, 1.0);
  BOOST_TEST(divergence(CauchySchwarz{}, p, q).value == 1.0, tt::tolerance(1e-14));  // m^2 / 4
  BOOST_TEST(
      divergence(SquaredL2{}, p, q).value == (1 - std::exp(-1.0)) / std::sqrt(std::numbers::pi),
      tt::tolerance(1e-14));
  const Gaussian full(Vector{{0, 0}}, Matrix{{2, 0.5}, {0.5, 1}});
  const GaussianMixture single(Vector{{1.0}}, Points{{0, 0}}, {Matrix{{2, 0.5}, {0.5, 1}}});
  BOOST_TEST(divergence(SquaredL2{}, full, single).value < 1e-30);
  const auto q2 = DiagonalGaussian::standard(2);
  BOOST_TEST(
      divergence(CauchySchwarz{}, full, q2).value == divergence(CauchySchwarz{}, q2, single).value,
      tt::tolerance(1e-14));
  // far apart: overlaps that underflow
  BOOST_TEST(divergence(CauchySchwarz{}, p, Normal(1e3, 1.0)).value == 250'000.0,
             tt::tolerance(1e-14));
  BOOST_TEST(divergence(SquaredL2{}, p, Normal(1e3, 1.0)).value == 1 / std::sqrt(std::numbers::pi),
             tt::tolerance(1e-14));
}

BOOST_AUTO_TEST_CASE(what_does_not_apply_is_refused_in_a_sentence) {
  BOOST_CHECK_EXCEPTION(
      (void)divergence(Wasserstein2{}, Gaussian::standard(2), Gaussian::standard(3)),
      InvalidArgument,
      says("divergence: q.dimension() = 3; must be 2; p and q live in the same space."));
  BOOST_CHECK_EXCEPTION(
      (void)divergence(CauchySchwarz{}, two(), three(), {.method = Method::monte_carlo}),
      InvalidArgument,
      says("divergence: options.method = monte_carlo does not apply; there is a formula, or for "
           "one variable atoms or quantiles, and nothing else; leave it out for the best method "
           "that does."));
  BOOST_CHECK_THROW((void)divergence(Wasserstein2{}, Gaussian::standard(2), Gaussian::standard(2),
                                     {.method = Method::quadrature}),
                    InvalidArgument);
  BOOST_CHECK_EXCEPTION(
      (void)closed_form(SquaredL2{}, two(), Normal(0.0, 1.0)), InvalidArgument,
      says("SquaredL2: q.dimension() = 1; must be 2; p and q live in the same space."));
}
