// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include <leibler/leibler.hpp>

#include "../support/fits.hpp"
#include "settings.hpp"

namespace leibler::examples::fit_mixture {

/// What is fitted to: a mixture, or data.
struct Problem {
  std::optional<GaussianMixture> target;
  std::optional<Empirical> data;

  [[nodiscard]] std::size_t dimension() const {
    return target ? target->dimension() : data->dimension();
  }
};

/// The experiment's target, or what the files say. @throws InputError
[[nodiscard]] Problem load_problem(const Settings& settings);

/// Every start of one objective and one number of components.
struct Row {
  std::string objective;  ///< "forward" or "reverse"
  std::size_t components = 0;
  std::vector<Run> runs;        ///< those that ended, in the order of their seeds
  std::vector<Optimum> optima;  ///< best first
  Assessment worth;             ///< of the best run
  Estimate negative_log_likelihood;

  [[nodiscard]] bool is_done() const { return !optima.empty(); }
  [[nodiscard]] const Run& best() const { return runs[optima.front().best]; }
  [[nodiscard]] std::string name() const { return objective + " n=" + std::to_string(components); }
  /// The divergence that the row minimises; for data the likelihood.
  [[nodiscard]] const Estimate& minimised() const {
    if (!worth.forward_kl) return negative_log_likelihood;
    return objective == "forward" ? *worth.forward_kl : *worth.reverse_kl;
  }
};

/// Fits every row, all starts of all rows side by side on every core. After an interrupt some runs
/// or whole rows are missing.
[[nodiscard]] std::vector<Row> run_fits(const Problem& problem, const Settings& settings);

/// Fills in what the best run of every row is worth.
void assess_rows(const Problem& problem, const Settings& settings, std::vector<Row>& rows);

}  // namespace leibler::examples::fit_mixture
