// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE models_truncated
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <sstream>

#include <leibler/models/conformance.hpp>
#include <leibler/models/mixture.hpp>
#include <leibler/models/truncated.hpp>
#include <leibler/models/univariate/cauchy.hpp>
#include <leibler/models/univariate/gamma.hpp>
#include <leibler/models/univariate/laplace.hpp>
#include <leibler/models/univariate/normal.hpp>
#include <leibler/models/univariate/poisson.hpp>
#include <leibler/models/univariate/student_t.hpp>
#include <leibler/models/univariate/uniform.hpp>

#include "allocations.hpp"
#include "says.hpp"

using namespace leibler;
using test::says;
namespace tt = boost::test_tools;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
const Normal standard(0, 1);

// The largest gap of the draws' shares from the cdf, over what Dvoretzky, Kiefer and Wolfowitz
// allow: exceeded with probability 2 exp(-2 n gap^2), here that of 7 standard errors.
template <class P>
double largest_gap(const P& p, Index n) {
  Points x = sample(p, n, Seed{21});
  std::sort(x.data(), x.data() + n);
  double gap = 0.0;
  for (Index i = 0; i < n; ++i) {
    const double f = p.cdf(x(i, 0));
    gap = std::max({gap, std::abs(f - static_cast<double>(i) / static_cast<double>(n)),
                    std::abs(f - static_cast<double>(i + 1) / static_cast<double>(n))});
  }
  return gap / std::sqrt(std::log(2.0 / 2.6e-12) / (2.0 * static_cast<double>(n)));
}

}  // namespace

static_assert(Distribution<Truncated<Normal<>>> && Parametric<Truncated<Normal<>>> &&
              Differentiable<Truncated<Normal<>>> && !Differentiable<Truncated<Poisson<>>>);
static_assert(detail::HasTails<Truncated<Mixture<Normal<>, Laplace<>>>>);

// mpmath 1.3, 40 digits.
BOOST_AUTO_TEST_CASE(truncated_normals_match_references_far_in_the_tail_and_on_short_intervals) {
  const struct {
    double low, high, log_normalizer, mean, variance, entropy;
  } references[] = {
      {30, infinity, -454.32124395634319711, 30.033259667433677037, 0.0011037715118900910011,
       -2.4034104116333688095},
      {-1, 2.5, -0.18016179387054710768, 0.26874984562492135523, 0.58556364049060004789,
       1.0676717993411351881},
      {30, 30.5, -454.32124422188508635, 30.033259534806876643, 0.0011037052799451816209,
       -2.4034146935063567901},
      {-8, -7.999, -39.822691312521307466, -7.99949933337573303, 8.3333063922979347316e-8,
       -6.9077579453107041953},
  };
  for (const auto& r : references) {
    const Truncated p(standard, r.low, r.high), mirrored(standard, -r.high, -r.low);
    BOOST_TEST_CONTEXT(p) {
      BOOST_TEST(p.log_normalizer() == r.log_normalizer, tt::tolerance(1e-14));
      BOOST_TEST(p.mean() == r.mean, tt::tolerance(1e-13));
      BOOST_TEST(p.variance() == r.variance, tt::tolerance(2e-11));
      BOOST_TEST(std::abs(p.entropy() - r.entropy) < 1e-12 * std::abs(r.log_normalizer) + 1e-13);
      BOOST_TEST(mirrored.log_normalizer() == r.log_normalizer, tt::tolerance(1e-14));
      BOOST_TEST(mirrored.mean() == -r.mean, tt::tolerance(1e-13));
    }
  }
}

BOOST_AUTO_TEST_CASE(a_density_is_that_of_p_on_the_interval_and_zero_outside) {
  const Truncated p(standard, -1.0, 2.0);
  const Vector log_p = p.log_density(Points{{-1.1}, {-1.0}, {0.5}, {2.0}, {2.1}, {infinity}});
  BOOST_TEST(log_p[0] == -infinity);
  BOOST_TEST(log_p[1] == standard.log_density(-1.0) - p.log_normalizer());
  BOOST_TEST(log_p[2] == standard.log_density(0.5) - p.log_normalizer(), tt::tolerance(1e-15));
  BOOST_TEST(log_p[3] == p.log_density(2.0), tt::tolerance(1e-15));
  BOOST_TEST(log_p[4] == -infinity);
  BOOST_TEST(log_p[5] == -infinity);
  BOOST_TEST(std::isnan(p.log_density(Points{{std::nan("")}})[0]));
  BOOST_TEST((point_gradient(p, Points{{3.0}, {0.5}}) == Points{{0.0}, {-0.5}}));
}

