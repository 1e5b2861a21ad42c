// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <leibler/leibler.hpp>

#include "../support/fits.hpp"
#include "../support/panels.hpp"
#include "../support/progress.hpp"
#include "settings.hpp"
#include "target.hpp"

// What is done with any density.
namespace leibler::examples::custom_density {

inline constexpr Index grid = 137;  ///< points along each side of a picture

/// A target as its picture shows it.
struct Surface {
  Vector density;              ///< on the grid of its window
  std::vector<double> levels;  ///< densities whose contours hold 50 and 90% of the mass
};

/// Every start of one family for one target.
struct Row {
  std::string family;
  std::size_t starts;
  std::vector<Run> runs;        ///< those that ended
  std::vector<Optimum> optima;  ///< best first
  Assessment worth;             ///< of the best run

  [[nodiscard]] bool is_done() const { return !optima.empty(); }
  [[nodiscard]] const Run& best() const { return runs[optima.front().best]; }
};

/// One target and what was fitted to it.
struct Case {
  Target target;
  std::vector<Row> rows;  ///< Gaussian, mixture
  Surface surface;

  [[nodiscard]] std::string name(const Row& row) const { return target.name + ", " + row.family; }
  /// The divergence that was minimised: the ELBO is the log constant less KL(Q||P).
  [[nodiscard]] Estimate reverse_kl(const Row& row) const {
    Estimate kl = *row.worth.elbo;
    kl.value = target.log_constant - kl.value;
    return kl;
  }
};

/// Compares the automatic gradient with differences at a few draws of a standard Gaussian.
template <class P>
[[nodiscard]] GradientCheck check_gradient(const P& p, const Settings& settings) {
  const Gaussian around = Gaussian::standard(p.dimension());
  return verify_gradient(p, sample(around, 10, engine::derive(settings.common.seed_value(), 0)));
}

template <class P>
[[nodiscard]] Surface surface_of(const P& p, const Target& target) {
  constexpr Index fine = 801;  // for the funnel's neck
  const auto density = [&](Index side) -> Vector {
    return (p.log_density(grid_points(target.window, side)).array() - target.log_constant).exp();
  };
  return {density(grid), contour_levels(density(fine), target.window, fine, {0.5, 0.9})};
}

/// Fits a Gaussian and a mixture to p by reverse KL, all starts side by side, and assesses the best
/// of each. After an interrupt runs are missing.
template <class P>
[[nodiscard]] std::vector<Row> fit_families(const P& p, const Target& target,
                                            const Settings& settings) {
  const auto d = p.dimension();
  const auto starts = static_cast<std::size_t>(settings.restarts);
  const auto components = static_cast<std::size_t>(settings.components);
  const ReverseKl objective(p);
  const ScoreFunction score{.baseline = Baseline::leave_one_out};
  const Adam adam{.learning_rate = cosine_decay(settings.rate)};
  const auto evaluation = settings.evaluation_options();

  // The Gaussian is the last one: it takes the least time.
  auto ends = run_side_by_side(
      starts + 1, settings.fit_options(), settings.common.quiet,
      [&](std::size_t i, FitOptions options) {
        options.seed = engine::derive(settings.seed_of(target.name), i);
        Run ended = timed([&]() -> Fit<GaussianMixture> {
          if (i == starts) {
            auto one = fit(Gaussian::standard(d), objective, Pathwise{}, adam, options);
            return {as_mixture(one.model), std::move(one.trace), std::move(one.status)};
          }
          auto start = GaussianMixture::random(components, d, options.seed, {.spread = 2.0});
          return fit(std::move(start), objective, score, adam, options);
        });
        auto draws = evaluation;
        draws.samples = std::min(draws.samples, restart_samples);
        ended.objective = objective_value(objective, ended.model, draws);
        return ended;
      });

  std::vector<Row> rows = {{"Gaussian", 1, {}, {}, {}}, {settings.family(), starts, {}, {}, {}}};
  for (std::size_t i = 0; i <= starts; ++i) {
    if (ends[i]) rows[i == starts ? 0 : 1].runs.push_back(*std::move(ends[i]));
  }
  ProgressBar bar("assessing", rows.size(), settings.common.quiet);
  for (Row& row : rows) {
    row.optima = optima_of(row.runs);
    if (row.is_done()) row.worth = assess(p, row.best().model, evaluation);
    bar.add(1);
  }
  return rows;
}

}  // namespace leibler::examples::custom_density
