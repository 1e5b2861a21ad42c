// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE estimators_enumeration
#include <boost/test/unit_test.hpp>

#include <cmath>
#include <optional>
#include <string>
#include <vector>

#include <leibler/estimators/adam.hpp>
#include <leibler/estimators/enumeration.hpp>
#include <leibler/estimators/exact_conformance.hpp>
#include <leibler/estimators/fit.hpp>
#include <leibler/estimators/objective_value.hpp>
#include <leibler/models/gaussian.hpp>
#include <leibler/models/univariate/binomial.hpp>
#include <leibler/models/univariate/normal.hpp>
#include <leibler/models/univariate/poisson.hpp>

#include "divergences.hpp"
#include "fits.hpp"
#include "lifted_cap.hpp"

using namespace leibler;
using namespace leibler::test;
namespace tt = boost::test_tools;

namespace {

template <class F>
void for_all_directions(const F& f) {
  for_all([&](const auto& d) {
    f(d);
    f(Reversed(d));
  });
}

struct Exact {
  double value;
  std::vector<double> gradient;
};

template <class Q, class O>
Exact exact_of(const Q& q, const O& objective) {
  Enumeration::State state;
  Exact exact{0.0, std::vector<double>(q.parameter_count())};
  exact.value = Enumeration{}.evaluate(state, q, objective, {}, exact.gradient).value;
  return exact;
}

/// Value against divergence(), gradient against its differences.
template <class Q, class O>
void check_exact(const Q& q, const O& objective) {
  const Exact found = exact_of(q, objective);
  const double value = objective_value(objective, q).value;
  BOOST_TEST_CONTEXT(objective.name() << " = " << value) {
    if (!std::isfinite(value)) {
      BOOST_TEST(found.value == value);
      for (const double g : found.gradient) BOOST_TEST(!std::isnan(g));
      return;
    }
    BOOST_TEST(std::abs(found.value - value) <= 1e-14 * (1 + value));
    const auto expected = central_difference(
        q, [&](const Q& at) { return objective_value(objective, at).value; }, 1e-4);
    for (std::size_t j = 0; j < expected.size(); ++j) {
      BOOST_TEST(std::abs(found.gradient[j] - expected[j]) <= 1e-7 * (1 + std::abs(expected[j])));
    }
  }
}

// E_q[x^2 + log q]: a cost of the user's own over a finite support.
struct Energy {
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
    for (std::size_t i = 0; i < at.x.size; ++i) {
      h[i] = at.x.data[i] * at.x.data[i] + at.log_q[i];
      if (slope != nullptr) slope[i] = 1.0;
    }
  }
};

const Categorical q = Categorical::from_logits(Vector{{0.1, -0.5, -1.0, 0.3, -HUGE_VAL}});

}  // namespace

static_assert(ExactEstimator<Enumeration, Categorical, ReverseKl<Categorical>>);
static_assert(ExactEstimator<Enumeration, Gaussian, ForwardKl<Empirical>>);
static_assert(!ExactEstimator<Enumeration, Gaussian, ForwardKl<Gaussian>>);
static_assert(!ExactEstimator<Enumeration, Gaussian, ReverseKl<Gaussian>>);
static_assert(!ExactEstimator<Enumeration, Gaussian, ForwardKl<Categorical>>);

BOOST_AUTO_TEST_CASE(values_and_gradients_are_those_of_the_divergence) {
  const auto all_positive = probabilities(Vector{{0.1, 0.2, 0.3, 0.15, 0.25}});
  const auto with_zeros = probabilities(Vector{{0.3, 0.3, 0.0, 0.25, 0.15}});
  const auto inside_q = probabilities(Vector{{0.3, 0.0, 0.3, 0.4, 0.0}});
  const auto apart = probabilities(Vector{{0.0, 0.0, 0.0, 0.0, 1.0}});
  const auto longer = probabilities(Vector{{0.3, 0.2, 0.1, 0.1, 0.2, 0.1}});
  const auto tiny = Categorical::from_logits(Vector{{0.0, -800.0, -300.0, -20.0, -1e5}});
  for (const auto& p : {all_positive, with_zeros, inside_q, apart, longer, tiny}) {
    for_all_directions([&](const auto& d) { check_exact(q, Minimize(d, p)); });
  }
}

BOOST_AUTO_TEST_CASE(one_finite_support_is_enough) {
  const auto p = probabilities(Vector{{0.2, 0.3, 0.4, 0.1}});
  const Poisson count(1.3);
  const auto check = [&](const auto& d) {
    check_exact(count, Minimize(d, p));
    check_exact(probabilities(Vector{{0.2, 0.3, 0.4, 0.1}}), Minimize(d, count));
  };
  check(Kl{});
  check(Reversed(Kl{}));
  check(ChiSquared{});
  check(SquaredHellinger{});
  check(Renyi{0.6});
  check(Reversed(Renyi{0.0}));
  BOOST_TEST(std::isinf(exact_of(count, ReverseKl(p)).value));
  BOOST_TEST(std::isfinite(exact_of(count, ForwardKl(p)).value));
}

