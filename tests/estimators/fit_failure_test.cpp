// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE estimators_fit_failure
#include <boost/test/unit_test.hpp>

#include <atomic>
#include <cmath>
#include <cstddef>
#include <limits>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <leibler/estimators/adam.hpp>
#include <leibler/estimators/fit.hpp>
#include <leibler/estimators/forward_kl.hpp>
#include <leibler/estimators/pathwise.hpp>
#include <leibler/estimators/reverse_kl.hpp>
#include <leibler/estimators/score_function.hpp>
#include <leibler/estimators/sgd.hpp>
#include <leibler/models/diagonal_gaussian.hpp>

#include "fits.hpp"
#include "says.hpp"
#include "seed_mixture.hpp"
#include "uniform.hpp"

// How fits end that cannot go on: with the step, the reason and the last good model.
using namespace leibler;
using namespace leibler::test;

namespace {

// The standard normal in the plane, whose log density is `odd` from some call on: a user's target
// that goes wrong.
struct GoesWrong {
  [[maybe_unused]] static constexpr bool normalized = false;
  std::size_t after;
  double odd;
  std::shared_ptr<std::atomic<std::size_t>> calls = std::make_shared<std::atomic<std::size_t>>(0);

  [[nodiscard]] static std::size_t dimension() { return 2; }
  void log_density(const Batch& x, double* out, Workspace& w) const {
    Gaussian::standard(2).log_density(x, out, w);
    if (calls->fetch_add(1) >= after) out[x.size / 2] = odd;
  }
};

struct Throws {
  [[maybe_unused]] static constexpr bool normalized = false;
  [[nodiscard]] static std::size_t dimension() { return 2; }
  void log_density(const Batch&, double*, Workspace&) const {
    throw std::out_of_range("no such table");
  }
};

template <class Q>
void check_failed(const Fit<Q>& fitted, std::size_t step, const std::string& message) {
  BOOST_TEST((fitted.status.outcome == FitStatus::Outcome::failed));
  BOOST_TEST(fitted.status.steps == step);
  BOOST_TEST(fitted.status.message == message);
  for (const double v : parameters_of(fitted.model)) BOOST_TEST(std::isfinite(v));
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_target_that_is_zero_where_the_model_samples_fails_the_first_step) {
  const Gaussian q = Gaussian::standard(1);
  for (const auto baseline : {Baseline::none, Baseline::leave_one_out, Baseline::moving_average}) {
    const auto fitted = fit(q, ReverseKl(Uniform{0.0, 1.0}), ScoreFunction{.baseline = baseline},
                            Adam{}, {.steps = 100, .samples = 50});
    check_failed(fitted, 0,
                 "step 0 of 100 failed: the gradient is not finite (the mean cost of its points "
                 "is inf: the target is 0 or not a number where the model puts points); the model "
                 "is that of the step before");
    BOOST_TEST(parameters_of(fitted.model) == parameters_of(q));
    BOOST_TEST(fitted.trace.empty());
  }
}

BOOST_AUTO_TEST_CASE(a_target_that_turns_to_nan_fails_that_step_with_the_last_good_model) {
  const Gaussian q(Vector{{1.0, 1.0}}, Matrix::Identity(2, 2));
  for (const std::size_t step : {0u, 1u, 29u}) {
    const auto fitted = fit(q, ReverseKl(GoesWrong{step, std::nan("")}), ScoreFunction{},
                            Adam{.learning_rate = 0.05}, {.steps = 60, .samples = 100});
    check_failed(fitted, step,
                 "step " + std::to_string(step) +
                     " of 60 failed: the gradient is not finite (the mean cost of its points is "
                     "nan: the target is 0 or not a number where the model puts points); the "
                     "model is that of the step before");
    // That of a fit which ends there.
    const auto good = fit(q, ReverseKl(GoesWrong{1000, 0.0}), ScoreFunction{},
                          Adam{.learning_rate = 0.05}, {.steps = 60, .samples = 100});
    if (step == 0) BOOST_TEST(parameters_of(fitted.model) == parameters_of(q));
    BOOST_TEST(fitted.trace.size() == step);
    for (std::size_t i = 0; i < step; ++i) {
      BOOST_TEST(fitted.trace[i].objective.value == good.trace[i].objective.value);
    }
  }
}

// The costs of a step that is not traced are looked at once it has failed.
BOOST_AUTO_TEST_CASE(a_step_that_was_not_traced_tells_its_costs_as_well) {
  const Gaussian q(Vector{{1.0, 1.0}}, Matrix::Identity(2, 2));
  const auto fitted = fit(q, ReverseKl(GoesWrong{17, -HUGE_VAL}), ScoreFunction{}, Adam{},
                          {.trace_every = 10, .steps = 60, .samples = 100});
  check_failed(fitted, 17,
               "step 17 of 60 failed: the gradient is not finite (the mean cost of its points is "
               "inf: the target is 0 or not a number where the model puts points); the model is "
               "that of the step before");
  BOOST_TEST(fitted.trace.size() == 2u);
}

BOOST_AUTO_TEST_CASE(a_rate_that_overflows_scales_fails_the_step_before_it_spoils_the_model) {
  const auto p = seed_mixture();
  const auto q = GaussianMixture::random(2, 2, {5});
  const auto fitted =
      fit(q, ForwardKl(p), Sgd{.learning_rate = 1e6}, {.steps = 50, .samples = 100});
  BOOST_TEST((fitted.status.outcome == FitStatus::Outcome::failed));
  const std::string& message = fitted.status.message;
  BOOST_TEST_CONTEXT(message) {
    BOOST_TEST(
        message.starts_with("step 0 of 50 failed: GaussianMixture::with_parameters: "
                            "parameters["));
    BOOST_TEST(
        message.ends_with("; the logarithm of a scale must be within +-708; the step that "
                          "made it was too large; the model is that of the step before"));
  }
  BOOST_TEST(parameters_of(fitted.model) == parameters_of(q));
  for (const double v : fitted.model.log_density(Points{{0.0, 0.0}})) BOOST_TEST(std::isfinite(v));
}

// A Gaussian has one way to say it, so the whole sentence can be compared.
BOOST_AUTO_TEST_CASE(the_whole_message_names_the_parameter) {
  const DiagonalGaussian p(Vector{{0.0}}, Vector{{40.0}});
  const DiagonalGaussian q(Vector{{0.0}}, Vector{{1.0}});
  const auto fitted = fit(q, ForwardKl(p), Adam{.learning_rate = 1000.0}, {.steps = 3});
  check_failed(
      fitted, 0,
      "step 0 of 3 failed: DiagonalGaussian::with_parameters: parameters[1] = "
      "999.9999999937584; the logarithm of a scale must be within +-708; the step that made it was "
      "too large; the model is that of the step before");
  BOOST_TEST(parameters_of(fitted.model) == parameters_of(q));
}

BOOST_AUTO_TEST_CASE(data_far_beyond_double_fail_the_step_and_not_the_model) {
  const Points far{{1e200, 0.0}, {-1e200, 1.0}};
  const auto fitted = fit(Gaussian::standard(2), ForwardKl(far), Adam{}, {.steps = 5});
  check_failed(fitted, 0,
               "step 0 of 5 failed: the gradient is not finite (the mean cost of its points is "
               "inf: the target is 0 or not a number where the model puts points); the model is "
               "that of the step before");
}

BOOST_AUTO_TEST_CASE(the_same_step_fails_on_any_number_of_threads) {
  const auto run = [](int threads) {
    return fit(GaussianMixture::random(3, 1, {2}), ReverseKl(Uniform{-6.0, 6.0}), ScoreFunction{},
               Adam{.learning_rate = 0.1},
               {.steps = 500, .samples = 20'000, .seed = {1}, .threads = {threads}});
  };
  const auto one = run(1), two = run(2);
  BOOST_TEST((one.status.outcome == FitStatus::Outcome::failed));
  BOOST_TEST(one.status.message == two.status.message);
  BOOST_TEST(numbers_of(one) == numbers_of(two));
}

BOOST_AUTO_TEST_CASE(what_a_users_target_throws_passes_through) {
  for (const int threads : {1, 2}) {
    BOOST_CHECK_EXCEPTION((void)fit(Gaussian::standard(2), ReverseKl(Throws{}), ScoreFunction{},
                                    Adam{}, {.samples = 10'000, .threads = {threads}}),
                          std::out_of_range, says("no such table"));
  }
}
