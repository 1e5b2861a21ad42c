// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE estimators_score_function
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cmath>
#include <optional>
#include <span>
#include <stdexcept>
#include <vector>

#include <leibler/estimators/objective_value.hpp>
#include <leibler/estimators/reverse_kl.hpp>
#include <leibler/estimators/score_function.hpp>
#include <leibler/models/diagonal_gaussian.hpp>

#include "chunk_gradients.hpp"
#include "fits.hpp"
#include "says.hpp"
#include "seed_mixture.hpp"

using namespace leibler;
using namespace leibler::test;
namespace tt = boost::test_tools;

namespace {

const Gaussian& target() {
  static const Gaussian p = nearest_gaussian();
  return p;
}
const Gaussian& model() {
  static const Gaussian q(Vector{{1.0, 0.0}}, Matrix{{4.0, -0.5}, {-0.5, 6.0}});
  return q;
}

constexpr Baseline every_baseline[] = {Baseline::none, Baseline::leave_one_out,
                                       Baseline::moving_average};

// h = (x - k)^2, no matter what log q is.
struct SquareFrom {
  double k = 0.0;
  static constexpr std::optional<double> constant_slope = 0.0;
  using Evaluation = Batch;
  [[nodiscard]] Evaluation evaluate(const Batch& x, const double*, const Stream&,
                                    Workspace&) const {
    return x;
  }
  void cost(const Batch& x, double* h, double*, Workspace&) const {
    for (std::size_t i = 0; i < engine::padded(x.size); ++i) {
      h[i] = (x.data[i] - k) * (x.data[i] - k);
    }
  }
};

// h = (log q)^2, whose slope varies: 2 log q.
struct SquaredLog {
  static constexpr std::optional<double> constant_slope = std::nullopt;
  struct Evaluation {
    Batch x;
    const double* log_q;
  };
  [[nodiscard]] Evaluation evaluate(const Batch& x, const double* log_q, const Stream&,
                                    Workspace&) const {
    return {x, log_q};
  }
  void cost(const Evaluation& at, double* h, double* slope, Workspace&) const {
    for (std::size_t i = 0; i < engine::padded(at.x.size); ++i) {
      h[i] = at.log_q[i] * at.log_q[i];
      if (slope != nullptr) slope[i] = 2 * at.log_q[i];
    }
  }
};

// Var[log q] of a Gaussian is d / 2: E_q[(log q)^2] = entropy^2 + d / 2.
double mean_squared_log(const Gaussian& q) {
  return q.entropy() * q.entropy() + 0.5 * static_cast<double>(q.dimension());
}

}  // namespace

BOOST_AUTO_TEST_CASE(is_unbiased_with_every_baseline) {
  const auto expected =
      central_difference(model(), [](const Gaussian& q) { return gaussian_kl(q, target()); });
  for (const Baseline baseline : every_baseline) {
    BOOST_TEST_CONTEXT("baseline " << static_cast<int>(baseline)) {
      check_means(chunk_gradients(ScoreFunction{.baseline = baseline}, model(), ReverseKl(target()),
                                  77, 4000),
                  expected);
    }
  }
}

BOOST_AUTO_TEST_CASE(is_unbiased_for_a_cost_whose_slope_varies) {
  const auto expected = central_difference(model(), mean_squared_log);
  for (const Baseline baseline : every_baseline) {
    BOOST_TEST_CONTEXT("baseline " << static_cast<int>(baseline)) {
      check_means(
          chunk_gradients(ScoreFunction{.baseline = baseline}, model(), SquaredLog{}, 77, 4000),
          expected);
    }
  }
}

