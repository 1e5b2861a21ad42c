// SPDX-License-Identifier: MIT
#include "settings.hpp"

#include <leibler/engine/check.hpp>

namespace leibler::examples::custom_density {

namespace {

constexpr auto program = "custom_density";

const char* const description =
    "Fits two densities that a user wrote as formulas, each once by one Gaussian with full\n"
    "covariance and once by a mixture of Gaussians. Gradients of the formulas are automatic, and\n"
    "compared with differences first.\n"
    "\n"
    "  banana: log p(x) = -x0^2 / 2 - 2 (x1 - x0^2)^2, whose integral is pi: bent.\n"
    "  funnel: v ~ N(0, 3^2), y | v ~ N(0, exp(v)), Neal's: a narrow neck and a wide mouth.\n"
    "\n"
    "A density needs no integral to be fitted: the ELBO, the mean of log p - log q over draws of "
    "the\n"
    "fit Q, is the log of the integral (the log constant) less KL(Q||P), the reverse KL. Here the "
    "log\n"
    "constants are known, so the table says the divergence, too, in nats: 0 where Q = P.\n"
    "'a +- b' is an estimate from random draws and one standard error. The effective sample size\n"
    "says how many draws of P a draw of Q is worth where draws are weighted by p / q.\n"
    "The same seed gives the same numbers on any number of cores.";

const char* const footer =
    "Examples:\n"
    "  custom_density --target banana --components 4\n"
    "  custom_density --components 24 --restarts 16 --steps 8000    closer, and slower\n"
    "  custom_density --out pictures --json results.json\n"
    "\n"
    "Exit code: 0 done, 1 failed or interrupted, 2 wrong usage. Ctrl-C ends the fits and prints "
    "what\n"
    "is finished; a second one ends the program.";

}  // namespace

void add_options(CLI::App& app, Settings& s) {
  app.description(description);
  app.footer(footer);

  const char* group = "Fits";
  app.add_option("--target", s.target, "banana, funnel or both")
      ->check(CLI::IsMember({"banana", "funnel", "both"}).description(""))
      ->capture_default_str()
      ->group(group);
  app.add_option("--components", s.components, "Components of the mixture")
      ->capture_default_str()
      ->group(group);
  app.add_option("--restarts", s.restarts, "Starts of the mixture, of which the best is kept")
      ->capture_default_str()
      ->group(group);
  app.add_option("--steps", s.steps, "Steps of each fit")->capture_default_str()->group(group);
  app.add_option("--samples", s.samples, "Fresh draws a step")->capture_default_str()->group(group);
  app.add_option("--rate", s.rate, "Learning rate of Adam, falls to 0 as a cosine")
      ->capture_default_str()
      ->group(group);

  group = "Evaluation and pictures";
  app.add_option("--evaluation", s.evaluation, "Draws for each number in the table")
      ->capture_default_str()
      ->group(group);
  app.add_flag("--no-picture", s.no_picture, "Draw nothing and write no data")->group(group);

  s.common.out = "out";
  add_common_options(app, s.common);
}

void check_settings(const Settings& s) {
  check::at_least(program, "--components", s.components, 1, "give a number such as 12");
  check::at_least(program, "--restarts", s.restarts, 1, "ask for one start or more");
  check::at_least(program, "--steps", s.steps, 1, "take one step or more");
  check::at_least(program, "--samples", s.samples, 2, "every draw is compared with the others");
  check::positive(program, "--rate", s.rate, "0.05 suits both targets");
  check::at_least(program, "--evaluation", s.evaluation, 2, "a standard error needs two draws");
  check::at_least(program, "--threads", s.common.threads, 0, "0 means every core");
}

std::string Settings::family() const {
  return std::to_string(components) + " component" + (components == 1 ? "" : "s");
}

Seed Settings::seed_of(const std::string& which) const {
  return engine::derive(common.seed_value(), which == "banana" ? 2 : 3);
}

FitOptions Settings::fit_options() const {
  return {.steps = static_cast<std::size_t>(steps),
          .samples = static_cast<std::size_t>(samples),
          .threads = common.thread_count()};
}

EstimateOptions Settings::evaluation_options() const {
  // A seed of its own: evaluations share no number with the fits.
  return {.samples = static_cast<std::size_t>(evaluation),
          .seed = engine::derive(common.seed_value(), 1),
          .threads = common.thread_count()};
}

nlohmann::ordered_json Settings::to_json() const {
  return {{"target", target},         {"components", components}, {"restarts", restarts},
          {"steps", steps},           {"samples", samples},       {"rate", rate},
          {"evaluation", evaluation}, {"seed", common.seed},      {"threads", common.threads}};
}

}  // namespace leibler::examples::custom_density
