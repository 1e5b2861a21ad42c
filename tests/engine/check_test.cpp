// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE engine_check
#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

#include <leibler/engine/check.hpp>

#include "says.hpp"

using namespace leibler;
using leibler::test::says;

namespace {

constexpr double inf = std::numeric_limits<double>::infinity();
constexpr double nan_value = std::numeric_limits<double>::quiet_NaN();

using Values = std::vector<double>;

}  // namespace

BOOST_AUTO_TEST_CASE(finite_names_the_first_bad_entry) {
  BOOST_CHECK_NO_THROW(check::finite("f", "x", Values{0.0, -1e308, 5e-324}));
  BOOST_CHECK_NO_THROW(check::finite("f", "x", Values{}));
  BOOST_CHECK_EXCEPTION(check::finite("f", "options.x", Values{1.0, nan_value, inf}),
                        std::domain_error, says("f: options.x[1] = nan; x must be finite."));
  BOOST_CHECK_EXCEPTION(check::finite("f", "x", Values{-inf}, "look where it comes from"),
                        DomainError,
                        says("f: x[0] = -inf; x must be finite; look where it comes from."));
}

BOOST_AUTO_TEST_CASE(finite_names_row_and_column_of_a_matrix) {
  const Values x{1, 2, 3, nan_value, 4, 5, inf, nan_value};  // 3 x 2 in columns 4 apart
  BOOST_CHECK_EXCEPTION(check::finite("f", "points", x.data(), 3, 2, 4), std::domain_error,
                        says("f: points[2, 1] = inf; points must be finite."));
  BOOST_CHECK_NO_THROW(check::finite("f", "points", x.data(), 2, 2, 4));
  try {
    check::finite("f", "points", x.data(), 3, 2, 4, "clean the data");
    BOOST_TEST(false);
  } catch (const Error& e) {
    BOOST_TEST(e.where == "f");
    BOOST_TEST(e.what == "points");
    BOOST_TEST((e.index == std::vector<std::size_t>{2, 1}));
    BOOST_TEST(e.value == "= inf");
    BOOST_TEST(e.rule == "points must be finite");
    BOOST_TEST(e.remedy == "clean the data");
  }
}

BOOST_AUTO_TEST_CASE(positive_refuses_zero_and_what_is_not_finite) {
  BOOST_CHECK_NO_THROW(check::positive("f", "s", Values{5e-324, 1e308}));
  BOOST_CHECK_EXCEPTION(check::positive("f", "stddev", Values{1, 1, -0.5}), std::domain_error,
                        says("f: stddev[2] = -0.5; stddev must be finite and > 0."));
  BOOST_CHECK_EXCEPTION(check::positive("f", "s", Values{-0.0}), std::domain_error,
                        says("f: s[0] = -0; s must be finite and > 0."));
  BOOST_CHECK_EXCEPTION(check::positive("f", "s", Values{inf}), std::domain_error,
                        says("f: s[0] = inf; s must be finite and > 0."));
  BOOST_CHECK_EXCEPTION(check::positive("f", "rate", nan_value), std::domain_error,
                        says("f: rate = nan; rate must be finite and > 0."));
  BOOST_CHECK_NO_THROW(check::positive("f", "rate", 0.01));
}

BOOST_AUTO_TEST_CASE(single_numbers_are_named_without_an_index) {
  BOOST_CHECK_NO_THROW(check::finite("f", "x", -1.0));
  BOOST_CHECK_EXCEPTION(check::finite("f", "x", inf, "try less"), std::domain_error,
                        says("f: x = inf; x must be finite; try less."));
  BOOST_CHECK_NO_THROW(check::not_negative("f", "x", 0.0));
  BOOST_CHECK_NO_THROW(check::not_negative("f", "x", -0.0));
  for (const auto& [value, text] :
       {std::pair{-1e-9, "-1e-09"}, std::pair{inf, "inf"}, std::pair{nan_value, "nan"}}) {
    BOOST_CHECK_EXCEPTION(check::not_negative("f", "x", value), std::domain_error,
                          says("f: x = " + std::string(text) + "; x must be finite and >= 0."));
  }
}

BOOST_AUTO_TEST_CASE(in_range_takes_its_low_end_and_not_its_high_one) {
  BOOST_CHECK_NO_THROW(check::in_range("Sgd", "momentum", 0.0, 0.0, 1.0));
  for (const auto& [value, text] :
       {std::pair{1.0, "1"}, std::pair{-0.1, "-0.1"}, std::pair{nan_value, "nan"}}) {
    BOOST_CHECK_EXCEPTION(
        check::in_range("Sgd", "momentum", value, 0.0, 1.0, "try 0.9"), std::domain_error,
        says("Sgd: momentum = " + std::string(text) + "; momentum must be in [0, 1); try 0.9."));
  }
}

BOOST_AUTO_TEST_CASE(sizes_and_counts_are_invalid_arguments) {
  BOOST_CHECK_NO_THROW(check::size("f", "x.cols()", 3, 3));
  BOOST_CHECK_EXCEPTION(check::size("f", "x.cols()", 2, 3), std::invalid_argument,
                        says("f: x.cols() = 2; must be 3."));
  BOOST_CHECK_EXCEPTION(check::size("f", "mean", 0, 3, "give one a dimension"), InvalidArgument,
                        says("f: mean = 0; must be 3; give one a dimension."));
  BOOST_CHECK_NO_THROW(check::at_least("fit", "options.samples", 2, 2));
  BOOST_CHECK_EXCEPTION(check::at_least("fit", "options.samples", -1, 2), std::invalid_argument,
                        says("fit: options.samples = -1; must be >= 2."));
}

BOOST_AUTO_TEST_CASE(weights_are_positive_and_add_up_to_one) {
  BOOST_CHECK_NO_THROW(check::weights("q", "weights", Values{1.0}));
  BOOST_CHECK_NO_THROW(check::weights("q", "weights", Values(10, 0.1)));
  BOOST_CHECK_NO_THROW(check::weights("q", "weights", Values{0.5, 0.5 + 0.9e-9}));
  BOOST_CHECK_THROW(check::weights("q", "weights", Values{0.5, 0.5 + 2e-9}), DomainError);
  BOOST_CHECK_EXCEPTION(check::weights("q", "weights", Values{0.5, 0.75}), std::domain_error,
                        says("q: weights add up to 1.25; weights must add up to 1 within 1e-9; "
                             "divide them by their sum."));
  BOOST_CHECK_EXCEPTION(check::weights("q", "weights", Values{1.5, -0.5}), std::domain_error,
                        says("q: weights[1] = -0.5; weights must be finite and > 0; leave out "
                             "components of weight zero."));
  BOOST_CHECK_EXCEPTION(check::weights("q", "weights", Values{0.5, 0.0, 0.5}), std::domain_error,
                        says("q: weights[1] = 0; weights must be finite and > 0; leave out "
                             "components of weight zero."));
  BOOST_CHECK_EXCEPTION(check::weights("q", "weights", Values{nan_value, 1.0}), std::domain_error,
                        says("q: weights[0] = nan; weights must be finite and > 0; leave out "
                             "components of weight zero."));
  BOOST_CHECK_EXCEPTION(check::weights("q", "weights", Values{0.0, 0.0}), std::domain_error,
                        says("q: weights are all zero; weights must be > 0 and add up to 1; give "
                             "every component its probability."));
  BOOST_CHECK_EXCEPTION(check::weights("q", "weights", Values{}), std::domain_error,
                        says("q: weights add up to 0; weights must add up to 1 within 1e-9; divide "
                             "them by their sum."));
}