// The two points of a chunk are each other's baseline: were the point itself in it, the gradient
// would be half as long.
BOOST_AUTO_TEST_CASE(leave_one_out_is_unbiased_for_chunks_of_two_points) {
  check_means(
      chunk_gradients(ScoreFunction{.baseline = Baseline::leave_one_out}, model(),
                      ReverseKl(target()), 2, 100'000),
      central_difference(model(), [](const Gaussian& q) { return gaussian_kl(q, target()); }));
}

// x ~ N(2, 1), h = x^2: the variance a point of the gradient in the mean is 87, with the mean
// baseline 42. A chunk of 500 shares its baseline: 42 within 1 part in 500.
BOOST_AUTO_TEST_CASE(variances_are_those_of_the_textbook_example) {
  const DiagonalGaussian q(Vector{{2.0}}, Vector{{1.0}});
  const auto variance = [&](const ScoreFunction& estimator) {
    const auto moments = chunk_gradients(estimator, q, SquareFrom{}, 500, 10'000);
    BOOST_TEST(std::abs(moments[0].mean() - 4.0) < 7 * moments[0].standard_error());
    return moments[0].variance() * 500;
  };
  const double relative = 7 * std::sqrt(2.0 / 10'000);
  BOOST_TEST(variance({}) == 87.0, tt::tolerance(relative));
  BOOST_TEST(variance({.baseline = Baseline::leave_one_out}) == 42.0, tt::tolerance(relative));
  BOOST_TEST(variance({.baseline = Baseline::moving_average}) == 42.0, tt::tolerance(relative));
}

BOOST_AUTO_TEST_CASE(baselines_lower_the_variance_on_the_seed_target) {
  const ReverseKl objective(seed_mixture());
  const auto q = GaussianMixture::random(4, 2, {3});
  const auto variance = [&](Baseline baseline) {
    return total_variance(
        chunk_gradients(ScoreFunction{.baseline = baseline}, q, objective, 500, 500));
  };
  const double none = variance(Baseline::none);
  BOOST_TEST_MESSAGE("variance without " << none << ", leave one out "
                                         << variance(Baseline::leave_one_out) << ", moving average "
                                         << variance(Baseline::moving_average));
  BOOST_TEST(variance(Baseline::leave_one_out) < 0.85 * none);
  BOOST_TEST(variance(Baseline::moving_average) < 0.85 * none);
}

BOOST_AUTO_TEST_CASE(a_large_constant_in_the_cost_costs_a_baseline_nothing) {
  const DiagonalGaussian q(Vector{{2.0}}, Vector{{1.0}});
  struct Shifted : SquareFrom {
    void cost(const Batch& x, double* h, double* slope, Workspace& w) const {
      SquareFrom::cost(x, h, slope, w);
      for (std::size_t i = 0; i < engine::padded(x.size); ++i) h[i] += 1e6;
    }
  };
  const ScoreFunction estimator{.baseline = Baseline::leave_one_out};
  const auto plain = chunk_gradients(estimator, q, SquareFrom{}, 500, 100);
  const auto shifted = chunk_gradients(estimator, q, Shifted{}, 500, 100);
  for (std::size_t j = 0; j < 2; ++j) {
    BOOST_TEST(shifted[j].mean() == plain[j].mean(), tt::tolerance(1e-7));
  }
}

// decay d: after t steps of mean cost c the memory is c (1 - d^t), and d^t is missing.
BOOST_AUTO_TEST_CASE(the_moving_average_is_that_of_the_mean_costs_of_earlier_steps) {
  const ScoreFunction estimator{.baseline = Baseline::moving_average, .decay = 0.75};
  const DiagonalGaussian q(Vector{{2.0}}, Vector{{1.0}});
  ScoreFunction::State state;
  BOOST_TEST(state.memory[0] == 0.0);
  BOOST_TEST(state.memory[1] == 1.0);
  double expected = 0.0;
  Workspace& w = Workspace::of_thread();
  for (std::uint64_t step = 0; step < 20; ++step) {
    std::vector<double> sums(estimator.sums_size(q)), gradient(2);
    engine::Moments value;
    estimator.add_chunk(state, q, SquareFrom{}, Stream{{1}, Purpose::sample, step, 0}, 50,
                        sums.data(), &value, w);
    estimator.finish(state, q, sums.data(), 50, std::span(gradient));
    expected = 0.75 * expected + 0.25 * value.mean();
    BOOST_TEST(state.memory[0] == expected, tt::tolerance(1e-13));
    BOOST_TEST(state.memory[1] == std::pow(0.75, static_cast<double>(step + 1)),
               tt::tolerance(1e-14));
  }
  BOOST_TEST(state.values().size() == 2u);
}

// After one step the memory holds a tenth of the cost; the baseline is all of it.
BOOST_AUTO_TEST_CASE(the_moving_average_is_not_drawn_to_zero_in_its_first_steps) {
  struct Seven : SquareFrom {
    void cost(const Batch& x, double* h, double*, Workspace&) const {
      std::fill_n(h, engine::padded(x.size), 7.0);
    }
  };
  const ScoreFunction estimator{.baseline = Baseline::moving_average};
  ScoreFunction::State state;
  for (std::uint64_t step = 0; step < 3; ++step) {
    std::vector<double> sums(estimator.sums_size(model())), gradient(5);
    estimator.add_chunk(state, model(), Seven{}, Stream{{1}, Purpose::sample, step, 0}, 50,
                        sums.data(), nullptr, Workspace::of_thread());
    estimator.finish(state, model(), sums.data(), 50, std::span(gradient));
    for (const double g : gradient) {
      if (step > 0) BOOST_TEST(std::abs(g) < 1e-13);
    }
  }
}

BOOST_AUTO_TEST_CASE(other_baselines_leave_the_state_alone) {
  for (const Baseline baseline : {Baseline::none, Baseline::leave_one_out}) {
    ScoreFunction::State state;
    const ScoreFunction estimator{.baseline = baseline};
    std::vector<double> sums(estimator.sums_size(model())), gradient(5);
    estimator.finish(state, model(), sums.data(), 50, std::span(gradient));
    BOOST_TEST(state.memory[0] == 0.0);
    BOOST_TEST(state.memory[1] == 1.0);
  }
}

// The value is the cost, whatever is subtracted from it for the gradient.
BOOST_AUTO_TEST_CASE(the_value_is_that_of_the_objective_with_every_baseline) {
  for (const Baseline baseline : every_baseline) {
    const ScoreFunction estimator{.baseline = baseline};
    std::vector<double> sums(estimator.sums_size(model()));
    engine::Moments value;
    estimator.add_chunk({}, model(), ReverseKl(target()), Stream{{1}, Purpose::sample, 0, 0}, 500,
                        sums.data(), &value, Workspace::of_thread());
    BOOST_TEST(value.count() == 500u);
    BOOST_TEST(std::abs(value.mean() - gaussian_kl(model(), target())) <
               7 * value.standard_error());
  }
}

BOOST_AUTO_TEST_CASE(errors_name_the_setting) {
  using enum Baseline;
  BOOST_CHECK_NO_THROW((ScoreFunction{}.check(1)));
  BOOST_CHECK_NO_THROW((ScoreFunction{.baseline = leave_one_out}.check(2)));
  BOOST_CHECK_EXCEPTION((ScoreFunction{.baseline = leave_one_out}.check(1)), std::invalid_argument,
                        says("ScoreFunction: options.samples = 1; must be >= 2; leave-one-out "
                             "needs another point; take more samples or no baseline."));
  BOOST_CHECK_EXCEPTION((ScoreFunction{.baseline = moving_average, .decay = 1.0}.check(9)),
                        std::domain_error,
                        says("ScoreFunction: decay = 1; decay must be in [0, 1); 0.9 looks back "
                             "about ten steps."));
  BOOST_CHECK_EXCEPTION((ScoreFunction{.decay = std::nan("")}.check(9)), std::domain_error,
                        says("ScoreFunction: decay = nan; decay must be in [0, 1); 0.9 looks back "
                             "about ten steps."));
}
