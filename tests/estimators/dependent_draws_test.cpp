// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE estimators_dependent_draws
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include <leibler/engine/kernels/random.hpp>
#include <leibler/estimators/adam.hpp>
#include <leibler/estimators/compare_gradients.hpp>
#include <leibler/estimators/dependent_draws.hpp>
#include <leibler/estimators/expectation_objective.hpp>
#include <leibler/estimators/fit.hpp>
#include <leibler/estimators/pathwise.hpp>
#include <leibler/estimators/reverse_kl.hpp>
#include <leibler/estimators/score_function.hpp>
#include <leibler/estimators/stratified.hpp>
#include <leibler/models/diagonal_gaussian.hpp>
#include <leibler/models/gaussian_mixture.hpp>
#include <leibler/models/univariate/normal.hpp>

#include "fits.hpp"
#include "says.hpp"
#include "seed_mixture.hpp"

using namespace leibler;
using namespace leibler::test;
using engine::Dependence;
namespace tt = boost::test_tools;

namespace {

Stream stream(Dependence dependence, std::uint32_t chunk = 0, std::uint32_t part = 0) {
  return {{3}, Purpose::sample, 7, chunk, part, dependence};
}

const DiagonalGaussian two(Vector{{2.0}}, Vector{{1.0}});
const auto square = [](const auto& x) { return x[0] * x[0]; };

void check_mean(const Estimate& mean, double exact) {
  BOOST_TEST(std::abs(mean.value - exact) <= 7 * mean.standard_error + 1e-14, mean);
}

}  // namespace

BOOST_AUTO_TEST_CASE(mirrored_rows_are_pairs) {
  double u[96], z[96];
  engine::kernels::uniform_fill(stream(Dependence::mirrored), u, 32, 3);
  engine::kernels::normal_fill(stream(Dependence::mirrored), z, 32, 3);
  for (std::size_t i = 0; i < 96; i += 2) {
    BOOST_TEST(u[i] + u[i + 1] == 1.0);
    BOOST_TEST(z[i] == -z[i + 1]);
    BOOST_TEST((u[i] > 0.0 && u[i] < 1.0));
  }
}

BOOST_AUTO_TEST_CASE(a_sequence_has_one_point_in_every_cell) {
  for (const std::uint32_t chunk : {0u, 1u, 5u}) {
    for (const std::uint32_t part : {0u, 2u}) {
      std::vector<double> u(64 * 5);
      engine::kernels::uniform_fill(stream(Dependence::low_discrepancy, chunk, part), u.data(), 64,
                                    5);
      for (std::size_t j = 0; j < 5; ++j) {
        std::vector<bool> seen(64);
        for (std::size_t i = 0; i < 64; ++i) {
          seen[static_cast<std::size_t>(64 * u[64 * j + i])] = true;
        }
        BOOST_TEST(std::count(seen.begin(), seen.end(), true) == 64);
      }
      // and of two coordinates in every square of 8 x 8, for the first two
      std::vector<bool> seen(64);
      for (std::size_t i = 0; i < 64; ++i) {
        seen[static_cast<std::size_t>(8 * u[i]) * 8 + static_cast<std::size_t>(8 * u[64 + i])] =
            true;
      }
      if (part == 0) BOOST_TEST(std::count(seen.begin(), seen.end(), true) == 64);
    }
  }
  std::vector<double> a(16), b(16);
  engine::kernels::uniform_fill(stream(Dependence::low_discrepancy, 0), a.data(), 16, 1);
  engine::kernels::uniform_fill(stream(Dependence::low_discrepancy, 1), b.data(), 16, 1);
  BOOST_TEST((a != b));  // every chunk has a shift of its own
}

BOOST_AUTO_TEST_CASE(independent_draws_are_those_without_columns) {
  double a[96], b[96];
  engine::kernels::normal_fill(stream(Dependence::none), a, 96);
  engine::kernels::normal_fill(stream(Dependence::none), b, 32, 3);
  BOOST_TEST(std::vector<double>(a, a + 96) == std::vector<double>(b, b + 96), tt::per_element());
}

