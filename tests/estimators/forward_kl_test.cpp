// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE estimators_forward_kl
#include <boost/test/unit_test.hpp>

#include <stdexcept>
#include <string>
#include <vector>

#include <leibler/estimators/adam.hpp>
#include <leibler/estimators/fit.hpp>
#include <leibler/estimators/forward_kl.hpp>
#include <leibler/models/diagonal_gaussian.hpp>

#include "fits.hpp"
#include "says.hpp"
#include "seed_mixture.hpp"
#include "uniform.hpp"

using namespace leibler;
using namespace leibler::test;
namespace tt = boost::test_tools;

namespace {

// Draws only: a simulator.
struct Simulator {
  [[nodiscard]] static std::size_t dimension() { return 2; }
  void sample(const Stream& stream, const MutableBatch& x, Workspace& workspace) const {
    seed_mixture().sample(stream, x, workspace);
  }
};

struct Chunk {
  MutableBatch x;
  double* log_q;
  double* h;
};

template <class O, class Q>
Chunk cost_of(const O& objective, const Q& q, std::size_t n) {
  Workspace& w = Workspace::of_thread();
  const Chunk c{engine::take_batch(w, n, q.dimension()), w.take(engine::padded(n)),
                w.take(engine::padded(n))};
  objective.draw({{8}, Purpose::sample, 3, 1}, c.x, w);
  q.log_density(Batch(c.x), c.log_q, w);
  objective.cost(Batch(c.x), c.log_q, c.h, w);
  return c;
}

}  // namespace

static_assert(DataExpectation<ForwardKl<GaussianMixture>>);
static_assert(DataExpectation<ForwardKl<Empirical>> && DataExpectation<ForwardKl<Simulator>>);
static_assert(!ModelExpectation<ForwardKl<GaussianMixture>>);
static_assert(ForwardKl<GaussianMixture>::is_divergence);
static_assert(!ForwardKl<Empirical>::is_divergence && !ForwardKl<Simulator>::is_divergence);

BOOST_AUTO_TEST_CASE(costs_are_log_ratios_at_points_of_p) {
  const Workspace::Frame frame(Workspace::of_thread());
  const auto p = seed_mixture();
  const auto q = nearest_gaussian();
  const ForwardKl objective(p);
  const auto c = cost_of(objective, q, 77);
  for (std::size_t i = 0; i < 77; ++i) {
    const Points x{{c.x.data[i], c.x.data[c.x.stride + i]}};
    BOOST_TEST(c.h[i] == p.log_density(x)[0] - q.log_density(x)[0], tt::tolerance(1e-12));
  }
  BOOST_TEST(objective.dimension() == 2u);
  BOOST_TEST(objective.name() == std::string("KL(p || q)"));
}

BOOST_AUTO_TEST_CASE(without_a_density_of_p_costs_are_negative_log_likelihoods) {
  const Workspace::Frame frame(Workspace::of_thread());
  const auto q = nearest_gaussian();
  for (const int i : {0, 1}) {
    const ForwardKl simulated(Simulator{});
    const ForwardKl data(sample(seed_mixture(), 10, Seed{1}));
    const auto c = i == 0 ? cost_of(simulated, q, 33) : cost_of(data, q, 33);
    for (std::size_t j = 0; j < 33; ++j) BOOST_TEST(c.h[j] == -c.log_q[j]);
    BOOST_TEST(simulated.name() == std::string("cross entropy"));
    BOOST_TEST(data.name() == std::string("cross entropy"));
  }
}

BOOST_AUTO_TEST_CASE(costs_are_infinite_where_q_is_zero_and_zero_where_both_are) {
  const Workspace::Frame frame(Workspace::of_thread());
  const auto beyond = cost_of(ForwardKl(Uniform{2.0, 3.0}), Uniform{0.0, 1.0}, 20);
  for (std::size_t i = 0; i < 20; ++i) BOOST_TEST(beyond.h[i] == HUGE_VAL);
  Workspace& w = Workspace::of_thread();
  const double log_q[32] = {-HUGE_VAL, 0.0};
  double x[40] = {7.0, 0.5}, h[32];
  ForwardKl(Uniform{0.0, 1.0}).cost(Batch{x, 2, 1, 40}, log_q, h, w);
  BOOST_TEST(h[0] == 0.0);
  BOOST_TEST(h[1] == 0.0);
}

BOOST_AUTO_TEST_CASE(draws_of_data_are_rows_of_it_in_proportion_to_their_weights) {
  const Empirical data(Points{{1.0}, {2.0}, {3.0}}, Vector{{1.0, 0.0, 3.0}});
  const ForwardKl objective(data);
  const Workspace::Frame frame(Workspace::of_thread());
  std::size_t ones = 0, threes = 0, n = 512;
  for (std::uint64_t step = 0; step < 200; ++step) {
    const Workspace::Frame inner(Workspace::of_thread());
    const auto x = engine::take_batch(Workspace::of_thread(), n, 1);
    objective.draw({{1}, Purpose::sample, step, 0}, x, Workspace::of_thread());
    for (std::size_t i = 0; i < n; ++i) {
      ones += x.data[i] == 1.0;
      threes += x.data[i] == 3.0;
    }
  }
  const double total = 200.0 * static_cast<double>(n);
  BOOST_TEST(static_cast<double>(ones + threes) == total);
  BOOST_TEST(std::abs(static_cast<double>(ones) / total - 0.25) < 7 * std::sqrt(0.1875 / total));
}

// At the optimum moments of p and q agree: no other Gaussian is nearer. The bound: with a rate that
// decays to 0 what is left is noise and bias of the last hundred steps; over 20 seeds the largest
// deviation was 0.02 standard deviations.
BOOST_AUTO_TEST_CASE(a_gaussian_fit_reaches_the_moments_of_the_target) {
  const auto fitted =
      fit(Gaussian::standard(2), ForwardKl(seed_mixture()),
          Adam{.learning_rate = cosine_decay(0.05)}, {.steps = 2000, .samples = 500, .seed = {2}});
  const Gaussian& q = fitted.model;
  const double kl = gaussian_kl(nearest_gaussian(), q);
  BOOST_TEST_CONTEXT("mean " << q.mean().transpose() << ", covariance\n"
                             << q.covariance() << "\nKL to the optimum " << kl) {
    BOOST_TEST((q.mean() - nearest_gaussian().mean()).cwiseAbs().maxCoeff() < 0.06);
    BOOST_TEST((q.covariance() - nearest_gaussian().covariance()).cwiseAbs().maxCoeff() < 0.3);
    // KL(p || q) = KL(p || best) + KL(best || q) for Gaussians q: the rest is what the fit lost.
    BOOST_TEST(kl < 1e-3);
  }
}
