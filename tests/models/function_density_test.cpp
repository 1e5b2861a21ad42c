// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE models_function_density
#include <boost/test/unit_test.hpp>

#include <cmath>
#include <limits>
#include <sstream>
#include <string>

#include <leibler/leibler.hpp>
#include <leibler/models/conformance.hpp>

#include "allocations.hpp"
#include "says.hpp"

using namespace leibler;
using leibler::test::says;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

const auto banana = density(2, [](const auto& x) {
  const auto bend = x[1] - x[0] * x[0];
  return -0.5 * x[0] * x[0] - 2.0 * bend * bend;
});

double banana_value(double a, double b) {
  const double bend = b - a * a;
  return -0.5 * a * a - 2.0 * bend * bend;
}

auto banana_by_hand(double slip) {
  return density(
      2, [](const auto& x) { return banana_value(x[0], x[1]); },
      [slip](const auto& x) {
        const double bend = x[1] - x[0] * x[0];
        return Vector{{-x[0] + 8.0 * bend * x[0], -4.0 * bend + slip}};
      });
}

const Points points{{0.3, 1.2}, {-2.0, 0.1}, {0.0, 0.0}};

template <class P>
void check_promises(const P& p) {
  for (const auto& v : check_model(p, {.allocations = test::allocations})) BOOST_TEST(false, v);
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_callable_keeps_the_promises_of_a_differentiable_density) {
  check_promises(banana);
  check_promises(density(3, [](const Reals& x) {
    return plate(50, [&](Index j) {
      const double data[] = {1.0, std::sin(double(j)), 0.5};
      return -softplus(dot(Eigen::Map<const Vector>(data, 3), x));
    });
  }));
  static_assert(!is_normalized<decltype(banana)> && !Distribution<decltype(banana)>);
}

BOOST_AUTO_TEST_CASE(values_and_gradients_are_those_of_the_formula) {
  const Vector value = banana.log_density(points);
  const Points gradient = point_gradient(banana, points);
  const Points by_hand = point_gradient(banana_by_hand(0.0), points);
  for (Index i = 0; i < points.rows(); ++i) {
    BOOST_TEST(value[i] == banana_value(points(i, 0), points(i, 1)),
               boost::test_tools::tolerance(1e-15));
  }
  BOOST_TEST((gradient - by_hand).norm() < 1e-14);
}

BOOST_AUTO_TEST_CASE(branches_are_taken_point_by_point) {
  // Laplace's density on the right, a normal one on the left, nothing below -3.
  const auto p = density(1, [](const auto& x) {
    const auto two_sides = where(x[0] > 0.0, -x[0], -0.5 * x[0] * x[0]);
    return where(x[0] < -3.0, -infinity, two_sides);
  });
  const Vector value = p.log_density(Points{{2.0}, {-2.0}, {-4.0}});
  BOOST_TEST(value[0] == -2.0);
  BOOST_TEST(value[1] == -2.0);
  BOOST_TEST(value[2] == -infinity);
  const Points gradient = point_gradient(p, Points{{2.0}, {-2.0}, {-4.0}});
  BOOST_TEST(gradient(0, 0) == -1.0);
  BOOST_TEST(gradient(1, 0) == 2.0);
  BOOST_TEST(gradient(2, 0) == 0.0);
  BOOST_TEST(verify_gradient(p, Points{{2.0}, {-2.0}, {-4.0}}).passed);
}

BOOST_AUTO_TEST_CASE(matrices_and_vectors_of_numbers_can_be_used) {
  const Matrix x{{1.0, 2.0}, {3.0, -1.0}, {0.5, 0.0}};
  const Vector y{{1.0, 2.0, 3.0}};
  const auto least_squares = density(2, [&](const Reals& b) {
    const Reals prediction = x * b;
    Real sum = 0.0;
    for (Index i = 0; i < 3; ++i) sum += (y[i] - prediction[i]) * (y[i] - prediction[i]);
    return -0.5 * sum;
  });
  const Vector b{{0.7, -0.2}};
  BOOST_TEST(least_squares.log_density(b.transpose())[0] == -0.5 * (y - x * b).squaredNorm(),
             boost::test_tools::tolerance(1e-15));
  const Vector exact = x.transpose() * (y - x * b);
  BOOST_TEST((point_gradient(least_squares, b.transpose()).transpose() - exact).norm() < 1e-14);
  const auto wrong = density(3, [&](const Reals& c) { return (x * c)[0]; });
  BOOST_CHECK_EXCEPTION((void)wrong.log_density(Points{{1.0, 2.0, 3.0}}), InvalidArgument,
                        says("Matrix * Reals: x.size() = 3; must be 2; give one number "
                             "for each column."));
}

