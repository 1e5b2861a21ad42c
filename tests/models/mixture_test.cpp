// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE models_mixture
#include <boost/test/unit_test.hpp>

#include <cmath>
#include <limits>
#include <sstream>

#include <leibler/models/conformance.hpp>
#include <leibler/models/gaussian.hpp>
#include <leibler/models/gaussian_mixture.hpp>
#include <leibler/models/mixture.hpp>
#include <leibler/models/univariate/laplace.hpp>
#include <leibler/models/univariate/normal.hpp>

#include "allocations.hpp"
#include "says.hpp"

using namespace leibler;
using test::says;
namespace tt = boost::test_tools;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

// A model without an evaluation: a density and draws are enough.
struct Plain {
  Normal<> normal{1.0, 2.0};
  [[nodiscard]] static std::size_t dimension() { return 1; }
  void log_density(const Batch& x, double* out, Workspace& w) const {
    normal.log_density(x, out, w);
  }
  void sample(const Stream& stream, const MutableBatch& x, Workspace& w) const {
    normal.sample(stream, x, w);
  }
};

const Vector weights{{0.4, 0.6}};

template <class P>
double at(const P& p, double x) {
  return p.log_density(Points{{x}})[0];
}

}  // namespace

static_assert(Distribution<Mixture<Normal<>, Laplace<>>> && MixtureLike<Mixture<Normal<>>> &&
              Parametric<Mixture<Normal<>, Laplace<>>> && Differentiable<Mixture<Normal<>>>);
static_assert(Distribution<Mixture<Plain, Normal<>>> && !Parametric<Mixture<Plain, Normal<>>> &&
              !Differentiable<Mixture<Plain, Normal<>>>);
static_assert(Parametric<Mixture<std::vector<GaussianMixture>>>);

BOOST_AUTO_TEST_CASE(mixtures_of_gaussians_are_the_gaussian_mixture) {
  const GaussianMixture expected(
      weights, Points{{0.5, 1.0}, {3.3, -1.0}},
      {Matrix{{2.25, 0.3}, {0.3, 1.0}}, Matrix{{0.49, 0.0}, {0.0, 4.0}}});
  const Mixture fixed(weights, expected.component(0), expected.component(1));
  const Mixture list(weights, std::vector{expected.component(0), expected.component(1)});
  const Points x = sample(expected, 500, Seed{4});
  const Vector log_p = expected.log_density(x);
  BOOST_TEST((fixed.log_density(x) - log_p).cwiseAbs().maxCoeff() < 1e-14);
  BOOST_TEST((list.log_density(x) - log_p).cwiseAbs().maxCoeff() < 1e-14);
  BOOST_TEST((point_gradient(fixed, x) - point_gradient(expected, x)).cwiseAbs().maxCoeff() <
             1e-12);
  BOOST_TEST((fixed.mean() - expected.mean()).cwiseAbs().maxCoeff() < 1e-14);
  BOOST_TEST((list.covariance() - expected.covariance()).cwiseAbs().maxCoeff() < 1e-13);
  // Theirs are logits, means, factors; ours logits, then mean and factor of each.
  const Vector theirs = parameter_gradient(expected, x), ours = parameter_gradient(list, x);
  BOOST_TEST(std::abs(theirs[0] - ours[0]) < 1e-10);
  BOOST_TEST(std::abs(theirs[4] - ours[7]) < 1e-10);
  BOOST_TEST(std::abs(theirs[11] - ours[11]) < 1e-10);
}

// mpmath 1.3, 60 digits, from the doubles.
BOOST_AUTO_TEST_CASE(log_density_is_right_a_thousand_sigma_out) {
  const Mixture p(weights, Normal(0.5, 1.5), Normal(3.3, 0.7));
  const Mixture q(weights, std::vector{Normal(0.5, 1.5), Normal(3.3, 0.7)});
  const std::pair<double, double> references[] = {
      {1.0, -2.2809886856241424947},         {-1000.5, -222669.12958326207588},
      {1500.0, -499668.96291659540921},      {20000.0, -88884446.740694373187},
      {-30000000.0, -200000006666668.96292},
  };
  for (const auto& [x, expected] : references) {
    BOOST_TEST(at(p, x) == expected, tt::tolerance(1e-12));
    BOOST_TEST(at(q, x) == expected, tt::tolerance(1e-12));
  }
}

