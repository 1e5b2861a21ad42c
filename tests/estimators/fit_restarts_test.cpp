// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE estimators_fit_restarts
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <sstream>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include <unistd.h>
#include <nlohmann/json.hpp>

#include <leibler/estimators/adam.hpp>
#include <leibler/estimators/fit_restarts.hpp>
#include <leibler/estimators/forward_kl.hpp>
#include <leibler/estimators/reverse_kl.hpp>
#include <leibler/estimators/score_function.hpp>
#include <leibler/models/gaussian_mixture.hpp>

#include "fits.hpp"
#include "lifted_cap.hpp"
#include "says.hpp"
#include "seed_mixture.hpp"
#include "uniform.hpp"

using namespace leibler;
using namespace leibler::test;

namespace {

const FitOptions shortly{.steps = 30, .samples = 64, .seed = {4}};

GaussianMixture two_components(Seed seed) {
  return GaussianMixture::random(2, 2, seed);
}

Estimate estimate(double value, double error = 1e-4) {
  return {value, error, 1000};
}

// Runs of one component on a target with an edge: those that reach beyond it fail.
Gaussian narrow(Seed seed) {
  const bool fails = seed.value % 2 == 0;
  return Gaussian(Vector{{0.5}}, Matrix{{fails ? 100.0 : 1e-6}});
}

}  // namespace

BOOST_AUTO_TEST_CASE(runs_belong_to_one_optimum_within_the_resolution_and_the_noise) {
  const std::vector<Estimate> values = {estimate(0.3),    estimate(0.1),   estimate(0.105),
                                        estimate(0.5, 1), estimate(0.302), estimate(HUGE_VAL),
                                        estimate(NAN),    estimate(0.1101)};
  const auto optima = distinct_optima(values, 0.01);
  BOOST_TEST_REQUIRE(optima.size() == 3u);
  BOOST_TEST(optima[0].best == 1u);
  BOOST_TEST(optima[0].count == 2u);  // 0.1 and 0.105
  BOOST_TEST(optima[0].objective.value == 0.1);
  BOOST_TEST(optima[1].best == 7u);  // 0.1101 is further from 0.1 than the resolution
  BOOST_TEST(optima[1].count == 1u);
  BOOST_TEST(optima[2].best == 0u);  // 0.3, 0.302, and 0.5 whose error is 1
  BOOST_TEST(optima[2].count == 3u);
  BOOST_TEST(distinct_optima({}, 0.01).empty());
  // Of equal runs the first counts as the best.
  BOOST_TEST(distinct_optima(std::vector{estimate(1), estimate(1)}, 0.01)[0].best == 0u);
}

BOOST_AUTO_TEST_CASE(every_run_is_the_fit_of_its_own_seed) {
  const ForwardKl objective(seed_mixture());
  const auto table = fit_restarts(5, two_components, objective, Adam{}, shortly);
  BOOST_TEST_REQUIRE(table.fits.size() == 5u);
  for (std::size_t i = 0; i < 5; ++i) {
    FitOptions own = shortly;
    own.seed = engine::derive(shortly.seed, i);
    const auto alone = fit(two_components(own.seed), objective, Adam{}, own);
    BOOST_TEST(numbers_of(table.fits[i]) == numbers_of(alone));
  }
  // Neither more runs nor other threads change a run.
  FitOptions serial = shortly;
  serial.threads = {1};
  const auto fewer = fit_restarts(3, two_components, objective, Adam{}, serial);
  for (std::size_t i = 0; i < 3; ++i) {
    BOOST_TEST(numbers_of(fewer.fits[i]) == numbers_of(table.fits[i]));
    BOOST_TEST(fewer.objectives[i].value == table.objectives[i].value);
  }
}

BOOST_AUTO_TEST_CASE(the_best_run_has_the_lowest_objective_on_fresh_draws) {
  const ForwardKl objective(seed_mixture());
  const auto table = fit_restarts(6, two_components, objective, Adam{.learning_rate = 0.05},
                                  {.steps = 200, .samples = 200});
  std::size_t best = 0, runs = 0;
  for (std::size_t i = 0; i < 6; ++i) {
    const Estimate& e = table.objectives[i];
    BOOST_TEST(e.samples == restart_samples);
    const double kl = estimate_kl(seed_mixture(), table.fits[i].model, {.seed = {99}}).value;
    BOOST_TEST(std::abs(e.value - kl) < 10 * e.standard_error);
    if (e.value < table.objectives[best].value) best = i;
  }
  BOOST_TEST(&table.best() == &table.fits[best]);
  BOOST_TEST(table.optima.front().best == best);
  for (const Optimum& optimum : table.optima) runs += optimum.count;
  BOOST_TEST(runs == 6u);
}

