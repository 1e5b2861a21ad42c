// SPDX-License-Identifier: MIT
// Two densities of the user's own, each fitted by one Gaussian and by a mixture: their gradients
// are automatic. Table, picture, and what the fits miss.
#include <algorithm>
#include <iostream>
#include <vector>

#include <leibler/leibler.hpp>

#include "custom_density/families.hpp"
#include "custom_density/picture.hpp"
#include "custom_density/report.hpp"
#include "custom_density/settings.hpp"
#include "custom_density/target.hpp"
#include "support/command_line.hpp"
#include "support/gnuplot.hpp"
#include "support/interrupt.hpp"
#include "support/results.hpp"

namespace {

using namespace leibler;
using namespace leibler::examples;
using namespace leibler::examples::custom_density;

// What a user writes: log p(x), up to a constant, for x[0] and x[1].
const auto banana = density(2, [](const auto& x) {
  const auto bend = x[1] - x[0] * x[0];
  return -0.5 * x[0] * x[0] - 2.0 * bend * bend;
});

const auto funnel = density(2, [](const auto& x) {
  const auto v = x[0];
  return Normal(0, 3).log_density(v) + Normal(0, exp(0.5 * v)).log_density(x[1]);
});

int run(Settings& settings) {
  check_settings(settings);
  catch_interrupt();
  std::ostream out(settings.common.quiet ? nullptr : std::cout.rdbuf());
  Results results("custom_density", settings.to_json());
  if (!settings.common.json.empty()) results.write(settings.common.json);  // a wrong path fails now
  if (settings.wants_picture()) make_folder("--out", settings.common.out);
  report_settings(out, settings);

  std::vector<Case> cases;
  bool all_agree = true;
  const auto add = [&](const auto& p, const Target& target) {
    if (!settings.wants(target.name)) return;
    all_agree &= report_gradient(out, results, target, check_gradient(p, settings));
    out.flush();
    cases.push_back({target, fit_families(p, target, settings), {}});
    if (settings.wants_picture()) cases.back().surface = surface_of(p, target);
  };
  add(banana, banana_facts());
  add(funnel, funnel_facts());

  report_fits(out, results, cases);
  discuss(out, results, cases);
  if (!settings.common.json.empty()) results.write(settings.common.json);
  if (!interrupted()) {
    if (const auto told = draw(settings, cases); !told.empty()) out << told << '\n';
  }
  if (interrupted()) {
    std::cerr << "custom_density: interrupted; what is above is finished.\n";
    return failed;
  }
  const bool all_done = std::all_of(cases.begin(), cases.end(), [](const Case& one) {
    return std::all_of(one.rows.begin(), one.rows.end(), [](const Row& r) { return r.is_done(); });
  });
  return all_agree && all_done ? done : failed;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("", "custom_density");
  Settings settings;
  add_options(app, settings);
  return run_program(app, argc, argv, [&] { return run(settings); });
}
