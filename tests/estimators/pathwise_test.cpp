// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE estimators_pathwise
#include <boost/test/unit_test.hpp>

#include <cmath>
#include <optional>
#include <vector>

#include <leibler/estimators/adam.hpp>
#include <leibler/estimators/fit.hpp>
#include <leibler/estimators/pathwise.hpp>
#include <leibler/estimators/reverse_kl.hpp>
#include <leibler/models/diagonal_gaussian.hpp>
#include <leibler/models/dirichlet.hpp>
#include <leibler/models/mixture.hpp>
#include <leibler/models/univariate/gamma.hpp>
#include <leibler/models/univariate/normal.hpp>
#include <leibler/models/univariate/uniform.hpp>

#include "banana.hpp"
#include "chunk_gradients.hpp"
#include "fits.hpp"
#include "seed_mixture.hpp"

using namespace leibler;
using namespace leibler::test;
namespace tt = boost::test_tools;

namespace {

// h = (log q)^2 + x_0: a slope that varies and a dh/dx of its own.
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
      h[i] = at.log_q[i] * at.log_q[i] + at.x.data[i];
      if (slope != nullptr) slope[i] = 2 * at.log_q[i];
    }
  }
  void point_gradient(const Evaluation&, const MutableBatch& out, Workspace&) const {
    for (std::size_t j = 0; j < out.dimension; ++j) {
      std::fill_n(out.data + j * out.stride, engine::padded(out.size), j == 0 ? 1.0 : 0.0);
    }
  }
};

// E_q[log q ^2] = entropy^2 + d / 2 for a Gaussian.
template <class Q>
double mean_squared_log(const Q& q) {
  return q.entropy() * q.entropy() + 0.5 * static_cast<double>(q.dimension()) + q.mean()[0];
}

Gaussian as_full(const DiagonalGaussian& q) {
  return Gaussian(q.mean(), q.covariance());
}

const Gaussian& full() {
  static const Gaussian q(Vector{{1.0, 0.0}}, Matrix{{4.0, -0.5}, {-0.5, 6.0}});
  return q;
}
const DiagonalGaussian& diagonal() {
  static const DiagonalGaussian q(Vector{{1.0, 0.0}}, Vector{{2.0, 2.5}});
  return q;
}

}  // namespace

static_assert(GradientEstimator<Pathwise, Gaussian, ReverseKl<GaussianMixture>>);
static_assert(GradientEstimator<Pathwise, DiagonalGaussian, ReverseKl<Banana>>);
static_assert(GradientEstimator<Pathwise, GaussianMixture, ReverseKl<GaussianMixture>>);
static_assert(!GradientEstimator<Pathwise, Mixture<std::vector<Normal<>>>, ReverseKl<Normal<>>>);

BOOST_AUTO_TEST_CASE(is_unbiased_for_both_settings_of_sticking_the_landing) {
  const Gaussian p = nearest_gaussian();
  for (const bool sticking : {true, false}) {
    BOOST_TEST_CONTEXT("sticking the landing: " << sticking) {
      const Pathwise estimator{.sticking_the_landing = sticking};
      check_means(chunk_gradients(estimator, full(), ReverseKl(p), 77, 2000),
                  central_difference(full(), [&](const auto& q) { return gaussian_kl(q, p); }));
      check_means(chunk_gradients(estimator, diagonal(), ReverseKl(p), 77, 2000),
                  central_difference(diagonal(),
                                     [&](const auto& q) { return gaussian_kl(as_full(q), p); }));
    }
  }
}

// What is left out where the slope is constant must stay where it varies.
BOOST_AUTO_TEST_CASE(is_unbiased_for_a_cost_whose_slope_varies) {
  for (const bool sticking : {true, false}) {
    const Pathwise estimator{.sticking_the_landing = sticking};
    check_means(chunk_gradients(estimator, full(), SquaredLog{}, 77, 4000),
                central_difference(full(), [](const auto& q) { return mean_squared_log(q); }));
    check_means(chunk_gradients(estimator, diagonal(), SquaredLog{}, 77, 4000),
                central_difference(diagonal(), [](const auto& q) { return mean_squared_log(q); }));
  }
}

