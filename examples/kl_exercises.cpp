// SPDX-License-Identifier: MIT
// Ten exercises on the Kullback-Leibler divergence: every number by the library, with its method,
// every claim with a check, and the wrong ones replaced.
#include <iostream>
#include <iterator>
#include <vector>

#include <leibler/engine/instruction_set.hpp>

#include "kl_exercises/exercises.hpp"
#include "kl_exercises/picture.hpp"
#include "kl_exercises/settings.hpp"
#include "kl_exercises/sheet.hpp"
#include "support/command_line.hpp"
#include "support/gnuplot.hpp"
#include "support/results.hpp"

namespace {

using namespace leibler;
using namespace leibler::examples;
using namespace leibler::examples::kl_exercises;

constexpr void (*exercises[])(const Desk&) = {
    definition,    gibbs,       forward_and_reverse, chain,        gaussians,
    f_divergences, best_policy, temperatures,        distillation, policy_update,
};
static_assert(std::size(exercises) == last_exercise);

int run(const Settings& settings) {
  check_settings(settings);
  std::ostream out(settings.common.quiet ? nullptr : std::cout.rdbuf());
  Results results("kl_exercises", settings.to_json());
  if (!settings.common.json.empty()) results.write(settings.common.json);  // a wrong path fails now
  if (settings.wants_pictures()) make_folder("--out", settings.common.out);
  out << "kl_exercises " << version() << " (" << engine::instruction_set() << "), seed "
      << settings.common.seed << '\n';

  Sheet sheet(out, results);
  std::vector<Picture> pictures;
  const Desk desk{settings, sheet, pictures};
  for (std::int64_t i = 0; i < last_exercise; ++i) {
    if (settings.wants(i + 1)) exercises[i](desk);
    out.flush();
  }
  if (settings.wants_all()) careful(desk);
  sheet.summarise();
  if (!settings.common.json.empty()) results.write(settings.common.json);
  for (const Picture& picture : pictures) out << draw(settings.common.out, picture) << '\n';
  return sheet.all_as_expected() ? done : failed;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("", "kl_exercises");
  Settings settings;
  add_options(app, settings);
  return run_program(app, argc, argv, [&] { return run(settings); });
}
