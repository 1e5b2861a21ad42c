// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE models_gaussian
#include <boost/test/unit_test.hpp>

#include <cmath>
#include <limits>
#include <numbers>
#include <sstream>

#include <leibler/models/gaussian.hpp>

#include "gaussian_oracle.hpp"
#include "says.hpp"

using namespace leibler;
using test::says;
namespace tt = boost::test_tools;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

Gaussian arbitrary_gaussian(Index d, unsigned seed = 1) {
  return {test::arbitrary_vector(d, seed), test::arbitrary_covariance(d, seed)};
}

std::vector<double> parameters_of(const Gaussian& p) {
  std::vector<double> theta(p.parameter_count());
  p.parameters(theta);
  return theta;
}

double distance(const Matrix& a, const Matrix& b) {
  return (a - b).cwiseAbs().maxCoeff();
}

}  // namespace

// log N((0, 1); (1, -1), ((2, 1), (1, 3))) = -log(2 pi) - log(5) / 2 - (3 + 4 + 8) / 10, by hand.
BOOST_AUTO_TEST_CASE(log_density_matches_the_bivariate_formula) {
  const Gaussian p(Vector{{1, -1}}, Matrix{{2, 1}, {1, 3}});
  const double expected = -std::log(2 * std::numbers::pi) - std::log(5.0) / 2 - 1.5;
  BOOST_TEST(p.log_density(Points{{0, 1}})[0] == expected, tt::tolerance(1e-15));
}

BOOST_AUTO_TEST_CASE(log_density_agrees_with_long_double_elimination) {
  for (Index d : {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 70}) {
    BOOST_TEST_CONTEXT("d = " << d) {
      const Vector mean = test::arbitrary_vector(d, 7);
      const Matrix covariance = test::arbitrary_covariance(d, 8);
      const Gaussian p(mean, covariance);
      const Vector x = test::arbitrary_vector(d, 9);
      const auto expected = static_cast<double>(test::gaussian_log_density(x, mean, covariance));
      BOOST_TEST(p.log_density(Points(x.transpose()))[0] == expected, tt::tolerance(1e-12));
    }
  }
}

BOOST_AUTO_TEST_CASE(far_points_have_the_right_density_and_infinite_ones_none) {
  const Gaussian p(Vector{{0, 0}}, Matrix{{1, 0}, {0, 1}});
  const Vector found = p.log_density(
      Points{{1e7, 0}, {1e200, 0}, {0, -1e200}, {infinity, 0}, {0, -infinity}, {not_a_number, 0}});
  BOOST_TEST(found[0] == -0.5e14 - std::log(2 * std::numbers::pi), tt::tolerance(1e-15));
  for (Index i = 1; i < 5; ++i) BOOST_TEST(found[i] == -infinity);
  BOOST_TEST(std::isnan(found[5]));
  const Gaussian tilted(Vector{{0, 0}}, Matrix{{1, 0.5}, {0.5, 1}});
  BOOST_TEST(tilted.log_density(Points{{infinity, infinity}})[0] == -infinity);
}

BOOST_AUTO_TEST_CASE(a_mean_far_from_the_origin_loses_no_digits) {
  const Gaussian p(Vector{{1e7, -1e7}}, Matrix{{2, 1}, {1, 3}});
  const Gaussian centred(Vector{{0, 0}}, Matrix{{2, 1}, {1, 3}});
  BOOST_TEST(p.log_density(Points{{1e7 + 1, -1e7 - 2}})[0] ==
             centred.log_density(Points{{1, -2}})[0]);
}