BOOST_AUTO_TEST_CASE(quantiles_undo_probabilities) {
  const auto undo = [](const auto& p) {
    for (const double u : {1e-6, 0.01, 0.3, 0.5, 0.7, 0.999}) {
      BOOST_TEST_CONTEXT(p << " at " << u) {
        BOOST_TEST(p.cdf(p.quantile(u)) == u, tt::tolerance(1e-7));
        BOOST_TEST(p.survival(p.upper_quantile(u)) == u, tt::tolerance(1e-7));
      }
    }
    BOOST_TEST(p.quantile(0.0) == p.support().low);
    BOOST_TEST(p.upper_quantile(0.0) == p.support().high);
  };
  undo(Truncated(standard, 30));
  undo(Truncated(standard, -infinity, -45));
  undo(Truncated(standard, 40, 41));
  undo(Truncated(Laplace(0.3, 2.0), -1.0, 2.5));
  undo(Truncated(StudentT(3, 0, 1), 100.0));
  undo(Truncated(Mixture(Vector{{0.3, 0.7}}, Normal(0, 1), Normal(6, 0.1)), -1.0, 6.0));
  // Near the end, and past where p's own quantiles underflow.
  const Truncated half(standard, 0.0);
  BOOST_TEST(half.quantile(1e-300) == 1e-300 * std::sqrt(M_PI / 2.0), tt::tolerance(1e-12));
  BOOST_TEST(half.log_cdf(1e-200) == std::log(1e-200) + 0.5 * std::log(2.0 / M_PI),
             tt::tolerance(1e-14));
  BOOST_TEST(Truncated(standard, 30).survival(47.75586442416596) == 1e-300, tt::tolerance(1e-11));
}

