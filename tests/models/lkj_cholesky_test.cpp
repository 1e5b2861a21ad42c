// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE models_lkj_cholesky
#include <boost/test/unit_test.hpp>

#include <cmath>
#include <limits>
#include <numbers>
#include <sstream>

#include <boost/math/distributions/beta.hpp>

#include <leibler/models/lkj_cholesky.hpp>

#include "allocations.hpp"
#include "says.hpp"
#include "vector_checks.hpp"

using namespace leibler;
using test::relative_error;
using test::says;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

// Rows (1), (0.6, 0.8), (0.48, -0.64, 0.6).
const Vector factor{{1, 0.6, 0.8, 0.48, -0.64, 0.6}};

double at(const LkjCholesky<>& p, const Vector& x) {
  return p.log_density(Points(x.transpose()))[0];
}

}  // namespace

BOOST_AUTO_TEST_CASE(keeps_every_promise_of_the_concepts) {
  const ConformanceOptions options{.allocations = test::allocations};
  for (const auto& p : {LkjCholesky(3, 2), LkjCholesky(2, 0.5), LkjCholesky(5, 1)}) {
    BOOST_TEST(test::text_of(check_model(p, options)) == "");
  }
}

// mpmath 1.3, 60 digits: the formula of the header with loggamma.
BOOST_AUTO_TEST_CASE(log_density_has_twelve_digits) {
  BOOST_TEST(relative_error(at({3, 2}, factor), -2.3065652396017393432) < 1e-15);
  BOOST_TEST(relative_error(at({3, 1e6}, factor), -1467918.0991944688224) < 1e-15);
  // Two dimensions, shape 1: the correlation is uniform on (-1, 1).
  BOOST_TEST(relative_error(at({2, 1}, Vector{{1, 0.8, 0.6}}), -std::log(2.0)) < 1e-15);
}

// The density of the entries below the diagonal integrates to one: the midpoint rule over the disc
// of the last row in polar coordinates, times the interval of the second.
BOOST_AUTO_TEST_CASE(the_density_integrates_to_one) {
  const LkjCholesky p(3, 2.5);
  constexpr int n = 400;
  double total = 0;
  for (int i = 0; i < n; ++i) {
    const double c = -1 + (i + 0.5) * 2 / n;
    for (int j = 0; j < n; ++j) {
      const double r = (j + 0.5) / n;
      const Vector x{{1, c, std::sqrt(1 - c * c), 0.6 * r, -0.8 * r, std::sqrt(1 - r * r)}};
      total += std::exp(p.log_density(as_span(x))) * 2 / n * r / n * 2 * std::numbers::pi;
    }
  }
  BOOST_TEST(std::abs(total - 1) < 1e-4);
}

BOOST_AUTO_TEST_CASE(the_support_is_factors_of_correlation_matrices) {
  const LkjCholesky p(3, 2);
  const auto moved = [&](Index k, double to) {
    Vector x = factor;
    x[k] = to;
    return at(p, x);
  };
  BOOST_TEST(moved(0, 0.9) == -infinity);
  BOOST_TEST(moved(2, -0.8) == -infinity);
  BOOST_TEST(moved(3, 0.5) == -infinity);
  BOOST_TEST(std::isfinite(moved(5, 0.6 + 5e-10)));
  BOOST_TEST(std::isnan(moved(1, not_a_number)));
  BOOST_TEST(at(p, Vector{{1, 1, 0, 0, 0, 1}}) == -infinity);
}

BOOST_AUTO_TEST_CASE(moments_and_entropy_are_the_closed_forms) {
  const LkjCholesky p(3, 2);
  // mpmath 1.3, 60 digits: means of square roots of Beta variables.
  const Vector mean{{1, 0, 0.90541478736722679904, 0, 0, 0.8}};
  BOOST_TEST((p.mean() - mean).cwiseAbs().maxCoeff() < 1e-15);
  // The variance of an entry below the diagonal is 1 / (2 shape + d - 1).
  for (const Index k : {1, 3, 4}) BOOST_TEST(relative_error(p.variance()[k], 1.0 / 6) < 1e-15);
  BOOST_TEST(relative_error(p.entropy(), 1.4449248798069647303, 4) < 1e-15);
  BOOST_TEST(relative_error(LkjCholesky(5, 0.5).entropy(), 4.3168729581915551447, 10) < 1e-14);
}

BOOST_AUTO_TEST_CASE(gradients_agree_with_differences) {
  const Points x = sample(LkjCholesky(4, 1.5), 5, Seed{1});
  for (const double shape : {0.3, 2.0, 1e3}) {
    BOOST_TEST(test::parameter_gradient_error(LkjCholesky(4, shape), x) < 1e-8);
  }
  // Along the sphere of the last row.
  const LkjCholesky p(3, 2);
  const Vector g = point_gradient(p, Points(factor.transpose())).row(0);
  const double expected = test::slope([&](double by) {
    Vector y = factor;
    y[3] += by;
    y[5] = std::sqrt(1 - y[3] * y[3] - y[4] * y[4]);
    return at(p, y);
  });
  BOOST_TEST(std::abs(g[3] - g[5] * factor[3] / factor[5] - expected) < 1e-8);
}