BOOST_AUTO_TEST_CASE(a_density_that_is_no_number_is_reported_with_the_point) {
  const auto p = density(2, [](const auto& x) { return log(x[0]) - x[1]; });
  const Points x{{1.0, 0.0}, {-2.0, 0.5}};
  const auto text =
      "density: log density = nan at x = (-2, 0.5); it must be below inf and not NaN at every "
      "finite point; return -inf outside the support; where() takes the place of if.";
  BOOST_CHECK_EXCEPTION((void)p.log_density(x), DomainError, says(text));
  BOOST_CHECK_EXCEPTION((void)point_gradient(p, x), DomainError, says(text));
  const auto pole = density(1, [](const auto& z) { return -log(z[0] * z[0]); });
  BOOST_CHECK_EXCEPTION(
      (void)pole.log_density(Points{{0.0}}), DomainError,
      says(
          "density: log density = inf at x = (0); it must be below inf and not NaN at every finite "
          "point; return -inf outside the support; where() takes the place of if."));
  const auto kink = density(2, [](const auto& z) { return -sqrt(z[1] * z[1]) - z[0] * z[0]; });
  BOOST_CHECK_EXCEPTION(
      (void)point_gradient(kink, Points{{1.0, 0.0}}), DomainError,
      says(
          "density: gradient[1] = nan at x = (1, 0); it must be finite where the density is not 0; "
          "look for a pole or a kink, sqrt or abs at 0."));
}

BOOST_AUTO_TEST_CASE(a_fit_ends_where_the_density_is_no_number) {
  const auto p = density(1, [](const auto& x) { return 3.0 * log(x[0]) - x[0]; });
  const auto fitted = fit(DiagonalGaussian(Vector{{6.0}}, Vector{{2.0}}), ReverseKl(p), Pathwise{},
                          Adam{.learning_rate = 0.05}, {.steps = 500, .samples = 256, .seed = {3}});
  BOOST_TEST((fitted.status.outcome == FitStatus::Outcome::failed));
  const std::string start = "step " + std::to_string(fitted.status.steps) +
                            " of 500 failed: density: log density = nan at x = (-";
  BOOST_TEST(fitted.status.message.substr(0, start.size()) == start);
  BOOST_TEST(std::isfinite(fitted.model.mean()[0]));
}

BOOST_AUTO_TEST_CASE(a_wrong_gradient_is_found) {
  BOOST_TEST(verify_gradient(banana, points).passed);
  BOOST_TEST(verify_gradient(banana_by_hand(0.0), points).passed);
  const auto check = verify_gradient(banana_by_hand(0.01), points);
  BOOST_TEST(!check.passed);
  BOOST_TEST(check.point == 2u);  // where the slip is largest beside the gradient
  BOOST_TEST(check.coordinate == 1u);
  BOOST_TEST(check.analytic == 0.01, boost::test_tools::tolerance(1e-12));
  BOOST_TEST(std::abs(check.numeric) < 1e-9);
  std::ostringstream out;
  out << check;
  BOOST_TEST(out.str().substr(0, 67) ==
             "gradient differs from differences: at x[2] its entry 1 is 0.01, dif");
  BOOST_TEST(verify_gradient(banana_by_hand(1e-3), points, 0.01).passed);
}

BOOST_AUTO_TEST_CASE(verify_gradient_refuses_points_that_tell_nothing) {
  BOOST_CHECK_EXCEPTION((void)verify_gradient(banana, Points(0, 2)), InvalidArgument,
                        says("verify_gradient: x.rows() = 0; must be >= 1; give a "
                             "point."));
  const auto nothing = density(1, [](const auto& x) { return 0.0 * x[0] - infinity; });
  BOOST_CHECK_EXCEPTION(
      (void)verify_gradient(nothing, Points{{1.0}}), DomainError,
      says(
          "verify_gradient: x has no point where the log density is finite; a gradient is compared "
          "where the density is not 0; give points inside the support."));
}

BOOST_AUTO_TEST_CASE(wrong_dimensions_are_refused) {
  BOOST_CHECK_EXCEPTION((void)density(0, [](const auto& x) { return x[0]; }), InvalidArgument,
                        says("density: dimension = 0; must be >= 1; give the number "
                             "of coordinates of a point."));
  const auto short_gradient = density(
      2, [](const auto& x) { return x[0]; }, [](const auto&) { return Vector{{1.0}}; });
  BOOST_CHECK_EXCEPTION((void)point_gradient(short_gradient, points), InvalidArgument,
                        says("density: gradient(x).size() = 1; must be 2; give "
                             "one derivative for each coordinate."));
}

BOOST_AUTO_TEST_CASE(a_banana_is_fitted_by_a_gaussian_and_a_mixture) {
  // log of the normalising constant: log(pi).
  const auto gaussian =
      fit(Gaussian::standard(2), ReverseKl(banana), Pathwise{},
          Adam{.learning_rate = cosine_decay(0.05)}, {.steps = 1500, .samples = 256, .seed = {1}});
  const auto mixture =
      fit(GaussianMixture::random(6, 2, Seed{1}), ReverseKl(banana),
          ScoreFunction{.baseline = Baseline::leave_one_out},
          Adam{.learning_rate = cosine_decay(0.05)}, {.steps = 1500, .samples = 512, .seed = {1}});
  const Estimate of_gaussian = assess(banana, gaussian.model, {.samples = 200'000}).elbo.value();
  const Estimate of_mixture = assess(banana, mixture.model, {.samples = 200'000}).elbo.value();
  const double log_constant = std::log(std::acos(-1.0));
  BOOST_TEST_MESSAGE("KL " << log_constant - of_gaussian.value << ", "
                           << log_constant - of_mixture.value);
  BOOST_TEST(of_mixture.value < log_constant + 7.0 * of_mixture.standard_error);
  BOOST_TEST(of_mixture.value > of_gaussian.value + 0.1);
}
