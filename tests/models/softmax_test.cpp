// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE models_softmax
#include <boost/test/unit_test.hpp>

#include <cmath>
#include <limits>

#include <leibler/models/softmax.hpp>

#include "says.hpp"
#include "vector_checks.hpp"

using namespace leibler;
using test::relative_error;
using test::says;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

void matches(const Vector& found, const Vector& expected) {
  BOOST_REQUIRE(found.size() == expected.size());
  for (Index k = 0; k < found.size(); ++k) {
    BOOST_TEST(relative_error(found[k], expected[k]) <= 4e-15,
               "entry " << k << " is " << found[k] << ", not " << expected[k]);
  }
}

}  // namespace

// mpmath 1.3, 60 digits: x_k - log(sum exp x_j), x = logits / temperature.
BOOST_AUTO_TEST_CASE(log_softmax_has_every_digit) {
  matches(log_softmax(Vector{{4, 2, 1, 0.5, 0, -1}}, {.temperature = 2.0}),
          Vector{{-0.68420926948544384972, -1.6842092694854438497, -2.1842092694854438497,
                  -2.4342092694854438497, -2.6842092694854438497, -3.1842092694854438497}});
  matches(log_softmax(Vector{{1e4, -1e4, 9999.5}}),
          Vector{{-0.47407698418010668087, -20000.474076984180107, -0.97407698418010668087}});
  matches(log_softmax(Vector{{0, -40}}),
          Vector{{-4.2483542552915889863e-18, -40.000000000000000004}});
  matches(log_softmax(Vector{{1e4, 9990}}, {.temperature = 0.125}),
          Vector{{-1.8048513878454151723e-35, -80.0}});
}

BOOST_AUTO_TEST_CASE(softmax_has_every_digit) {
  matches(softmax(Vector{{4, 2, 1, 0.5, 0, -1}}, {.temperature = 2.0}),
          Vector{{0.50448898673539026652, 0.18559112651736254927, 0.11256670840338672183,
                  0.087667040652328069797, 0.068275159909585785018, 0.041410977781946607557}});
  matches(softmax(Vector{{1e4, -1e4, 9999.5}}),
          Vector{{0.62245933120185456464, 0.0, 0.37754066879814543536}});
  matches(softmax(Vector{{0, -40}}), Vector{{1.0, 4.2483542552915889773e-18}});
}

BOOST_AUTO_TEST_CASE(minus_infinity_has_no_probability) {
  matches(softmax(Vector{{-infinity, 1e4, 1e4}}), Vector{{0, 0.5, 0.5}});
  matches(log_softmax(Vector{{-infinity, 1e4}}), Vector{{-infinity, 0}});
  matches(log_softmax(Vector{{-1e308, 1e308}}, {.temperature = 1e-3}), Vector{{-infinity, 0}});
}

BOOST_AUTO_TEST_CASE(temperature_runs_from_the_largest_to_equal_shares) {
  matches(softmax(Vector{{1, 2, 1.5}}, {.temperature = 1e-300}), Vector{{0, 1, 0}});
  matches(softmax(Vector{{1, 2}}, {.temperature = 1e300}), Vector{{0.5, 0.5}});
}

// mpmath 1.3, 60 digits.
BOOST_AUTO_TEST_CASE(log_sum_exp_is_right_far_from_zero) {
  BOOST_TEST(relative_error(log_sum_exp(Vector{{1e4, 9999, -1e4}}), 10000.313261687518223) < 4e-16);
  BOOST_TEST(relative_error(log_sum_exp(Vector{{-1e4, -10001}}), -9999.6867383124817772) < 4e-16);
  BOOST_TEST(log_sum_exp(Vector{{-infinity, 3}}) == 3.0);
  BOOST_TEST(log_sum_exp(Vector{{-infinity, -infinity}}) == -infinity);
  BOOST_TEST(log_sum_exp(Vector()) == -infinity);
}

BOOST_AUTO_TEST_CASE(what_makes_no_distribution_is_refused) {
  BOOST_CHECK_EXCEPTION((void)softmax(Vector{{0, not_a_number}}), DomainError,
                        says("softmax: logits[1] = nan; logits must be below inf and not NaN; look "
                             "where the value comes from."));
  BOOST_CHECK_EXCEPTION((void)log_softmax(Vector{{infinity, 0}}), DomainError,
                        says("log_softmax: logits[0] = inf; logits must be below inf and not NaN; "
                             "look where the value comes from."));
  BOOST_CHECK_EXCEPTION(
      (void)softmax(Vector{{-infinity, -infinity}}), DomainError,
      says("softmax: logits are all -inf; at least one must be finite; they are the logarithms of "
           "probabilities that are all 0."));
  BOOST_CHECK_EXCEPTION(
      (void)softmax(Vector()), DomainError,
      says("softmax: logits are empty; at least one must be finite; they are the logarithms of "
           "probabilities that are all 0."));
  BOOST_CHECK_EXCEPTION((void)log_sum_exp(Vector{{0, infinity}}), DomainError,
                        says("log_sum_exp: x[1] = inf; x must be below inf and not NaN; look where "
                             "the value comes from."));
}

BOOST_AUTO_TEST_CASE(a_temperature_that_is_none_is_refused) {
  for (const double bad : {0.0, -1.0, infinity, not_a_number}) {
    BOOST_CHECK_EXCEPTION((void)softmax(Vector{{0, 1}}, {.temperature = bad}), DomainError,
                          says("softmax: options.temperature = " + to_text(bad) +
                               "; temperature must be finite and > 0; near 0 the largest logit "
                               "takes all, at 1 nothing changes."));
  }
}
