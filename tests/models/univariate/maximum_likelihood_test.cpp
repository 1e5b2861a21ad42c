// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE models_univariate_maximum_likelihood
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <vector>

#include <leibler/models/evaluate.hpp>

#include "says.hpp"
#include "univariate_cases.hpp"
#include "univariate_families.hpp"

using namespace leibler;

namespace {

template <class F>
std::vector<double> parameters_of(const F& f) {
  std::vector<double> theta(f.parameter_count());
  f.parameters(theta);
  return theta;
}

template <class F>
double mean_log_density(const F& f, const Empirical& data) {
  const Vector l = f.log_density(data.points()), w = data.weights();
  double sum = 0.0;
  for (Index i = 0; i < l.size(); ++i) {
    if (w[i] > 0.0) sum += w[i] * l[i];
  }
  return sum;
}

// No neighbour makes the data more probable, and the slope of the mean log density is 0 beside its
// mean magnitude, in all parameters in which it has one.
template <class F>
void check_maximum(const F& f, const Empirical& data, const std::string& of) {
  const auto theta = parameters_of(f);
  const double best = mean_log_density(f, data);
  BOOST_TEST(std::isfinite(best), of);
  for (std::size_t k = 0; k < theta.size(); ++k) {
    for (const double step : {-1e-3, 1e-3, -0.3, 0.3}) {
      auto moved = theta;
      moved[k] += step * std::max(1.0, std::abs(theta[k]) * 1e-3);
      const double other = mean_log_density(f.with_parameters(moved), data);
      BOOST_TEST(other <= best + 1e-12 * std::abs(best), of << ": " << f << " has " << best
                                                            << ", parameter " << k << " at "
                                                            << moved[k] << " has " << other);
    }
  }
  const std::string name = F::name;
  const bool has_moving_support = name == "Uniform" || name == "Pareto";
  const Vector weights = data.weights();
  const Vector sum = parameter_gradient(f, data.points(), weights);
  for (Index k = 0; k < sum.size(); ++k) {
    if ((has_moving_support && k == 0) || name == "Uniform") continue;
    if (name == "Laplace" && k == 0) continue;  // a median: the slope jumps over 0
    double magnitude = 0.0;
    for (Index i = 0; i < weights.size(); ++i) {
      if (weights[i] == 0.0) continue;
      const Vector one = parameter_gradient(f, data.points().row(i).eval());
      magnitude += weights[i] * std::abs(one[k]);
    }
    BOOST_TEST(std::abs(sum[k]) <= 1e-8 * magnitude, of << ": " << f << " has slope " << sum[k]
                                                        << " in parameter " << k << " beside "
                                                        << magnitude);
  }
}

// Arguments far from easy ones, beside the ordinary ones of univariate_cases.hpp.
const std::vector<test::UnivariateCase>& hard_cases() {
  static const std::vector<test::UnivariateCase> all{{"Normal", {1e5, 0.03}},
                                                     {"LogNormal", {-300, 0.01}},
                                                     {"HalfNormal", {1e-200}},
                                                     {"StudentT", {1.2, 1e5, 1}},
                                                     {"Cauchy", {1e4, 0.01}},
                                                     {"HalfCauchy", {1e-100}},
                                                     {"Laplace", {-1e6, 1e-2}},
                                                     {"Logistic", {1e5, 0.3}},
                                                     {"Gumbel", {-1e5, 2}},
                                                     {"Uniform", {1e6, 1000001}},
                                                     {"VonMises", {3, 900}},
                                                     {"VonMises", {0, 0.3}},
                                                     {"Exponential", {1e-200}},
                                                     {"Gamma", {0.03, 1e-4}},
                                                     {"Gamma", {3e5, 1e8}},
                                                     {"Gamma", {1, 1e150}},
                                                     {"InverseGamma", {0.05, 1}},
                                                     {"InverseGamma", {4e4, 1e-5}},
                                                     {"Beta", {0.05, 0.3}},
                                                     {"Beta", {5e4, 20}},
                                                     {"Beta", {3000, 3000}},
                                                     {"Weibull", {0.05, 1}},
                                                     {"Weibull", {300, 1e-9}},
                                                     {"Pareto", {1e-9, 30}},
                                                     {"Bernoulli", {0.02}},
                                                     {"BernoulliLogit", {-4}},
                                                     {"Binomial", {100000, 1e-3}},
                                                     {"Geometric", {1e-5}},
                                                     {"NegativeBinomial", {0.1, 0.01}},
                                                     {"NegativeBinomial", {30, 0.6}},
                                                     {"Poisson", {1e7}},
                                                     {"Poisson", {0.05}}};
  return all;
}

bool is_known(const detail::Family& family) {
  return family.maximum_likelihood != nullptr;
}

}  // namespace