BOOST_AUTO_TEST_CASE(draws_follow_the_density_also_where_probabilities_underflow) {
  BOOST_TEST(largest_gap(Truncated(standard, 30), 400'000) < 1.0);
  BOOST_TEST(largest_gap(Truncated(standard, -1.0, 2.5), 400'000) < 1.0);
  BOOST_TEST(largest_gap(Truncated(standard, -infinity, -45.0), 100'000) < 1.0);
  BOOST_TEST(largest_gap(Truncated(standard, 3.0, 3.0 + 1e-8), 100'000) < 1.0);
  BOOST_TEST(largest_gap(Truncated(Cauchy(0, 1), 1.0), 100'000) < 1.0);
}

BOOST_AUTO_TEST_CASE(whole_numbers_count_at_both_ends) {
  const Truncated p(Poisson(4), 1.5, 9.0);
  const Poisson<> whole(4);
  double total = 0.0, mean = 0.0;
  for (int k = 2; k <= 9; ++k) {
    total += std::exp(whole.log_density(k));
    mean += k * std::exp(whole.log_density(k));
  }
  BOOST_TEST(p.log_normalizer() == std::log(total), tt::tolerance(1e-13));
  BOOST_TEST(p.mean() == mean / total, tt::tolerance(1e-13));
  BOOST_TEST(p.log_density(1.0) == -infinity);
  BOOST_TEST(p.log_density(2.5) == -infinity);
  BOOST_TEST(p.cdf(2.0) == std::exp(whole.log_density(2)) / total, tt::tolerance(1e-13));
  BOOST_TEST(p.support().low == 2.0);
  for (int k = 2; k <= 9; ++k) BOOST_TEST(p.quantile(p.cdf(k)) == k);
  const Truncated far(whole, 40);
  BOOST_TEST(far.quantile(0.5) == 40.0);
  const Points x = sample(far, 100'000, Seed{5});
  BOOST_TEST(std::abs(x.mean() - far.mean()) < 7.0 * std::sqrt(far.variance() / 1e5));
  BOOST_TEST(x.minCoeff() == 40.0);
}

BOOST_AUTO_TEST_CASE(moments_diverge_where_the_tail_that_is_left_does) {
  BOOST_TEST(Truncated(Cauchy(0, 1), 1.0).mean() == infinity);
  BOOST_TEST(Truncated(Cauchy(0, 1), -infinity, 1.0).mean() == -infinity);
  BOOST_TEST(std::isnan(Truncated(Cauchy(0, 1)).mean()));
  BOOST_TEST(Truncated(Cauchy(0, 1), 0.0, 2.0).mean() == std::log(5.0) / (2.0 * std::atan(2.0)),
             tt::tolerance(1e-12));
}

// 5-point differences are those of the conformance suite.
BOOST_AUTO_TEST_CASE(keeps_what_the_concepts_promise) {
  const ConformanceOptions options{.allocations = test::allocations};
  const auto kept = [](const auto& p, const Violations& found) {
    BOOST_TEST(found.empty(), p << ": " << found);
  };
  const Truncated a(Normal(0.3, 2.0), -1.0, 2.5);
  kept(a, check_model(a, options));
  const Truncated b(Laplace(0.3, 2.0), -1.0, 2.5);
  kept(b, check_model(b));
  const Truncated c(standard, 30);
  kept(c, check_model(c));
  const Truncated d(StudentT(3.0, 0.0, 1.0), 1.0);
  kept(d, check_model(d));
  const Truncated e(Poisson(4), 2, 9);
  kept(e, check_model(e));
  const Truncated f(Gamma(2.0, 0.5), 1.0, 8.0);
  kept(f, check_model(f));
  const Truncated g(Mixture(Vector{{0.3, 0.7}}, Normal(0, 1), Normal(6, 1)), -1.0, 6.0);
  kept(g, check_model(g));
}

BOOST_AUTO_TEST_CASE(a_support_that_moves_inside_the_interval_has_its_gradient) {
  const Truncated p(Uniform(0.0, 1.0), 0.25, 2.0);
  // log density = -log(high - 0.25), whatever low is: theta = (low, log(high - low)).
  const Vector g = parameter_gradient(p, Points{{0.5}});
  BOOST_TEST(g[0] == -1.0 / 0.75, tt::tolerance(1e-8));
  BOOST_TEST(g[1] == -1.0 / 0.75, tt::tolerance(1e-8));
}

BOOST_AUTO_TEST_CASE(mistakes_are_named) {
  BOOST_CHECK_EXCEPTION(Truncated(standard, 2.0, 1.0), DomainError,
                        says("Truncated: low = 2; low must be below high, 1; exchange them if they "
                             "are the wrong way round."));
  BOOST_CHECK_EXCEPTION(Truncated(standard, 2.0, 2.0), DomainError,
                        says("Truncated: low = 2; one point of a continuous distribution has no "
                             "mass; give an interval."));
  BOOST_CHECK_EXCEPTION(Truncated(standard, std::nan(""), 2.0), DomainError,
                        says("Truncated: low = nan; low must be a number or -infinity; look where "
                             "the value comes from."));
  BOOST_CHECK_EXCEPTION(
      Truncated(Uniform(0.0, 1.0), 3.0, 4.0), DomainError,
      says("Truncated: the interval [3, 4] has no mass; the distribution is on [0, 1], and some of "
           "it must be left; take another interval."));
  BOOST_CHECK_EXCEPTION(
      Truncated(Poisson(4), 2.1, 2.9), DomainError,
      says("Truncated: the interval [2.1, 2.9] has no mass; the distribution is on [0, inf], and "
           "some of it must be left; take another interval."));
  BOOST_CHECK_EXCEPTION((void)Truncated(standard, 1.0).quantile(-0.5), DomainError,
                        says("Truncated::quantile: u = -0.5; u must be from 0 to 1; give a "
                             "probability."));
  BOOST_CHECK_EXCEPTION(
      (void)Truncated(standard, 1.0).with_parameters(std::vector{0.0, 800.0}), DomainError,
      says("Truncated::with_parameters: theta[1] = 800; stddev would be inf; take "
           "smaller steps."));
}

BOOST_AUTO_TEST_CASE(prints_its_interval) {
  std::ostringstream text;
  text << Truncated(standard, 30);
  BOOST_TEST(text.str() == "Truncated to [30, inf]: Normal(mean = 0, stddev = 1)");
}
