// SPDX-License-Identifier: MIT
#include "settings.hpp"

#include <algorithm>
#include <cmath>

#include <leibler/engine/check.hpp>

namespace leibler::examples::gradient_variance {

namespace {

constexpr auto program = "gradient_variance";

const char* const description =
    "How much do gradient estimators scatter? x ~ N(theta, 1), J = E[x^2], theta = 2: the "
    "gradient\n"
    "dJ/dtheta is 4. From N draws the score function (REINFORCE) estimates it with variance 87 / "
    "N,\n"
    "the path (reparameterisation) with 4 / N. In four parts:\n"
    "\n"
    "  experiment: both, measured at every N by thousands of repeats with error bars, against the\n"
    "      exact values; baselines and measure-valued gradients beside them.\n"
    "  descent: what it is for: theta on its way to the minimum of J under each of them.\n"
    "  costs: (x - k)^2, exp(-k x^2) and cos(k x), where the ranking changes.\n"
    "  fit: a mixture of four Gaussians fitted by reverse KL: the variance of each estimator "
    "along\n"
    "      the way, and the steps it takes from many starts to a divergence of 0.05 and 0.005.\n"
    "\n"
    "'a +- b' is an estimate from random draws and one standard error. The same seed gives the "
    "same\n"
    "numbers on any number of cores, but for times.";

const char* const footer =
    "Examples:\n"
    "  gradient_variance --quick\n"
    "  gradient_variance --part experiment --theta 0.5\n"
    "  gradient_variance --out pictures --json results.json\n"
    "\n"
    "Exit code: 0 done, 1 failed or interrupted, 2 wrong usage. Ctrl-C ends the run and prints "
    "what\n"
    "is finished; a second one ends the program.";

const std::vector<std::string> all_parts = {"experiment", "descent", "costs", "fit"};

}  // namespace

void add_options(CLI::App& app, Settings& s) {
  app.description(description);
  app.footer(footer);

  const char* group = "Experiment";
  app.add_option("--part", s.parts, "experiment, descent, costs, fit: one or more; all by default")
      ->check(CLI::IsMember(all_parts).description(""))
      ->type_name("PART ...")
      ->group(group);
  app.add_option("--theta", s.theta, "Mean of x, where the gradient is asked for")
      ->capture_default_str()
      ->group(group);
  app.add_option("--samples", s.samples, "Draws of a gradient: N, one or more")
      ->type_name("N ...")
      ->capture_default_str()
      ->group(group);
  app.add_option("--repeats", s.repeats, "Gradients of each estimator at each N")
      ->capture_default_str()
      ->group(group);
  app.add_option("--starts", s.starts, "Starts of the fit")->capture_default_str()->group(group);
  app.add_flag("--quick", s.quick,
               "About a second: 1000 repeats, N up to 1000, 4 starts, where not given otherwise")
      ->group(group);
  app.add_flag("--no-picture", s.no_picture, "Draw nothing and write no data")->group(group);

  s.common.out = "out";
  add_common_options(app, s.common);
}

void complete(const CLI::App& app, Settings& s) {
  if (s.quick) {
    if (app.count("--repeats") == 0) s.repeats = 1000;
    if (app.count("--samples") == 0) s.samples = {10, 100, 1000};
    if (app.count("--starts") == 0) s.starts = 4;
  }
  check::in_range(program, "--theta", s.theta, -1000.0, 1000.0, "the experiment's is 2");
  for (const std::int64_t n : s.samples) {
    check::at_least(program, "--samples", n, 3, "the best baseline is fitted to other draws");
  }
  check::at_least(program, "--repeats", s.repeats, 8, "a variance and its error need several");
  check::at_least(program, "--starts", s.starts, 1, "ask for one start or more");
  check::at_least(program, "--threads", s.common.threads, 0, "0 means every core");
}

bool Settings::wants(const std::string& part) const {
  return std::find(parts.begin(), parts.end(), part) != parts.end();
}

Seed Settings::seed_of(const std::string& part) const {
  const auto at = std::find(all_parts.begin(), all_parts.end(), part) - all_parts.begin();
  return engine::derive(common.seed_value(), static_cast<std::uint64_t>(at));
}

nlohmann::ordered_json Settings::to_json() const {
  return {{"parts", parts},   {"theta", theta}, {"samples", samples},  {"repeats", repeats},
          {"starts", starts}, {"quick", quick}, {"seed", common.seed}, {"threads", common.threads}};
}

}  // namespace leibler::examples::gradient_variance
