// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE models_affine
#include <boost/test/unit_test.hpp>

#include <cmath>
#include <limits>
#include <sstream>

#include <leibler/models/affine.hpp>
#include <leibler/models/conformance.hpp>
#include <leibler/models/gaussian.hpp>
#include <leibler/models/product.hpp>
#include <leibler/models/truncated.hpp>
#include <leibler/models/univariate/gumbel.hpp>
#include <leibler/models/univariate/laplace.hpp>
#include <leibler/models/univariate/normal.hpp>
#include <leibler/models/univariate/poisson.hpp>

#include "allocations.hpp"
#include "says.hpp"

using namespace leibler;
using test::says;
namespace tt = boost::test_tools;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
const Matrix scale{{2.0, 0.0, 0.5}, {1.0, -1.0, 0.0}, {0.0, 3.0, 1.0}};
const Vector shift{{1.0, 0.0, -2.0}};

}  // namespace

static_assert(Reparameterized<Affine<Normal<>, double>> &&
              detail::HasTails<Affine<Normal<>, double>>);
static_assert(Distribution<Affine<Poisson<>, double>> &&
              !Differentiable<Affine<Poisson<>, double>>);
static_assert(Reparameterized<Affine<Product<Normal<>, Gaussian>, Matrix>>);

BOOST_AUTO_TEST_CASE(an_affine_normal_is_a_normal) {
  for (const double by : {2.5, -2.5, 1e-300}) {
    const double from = by == 1e-300 ? 0.0 : 3.0;
    const Affine q(Normal(0.5, 1.5), from, by);
    const Normal expected(from + 0.5 * by, 1.5 * std::abs(by));
    BOOST_TEST_CONTEXT("scale " << by) {
      for (const double z : {-40.0, -1.0, 0.0, 2.0, 30.0}) {
        const double y = expected.mean() + z * expected.stddev();
        BOOST_TEST(q.log_density(y) == expected.log_density(y), tt::tolerance(1e-13));
        BOOST_TEST(q.log_cdf(y) == expected.log_cdf(y), tt::tolerance(1e-13));
        BOOST_TEST(q.log_survival(y) == expected.log_survival(y), tt::tolerance(1e-13));
        BOOST_TEST(q.cdf(y) == expected.cdf(y), tt::tolerance(1e-12));
        BOOST_TEST(q.survival(y) == expected.survival(y), tt::tolerance(1e-12));
      }
      for (const double u : {1e-200, 0.1, 0.8}) {
        BOOST_TEST(q.quantile(u) == expected.quantile(u), tt::tolerance(1e-14));
        BOOST_TEST(q.upper_quantile(u) == expected.upper_quantile(u), tt::tolerance(1e-14));
      }
      BOOST_TEST(q.mean() == expected.mean());
      BOOST_TEST(q.variance() == expected.variance(), tt::tolerance(1e-14));
      BOOST_TEST(q.entropy() == expected.entropy(), tt::tolerance(1e-14));
    }
  }
}

BOOST_AUTO_TEST_CASE(an_affine_gaussian_is_a_gaussian) {
  const Gaussian p(Vector{{0.5, -1.0, 2.0}},
                   Matrix{{2.0, 0.5, 0.0}, {0.5, 1.0, 0.2}, {0.0, 0.2, 3.0}});
  const Affine q(p, shift, scale);
  const Matrix covariance = scale * p.covariance() * scale.transpose();
  const Gaussian expected(shift + scale * p.mean(), 0.5 * (covariance + covariance.transpose()));
  const Points y = sample(expected, 200, Seed{3});
  BOOST_TEST((q.log_density(y) - expected.log_density(y)).cwiseAbs().maxCoeff() < 1e-12);
  BOOST_TEST((point_gradient(q, y) - point_gradient(expected, y)).cwiseAbs().maxCoeff() < 1e-11);
  BOOST_TEST((q.mean() - expected.mean()).cwiseAbs().maxCoeff() < 1e-14);
  BOOST_TEST((q.covariance() - expected.covariance()).cwiseAbs().maxCoeff() < 1e-13);
  BOOST_TEST(q.entropy() == expected.entropy(), tt::tolerance(1e-14));
  BOOST_TEST(q.log_density(Points{{0.0, infinity, 1.0}})[0] == -infinity);
  BOOST_TEST(std::isnan(q.log_density(Points{{0.0, infinity, std::nan("")}})[0]));
  BOOST_TEST((q.scale() == scale));
}

