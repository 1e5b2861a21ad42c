// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE estimators_kl_bounds
#include <boost/test/unit_test.hpp>

#include <cmath>
#include <sstream>

#include <leibler/estimators/kl_bounds.hpp>
#include <leibler/models/gaussian.hpp>
#include <leibler/models/gaussian_mixture.hpp>
#include <leibler/models/univariate/normal.hpp>

#include "says.hpp"
#include "seed_mixture.hpp"
#include "vector_checks.hpp"

using namespace leibler;
using namespace leibler::test;
namespace tt = boost::test_tools;

namespace {

GaussianMixture two() {
  return GaussianMixture(Vector{{0.3, 0.7}}, Points{{0, 0}, {2, -1}},
                         {Matrix{{1, 0.3}, {0.3, 0.5}}, Matrix{{0.8, -0.2}, {-0.2, 2}}});
}

GaussianMixture three() {
  return GaussianMixture(
      Vector{{0.5, 0.2, 0.3}}, Points{{0.5, 1}, {3, 0}, {-1, -1}},
      {Matrix::Identity(2, 2), Matrix{{0.6, 0.1}, {0.1, 0.4}}, Matrix{{2, 0.5}, {0.5, 1}}});
}

/// Of one variable, exact to 12 digits: a trapezoid rule over a smooth function that vanishes at
/// both ends.
double exact_kl(const GaussianMixture& p, const GaussianMixture& q) {
  const Points x = Vector::LinSpaced(60'001, -60.0, 60.0);
  const Vector log_p = p.log_density(x), log_q = q.log_density(x);
  double sum = 0.0;
  for (Index i = 0; i < x.rows(); ++i) {
    sum += std::exp(log_p[i]) * (log_p[i] - log_q[i]) - std::exp(log_p[i]) + std::exp(log_q[i]);
  }
  return sum * 120.0 / 60'000;
}

/// One to four components of one variable, from a seed.
GaussianMixture random_mixture(std::uint64_t seed, double spread) {
  const Points u = sample(Gaussian::standard(3), 4, Seed{seed});
  const auto k = static_cast<Index>(seed % 4 + 1);
  Vector weights = u.col(0).head(k).array().exp();
  weights /= weights.sum();
  std::vector<Matrix> covariances;
  for (Index i = 0; i < k; ++i) {
    covariances.push_back(Matrix::Constant(1, 1, std::exp(u(i, 1))));
  }
  return GaussianMixture(weights, spread * u.col(2).head(k), covariances);
}

}  // namespace

// mpmath, 40 digits, the formulas of the papers written out.
BOOST_AUTO_TEST_CASE(formulas_have_reference_numbers) {
  const auto b = kl_bounds(two(), three(), {.samples = 1000});
  BOOST_TEST(relative_error(b.variational, 1.9682952679145129) < 1e-13);
  BOOST_TEST(relative_error(b.product, 0.541491972221451485) < 1e-13);
  BOOST_TEST(relative_error(b.matched, 2.64038255895611339) < 1e-13);
  BOOST_TEST(relative_error(b.lower_bound, 0.0885728088036942089) < 1e-13);
  BOOST_TEST(relative_error(b.upper_bound, 2.42121443133227018) < 1e-13);  // that of [3]
  const auto back = kl_bounds(three(), two(), {.samples = 1000});
  BOOST_TEST(relative_error(back.variational, 1.13076620170090312) < 1e-13);
  BOOST_TEST(relative_error(back.product, 0.241476706244492908) < 1e-13);
  BOOST_TEST(relative_error(back.matched, 1.41286916906278162) < 1e-13);
  BOOST_TEST(back.lower_bound == 0.0);
  BOOST_TEST(relative_error(back.upper_bound, 1.64279039566768174) < 1e-13);
  // Components far apart: the divided bound is the lower one. Then it is matched, too.
  const GaussianMixture p(Vector{{0.4, 0.6}}, Points{{0}, {100}}, {Matrix{{1.0}}, Matrix{{1.0}}}),
      q(Vector{{0.3, 0.7}}, Points{{101}, {1}}, {Matrix{{1.0}}, Matrix{{2.0}}});
  const auto far = kl_bounds(p, q, {.samples = 1000});
  BOOST_TEST(far.upper_bound == far.matched, tt::tolerance(1e-12));
  BOOST_TEST(far.variational == far.matched, tt::tolerance(1e-12));
  BOOST_TEST(far.upper_bound == exact_kl(GaussianMixture(p.weights(), Points{{-25}, {25}},
                                                         {Matrix{{1.0}}, Matrix{{1.0}}}),
                                         GaussianMixture(q.weights(), Points{{26}, {-24}},
                                                         {Matrix{{1.0}}, Matrix{{2.0}}})),
             tt::tolerance(1e-10));
}

BOOST_AUTO_TEST_CASE(bounds_hold_around_the_exact_value) {
  double narrowest = HUGE_VAL;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    const double spread = seed % 3 == 0 ? 0.5 : 4.0;
    const auto p = random_mixture(seed, spread), q = random_mixture(1000 + 3 * seed, spread);
    const auto b = kl_bounds(p, q, {.samples = 1000});
    const double exact = exact_kl(p, q);
    BOOST_TEST_CONTEXT("seed " << seed << ", exact " << exact << '\n' << b) {
      BOOST_TEST(b.lower_bound <= exact * (1 + 1e-9));
      BOOST_TEST(b.upper_bound >= exact * (1 - 1e-9));
      BOOST_TEST(b.lower_bound >= 0.0);
      for (const double v : {b.variational, b.matched, b.product}) BOOST_TEST(std::isfinite(v));
    }
    narrowest = std::min(narrowest, b.upper_bound / exact);
  }
  BOOST_TEST(narrowest < 1.05);  // they say something
}

