// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE estimators_minimizer
#include <boost/test/unit_test.hpp>

#include <cmath>
#include <filesystem>
#include <limits>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <vector>

#include <unistd.h>

#include <leibler/estimators/exact_conformance.hpp>
#include <leibler/estimators/fit.hpp>
#include <leibler/estimators/fit_restarts.hpp>
#include <leibler/estimators/lbfgs.hpp>
#include <leibler/estimators/nelder_mead.hpp>
#include <leibler/models/categorical.hpp>
#include <leibler/models/gaussian.hpp>
#include <leibler/models/univariate/beta.hpp>
#include <leibler/models/univariate/gamma.hpp>
#include <leibler/models/univariate/normal.hpp>

#include "allocations.hpp"
#include "divergences.hpp"
#include "fits.hpp"
#include "same_bits.hpp"
#include "sanitizers.hpp"
#include "says.hpp"

using namespace leibler;
using namespace leibler::test;
namespace tt = boost::test_tools;

namespace {

struct End {
  std::vector<double> theta;
  double value;
  Iteration last;
  std::size_t iterations, evaluations;
};

/// Minimises a callable of theta that returns the value and fills the gradient unless it is null.
template <class M, class F>
End minimise(const M& minimizer, std::vector<double> theta, const F& f, std::size_t most = 5000) {
  End end{std::move(theta), 0.0, Iteration::moved, 0, 0};
  auto counted = [&](const double* x, double* gradient) {
    ++end.evaluations;
    return f(x, gradient);
  };
  const ExactFunction function(counted);
  std::vector<double> gradient(end.theta.size());
  typename M::State state(minimizer, end.theta.size());
  MinimizerPoint at{end.theta,
                    function(end.theta.data(), M::needs_gradient ? gradient.data() : nullptr),
                    gradient};
  while (end.last == Iteration::moved && end.iterations < most) {
    end.last = minimizer.iterate(state, function, at);
    ++end.iterations;
  }
  end.value = at.value;
  return end;
}

// Rosenbrock's valley, of any even size, its lowest value 0 at ones.
double rosenbrock(const double* x, double* gradient, std::size_t n) {
  double sum = 0.0;
  for (std::size_t i = 0; i < n; i += 2) {
    const double a = 1.0 - x[i], b = x[i + 1] - x[i] * x[i];
    sum += a * a + 100.0 * b * b;
    if (gradient != nullptr) {
      gradient[i] = -2.0 * a - 400.0 * b * x[i];
      gradient[i + 1] = 200.0 * b;
    }
  }
  return sum;
}

const Categorical p = probabilities(Vector{{0.1, 0.2, 0.0, 0.4, 0.3}});
const Categorical start = Categorical::from_logits(Vector{{1.0, 2.0, -HUGE_VAL, 0.0, -1.0}});

template <class F>
void for_both(const F& f) {
  f(Lbfgs{});
  f(NelderMead{});
}

std::string scratch(const std::string& name) {
  return (std::filesystem::temp_directory_path() /
          ("leibler_minimizer_" + std::to_string(::getpid()) + "_" + name))
      .string();
}

}  // namespace

static_assert(!Optimizer<Lbfgs> && !Optimizer<NelderMead>);

BOOST_AUTO_TEST_CASE(our_minimisers_keep_the_promises_of_their_concept) {
  const auto none = [](const Violations& found) {
    for (const Violation& v : found) BOOST_ERROR(v.rule + ": " + v.detail);
  };
  none(check_minimizer(Lbfgs{}));
  none(check_minimizer(Lbfgs{.history = 1}));
  none(check_minimizer(Lbfgs{.history = 3, .tolerance = 1e-6}));
  none(check_minimizer(NelderMead{}));
  none(check_minimizer(NelderMead{.spread = 2.0}));
}

BOOST_AUTO_TEST_CASE(lbfgs_goes_down_a_curved_valley) {
  for (const std::size_t n : {2u, 10u, 100u}) {
    std::vector<double> from(n);
    for (std::size_t i = 0; i < n; ++i) from[i] = i % 2 == 0 ? -1.2 : 1.0;
    const End end = minimise(Lbfgs{}, from, [&](const double* x, double* gradient) {
      return rosenbrock(x, gradient, n);
    });
    BOOST_TEST_CONTEXT(n << ": " << end.iterations << ", " << end.evaluations) {
      BOOST_TEST((end.last != Iteration::moved));
      for (const double x : end.theta) BOOST_TEST(std::abs(x - 1.0) < 1e-12);
      BOOST_TEST(end.iterations < 80u);
      BOOST_TEST(end.evaluations < 150u);
    }
  }
}

