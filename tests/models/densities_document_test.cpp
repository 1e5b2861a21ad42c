// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE models_densities_document
#include <boost/test/unit_test.hpp>

#include <cmath>
#include <iostream>

#include <leibler/leibler.hpp>

#include "doc_blocks.hpp"

using namespace leibler;

// The blocks of docs/densities.md stand here word for word.
// clang-format off

BOOST_AUTO_TEST_CASE(a_banana_is_fitted) {
const auto banana = density(2, [](const auto& x) {
  const auto bend = x[1] - x[0] * x[0];
  return -0.5 * x[0] * x[0] - 2.0 * bend * bend;
});
const auto fitted = fit(Gaussian::standard(2), ReverseKl(banana), Pathwise{},
                        Adam{.learning_rate = cosine_decay(0.05)}, {.steps = 500, .samples = 256});
  BOOST_TEST((fitted.status.outcome == FitStatus::Outcome::finished));
  BOOST_TEST(std::abs(fitted.model.mean()[0]) < 0.2);
}

BOOST_AUTO_TEST_CASE(branches_and_plates_differentiate) {
const auto laplace_or_normal = density(1, [](const auto& x) {
  return where(x[0] > 0.0, -x[0], -0.5 * x[0] * x[0]);
});
  BOOST_TEST(verify_gradient(laplace_or_normal, Points{{2.0}, {-2.0}}).passed);
  const Matrix x = Matrix::Random(50, 3);
  const Vector y = Vector::Random(50);
const auto regression = density(3, [&](const Reals& b) {
  return plate(y.size(), [&](Index i) {
    return Normal(dot(x.row(i), b), 1.0).log_density(y[i]);
  });
});
  const Vector b{{0.3, -1.0, 2.0}};
  const double residual = (y - x * b).squaredNorm();
  BOOST_TEST(regression.log_density(b.transpose())[0] ==
                 -0.5 * residual - 25.0 * std::log(2.0 * std::acos(-1.0)),
             boost::test_tools::tolerance(1e-13));
  const Vector gradient = x.transpose() * (y - x * b);
  BOOST_TEST((point_gradient(regression, b.transpose()).transpose() - gradient).norm() < 1e-12);
}

BOOST_AUTO_TEST_CASE(a_gradient_by_hand_is_verified) {
const auto by_hand = density(
    2, [](const auto& x) { return -x[0] * x[0] * x[1] * x[1] - x[0] * x[0]; },
    [](const auto& x) {
      return Vector{{-2.0 * x[0] * x[1] * x[1] - 2.0 * x[0], -2.0 * x[0] * x[0] * x[1]}};
    });
const auto check = verify_gradient(by_hand, Points{{0.3, -1.0}, {2.0, 0.5}});
if (!check.passed) std::cerr << check << '\n';  // the point, the coordinate, both numbers
  BOOST_TEST(check.passed);
}
// clang-format on

BOOST_AUTO_TEST_CASE(the_document_shows_this_code) {
  test::check_code_is_compiled("densities.md", "models/densities_document_test.cpp");
}
