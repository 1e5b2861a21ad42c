// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE models_evaluate
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <leibler/models/diagonal_gaussian.hpp>
#include <leibler/models/evaluate.hpp>
#include <leibler/models/gaussian_mixture.hpp>

#include "lifted_cap.hpp"
#include "says.hpp"
#include "seed_mixture.hpp"

using namespace leibler;
using test::says;

namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
const GaussianMixture model = test::seed_mixture();

}  // namespace

BOOST_AUTO_TEST_CASE(results_do_not_depend_on_the_number_of_threads) {
  const test::LiftedCap cap;
  constexpr Index n = 600'000;  // more than a thousand chunks
  const Points x = sample(model, n, Seed{1}, Threads{1});
  const Vector weight = Vector::LinSpaced(n, -1.0, 1.0);
  const Vector density = log_density(model, x, Threads{1});
  const Points gradient = point_gradient(model, x, Threads{1});
  const Vector parameter = parameter_gradient(model, x, weight, Threads{1});
  for (const int threads : {2, 3, 8, 64}) {
    BOOST_TEST_CONTEXT(threads << " threads") {
      BOOST_TEST((sample(model, n, Seed{1}, Threads{threads}) == x));
      BOOST_TEST((log_density(model, x, Threads{threads}) == density));
      BOOST_TEST((point_gradient(model, x, Threads{threads}) == gradient));
      BOOST_TEST((parameter_gradient(model, x, weight, Threads{threads}) == parameter));
    }
  }
}

BOOST_AUTO_TEST_CASE(a_point_has_the_same_density_and_gradient_in_every_batch) {
  const Points x = sample(model, 1100, Seed{2});
  const Vector whole = model.log_density(x);
  const Points gradient = point_gradient(model, x);
  for (const Index n : {0, 1, 7, 8, 31, 32, 33, 511, 512, 513, 1024, 1025}) {
    BOOST_TEST_CONTEXT("n = " << n) {
      BOOST_TEST((model.log_density(x.bottomRows(n)) == whole.tail(n)));  // a strided view
      BOOST_TEST((point_gradient(model, x.bottomRows(n)) == gradient.bottomRows(n)));
    }
  }
}

BOOST_AUTO_TEST_CASE(blocks_expressions_and_vectors_are_points) {
  const Points x = sample(model, 40, Seed{3});
  const Vector whole = model.log_density(x);
  BOOST_TEST((model.log_density(x.middleRows(5, 20)) == whole.segment(5, 20)));
  BOOST_TEST((model.log_density(x.array() + 0.0) == whole));
  BOOST_TEST(model.log_density(x.row(3))[0] == whole[3]);
  const Gaussian scalar = Gaussian::standard(1);
  BOOST_TEST((scalar.log_density(Vector(x.col(0))) == scalar.log_density(x.leftCols(1))));
}

BOOST_AUTO_TEST_CASE(a_nan_spoils_its_own_row_alone) {
  Points x = sample(model, 600, Seed{4});
  const Vector clean = model.log_density(x);
  x(599, 1) = not_a_number;
  x(7, 0) = not_a_number;
  const Vector found = model.log_density(x);
  for (Index i = 0; i < 600; ++i) {
    if (i == 7 || i == 599) {
      BOOST_TEST(std::isnan(found[i]));
    } else {
      BOOST_TEST(found[i] == clean[i]);
    }
  }
}

BOOST_AUTO_TEST_CASE(no_points_are_points) {
  BOOST_TEST(model.log_density(Points(0, 2)).size() == 0);
  BOOST_TEST(point_gradient(model, Points(0, 2)).rows() == 0);
  BOOST_TEST(parameter_gradient(model, Points(0, 2)).norm() == 0.0);
  BOOST_TEST(sample(model, 0, Seed{1}).rows() == 0);
}

// The weights of a fit are costs: their gradient is the sum of those of single points.
BOOST_AUTO_TEST_CASE(parameter_gradient_adds_up_over_points) {
  const Points x = sample(model, 1000, Seed{5});
  const Vector weight = Vector::LinSpaced(1000, -2.0, 1.0);
  Vector expected = Vector::Zero(static_cast<Index>(model.parameter_count()));
  for (Index i = 0; i < 1000; ++i) expected += weight[i] * parameter_gradient(model, x.row(i));
  const Vector found = parameter_gradient(model, x, weight);
  BOOST_TEST((found - expected).cwiseAbs().maxCoeff() < 1e-11 * expected.cwiseAbs().maxCoeff());
}

BOOST_AUTO_TEST_CASE(a_seed_gives_its_own_draws_each_time) {
  BOOST_TEST((sample(model, 2000, Seed{6}) == sample(model, 2000, Seed{6})));
  BOOST_TEST((sample(model, 2000, Seed{6}) != sample(model, 2000, Seed{7})));
}

