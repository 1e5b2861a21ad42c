// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE estimators_minimize
#include <boost/test/unit_test.hpp>

#include <cmath>
#include <stdexcept>
#include <string>
#include <vector>

#include <leibler/estimators/adam.hpp>
#include <leibler/estimators/divergence_estimate.hpp>
#include <leibler/estimators/estimator_conformance.hpp>
#include <leibler/estimators/fit.hpp>
#include <leibler/estimators/minimize.hpp>
#include <leibler/estimators/objective_value.hpp>
#include <leibler/estimators/pathwise.hpp>
#include <leibler/estimators/score_function.hpp>
#include <leibler/models/categorical.hpp>
#include <leibler/models/univariate/normal.hpp>

#include "chunk_gradients.hpp"
#include "divergences.hpp"
#include "fits.hpp"
#include "says.hpp"

using namespace leibler;
using namespace leibler::test;
namespace tt = boost::test_tools;

namespace {

/// Every divergence, and every one with its arguments exchanged.
template <class F>
void for_all_directions(const F& f) {
  for_all([&](const auto& d) {
    f(d);
    f(Reversed(d));
  });
}

/// The mean gradient that a fit sees, the function of the mean applied to the mean of all.
template <class E, class Q, class O>
void check_gradient(const E& estimator, const Q& q, const O& objective,
                    const std::vector<double>& exact) {
  auto found = chunk_gradients(estimator, q, objective, 400, 300);
  std::vector<double> expected = exact;
  if constexpr (FunctionOfMean<O>) {
    const auto mean = detail::moments_under(
        q, 500'000, Seed{5}, Purpose::user, {},
        [&](const Batch& x, double* h, Workspace& workspace) {
          double* const log_q = workspace.take(engine::padded(x.size));
          q.log_density(x, log_q, workspace);
          objective.cost(objective.evaluate(x, log_q, {}, workspace), h, nullptr, workspace);
        });
    const double slope = objective.slope_at(mean.mean());
    BOOST_TEST(objective.slope_at(mean.mean() + mean.standard_error()) == slope,
               tt::tolerance(2e-3));
    for (double& g : expected) g /= slope;
  }
  check_means(found, expected);
}

using Line = decltype(Normal(0.0, 1.0));

const Line p(0.3, 1.2);
const Line q(0.0, 1.0);

}  // namespace

static_assert(ModelExpectation<Minimize<Alpha, Line>>);
static_assert(DifferentiableModelExpectation<Minimize<Alpha, Line>>);
static_assert(!DifferentiableModelExpectation<Minimize<Alpha, Categorical>>);
static_assert(!FunctionOfMean<Minimize<Jeffreys, Line>>);
static_assert(FunctionOfMean<Minimize<Bhattacharyya, Line>>);
static_assert(DataExpectation<Minimize<Kl, Line>>);
static_assert(Minimize<Reversed<Kl>, Line>::constant_slope == 1.0);

BOOST_AUTO_TEST_CASE(the_two_kl_have_names_of_their_own) {
  const FitOptions options{.steps = 20, .samples = 100, .seed = {4}};
  const auto same = [](const auto& a, const auto& b) { return numbers_of(a) == numbers_of(b); };
  BOOST_TEST(
      same(fit(q, Minimize(Kl{}, p), Adam{}, options), fit(q, ForwardKl(p), Adam{}, options)));
  BOOST_TEST(same(fit(q, Minimize(Reversed(Kl{}), p), Pathwise{}, Adam{}, options),
                  fit(q, ReverseKl(p), Pathwise{}, Adam{}, options)));
  BOOST_TEST(Minimize(Kl{}, p).name() == std::string("KL(p || q)"));
  BOOST_TEST(Minimize(Alpha{0.5}, p).name() == std::string("Alpha"));
}

BOOST_AUTO_TEST_CASE(objectives_keep_the_promises_of_their_concept) {
  for_all_directions([](const auto& d) {
    for (const auto& v : check_objective(Minimize(d, p), q)) BOOST_ERROR(d.name << ": " << v);
  });
}

BOOST_AUTO_TEST_CASE(gradients_by_scores_and_by_paths_are_those_of_the_divergence) {
  for_all_directions([](const auto& d) {
    if constexpr (!std::is_same_v<std::decay_t<decltype(d)>, Kl>) {
      const auto exact = central_difference(
          q, [&](const Line& at) { return divergence(d, p, at).value; }, 1e-4);
      BOOST_TEST_CONTEXT(d.name) {
        const Minimize objective(d, p);
        check_gradient(ScoreFunction{Baseline::leave_one_out}, q, objective, exact);
        check_gradient(Pathwise{}, q, objective, exact);
        check_gradient(Pathwise{.sticking_the_landing = false}, q, objective, exact);
      }
    }
  });
}

