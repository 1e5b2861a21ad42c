// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE estimators_fit
#include <boost/test/unit_test.hpp>

#include <cmath>
#include <limits>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include <leibler/estimators/adam.hpp>
#include <leibler/estimators/fit.hpp>
#include <leibler/estimators/forward_kl.hpp>
#include <leibler/estimators/objective_value.hpp>
#include <leibler/estimators/pathwise.hpp>
#include <leibler/estimators/reverse_kl.hpp>
#include <leibler/estimators/score_function.hpp>
#include <leibler/estimators/sgd.hpp>
#include <leibler/models/diagonal_gaussian.hpp>

#include "fits.hpp"
#include "says.hpp"
#include "seed_mixture.hpp"

using namespace leibler;
using namespace leibler::test;
namespace tt = boost::test_tools;

namespace {

GaussianMixture start(std::size_t n = 2) {
  return GaussianMixture::random(n, 2, {5});
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_fit_takes_its_steps_and_says_so) {
  const auto fitted = fit(start(), ForwardKl(seed_mixture()), Adam{.learning_rate = 0.05},
                          {.steps = 300, .samples = 200, .seed = {1}});
  BOOST_TEST((fitted.status.outcome == FitStatus::Outcome::finished));
  BOOST_TEST(fitted.status.steps == 300u);
  BOOST_TEST(fitted.status.message == "all 300 steps were taken");
  BOOST_TEST(fitted.trace.size() == 100u);
  BOOST_TEST(fitted.trace.back().objective.value < fitted.trace.front().objective.value);
  std::ostringstream text;
  text << fitted;
  BOOST_TEST(text.str().starts_with("finished: all 300 steps were taken\nobjective at the end: "));
}

BOOST_AUTO_TEST_CASE(the_estimator_need_not_be_named_for_data) {
  const FitOptions options{.steps = 20, .samples = 100};
  const ForwardKl objective(seed_mixture());
  BOOST_TEST(numbers_of(fit(start(), objective, Adam{}, options)) ==
             numbers_of(fit(start(), objective, MaximumLikelihood{}, Adam{}, options)));
}

BOOST_AUTO_TEST_CASE(other_seeds_give_other_fits) {
  const ForwardKl objective(seed_mixture());
  const auto of_seed = [&](std::uint64_t seed) {
    return parameters_of(
        fit(start(), objective, Adam{}, {.steps = 3, .samples = 100, .seed = {seed}}).model);
  };
  BOOST_TEST(of_seed(1) == of_seed(1));
  BOOST_TEST(of_seed(1) != of_seed(2));
}

// One step of plain gradient descent, by the public calls: no step is lost or taken twice.
BOOST_AUTO_TEST_CASE(a_step_is_the_optimizer_on_the_estimated_gradient) {
  const auto p = seed_mixture();
  const ForwardKl objective(p);
  const auto fitted = fit(start(), objective, Sgd{.learning_rate = 0.125},
                          {.steps = 1, .samples = 300, .seed = {7}});
  Workspace& w = Workspace::of_thread();
  const Workspace::Frame frame(w);
  const auto x = engine::take_batch(w, 300, 2);
  p.sample({{7}, Purpose::sample, 0, 0}, x, w);
  Points points(300, 2);
  for (Index j = 0; j < 2; ++j)
    points.col(j) = Eigen::Map<const Vector>(x.data + static_cast<std::size_t>(j) * x.stride, 300);
  const Vector gradient = parameter_gradient(start(), points) / -300.0;
  auto expected = parameters_of(start());
  for (std::size_t i = 0; i < expected.size(); ++i)
    expected[i] -= 0.125 * gradient[static_cast<Index>(i)];
  const auto found = parameters_of(fitted.model);
  for (std::size_t i = 0; i < expected.size(); ++i) {
    BOOST_TEST(std::abs(found[i] - expected[i]) < 1e-13);
  }
  BOOST_TEST(fitted.trace[0].gradient_norm == gradient.norm(), tt::tolerance(1e-12));
}

// trace

BOOST_AUTO_TEST_CASE(the_trace_has_the_objective_with_its_error_every_so_many_steps) {
  const auto p = nearest_gaussian();
  const Gaussian q = Gaussian::standard(2);
  const auto fitted = fit(q, ReverseKl(p), Pathwise{}, Sgd{.learning_rate = 1e-9},
                          {.trace_every = 7, .steps = 50, .samples = 700, .seed = {3}});
  BOOST_TEST_REQUIRE(fitted.trace.size() == 8u);
  for (std::size_t i = 0; i < 8; ++i) {
    const TracePoint& point = fitted.trace[i];
    BOOST_TEST(point.step == 7 * i);
    BOOST_TEST(point.objective.samples == 700u);
    BOOST_TEST(point.objective.reliable);
    // The model stays where it is at this rate.
    BOOST_TEST(std::abs(point.objective.value - gaussian_kl(q, p)) <
               7 * point.objective.standard_error);
    BOOST_TEST(point.objective.standard_error > 0.0);
    BOOST_TEST(point.gradient_norm > 0.0);
  }
}

BOOST_AUTO_TEST_CASE(a_trace_has_a_hundred_points_or_so_unless_said) {
  const ForwardKl objective(seed_mixture());
  const auto points = [&](std::size_t steps) {
    return fit(start(), objective, Adam{}, {.steps = steps, .samples = 8}).trace.size();
  };
  BOOST_TEST(points(1) == 1u);
  BOOST_TEST(points(99) == 99u);
  BOOST_TEST(points(1000) == 100u);
  BOOST_TEST(points(1099) == 110u);
}

BOOST_AUTO_TEST_CASE(tracing_does_not_change_the_fit) {
  const ReverseKl objective(seed_mixture());
  for (const auto baseline : {Baseline::none, Baseline::leave_one_out, Baseline::moving_average}) {
    const ScoreFunction estimator{.baseline = baseline};
    const auto traced = [&](std::size_t every) {
      return parameters_of(fit(start(), objective, estimator, Adam{.learning_rate = 0.02},
                               {.trace_every = every, .steps = 60, .samples = 300})
                               .model);
    };
    BOOST_TEST(traced(1) == traced(60));
  }
}

BOOST_AUTO_TEST_CASE(progress_is_told_every_traced_step) {
  std::vector<std::size_t> steps;
  std::vector<double> norms;
  FitOptions options{.trace_every = 4, .steps = 10, .samples = 50};
  options.progress = [&](const Progress& progress) {
    BOOST_TEST(progress.steps == 10u);
    BOOST_TEST(progress.step == progress.point.step);
    steps.push_back(progress.step);
    norms.push_back(progress.point.gradient_norm);
  };
  const auto fitted = fit(start(), ForwardKl(seed_mixture()), Adam{}, options);
  BOOST_TEST((steps == std::vector<std::size_t>{0, 4, 8}));
  for (std::size_t i = 0; i < 3; ++i) BOOST_TEST(norms[i] == fitted.trace[i].gradient_norm);
}

BOOST_AUTO_TEST_CASE(what_a_progress_callback_throws_passes_through) {
  FitOptions options{.steps = 10, .samples = 50};
  options.progress = [](const Progress& p) {
    if (p.step == 3) throw std::out_of_range("enough");
  };
  BOOST_CHECK_EXCEPTION((void)fit(start(), ForwardKl(seed_mixture()), Adam{}, options),
                        std::out_of_range, says("enough"));
}

// ways to end

BOOST_AUTO_TEST_CASE(a_stop_token_ends_the_fit_between_two_steps) {
  std::stop_source source;
  FitOptions options{.trace_every = 1, .steps = 100, .samples = 50, .stop = source.get_token()};
  options.progress = [&](const Progress& p) {
    if (p.step == 36) source.request_stop();
  };
  const ForwardKl objective(seed_mixture());
  const auto stopped = fit(start(), objective, Adam{}, options);
  BOOST_TEST((stopped.status.outcome == FitStatus::Outcome::stopped));
  BOOST_TEST(stopped.status.steps == 37u);
  BOOST_TEST(stopped.status.message == "stopped on request after 37 of 100 steps");
  // The model is that of 37 steps.
  const auto whole = fit(start(), objective, Adam{}, {.steps = 37, .samples = 50});
  BOOST_TEST(parameters_of(stopped.model) == parameters_of(whole.model));
  // And at once where stop was requested before.
  options.progress = nullptr;
  const auto never = fit(start(), objective, Adam{}, options);
  BOOST_TEST(never.status.message == "stopped on request after 0 of 100 steps");
  BOOST_TEST(parameters_of(never.model) == parameters_of(start()));
  BOOST_TEST(never.trace.empty());
}

BOOST_AUTO_TEST_CASE(a_fit_converges_where_only_noise_is_left) {
  const Gaussian p = nearest_gaussian();
  const FitOptions options{.trace_every = 10,
                           .convergence = {.tolerance = 0.01, .window = 20},
                           .steps = 20'000,
                           .samples = 200,
                           .seed = {3}};
  const auto fitted =
      fit(Gaussian::standard(2), ForwardKl(p), Adam{.learning_rate = 0.02}, options);
  BOOST_TEST_CONTEXT(fitted.status) {
    BOOST_TEST((fitted.status.outcome == FitStatus::Outcome::converged));
    BOOST_TEST(fitted.status.steps % 10 == 1u);  // seen as soon as a traced step was taken
    BOOST_TEST(fitted.status.steps < 4000u);
    BOOST_TEST(fitted.status.message == "the objective no longer improves after " +
                                            std::to_string(fitted.status.steps) + " steps");
    BOOST_TEST(fitted.trace.back().step == fitted.status.steps - 1);
    BOOST_TEST(gaussian_kl(p, fitted.model) < 0.02);
  }
}

// A slow descent below the noise of a single step is not taken for standing still.
BOOST_AUTO_TEST_CASE(noise_alone_does_not_stop_a_fit_that_still_improves) {
  const Gaussian p(Vector{{30.0, 0.0}}, Matrix::Identity(2, 2));
  const FitOptions options{.trace_every = 1,
                           .convergence = {.tolerance = 0.05, .window = 20},
                           .steps = 400,
                           .samples = 20,
                           .seed = {3}};
  const auto fitted =
      fit(Gaussian::standard(2), ForwardKl(p), Adam{.learning_rate = 0.02}, options);
  BOOST_TEST((fitted.status.outcome == FitStatus::Outcome::finished));
}

// Standing at the optimum, but with a noise above the tolerance: it cannot be known.
BOOST_AUTO_TEST_CASE(a_fit_does_not_converge_on_the_luck_of_a_noisy_trace) {
  const FitOptions options{.trace_every = 1,
                           .convergence = {.tolerance = 0.02, .window = 5},
                           .steps = 400,
                           .samples = 20};
  const auto fitted = fit(Gaussian::standard(2), ForwardKl(nearest_gaussian()),
                          Sgd{.learning_rate = 1e-9}, options);
  BOOST_TEST((fitted.status.outcome == FitStatus::Outcome::finished));
}

BOOST_AUTO_TEST_CASE(clipping_bounds_every_step_and_not_the_traced_norm) {
  const Gaussian p(Vector{{100.0, 0.0}}, Matrix::Identity(2, 2));
  const auto clipped = fit(Gaussian::standard(2), ForwardKl(p), Sgd{.learning_rate = 1.0},
                           {.clip_norm = 0.25, .trace_every = 2, .steps = 8, .samples = 100});
  BOOST_TEST(clipped.trace[0].gradient_norm > 99.0);
  // Eight steps of length 1/4, traced or not, nearly all of it into the scale.
  double squared = 0.0;
  const auto before = parameters_of(Gaussian::standard(2)), after = parameters_of(clipped.model);
  for (std::size_t i = 0; i < before.size(); ++i)
    squared += (after[i] - before[i]) * (after[i] - before[i]);
  BOOST_TEST(std::sqrt(squared) > 1.5);
  BOOST_TEST(std::sqrt(squared) <= 2.0 + 1e-12);
  const auto untouched = fit(Gaussian::standard(2), ForwardKl(p), Sgd{.learning_rate = 1e-6},
                             {.clip_norm = 1e9, .steps = 8, .samples = 100});
  const auto plain = fit(Gaussian::standard(2), ForwardKl(p), Sgd{.learning_rate = 1e-6},
                         {.steps = 8, .samples = 100});
  BOOST_TEST(parameters_of(untouched.model) == parameters_of(plain.model));
}

// errors

BOOST_AUTO_TEST_CASE(errors_of_options_say_the_whole_sentence) {
  const auto run = [](const FitOptions& options) {
    (void)fit(start(), ForwardKl(seed_mixture()), Adam{}, options);
  };
  BOOST_CHECK_EXCEPTION(
      run({.samples = 0}), std::invalid_argument,
      says("fit: options.samples = 0; must be >= 1; a gradient needs one point or more."));
  BOOST_CHECK_EXCEPTION(run({.steps = 0}), std::invalid_argument,
                        says("fit: options.steps = 0; must be >= 1; take one step or more."));
  BOOST_CHECK_EXCEPTION(run({.clip_norm = -1.0}), std::domain_error,
                        says("fit: options.clip_norm = -1; clip_norm must be finite and >= 0; 0 "
                             "never clips."));
  BOOST_CHECK_EXCEPTION(run({.clip_norm = std::nan("")}), std::domain_error,
                        says("fit: options.clip_norm = nan; clip_norm must be finite and >= 0; 0 "
                             "never clips."));
  BOOST_CHECK_EXCEPTION(run({.convergence = {.tolerance = -0.1}}), std::domain_error,
                        says("fit: options.convergence.tolerance = -0.1; tolerance must be finite "
                             "and >= 0; 0 takes every step."));
  BOOST_CHECK_EXCEPTION(run({.convergence = {.tolerance = 0.1, .window = 1}}),
                        std::invalid_argument,
                        says("fit: options.convergence.window = 1; must be >= 2; a mean needs two "
                             "traced steps."));
  BOOST_CHECK_EXCEPTION(run({.checkpoint = {"file", 0}}), std::invalid_argument,
                        says("fit: options.checkpoint.every = 0; must be >= 1; write every "
                             "thousand steps or so."));
  BOOST_CHECK_EXCEPTION(run({.threads = {-2}}), std::invalid_argument,
                        says("fit: options.threads.count = -2; must be >= 0; 0 means every core."));
}

BOOST_AUTO_TEST_CASE(errors_of_settings_and_shapes_say_the_whole_sentence) {
  const ForwardKl forward(seed_mixture());
  const ReverseKl reverse(seed_mixture());
  const FitOptions options{.steps = 5, .samples = 1};
  BOOST_CHECK_EXCEPTION((void)fit(Gaussian::standard(3), forward, Adam{}, options),
                        std::invalid_argument,
                        says("fit: q.dimension() = 3; must be 2; model and objective live in the "
                             "same space."));
  BOOST_CHECK_EXCEPTION(
      (void)fit(Gaussian::standard(3), reverse, Pathwise{}, Adam{}, options), std::invalid_argument,
      says("fit: q.dimension() = 3; must be 2; model and objective live in the same space."));
  BOOST_CHECK_EXCEPTION((void)fit(start(), forward, Adam{.learning_rate = 0.0}, options),
                        std::domain_error,
                        says("Adam: learning_rate = 0; learning_rate must be finite and > 0; 0.01 "
                             "is a start for most fits."));
  BOOST_CHECK_EXCEPTION((void)fit(start(), forward, Sgd{.momentum = 1.0}, options),
                        std::domain_error,
                        says("Sgd: momentum = 1; momentum must be in [0, 1); 0.9 is usual."));
  BOOST_CHECK_EXCEPTION(
      (void)fit(start(), reverse, ScoreFunction{.baseline = Baseline::leave_one_out}, Adam{},
                options),
      std::invalid_argument,
      says("ScoreFunction: options.samples = 1; must be >= 2; leave-one-out needs another point; "
           "take more samples or no baseline."));
}
