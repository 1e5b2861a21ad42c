// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE models_logistic_regression
#include <boost/test/unit_test.hpp>

#include <cmath>
#include <sstream>

#include <leibler/leibler.hpp>
#include <leibler/models/conformance.hpp>

#include "allocations.hpp"
#include "says.hpp"

using namespace leibler;
using leibler::test::says;

namespace {

const Matrix x{{0.5, -1.0}, {2.0, 0.3}, {-1.5, 0.7}, {0.0, 2.0}, {1.0, 1.0}, {-0.2, -0.4}};
const Vector beta{{0.8, -0.5}};
const Vector y{{1.0, 1.0, 0.0, 1.0, 0.0, 1.0}};

double eta(Index i) {
  return 0.3 + x.row(i).dot(beta);
}

}  // namespace

BOOST_AUTO_TEST_CASE(plain_coefficients_make_a_model) {
  const LogisticRegression q(x, 0.3, beta);
  for (const auto& v : check_model(q, {.allocations = test::allocations})) BOOST_TEST(false, v);
  double expected = 0.0, entropy = 0.0;
  for (Index i = 0; i < 6; ++i) {
    const double p = 1.0 / (1.0 + std::exp(-eta(i)));
    expected += std::log(y[i] == 1.0 ? p : 1.0 - p);
    entropy -= p * std::log(p) + (1.0 - p) * std::log(1.0 - p);
    BOOST_TEST(q.mean()[i] == p, boost::test_tools::tolerance(1e-14));
  }
  BOOST_TEST(q.log_density(y) == expected, boost::test_tools::tolerance(1e-14));
  BOOST_TEST(q.entropy() == entropy, boost::test_tools::tolerance(1e-14));
  Points other(1, 6);
  other << 1.0, 1.0, 0.5, 1.0, 0.0, 1.0;
  BOOST_TEST(q.log_density(other)[0] == -HUGE_VAL);
}

BOOST_AUTO_TEST_CASE(a_far_outcome_keeps_its_digits) {
  const LogisticRegression q(Matrix{{1.0}}, 0.0, Vector{{800.0}});
  BOOST_TEST(q.log_density(Vector{{0.0}}) == -800.0);
  BOOST_TEST(q.log_density(Vector{{1.0}}) == 0.0);
}

BOOST_AUTO_TEST_CASE(differentiated_coefficients_give_the_same_density) {
  const auto p = density(
      3, [&](const Reals& z) { return LogisticRegression(x, z[0], z.part(1, 2)).log_density(y); });
  const LogisticRegression q(x, 0.3, beta);
  const Points theta{{0.3, 0.8, -0.5}, {-1.0, 2.0, 0.1}};
  BOOST_TEST(p.log_density(theta)[0] == q.log_density(y), boost::test_tools::tolerance(1e-13));
  const Vector exact = parameter_gradient(q, Points(y.transpose()));
  BOOST_TEST((point_gradient(p, theta).row(0).transpose() - exact).norm() < 1e-13);
  BOOST_TEST(verify_gradient(p, theta, 1e-9).passed);
  // A constant intercept, and a scaled one.
  const auto scaled = density(2, [&](const Reals& z) {
    return LogisticRegression(x, 0.3, z).log_density(y) +
           LogisticRegression(x, -2.0 * z[0], z).log_density(y);
  });
  BOOST_TEST(verify_gradient(scaled, Points{{0.8, -0.5}, {3.0, 1.0}}, 1e-9).passed);
}

BOOST_AUTO_TEST_CASE(maximum_likelihood_is_where_the_gradient_vanishes) {
  const LogisticRegression start(x, 0.0, Vector{{0.0, 0.0}});
  const auto best = start.maximum_likelihood(Empirical(Points(y.transpose())));
  BOOST_TEST(parameter_gradient(best, Points(y.transpose())).norm() < 1e-10);
  // R: glm(y ~ x, family = binomial)
  BOOST_TEST(best.alpha() == 0.918235251073, boost::test_tools::tolerance(1e-11));
}

BOOST_AUTO_TEST_CASE(separated_outcomes_have_no_maximum) {
  const LogisticRegression start(Matrix{{-2.0}, {-1.0}, {1.0}, {2.0}}, 0.0, Vector{{0.0}});
  BOOST_CHECK_EXCEPTION(
      (void)start.maximum_likelihood(Empirical(Points{{0.0, 0.0, 1.0, 1.0}})), DomainError,
      says("LogisticRegression::maximum_likelihood: data have no most probable coefficients; the "
           "classes must overlap and no column of x depend on the others; add a prior (a posterior "
           "can be fitted) or leave columns out."));
}

BOOST_AUTO_TEST_CASE(a_fit_by_gradients_gets_to_the_same_place) {
  const LogisticRegression start(x, 0.0, Vector{{0.0, 0.0}});
  const Empirical data(Points(y.transpose()));
  const auto best = start.maximum_likelihood(data);
  const auto fitted = fit(start, ForwardKl(data), Adam{.learning_rate = cosine_decay(0.1)},
                          {.steps = 2000, .samples = 1});
  BOOST_TEST((fitted.model.beta() - best.beta()).norm() < 1e-3);
}

BOOST_AUTO_TEST_CASE(bad_arguments_are_named) {
  BOOST_CHECK_EXCEPTION(LogisticRegression(x, 0.0, Vector{{1.0}}), InvalidArgument,
                        says("LogisticRegression: beta.size() = 1; must be 2; give one coefficient "
                             "for each column of x."));
  BOOST_CHECK_EXCEPTION(LogisticRegression(Matrix(0, 2), 0.0, beta), InvalidArgument,
                        says("LogisticRegression: x.rows() = 0; must be >= 1; give a row."));
  Matrix hole = x;
  hole(2, 1) = std::nan("");
  BOOST_CHECK_EXCEPTION(LogisticRegression(hole, 0.0, beta), DomainError,
                        says("LogisticRegression: x[2, 1] = nan; x must be finite; look at the "
                             "rows that were read."));
  BOOST_CHECK_EXCEPTION(LogisticRegression(x, HUGE_VAL, beta), DomainError,
                        says("LogisticRegression: alpha = inf; alpha must be finite."));
  const auto p = density(2, [&](const Reals& z) {
    return LogisticRegression(x, 0.0, z).log_density(Vector{{1.0, 1.0, 2.0, 1.0, 0.0, 1.0}});
  });
  BOOST_CHECK_EXCEPTION((void)p.log_density(Points{{0.0, 0.0}}), DomainError,
                        says("LogisticRegression::log_density: y[2] = 2; outcomes must be 0 or 1; "
                             "code the two classes as 0 and 1."));
  const auto with_hole =
      density(2, [&](const Reals& z) { return LogisticRegression(hole, 0.0, z).log_density(y); });
  BOOST_CHECK_THROW((void)with_hole.log_density(Points{{0.1, 0.2}}), DomainError);
}

BOOST_AUTO_TEST_CASE(it_prints_itself) {
  std::ostringstream out;
  out << LogisticRegression(x, 0.3, beta);
  BOOST_TEST(out.str() == "LogisticRegression(6 rows, alpha = 0.3, beta = (0.8, -0.5))");
}