BOOST_AUTO_TEST_CASE(equal_distributions_have_divergence_0_and_gradient_0) {
  for_all_directions([&](const auto& d) {
    if (std::string(d.name) == "FDivergence") return;
    const Exact found = exact_of(q, Minimize(d, q));
    BOOST_TEST_CONTEXT(d.name) {
      BOOST_TEST(found.value == 0.0);
      for (const double g : found.gradient) BOOST_TEST(std::abs(g) < 1e-15);
    }
  });
}

BOOST_AUTO_TEST_CASE(data_and_their_weights_are_summed_as_a_whole) {
  const Points x = sample(Normal(1.0, 2.0), 3000, Seed{2});
  Vector weights = Vector::LinSpaced(3000, 0.0, 2.0);
  weights[17] = 0.0;
  const Normal model(0.4, 1.5);
  for (const Empirical& data : {Empirical(x), Empirical(x, weights)}) {
    const ForwardKl objective(data);
    const Exact found = exact_of(model, objective);
    BOOST_TEST(found.value == objective_value(objective, model).value, tt::tolerance(1e-14));
    const Vector expected = -parameter_gradient(model, x, data.weights());
    for (std::size_t j = 0; j < 2; ++j) {
      BOOST_TEST(found.gradient[j] == expected[static_cast<Index>(j)], tt::tolerance(1e-12));
    }
  }
}

BOOST_AUTO_TEST_CASE(keeps_the_promises_of_an_estimator) {
  const auto none = [](const Violations& found) {
    for (const Violation& v : found) BOOST_ERROR(v.rule + ": " + v.detail);
  };
  const auto p = probabilities(Vector{{0.1, 0.2, 0.3, 0.4, 0.0}});
  const ConformanceOptions options{.points = {}, .draws = 20'000};
  none(check_gradient_estimator(Enumeration{}, q, ForwardKl(probabilities(Vector{{0.5, 0.5}})),
                                options));
  none(check_gradient_estimator(Enumeration{}, q, Minimize(TotalVariation{}, p), options));
  none(check_gradient_estimator(Enumeration{}, q, Minimize(Renyi{0.7}, p), options));
  none(check_gradient_estimator(Enumeration{}, Binomial(7.0, 0.3), Energy{}, options));
  none(check_gradient_estimator(Enumeration{}, Gaussian::standard(2),
                                ForwardKl(sample(Gaussian::standard(2), 5000, Seed{1})), options));
}

// By hand: exp(-x^2) over its sum is where E_q[x^2 + log q] is lowest.
BOOST_AUTO_TEST_CASE(a_stochastic_optimizer_gets_a_gradient_without_noise) {
  const auto start = Categorical::from_logits(Vector{{0.0, 0.0, 0.0}});
  const auto fitted = fit(start, Energy{}, Enumeration{}, Adam{.learning_rate = cosine_decay(0.1)},
                          {.steps = 2000});
  const Vector found = fitted.model.probabilities();
  const double sum = 1.0 + std::exp(-1.0) + std::exp(-4.0);
  for (const int k : {0, 1, 2}) {
    BOOST_TEST(found[k] == std::exp(-k * k) / sum, tt::tolerance(1e-6));
  }
  BOOST_TEST(fitted.trace.back().objective.value == -std::log(sum), tt::tolerance(1e-10));
  BOOST_TEST(fitted.trace.back().objective.standard_error == 0.0);
  BOOST_TEST((fitted.trace.back().objective.method == Method::enumeration));
}

BOOST_AUTO_TEST_CASE(an_infinite_objective_ends_a_fit_and_its_status_says_why) {
  const auto p = probabilities(Vector{{0.3, 0.3, 0.1, 0.15, 0.15}});
  const auto fitted = fit(q, ForwardKl(p), Enumeration{}, Adam{}, {.steps = 10});
  BOOST_TEST((fitted.status.outcome == FitStatus::Outcome::failed));
  BOOST_TEST(fitted.status.message ==
             "step 0 of 10 failed: the objective is infinite: one of model and target is 0 where "
             "the other is not; the model is that of the step before");
}

BOOST_AUTO_TEST_CASE(threads_do_not_change_a_bit) {
  const LiftedCap lift(8);
  const Points x = sample(Gaussian::standard(2), 20'000, Seed{4});
  const auto run = [&](int threads) {
    return numbers_of(fit(Gaussian(Vector{{1.0, 0.0}}, Matrix{{2.0, 0.3}, {0.3, 1.0}}),
                          ForwardKl(x), Enumeration{}, Adam{.learning_rate = 0.1},
                          {.steps = 20, .threads = {threads}}));
  };
  BOOST_TEST(run(1) == run(8));
}