// p has no mass at 2, q none at 4, and q's logit there is -inf.
BOOST_AUTO_TEST_CASE(gradients_are_those_of_the_divergence_where_one_of_them_is_zero) {
  const auto table = probabilities(Vector{{0.3, 0.3, 0.0, 0.25, 0.15}});
  const auto model = Categorical::from_logits(Vector{{0.1, -0.5, -1.0, 0.3, -HUGE_VAL}});
  std::size_t finite = 0;
  for_all_directions([&](const auto& d) {
    if constexpr (!std::is_same_v<std::decay_t<decltype(d)>, Kl>) {
      const Minimize objective(d, table);
      const double value = divergence(d, table, model).value;
      BOOST_TEST(!std::isnan(value));
      if (!std::isfinite(value)) return;
      ++finite;
      const auto exact = central_difference(
          model, [&](const Categorical& at) { return divergence(d, table, at).value; });
      BOOST_TEST_CONTEXT(d.name) {
        check_gradient(ScoreFunction{Baseline::leave_one_out}, model, objective, exact);
        const auto mean = Estimate::from(detail::moments_under(
            model, 400'000, Seed{6}, Purpose::user, {},
            [&](const Batch& x, double* h, Workspace& workspace) {
              double* const log_q = workspace.take(engine::padded(x.size));
              model.log_density(x, log_q, workspace);
              objective.cost(objective.evaluate(x, log_q, {}, workspace), h, nullptr, workspace);
            }));
        const Estimate sampled = detail::value_of(objective, mean);
        // the mass of p at 4 is in it, though no draw of q is
        BOOST_TEST(std::abs(sampled.value - value) <= 7 * sampled.standard_error + 1e-12);
      }
    }
  });
  BOOST_TEST(finite >= 16u);
}

BOOST_AUTO_TEST_CASE(the_objective_of_two_distributions_is_their_divergence_by_the_best_way) {
  for_all_directions([](const auto& d) {
    const Estimate e = objective_value(Minimize(d, p), q);
    BOOST_TEST(e.value == divergence(d, p, q).value);
    BOOST_TEST((e.method != Method::monte_carlo));
  });
  const auto coin = probabilities(Vector{{0.5, 0.5, 0.0}});
  const auto sure = probabilities(Vector{{0.0, 0.5, 0.5}});
  BOOST_TEST(objective_value(Minimize(ChiSquared{}, coin), sure).value == HUGE_VAL);
  BOOST_TEST(objective_value(Minimize(TotalVariation{}, coin), sure).value == 0.5,
             tt::tolerance(1e-15));
}

BOOST_AUTO_TEST_CASE(the_trace_shows_the_divergence_itself) {
  for_all_directions([](const auto& d) {
    const auto fitted = [&] {
      if constexpr (std::is_same_v<std::decay_t<decltype(d)>, Kl>) {
        return fit(q, Minimize(d, p), Adam{}, {.steps = 1, .samples = 200'000});
      } else {
        return fit(q, Minimize(d, p), Pathwise{}, Adam{}, {.steps = 1, .samples = 200'000});
      }
    }();
    const Estimate& e = fitted.trace.at(0).objective;
    const double exact = divergence(d, p, q).value;
    BOOST_TEST_CONTEXT(d.name << ": " << e << ", exact " << exact) {
      BOOST_TEST(std::abs(e.value - exact) <= 7 * e.standard_error + 1e-12);
    }
  });
}

// At p itself a path's gradient has no noise left, whatever the divergence.
BOOST_AUTO_TEST_CASE(a_fit_by_paths_reaches_its_target_to_many_digits) {
  for_all([](const auto& d) {
    if constexpr (!std::is_same_v<std::decay_t<decltype(d)>, Kl> &&
                  !std::is_same_v<std::decay_t<decltype(d)>, TotalVariation>) {
      if (divergence(d, p, Normal(2.0, 3.0)).value == 0.0) return;  // Renyi of order 0
      const auto fitted = fit(Normal(0.6, 1.5), Minimize(d, p), Pathwise{},
                              Adam{.learning_rate = cosine_decay(0.05)},
                              {.steps = 400, .samples = 100, .seed = {3}});
      BOOST_TEST_CONTEXT(d.name) {
        BOOST_TEST(std::abs(fitted.model.mean() - p.mean()) < 1e-5);
        BOOST_TEST(std::abs(fitted.model.stddev() - p.stddev()) < 1e-5);
      }
    }
  });
}

BOOST_AUTO_TEST_CASE(arguments_out_of_range_are_refused_at_once) {
  BOOST_CHECK_EXCEPTION(
      Minimize(Renyi{HUGE_VAL}, p), std::domain_error,
      says("Minimize: a = inf; a must be finite; the largest log ratio is no mean; "
           "take a large order."));
  BOOST_CHECK_EXCEPTION(
      Minimize(JensenShannon{1.5}, p), std::domain_error,
      says("JensenShannon: weight = 1.5; must be from 0 to 1; a half is the symmetric one."));
}