BOOST_AUTO_TEST_CASE(covariances_of_extreme_scale_and_condition_are_taken) {
  for (const double s : {1e-150, 1.0, 1e150}) {
    BOOST_TEST_CONTEXT("scale " << s) {
      const Gaussian p(Vector{{0, 0}}, Matrix{{s * s, 0.5 * s}, {0.5 * s, 1}});
      const double expected = -std::log(2 * std::numbers::pi) - 0.5 * std::log(0.75) - std::log(s) -
                              0.5 * (1 - 1 + 1) / 0.75;
      BOOST_TEST(p.log_density(Points{{s, 1}})[0] == expected, tt::tolerance(1e-13));
      BOOST_TEST(p.stddev()[0] == s, tt::tolerance(1e-13));
    }
  }
  // Condition 1e12: correlation 1 - 2e-12, of which the smallest eigenvalue keeps four digits.
  const double rho = 1 - 2e-12;
  const Gaussian p(Vector{{0, 0}}, Matrix{{1, rho}, {rho, 1}});
  BOOST_TEST(p.entropy() == 1 + std::log(2 * std::numbers::pi) + 0.5 * std::log(4e-12),
             tt::tolerance(1e-5));
}

BOOST_AUTO_TEST_CASE(moments_are_those_that_were_given) {
  const Vector mean = test::arbitrary_vector(5, 1);
  const Matrix covariance = test::arbitrary_covariance(5, 2);
  const Gaussian p(mean, covariance);
  BOOST_TEST((p.mean() - mean).cwiseAbs().maxCoeff() == 0.0);
  BOOST_TEST(distance(p.covariance(), covariance) < 1e-14);
  BOOST_TEST((p.stddev() - covariance.diagonal().cwiseSqrt()).cwiseAbs().maxCoeff() < 1e-14);
  BOOST_TEST(
      Gaussian::standard(3).entropy() == 1.5 * std::log(2 * std::numbers::pi * std::numbers::e),
      tt::tolerance(1e-15));
}

BOOST_AUTO_TEST_CASE(draws_have_the_mean_and_covariance) {
  const Gaussian p(Vector{{1, -1}}, Matrix{{2, 1}, {1, 3}});
  constexpr Index n = 200'000;
  const Points x = sample(p, n, Seed{3});
  const Vector mean = x.colwise().mean();
  const Points u = x.rowwise() - mean.transpose();
  const Matrix covariance = u.transpose() * u / static_cast<double>(n);
  const Matrix c = p.covariance();
  for (Index i = 0; i < 2; ++i) {
    BOOST_TEST(std::abs(mean[i] - p.mean()[i]) < 7 * std::sqrt(c(i, i) / n));
    for (Index j = 0; j < 2; ++j) {
      const double error = std::sqrt((c(i, i) * c(j, j) + c(i, j) * c(i, j)) / n);
      BOOST_TEST(std::abs(covariance(i, j) - c(i, j)) < 7 * error);
    }
  }
}

BOOST_AUTO_TEST_CASE(marginal_takes_entries_of_mean_and_covariance) {
  const Gaussian p = arbitrary_gaussian(5);
  const std::vector<std::size_t> kept{3, 0, 4};
  const Gaussian m = p.marginal(kept);
  const std::vector<Index> at{3, 0, 4};
  BOOST_TEST((m.mean() - p.mean()(at)).cwiseAbs().maxCoeff() == 0.0);
  BOOST_TEST(distance(m.covariance(), p.covariance()(at, at)) < 1e-14);
}

BOOST_AUTO_TEST_CASE(marginal_of_leading_coordinates_has_the_same_bits) {
  const Gaussian p = arbitrary_gaussian(4);
  BOOST_TEST(parameters_of(p.marginal({0, 1, 2, 3})) == parameters_of(p), tt::per_element());
  for (double log_scale = -300.1; log_scale < 300; log_scale += 7.3) {  // exp and log round
    const auto q = Gaussian::standard(1).with_parameters(std::vector<double>{0, log_scale});
    BOOST_TEST(parameters_of(q.marginal({0}))[1] == log_scale);
  }
}

