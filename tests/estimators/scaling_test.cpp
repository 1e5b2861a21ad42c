// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE estimators_scaling
#include <boost/test/unit_test.hpp>

#include <cmath>
#include <limits>
#include <vector>

#include <leibler/estimators/scaling.hpp>

#include "instruction_sets.hpp"
#include "ulp.hpp"

using namespace leibler;
using namespace leibler::test;
namespace tt = boost::test_tools;

BOOST_AUTO_TEST_CASE(a_mean_is_a_sum_divided_by_the_number) {
  std::vector<double> sums = {8.0, -4.0, 0.0};
  detail::divide(sums, 4);
  BOOST_TEST((sums == std::vector{2.0, -1.0, 0.0}));
  detail::divide_and_negate(sums, 2);
  BOOST_TEST((sums == std::vector{-1.0, 0.5, 0.0}));
}

BOOST_AUTO_TEST_CASE(the_norm_neither_overflows_nor_underflows) {
  for (const double unit : {1e-310, 1e-200, 1e-150, 1.0, 1e150, 1e200, 1e307}) {
    const std::vector<double> x = {3 * unit, 0.0, -4 * unit};
    BOOST_TEST(detail::norm(x) == 5 * unit, tt::tolerance(1e-12));
  }
  BOOST_TEST(detail::norm({}) == 0.0);
  BOOST_TEST(detail::norm(std::vector{0.0, 0.0}) == 0.0);
  BOOST_TEST(detail::norm(std::vector{1.0, HUGE_VAL}) == HUGE_VAL);
  BOOST_TEST(std::isnan(detail::norm(std::vector{1.0, std::nan("")})));
}

BOOST_AUTO_TEST_CASE(clipping_keeps_the_direction_and_returns_the_norm_before) {
  std::vector<double> x = {3.0, -4.0};
  BOOST_TEST(detail::clip(x, 10.0) == 5.0);
  BOOST_TEST((x == std::vector{3.0, -4.0}));
  BOOST_TEST(detail::clip(x, 0.0) == 5.0);  // never
  BOOST_TEST((x == std::vector{3.0, -4.0}));
  BOOST_TEST(detail::clip(x, 1.0) == 5.0);
  BOOST_TEST(x[0] == 0.6, tt::tolerance(1e-15));
  BOOST_TEST(x[1] == -0.8, tt::tolerance(1e-15));
}

BOOST_AUTO_TEST_CASE(clipping_works_where_the_norm_itself_is_beyond_double) {
  std::vector<double> x(4, 1e308);
  BOOST_TEST(detail::clip(x, 1.0) == HUGE_VAL);
  for (const double v : x) BOOST_TEST(v == 0.5, tt::tolerance(1e-15));
}

BOOST_AUTO_TEST_CASE(gives_the_same_bits_on_each_instruction_set) {
  check_same_bits_on_each_instruction_set([] {
    auto x = arbitrary(1001, -3.0, 5.0);
    detail::divide_and_negate(x, 77);
    x.push_back(detail::clip(x, 0.5));
    return x;
  });
}
