// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE estimators_trace
#include <boost/test/unit_test.hpp>

#include <sstream>

#include <leibler/estimators/trace.hpp>

using namespace leibler;

BOOST_AUTO_TEST_CASE(every_outcome_has_a_name) {
  using enum FitStatus::Outcome;
  BOOST_TEST(to_string(finished) == "finished");
  BOOST_TEST(to_string(converged) == "converged");
  BOOST_TEST(to_string(stopped) == "stopped");
  BOOST_TEST(to_string(failed) == "failed");
}

BOOST_AUTO_TEST_CASE(a_status_prints_its_outcome_and_its_sentence) {
  std::ostringstream text;
  text << FitStatus{FitStatus::Outcome::stopped, 3, "stopped on request after 3 of 10 steps"};
  BOOST_TEST(text.str() == "stopped: stopped on request after 3 of 10 steps");
}

BOOST_AUTO_TEST_CASE(options_have_the_documented_defaults) {
  const FitOptions options;
  BOOST_TEST(options.steps == 1000u);
  BOOST_TEST(options.samples == 500u);
  BOOST_TEST(options.clip_norm == 0.0);
  BOOST_TEST(options.trace_every == 0u);
  BOOST_TEST(options.convergence.tolerance == 0.0);
  BOOST_TEST(options.convergence.window == 20u);
  BOOST_TEST(options.checkpoint.file == "");
  BOOST_TEST(options.checkpoint.every == 1000u);
  BOOST_TEST(!options.progress);
  BOOST_TEST(!options.stop.stop_possible());
}