// With value 2 in the second coordinate: mean 1 + 1/3 (2 + 1) = 2, variance 2 - 1/3.
BOOST_AUTO_TEST_CASE(conditional_matches_the_bivariate_formula) {
  const Gaussian p(Vector{{1, -1}}, Matrix{{2, 1}, {1, 3}});
  const Gaussian q = p.conditional({1}, Vector{{2}});
  BOOST_TEST(q.mean()[0] == 2.0, tt::tolerance(1e-15));
  BOOST_TEST(q.covariance()(0, 0) == 2.0 - 1.0 / 3.0, tt::tolerance(1e-15));
}

BOOST_AUTO_TEST_CASE(conditional_density_is_joint_over_marginal) {
  for (Index d : {2, 3, 5, 8, 11, 70}) {
    BOOST_TEST_CONTEXT("d = " << d) {
      const Gaussian p = arbitrary_gaussian(d);
      const std::vector<std::size_t> observed{static_cast<std::size_t>(d - 1), 0};
      const std::vector<std::size_t> seen(observed.begin(), observed.begin() + (d == 2 ? 1 : 2));
      const Vector x = test::arbitrary_vector(d, 5);
      Vector value(static_cast<Index>(seen.size())), rest(d - value.size());
      for (std::size_t i = 0; i < seen.size(); ++i) {
        value[static_cast<Index>(i)] = x[static_cast<Index>(seen[i])];
      }
      Index at = 0;
      for (Index i = 0; i < d; ++i) {
        if (std::find(seen.begin(), seen.end(), static_cast<std::size_t>(i)) == seen.end()) {
          rest[at++] = x[i];
        }
      }
      const double joint = p.log_density(Points(x.transpose()))[0];
      const double marginal = p.marginal(seen).log_density(Points(value.transpose()))[0];
      const double given = p.conditional(seen, value).log_density(Points(rest.transpose()))[0];
      BOOST_TEST(given == joint - marginal, tt::tolerance(1e-11));
    }
  }
}

// E[x0] = E[E[x0 | x1]] and var = E[var] + var[E], where E[x0 | x1] is linear: two values fix it.
BOOST_AUTO_TEST_CASE(conditional_obeys_the_laws_of_total_expectation_and_variance) {
  const Gaussian p(Vector{{1, -1}}, Matrix{{2, 1}, {1, 3}});
  const double at_mean = p.conditional({1}, Vector{{-1}}).mean()[0];
  const double slope = p.conditional({1}, Vector{{0}}).mean()[0] - at_mean;
  const double variance = p.conditional({1}, Vector{{0}}).covariance()(0, 0);
  BOOST_TEST(at_mean == 1.0, tt::tolerance(1e-15));
  BOOST_TEST(variance + slope * slope * 3 == 2.0, tt::tolerance(1e-14));
}

BOOST_AUTO_TEST_CASE(conditionals_in_two_steps_and_in_one_are_the_same) {
  const Gaussian p = arbitrary_gaussian(5);
  const Gaussian once = p.conditional({1, 3}, Vector{{0.5, -0.5}});
  const Gaussian twice = p.conditional({3}, Vector{{-0.5}}).conditional({1}, Vector{{0.5}});
  BOOST_TEST((once.mean() - twice.mean()).cwiseAbs().maxCoeff() < 1e-13);
  BOOST_TEST(distance(once.covariance(), twice.covariance()) < 1e-13);
}

// Var(x1 | x0) = 1e-20 beside Var(x1) = 1: a difference of covariances would give 0.
BOOST_AUTO_TEST_CASE(conditional_keeps_a_variance_that_a_difference_would_lose) {
  const Gaussian p =
      Gaussian::standard(2).with_parameters(std::vector<double>{0, 0, 0, 1, std::log(1e-10)});
  BOOST_TEST(p.conditional({0}, Vector{{2}}).stddev()[0] == 1e-10, tt::tolerance(1e-13));
  BOOST_TEST(p.conditional({1}, Vector{{2}}).stddev()[0] == 1e-10, tt::tolerance(1e-6));
}

