// SPDX-License-Identifier: MIT
#include "report.hpp"

#include <algorithm>
#include <cmath>
#include <ostream>

#include <leibler/engine/instruction_set.hpp>

#include "../support/text.hpp"
#include "exact.hpp"

namespace leibler::examples::fit_mixture {

namespace {

const char* plural(std::size_t count) {
  return count == 1 ? "" : "s";
}

std::string start_text(const Settings& s) {
  return "means ~ N(0, " + to_text(s.spread) + "^2), standard deviations " + to_text(s.stddev) +
         ", equal weights";
}

std::string step_text(const Settings& s) {
  std::string text = std::to_string(s.steps) + " steps of " + s.optimizer + " at rate " +
                     to_text(s.rate) + " (" + s.schedule;
  if (s.warm_up > 0) text += ", warm-up over " + std::to_string(s.warm_up) + " steps";
  if (s.momentum > 0) text += ", momentum " + to_text(s.momentum);
  if (s.clip > 0) text += ", gradients clipped at " + to_text(s.clip);
  return text + "), " + std::to_string(s.samples) + " fresh draws each";
}

std::string gradient_text(const Settings& s) {
  std::string text;
  if (s.wants("forward")) text += "forward KL: maximum likelihood";
  if (s.wants("reverse")) {
    text += text.empty() ? "reverse KL: " : "; reverse KL: ";
    text += s.estimator == "pathwise" ? "pathwise" : "score function, baseline " + s.baseline;
  }
  return text;
}

// Above the best value that is known, by more than noise and a percent.
bool is_above(const Row& row, const ExactOptimum& exact) {
  const Estimate& end = row.minimised();
  const double excess = end.value - exact.minimised();
  return excess > std::max(0.01 * exact.minimised(), 5.0 * end.standard_error) && excess > 0.005;
}

void add_row(Results& results, const Row& row) {
  const auto name = row.name();
  if (row.worth.forward_kl) results.add("KL(P||Q)", name, *row.worth.forward_kl);
  if (row.worth.reverse_kl) results.add("KL(Q||P)", name, *row.worth.reverse_kl);
  results.add("NLL", name, row.negative_log_likelihood);
  results.add("seconds of the fit", name, row.best().seconds, 0.0, "measured");
}

void report_deaths(std::ostream& out, Results& results, const Row& row) {
  const auto died = row.worth.died();
  results.add("components that died", row.name(), static_cast<double>(died.size()), 0.0, "count");
  if (died.empty()) return;
  out << "  " << left(row.name(), 13) << "component" << plural(died.size());
  for (std::size_t i = 0; i < died.size(); ++i) {
    const auto& [weight, mass] = row.worth.model_components[died[i]];
    const auto which = row.name() + ", component " + std::to_string(died[i] + 1);
    results.add("weight of a component that died", which, weight, 0.0, "model");
    out << (i == 0 ? " " : ", ") << died[i] + 1 << " (weight " << format("%.1e", weight) << ')';
  }
  out << " died: next to nothing of P is left to " << (died.size() == 1 ? "it" : "them") << "\n";
}

void report_excess(std::ostream& out, const std::vector<Row>& rows) {
  std::string names;
  for (const Row& row : rows) {
    if (!row.is_done()) continue;
    const ExactOptimum* const exact = find_exact(row.objective, row.components);
    if (exact != nullptr && is_above(row, *exact)) {
      names += (names.empty() ? "" : ", ") + row.name();
    }
  }
  if (names.empty()) return;
  out << paragraph(names +
                       ": above the best there is. A fit finds a local optimum, which depends "
                       "on its start, and needs steps to get there; --restarts 16 keeps the "
                       "best of 16 starts, and --spread 3 makes them differ more.",
                   2);
}

}  // namespace

void report_settings(std::ostream& out, const Problem& problem, const Settings& s) {
  out << "fit_mixture " << version() << " on "
      << (s.common.threads == 0 ? "every core"
                                : std::to_string(s.common.threads) + " thread" +
                                      plural(static_cast<std::size_t>(s.common.threads)))
      << " (" << engine::instruction_set() << "), seed " << s.common.seed << "\n\n";
  if (problem.data) {
    out << "P   " << problem.data->size() << " points of " << s.data << ", dimension "
        << problem.dimension() << '\n';
  } else {
    out << "P   a mixture of " << problem.target->components() << " Gaussian"
        << plural(problem.target->components()) << ", dimension " << problem.dimension()
        << (s.is_experiment() ? "" : ", of " + s.target) << '\n';
  }
  out << "Q   " << start_text(s) << (problem.data ? " (in units of the data's spread)" : "")
      << "\n    " << step_text(s) << "\n    " << gradient_text(s) << "\n\n";
}

void report_target(std::ostream& out, Results& results, const GaussianMixture& target,
                   const Settings& settings) {
  const auto options = settings.evaluation_options();
  auto to_error = options;
  to_error.standard_error = settings.entropy_error;
  const Estimate forward = estimate_kl(target, target, options);
  const Estimate reverse = objective_value(ReverseKl(target), target, options);
  const Estimate nll = cross_entropy(target, target, to_error);
  results.add("KL(P||Q)", "P against itself", forward);
  results.add("NLL", "P against itself", nll);
  results.add("KL(Q||P)", "P against itself", reverse);

  const auto line = [&](const char* name, const Estimate& e, const std::string& exact) {
    out << "  " << left(name, 34) << left(with_error(e), 26) << exact << '\n';
  };
  out << left("P against itself", 36) << left("computed", 26) << "exact\n";
  line("KL(P||P), forward", forward, "0");
  std::string exact_nll = "not known";
  if (settings.is_experiment()) {
    exact_nll = format("%.8f", exact_entropy);
    results.add("NLL, exact", "P against itself", exact_entropy, 0.0, "reference");
  }
  line("NLL: the entropy of P", nll, exact_nll);
  line("KL(P||P), reverse", reverse, "0");
  out << '\n';
}

void report_fits(std::ostream& out, Results& results, const Problem& problem,
                 const Settings& settings, const std::vector<Row>& rows) {
  const bool has_density = problem.target.has_value();
  const bool has_exact = settings.is_experiment();
  out << left("Minimised", 11) << " n  ";
  if (has_density) out << left("KL(P||Q)", 22) << left("KL(Q||P)", 22);
  out << left("NLL", 22) << (has_exact ? left("best KL, exact", 16) : "") << "seconds\n";
  for (const Row& row : rows) {
    if (!row.is_done()) {
      out << left(row.objective, 11) << right(std::to_string(row.components), 2)
          << (row.runs.empty() ? "  not finished\n" : "  failed\n");
      continue;
    }
    add_row(results, row);
    out << left(row.objective, 11) << right(std::to_string(row.components), 2) << "  ";
    if (has_density) {
      out << left(with_error(*row.worth.forward_kl), 22)
          << left(with_error(*row.worth.reverse_kl), 22);
    }
    out << left(with_error(row.negative_log_likelihood), 22);
    if (has_exact) {
      const ExactOptimum* const exact = find_exact(row.objective, row.components);
      out << left(exact != nullptr ? format("%.6f", exact->minimised()) : "", 16);
      if (exact != nullptr) {
        results.add("best KL, exact", row.name(), exact->minimised(), 0.0, "reference");
      }
    }
    out << format("%7.3f", row.best().seconds) << '\n';
  }
  for (const Row& row : rows) report_optima(out, results, row.name(), row.runs, row.optima);
  for (const Row& row : rows) {
    if (row.is_done()) report_deaths(out, results, row);
    report_failures(out, row.name(), row.runs, static_cast<std::size_t>(settings.restarts));
  }
  if (has_exact) report_excess(out, rows);
  out << '\n';
}

void save_models(std::ostream& out, const Settings& settings, const std::vector<Row>& rows) {
  if (settings.save.empty()) return;
  std::size_t count = 0;
  for (const Row& row : rows) {
    if (!row.is_done()) continue;
    row.best().model.save(settings.save + "/" + row.objective + "_" +
                          std::to_string(row.components) + ".json");
    ++count;
  }
  out << "Models: " << count << " file" << plural(count) << " in " << settings.save << '\n';
}

}  // namespace leibler::examples::fit_mixture