BOOST_AUTO_TEST_CASE(responsibilities_are_those_of_bayes_also_far_out_and_beyond) {
  const Mixture p(weights, Normal(0.5, 1.5), Normal(3.3, 0.7));
  Workspace& workspace = Workspace::of_thread();
  const engine::Workspace::Frame frame(workspace);
  conformance::TestBatch x(3, 1);
  x.at(0, 0) = 2.0;
  x.at(1, 0) = -1000.0;
  x.at(2, 0) = infinity;
  x.repeat_last_row();
  std::vector<double> r(80);
  p.responsibilities(p.evaluate(x.view(), workspace), r.data(), 40);
  const double a = 0.4 * std::exp(Normal(0.5, 1.5).log_density(2.0)),
               b = 0.6 * std::exp(Normal(3.3, 0.7).log_density(2.0));
  BOOST_TEST(r[0] == a / (a + b), tt::tolerance(1e-14));
  BOOST_TEST(r[1] == 1.0);
  BOOST_TEST(r[41] == 0.0);
  BOOST_TEST(r[2] == 0.4, tt::tolerance(1e-15));
}

BOOST_AUTO_TEST_CASE(mean_and_variance_are_those_within_and_between) {
  const Mixture p(weights, Normal(0.5, 1.5), Laplace(3.0, 2.0));
  BOOST_TEST(p.mean() == 2.0, tt::tolerance(1e-15));
  BOOST_TEST(p.variance() == 0.4 * (2.25 + 2.25) + 0.6 * (8.0 + 1.0), tt::tolerance(1e-15));
  BOOST_TEST(p.component<1>().scale() == 2.0);
}

BOOST_AUTO_TEST_CASE(quantiles_undo_probabilities_in_both_tails_and_across_a_gap) {
  const Mixture p(weights, Normal(-100.0, 0.5), Laplace(100.0, 2.0));
  for (const double u : {1e-300, 1e-20, 0.1, 0.3999, 0.4, 0.4001, 0.9, 0.999}) {
    BOOST_TEST(p.cdf(p.quantile(u)) == u, tt::tolerance(1e-11));
    BOOST_TEST(p.survival(p.upper_quantile(u)) == u, tt::tolerance(1e-11));
  }
  BOOST_TEST(p.log_survival(1e4) == std::log(0.3) - 4950.0, tt::tolerance(1e-15));
  BOOST_TEST(p.log_cdf(1000.0) == -0.3 * std::exp(-450.0), tt::tolerance(1e-13));
  BOOST_TEST(p.quantile(0.0) == -infinity);
  BOOST_TEST(p.quantile(1.0) == infinity);
}

BOOST_AUTO_TEST_CASE(keeps_what_the_concepts_promise) {
  const ConformanceOptions options{.allocations = test::allocations};
  const auto none = [](const Violations& v) { return v.empty(); };
  const auto a = check_model(Mixture(weights, Normal(0.5, 1.5), Normal(3.3, 0.7)), options);
  const auto b = check_model(Mixture(weights, std::vector{Normal(0.5, 1.5), Normal(3.3, 3.0)}));
  const auto c = check_model(Mixture(weights, GaussianMixture::random(3, 2, Seed{3}),
                                     Gaussian(Vector{{0.0, 1.0}}, Matrix{{2.0, 0.5}, {0.5, 1.0}})),
                             options);
  const auto d = check_model(Mixture(weights, Plain(), Normal(-3.0, 1.0)));
  const auto e =
      check_model(Mixture(weights, std::vector{Mixture(weights, Normal(0.5, 1.5), Normal(3.3, 0.7)),
                                               Mixture(weights, Normal(-3, 2), Normal(4, 0.7))}));
  for (const auto* const v : {&a, &b, &c, &d, &e}) BOOST_TEST(none(*v), *v);
}

