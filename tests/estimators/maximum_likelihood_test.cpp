// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE estimators_maximum_likelihood
#include <boost/test/unit_test.hpp>

#include <cmath>
#include <span>
#include <vector>

#include <leibler/estimators/fit.hpp>
#include <leibler/estimators/forward_kl.hpp>
#include <leibler/estimators/maximum_likelihood.hpp>
#include <leibler/models/diagonal_gaussian.hpp>

#include "chunk_gradients.hpp"
#include "fits.hpp"
#include "seed_mixture.hpp"

using namespace leibler;
using namespace leibler::test;
namespace tt = boost::test_tools;

static_assert(GradientEstimator<MaximumLikelihood, GaussianMixture, ForwardKl<GaussianMixture>>);
static_assert(GradientEstimator<MaximumLikelihood, DiagonalGaussian, ForwardKl<Empirical>>);

// 77 points: not whole octets, so that a padded row with weight would show.
BOOST_AUTO_TEST_CASE(a_chunk_is_the_mean_of_minus_log_likelihood_gradients_of_its_points) {
  const ForwardKl objective(seed_mixture());
  const auto q = GaussianMixture::random(3, 2, {4});
  const auto found = chunk_gradients(MaximumLikelihood{}, q, objective, 77, 1, {5});
  Workspace& w = Workspace::of_thread();
  const Workspace::Frame frame(w);
  const auto x = engine::take_batch(w, 77, 2);
  objective.draw({{5}, Purpose::sample, 0, 0}, x, w);
  Points points(77, 2);
  for (Index j = 0; j < 2; ++j) {
    for (Index i = 0; i < 77; ++i)
      points(i, j) = x.data[static_cast<std::size_t>(j) * x.stride + static_cast<std::size_t>(i)];
  }
  const auto expected =
      central_difference(q, [&](const auto& m) { return -m.log_density(points).mean(); });
  for (std::size_t j = 0; j < expected.size(); ++j) {
    BOOST_TEST(std::abs(found[j].mean() - expected[j]) < 1e-8 * (1 + std::abs(expected[j])));
  }
}

BOOST_AUTO_TEST_CASE(is_unbiased) {
  const Gaussian p = nearest_gaussian();
  const Gaussian q(Vector{{1.0, 0.0}}, Matrix{{4.0, -0.5}, {-0.5, 6.0}});
  check_means(chunk_gradients(MaximumLikelihood{}, q, ForwardKl(p), 100, 2000),
              central_difference(q, [&](const Gaussian& m) { return gaussian_kl(p, m); }));
}

BOOST_AUTO_TEST_CASE(the_value_is_the_mean_cost_of_the_same_points) {
  const ForwardKl objective(seed_mixture());
  const auto q = nearest_gaussian();
  std::vector<double> sums(q.gradient_sums_size()), with(sums.size());
  engine::Moments value;
  Workspace& w = Workspace::of_thread();
  const Stream stream{{1}, Purpose::sample, 0, 0};
  MaximumLikelihood{}.add_chunk({}, q, objective, stream, 500, sums.data(), nullptr, w);
  MaximumLikelihood{}.add_chunk({}, q, objective, stream, 500, with.data(), &value, w);
  BOOST_TEST(sums == with);
  BOOST_TEST(value.count() == 500u);
  BOOST_TEST(std::abs(value.mean() - kl_to_nearest_gaussian) < 7 * value.standard_error());
}

BOOST_AUTO_TEST_CASE(has_no_state) {
  BOOST_TEST(MaximumLikelihood::State::values().empty());
}
