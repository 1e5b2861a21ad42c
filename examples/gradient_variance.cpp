// SPDX-License-Identifier: MIT
// How much gradient estimators scatter, and what it costs: the whole experiment of score function
// against path at full size, descents, costs where the ranking changes, and a fit.
#include <iostream>
#include <vector>

#include <leibler/engine/instruction_set.hpp>

#include "gradient_variance/descent.hpp"
#include "gradient_variance/experiment.hpp"
#include "gradient_variance/mixture.hpp"
#include "gradient_variance/picture.hpp"
#include "gradient_variance/ranking.hpp"
#include "gradient_variance/settings.hpp"
#include "support/command_line.hpp"
#include "support/gnuplot.hpp"
#include "support/interrupt.hpp"
#include "support/results.hpp"

namespace {

using namespace leibler;
using namespace leibler::examples;
using namespace leibler::examples::gradient_variance;

int run(const CLI::App& app, Settings& settings) {
  complete(app, settings);
  catch_interrupt();
  std::ostream out(settings.common.quiet ? nullptr : std::cout.rdbuf());
  Results results("gradient_variance", settings.to_json());
  if (!settings.common.json.empty()) results.write(settings.common.json);  // a wrong path fails now
  if (settings.wants_picture()) make_folder("--out", settings.common.out);
  out << "gradient_variance " << version() << ", " << engine::instruction_set() << ", seed "
      << settings.common.seed << "\n\n";
  out.flush();

  const auto wants = [&](const char* part) { return settings.wants(part) && !interrupted(); };
  std::vector<Measured> experiment;
  std::vector<Ranked> ranking;
  Journey journey;
  if (wants("experiment")) experiment = run_experiment(settings, out, results);
  out.flush();
  if (wants("descent")) run_descent(settings, out, results);
  out.flush();
  if (wants("costs")) ranking = run_ranking(settings, out, results);
  out.flush();
  if (wants("fit")) journey = run_mixture(settings, out, results);

  if (!settings.common.json.empty()) results.write(settings.common.json);
  if (interrupted()) {
    out.flush();
    std::cerr << "gradient_variance: interrupted; what is above is finished.\n";
    return failed;
  }
  out << draw(settings, experiment, ranking, journey);
  return done;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("", "gradient_variance");
  Settings settings;
  add_options(app, settings);
  return run_program(app, argc, argv, [&] { return run(app, settings); });
}
