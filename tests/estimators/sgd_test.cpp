// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE estimators_sgd
#include <boost/test/unit_test.hpp>

#include <cmath>
#include <stdexcept>
#include <vector>

#include <leibler/estimators/sgd.hpp>

#include "instruction_sets.hpp"
#include "says.hpp"

using namespace leibler;
using namespace leibler::test;
namespace tt = boost::test_tools;

namespace {

// theta = 1, three steps with gradients 4, 2, -1 at rate 1/2.
double after_three_steps(const Sgd& sgd) {
  Sgd::State state(8);
  std::vector<double> theta(8, 0.0);
  theta[0] = 1.0;
  for (std::size_t step = 0; step < 3; ++step) {
    const std::vector<double> gradient = {std::vector{4.0, 2.0, -1.0}[step], 0, 0, 0, 0, 0, 0, 0};
    sgd.update(state, step, 3, gradient.data(), theta.data(), 8);
  }
  for (std::size_t i = 1; i < 8; ++i) BOOST_TEST(theta[i] == 0.0);  // the padding
  return theta[0];
}

}  // namespace

// By hand, in binary fractions. Velocities with momentum 1/2: 4, 4, 1.
BOOST_AUTO_TEST_CASE(three_steps_by_hand) {
  BOOST_TEST(after_three_steps({.learning_rate = 0.5}) == 1 - 0.5 * (4 + 2 - 1));
  BOOST_TEST(after_three_steps({.learning_rate = 0.5, .momentum = 0.5}) == 1 - 0.5 * (4 + 4 + 1));
  BOOST_TEST(after_three_steps({.learning_rate = 0.5, .momentum = 0.5, .nesterov = true}) ==
             1 - 0.5 * ((4 + 2) + (2 + 2) + (-1 + 0.5)));
}

BOOST_AUTO_TEST_CASE(follows_its_schedule) {
  const Sgd sgd{.learning_rate = exponential_decay(0.5, 0.25)};
  const double rates = 0.5 * 4 + 0.5 * std::pow(0.25, 1.0 / 3) * 2 - 0.5 * std::pow(0.25, 2.0 / 3);
  BOOST_TEST(after_three_steps(sgd) == 1 - rates, tt::tolerance(1e-14));
}

// On theta^2 / 2 every step multiplies theta by 1 - rate.
BOOST_AUTO_TEST_CASE(descends_a_quadratic_at_the_known_rate) {
  const Sgd sgd{.learning_rate = 0.1};
  Sgd::State state(8);
  std::vector<double> theta(8, 3.0);
  for (std::size_t step = 0; step < 50; ++step) {
    const auto gradient = theta;
    sgd.update(state, step, 50, gradient.data(), theta.data(), 8);
  }
  BOOST_TEST(theta[3] == 3.0 * std::pow(0.9, 50), tt::tolerance(1e-13));
}

BOOST_AUTO_TEST_CASE(gives_the_same_bits_on_each_instruction_set) {
  for (const bool nesterov : {false, true}) {
    check_same_bits_on_each_instruction_set([&] {
      const Sgd sgd{.learning_rate = 0.01, .momentum = 0.9, .nesterov = nesterov};
      Sgd::State state(16);
      std::vector<double> theta(16, 1.0), gradient(16);
      for (std::size_t step = 0; step < 200; ++step) {
        for (std::size_t j = 0; j < 16; ++j) gradient[j] = std::sin(static_cast<double>(step * j));
        sgd.update(state, step, 200, gradient.data(), theta.data(), 16);
      }
      return theta;
    });
  }
}

BOOST_AUTO_TEST_CASE(errors_name_the_setting) {
  BOOST_CHECK_NO_THROW((Sgd{.momentum = 0.0}.check()));
  BOOST_CHECK_EXCEPTION((Sgd{.learning_rate = 0.0}.check()), std::domain_error,
                        says("Sgd: learning_rate = 0; learning_rate must be finite and > 0; 0.01 "
                             "is a start for most fits."));
  BOOST_CHECK_EXCEPTION((Sgd{.momentum = 1.0}.check()), std::domain_error,
                        says("Sgd: momentum = 1; momentum must be in [0, 1); 0.9 is usual."));
  BOOST_CHECK_EXCEPTION((Sgd{.momentum = -0.5}.check()), std::domain_error,
                        says("Sgd: momentum = -0.5; momentum must be in [0, 1); 0.9 is usual."));
}
