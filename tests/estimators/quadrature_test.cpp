// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE estimators_quadrature
#include <boost/test/unit_test.hpp>

#include <cmath>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include <leibler/estimators/adam.hpp>
#include <leibler/estimators/exact_conformance.hpp>
#include <leibler/estimators/fit.hpp>
#include <leibler/estimators/lbfgs.hpp>
#include <leibler/estimators/nelder_mead.hpp>
#include <leibler/estimators/objective_value.hpp>
#include <leibler/estimators/quadrature.hpp>
#include <leibler/models/gaussian_mixture.hpp>
#include <leibler/models/univariate/gamma.hpp>
#include <leibler/models/univariate/laplace.hpp>
#include <leibler/models/univariate/log_normal.hpp>
#include <leibler/models/univariate/negative_binomial.hpp>
#include <leibler/models/univariate/normal.hpp>
#include <leibler/models/univariate/poisson.hpp>
#include <leibler/models/univariate/student_t.hpp>
#include <leibler/models/univariate/uniform.hpp>

#include "divergences.hpp"
#include "fits.hpp"
#include "says.hpp"

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

/// Value against divergence(), gradient against its differences.
template <class Q, class O>
void check_exact(const Q& q, const O& objective, double tolerance) {
  Quadrature::State state;
  std::vector<double> gradient(q.parameter_count());
  const Estimate found = Quadrature{}.evaluate(state, q, objective, {}, gradient);
  const double value = objective_value(objective, q).value;
  BOOST_TEST_CONTEXT(objective.name() << ": " << found << ", should be " << value) {
    if (!std::isfinite(value)) {
      BOOST_TEST(found.value == value);
      for (const double g : gradient) BOOST_TEST(g == 0.0);
      return;
    }
    BOOST_TEST(std::abs(found.value - value) <= tolerance * (1 + value));
    const auto expected = central_difference(
        q, [&](const Q& at) { return objective_value(objective, at).value; }, 1e-4);
    for (std::size_t j = 0; j < expected.size(); ++j) {
      BOOST_TEST(std::abs(gradient[j] - expected[j]) <= 1e-6 * (1 + std::abs(expected[j])));
    }
  }
}

GaussianMixture two_modes() {
  const Matrix variance = Matrix::Constant(1, 1, 0.64);
  return GaussianMixture(Vector{{0.5, 0.5}}, Matrix{{-3.0}, {3.0}}, {variance, variance});
}

// E_q[x^4 / 4 - x^2 + log q]: a cost of the user's own on the line.
struct DoubleWell {
  static constexpr std::optional<double> constant_slope = 1.0;
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
      const double square = at.x.data[i] * at.x.data[i];
      h[i] = square * square / 4 - square + at.log_q[i];
      if (slope != nullptr) slope[i] = 1.0;
    }
  }
};

}  // namespace

static_assert(ExactEstimator<Quadrature, Gaussian, ForwardKl<GaussianMixture>>);
static_assert(ExactEstimator<Quadrature, Poisson<>, ForwardKl<NegativeBinomial<>>>);
static_assert(!ExactEstimator<Quadrature, Uniform<>, ForwardKl<Uniform<>>>);
static_assert(!ExactEstimator<Quadrature, Categorical, ForwardKl<Categorical>>);

BOOST_AUTO_TEST_CASE(values_and_gradients_are_those_of_the_divergence) {
  for_all_directions(
      [](const auto& d) { check_exact(Normal(0.0, 1.0), Minimize(d, Normal(0.3, 1.2)), 1e-12); });
  const auto check_some = [](const auto& q, const auto& p) {
    check_exact(q, Minimize(Alpha{1.3}, p), 1e-9);
    check_exact(q, Minimize(Reversed(Renyi{0.6}), p), 1e-9);
  };
  check_some(Gamma(3.0, 2.0), LogNormal(0.2, 0.5));
  check_some(Normal(0.1, 1.0), Laplace(0.0, 1.0));
  check_some(NegativeBinomial(4.0, 0.4), NegativeBinomial(5.0, 0.5));
  check_exact(GaussianMixture::random(2, 1, {3}), ForwardKl(two_modes()), 1e-11);
  check_exact(StudentT(3.0, 0.5, 1.0), Minimize(SquaredHellinger{}, StudentT(5.0, 0.0, 1.0)),
              1e-10);
}

