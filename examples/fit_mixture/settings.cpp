// SPDX-License-Identifier: MIT
#include "settings.hpp"

#include <algorithm>

#include <leibler/engine/check.hpp>

namespace leibler::examples::fit_mixture {

namespace {

constexpr auto program = "fit_mixture";

const char* const description =
    "Fits Gaussian mixtures Q with 1, 2, 3 and 4 components to a target P, once by each of the "
    "two\n"
    "Kullback-Leibler divergences, and shows how differently they fail where Q is too small.\n"
    "\n"
    "  KL(P||Q), forward: the mean of log P - log Q over draws of P. Minimising it is maximum\n"
    "    likelihood. It is large where Q has no mass but P has: Q must cover everything.\n"
    "  KL(Q||P), reverse: the mean of log Q - log P over draws of Q. It is large where Q has mass\n"
    "    but P has none: Q may leave parts of P out, but must not reach into gaps.\n"
    "\n"
    "Both are 0 where Q = P and above 0 elsewhere, in nats. NLL is the mean of -log Q over draws "
    "of\n"
    "P: KL(P||Q) plus the entropy of P. 'a +- b' is an estimate from random draws and one "
    "standard\n"
    "error. A fit is a local search, so its end depends on its start: --restarts tries several "
    "and\n"
    "keeps the best. The same seed gives the same numbers on any number of cores.\n"
    "\n"
    "Without options: the experiment, four components in the plane, in a few seconds.";

const char* const footer =
    "Examples:\n"
    "  fit_mixture --restarts 16 --spread 3 --schedule cosine --rate 0.05\n"
    "                                                the best there is, in every row\n"
    "  fit_mixture --spread 30 --steps 20000         starts far away from everything\n"
    "  fit_mixture --schedule cosine --baseline leave-one-out\n"
    "  fit_mixture --data points.csv --components 1,2,3 --save models\n"
    "  fit_mixture --target models/forward_3.json\n"
    "\n"
    "Exit code: 0 done, 1 failed or interrupted, 2 wrong usage. Ctrl-C ends the fits and prints "
    "what\n"
    "is finished; a second one ends the program.\n"
    "The experiment is that of a tutorial by R. Rajpal, K. Tamogashev and N. Malkin.";

void check_counts(const Settings& s) {
  for (std::size_t i = 0; i < s.components.size(); ++i) {
    check::at_least(program, "--components[" + std::to_string(i) + "]", s.components[i], 1,
                    "give numbers such as 1,2,3,4");
  }
  check::at_least(program, "--restarts", s.restarts, 1, "ask for one start or more");
  check::at_least(program, "--samples", s.samples, 1, "a gradient needs one point or more");
  check::at_least(program, "--steps", s.steps, 1, "take one step or more");
  check::at_least(program, "--warm-up", s.warm_up, 0, "0 starts with the whole rate");
  check::at_least(program, "--evaluation", s.evaluation, 2, "a standard error needs two draws");
  check::at_least(program, "--threads", s.common.threads, 0, "0 means every core");
}

void check_numbers(const Settings& s) {
  check::positive(program, "--spread", s.spread);
  check::positive(program, "--stddev", s.stddev);
  check::positive(program, "--rate", s.rate, "0.01 is the experiment's");
  check::positive(program, "--final-fraction", s.final_fraction, "0.01 ends at 1% of the rate");
  if (s.final_fraction > 1.0) {
    throw UsageError("--final-fraction must be at most 1: the rate does not grow.");
  }
  check::not_negative(program, "--clip", s.clip, "0 never clips");
  check::in_range(program, "--momentum", s.momentum, 0.0, 1.0, "0.9 is usual");
  check::not_negative(program, "--tolerance", s.tolerance, "0 takes every step");
  check::positive(program, "--entropy-error", s.entropy_error, "1e-4 takes about a second");
}

// Options that have no meaning beside others: said rather than passed over.
void check_combinations(const CLI::App& app, const Settings& s) {
  const auto given = [&](const char* option) { return app.count(option) > 0; };
  if (s.has_data() && s.objective == "reverse") {
    throw UsageError(
        "--objective reverse needs the density of the target, which data do not have: leave it out "
        "(data are fitted by forward KL), or give the target's density with --target FILE.");
  }
  if (!s.wants("reverse") && (given("--estimator") || given("--baseline"))) {
    throw UsageError(
        "--estimator and --baseline choose among gradients of reverse KL; forward KL has one "
        "gradient: leave them out.");
  }
  const bool alone =
      std::all_of(s.components.begin(), s.components.end(), [](std::int64_t n) { return n == 1; });
  if (s.estimator == "pathwise" && !alone) {
    throw UsageError(
        "--estimator pathwise follows how a draw moves with the parameters, which it does not "
        "smoothly where components are chosen: it is for a single Gaussian, --components 1; for "
        "more use --estimator score.");
  }
  if (s.estimator == "pathwise" && s.baseline != "none") {
    throw UsageError("--baseline is for --estimator score: a pathwise gradient has none.");
  }
  if (s.baseline == "leave-one-out" && s.samples < 2) {
    throw UsageError("--baseline leave-one-out needs --samples 2 or more.");
  }
  if (given("--momentum") && s.optimizer != "sgd") {
    throw UsageError("--momentum is for --optimizer sgd: Adam has its own.");
  }
  if (given("--final-fraction") && s.schedule != "exponential") {
    throw UsageError("--final-fraction is for --schedule exponential.");
  }
}

}  // namespace

void add_options(CLI::App& app, Settings& s) {
  app.description(description);
  app.footer(footer);

  const char* group = "What is fitted";
  auto* const data = app.add_option("--data", s.data,
                                    "Fit these points instead (numbers separated by commas, one "
                                    "point a line): forward KL, in units of their spread")
                         ->type_name("FILE.csv");
  data->group(group);
  app.add_option("--target", s.target,
                 "Fit this mixture instead (weights, means, covariances), in its own units: give a "
                 "--spread and a --rate that suit them")
      ->type_name("FILE.json")
      ->excludes(data)
      ->group(group);
  app.add_option("--components", s.components, "Numbers of components of Q, 1,2,3,4 by default")
      ->type_name("LIST")
      ->delimiter(',')
      ->group(group);
  app.add_option("--objective", s.objective, "forward, reverse or both")
      ->check(CLI::IsMember({"forward", "reverse", "both"}).description(""))
      ->capture_default_str()
      ->group(group);

  group = "Starts";
  app.add_option("--restarts", s.restarts, "Starts for each fit, of which the best is kept")
      ->capture_default_str()
      ->group(group);
  app.add_option("--spread", s.spread, "Standard deviation of the means of a start; 30 is far away")
      ->capture_default_str()
      ->group(group);
  app.add_option("--stddev", s.stddev, "Standard deviation of every component of a start")
      ->capture_default_str()
      ->group(group);

  group = "Gradients";
  app.add_option("--samples", s.samples, "Fresh draws a step")->capture_default_str()->group(group);
  app.add_option(
         "--estimator", s.estimator,
         "Gradient of reverse KL: score, or pathwise (less noise, but for a single Gaussian "
         "only: --components 1)")
      ->check(CLI::IsMember({"score", "pathwise"}).description(""))
      ->capture_default_str()
      ->group(group);
  app.add_option("--baseline", s.baseline,
                 "Subtracted from the cost by score: none, leave-one-out or moving-average")
      ->check(CLI::IsMember({"none", "leave-one-out", "moving-average"}).description(""))
      ->capture_default_str()
      ->group(group);

  group = "Steps";
  app.add_option("--steps", s.steps, "Steps of each fit")->capture_default_str()->group(group);
  app.add_option("--optimizer", s.optimizer, "adam or sgd")
      ->check(CLI::IsMember({"adam", "sgd"}).description(""))
      ->capture_default_str()
      ->group(group);
  app.add_option("--rate", s.rate, "Learning rate")->capture_default_str()->group(group);
  app.add_option("--schedule", s.schedule, "Of the rate: constant, cosine (to 0) or exponential")
      ->check(CLI::IsMember({"constant", "cosine", "exponential"}).description(""))
      ->capture_default_str()
      ->group(group);
  app.add_option("--final-fraction", s.final_fraction, "Where exponential ends, of the rate")
      ->capture_default_str()
      ->group(group);
  app.add_option("--warm-up", s.warm_up, "Steps over which the rate rises from 0")
      ->capture_default_str()
      ->group(group);
  app.add_option("--clip", s.clip, "Longest gradient, 0 for any")
      ->capture_default_str()
      ->group(group);
  app.add_option("--momentum", s.momentum, "Of sgd")->capture_default_str()->group(group);
  app.add_option("--tolerance", s.tolerance,
                 "Stop a fit that improves by less, noise included; 0 takes every step")
      ->capture_default_str()
      ->group(group);

  group = "Evaluation and files";
  app.add_option("--evaluation", s.evaluation, "Draws for each number in the table")
      ->capture_default_str()
      ->group(group);
  app.add_option("--entropy-error", s.entropy_error, "Standard error to reach for the entropy of P")
      ->capture_default_str()
      ->group(group);
  app.add_option("--save", s.save, "Write every fitted model to DIR/<objective>_<n>.json")
      ->type_name("DIR")
      ->group(group);
  app.add_option("--checkpoint", s.checkpoint,
                 "Keep the state of every fit in DIR; the same command goes on from there")
      ->type_name("DIR")
      ->group(group);
  app.add_flag("--no-picture", s.no_picture, "Draw nothing and write no data")->group(group);
  app.add_flag("--quick", s.quick, "A try: 500 steps, 20 000 draws, the entropy to 0.01")
      ->group(group);

  s.common.out = "out";
  add_common_options(app, s.common);
}

void complete(const CLI::App& app, Settings& s) {
  if (s.quick) {
    const auto unless_given = [&](const char* option, auto& value, auto quick) {
      if (app.count(option) == 0) value = quick;
    };
    unless_given("--steps", s.steps, 500);
    unless_given("--evaluation", s.evaluation, 20'000);
    unless_given("--entropy-error", s.entropy_error, 0.01);
  }
  check_counts(s);
  check_numbers(s);
  check_combinations(app, s);
  if (s.has_data()) s.objective = "forward";
  std::sort(s.components.begin(), s.components.end());
  s.components.erase(std::unique(s.components.begin(), s.components.end()), s.components.end());
}

Schedule Settings::learning_rate() const {
  Schedule result = rate;
  if (schedule == "cosine") result = cosine_decay(rate);
  if (schedule == "exponential") result = exponential_decay(rate, final_fraction);
  return warm_up > 0 ? leibler::warm_up(result, static_cast<std::size_t>(warm_up)) : result;
}

EstimateOptions Settings::evaluation_options() const {
  // A seed of its own: evaluations share no number with the fits.
  return {.samples = static_cast<std::size_t>(evaluation),
          .seed = engine::derive(common.seed_value(), 0),
          .threads = common.thread_count()};
}

nlohmann::ordered_json Settings::to_json() const {
  return {{"data", data},
          {"target", target},
          {"components", components},
          {"objective", objective},
          {"restarts", restarts},
          {"spread", spread},
          {"stddev", stddev},
          {"samples", samples},
          {"estimator", estimator},
          {"baseline", baseline},
          {"steps", steps},
          {"optimizer", optimizer},
          {"rate", rate},
          {"schedule", schedule},
          {"final_fraction", final_fraction},
          {"warm_up", warm_up},
          {"clip", clip},
          {"momentum", momentum},
          {"tolerance", tolerance},
          {"evaluation", evaluation},
          {"entropy_error", entropy_error},
          {"quick", quick},
          {"seed", common.seed},
          {"threads", common.threads}};
}

}  // namespace leibler::examples::fit_mixture
