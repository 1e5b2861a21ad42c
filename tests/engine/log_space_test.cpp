// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE engine_log_space
#include <boost/test/unit_test.hpp>

#include <cmath>
#include <limits>
#include <numeric>
#include <string>
#include <vector>

#include <leibler/engine/error.hpp>
#include <leibler/engine/log_space.hpp>

#include "says.hpp"
#include "ulp.hpp"

namespace engine = leibler::engine;
using leibler::test::arbitrary;
using leibler::test::says;
using leibler::test::ulps;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double undefined = std::numeric_limits<double>::quiet_NaN();

}  // namespace

BOOST_AUTO_TEST_CASE(exp_and_log_are_those_of_the_kernels) {
  for (const double x : arbitrary(10'000, -745.0, 709.0)) {
    BOOST_REQUIRE(ulps(engine::exp(x), std::exp(static_cast<long double>(x))) < 1.2);
  }
  for (const double x : arbitrary(10'000, 0.0, 3.0)) {
    BOOST_REQUIRE(ulps(engine::log(x), std::log(static_cast<long double>(x))) < 1.0);
  }
  BOOST_TEST(engine::exp(0.0) == 1.0);
  BOOST_TEST(engine::exp(-infinity) == 0.0);
  BOOST_TEST(engine::log(0.0) == -infinity);
  BOOST_TEST(std::isnan(engine::log(-1.0)));
}

BOOST_AUTO_TEST_CASE(sums_and_differences_keep_their_digits) {
  const std::vector<double> x = arbitrary(3000, -50.0, 50.0, 1), y = arbitrary(3000, 0.0, 60.0, 2);
  for (std::size_t i = 0; i < x.size(); ++i) {
    const long double a = x[i], b = a - std::pow(y[i] / 30.0L, 8.0L);  // near and far
    const double bottom = static_cast<double>(b);
    const long double ratio = std::exp(bottom - a);
    const long double sum = a + std::log1p(ratio),
                      difference = a + std::log(-std::expm1(bottom - a));
    // Relative to the larger of the result and its argument: a itself is rounded.
    const auto allowed = [&](long double exact) {
      return 4e-16L * (std::fabs(exact) + std::fabs(a) + 1);
    };
    BOOST_TEST(std::fabs(engine::log_add_exp(x[i], bottom) - sum) <= allowed(sum));
    BOOST_TEST(engine::log_add_exp(bottom, x[i]) == engine::log_add_exp(x[i], bottom));
    if (bottom == x[i]) continue;
    BOOST_TEST(std::fabs(engine::log_subtract_exp(x[i], bottom) - difference) <=
               allowed(difference));
  }
}

BOOST_AUTO_TEST_CASE(the_logarithm_of_zero_is_a_number_like_others) {
  BOOST_TEST(engine::log_add_exp(-infinity, -infinity) == -infinity);
  BOOST_TEST(engine::log_add_exp(-infinity, 2.5) == 2.5);
  BOOST_TEST(engine::log_add_exp(2.5, -infinity) == 2.5);
  BOOST_TEST(engine::log_add_exp(infinity, -infinity) == infinity);
  BOOST_TEST(engine::log_add_exp(infinity, infinity) == infinity);
  BOOST_TEST(std::isnan(engine::log_add_exp(infinity, undefined)));
  BOOST_TEST(std::isnan(engine::log_add_exp(undefined, 1.0)));
  BOOST_TEST(engine::log_subtract_exp(-infinity, -infinity) == -infinity);
  BOOST_TEST(engine::log_subtract_exp(2.5, -infinity) == 2.5);
  BOOST_TEST(engine::log_subtract_exp(2.5, 2.5) == -infinity);
  BOOST_TEST(engine::log_subtract_exp(infinity, 3.0) == infinity);
  BOOST_TEST(std::isnan(engine::log_subtract_exp(1.0, 2.0)));
  BOOST_TEST(std::isnan(engine::log_subtract_exp(1.0, infinity)));
  BOOST_TEST(std::isnan(engine::log_subtract_exp(infinity, infinity)));
  BOOST_TEST(std::isnan(engine::log_subtract_exp(undefined, 1.0)));
}

BOOST_AUTO_TEST_CASE(log1m_exp_keeps_its_digits_at_both_ends) {
  for (const double x : {-1e-300, -1e-16, -1e-3, -0.5, -0.6931, -0.6932, -1.0, -30.0, -700.0}) {
    const long double exact = x > -0.5 ? std::log(-std::expm1(static_cast<long double>(x)))
                                       : std::log1p(-std::exp(static_cast<long double>(x)));
    BOOST_TEST(ulps(engine::log1m_exp(x), exact) < 3.0);
  }
  BOOST_TEST(engine::log1m_exp(0.0) == -infinity);
  BOOST_TEST(engine::log1m_exp(-infinity) == 0.0);
  BOOST_TEST(std::isnan(engine::log1m_exp(1.0)));
}

BOOST_AUTO_TEST_CASE(log_sum_exp_of_nothing_is_the_logarithm_of_zero) {
  BOOST_TEST(engine::log_sum_exp({}) == -infinity);
  const std::vector<double> zeros(3, -infinity), high{1000.0, 1000.0}, low{-1000.0};
  BOOST_TEST(engine::log_sum_exp(zeros) == -infinity);
  BOOST_TEST(std::abs(engine::log_sum_exp(high) - (1000.0 + std::log(2.0))) < 1e-12);
  BOOST_TEST(engine::log_sum_exp(low) == -1000.0);
}

BOOST_AUTO_TEST_CASE(zero_times_the_logarithm_of_anything_is_zero) {
  BOOST_TEST(engine::x_log_y(0.0, 0.0) == 0.0);
  BOOST_TEST(engine::x_log_y(0.0, infinity) == 0.0);
  BOOST_TEST(engine::x_log_y(1.0, 0.0) == -infinity);
  BOOST_TEST(engine::x_log_y(2.0, std::exp(1.0)) == 2.0);
  BOOST_TEST(std::isnan(engine::x_log_y(0.0, undefined)));
  BOOST_TEST(std::isnan(engine::x_log_y(undefined, 1.0)));
}

BOOST_AUTO_TEST_CASE(softmax_adds_up_to_one_and_returns_the_total) {
  for (const std::size_t n : {1u, 2u, 7u, 100u}) {
    for (const double shift : {0.0, 1e4, -1e4}) {
      std::vector<double> logits = arbitrary(n, -30.0, 5.0, 3), p(n);
      for (double& v : logits) v += shift;
      const double total = engine::softmax(logits, p);
      long double sum = 0.0L;
      for (const double v : logits) sum += std::exp(static_cast<long double>(v) - shift);
      BOOST_TEST(std::fabs(total - (std::log(sum) + shift)) <= 1e-15L * (10 + std::abs(shift)));
      for (std::size_t k = 0; k < n; ++k) {
        const long double exact = std::exp(static_cast<long double>(logits[k]) - shift) / sum;
        BOOST_TEST(std::fabs(p[k] - exact) <= 1e-15L * exact * 10);
      }
      BOOST_TEST(std::abs(std::accumulate(p.begin(), p.end(), 0.0) - 1.0) < 1e-15 * 10);
    }
  }
}

BOOST_AUTO_TEST_CASE(softmax_takes_logits_of_any_size) {
  std::vector<double> p(3);
  const std::vector<double> wide{1e308, -infinity, -1e308};
  BOOST_TEST(engine::softmax(wide, p) == 1e308);
  BOOST_TEST((p == std::vector<double>{1.0, 0.0, 0.0}));
}

BOOST_AUTO_TEST_CASE(logits_that_make_no_distribution_are_refused) {
  const auto refuses = [](const std::vector<double>& logits, const std::string& text) {
    std::vector<double> p(logits.size());
    BOOST_CHECK_EXCEPTION(engine::softmax(logits, p), leibler::DomainError,
                          says("softmax: logits" + text));
  };
  const std::string none =
      "; at least one must be finite; they are the logarithms of probabilities that are all 0.";
  const std::string one =
      "; logits must be below inf and not NaN; look where the value comes from.";
  refuses({-infinity, -infinity}, " are all -inf" + none);
  refuses({}, " are empty" + none);
  refuses({0.0, infinity}, "[1] = inf" + one);
  refuses({undefined, -infinity}, "[0] = nan" + one);
  refuses({-infinity, 0.0, undefined}, "[2] = nan" + one);
}