BOOST_AUTO_TEST_CASE(nelder_mead_goes_down_a_curved_valley_without_a_gradient) {
  for (const std::size_t n : {2u, 4u}) {
    const End end = minimise(NelderMead{}, std::vector<double>(n, -1.0),
                             [&](const double* x, double* gradient) {
                               BOOST_TEST((gradient == nullptr));
                               return rosenbrock(x, nullptr, n);
                             });
    BOOST_TEST((end.last == Iteration::vanished));
    BOOST_TEST(end.value < 1e-9);
  }
}

// Values of size 1e6, parameters of scales from 1e-3 to 1e3, and no value outside of a ball.
BOOST_AUTO_TEST_CASE(lbfgs_bears_scales_offsets_and_places_without_a_value) {
  const auto f = [](const double* x, double* gradient) {
    double sum = 1e6, radius = 0.0;
    for (int i = 0; i < 7; ++i) {
      const double c = std::pow(10.0, i - 3);
      radius += x[i] * x[i];
      sum += c * (std::cosh(x[i] - 0.1 * i) - 1.0);
      if (gradient != nullptr) gradient[i] = c * std::sinh(x[i] - 0.1 * i);
    }
    return radius > 9.0 ? std::numeric_limits<double>::infinity() : sum;
  };
  const End end = minimise(Lbfgs{}, {1.1, -1.1, 1.1, -1.1, 1.1, -1.1, 1.1}, f);
  BOOST_TEST_CONTEXT(end.iterations << ", " << end.evaluations) {
    for (int i = 0; i < 7; ++i) {
      BOOST_TEST(std::abs(end.theta[static_cast<std::size_t>(i)] - 0.1 * i) <
                 1e-12 * std::pow(10.0, 4 - std::min(i, 4)) * 1e3);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_minimum_at_the_start_stays_to_the_bit) {
  const Normal q(0.0, 1.0);
  for_both([&](const auto& minimizer) {
    const auto fitted = fit(p, ReverseKl(p), Enumeration{}, minimizer, {.steps = 2000});
    BOOST_TEST((fitted.status.outcome == FitStatus::Outcome::converged));
    BOOST_TEST(fitted.trace.back().objective.value == 0.0);
  });
}

BOOST_AUTO_TEST_CASE(lbfgs_finds_the_target_of_every_smooth_divergence) {
  for_all([&](const auto& d) {
    if (d.name == std::string("TotalVariation") || divergence(d, p, start).value == 0.0) return;
    const auto fitted = fit(start, Minimize(d, p), Enumeration{}, Lbfgs{}, {.steps = 200});
    BOOST_TEST_CONTEXT(d.name << ": " << fitted.status) {
      BOOST_TEST((fitted.status.outcome == FitStatus::Outcome::converged));
      for (Index k = 0; k < 5; ++k) {
        BOOST_TEST(std::abs(fitted.model.probabilities()[k] - p.probabilities()[k]) < 1e-12);
      }
      BOOST_TEST(fitted.trace.back().objective.value < 1e-20);
    }
  });
}

BOOST_AUTO_TEST_CASE(nelder_mead_finds_the_target_of_every_divergence) {
  for_all([&](const auto& d) {
    if (divergence(d, p, start).value == 0.0) return;
    const auto fitted = fit(start, Minimize(d, p), Enumeration{}, NelderMead{}, {.steps = 5000});
    BOOST_TEST_CONTEXT(d.name << ": " << fitted.status) {
      BOOST_TEST((fitted.status.outcome == FitStatus::Outcome::converged));
      BOOST_TEST(fitted.trace.back().objective.value < 1e-9);
    }
  });
}

// sqrt(mean of squares) and mean, which maximum likelihood of a normal gives by hand; a gamma
// distribution's by maximum_likelihood.
BOOST_AUTO_TEST_CASE(data_are_fitted_as_a_whole_without_naming_an_estimator) {
  const Points x = sample(Normal(2.0, 1.5), 5000, Seed{3});
  const auto normal = fit(Normal(0.0, 1.0), ForwardKl(x), Lbfgs{});
  BOOST_TEST(normal.model.mean() == x.mean(), tt::tolerance(1e-12));
  BOOST_TEST(normal.model.stddev() == std::sqrt((x.array() - x.mean()).square().mean()),
             tt::tolerance(1e-12));
  BOOST_TEST((normal.trace.back().objective.method == Method::enumeration));

  const Points waits = sample(Gamma(3.0, 2.0), 4000, Seed{4});
  const auto by_formula = Gamma(1.0, 1.0).maximum_likelihood(Empirical(waits));
  const auto gamma = fit(Gamma(1.0, 1.0), ForwardKl(waits), Lbfgs{});
  BOOST_TEST(gamma.model.shape() == by_formula.shape(), tt::tolerance(1e-11));
  BOOST_TEST(gamma.model.rate() == by_formula.rate(), tt::tolerance(1e-11));

  const Points two =
      sample(Gaussian(Vector{{1.0, -1.0}}, Matrix{{2.0, 0.7}, {0.7, 1.0}}), 3000, Seed{5});
  const auto gaussian = fit(Gaussian::standard(2), ForwardKl(two), Lbfgs{});
  const Empirical data(two);
  BOOST_TEST((gaussian.model.mean() - data.mean()).norm() < 1e-12);
  BOOST_TEST((gaussian.model.covariance() - data.covariance()).norm() < 1e-11);
}

BOOST_AUTO_TEST_CASE(a_run_that_was_stopped_goes_on_to_the_same_bits) {
  for_both([&](const auto& minimizer) {
    const auto run = [&](const FitOptions& options) {
      return fit(start, Minimize(Alpha{0.3}, p), Enumeration{}, minimizer, options);
    };
    FitOptions options{.trace_every = 1, .steps = 300};
    const auto whole = run(options);
    BOOST_TEST(whole.status.steps > 8u);
    options.checkpoint = {scratch("run"), 3};
    for (const std::size_t at : {1u, 4u, 7u}) {
      std::filesystem::remove(options.checkpoint.file);
      FitOptions first = options;
      std::stop_source source;
      first.stop = source.get_token();
      first.progress = [&](const Progress& now) {
        BOOST_TEST(now.steps == 300u);
        if (now.step + 1 == at) source.request_stop();
      };
      const auto stopped = run(first);
      BOOST_TEST((stopped.status.outcome == FitStatus::Outcome::stopped));
      BOOST_TEST(stopped.status.steps == at);
      BOOST_TEST(stopped.trace.back().step == at);
      const auto resumed = run(options);
      BOOST_TEST(numbers_of(resumed) == numbers_of(whole));
      BOOST_TEST(resumed.status.message == whole.status.message);
      // what has come to its end stays there
      BOOST_TEST(numbers_of(run(options)) == numbers_of(whole));
    }
    BOOST_CHECK_THROW((void)fit(start, Minimize(Alpha{0.4}, p), Enumeration{}, minimizer, options),
                      std::runtime_error);
    std::filesystem::remove(options.checkpoint.file);
  });
}

BOOST_AUTO_TEST_CASE(statuses_say_how_a_fit_ended) {
  const auto few = fit(start, ForwardKl(p), Enumeration{}, Lbfgs{}, {.steps = 2});
  BOOST_TEST(few.status.message == "all 2 steps were taken");
  BOOST_TEST(few.trace.back().step == 2u);
  const auto done = fit(start, ForwardKl(p), Enumeration{}, Lbfgs{.tolerance = 1e-3});
  BOOST_TEST(done.status.message == "the tolerance of the minimiser is reached after " +
                                        std::to_string(done.status.steps) + " steps");
  const auto full = probabilities(Vector{{0.1, 0.2, 0.1, 0.3, 0.3}});
  for_both([&](const auto& minimizer) {
    const auto infinite = fit(start, ForwardKl(full), Enumeration{}, minimizer, {.steps = 10});
    BOOST_TEST(infinite.status.message ==
               "step 0 of 10 failed: the objective is infinite: one of model and target is 0 where "
               "the other is not; the model is that of the step before");
    BOOST_TEST(parameters_of(infinite.model) == parameters_of(start));
  });
  // a kink, down which no gradient leads
  const auto kink = fit(start, Minimize(TotalVariation{}, p), Enumeration{}, Lbfgs{});
  BOOST_TEST((kink.status.outcome == FitStatus::Outcome::converged));
}

BOOST_AUTO_TEST_CASE(settings_out_of_range_are_refused) {
  const auto run = [&](const auto& minimizer, const FitOptions& options = {}) {
    (void)fit(start, ForwardKl(p), Enumeration{}, minimizer, options);
  };
  BOOST_CHECK_EXCEPTION(run(Lbfgs{.history = 0}), std::invalid_argument,
                        says("Lbfgs: history = 0; must be >= 1; 10 is usual."));
  BOOST_CHECK_THROW(run(Lbfgs{.tolerance = -1.0}), std::domain_error);
  BOOST_CHECK_THROW(run(Lbfgs{.searches = 1}), std::invalid_argument);
  BOOST_CHECK_THROW(run(NelderMead{.spread = 0.0}), std::domain_error);
  BOOST_CHECK_THROW(run(NelderMead{.tolerance = std::nan("")}), std::domain_error);
  BOOST_CHECK_EXCEPTION(run(Lbfgs{}, {.clip_norm = 1.0}), std::domain_error,
                        says("fit: options.clip_norm = 1; must be 0; a minimiser chooses the "
                             "length of its steps itself."));
  BOOST_CHECK_THROW((void)fit(start, ForwardKl(Points{{1.0, 2.0}}), Lbfgs{}),
                    std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(restarts_take_a_minimiser) {
  const auto table = fit_restarts(
      8,
      [](Seed seed) { return Categorical::from_logits(sample(Normal(0.0, 1.0), 5, seed).col(0)); },
      ReverseKl(probabilities(Vector{{0.1, 0.2, 0.3, 0.2, 0.2}})), Enumeration{}, Lbfgs{},
      {.steps = 100});
  BOOST_TEST(table.optima.size() == 1u);
  BOOST_TEST(table.optima[0].count == 8u);
  BOOST_TEST(table.best().trace.back().objective.value < 1e-20);
  const Points x = sample(Normal(1.0, 2.0), 500, Seed{6});
  const auto of_data = fit_restarts(
      4, [](Seed seed) { return Normal(sample(Normal(0.0, 1.0), 1, seed)(0, 0), 1.0); },
      ForwardKl(x), Lbfgs{}, {.steps = 100});
  BOOST_TEST((of_data.objectives[0].method == Method::enumeration));
  BOOST_TEST(of_data.best().model.mean() == x.mean(), tt::tolerance(1e-12));
}

BOOST_AUTO_TEST_CASE(bits_do_not_depend_on_threads_or_instruction_sets) {
  const Points x =
      sample(Gaussian(Vector{{1.0, -1.0}}, Matrix{{2.0, 0.7}, {0.7, 1.0}}), 4000, Seed{5});
  for_both([&](const auto& minimizer) {
    BOOST_TEST(same_bits_everywhere([&](Threads threads) {
      auto all = numbers_of(fit(Gaussian::standard(2), ForwardKl(x), Enumeration{}, minimizer,
                                {.trace_every = 1, .steps = 40, .threads = threads}));
      const auto of_table = numbers_of(fit(start, Minimize(Renyi{0.6}, p), Enumeration{}, minimizer,
                                           {.trace_every = 1, .steps = 40, .threads = threads}));
      all.insert(all.end(), of_table.begin(), of_table.end());
      return all;
    }));
  });
}

BOOST_AUTO_TEST_CASE(nothing_is_allocated_after_the_first_step) {
  if (sanitized) return;
  const Points x = sample(Gaussian::standard(3), 3000, Seed{5});
  for_both([&](const auto& minimizer) {
    const auto count = [&](std::size_t steps) {
      const std::size_t before = allocations();
      (void)fit(Gaussian(Vector{{3.0, 2.0, 1.0}}, 4.0 * Matrix::Identity(3, 3)), ForwardKl(x),
                Enumeration{}, minimizer, {.trace_every = 1000, .steps = steps, .threads = {1}});
      return allocations() - before;
    };
    (void)count(20);
    BOOST_TEST(count(4) == count(12));
  });
}
