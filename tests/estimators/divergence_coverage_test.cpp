// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE estimators_divergence_coverage
#include <boost/test/unit_test.hpp>

#include <cmath>
#include <cstdint>
#include <string>

#include <leibler/estimators/divergence_estimate.hpp>
#include <leibler/models/dirichlet.hpp>
#include <leibler/models/gaussian.hpp>
#include <leibler/models/univariate/cauchy.hpp>
#include <leibler/models/univariate/exponential.hpp>
#include <leibler/models/univariate/gamma.hpp>
#include <leibler/models/univariate/laplace.hpp>
#include <leibler/models/univariate/normal.hpp>
#include <leibler/models/univariate/poisson.hpp>
#include <leibler/models/univariate/student_t.hpp>

#include "divergences.hpp"

using namespace leibler;
using namespace leibler::test;

// What a sampled divergence says of its own error, against what is exact.

namespace {

constexpr int repeats = 1000;

/// How often a share of `expected` may come out: 7 standard errors of repeats.
double margin(double expected) {
  return 7 * std::sqrt(expected * (1 - expected) / repeats);
}

template <class D, class P, class Q>
void errors_cover(const D& d, const P& p, const Q& q, double exact, DivergenceOptions options) {
  options.method = Method::monte_carlo;
  int within_1 = 0, within_2 = 0, reliable = 0;
  double sum = 0, squares = 0;
  for (std::uint64_t seed = 0; seed < repeats; ++seed) {
    options.seed = {5000 + seed};
    const Estimate e = divergence(d, p, q, options);
    const double off = (e.value - exact) / e.standard_error;
    within_1 += std::abs(off) <= 1;
    within_2 += std::abs(off) <= 2;
    reliable += e.reliable;
    sum += e.value - exact;
    squares += e.standard_error * e.standard_error;
  }
  BOOST_TEST_CONTEXT(std::string(d.name) << " of " << p << " and " << q << ", exact " << exact) {
    BOOST_TEST(std::abs(within_1 / double{repeats} - 0.682689) < margin(0.682689));
    BOOST_TEST(std::abs(within_2 / double{repeats} - 0.954500) < margin(0.954500));
    // a false alarm of the control variate's two tails is no harm
    const bool may_alarm = options.kl_estimator == KlEstimator::control_variate;
    BOOST_TEST((may_alarm || reliable > 0.9 * repeats));
    if constexpr (ExpectationDivergence<D>) {  // unbiased
      BOOST_TEST(std::abs(sum) < 7 * std::sqrt(squares));
    }
  }
}

template <class D, class P, class Q>
void errors_cover(const D& d, const P& p, const Q& q, std::size_t samples = 1000) {
  errors_cover(d, p, q, divergence(d, p, q).value, {.samples = samples});
}

/// Within 7 standard errors, or not reliable.
template <class D, class P, class Q>
void is_right(const D& d, const P& p, const Q& q) {
  const Estimate exact = divergence(d, p, q), e = by(Method::monte_carlo, d, p, q, 20'000);
  BOOST_TEST_CONTEXT(std::string(d.name)
                     << " of " << p << " and " << q << ": " << e << ", exact " << exact) {
    BOOST_TEST((exact.method != Method::monte_carlo));
    BOOST_TEST((!e.reliable || std::abs(e.value - exact.value) <= 7 * e.standard_error));
  }
}

}  // namespace

BOOST_AUTO_TEST_CASE(standard_errors_cover_what_is_exact) {
  const Normal p(0.3, 1.2), q(0.0, 1.35), far(3.0, 1.2);
  errors_cover(Kl{}, p, q);
  errors_cover(Jeffreys{}, p, q, 4000);
  errors_cover(JensenShannon{}, p, far);
  errors_cover(TotalVariation{}, p, far);
  errors_cover(SquaredHellinger{}, p, q);
  errors_cover(Renyi{0.6}, p, far);
  errors_cover(Bhattacharyya{}, p, q);
  errors_cover(LeCam{}, Gamma(2.0, 1.0), Gamma(3.0, 2.0));
  errors_cover(Kl{}, Gamma(2.0, 1.0), Gamma(3.0, 2.0));
  errors_cover(Alpha{0.4}, Poisson(3.0), Poisson(4.0));
  errors_cover(ChiSquared{}, Normal(0.0, 1.0), Normal(0.3, 1.6), 8000);
  errors_cover(Kl{}, Dirichlet(Vector{{2, 3, 4}}), Dirichlet(Vector{{3, 3, 3}}));
  errors_cover(Kl{}, Gaussian(Vector{{0, 1, 2}}, Matrix{{2, 1, 0}, {1, 2, 0}, {0, 0, 1}}),
               Gaussian::standard(3));
}

BOOST_AUTO_TEST_CASE(standard_errors_of_every_estimator_of_kl_cover) {
  for (const KlEstimator estimator :
       {KlEstimator::plain, KlEstimator::control_variate, KlEstimator::non_negative}) {
    const auto cover = [&](const auto& p, const auto& q) {
      errors_cover(Kl{}, p, q, divergence(Kl{}, p, q).value,
                   {.kl_estimator = estimator, .samples = 8000});
    };
    BOOST_TEST_CONTEXT("estimator " << static_cast<int>(estimator)) {
      cover(Normal(0.3, 1.2), Normal(0.0, 1.3));
      cover(Poisson(3.0), Poisson(3.5));
      cover(Gamma(2.0, 1.0), Gamma(2.5, 1.2));
    }
  }
}

BOOST_AUTO_TEST_CASE(what_is_called_reliable_is_right) {
  const auto all = [](const auto& p, const auto& q) {
    for_all([&](const auto& d) { is_right(d, p, q); });
  };
  all(Normal(0.3, 1.2), Normal(0.0, 1.35));
  all(Normal(0.0, 1.0), Normal(2.0, 1.1));
  all(Normal(0.0, 1.3), Normal(0.0, 1.0));
  all(Gamma(2.0, 1.0), Gamma(3.0, 2.0));
  all(Gamma(0.5, 1.0), Gamma(0.7, 1.0));
  all(Exponential(1.0), Exponential(1.7));
  all(Laplace(0.0, 1.0), Laplace(0.5, 1.5));
  all(Poisson(3.0), Poisson(5.0));
  all(StudentT(3.0, 0.0, 1.0), StudentT(5.0, 0.5, 1.0));
}

BOOST_AUTO_TEST_CASE(the_tail_diagnostic_fires_where_an_error_is_not_to_be_trusted) {
  const Normal narrow(0.0, 1.0), wide(0.0, 2.0);
  const auto fires = [](const auto& d, const auto& p, const auto& q,
                        DivergenceOptions options = {}) {
    options.method = Method::monte_carlo;
    int fired = 0;
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
      options.seed = {100 + seed};
      fired += !divergence(d, p, q, options).reliable;
    }
    BOOST_TEST_CONTEXT(std::string(d.name) << " of " << p << " and " << q) {
      BOOST_TEST(fired >= 18);
    }
  };
  fires(ChiSquared{}, wide, narrow);                       // infinite
  fires(Alpha{3.0}, Normal(0.0, 1.4), Normal(0.0, 1.15));  // infinite variance
  fires(ReverseChiSquared{}, narrow, wide);
  fires(Kl{}, Cauchy(0.0, 1.0), narrow);
  fires(Renyi{2.0}, StudentT(2.0, 0.0, 1.0), narrow);
  // exp(-r), the control, has no variance where q has the longer tails
  fires(Kl{}, narrow, Normal(0.0, 3.0), {.kl_estimator = KlEstimator::non_negative});
  fires(Kl{}, narrow, Cauchy(0.0, 1.0), {.kl_estimator = KlEstimator::non_negative});
}
