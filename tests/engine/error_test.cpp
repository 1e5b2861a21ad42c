// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE engine_error
#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

#include <leibler/engine/error.hpp>

#include "says.hpp"

using namespace leibler;
using leibler::test::says;

namespace {

const Error whole{"GaussianMixture",
                  "covariances",
                  {2},
                  "is not positive definite (smallest eigenvalue -0.134)",
                  "covariances must be symmetric positive definite",
                  "add a multiple of the identity"};
const std::string sentence =
    "GaussianMixture: covariances[2] is not positive definite (smallest eigenvalue -0.134); "
    "covariances must be symmetric positive definite; add a multiple of the identity.";

template <class Exception, class Standard>
void check_caught() {
  // As the standard exception, with the sentence as its text ...
  BOOST_CHECK_EXCEPTION(throw Exception(whole), Standard, says(sentence));
  // ... and as Error, with every field.
  try {
    throw Exception(whole);
  } catch (const Error& e) {
    BOOST_TEST(e.where == whole.where);
    BOOST_TEST(e.what == whole.what);
    BOOST_TEST(e.index == whole.index);
    BOOST_TEST(e.value == whole.value);
    BOOST_TEST(e.rule == whole.rule);
    BOOST_TEST(e.remedy == whole.remedy);
    BOOST_TEST(e.sentence() == sentence);
  }
}

}  // namespace

BOOST_AUTO_TEST_CASE(each_exception_is_both_a_standard_one_and_an_error) {
  check_caught<InvalidArgument, std::invalid_argument>();
  check_caught<DomainError, std::domain_error>();
  check_caught<RuntimeError, std::runtime_error>();
  check_caught<DomainError, std::exception>();
}

BOOST_AUTO_TEST_CASE(the_sentence_shows_what_is_there_and_no_more) {
  BOOST_TEST((Error{"fit", "", {}, "", "", ""}.sentence()) == "fit.");
  BOOST_TEST((Error{"fit", "steps", {}, "= 0", "", ""}.sentence()) == "fit: steps = 0.");
  BOOST_TEST((Error{"fit", "x", {3, 14}, "= nan", "x must be finite", ""}.sentence()) ==
             "fit: x[3, 14] = nan; x must be finite.");
  BOOST_TEST((Error{"f", "xs", {2, 3, 14}, "= nan", "", ""}.sentence()) ==
             "f: xs[2][3, 14] = nan.");
  BOOST_TEST((Error{"fit", "x", {}, "= 1", "", "halve it"}.sentence()) == "fit: x = 1; halve it.");
}

BOOST_AUTO_TEST_CASE(an_exception_outlives_its_copies) {
  const auto copy = [] {
    const DomainError original(whole);
    return DomainError(original);
  }();
  BOOST_TEST(copy.what() == sentence);
  BOOST_TEST(copy.where == "GaussianMixture");
}

BOOST_AUTO_TEST_CASE(to_text_reads_back_as_the_same_number) {
  for (const double v : {0.1, -2.5e-300, 1.0 / 3.0, 5e-324, 1.7976931348623157e308, 0.0}) {
    BOOST_TEST(std::strtod(to_text(v).c_str(), nullptr) == v);
  }
  BOOST_TEST(to_text(0.1) == "0.1");
  BOOST_TEST(to_text(-2.5e-300) == "-2.5e-300");
  BOOST_TEST(to_text(1e6) == "1e+06");
  BOOST_TEST(to_text(3.0) == "3");
  BOOST_TEST(to_text(5e-324) == "5e-324");
}

BOOST_AUTO_TEST_CASE(text_of_what_is_not_finite_has_no_surprises) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const double inf = std::numeric_limits<double>::infinity();
  BOOST_TEST(to_text(nan) == "nan");
  BOOST_TEST(to_text(-nan) == "nan");
  BOOST_TEST(to_text(inf) == "inf");
  BOOST_TEST(to_text(-inf) == "-inf");
  BOOST_TEST(to_short_text(-nan) == "nan");
}

BOOST_AUTO_TEST_CASE(short_text_has_three_digits) {
  BOOST_TEST(to_short_text(-0.13397459) == "-0.134");
  BOOST_TEST(to_short_text(123456.0) == "1.23e+05");
  BOOST_TEST(to_short_text(2.0) == "2");
}
