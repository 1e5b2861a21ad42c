// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE models_univariate_fit
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

#include <leibler/estimators/adam.hpp>
#include <leibler/estimators/fit.hpp>
#include <leibler/estimators/forward_kl.hpp>
#include <leibler/estimators/schedule.hpp>
#include <leibler/models/evaluate.hpp>
#include <leibler/models/univariate/gamma.hpp>
#include <leibler/models/univariate/negative_binomial.hpp>

using namespace leibler;

// A family is a model like any other: it is fitted to data by gradients, and ends where its
// own estimate is.

namespace {

// Largest difference of the parameters, and of the mean log density of the data.
template <class F>
double distance_after_fit(const F& start, const F& truth) {
  const Points x = sample(truth, 500, {2});
  const Empirical data(x);
  const auto fitted = fit(start, ForwardKl(data), Adam{.learning_rate = cosine_decay(0.05)},
                          {.steps = 3000, .samples = 500, .seed = {4}});
  const F best = start.maximum_likelihood(data);
  std::array<double, 2> by_fit{}, by_newton{};
  fitted.model.parameters(by_fit);
  best.parameters(by_newton);
  BOOST_TEST(fitted.model.log_density(x).mean() <= best.log_density(x).mean());
  double largest = 0.0;
  for (std::size_t k = 0; k < by_fit.size(); ++k) {
    largest = std::max(largest, std::abs(by_fit[k] - by_newton[k]));
  }
  return largest;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_fit_to_data_approaches_the_maximum_of_the_likelihood) {
  // A minibatch of 500 draws of 500 rows has 1 / sqrt(500) of the data's own uncertainty, which a
  // learning rate that decays to 0 averages away.
  const double gamma = distance_after_fit(Gamma(1, 1), Gamma(3.5, 0.2));
  BOOST_TEST_MESSAGE("Gamma: " << gamma);
  BOOST_TEST(gamma < 0.02);
  const double counts = distance_after_fit(NegativeBinomial(1, 0.5), NegativeBinomial(4, 0.3));
  BOOST_TEST_MESSAGE("NegativeBinomial: " << counts);
  BOOST_TEST(counts < 0.02);
}
