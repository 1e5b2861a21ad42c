// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE models_multivariate_student_t
#include <boost/test/unit_test.hpp>

#include <cmath>
#include <limits>
#include <numbers>
#include <sstream>

#include <boost/math/distributions/fisher_f.hpp>
#include <boost/math/distributions/students_t.hpp>

#include <Eigen/Cholesky>
#include <Eigen/LU>

#include <leibler/models/lower_triangle.hpp>
#include <leibler/models/multivariate_student_t.hpp>

#include "allocations.hpp"
#include "says.hpp"
#include "vector_checks.hpp"

using namespace leibler;
using test::relative_error;
using test::says;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

const Matrix two{{2, 0.5}, {0.5, 1}};
const Matrix three{{2, 0.5, 0}, {0.5, 1, 0.25}, {0, 0.25, 1}};

double at(const MultivariateStudentT<>& p, const Vector& x) {
  return p.log_density(Points(x.transpose()))[0];
}

}  // namespace

BOOST_AUTO_TEST_CASE(keeps_every_promise_of_the_concepts) {
  const ConformanceOptions options{.allocations = test::allocations};
  for (const auto& p : {MultivariateStudentT(4, Vector{{0, 1}}, two),
                        MultivariateStudentT(1, Vector{{0, 1, 2}}, three),
                        MultivariateStudentT(30, Vector{{5}}, Matrix{{0.01}})}) {
    BOOST_TEST(test::text_of(check_model(p, options)) == "");
  }
}

// mpmath 1.3, 60 digits: the formula of the header with matrix inverse and determinant.
BOOST_AUTO_TEST_CASE(log_density_has_twelve_digits) {
  const MultivariateStudentT p(4, Vector{{0, 1}}, two);
  BOOST_TEST(relative_error(at(p, Vector{{1, -1}}), -4.951069786899610988) < 1e-15);
  BOOST_TEST(relative_error(at(p, Vector{{1e200, -1e200}}), -2763.5409491894256094) < 1e-15);
  const Vector m{{0, 1, 2}}, x{{1, -1, 0.5}};
  BOOST_TEST(relative_error(at({2.5, m, three}, x), -6.4542288042043768577) < 1e-15);
  BOOST_TEST(relative_error(at({1e8, m, three}, x), -6.5380310194131548539, 60) < 1e-15);
  BOOST_TEST(relative_error(at({1e15, m, three}, x), -6.5380310459664044355, 100) < 1e-15);
  BOOST_TEST(relative_error(at({1e-3, Vector{{0}}, Matrix{{1}}}, Vector{{1e-100}}),
                            -4.1477175562983347201, 10) < 1e-15);
}

BOOST_AUTO_TEST_CASE(one_dimension_is_students_t) {
  for (const double v : {3.5, 199.0, 201.0, 300.0}) {  // a series from 200 on
    const boost::math::students_t_distribution<> t(v);
    const MultivariateStudentT p(v, Vector{{1}}, Matrix{{4}});
    for (const double x : {-7.0, 0.0, 1.0, 10.0}) {
      BOOST_TEST(relative_error(at(p, Vector{{x}}), std::log(pdf(t, (x - 1) / 2) / 2)) < 1e-12);
    }
  }
}

BOOST_AUTO_TEST_CASE(far_points_have_a_density_and_infinite_ones_none) {
  const MultivariateStudentT p(4, Vector{{0, 0}}, Matrix{{1e-20, 0}, {0, 1}});
  // log p = log(2 / (4 pi)) + log 1e10 - 3 log(1e636 / 4), by hand.
  const double expected =
      -std::log(2 * std::numbers::pi) + 10 * std::log(10) - 3 * (636 * std::log(10) - std::log(4));
  BOOST_TEST(relative_error(at(p, Vector{{1e308, 0}}), expected) < 1e-15);
  BOOST_TEST(at(p, Vector{{infinity, 0}}) == -infinity);
  BOOST_TEST(std::isnan(at(p, Vector{{not_a_number, 0}})));
  const Points gradient = point_gradient(p, Points{{1e200, 0}, {0, 0}});
  BOOST_TEST(relative_error(gradient(0, 0), -6e-200) < 1e-13);
  BOOST_TEST(gradient(1, 0) == 0.0);
}

