// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE models_wishart
#include <boost/test/unit_test.hpp>

#include <cmath>
#include <limits>
#include <sstream>

#include <boost/math/distributions/chi_squared.hpp>

#include <Eigen/LU>

#include <leibler/models/wishart.hpp>

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
const Matrix x_two{{3, -0.5}, {-0.5, 2}};
const Matrix x_three{{3, -0.5, 1}, {-0.5, 2, 0.25}, {1, 0.25, 4}};

double at(const Wishart<>& p, const Matrix& x) {
  return p.log_density(Points(pack_lower(x).transpose()))[0];
}

}  // namespace

BOOST_AUTO_TEST_CASE(keeps_every_promise_of_the_concepts) {
  const ConformanceOptions options{.allocations = test::allocations};
  for (const auto& p : {Wishart(5, two), Wishart(4.5, three), Wishart(1, Matrix{{2}})}) {
    BOOST_TEST(test::text_of(check_model(p, options)) == "");
  }
}

// mpmath 1.3, 60 digits (scales of 1e200: 900): the formula of the header with matrix inverse and
// determinants.
BOOST_AUTO_TEST_CASE(log_density_has_twelve_digits) {
  BOOST_TEST(relative_error(at({5, two}, x_two), -6.1154804740837862946) < 1e-15);
  BOOST_TEST(relative_error(at({2.5, three}, x_three), -12.987761090548927686) < 1e-15);
  BOOST_TEST(relative_error(at({1e6, three}, 1e6 * x_three), -1634919.5942991599374, 4e7) < 1e-15);
  BOOST_TEST(
      relative_error(at({5, Matrix{{1e200, 0}, {0, 1e-200}}}, Matrix{{3e200, 0}, {0, 2e-200}}),
                     -5.0310242469692907207, 3e3) < 1e-15);
}

BOOST_AUTO_TEST_CASE(one_dimension_is_a_scaled_chi_square) {
  const boost::math::chi_squared_distribution<> chi(3.5);
  const Wishart p(3.5, Matrix{{2}});
  for (const double x : {0.01, 3.0, 70.0}) {
    BOOST_TEST(relative_error(at(p, Matrix{{x}}), std::log(pdf(chi, x / 2) / 2), 1) < 1e-14);
  }
}

BOOST_AUTO_TEST_CASE(only_positive_definite_matrices_have_a_density) {
  const Wishart p(5, two);
  BOOST_TEST(at(p, Matrix{{1, 2}, {2, 1}}) == -infinity);
  BOOST_TEST(at(p, Matrix{{-1, 0}, {0, 1}}) == -infinity);
  BOOST_TEST(at(p, Matrix{{1, 1}, {1, 1}}) == -infinity);
  BOOST_TEST(at(p, Matrix{{1, 1}, {1, 1 + 4.4e-16}}) == -infinity);
  BOOST_TEST(at(p, Matrix{{infinity, 0}, {0, 1}}) == -infinity);
  BOOST_TEST(std::isnan(at(p, Matrix{{not_a_number, 0}, {0, 1}})));
  BOOST_TEST(std::isfinite(at(p, Matrix{{1e200, 0}, {0, 1}})));
}

BOOST_AUTO_TEST_CASE(moments_and_entropy_are_the_closed_forms) {
  const Wishart p(5, two);
  BOOST_TEST((unpack_symmetric(p.mean()) - 5 * two).cwiseAbs().maxCoeff() < 1e-14);
  // v (V_ik V_jl + V_il V_jk), by hand.
  const Matrix expected{{40, 10, 2.5}, {10, 11.25, 5}, {2.5, 5, 10}};
  BOOST_TEST((p.covariance() - expected).cwiseAbs().maxCoeff() < 1e-13);
  BOOST_TEST((p.scale() - two).cwiseAbs().maxCoeff() < 1e-15);
  BOOST_TEST(p.degrees_of_freedom() == 5.0);
  BOOST_TEST(p.rows() == 2U);
  // mpmath 1.3, 60 digits.
  BOOST_TEST(relative_error(p.entropy(), 7.6499720612368788777) < 1e-14);
  BOOST_TEST(relative_error(Wishart(2.5, three).entropy(), 7.8344492235004811614) < 1e-14);
}

BOOST_AUTO_TEST_CASE(gradients_agree_with_differences) {
  Points x(2, 6);
  x << pack_lower(x_three).transpose(), pack_lower(10 * three).transpose();
  for (const double v : {2.5, 7.0, 300.0}) {
    BOOST_TEST(test::parameter_gradient_error(Wishart(v, three), x) < 1e-8);
    BOOST_TEST(test::point_gradient_error(Wishart(v, three), x, Matrix::Identity(6, 6)) < 1e-8);
  }
}