// Counts of points below 61 quantiles, chi-square with 60 degrees of freedom.
BOOST_AUTO_TEST_CASE(draws_fall_between_quantiles_as_often_as_they_should) {
  const Mixture p(weights, Normal(-1.0, 0.5), Laplace(2.0, 2.0));
  const Index n = 200'000, bins = 60;
  const Points x = sample(p, n, Seed{11});
  std::vector<double> count(static_cast<std::size_t>(bins));
  for (Index i = 0; i < n; ++i) {
    ++count[static_cast<std::size_t>(
        std::min(static_cast<Index>(p.cdf(x(i, 0)) * 60.0), bins - 1))];
  }
  double statistic = 0.0;
  const double expected = static_cast<double>(n) / 60.0;
  for (const double c : count) statistic += (c - expected) * (c - expected) / expected;
  BOOST_TEST(std::abs(statistic - 59.0) < 7.0 * std::sqrt(2.0 * 59.0));
}

BOOST_AUTO_TEST_CASE(a_failed_call_changes_nothing) {
  Mixture p(weights, Normal(0.5, 1.5), Normal(3.3, 0.7));
  const double before = at(p, 1.0);
  BOOST_CHECK_EXCEPTION(
      (void)std::move(p).with_parameters(std::vector{0.0, 0.0, 5.0, 0.0, 1.0, 800.0}), DomainError,
      says("Mixture::with_parameters: theta[5] = 800; stddev would be inf; take "
           "smaller steps."));
  BOOST_TEST(at(p, 1.0) == before);
}

BOOST_AUTO_TEST_CASE(mistakes_are_named) {
  const Normal a(0, 1);
  BOOST_CHECK_EXCEPTION(
      Mixture(Vector{{1.0}}, a, a), InvalidArgument,
      says("Mixture: weights.size() = 1; must be 2; give one weight a component."));
  BOOST_CHECK_EXCEPTION(Mixture(Vector(), std::vector<Normal<>>()), InvalidArgument,
                        says("Mixture: components.size() = 0; must be >= 1; a mixture has at least "
                             "one component."));
  BOOST_CHECK_EXCEPTION(
      Mixture(Vector{{0.4, 0.7}}, a, a), DomainError,
      says("Mixture: weights add up to 1.1; weights must add up to 1 within 1e-9; divide them "
           "by their sum."));
  BOOST_CHECK_EXCEPTION(Mixture(Vector{{-0.4, 1.4}}, a, a), DomainError,
                        says("Mixture: weights[0] = -0.4; weights must be finite and > 0; leave "
                             "out components of weight zero."));
  BOOST_CHECK_EXCEPTION(
      Mixture(weights, a, Gaussian::standard(2)), InvalidArgument,
      says("Mixture: components[1] has 2 dimensions; all must have as many as the first, 1; give "
           "components of one space."));
  const Mixture list(weights, std::vector{a, a});
  BOOST_CHECK_EXCEPTION((void)list.component(2), InvalidArgument,
                        says("Mixture::component: k = 2; there are 2, counted from 0; ask "
                             "components()."));
  BOOST_CHECK_EXCEPTION((void)list.quantile(1.5), DomainError,
                        says("Mixture::quantile: u = 1.5; u must be from 0 to 1; give a "
                             "probability."));
  BOOST_CHECK_EXCEPTION((void)list.with_parameters(std::vector{0.0}), InvalidArgument,
                        says("Mixture::with_parameters: theta.size() = 1; must be 6; ask "
                             "parameter_count()."));
}

BOOST_AUTO_TEST_CASE(prints_its_components) {
  std::ostringstream text;
  text << Mixture(weights, Normal(0.5, 1.5), Mixture(Vector{{1.0}}, Normal(3, 1)));
  BOOST_TEST(text.str() ==
             "Mixture of 2 components\n  weight 0.4, Normal(mean = 0.5, stddev = 1.5)\n"
             "  weight 0.6, Mixture of 1 component\n    weight 1, Normal(mean = 3, stddev = 1)");
}
