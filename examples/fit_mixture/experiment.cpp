// SPDX-License-Identifier: MIT
#include "experiment.hpp"

#include <algorithm>

#include "../support/progress.hpp"
#include "exact.hpp"
#include "standardised.hpp"

namespace leibler::examples::fit_mixture {

namespace {

// A start of a row; its seed depends on neither the other rows nor the other starts.
struct Job {
  std::size_t row, run;
  std::string objective;
  std::size_t components;
  Seed seed;
};

Seed seed_of(const Settings& settings, const std::string& objective, std::size_t components,
             std::size_t run) {
  const Seed of_objective =
      engine::derive(settings.common.seed_value(), objective == "forward" ? 1 : 2);
  return engine::derive(engine::derive(of_objective, components), run);
}

template <class Q, class O, class E>
Fit<Q> fit_with_optimizer(const Settings& s, Q start, const O& objective, const E& estimator,
                          const FitOptions& options) {
  if (s.optimizer == "sgd") {
    return fit(std::move(start), objective, estimator,
               Sgd{.learning_rate = s.learning_rate(), .momentum = s.momentum}, options);
  }
  return fit(std::move(start), objective, estimator, Adam{.learning_rate = s.learning_rate()},
             options);
}

ScoreFunction score_function(const Settings& s) {
  if (s.baseline == "leave-one-out") return {.baseline = Baseline::leave_one_out};
  if (s.baseline == "moving-average") return {.baseline = Baseline::moving_average};
  return {};
}

// What all runs share.
class Fitter {
 public:
  Fitter(const Problem& problem, const Settings& settings)
      : problem_(problem), settings_(settings) {
    if (problem.data) {
      standardised_.emplace(*problem.data);
      data_.emplace(standardised_->apply(*problem.data));
    }
  }

  [[nodiscard]] Run run(const Job& job, const FitOptions& options) const {
    const auto start =
        GaussianMixture::random(job.components, problem_.dimension(), job.seed,
                                {.spread = settings_.spread, .stddev = settings_.stddev});
    Run ended = timed([&] { return fit_from(start, job.objective, options); });
    if (standardised_) ended.model = standardised_->back(ended.model);
    return ended;
  }

  // On the same draws for all starts, and the true data.
  [[nodiscard]] Estimate objective_of(const std::string& objective,
                                      const GaussianMixture& model) const {
    auto options = settings_.evaluation_options();
    options.samples = std::min(options.samples, restart_samples);
    if (problem_.data) return objective_value(ForwardKl(*problem_.data), model, options);
    if (objective == "forward") return objective_value(ForwardKl(*problem_.target), model, options);
    return objective_value(ReverseKl(*problem_.target), model, options);
  }

 private:
  [[nodiscard]] Fit<GaussianMixture> fit_from(const GaussianMixture& start,
                                              const std::string& objective,
                                              const FitOptions& options) const {
    const auto& s = settings_;
    if (data_) {
      return fit_with_optimizer(s, start, ForwardKl(*data_), MaximumLikelihood{}, options);
    }
    if (objective == "forward") {
      return fit_with_optimizer(s, start, ForwardKl(*problem_.target), MaximumLikelihood{},
                                options);
    }
    const ReverseKl reverse(*problem_.target);
    if (s.estimator == "pathwise") {
      auto one = fit_with_optimizer(s, start.component(0), reverse, Pathwise{}, options);
      return {as_mixture(one.model), std::move(one.trace), std::move(one.status)};
    }
    return fit_with_optimizer(s, start, reverse, score_function(s), options);
  }

  const Problem& problem_;
  const Settings& settings_;
  std::optional<Standardised> standardised_;
  std::optional<Empirical> data_;
};

std::vector<Job> jobs_of(const Settings& settings, const std::vector<Row>& rows) {
  std::vector<Job> jobs;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    for (std::size_t run = 0; run < static_cast<std::size_t>(settings.restarts); ++run) {
      jobs.push_back({row, run, rows[row].objective, rows[row].components,
                      seed_of(settings, rows[row].objective, rows[row].components, run)});
    }
  }
  // The longest first, so that no core ends with one of them alone.
  std::stable_sort(jobs.begin(), jobs.end(),
                   [](const Job& a, const Job& b) { return a.components > b.components; });
  return jobs;
}

std::string file_of_input(const std::string& option, const std::string& file,
                          const std::string& message) {
  const bool is_named = message.find(file) != std::string::npos;
  return option + (is_named ? "" : " " + file) + ": " + message;
}

}  // namespace

Problem load_problem(const Settings& settings) {
  const auto load = [](const std::string& option, const std::string& file, auto&& read) {
    try {
      return read(file);
    } catch (const Error& error) {
      throw InputError(file_of_input(option, file, error.sentence()));
    }
  };
  if (settings.has_data()) {
    return {std::nullopt, load("--data", settings.data, Empirical::load_csv)};
  }
  if (!settings.target.empty()) {
    return {load("--target", settings.target, GaussianMixture::load), std::nullopt};
  }
  return {experiment_target(), std::nullopt};
}

std::vector<Row> run_fits(const Problem& problem, const Settings& settings) {
  std::vector<Row> rows;
  for (const std::string objective : {"forward", "reverse"}) {
    if (!settings.wants(objective)) continue;
    for (const auto n : settings.components) {
      rows.push_back({objective, static_cast<std::size_t>(n), {}, {}, {}, {}});
    }
  }
  const Fitter fitter(problem, settings);
  const auto jobs = jobs_of(settings, rows);
  const FitOptions options{.clip_norm = settings.clip,
                           .convergence = {.tolerance = settings.tolerance},
                           .steps = static_cast<std::size_t>(settings.steps),
                           .samples = static_cast<std::size_t>(settings.samples),
                           .threads = settings.common.thread_count()};
  auto ends = run_side_by_side(jobs.size(), options, settings.common.quiet,
                               [&](std::size_t i, FitOptions own) {
                                 const Job& job = jobs[i];
                                 own.seed = job.seed;
                                 if (!settings.checkpoint.empty()) {
                                   own.checkpoint.file = settings.checkpoint + "/" + job.objective +
                                                         "_" + std::to_string(job.components) +
                                                         "_run" + std::to_string(job.run) + ".json";
                                 }
                                 Run ended = fitter.run(job, own);
                                 ended.objective = fitter.objective_of(job.objective, ended.model);
                                 return ended;
                               });
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    if (ends[i]) rows[jobs[i].row].runs.push_back(*std::move(ends[i]));
  }
  for (Row& row : rows) row.optima = optima_of(row.runs);
  return rows;
}

void assess_rows(const Problem& problem, const Settings& settings, std::vector<Row>& rows) {
  const auto options = settings.evaluation_options();
  ProgressBar bar("assessing", rows.size(), settings.common.quiet);
  for (Row& row : rows) {
    if (row.is_done()) {
      const GaussianMixture& model = row.best().model;
      if (problem.data) {
        row.worth = assess(*problem.data, model, options);
        row.negative_log_likelihood = *row.worth.negative_log_likelihood;
      } else {
        row.worth = assess(*problem.target, model, options);
        row.negative_log_likelihood = cross_entropy(*problem.target, model, options);
      }
    }
    bar.add(1);
  }
}

}  // namespace leibler::examples::fit_mixture