BOOST_AUTO_TEST_CASE(moments_exist_where_they_do) {
  const Vector m{{0, 1}};
  const MultivariateStudentT p(4, m, two);
  BOOST_TEST((p.mean() - m).norm() == 0.0);
  BOOST_TEST((p.covariance() - 2 * two).cwiseAbs().maxCoeff() < 1e-15);
  BOOST_TEST((p.scale() - two).cwiseAbs().maxCoeff() < 1e-15);
  BOOST_TEST(p.degrees_of_freedom() == 4.0);
  BOOST_TEST(std::isnan(MultivariateStudentT(1, m, two).mean()[0]));
  BOOST_TEST(MultivariateStudentT(1.5, m, two).variance()[1] == infinity);
  // mpmath 1.3, 60 digits.
  BOOST_TEST(relative_error(p.entropy(), 3.6176849603770568267) < 1e-14);
  BOOST_TEST(relative_error(MultivariateStudentT(2.5, Vector{{0, 0, 0}}, three).entropy(),
                            5.6382733666066024721) < 1e-14);
}

BOOST_AUTO_TEST_CASE(gradients_agree_with_differences) {
  const Points x{{0.3, -0.4, 1}, {5, 3, -20}, {0, 1, 2.1}};
  for (const double v : {0.2, 3.0, 500.0}) {
    const MultivariateStudentT p(v, Vector{{0, 1, 2}}, three);
    BOOST_TEST(test::parameter_gradient_error(p, x) < 1e-8);
    BOOST_TEST(test::point_gradient_error(p, x, Matrix::Identity(3, 3)) < 1e-8);
  }
}

BOOST_AUTO_TEST_CASE(the_tape_agrees_with_doubles) {
  const Vector x{{1, -1}};
  const auto plain = [&](const std::vector<double>& a) {
    const Matrix factor = unpack_lower(Vector{{a[3], a[4], a[5]}});
    return MultivariateStudentT(a[0], Vector{{a[1], a[2]}}, factor * factor.transpose())
        .log_density(as_span(x));
  };
  const auto recorded = [&](const Reals& a) {
    return MultivariateStudentT(a[0], a.part(1, 2), a.part(3, 3)).log_density(x);
  };
  BOOST_TEST(test::tape_error({4, 0, 1, 1.4, 0.3, 0.9}, recorded, plain) < 1.0);
  BOOST_TEST(test::tape_error({0.3, 2, -10, 5, 0, 0.1}, recorded, plain) < 1.0);
  // Some arguments plain, the point differentiated.
  const auto of_points = [&](const Reals& y) {
    return MultivariateStudentT(y[2], Vector{{0, 1}}, two).log_density(y.part(0, 2));
  };
  const auto plain_points = [&](const std::vector<double>& y) {
    return MultivariateStudentT(y[2], Vector{{0, 1}}, two)
        .log_density(std::span<const double>(y.data(), 2));
  };
  BOOST_TEST(test::tape_error({1, -1, 4}, of_points, plain_points) < 1.0);
  test::on_tape({{1.0}, {2.0}}, [](const Reals& a) {
    BOOST_CHECK_EXCEPTION(
        (void)MultivariateStudentT(a[0], a, a), InvalidArgument,
        says("MultivariateStudentT: scale.size() = 2; must be 3; give the lower triangle of the "
             "Cholesky factor by rows."));
    return a[0];
  });
}

