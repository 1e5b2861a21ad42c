// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE models_discretized
#include <boost/test/unit_test.hpp>

#include <cmath>
#include <sstream>
#include <stdexcept>
#include <vector>

#include <leibler/estimators/divergence_estimate.hpp>
#include <leibler/estimators/fit.hpp>
#include <leibler/estimators/lbfgs.hpp>
#include <leibler/estimators/nelder_mead.hpp>
#include <leibler/models/discretized.hpp>
#include <leibler/models/gaussian_mixture.hpp>
#include <leibler/models/univariate/gamma.hpp>
#include <leibler/models/univariate/normal.hpp>
#include <leibler/models/univariate/uniform.hpp>

#include "conformance_checks.hpp"
#include "says.hpp"

using namespace leibler;
using namespace leibler::test;
namespace tt = boost::test_tools;

namespace {

const Vector grid = Vector::LinSpaced(501, -8.0, 8.0);

// 1/2 N(-3, 0.8^2) + 1/2 N(3, 0.8^2) on the grid
Discretized<GaussianMixture> two_modes() {
  const Matrix variance = Matrix::Constant(1, 1, 0.64);
  return Discretized(
      GaussianMixture(Vector{{0.5, 0.5}}, Matrix{{-3.0}, {3.0}}, {variance, variance}), grid);
}

auto normal_on_grid(double mean, double stddev) {
  return Discretized(Normal(mean, stddev), grid);
}

}  // namespace

BOOST_AUTO_TEST_CASE(keeps_every_promise_of_a_model) {
  keeps_every_promise(normal_on_grid(0.5, 1.5));
  keeps_every_promise(two_modes());
  keeps_every_promise(Discretized(Gamma(2.0, 1.0), Vector::LinSpaced(41, -2.0, 8.0)));
  Points square(25, 2);
  for (Index i = 0; i < 25; ++i) {
    square(i, 0) = static_cast<double>(i % 5) - 2.0;
    square(i, 1) = 0.5 * static_cast<double>(i / 5) - 1.0;
  }
  keeps_every_promise(
      Discretized(Gaussian(Vector{{0.3, 0.1}}, Matrix{{1.0, 0.2}, {0.2, 0.5}}), square));
}

BOOST_AUTO_TEST_CASE(probabilities_are_the_densities_over_their_sum) {
  const auto p = normal_on_grid(0.5, 1.5);
  const Vector density = Normal(0.5, 1.5).log_density(grid).array().exp();
  for (const Index i : {0, 100, 250, 266, 500}) {
    BOOST_TEST(p.probabilities()[i] == density[i] / density.sum(), tt::tolerance(1e-13));
    BOOST_TEST(p.log_density(grid)[i] == std::log(density[i] / density.sum()),
               tt::tolerance(1e-13));
  }
  BOOST_TEST(p.probabilities().sum() == 1.0, tt::tolerance(1e-14));
  BOOST_TEST(p.log_density(Vector{{0.0001}})[0] == -HUGE_VAL);
  BOOST_TEST(p.log_density(Vector{{9.0}})[0] == -HUGE_VAL);
  BOOST_TEST(std::isnan(p.log_density(Vector{{std::nan("")}})[0]));
  // far from the grid it is still one
  BOOST_TEST(normal_on_grid(1e4, 1.0).probabilities()[500] == 1.0);
}

// Values of an independent minimiser, exact to 13 digits.
BOOST_AUTO_TEST_CASE(a_normal_on_a_grid_is_fitted_to_two_modes_in_both_directions) {
  const auto p = two_modes();
  const auto forward = fit(normal_on_grid(0.7, 1.0), ForwardKl(p), Lbfgs{}, {.steps = 200});
  BOOST_TEST(std::abs(forward.model.density().mean()) < 1e-10);
  BOOST_TEST(forward.model.density().stddev() == 3.26965092070044, tt::tolerance(1e-11));
  BOOST_TEST(forward.trace.back().objective.value == 0.65147914035648, tt::tolerance(1e-12));

  for (const double side : {-1.0, 1.0}) {
    const auto reverse =
        fit(normal_on_grid(2.0 * side, 1.0), ReverseKl(p), Enumeration{}, Lbfgs{}, {.steps = 200});
    BOOST_TEST(reverse.model.density().mean() == side * 2.99915365075502, tt::tolerance(1e-11));
    BOOST_TEST(reverse.model.density().stddev() == 0.80158578546871, tt::tolerance(1e-11));
    BOOST_TEST(reverse.trace.back().objective.value == 0.69288347500175, tt::tolerance(1e-12));
  }
  const auto between =
      fit(normal_on_grid(0.0, 2.0), ReverseKl(p), Enumeration{}, Lbfgs{}, {.steps = 200});
  BOOST_TEST(std::abs(between.model.density().mean()) < 1e-8);
  BOOST_TEST(between.model.density().stddev() == 2.80349709687868, tt::tolerance(1e-11));
  BOOST_TEST(between.trace.back().objective.value == 1.5197551310429, tt::tolerance(1e-12));

  const auto simplex =
      fit(normal_on_grid(2.0, 1.0), ReverseKl(p), Enumeration{}, NelderMead{}, {.steps = 1000});
  BOOST_TEST(simplex.trace.back().objective.value == 0.69288347500175, tt::tolerance(1e-9));
}

BOOST_AUTO_TEST_CASE(prints_what_it_is_made_of) {
  std::ostringstream out;
  out << normal_on_grid(0.5, 1.5);
  BOOST_TEST(out.str() == "Discretized(Normal(mean = 0.5, stddev = 1.5) at 501 points)");
}

BOOST_AUTO_TEST_CASE(points_that_make_no_distribution_are_refused) {
  const Normal q(0.0, 1.0);
  BOOST_CHECK_EXCEPTION(
      Discretized(q, Vector{{1.0, 2.0, 1.0}}), std::domain_error,
      says("Discretized: points[2] is the same as points[0]; every point must be there once; "
           "leave one of them out."));
  BOOST_CHECK_EXCEPTION(Discretized(Gamma(1.0, 1.0), Vector{{-1.0, -2.0}}), std::domain_error,
                        says("Discretized: q is 0 at every point; one of them must have a "
                             "density; look at q's support."));
  BOOST_CHECK_THROW(Discretized(q, Vector{{0.0, std::nan("")}}), std::domain_error);
  BOOST_CHECK_THROW(Discretized(q, Points(0, 1)), std::invalid_argument);
  BOOST_CHECK_THROW(Discretized(q, Points(3, 2)), std::invalid_argument);
  BOOST_CHECK_THROW(Discretized(q, Vector{{0.0, -0.0}}), std::domain_error);
}

// A parameter vector that leaves no point inside the support changes nothing.
BOOST_AUTO_TEST_CASE(parameters_that_leave_no_point_are_refused_and_change_nothing) {
  auto p = Discretized(Uniform(0.0, 1.0), Vector{{0.25, 0.5}});
  const Vector before = p.probabilities();
  std::vector<double> theta(2);
  Uniform(2.0, 3.0).parameters(theta);
  BOOST_CHECK_THROW((void)std::move(p).with_parameters(theta), std::domain_error);
  BOOST_TEST((p.probabilities() == before));
  BOOST_TEST(p.density().low() == 0.0);
}
