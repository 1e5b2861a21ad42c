// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE estimators_adam
#include <boost/test/unit_test.hpp>

#include <cmath>
#include <limits>
#include <stdexcept>
#include <vector>

#include <leibler/estimators/adam.hpp>

#include "instruction_sets.hpp"
#include "says.hpp"

using namespace leibler;
using namespace leibler::test;
namespace tt = boost::test_tools;

namespace {

// Algorithm 1 of the paper, word for word, in long double.
struct Oracle {
  long double m = 0, v = 0, theta = 1.5L;
  int t = 0;
  void step(const Adam& adam, long double rate, long double g) {
    ++t;
    m = adam.beta1 * m + (1 - static_cast<long double>(adam.beta1)) * g;
    v = adam.beta2 * v + (1 - static_cast<long double>(adam.beta2)) * g * g;
    const long double m_hat = m / (1 - std::pow(static_cast<long double>(adam.beta1), t));
    const long double v_hat = v / (1 - std::pow(static_cast<long double>(adam.beta2), t));
    theta -= rate * m_hat / (std::sqrt(v_hat) + adam.epsilon);
  }
};

double gradient_at(std::size_t step) {
  return std::sin(1.0 + 0.7 * static_cast<double>(step)) + 0.3;
}

}  // namespace

// With one gradient g the bias corrections cancel: the step is rate g / (|g| + epsilon).
BOOST_AUTO_TEST_CASE(the_first_step_has_the_length_of_the_rate) {
  const Adam adam{.learning_rate = 0.25};
  Adam::State state(8);
  const std::vector<double> gradient = {3.0, -1e-3, 1e-8, 0.0, 1e150, 0.0, 0.0, 0.0};
  std::vector<double> theta(8, 1.0);
  adam.update(state, 0, 10, gradient.data(), theta.data(), 8);
  BOOST_TEST(theta[0] == 0.75, tt::tolerance(1e-8));
  BOOST_TEST(theta[1] == 1.0 + 0.25 * 1e-3 / (1e-3 + 1e-8), tt::tolerance(1e-12));
  BOOST_TEST(theta[2] == 1.0 - 0.125, tt::tolerance(1e-12));
  BOOST_TEST(theta[3] == 1.0);
  BOOST_TEST(theta[4] == 0.75, tt::tolerance(1e-8));
}

BOOST_AUTO_TEST_CASE(follows_the_algorithm_of_the_paper_for_a_thousand_steps) {
  for (const Adam& adam : {Adam{.learning_rate = 0.01}, Adam{.learning_rate = cosine_decay(0.05)},
                           Adam{.learning_rate = 0.1, .beta1 = 0.5, .beta2 = 0.9, .epsilon = 1e-3},
                           Adam{.learning_rate = 0.1, .beta1 = 0.0, .beta2 = 0.0}}) {
    Oracle oracle;
    Adam::State state(8);
    std::vector<double> theta(8, 0.0);
    theta[0] = 1.5;
    for (std::size_t step = 0; step < 1000; ++step) {
      const std::vector<double> gradient = {gradient_at(step), 0, 0, 0, 0, 0, 0, 0};
      adam.update(state, step, 1000, gradient.data(), theta.data(), 8);
      oracle.step(adam, adam.learning_rate.at(step, 1000), gradient_at(step));
    }
    BOOST_TEST(theta[0] == static_cast<double>(oracle.theta), tt::tolerance(1e-11));
    for (std::size_t i = 1; i < 8; ++i) BOOST_TEST(theta[i] == 0.0);  // the padding
  }
}

BOOST_AUTO_TEST_CASE(values_hold_the_whole_state) {
  const Adam adam{.learning_rate = 0.03};
  Adam::State state(16);
  std::vector<double> theta(16, 0.5);
  const auto step = [&](Adam::State& of, std::vector<double>& at, std::size_t i) {
    std::vector<double> gradient(16);
    for (std::size_t j = 0; j < 16; ++j) gradient[j] = gradient_at(i + 3 * j);
    adam.update(of, i, 100, gradient.data(), at.data(), 16);
  };
  for (std::size_t i = 0; i < 37; ++i) step(state, theta, i);
  Adam::State other(16);
  const auto from = state.values(), to = other.values();
  BOOST_TEST_REQUIRE(from.size() == to.size());
  std::copy(from.begin(), from.end(), to.begin());
  auto again = theta;
  for (std::size_t i = 37; i < 100; ++i) {
    step(state, theta, i);
    step(other, again, i);
  }
  BOOST_TEST(first_difference(theta, again) == 16u);
}

BOOST_AUTO_TEST_CASE(gives_the_same_bits_on_each_instruction_set) {
  check_same_bits_on_each_instruction_set([] {
    const Adam adam{.learning_rate = cosine_decay(0.1)};
    Adam::State state(24);
    std::vector<double> theta(24, 1.0), gradient(24);
    for (std::size_t step = 0; step < 300; ++step) {
      for (std::size_t j = 0; j < 24; ++j) gradient[j] = gradient_at(step * (j + 1));
      adam.update(state, step, 300, gradient.data(), theta.data(), 24);
    }
    return theta;
  });
}

BOOST_AUTO_TEST_CASE(errors_name_the_setting) {
  BOOST_CHECK_NO_THROW((Adam{}.check()));
  BOOST_CHECK_NO_THROW((Adam{.beta1 = 0.0, .beta2 = 0.0}.check()));
  BOOST_CHECK_EXCEPTION((Adam{.learning_rate = -1.0}.check()), std::domain_error,
                        says("Adam: learning_rate = -1; learning_rate must be finite and > 0; 0.01 "
                             "is a start for most fits."));
  BOOST_CHECK_EXCEPTION((Adam{.beta1 = 1.0}.check()), std::domain_error,
                        says("Adam: beta1 = 1; beta1 must be in [0, 1); 0.9 is usual."));
  BOOST_CHECK_EXCEPTION((Adam{.beta2 = -0.1}.check()), std::domain_error,
                        says("Adam: beta2 = -0.1; beta2 must be in [0, 1); 0.999 is usual."));
  BOOST_CHECK_EXCEPTION((Adam{.beta2 = std::nan("")}.check()), std::domain_error,
                        says("Adam: beta2 = nan; beta2 must be in [0, 1); 0.999 is usual."));
  BOOST_CHECK_EXCEPTION((Adam{.epsilon = 0.0}.check()), std::domain_error,
                        says("Adam: epsilon = 0; epsilon must be finite and > 0; 1e-8 is usual."));
}
