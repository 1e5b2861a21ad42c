// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE estimators_estimate
#include <boost/test/unit_test.hpp>

#include <cmath>
#include <limits>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include <leibler/estimators/estimate.hpp>

#include "says.hpp"

using namespace leibler;
using namespace leibler::test;
namespace tt = boost::test_tools;

namespace {

std::string text_of(const Estimate& e) {
  std::ostringstream out;
  out << e;
  return out.str();
}

engine::Moments moments_of(const std::vector<double>& x) {
  engine::Moments m;
  m.add(x.data(), x.size());
  return m;
}

}  // namespace

BOOST_AUTO_TEST_CASE(comes_from_the_mean_and_the_spread_of_draws) {
  const Estimate e = Estimate::from(moments_of({1, 2, 3, 4}));  // variance 5/3
  BOOST_TEST(e.value == 2.5);
  BOOST_TEST(e.standard_error == std::sqrt(5.0 / 12), tt::tolerance(1e-15));
  BOOST_TEST(e.samples == 4u);
  BOOST_TEST((e.method == Method::monte_carlo));
  BOOST_TEST(e.reliable);
}

BOOST_AUTO_TEST_CASE(is_not_reliable_without_a_finite_error) {
  const Estimate single = Estimate::from(moments_of({1.0 / 3}));
  BOOST_TEST(single.value == 1.0 / 3);
  BOOST_TEST(single.standard_error == HUGE_VAL);
  BOOST_TEST(!single.reliable);
  BOOST_TEST(text_of(single) == "0.3333 +- inf (monte_carlo, 1 sample, not reliable)");
  const Estimate infinite = Estimate::from(moments_of({1.0, HUGE_VAL, 2.0}));
  BOOST_TEST(infinite.value == HUGE_VAL);
  BOOST_TEST(!infinite.reliable);
}

BOOST_AUTO_TEST_CASE(prints_the_value_to_the_digits_that_its_error_leaves) {
  BOOST_TEST(text_of({0.22587612, 0.00042, 1'000'000}) ==
             "0.22588 +- 0.00042 (monte_carlo, 1000000 samples)");
  BOOST_TEST(text_of({4.9792184, 0.0, 300, Method::enumeration}) ==
             "4.9792184 +- 0 (enumeration, 300 samples)");
  BOOST_TEST(text_of({1.25, 0.0, 0, Method::closed_form}) == "1.25 +- 0 (closed_form)");
  BOOST_TEST(text_of({HUGE_VAL, HUGE_VAL, 10, Method::monte_carlo, false}) ==
             "inf +- inf (monte_carlo, 10 samples, not reliable)");
  BOOST_TEST(text_of({12345.6, 321.0, 10}) == "1.235e+04 +- 3.2e+02 (monte_carlo, 10 samples)");
  BOOST_TEST(text_of({1e-12, 3e-13, 10}) == "1e-12 +- 3e-13 (monte_carlo, 10 samples)");
  BOOST_TEST(text_of({-3.5, 0.25, 10}) == "-3.50 +- 0.25 (monte_carlo, 10 samples)");
}

BOOST_AUTO_TEST_CASE(every_method_has_a_name) {
  BOOST_TEST(to_string(Method::closed_form) == "closed_form");
  BOOST_TEST(to_string(Method::enumeration) == "enumeration");
  BOOST_TEST(to_string(Method::quadrature) == "quadrature");
  BOOST_TEST(to_string(Method::monte_carlo) == "monte_carlo");
}

BOOST_AUTO_TEST_CASE(json_reads_back_to_the_same_bits) {
  const Estimate e{1.0 / 3, 1e-17 / 7, 12, Method::monte_carlo, true};
  const auto json = nlohmann::json::parse(e.to_json());
  BOOST_TEST(json.at("value").get<double>() == e.value);
  BOOST_TEST(json.at("standard_error").get<double>() == e.standard_error);
  BOOST_TEST(json.at("samples").get<std::size_t>() == 12u);
  BOOST_TEST(json.at("method") == "monte_carlo");
  BOOST_TEST(json.at("reliable").get<bool>());
  const Estimate infinite{-HUGE_VAL, std::nan(""), 2, Method::monte_carlo, false};
  BOOST_TEST(infinite.to_json() ==
             R"({"value":"-inf","standard_error":"nan","samples":2,"method":"monte_carlo",)"
             R"("reliable":false})");
}

BOOST_AUTO_TEST_CASE(the_samples_that_an_error_needs_are_a_tenth_above_the_variance) {
  const auto pilot = moments_of({1, 2, 3, 4});  // variance 5/3
  EstimateOptions options{.samples = 100, .standard_error = 0.01};
  BOOST_TEST(detail::samples_needed(pilot, options) == 18334u);
  options.most_samples = 5000;
  BOOST_TEST(detail::samples_needed(pilot, options) == 5000u);
  options.standard_error = 1e-200;  // its square is 0
  BOOST_TEST(detail::samples_needed(pilot, options) == 5000u);
  // An easy error, or a pilot that saw no variance, is no reason for less than was asked for.
  options.standard_error = 1e200;
  BOOST_TEST(detail::samples_needed(pilot, options) == 100u);
  BOOST_TEST(detail::samples_needed(moments_of({0, 0, 0}), options) == 100u);
  // No number of draws makes an infinite variance small.
  options.samples = 100;
  BOOST_TEST(detail::samples_needed(moments_of({1, HUGE_VAL}), options) == 100u);
  options.most_samples = 50;
  BOOST_TEST(detail::samples_needed(moments_of({1, HUGE_VAL}), options) == 50u);
}

BOOST_AUTO_TEST_CASE(errors_name_the_call_and_the_option) {
  const auto check = [](const EstimateOptions& o) { detail::check_options("entropy", o); };
  BOOST_CHECK_NO_THROW(check({}));
  BOOST_CHECK_NO_THROW(check({.samples = 2}));
  BOOST_CHECK_EXCEPTION(
      check({.samples = 0}), std::invalid_argument,
      says("entropy: options.samples = 0; must be >= 2; a standard error needs two draws."));
  BOOST_CHECK_EXCEPTION(
      check({.samples = 1}), std::invalid_argument,
      says("entropy: options.samples = 1; must be >= 2; a standard error needs two draws."));
  BOOST_CHECK_EXCEPTION(
      check({.most_samples = 1}), std::invalid_argument,
      says("entropy: options.most_samples = 1; must be >= 2; a standard error needs two draws."));
  BOOST_CHECK_EXCEPTION(check({.standard_error = -1e-3}), std::domain_error,
                        says("entropy: options.standard_error = -0.001; standard_error must be "
                             "finite and >= 0; 0 takes options.samples draws."));
  BOOST_CHECK_EXCEPTION(check({.standard_error = std::nan("")}), std::domain_error,
                        says("entropy: options.standard_error = nan; standard_error must be finite "
                             "and >= 0; 0 takes options.samples draws."));
  BOOST_CHECK_NO_THROW(check({.most_samples = std::numeric_limits<std::size_t>::max()}));
}