BOOST_AUTO_TEST_CASE(bounds_hold_around_samples_in_more_dimensions) {
  for (std::uint64_t seed = 0; seed < 8; ++seed) {
    const auto p = GaussianMixture::random(3, 5, {seed}, {.spread = 1.5}),
               q = GaussianMixture::random(4, 5, {100 + seed}, {.spread = 1.5, .stddev = 1.2});
    const auto b = kl_bounds(p, q, {.samples = 20'000, .seed = {seed}});
    BOOST_TEST_CONTEXT(b) {
      BOOST_TEST(b.lower_bound <= b.sampled.value + 7 * b.sampled.standard_error);
      BOOST_TEST(b.upper_bound >= b.sampled.value - 7 * b.sampled.standard_error);
    }
  }
}

BOOST_AUTO_TEST_CASE(one_component_on_each_side_gives_the_kl_itself) {
  const Gaussian p(Vector{{0.5, -1.0}}, Matrix{{2.0, 0.7}, {0.7, 0.5}});
  const GaussianMixture q(Vector{{1.0}}, Points{{0.0, 0.3}}, {Matrix{{1.5, -0.2}, {-0.2, 1.0}}});
  const double exact = divergence(Kl{}, p, q.component(0)).value;
  const auto b = kl_bounds(p, q, {.seed = {2}});
  for (const double v : {b.lower_bound, b.upper_bound, b.variational, b.matched}) {
    BOOST_TEST(v == exact, tt::tolerance(1e-14));
  }
  BOOST_TEST(std::abs(b.sampled.value - exact) < 7 * b.sampled.standard_error);
  BOOST_TEST((b.sampled.method == Method::monte_carlo));
  // the product approximation is another number: m^2 / 4 in place of m^2 / 2
  const auto apart = kl_bounds(Normal(0.0, 1.0), Normal(2.0, 1.0), {.samples = 100});
  BOOST_TEST(apart.product == 1.0, tt::tolerance(1e-14));
  BOOST_TEST(apart.upper_bound == 2.0, tt::tolerance(1e-14));
}

BOOST_AUTO_TEST_CASE(equal_mixtures_are_at_zero_from_below) {
  const auto p = seed_mixture();
  const auto b = kl_bounds(p, p, {.samples = 100});
  BOOST_TEST(b.lower_bound == 0.0);
  BOOST_TEST(b.variational == 0.0);
  BOOST_TEST(b.product == 0.0);
  BOOST_TEST(b.matched == 0.0);
  BOOST_TEST(std::abs(b.upper_bound) < 1e-12);
  BOOST_TEST(b.sampled.value == 0.0);
}

BOOST_AUTO_TEST_CASE(what_lies_far_apart_stays_finite) {
  const GaussianMixture p(Vector{{0.5, 0.5}}, Points{{0}, {1e100}}, {Matrix{{1.0}}, Matrix{{1.0}}});
  const GaussianMixture q(Vector{{0.5, 0.5}}, Points{{-1e100}, {1e-3}},
                          {Matrix{{1.0}}, Matrix{{1.0}}});
  const auto b = kl_bounds(p, q, {.samples = 1000});
  for (const double v : {b.lower_bound, b.upper_bound, b.variational, b.matched, b.product}) {
    BOOST_TEST(!std::isnan(v));
  }
  BOOST_TEST(b.lower_bound <= b.upper_bound);
}

BOOST_AUTO_TEST_CASE(bounds_print_and_convert_to_json) {
  const KlBounds b{0.25, 0.5, 0.375, 0.4, 0.125, {0.3, 0.001, 1000}};
  std::ostringstream text;
  text << b;
  BOOST_TEST(text.str() ==
             "lower bound                 0.25\n"
             "upper bound                 0.5\n"
             "variational approximation   0.375\n"
             "matched approximation       0.4\n"
             "product approximation       0.125\n"
             "sampled                     0.3000 +- 0.0010 (monte_carlo, 1000 samples)");
  BOOST_TEST(b.to_json() ==
             R"({"lower_bound":0.25,"upper_bound":0.5,"variational":0.375,"matched":0.4,)"
             R"("product":0.125,"sampled":{"value":0.3,"standard_error":0.001,"samples":1000,)"
             R"("method":"monte_carlo","reliable":true}})");
}

BOOST_AUTO_TEST_CASE(errors_name_the_argument_and_the_value) {
  BOOST_CHECK_EXCEPTION(
      (void)kl_bounds(two(), Normal(0.0, 1.0)), InvalidArgument,
      says("kl_bounds: q.dimension() = 1; must be 2; p and q live in the same space."));
  BOOST_CHECK_EXCEPTION((void)kl_bounds(two(), three(), {.samples = 3}), InvalidArgument,
                        says("divergence: options.samples = 3; must be >= 4; two draws of p and "
                             "two of q have a standard error."));
}
