// SPDX-License-Identifier: MIT
#include "settings.hpp"

#include <algorithm>

#include <leibler/engine/check.hpp>
#include <leibler/engine/error.hpp>

namespace leibler::examples::kl_exercises {

namespace {

constexpr auto program = "kl_exercises";

const char* const description =
    "Ten exercises on the Kullback-Leibler divergence, KL(p || q) = E_p[log(p / q)], worked out\n"
    "with the library: every number with the way it was computed, every claim with a check.\n"
    "\n"
    "   1  what it measures: nats lost by coding with the wrong model\n"
    "   2  why it is never negative: Gibbs' inequality\n"
    "   3  forward and reverse KL fit a different Gaussian to two modes\n"
    "   4  the chain rule: of two variables, one after the other\n"
    "   5  two Gaussians, and the penalty of a variational autoencoder\n"
    "   6  other f-divergences, and how they bound each other\n"
    "   7  the best policy under a KL penalty, and the reward that it implies\n"
    "   8  a teacher at several temperatures, and students of it\n"
    "   9  distillation: the loss, in both directions, and its factor T^2\n"
    "  10  how the penalty's weight moves a policy\n"
    "\n"
    "Some claims that are often made of these are wrong: they are tested, too, and the report "
    "says\n"
    "what holds instead. In the end, without --exercise, where careless arithmetic goes wrong.\n"
    "\n"
    "Methods: closed_form is a formula, enumeration a sum over all points, quadrature an integral\n"
    "with a bound of its error, monte_carlo an average over draws, 'a +- b' with one standard\n"
    "error, fit the end of a deterministic minimisation.\n"
    "The same seed gives the same numbers on any number of cores; only exercise 5 draws any.";

const char* const footer =
    "Examples:\n"
    "  kl_exercises --exercise 3 --out pictures\n"
    "  kl_exercises --exercise 6,8 --json results.json\n"
    "\n"
    "Pictures are of exercises 3, 6 and 8, where --out names a folder.\n"
    "Exit code: 0 done and every check holds, 1 failed or a check does not hold, 2 wrong usage.";

}  // namespace

void add_options(CLI::App& app, Settings& s) {
  app.description(description);
  app.footer(footer);

  const char* const group = "Exercises";
  app.add_option("--exercise", s.exercises,
                 "Only these, separated by commas or given several times; all by default")
      ->type_name("LIST")
      ->delimiter(',')
      ->group(group);
  app.add_option("--draws", s.draws, "Draws of the sampled KL of exercise 5")
      ->capture_default_str()
      ->group(group);

  add_common_options(app, s.common);
}

void check_settings(const Settings& s) {
  for (const std::int64_t exercise : s.exercises) {
    if (exercise >= 1 && exercise <= last_exercise) continue;
    throw UsageError("--exercise = " + std::to_string(exercise) +
                     "; must be from 1 to 10; --help lists them.");
  }
  check::at_least(program, "--draws", s.draws, 1000, "fewer do not know their standard error well");
  check::at_least(program, "--threads", s.common.threads, 0, "0 means every core");
}

bool Settings::wants(std::int64_t exercise) const {
  return wants_all() || std::count(exercises.begin(), exercises.end(), exercise) > 0;
}

nlohmann::ordered_json Settings::to_json() const {
  return {{"exercises", exercises},
          {"draws", draws},
          {"seed", common.seed},
          {"threads", common.threads}};
}

}  // namespace leibler::examples::kl_exercises