BOOST_AUTO_TEST_CASE(finds_the_two_optima_of_two_components) {
  const auto table = fit_restarts(12, two_components, ForwardKl(seed_mixture()),
                                  Adam{.learning_rate = cosine_decay(0.05)},
                                  {.steps = 1500, .samples = 500, .seed = {1}});
  std::ostringstream text;
  text << table;
  BOOST_TEST_CONTEXT(text.str()) {
    const Estimate& best = table.optima.front().objective;
    BOOST_TEST(std::abs(best.value - best_forward_kl[1]) < 7 * best.standard_error + 1e-3);
    BOOST_TEST(text.str().starts_with("12 runs, "));
  }
}

BOOST_AUTO_TEST_CASE(failed_runs_are_reported_and_never_the_best) {
  const auto table = fit_restarts(8, narrow, ReverseKl(Uniform{0.0, 1.0}), ScoreFunction{}, Adam{},
                                  {.steps = 3, .samples = 200, .seed = {1}});
  std::size_t failed = 0;
  for (std::size_t i = 0; i < 8; ++i) {
    const bool fails = engine::derive({1}, i).value % 2 == 0;
    BOOST_TEST((table.fits[i].status.outcome == FitStatus::Outcome::failed) == fails);
    BOOST_TEST(std::isfinite(table.objectives[i].value) == !fails);
    failed += fails;
  }
  BOOST_TEST_REQUIRE((failed > 0 && failed < 8));
  BOOST_TEST((table.best().status.outcome == FitStatus::Outcome::finished));
  std::ostringstream text;
  text << table;
  BOOST_TEST(text.str().find(" failed: step 0 of 3 failed: the gradient is not finite") !=
             std::string::npos);
  BOOST_TEST(text.str().starts_with("8 runs, 1 distinct optimum of KL(q || p), "));
  const auto json = nlohmann::json::parse(table.to_json());
  BOOST_TEST(json.at("objective") == "KL(q || p)");
  BOOST_TEST(json.at("runs").size() == 8u);
  BOOST_TEST(json.at("runs")[3].at("seconds").get<double>() == table.seconds[3]);
  BOOST_TEST(json.at("optima").size() == 1u);
  BOOST_TEST(json.at("optima")[0].at("runs") == 8 - failed);
}

BOOST_AUTO_TEST_CASE(without_a_finite_objective_there_is_no_best_run) {
  const auto wide = [](Seed) { return Gaussian(Vector{{0.5}}, Matrix{{100.0}}); };
  const auto table = fit_restarts(2, wide, ReverseKl(Uniform{0.0, 1.0}), ScoreFunction{}, Adam{},
                                  {.steps = 3, .samples = 200});
  BOOST_TEST(table.optima.empty());
  BOOST_CHECK_EXCEPTION((void)table.best(), std::runtime_error,
                        says("Restarts::best: fits have no finite objective; at least one run must "
                             "end with a finite objective; look at the status of each run."));
}

BOOST_AUTO_TEST_CASE(progress_is_told_every_run) {
  std::vector<std::size_t> done;
  std::vector<double> objectives;
  FitOptions options = shortly;
  options.progress = [&](const Progress& p) {
    BOOST_TEST(p.steps == 5u);
    BOOST_TEST(p.point.step == 30u);
    done.push_back(p.step);
    objectives.push_back(p.point.objective.value);
  };
  const auto table = fit_restarts(5, two_components, ForwardKl(seed_mixture()), Adam{}, options);
  BOOST_TEST((done == std::vector<std::size_t>{1, 2, 3, 4, 5}));
  std::vector<double> expected;
  for (const Estimate& e : table.objectives) expected.push_back(e.value);
  std::sort(expected.begin(), expected.end());
  std::sort(objectives.begin(), objectives.end());
  BOOST_TEST(objectives == expected);
}

BOOST_AUTO_TEST_CASE(every_run_has_a_checkpoint_of_its_own) {
  const auto folder =
      std::filesystem::temp_directory_path() / ("leibler_restarts_" + std::to_string(::getpid()));
  std::filesystem::create_directory(folder);
  FitOptions options = shortly;
  options.checkpoint = {(folder / "run").string(), 10};
  const ForwardKl objective(seed_mixture());
  const auto table = fit_restarts(3, two_components, objective, Adam{}, options);
  for (const char* name : {"run.0", "run.1", "run.2"}) {
    BOOST_TEST(std::filesystem::exists(folder / name));
  }
  const auto resumed = fit_restarts(3, two_components, objective, Adam{}, options);
  const auto plain = fit_restarts(3, two_components, objective, Adam{}, shortly);
  for (std::size_t i = 0; i < 3; ++i) {
    BOOST_TEST(numbers_of(resumed.fits[i]) == numbers_of(plain.fits[i]));
    BOOST_TEST(numbers_of(table.fits[i]) == numbers_of(plain.fits[i]));
  }
  std::filesystem::remove_all(folder);
}