BOOST_AUTO_TEST_CASE(a_normal_is_fitted_to_two_modes) {
  const auto p = two_modes();
  const auto forward = fit(Normal(0.7, 1.0), ForwardKl(p), Quadrature{}, Lbfgs{}, {.steps = 200});
  BOOST_TEST(std::abs(forward.model.mean()) < 1e-12);
  BOOST_TEST(forward.model.stddev() == std::sqrt(9.64), tt::tolerance(1e-12));
  const Estimate& kl = forward.trace.back().objective;
  BOOST_TEST(kl.value == 0.663216273711734, tt::tolerance(1e-12));
  BOOST_TEST(kl.standard_error < 1e-13);
  BOOST_TEST((kl.method == Method::quadrature));
  // without its name, and a Gaussian of one dimension
  const auto gaussian = fit(Gaussian::standard(1), ForwardKl(p), Lbfgs{}, {.steps = 200});
  BOOST_TEST(gaussian.model.covariance()(0, 0) == 9.64, tt::tolerance(1e-11));
  const auto reverse =
      fit(Normal(2.0, 1.0), ReverseKl(p), Quadrature{}, NelderMead{}, {.steps = 2000});
  BOOST_TEST(reverse.trace.back().objective.value == 0.692883475002313, tt::tolerance(1e-9));
}

// Moments of the best Poisson and gamma, which forward KL keeps.
BOOST_AUTO_TEST_CASE(forward_kl_keeps_means) {
  const NegativeBinomial counts(4.0, 0.3);
  const auto poisson = fit(Poisson(5.0), ForwardKl(counts), Quadrature{}, Lbfgs{});
  BOOST_TEST(poisson.model.mean() == counts.mean(), tt::tolerance(1e-12));
  const LogNormal p(0.2, 0.5);
  const auto gamma = fit(Gamma(3.0, 1.0), ForwardKl(p), Quadrature{}, Lbfgs{});
  BOOST_TEST(gamma.model.mean() == p.mean(), tt::tolerance(1e-11));
}

// log of a ratio of gamma integrals: E[x^4 / 4 - x^2] + log q is lowest at exp(-x^4 / 4 + x^2); of
// a normal by its moments 3 s^4 / 4 - s^2 - log s: s^2 = (1 + sqrt 4) / 3 = 1 where mean is 0.
BOOST_AUTO_TEST_CASE(costs_of_a_users_own_are_integrated_over_the_model) {
  const auto fitted = fit(Normal(0.0, 2.0), DoubleWell{}, Quadrature{}, Lbfgs{}, {.steps = 100});
  BOOST_TEST(fitted.model.stddev() * fitted.model.stddev() == 1.0, tt::tolerance(1e-11));
  const double entropy = 0.5 * std::log(2 * 3.14159265358979324) + 0.5;
  BOOST_TEST(fitted.trace.back().objective.value == 0.75 - 1.0 - entropy, tt::tolerance(1e-12));
}

BOOST_AUTO_TEST_CASE(keeps_the_promises_of_an_estimator) {
  const auto none = [](const Violations& found) {
    for (const Violation& v : found) BOOST_ERROR(v.rule + ": " + v.detail);
  };
  const ConformanceOptions options{.points = {}, .draws = 20'000};
  none(check_gradient_estimator(Quadrature{}, Normal(0.5, 2.0), ForwardKl(two_modes()), options));
  none(check_gradient_estimator(Quadrature{}, Normal(0.5, 2.0), DoubleWell{}, options));
  none(check_gradient_estimator(Quadrature{}, Poisson(3.0),
                                Minimize(LeCam{}, NegativeBinomial(4.0, 0.4)), options));
}

BOOST_AUTO_TEST_CASE(a_stochastic_optimizer_takes_it_too) {
  const auto fitted = fit(Normal(0.7, 1.0), ForwardKl(two_modes()), Quadrature{},
                          Adam{.learning_rate = cosine_decay(0.1)}, {.steps = 500});
  BOOST_TEST(fitted.model.stddev() == std::sqrt(9.64), tt::tolerance(1e-6));
}

BOOST_AUTO_TEST_CASE(an_infinite_divergence_and_a_plane_are_no_objective) {
  // a geometric tail to a power over that of a Poisson distribution
  const auto counts = fit(Poisson(4.0), Minimize(Alpha{1.3}, NegativeBinomial(5.0, 0.5)),
                          Quadrature{}, Lbfgs{}, {.steps = 5});
  BOOST_TEST(counts.status.message.starts_with("step 0 of 5 failed: the objective is infinite"));
  const auto infinite = fit(Normal(0.0, 1.0), ReverseKl(Uniform(0.0, 1.0)), Quadrature{}, Lbfgs{});
  BOOST_TEST((infinite.status.outcome == FitStatus::Outcome::failed));
  BOOST_CHECK_EXCEPTION(
      (void)fit(Gaussian::standard(2), ForwardKl(Gaussian::standard(2)), Lbfgs{}),
      std::invalid_argument,
      says("Quadrature: q.dimension() = 2; must be 1; an integral over a line is of one "
           "variable."));
}