BOOST_AUTO_TEST_CASE(at_the_optimum_sticking_the_landing_has_no_variance) {
  const ReverseKl objective(full());
  const auto stuck = chunk_gradients(Pathwise{}, full(), objective, 100, 50);
  for (const auto& m : stuck) {
    BOOST_TEST(std::abs(m.mean()) < 1e-13);
    BOOST_TEST(m.variance() < 1e-24);
  }
  const auto plain =
      chunk_gradients(Pathwise{.sticking_the_landing = false}, full(), objective, 100, 50);
  BOOST_TEST(total_variance(plain) > 1e-4);
}

// KL(U(-w, w) || N(0, 1)) = w^2 / 6 - log(2 w) + a constant is least at w = sqrt(3). The mean score
// of a uniform distribution is not zero, so that it must not be left out.
BOOST_AUTO_TEST_CASE(a_support_that_moves_keeps_its_score) {
  const auto fitted =
      fit(Uniform(-0.5, 3.0), ReverseKl(Normal(0, 1)), Pathwise{},
          Adam{.learning_rate = cosine_decay(0.05)}, {.steps = 1000, .samples = 500, .seed = {1}});
  const auto [low, high] = fitted.model.support();
  BOOST_TEST(low == -std::sqrt(3.0), boost::test_tools::tolerance(0.01));
  BOOST_TEST(high == std::sqrt(3.0), boost::test_tools::tolerance(0.01));
}

BOOST_AUTO_TEST_CASE(the_value_is_the_mean_cost_of_the_same_points) {
  const Gaussian p = nearest_gaussian();
  for (const bool sticking : {true, false}) {
    const Pathwise estimator{.sticking_the_landing = sticking};
    std::vector<double> sums(full().gradient_sums_size()), with(sums.size());
    engine::Moments value;
    const Stream stream{{1}, Purpose::sample, 0, 0};
    Workspace& w = Workspace::of_thread();
    estimator.add_chunk({}, full(), ReverseKl(p), stream, 500, sums.data(), nullptr, w);
    estimator.add_chunk({}, full(), ReverseKl(p), stream, 500, with.data(), &value, w);
    BOOST_TEST(sums == with);
    BOOST_TEST(value.count() == 500u);
    BOOST_TEST(std::abs(value.mean() - gaussian_kl(full(), p)) < 7 * value.standard_error());
  }
}

BOOST_AUTO_TEST_CASE(has_no_state) {
  BOOST_TEST(Pathwise::State::values().empty());
}

// An implicit path: sticking the landing leaves nothing at the optimum, and 256 draws a step get
// there.
BOOST_AUTO_TEST_CASE(a_mixture_is_fitted_along_its_implicit_path) {
  const GaussianMixture p = seed_mixture();
  const auto at_optimum = chunk_gradients(Pathwise{}, p, ReverseKl(p), 100, 20);
  for (const auto& moments : at_optimum) {
    BOOST_TEST(std::abs(moments.mean()) < 1e-9);
    BOOST_TEST(moments.standard_error() < 1e-9);
  }
  const auto start = GaussianMixture::random(4, 2, Seed{1}, {.spread = 2, .stddev = 2});
  const auto found = fit(start, ReverseKl(p), Pathwise{}, Adam{.learning_rate = cosine_decay(0.05)},
                         {.steps = 1000, .samples = 256, .seed = {1}});
  const Points x = sample(found.model, 20'000, Seed{2});
  const double kl = (found.model.log_density(x) - p.log_density(x)).mean();
  BOOST_TEST(std::abs(kl) < 1e-4);
}

BOOST_AUTO_TEST_CASE(families_are_fitted_along_their_implicit_paths) {
  const Adam adam{.learning_rate = cosine_decay(0.05)};
  const FitOptions options{.steps = 2000, .samples = 64, .seed = {1}};
  const auto waiting = fit(Gamma(1, 1), ReverseKl(Gamma(4.0, 0.5)), Pathwise{}, adam, options);
  BOOST_TEST(waiting.model.shape() == 4.0, tt::tolerance(1e-3));
  BOOST_TEST(waiting.model.rate() == 0.5, tt::tolerance(1e-3));
  const auto shares = fit(Dirichlet(Vector{{1, 1, 1}}), ReverseKl(Dirichlet(Vector{{2, 3, 0.5}})),
                          Pathwise{}, adam, options);
  BOOST_TEST((shares.model.concentration() - Vector{{2, 3, 0.5}}).cwiseAbs().maxCoeff() < 1e-2);
}
