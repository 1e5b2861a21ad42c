// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE engine_instruction_set
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

#include <leibler/engine/error.hpp>
#include <leibler/engine/instruction_set.hpp>
#include <leibler/engine/kernels/elementary.hpp>

#include "instruction_sets.hpp"
#include "says.hpp"

using namespace leibler;
using namespace leibler::engine;
using namespace leibler::test;

BOOST_AUTO_TEST_CASE(the_best_one_is_used_until_another_is_asked_for) {
  BOOST_REQUIRE(!instruction_sets().empty());
  BOOST_TEST(instruction_set() == instruction_sets().front());
}

BOOST_AUTO_TEST_CASE(each_listed_one_can_be_used_and_the_list_stays) {
  const BestInstructionSetAfterwards restore;
  const std::vector<std::string> all = instruction_sets();
  for (const std::string& name : all) {
    use_instruction_set(name);
    BOOST_TEST(instruction_set() == name);
    BOOST_TEST(instruction_sets() == all);
  }
}

// What is computed there is right, if not to the digits that a fused multiply-add keeps.
BOOST_AUTO_TEST_CASE(the_kernels_run_on_each_listed_one) {
  const BestInstructionSetAfterwards restore;
  const double x[] = {-700.0, -1.0, 0.0, 0.5, 700.0};
  for (const std::string& name : instruction_sets()) {
    use_instruction_set(name);
    double y[5];
    kernels::exp_fill(x, y, 5);
    for (std::size_t i = 0; i < 5; ++i) {
      BOOST_TEST(y[i] == std::exp(x[i]), boost::test_tools::tolerance(1e-13));
    }
  }
}

BOOST_AUTO_TEST_CASE(scalar_code_is_in_every_build_for_more_than_one_set) {
  const std::vector<std::string> all = instruction_sets();
  BOOST_TEST((all.back() == "scalar" || all == std::vector<std::string>{"AVX2"}));
}

BOOST_AUTO_TEST_CASE(the_list_is_ordered_and_has_no_name_twice) {
  const std::vector<std::string> order{"AVX-512", "AVX2", "SSE4", "scalar"};
  auto from = order.begin();
  for (const std::string& name : instruction_sets()) {
    from = std::find(from, order.end(), name);
    BOOST_REQUIRE((from != order.end()));
    ++from;
  }
}

BOOST_AUTO_TEST_CASE(an_unknown_one_is_refused_and_changes_nothing) {
  const std::string before = instruction_set();
  std::string known;
  for (const std::string& name : instruction_sets()) known += (known.empty() ? "" : ", ") + name;
  BOOST_CHECK_EXCEPTION(use_instruction_set("MMX"), InvalidArgument,
                        says("use_instruction_set: name = MMX; name must be one of " + known +
                             "; ask instruction_sets()."));
  BOOST_TEST(instruction_set() == before);
}
