// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE estimators_determinism_families
#include <boost/test/unit_test.hpp>

#include <vector>

#include <leibler/leibler.hpp>

#include "fits.hpp"
#include "same_bits.hpp"
#include "sanitizers.hpp"

// Densities of one's own and families: the same bits on any number of threads, on AVX2 and AVX-512.
using namespace leibler;
using namespace leibler::test;

namespace {

constexpr std::size_t samples = sanitized ? 1'500 : 6'000;  // 3 chunks a thread or more
const Adam adam{.learning_rate = 0.05};

template <class Q, class O, class E>
void check_fit(const Q& q, const O& objective, const E& estimator) {
  BOOST_TEST(same_bits_everywhere([&](Threads threads) {
    const FitOptions options{
        .trace_every = 1, .steps = 5, .samples = samples, .seed = {11}, .threads = threads};
    return numbers_of(fit(q, objective, estimator, adam, options));
  }));
}

// Every kind of operation: a plate with data, branches, functions point by point.
const auto mixed = density(3, [](const Reals& x) {
  const Vector data{{1.0, -0.5, 0.25}};
  const Real sum = plate(
      40, [&](Index j) { return -softplus((0.1 * static_cast<double>(j) - 2.0) * dot(data, x)); });
  const Real bent = where(x[0] > 0.0, log1p(x[0] * x[0]), tanh(x[1])) - lgamma(exp(x[2]) + 1.0);
  return 0.2 * sum + bent - 0.5 * (x[0] * x[0] + x[1] * x[1] + x[2] * x[2]) -
         erf(x[0]) * pow(x[1] * x[1] + 1.0, 0.3);
});

}  // namespace

BOOST_AUTO_TEST_CASE(fits_to_a_users_density_have_the_same_bits) {
  check_fit(Gaussian::standard(3), ReverseKl(mixed), Pathwise{});
  check_fit(GaussianMixture::random(2, 3, Seed{1}), ReverseKl(mixed),
            ScoreFunction{.baseline = Baseline::leave_one_out});
}

BOOST_AUTO_TEST_CASE(fits_of_families_have_the_same_bits) {
  const MaximumLikelihood forward;
  check_fit(Gamma(1, 1), ForwardKl(InverseGamma(3, 2)), forward);
  check_fit(StudentT(5, 1, 2), ForwardKl(Laplace(0, 1)), forward);
  check_fit(NegativeBinomial(2, 0.5), ForwardKl(Poisson(3)), forward);
  check_fit(Categorical::from_logits(Vector{{0, 0, 0}}),
            ForwardKl(Categorical::from_probabilities(Vector{{0.2, 0.3, 0.5}})), forward);
  check_fit(Dirichlet(Vector{{1, 1, 1}}), ForwardKl(Dirichlet(Vector{{2, 3, 0.5}})), forward);
  check_fit(Mixture(Vector{{0.5, 0.5}}, Normal(0, 1), StudentT(3, 1, 2)), ForwardKl(Gumbel(0, 1)),
            forward);
  check_fit(LogNormal(0, 1), ReverseKl(Gamma(2, 1)), Pathwise{});
  check_fit(Beta(2, 2), ReverseKl(Beta(3, 1)), ScoreFunction{.baseline = Baseline::leave_one_out});
}
