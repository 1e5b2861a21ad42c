// SPDX-License-Identifier: MIT
// Fits Gaussian mixtures to a target by forward and by reverse KL, and shows what each of them does
// where the mixture is too small: table, picture, and answers from the figures.
#include <algorithm>
#include <iostream>

#include "fit_mixture/discussion.hpp"
#include "fit_mixture/experiment.hpp"
#include "fit_mixture/picture.hpp"
#include "fit_mixture/report.hpp"
#include "fit_mixture/settings.hpp"
#include "support/command_line.hpp"
#include "support/gnuplot.hpp"
#include "support/interrupt.hpp"
#include "support/results.hpp"

namespace {

using namespace leibler::examples;
using namespace leibler::examples::fit_mixture;

// Before the work, so that it is not lost to a wrong path.
void check_outputs(const Settings& settings, const Results& results) {
  if (!settings.common.json.empty()) results.write(settings.common.json);
  if (!settings.save.empty()) make_folder("--save", settings.save);
  if (!settings.checkpoint.empty()) make_folder("--checkpoint", settings.checkpoint);
  if (!settings.no_picture && !settings.common.out.empty()) {
    make_folder("--out", settings.common.out);
  }
}

int run(const CLI::App& app, Settings& settings) {
  complete(app, settings);
  catch_interrupt();
  std::ostream out(settings.common.quiet ? nullptr : std::cout.rdbuf());
  Results results("fit_mixture", settings.to_json());
  const Problem problem = load_problem(settings);
  check_outputs(settings, results);

  report_settings(out, problem, settings);
  if (problem.target) report_target(out, results, *problem.target, settings);
  out.flush();
  auto rows = run_fits(problem, settings);
  assess_rows(problem, settings, rows);
  report_fits(out, results, problem, settings, rows);
  if (problem.target && !interrupted()) {
    discuss(out, results, *problem.target, settings, rows);
    if (settings.is_experiment()) discuss_source(out, results, *problem.target, settings, rows);
  }

  save_models(out, settings, rows);
  if (!settings.common.json.empty()) results.write(settings.common.json);
  if (!interrupted()) {
    if (const auto told = draw(problem, settings, rows); !told.empty()) out << told << '\n';
  }
  if (interrupted()) {
    std::cerr << "fit_mixture: interrupted; what is above is finished.\n";
    return failed;
  }
  const bool all_done =
      std::all_of(rows.begin(), rows.end(), [](const Row& row) { return row.is_done(); });
  return all_done ? done : failed;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("", "fit_mixture");
  Settings settings;
  add_options(app, settings);
  return run_program(app, argc, argv, [&] { return run(app, settings); });
}