BOOST_AUTO_TEST_CASE(a_discrete_distribution_keeps_its_masses) {
  const Poisson<> p(4.0);
  const Affine tenths(p, 0.3, 0.1), falling(p, 10.0, -1.0);
  for (int k = 0; k < 30; ++k) {
    BOOST_TEST(tenths.log_density(0.3 + 0.1 * k) == p.log_density(k));
    BOOST_TEST(falling.cdf(10.0 - k) == p.survival(k - 1.0));
    BOOST_TEST(falling.survival(10.0 - k) == p.cdf(k - 1.0));
    BOOST_TEST(tenths.cdf(0.3 + 0.1 * k) == p.cdf(k));
  }
  BOOST_TEST(tenths.log_density(0.35) == -infinity);
  BOOST_TEST(falling.support().high == 10.0);
  BOOST_TEST(sample(tenths, 1000, Seed{1}).minCoeff() >= 0.3);
}

BOOST_AUTO_TEST_CASE(draws_are_the_images_of_draws) {
  const Gumbel<> p(0.0, 1.0);
  const Points x = sample(p, 300, Seed{7}), y = sample(Affine(p, 1.0, -3.0), 300, Seed{7});
  BOOST_TEST((y.array() - (1.0 - 3.0 * x.array())).abs().maxCoeff() == 0.0);
}

BOOST_AUTO_TEST_CASE(keeps_what_the_concepts_promise) {
  const ConformanceOptions options{.allocations = test::allocations};
  const auto kept = [](const auto& p, const Violations& found) {
    BOOST_TEST(found.empty(), p << ": " << found);
  };
  const Affine a(Normal(0.5, 1.5), 3.0, -2.5);
  kept(a, check_model(a, options));
  const Affine b(Product(Normal(0.5, 1.5), Gaussian::standard(2)), shift, scale);
  kept(b, check_model(b, options));
  const Affine c(Poisson(4), 10.0, -0.5);
  kept(c, check_model(c));
  const Affine d(Product(std::vector(3, Laplace(0.0, 1.0))), shift, scale);
  kept(d, check_model(d));
  const Affine e(Truncated(Normal(0, 1), 0.0), 2.0, -1.0);
  kept(e, check_model(e));
  const Truncated f(Affine(Normal(0, 1), 2.0, -1.0), 0.0, 3.0);
  kept(f, check_model(f));
}

BOOST_AUTO_TEST_CASE(mistakes_are_named) {
  const Normal p(0, 1);
  BOOST_CHECK_EXCEPTION(
      Affine(p, 1.0, 0.0), DomainError,
      says("Affine: scale = 0; scale must be finite and not 0; look where the value comes from."));
  BOOST_CHECK_EXCEPTION(
      Affine(p, infinity, 1.0), DomainError,
      says("Affine: shift = inf; shift must be finite; look where the value comes from."));
  BOOST_CHECK_EXCEPTION(Affine(Gaussian::standard(2), 1.0, 1.0), InvalidArgument,
                        says("Affine: p.dimension() = 2; must be 1; give a Vector and a Matrix for "
                             "several."));
  BOOST_CHECK_EXCEPTION(
      Affine(Gaussian::standard(2), Vector{{1.0, 2.0}}, Matrix{{1.0, 2.0}, {0.1, 0.2}}),
      DomainError,
      says(
          "Affine: scale is not invertible in double precision; rows must be linearly independent; "
          "leave out what the other rows determine."));
  BOOST_CHECK_EXCEPTION(
      Affine(Gaussian::standard(2), Vector{{1.0, 2.0}}, Matrix{{1.0, 2.0}}), InvalidArgument,
      says("Affine: scale.rows() = 1; must be 2; give a square matrix, one row a dimension."));
  BOOST_CHECK_EXCEPTION(
      Affine(Gaussian::standard(1), Vector{{1.0, 2.0}}, Matrix{{1.0}}), InvalidArgument,
      says("Affine: shift.size() = 2; must be 1; give one number a dimension of p."));
}

BOOST_AUTO_TEST_CASE(prints_its_map) {
  std::ostringstream text;
  text << Affine(Normal(0, 1), 3.0, -2.0) << '\n'
       << Affine(Normal(0, 1), Vector{{3.0}}, Matrix{{1.0}});
  BOOST_TEST(text.str() ==
             "3 + -2 x, x ~ Normal(mean = 0, stddev = 1)\n"
             "Affine in 1 dimension, log |det scale| = 0: Normal(mean = 0, stddev = 1)");
}