BOOST_AUTO_TEST_CASE(means_stay_and_variances_fall) {
  const auto all = compare_gradients(
      two, Expectation(square), {.repeats = 4000, .samples = 128, .seed = {7}}, ScoreFunction{},
      Antithetic{ScoreFunction{}}, QuasiMonteCarlo{ScoreFunction{}}, Antithetic{Pathwise{}},
      QuasiMonteCarlo{Pathwise{}});
  for (const auto& row : all.estimators) {
    check_mean(row.parameters[0].mean, 4);
    check_mean(row.parameters[1].mean, 2);
  }
  const auto variance = [&](std::size_t e, std::size_t k) {
    return all.estimators[e].parameters[k].variance.value;
  };
  // by z (2 + z)^2: the odd part z^3 + 4 z is gone, Var(4 z^2) = 32 of a draw is that of a pair
  const Estimate& pairs = all.estimators[1].parameters[0].variance;
  BOOST_TEST(std::abs(pairs.value - 64) < 7 * pairs.standard_error, pairs);
  BOOST_TEST(variance(3, 0) < 1e-20);  // a path that is linear in z
  BOOST_TEST(variance(2, 0) < 0.2 * variance(0, 0));
  BOOST_TEST(variance(4, 0) < 0.2);
}

BOOST_AUTO_TEST_CASE(other_models_take_them) {
  const auto q = GaussianMixture::random(3, 2, Seed{2});
  const auto all =
      compare_gradients(q, ReverseKl(seed_mixture()), {.repeats = 1000, .samples = 64, .seed = {1}},
                        Stratified{}, Antithetic{Stratified{}}, QuasiMonteCarlo{Stratified{}});
  for (std::size_t e = 1; e < 3; ++e) {
    for (const auto& one : all.estimators[e].parameters) {
      BOOST_TEST(std::abs(one.bias_score()) < 7);
    }
  }
  const auto normal =
      compare_gradients(Normal(2, 1), Expectation(square),
                        {.repeats = 100, .samples = 64, .seed = {7}}, Antithetic{Pathwise{}});
  BOOST_TEST(normal.estimators[0].parameters[0].variance.value < 1e-20);
}

BOOST_AUTO_TEST_CASE(errors_of_values_are_those_of_pairs_and_of_chunks) {
  // x^2 at mean 0 is even: pairs say everything twice
  const DiagonalGaussian zero(Vector{{0.0}}, Vector{{1.0}});
  const auto traced = [&](const auto& estimator, std::size_t samples) {
    return fit(zero, Expectation(square), estimator, Adam{.learning_rate = 1e-9},
               {.trace_every = 1, .steps = 1, .samples = samples, .seed = {4}})
        .trace.front()
        .objective;
  };
  const double plain = traced(Pathwise{}, 10'240).standard_error;
  const Estimate pairs = traced(Antithetic{Pathwise{}}, 10'240);
  BOOST_TEST(std::abs(pairs.standard_error / plain - std::sqrt(2.0)) < 0.1);
  const Estimate chunks = traced(QuasiMonteCarlo{Pathwise{}}, 10'240);
  BOOST_TEST(chunks.standard_error < 0.2 * plain);
  BOOST_TEST(chunks.samples == 20u);
  BOOST_TEST(std::abs(chunks.value - 1) < 7 * chunks.standard_error);
  BOOST_TEST(std::isinf(traced(QuasiMonteCarlo{Pathwise{}}, 100).standard_error));
}

BOOST_AUTO_TEST_CASE(common_numbers_make_one_function_of_the_parameters) {
  const auto run = [&](const auto& estimator, int threads) {
    return fit(two, Expectation(square), estimator, Adam{.learning_rate = 0.05},
               {.trace_every = 1, .steps = 3, .samples = 1200, .seed = {4}, .threads = {threads}});
  };
  const auto fixed = run(CommonRandomNumbers{ScoreFunction{}}, 1);
  const auto again = fit(two, Expectation(square), ScoreFunction{}, Adam{.learning_rate = 0.05},
                         {.trace_every = 1, .steps = 1, .samples = 1200, .seed = {4}});
  BOOST_TEST(fixed.trace[0].gradient_norm == again.trace[0].gradient_norm);
  BOOST_TEST(numbers_of(run(CommonRandomNumbers{ScoreFunction{}}, 3)) == numbers_of(fixed),
             tt::per_element());
  BOOST_TEST(numbers_of(run(QuasiMonteCarlo{Pathwise{}}, 3)) ==
                 numbers_of(run(QuasiMonteCarlo{Pathwise{}}, 1)),
             tt::per_element());
}

BOOST_AUTO_TEST_CASE(estimators_that_compare_draws_are_refused) {
  BOOST_CHECK_EXCEPTION(
      (void)fit(two, Expectation(square),
                Antithetic{ScoreFunction{.baseline = Baseline::leave_one_out}}, Adam{},
                {.steps = 1}),
      InvalidArgument,
      says("Antithetic: estimator = ScoreFunction, leave-one-out compares a draw with others; must "
           "not, because they depend on each other and it would be biased; use ScoreFunction{} or "
           "Baseline::moving_average inside."));
}