BOOST_AUTO_TEST_CASE(a_stop_token_stops_every_run_and_where_none_began_nothing_was_found) {
  std::stop_source source;
  source.request_stop();
  FitOptions options = shortly;
  options.stop = source.get_token();
  const auto table = fit_restarts(2, two_components, ForwardKl(seed_mixture()), Adam{}, options);
  for (const auto& run : table.fits) {
    BOOST_TEST((run.status.outcome == FitStatus::Outcome::stopped));
  }
  BOOST_TEST(table.optima.empty());
  std::ostringstream text;
  text << table;
  BOOST_TEST(text.str().ends_with(
                 " s a run\n  run 0 stopped: stopped on request after 0 of 30 steps\n  run "
                 "1 stopped: stopped on request after 0 of 30 steps"),
             text.str());
}

BOOST_AUTO_TEST_CASE(a_run_that_was_stopped_on_its_way_counts) {
  std::stop_source source;
  FitOptions options = shortly;
  options.threads = {1};
  options.stop = source.get_token();
  std::size_t starts = 0;
  const auto start = [&](Seed seed) {
    if (++starts == 2) source.request_stop();
    return two_components(seed);
  };
  const auto table = fit_restarts(3, start, ForwardKl(seed_mixture()), Adam{}, options);
  BOOST_TEST_REQUIRE(table.optima.size() == 1u);
  BOOST_TEST(table.optima[0].best == 0u);
  BOOST_TEST(table.optima[0].count == 1u);
  BOOST_TEST(!detail::has_an_end({FitStatus::Outcome::stopped, 0, ""}));
  BOOST_TEST(detail::has_an_end({FitStatus::Outcome::stopped, 1, ""}));
  BOOST_TEST(!detail::has_an_end({FitStatus::Outcome::failed, 1, ""}));
}

BOOST_AUTO_TEST_CASE(every_run_has_the_seconds_of_its_fit) {
  const auto slow = [](Seed seed) {  // the start is not part of the fit
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    return two_components(seed);
  };
  FitOptions options = shortly;
  options.steps = 1;
  const auto table = fit_restarts(3, slow, ForwardKl(seed_mixture()), Adam{}, options);
  BOOST_TEST_REQUIRE(table.seconds.size() == 3u);
  for (const double seconds : table.seconds) BOOST_TEST((seconds > 0.0));
  BOOST_TEST(*std::min_element(table.seconds.begin(), table.seconds.end()) < 0.2);
}

// The first call returns once every run has started: with a lock held, or with a run waiting for
// it, that would be never.
BOOST_AUTO_TEST_CASE(no_run_waits_for_the_progress_of_another) {
  const LiftedCap cap;
  constexpr std::size_t count = 6;
  std::atomic<std::size_t> starts = 0;
  const auto start = [&](Seed seed) {
    ++starts;
    return two_components(seed);
  };
  FitOptions options = shortly;
  options.threads = {2};
  std::vector<std::size_t> done;
  options.progress = [&](const Progress& p) {
    done.push_back(p.step);
    for (int i = 0; i < 2000 && starts < count; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    BOOST_TEST(starts == count);
  };
  (void)fit_restarts(count, start, ForwardKl(seed_mixture()), Adam{}, options);
  BOOST_TEST((done == std::vector<std::size_t>{1, 2, 3, 4, 5, 6}));
}

BOOST_AUTO_TEST_CASE(what_a_progress_callback_throws_passes_through) {
  FitOptions options = shortly;
  options.progress = [](const Progress& p) {
    if (p.step == 2) throw std::out_of_range("enough");
  };
  BOOST_CHECK_EXCEPTION(
      (void)fit_restarts(4, two_components, ForwardKl(seed_mixture()), Adam{}, options),
      std::out_of_range, says("enough"));
}

BOOST_AUTO_TEST_CASE(errors_are_those_of_the_first_run) {
  const ForwardKl objective(seed_mixture());
  BOOST_CHECK_EXCEPTION((void)fit_restarts(0, two_components, objective, Adam{}, shortly),
                        std::invalid_argument,
                        says("fit_restarts: count = 0; must be >= 1; ask for one run or more."));
  BOOST_CHECK_EXCEPTION(
      (void)fit_restarts(std::size_t{1} << 60, two_components, objective, Adam{}, shortly),
      std::invalid_argument,
      says("fit_restarts: count = 1152921504606846976; must be <= 67108864; a larger table fits no "
           "memory."));
  BOOST_CHECK_EXCEPTION((void)fit_restarts(3, two_components, objective, Adam{}, {.threads = {-1}}),
                        std::invalid_argument,
                        says("fit_restarts: options.threads.count = -1; must be >= 0; 0 means "
                             "every core."));
  BOOST_CHECK_EXCEPTION((void)fit_restarts(3, two_components, objective, Adam{}, {.steps = 0}),
                        std::invalid_argument,
                        says("fit: options.steps = 0; must be >= 1; take one step or more."));
  const auto fails = [](Seed seed) -> GaussianMixture {
    throw std::out_of_range(seed == engine::derive({4}, 0) ? "the first" : "another");
  };
  for (const int threads : {1, 2}) {
    FitOptions options = shortly;
    options.threads = {threads};
    BOOST_CHECK_EXCEPTION((void)fit_restarts(20, fails, objective, Adam{}, options),
                          std::out_of_range, says("the first"));
  }
}