// A mixture draws component by component; the public call undoes that, and loses or repeats no row.
BOOST_AUTO_TEST_CASE(draws_come_in_no_order_and_every_one_once) {
  const GaussianMixture p(Vector{{0.5, 0.5}}, Points{{-100}, {100}},
                          {Matrix::Identity(1, 1), Matrix::Identity(1, 1)});
  const Points x = sample(p, 512, Seed{8});
  Index changes = 0;
  for (Index i = 1; i < 512; ++i) changes += (x(i, 0) > 0) != (x(i - 1, 0) > 0) ? 1 : 0;
  BOOST_TEST(std::abs(static_cast<double>(changes) - 255.5) < 7 * std::sqrt(511.0 / 4));
  std::vector<double> values(x.data(), x.data() + 512);
  std::sort(values.begin(), values.end());
  BOOST_TEST((std::adjacent_find(values.begin(), values.end()) == values.end()));
}

BOOST_AUTO_TEST_CASE(errors_are_whole_sentences) {
  const std::string remedy = "give one row a point and one column a dimension.";
  BOOST_CHECK_EXCEPTION((void)log_density(model, Points::Zero(4, 3)), InvalidArgument,
                        says("log_density: x.cols() = 3; must be 2; " + remedy));
  BOOST_CHECK_EXCEPTION((void)point_gradient(model, Points::Zero(4, 1)), InvalidArgument,
                        says("point_gradient: x.cols() = 1; must be 2; " + remedy));
  BOOST_CHECK_EXCEPTION((void)parameter_gradient(model, Points::Zero(4, 1)), InvalidArgument,
                        says("parameter_gradient: x.cols() = 1; must be 2; " + remedy));
  BOOST_CHECK_EXCEPTION((void)parameter_gradient(model, Points::Zero(4, 2), Vector::Zero(3)),
                        InvalidArgument,
                        says("parameter_gradient: weight.size() = 3; must be 4; give one weight a "
                             "row of x."));
  BOOST_CHECK_EXCEPTION((void)sample(model, -1, Seed{1}), InvalidArgument,
                        says("sample: n = -1; must be >= 0; ask for 0 draws or more."));
  BOOST_CHECK_EXCEPTION((void)sample(model, Index{1} << 60, Seed{1}), InvalidArgument,
                        says("sample: n = 1152921504606846976; must be <= 34359738368; that many "
                             "draws of a seed are independent."));
}

BOOST_AUTO_TEST_CASE(a_wrong_number_of_threads_is_the_callers_own_error) {
  const auto refuses = [](const std::string& name, auto&& call) {
    BOOST_CHECK_EXCEPTION(call(), InvalidArgument,
                          says(name + ": threads.count = -1; must be >= 0; 0 means every core."));
  };
  const Points x = Points::Zero(3, 2);
  const Threads none{-1};
  refuses("sample", [&] { (void)sample(model, 4, Seed{1}, none); });
  refuses("log_density", [&] { (void)log_density(model, x, none); });
  refuses("point_gradient", [&] { (void)point_gradient(model, x, none); });
  refuses("parameter_gradient", [&] { (void)parameter_gradient(model, x, Vector(), none); });
}

// Squares of 1e160 are infinite, and their differences NaN.
BOOST_AUTO_TEST_CASE(a_gradient_that_is_no_number_is_refused_with_its_reason) {
  const std::string far =
      "parameter_gradient: the result is not finite; points and weights must not be too large for "
      "double precision; leave out points far from the model, or change the unit.";
  Points x = sample(model, 700, Seed{9});
  Vector weight = Vector::Ones(700);
  BOOST_TEST(parameter_gradient(model, x, weight).allFinite());
  weight[3] = not_a_number;
  BOOST_CHECK_EXCEPTION((void)parameter_gradient(model, x, weight), DomainError,
                        says("parameter_gradient: weight[3] = nan; weight must be finite; look "
                             "where the value comes from."));
  x(650, 1) = not_a_number;
  BOOST_CHECK_EXCEPTION((void)parameter_gradient(model, x), DomainError,
                        says("parameter_gradient: x[650, 1] = nan; x must be finite; leave out or "
                             "fill in missing values."));
  x(650, 1) = 1e160;
  BOOST_CHECK_EXCEPTION((void)parameter_gradient(model, x), DomainError, says(far));
  BOOST_CHECK_EXCEPTION((void)parameter_gradient(Gaussian::standard(2), x), DomainError, says(far));
  BOOST_CHECK_EXCEPTION((void)parameter_gradient(DiagonalGaussian::standard(2), x), DomainError,
                        says(far));
  x(650, 1) = 1e150;  // large, and still a number
  BOOST_TEST(parameter_gradient(Gaussian::standard(2), x).allFinite());
}