BOOST_AUTO_TEST_CASE(no_other_arguments_make_the_data_more_probable) {
  std::size_t known = 0, unknown = 0;
  for (const auto& cases : {test::univariate_cases(), hard_cases()}) {
    for (const auto& c : cases) {
      test::for_family(c.family, [&]<class F>() {
        const F truth = test::make_family<F>(c.a);
        if (!is_known(F::family())) {
          ++unknown;
          return;
        }
        const Points x = sample(truth, 400, {3});
        const Empirical data(x);
        check_maximum(truth.maximum_likelihood(data), data, test::describe(c));
        // From other arguments the same.
        auto theta = parameters_of(truth);
        for (double& t : theta) t += 0.7;
        const auto again = truth.with_parameters(theta).maximum_likelihood(data);
        check_maximum(again, data, test::describe(c) + " from elsewhere");
        ++known;
      });
    }
  }
  BOOST_TEST_MESSAGE(known << " with an estimate, " << unknown << " without");
}

// A point of weight 0 counts for nothing wherever it is, and weights are those of repetitions.
BOOST_AUTO_TEST_CASE(weights_count_as_repetitions) {
  for (const auto& c : test::univariate_cases()) {
    test::for_family(c.family, [&]<class F>() {
      if (!is_known(F::family())) return;
      const F truth = test::make_family<F>(c.a);
      const Points x = sample(truth, 60, {8});
      Points weighted(61, 1), repeated(120, 1);
      Vector weights(61);
      Index rows = 0;
      for (Index i = 0; i < 60; ++i) {
        weighted(i, 0) = x(i, 0);
        weights[i] = static_cast<double>(1 + i % 3) * 0.25;
        for (Index j = 0; j <= i % 3; ++j) repeated(rows++, 0) = x(i, 0);
      }
      weighted(60, 0) = -1e30;
      weights[60] = 0.0;
      const Empirical data(weighted, weights);
      const auto f = truth.maximum_likelihood(data);
      check_maximum(f, Empirical(x, weights.head(60)), test::describe(c) + ", weighted");
      const auto by_weights = parameters_of(f);
      const auto by_rows =
          parameters_of(truth.maximum_likelihood(Empirical(repeated.topRows(rows))));
      // Where the median is an interval, any of its points will do.
      for (std::size_t k = std::string(F::name) == "Laplace"; k < by_rows.size(); ++k) {
        BOOST_TEST(std::abs(by_weights[k] - by_rows[k]) <= 1e-7 * (1 + std::abs(by_rows[k])),
                   test::describe(c) << ", parameter " << k);
      }
    });
  }
}

BOOST_AUTO_TEST_CASE(three_points_are_enough_where_they_have_a_maximum) {
  for (const auto& c : test::univariate_cases()) {
    test::for_family(c.family, [&]<class F>() {
      const F truth = test::make_family<F>(c.a);
      if (!is_known(F::family()) || F::is_discrete || std::string(c.family) == "StudentT") return;
      Points x(3, 1);
      x << truth.quantile(0.1), truth.quantile(0.4), truth.quantile(0.95);
      const Empirical data(x);
      check_maximum(truth.maximum_likelihood(data), data, test::describe(c) + ", three points");
    });
  }
}