BOOST_AUTO_TEST_CASE(draws_follow_the_density) {
  const MultivariateStudentT p(12, Vector{{0, 1, 2}}, three);
  BOOST_TEST(test::moments_error(p, 500'000, Seed{1}) < 7);
  // |w|^2 / d is Fisher's F(d, v), w_i Student's t.
  const MultivariateStudentT q(1.5, Vector{{0, 1, 2}}, three);
  const Matrix whitening = Matrix(three.llt().matrixL()).inverse();
  const Points w =
      (sample(q, 50'000, Seed{2}).rowwise() - q.location().transpose()) * whitening.transpose();
  const boost::math::fisher_f_distribution<> f(3, 1.5);
  const boost::math::students_t_distribution<> t(1.5);
  std::vector<double> u, v;
  for (Index i = 0; i < w.rows(); ++i) {
    u.push_back(cdf(f, w.row(i).squaredNorm() / 3));
    v.push_back(cdf(t, w(i, 2)));
  }
  BOOST_TEST(std::abs(test::chi_square_error(u)) < 7);
  BOOST_TEST(std::abs(test::chi_square_error(v)) < 7);
}

BOOST_AUTO_TEST_CASE(draws_with_next_to_no_degrees_of_freedom_are_finite) {
  const MultivariateStudentT p(1e-3, Vector{{0, 1}}, 1e100 * two);
  const Points x = sample(p, 10'000, Seed{3});
  BOOST_TEST(x.allFinite());
  BOOST_TEST(p.log_density(x).minCoeff() > -infinity);
}

BOOST_AUTO_TEST_CASE(maximum_likelihood_makes_the_gradient_vanish) {
  const MultivariateStudentT p(3, Vector{{5, -1}}, 100 * two);
  const Points x = sample(p, 4000, Seed{4});
  const MultivariateStudentT start(10, Vector{{0, 0}}, Matrix{{1, 0}, {0, 1}});
  const auto q = start.maximum_likelihood(Empirical(x));
  BOOST_TEST((parameter_gradient(q, x) / 4000).cwiseAbs().maxCoeff() < 1e-9);
  BOOST_TEST(std::abs(q.degrees_of_freedom() - 3) < 0.6);
  const auto kept = start.maximum_likelihood(Empirical(x), {.keep_degrees_of_freedom = true});
  BOOST_TEST(kept.degrees_of_freedom() == 10.0);
  BOOST_TEST((parameter_gradient(kept, x) / 4000).tail(5).cwiseAbs().maxCoeff() < 1e-9);
  BOOST_TEST(q.log_density(x).sum() > kept.log_density(x).sum());
  // Weights are repetitions.
  const Points few = x.topRows(30);
  Points twice(60, 2);
  twice << few, few;
  twice.row(59) = few.row(0);
  Vector weight = Vector::Constant(30, 2);
  weight[0] = 3;
  weight[29] = 1;
  const auto options = StudentTLikelihoodOptions{.keep_degrees_of_freedom = true};
  BOOST_TEST((start.maximum_likelihood(Empirical(few, weight), options).scale() -
              start.maximum_likelihood(Empirical(twice), options).scale())
                 .cwiseAbs()
                 .maxCoeff() < 1e-7);
}

BOOST_AUTO_TEST_CASE(data_without_a_maximum_are_refused) {
  const MultivariateStudentT p(4, Vector{{0, 1}}, two);
  BOOST_CHECK_EXCEPTION(
      (void)p.maximum_likelihood(Empirical(Points{{0, 0}, {1, 1}, {2, 2}})), DomainError,
      says(
          "MultivariateStudentT::maximum_likelihood: data lie in a hyperplane, or too many in one; "
          "there must be more points than dimensions, spread in all of them; leave out "
          "coordinates that the others determine."));
  Points square(4, 2);
  square << 0, 0, 1, 0, 0, 1, 1, 1;
  BOOST_CHECK_EXCEPTION(
      (void)p.maximum_likelihood(Empirical(square)), DomainError,
      says("MultivariateStudentT::maximum_likelihood: data have no heavier tails than a Gaussian; "
           "the likelihood must have a maximum below 10^4 degrees of freedom; take a Gaussian, or "
           "keep the degrees of freedom."));
}

BOOST_AUTO_TEST_CASE(files_and_errors) {
  const Vector m{{0, 1}};
  const MultivariateStudentT p(4, m, two);
  std::ostringstream text;
  text << MultivariateStudentT<>::from_json(p.to_json());
  BOOST_TEST(text.str() ==
             "MultivariateStudentT(degrees_of_freedom = 4, location = (0, 1), scale = ((2, 0.5), "
             "(0.5, 1)))");
  const auto read = MultivariateStudentT<>::from_json(
      R"({"degrees_of_freedom": 4, "location": [0, 1], "scale": [[2, 0.5], [0.5, 1]]})");
  BOOST_TEST(read.to_json() == p.to_json());
  BOOST_CHECK_EXCEPTION((void)MultivariateStudentT(0, m, two), DomainError,
                        says("MultivariateStudentT: degrees_of_freedom = 0; degrees_of_freedom "
                             "must be finite and > 0; 1 is Cauchy's distribution."));
  BOOST_CHECK_EXCEPTION((void)MultivariateStudentT(4, Vector{{0, infinity}}, two), DomainError,
                        says("MultivariateStudentT: location[1] = inf; location must be finite; "
                             "look where the value comes from."));
  BOOST_CHECK_EXCEPTION((void)MultivariateStudentT(4, m, three), InvalidArgument,
                        says("MultivariateStudentT: scale is 3 x 3; scale must be 2 x 2; give one "
                             "row and one column a dimension."));
  BOOST_CHECK_EXCEPTION(
      (void)MultivariateStudentT(4, m, Matrix{{1, 2}, {2, 1}}), DomainError,
      says("MultivariateStudentT: scale is not positive definite (smallest eigenvalue -1); scale "
           "must be symmetric positive definite; add a multiple of the identity."));
  BOOST_CHECK_EXCEPTION(
      (void)p.with_parameters(std::vector<double>{0, 0, 0, 800, 0, 0}), DomainError,
      says("MultivariateStudentT::with_parameters: parameters[3] = 800; what it is the logarithm "
           "of must be a normal number; the step that made it was too large."));
}
