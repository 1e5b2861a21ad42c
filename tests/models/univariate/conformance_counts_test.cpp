// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE models_univariate_conformance_counts
#include <boost/test/unit_test.hpp>

#include "univariate_conformance.hpp"

using namespace leibler;

BOOST_AUTO_TEST_CASE(families_of_counts_keep_what_the_concepts_promise) {
  test::check_conformance<test::FamiliesOfCounts>();
}