BOOST_AUTO_TEST_CASE(errors_of_the_constructor_are_whole_sentences) {
  const auto make = [](const Vector& mean, const Matrix& covariance) {
    return Gaussian(mean, covariance);
  };
  const Vector two = Vector::Zero(2);
  BOOST_CHECK_EXCEPTION(make(Vector(), Matrix()), InvalidArgument,
                        says("Gaussian: mean.size() = 0; must be >= 1; a distribution has at least "
                             "one dimension."));
  BOOST_CHECK_EXCEPTION(make(Vector{{0, not_a_number}}, Matrix::Identity(2, 2)), DomainError,
                        says("Gaussian: mean[1] = nan; mean must be finite; look where the value "
                             "comes from."));
  BOOST_CHECK_EXCEPTION(
      make(two, Matrix::Identity(3, 2)), InvalidArgument,
      says("Gaussian: covariance is 3 x 2; covariance must be 2 x 2; give one row "
           "and one column a dimension."));
  BOOST_CHECK_EXCEPTION(make(two, Matrix{{1, not_a_number}, {not_a_number, 1}}), DomainError,
                        says("Gaussian: covariance[0, 1] = nan; covariance must be finite; "
                             "look where the value comes from."));
  BOOST_CHECK_EXCEPTION(make(two, Matrix{{1, 0}, {0, infinity}}), DomainError,
                        says("Gaussian: covariance[1, 1] = inf; covariance must be finite; "
                             "look where the value comes from."));
  BOOST_CHECK_EXCEPTION(
      make(two, Matrix{{1, 0.25}, {0.5, 1}}), DomainError,
      says("Gaussian: covariance[1, 0] = 0.5 but [0, 1] = 0.25; covariance must be "
           "symmetric positive definite; average it with its transpose."));
  BOOST_CHECK_EXCEPTION(make(Vector::Zero(100'000), Matrix::Identity(2, 2)), InvalidArgument,
                        says("Gaussian: mean.size() = 100000; must be <= 46339; a larger one does "
                             "not fit into memory, a DiagonalGaussian may."));
  BOOST_CHECK_EXCEPTION((void)Gaussian::standard(10'000'000), InvalidArgument,
                        says("Gaussian::standard: dimension = 10000000; must be <= 46339; a larger "
                             "one does not fit into memory, a DiagonalGaussian may."));
  BOOST_CHECK_EXCEPTION(make(two, Matrix{{1, 2}, {2, 1}}), DomainError,
                        says("Gaussian: covariance is not positive definite (smallest eigenvalue "
                             "-1); covariance must be symmetric positive definite; add a multiple "
                             "of the identity."));
  const char* const singular =
      "Gaussian: covariance is singular to working precision; covariance must be symmetric "
      "positive definite; add a multiple of the identity.";
  BOOST_CHECK_EXCEPTION(make(two, Matrix{{1, 1}, {1, 1}}), DomainError, says(singular));
  BOOST_CHECK_EXCEPTION(make(two, Matrix::Zero(2, 2)), DomainError, says(singular));
  BOOST_CHECK_EXCEPTION(make(two, Matrix{{1, 0.1}, {0.1, 0.01}}), DomainError, says(singular));
  BOOST_CHECK_EXCEPTION((void)Gaussian::standard(0), InvalidArgument,
                        says("Gaussian::standard: dimension = 0; must be >= 1; a distribution has "
                             "at least one dimension."));
}

BOOST_AUTO_TEST_CASE(errors_of_calls_are_whole_sentences) {
  const Gaussian p = Gaussian::standard(3);
  BOOST_CHECK_EXCEPTION((void)p.log_density(Points::Zero(1, 2)), InvalidArgument,
                        says("log_density: x.cols() = 2; must be 3; give one row a point and one "
                             "column a dimension."));
  BOOST_CHECK_EXCEPTION((void)p.marginal({}), InvalidArgument,
                        says("Gaussian::marginal: coordinates.size() = 0; must be >= 1; name at "
                             "least one coordinate."));
  BOOST_CHECK_EXCEPTION((void)p.marginal({0, 3}), InvalidArgument,
                        says("Gaussian::marginal: coordinates[1] = 3; coordinates must be below 3; "
                             "coordinates count from 0."));
  BOOST_CHECK_EXCEPTION((void)p.marginal({1, 0, 1}), InvalidArgument,
                        says("Gaussian::marginal: coordinates[2] = 1 again; coordinates must be "
                             "distinct; name every coordinate once."));
  BOOST_CHECK_EXCEPTION(
      (void)p.conditional({0, 1, 2}, Vector::Zero(3)), InvalidArgument,
      says("Gaussian::conditional: observed.size() = 3; must be below 3; leave at "
           "least one coordinate free."));
  BOOST_CHECK_EXCEPTION(
      (void)p.conditional({0, 1}, Vector::Zero(3)), InvalidArgument,
      says("Gaussian::conditional: value.size() = 3; must be 2; give one value an "
           "observed coordinate."));
  BOOST_CHECK_EXCEPTION((void)p.conditional({0}, Vector{{not_a_number}}), DomainError,
                        says("Gaussian::conditional: value[0] = nan; value must be finite; look "
                             "where the value comes from."));
  const Gaussian narrow(Vector{{0, 0}}, Matrix{{1e-300, 0}, {0, 1}});
  BOOST_CHECK_EXCEPTION((void)narrow.conditional({0}, Vector{{1e300}}), DomainError,
                        says("Gaussian::conditional: value is too far from the mean for double "
                             "precision; the conditional mean must be finite; change the unit."));
  std::vector<double> few(2);
  BOOST_CHECK_EXCEPTION(p.parameters(few), InvalidArgument,
                        says("Gaussian::parameters: out.size() = 2; must be 9; ask "
                             "parameter_count()."));
}

BOOST_AUTO_TEST_CASE(parameters_that_are_no_model_are_refused) {
  const Gaussian p = Gaussian::standard(2);
  const auto with = [&](std::vector<double> theta) { return p.with_parameters(theta); };
  BOOST_CHECK_EXCEPTION((void)with({0, 0, 0}), InvalidArgument,
                        says("Gaussian::with_parameters: parameters.size() = 3; must be 5; ask "
                             "parameter_count()."));
  BOOST_CHECK_EXCEPTION((void)with({0, not_a_number, 0, 0, 0}), DomainError,
                        says("Gaussian::with_parameters: parameters[1] = nan; parameters must be "
                             "finite; the step that made it was too large."));
  BOOST_CHECK_EXCEPTION((void)with({0, 0, 0, 0, 709}), DomainError,
                        says("Gaussian::with_parameters: parameters[4] = 709; the logarithm of a "
                             "scale must be within +-708; the step that made it was too large."));
  BOOST_CHECK_EXCEPTION((void)with({0, 0, -700, 1e200, -700}), DomainError,
                        says("Gaussian::with_parameters: parameters make a covariance that is "
                             "singular to working precision; the inverse of its factor must be "
                             "finite; the step that made it was too large."));
}

BOOST_AUTO_TEST_CASE(a_refused_parameter_vector_leaves_an_rvalue_as_it_was) {
  Gaussian p = arbitrary_gaussian(2);
  const auto before = parameters_of(p);
  const Points x{{0.5, 1.5}};
  const double density = p.log_density(x)[0];
  BOOST_CHECK_THROW(
      (void)std::move(p).with_parameters(std::vector<double>{0, 0, -700, 1e200, -700}),
      DomainError);
  BOOST_TEST(parameters_of(p) == before, tt::per_element());
  BOOST_TEST(p.log_density(x)[0] == density);
}

BOOST_AUTO_TEST_CASE(prints_what_it_is) {
  std::ostringstream out;
  out << Gaussian(Vector{{1, -0.5}}, Matrix{{4, 1}, {1, 1}}) << '\n' << Gaussian::standard(1);
  BOOST_TEST(out.str() ==
             "Gaussian in 2 dimensions: mean (1, -0.5), stddev (2, 1), correlation 0.5\n"
             "Gaussian in 1 dimension: mean (0), stddev (1)");
}
