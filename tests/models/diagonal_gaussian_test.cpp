// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE models_diagonal_gaussian
#include <boost/test/unit_test.hpp>

#include <cmath>
#include <limits>
#include <numbers>
#include <sstream>

#include <leibler/models/diagonal_gaussian.hpp>

#include "says.hpp"

using namespace leibler;
using test::says;
namespace tt = boost::test_tools;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
const DiagonalGaussian model(Vector{{1.9, -0.5, 0.0}}, Vector{{7.2, 0.25, 1.0}});

}  // namespace

// mpmath, 50 digits: log N(-3.5 | 1.9, 7.2**2); the other two coordinates are at their means.
BOOST_AUTO_TEST_CASE(log_density_matches_the_reference_value) {
  const double expected = -3.174269559226682 + std::log(4.0) - 1.8378770664093453;
  BOOST_TEST(model.log_density(Points{{-3.5, -0.5, 0.0}})[0] == expected, tt::tolerance(1e-14));
}

BOOST_AUTO_TEST_CASE(it_agrees_with_a_full_gaussian) {
  const Gaussian full(model.mean(), model.covariance());
  const Points x{{1, 2, 3}, {-4, 0, 1}, {0, -0.5, 1e3}};
  const Vector a = model.log_density(x), b = full.log_density(x);
  for (Index i = 0; i < 3; ++i) BOOST_TEST(a[i] == b[i], tt::tolerance(1e-14));
  BOOST_TEST(model.entropy() == full.entropy(), tt::tolerance(1e-14));
  BOOST_TEST((model.covariance().diagonal() - model.stddev().cwiseAbs2()).norm() == 0.0);
}

BOOST_AUTO_TEST_CASE(far_points_have_the_right_density_and_infinite_ones_none) {
  const DiagonalGaussian p = DiagonalGaussian::standard(2);
  const Vector found =
      p.log_density(Points{{1e7, 0}, {1e200, 0}, {infinity, 0}, {0, not_a_number}});
  BOOST_TEST(found[0] == -0.5e14 - std::log(2 * std::numbers::pi), tt::tolerance(1e-15));
  BOOST_TEST(found[1] == -infinity);
  BOOST_TEST(found[2] == -infinity);
  BOOST_TEST(std::isnan(found[3]));
}

BOOST_AUTO_TEST_CASE(standard_deviations_of_any_scale_come_back) {
  for (const double s : {1e-300, 1e-150, 1.0, 1e150, 1e300}) {
    const DiagonalGaussian p(Vector{{0.0}}, Vector{{s}});
    BOOST_TEST(p.stddev()[0] == s, tt::tolerance(1e-12));
    BOOST_TEST(
        p.log_density(Points{{s}})[0] == -0.5 - std::log(s) - 0.5 * std::log(2 * std::numbers::pi),
        tt::tolerance(1e-12));
  }
}

BOOST_AUTO_TEST_CASE(marginal_and_conditional_select_coordinates) {
  const DiagonalGaussian m = model.marginal({2, 0});
  BOOST_TEST(m.mean()[0] == 0.0);
  BOOST_TEST(m.mean()[1] == 1.9);
  BOOST_TEST(m.stddev()[1] == model.stddev()[0]);
  const DiagonalGaussian c = model.conditional({1}, Vector{{100.0}});
  BOOST_TEST(c.mean()[0] == 1.9);
  BOOST_TEST(c.mean()[1] == 0.0);
}

BOOST_AUTO_TEST_CASE(errors_are_whole_sentences) {
  const auto make = [](const Vector& mean, const Vector& stddev) {
    return DiagonalGaussian(mean, stddev);
  };
  BOOST_CHECK_EXCEPTION(make(Vector(), Vector()), InvalidArgument,
                        says("DiagonalGaussian: mean.size() = 0; must be >= 1; a distribution has "
                             "at least one dimension."));
  BOOST_CHECK_EXCEPTION(make(Vector{{0, infinity}}, Vector{{1, 1}}), DomainError,
                        says("DiagonalGaussian: mean[1] = inf; mean must be finite; look where the "
                             "value comes from."));
  BOOST_CHECK_EXCEPTION(make(Vector{{0, 0}}, Vector{{1}}), InvalidArgument,
                        says("DiagonalGaussian: stddev.size() = 1; must be 2; give one standard "
                             "deviation a dimension."));
  for (const auto& [value, text] :
       {std::pair(-0.5, "-0.5"), {0.0, "0"}, {not_a_number, "nan"}, {infinity, "inf"}}) {
    BOOST_CHECK_EXCEPTION(make(Vector{{0, 0}}, Vector{{1, value}}), DomainError,
                          says(std::string("DiagonalGaussian: stddev[1] = ") + text +
                               "; stddev must be finite and > 0; leave out coordinates that do not "
                               "vary."));
  }
  BOOST_CHECK_EXCEPTION(
      make(Vector{{0}}, Vector{{5e-324}}), DomainError,
      says("DiagonalGaussian: stddev[0] = 5e-324; stddev must be within exp(-708) "
           "and exp(708); change the unit."));
  BOOST_CHECK_EXCEPTION((void)DiagonalGaussian::standard(0), InvalidArgument,
                        says("DiagonalGaussian::standard: dimension = 0; must be >= 1; a "
                             "distribution has at least one dimension."));
  BOOST_CHECK_EXCEPTION((void)DiagonalGaussian::standard(std::size_t{1} << 63), InvalidArgument,
                        says("DiagonalGaussian::standard: dimension = 9223372036854775808; must be "
                             "<= 536870912; a larger model does not fit into memory."));
  BOOST_CHECK_EXCEPTION((void)model.with_parameters(std::vector<double>(5)), InvalidArgument,
                        says("DiagonalGaussian::with_parameters: parameters.size() = 5; must be 6; "
                             "ask parameter_count()."));
  BOOST_CHECK_EXCEPTION((void)model.with_parameters(std::vector<double>{0, 0, 0, 0, -709, 0}),
                        DomainError,
                        says("DiagonalGaussian::with_parameters: parameters[4] = -709; the "
                             "logarithm of a scale must be within +-708; the step that made it was "
                             "too large."));
  BOOST_CHECK_EXCEPTION((void)model.conditional({1}, Vector{{infinity}}), DomainError,
                        says("DiagonalGaussian::conditional: value[0] = inf; value must be finite; "
                             "look where the value comes from."));
}

BOOST_AUTO_TEST_CASE(prints_what_it_is) {
  std::ostringstream out;
  out << model;
  BOOST_TEST(out.str() ==
             "DiagonalGaussian in 3 dimensions: mean (1.9, -0.5, 0), stddev (7.2, 0.25, 1)");
}
