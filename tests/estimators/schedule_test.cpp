// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE estimators_schedule
#include <boost/test/unit_test.hpp>

#include <cmath>
#include <limits>
#include <stdexcept>

#include <leibler/estimators/adam.hpp>
#include <leibler/estimators/schedule.hpp>

#include "says.hpp"

using namespace leibler;
using namespace leibler::test;
namespace tt = boost::test_tools;

BOOST_AUTO_TEST_CASE(a_number_is_a_schedule_that_stays) {
  const Schedule schedule = 0.05;
  for (const std::size_t step : {0u, 1u, 500u, 999u}) BOOST_TEST(schedule.at(step, 1000) == 0.05);
}

// Half of 1 + cos at 0, a quarter, a third, a half, two thirds and the last step.
BOOST_AUTO_TEST_CASE(cosine_decay_goes_from_the_rate_to_zero) {
  const Schedule schedule = cosine_decay(0.2);
  BOOST_TEST(schedule.at(0, 1200) == 0.2);
  BOOST_TEST(schedule.at(300, 1200) == 0.17071067811865475, tt::tolerance(1e-15));
  BOOST_TEST(schedule.at(400, 1200) == 0.15, tt::tolerance(1e-15));
  BOOST_TEST(schedule.at(600, 1200) == 0.1, tt::tolerance(1e-15));
  BOOST_TEST(schedule.at(800, 1200) == 0.05, tt::tolerance(1e-15));
  BOOST_TEST(schedule.at(1199, 1200) == 0.2 * 1.713472007637234e-06, tt::tolerance(1e-12));
  BOOST_TEST(schedule.at(1200, 1200) == 0.0);
  for (std::size_t step = 0; step < 1200; ++step) {
    const double exact = static_cast<double>(
        0.1L * (1 + std::cos(3.141592653589793238463L * static_cast<long double>(step) / 1200)));
    BOOST_TEST(schedule.at(step, 1200) == exact, tt::tolerance(1e-12));
  }
}

BOOST_AUTO_TEST_CASE(exponential_decay_ends_at_the_fraction) {
  const Schedule schedule = exponential_decay(0.3, 0.01);
  BOOST_TEST(schedule.at(0, 10) == 0.3);
  BOOST_TEST(schedule.at(5, 10) == 0.03, tt::tolerance(1e-14));
  BOOST_TEST(schedule.at(10, 10) == 0.003, tt::tolerance(1e-14));
  BOOST_TEST(exponential_decay(0.3, 1.0).at(7, 10) == 0.3);
}

BOOST_AUTO_TEST_CASE(warm_up_multiplies_the_first_steps_alone) {
  const Schedule schedule = warm_up(exponential_decay(0.4, 0.25), 4);
  const Schedule plain = exponential_decay(0.4, 0.25);
  for (std::size_t step = 0; step < 8; ++step) {
    const double factor = step < 4 ? static_cast<double>(step + 1) / 4.0 : 1.0;
    BOOST_TEST(schedule.at(step, 8) == factor * plain.at(step, 8), tt::tolerance(1e-15));
  }
  BOOST_TEST(schedule.rate() == 0.4);
}

BOOST_AUTO_TEST_CASE(errors_name_the_optimizer_and_the_value) {
  const auto check = [](const Schedule& s) { s.check("Adam", "learning_rate"); };
  const std::string rest = "; learning_rate must be finite and > 0; 0.01 is a start for most fits.";
  BOOST_CHECK_EXCEPTION(check(0.0), std::domain_error, says("Adam: learning_rate = 0" + rest));
  BOOST_CHECK_EXCEPTION(check(-0.5), std::domain_error, says("Adam: learning_rate = -0.5" + rest));
  BOOST_CHECK_EXCEPTION(check(std::numeric_limits<double>::quiet_NaN()), std::domain_error,
                        says("Adam: learning_rate = nan" + rest));
  BOOST_CHECK_EXCEPTION(check(cosine_decay(HUGE_VAL)), std::domain_error,
                        says("Adam: learning_rate = inf" + rest));
  BOOST_CHECK_EXCEPTION(check(exponential_decay(0.1, 0.0)), std::domain_error,
                        says("Adam: learning_rate.final_fraction = 0; final_fraction must be in "
                             "(0, 1]; 0.01 ends at a hundredth of the rate."));
  BOOST_CHECK_EXCEPTION(check(warm_up(exponential_decay(0.1, 1.5), 3)), std::domain_error,
                        says("Adam: learning_rate.final_fraction = 1.5; final_fraction must be in "
                             "(0, 1]; 0.01 ends at a hundredth of the rate."));
  BOOST_CHECK_NO_THROW(check(warm_up(exponential_decay(0.1, 1.0), 3)));
  BOOST_CHECK_EXCEPTION((void)warm_up(0.1, 0), std::invalid_argument,
                        says("warm_up: steps = 0; must be >= 1; leave warm_up out."));
}