BOOST_AUTO_TEST_CASE(the_tape_agrees_with_doubles) {
  const auto recorded = [](const Reals& a) { return LkjCholesky(3, a[0]).log_density(factor); };
  const auto plain = [](const std::vector<double>& a) {
    return LkjCholesky(3, a[0]).log_density(as_span(factor));
  };
  for (const double shape : {0.3, 2.0, 150.0}) {
    BOOST_TEST(test::tape_error({shape}, recorded, plain) < 1.0);
  }
  const auto found = test::on_tape({{1.0}, {0.6}, {0.8}, {0.48}, {-0.64}, {0.6}},
                                   [](const Reals& x) { return LkjCholesky(3, 2).log_density(x); });
  BOOST_TEST(relative_error(found.value[0], -2.3065652396017393432) < 1e-14);
  BOOST_TEST(relative_error(found.gradient[2][0], 3 / 0.8) < 1e-14);
  BOOST_TEST(relative_error(found.gradient[5][0], 2 / 0.6) < 1e-14);
}

BOOST_AUTO_TEST_CASE(draws_follow_the_density) {
  const LkjCholesky p(4, 0.7);
  const Points x = sample(p, 50'000, Seed{2});
  BOOST_TEST(p.log_density(x).minCoeff() > -infinity);
  // Every correlation is 2 Beta(b, b) - 1 with b = shape + d / 2 - 1, wherever it is.
  const boost::math::beta_distribution<> beta(0.7 + 1, 0.7 + 1);
  for (const auto& [i, j] : {std::pair<Index, Index>{1, 0}, {2, 1}, {3, 0}, {3, 2}}) {
    std::vector<double> u;
    for (Index k = 0; k < x.rows(); ++k) {
      const Matrix l = unpack_lower(x.row(k));
      u.push_back(cdf(beta, 0.5 + 0.5 * l.row(i).dot(l.row(j))));
    }
    BOOST_TEST(std::abs(test::chi_square_error(u)) < 7, "correlation " << i << ", " << j);
  }
  BOOST_TEST(test::moments_error(LkjCholesky(3, 2), 100'000, Seed{3}) < 7);
}

BOOST_AUTO_TEST_CASE(draws_of_a_tiny_shape_stay_inside) {
  const LkjCholesky p(3, 1e-4);
  const Points x = sample(p, 10'000, Seed{4});
  BOOST_TEST(x.allFinite());
  BOOST_TEST(x.col(5).minCoeff() > 0.0);
  BOOST_TEST(p.log_density(x).minCoeff() > -infinity);
}

BOOST_AUTO_TEST_CASE(maximum_likelihood_makes_the_gradient_vanish) {
  for (const double shape : {0.4, 3.0, 1e4}) {
    const Points x = sample(LkjCholesky(3, shape), 5000, Seed{5});
    const auto q = LkjCholesky(3, 1).maximum_likelihood(Empirical(x));
    BOOST_TEST(std::abs(parameter_gradient(q, x)[0]) / 5000 < 1e-9 * std::max(1.0, shape));
    BOOST_TEST(std::abs(std::log(q.shape() / shape)) < 0.2);
  }
  BOOST_CHECK_EXCEPTION(
      (void)LkjCholesky(2, 1).maximum_likelihood(Empirical(Points{{1, 0, 1}})), DomainError,
      says("LkjCholesky::maximum_likelihood: data are all the identity; points must have "
           "correlations; the shape would be infinite."));
}

BOOST_AUTO_TEST_CASE(files_and_errors) {
  const LkjCholesky p(3, 2);
  BOOST_TEST(p.rows() == 3U);
  BOOST_TEST(p.dimension() == 6U);
  std::ostringstream text;
  text << LkjCholesky<>::from_json(p.to_json());
  BOOST_TEST(text.str() == "LkjCholesky(dimension = 3, shape = 2)");
  const auto moved = p.with_parameters(std::vector<double>{0.1});
  BOOST_TEST(LkjCholesky<>::from_json(moved.to_json()).shape() == moved.shape());
  BOOST_CHECK_EXCEPTION((void)LkjCholesky(1, 2), InvalidArgument,
                        says("LkjCholesky: dimension = 1; must be >= 2; one coordinate has no "
                             "correlation."));
  BOOST_CHECK_EXCEPTION((void)LkjCholesky(3, 0), DomainError,
                        says("LkjCholesky: shape = 0; shape must be finite and > 0; 1 is uniform "
                             "over correlation matrices."));
}