BOOST_AUTO_TEST_CASE(the_tape_agrees_with_doubles) {
  const Vector x = pack_lower(x_two);
  const auto plain = [&](const std::vector<double>& a) {
    const Matrix factor = unpack_lower(Vector{{a[1], a[2], a[3]}});
    return Wishart(a[0], factor * factor.transpose()).log_density(as_span(x));
  };
  const auto recorded = [&](const Reals& a) { return Wishart(a[0], a.part(1, 3)).log_density(x); };
  BOOST_TEST(test::tape_error({5, 1.4, 0.3, 0.9}, recorded, plain) < 1.0);
  BOOST_TEST(test::tape_error({1.2, 3, -1, 2}, recorded, plain) < 1.0);
  const auto of_points = [&](const Reals& y) {
    return Wishart(y[3], two).log_density(y.part(0, 3));
  };
  const auto plain_points = [&](const std::vector<double>& y) {
    return Wishart(y[3], two).log_density(std::span<const double>(y.data(), 3));
  };
  BOOST_TEST(test::tape_error({3, -0.5, 2, 5}, of_points, plain_points) < 1.0);
}

BOOST_AUTO_TEST_CASE(draws_follow_the_density) {
  BOOST_TEST(test::moments_error(Wishart(5, two), 100'000, Seed{1}) < 7);
  const Wishart p(2.5, three);
  BOOST_TEST(test::moments_error(p, 100'000, Seed{2}) < 7);
  // u^T X u / u^T V u is chi-square; so is the last pivot, with v - d + 1 degrees of freedom.
  const Points x = sample(p, 50'000, Seed{3});
  BOOST_TEST(p.log_density(x).minCoeff() > -infinity);
  const Vector u{{1, -2, 0.5}};
  const boost::math::chi_squared_distribution<> along(2.5), last(0.5);
  const double pivot = three.determinant() / two.determinant();
  std::vector<double> first, second;
  for (Index i = 0; i < x.rows(); ++i) {
    const Matrix m = unpack_symmetric(x.row(i));
    first.push_back(cdf(along, u.dot(m * u) / u.dot(three * u)));
    const double rest = m.determinant() / m.topLeftCorner(2, 2).determinant();
    second.push_back(cdf(last, std::max(rest, 0.0) / pivot));
  }
  BOOST_TEST(std::abs(test::chi_square_error(first)) < 7);
  BOOST_TEST(std::abs(test::chi_square_error(second)) < 7);
}

BOOST_AUTO_TEST_CASE(draws_next_to_singular_stay_inside) {
  const Wishart p(2.001, three);
  const Points x = sample(p, 10'000, Seed{4});
  BOOST_TEST(x.allFinite());
  BOOST_TEST(p.log_density(x).minCoeff() > -infinity);
}

BOOST_AUTO_TEST_CASE(it_is_fitted_by_gradients) {
  BOOST_CHECK_EXCEPTION(
      (void)Wishart(5, two).maximum_likelihood(Empirical(Points{{1, 0, 1}})), InvalidArgument,
      says("Wishart::maximum_likelihood: the family has no estimate of its own; it is fitted by "
           "gradients; use fit(q, ForwardKl(data), Adam{})."));
}

BOOST_AUTO_TEST_CASE(matrices_are_packed_by_rows) {
  BOOST_TEST((pack_lower(three) == Vector{{2, 0.5, 1, 0, 0.25, 1}}));
  BOOST_TEST((unpack_symmetric(pack_lower(three)) == three));
  BOOST_TEST((unpack_lower(Vector{{1, 2, 3}}) == Matrix{{1, 0}, {2, 3}}));
  BOOST_CHECK_EXCEPTION((void)unpack_lower(Vector{{1, 2}}), InvalidArgument,
                        says("unpack_lower: rows.size() = 2; must be 1; give a whole lower "
                             "triangle by rows."));
  BOOST_CHECK_EXCEPTION((void)pack_lower(Matrix(2, 3)), InvalidArgument,
                        says("pack_lower: matrix.cols() = 3; must be 2; give a square matrix."));
}

BOOST_AUTO_TEST_CASE(files_and_errors) {
  const Wishart p(5, two);
  std::ostringstream text;
  text << Wishart<>::from_json(p.to_json());
  BOOST_TEST(text.str() == "Wishart(degrees_of_freedom = 5, scale = ((2, 0.5), (0.5, 1)))");
  const auto read =
      Wishart<>::from_json(R"({"degrees_of_freedom": 5, "scale": [[2, 0.5], [0.5, 1]]})");
  BOOST_TEST(read.to_json() == p.to_json());
  BOOST_CHECK_EXCEPTION((void)Wishart(1, two), DomainError,
                        says("Wishart: degrees_of_freedom = 1; degrees_of_freedom must be finite "
                             "and above 1, the dimension minus 1; fewer make singular matrices, "
                             "which have no density."));
  BOOST_CHECK_EXCEPTION(
      (void)Wishart(5, Matrix{{1, 0}, {0.5, 1}}), DomainError,
      says("Wishart: scale[1, 0] = 0.5 but [0, 1] = 0; scale must be symmetric positive definite; "
           "average it with its transpose."));
  BOOST_CHECK_EXCEPTION(
      (void)Wishart<>::from_json(R"({"degrees_of_freedom": 5, "cholesky": [1, 0, -1]})"),
      DomainError,
      says("Wishart::from_json: cholesky[2] = -1; the diagonal of a Cholesky factor must be > 0; "
           "factorise the scale matrix."));
}
