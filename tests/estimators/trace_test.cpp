// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE estimators_trace
#include <boost/test/unit_test.hpp>

#include <cmath>
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

BOOST_AUTO_TEST_CASE(a_run_converts_to_json) {
  const FitStatus status{FitStatus::Outcome::stopped, 3, "stopped on request"};
  const std::vector<TracePoint> trace{{2, {0.5, 0.25, 10, Method::monte_carlo, true}, HUGE_VAL}};
  BOOST_TEST(detail::run_to_json(status, trace) ==
             R"({"status":{"outcome":"stopped","steps":3,"message":"stopped on request"},)"
             R"("trace":[{"step":2,"objective":{"value":0.5,"standard_error":0.25,"samples":10,)"
             R"("method":"monte_carlo","reliable":true},"gradient_norm":"inf"}]})");
}
