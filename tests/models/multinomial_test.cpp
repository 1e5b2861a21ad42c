// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE models_multinomial
#include <boost/test/unit_test.hpp>

#include <cmath>
#include <limits>
#include <numbers>
#include <sstream>

#include <leibler/models/multinomial.hpp>

#include "allocations.hpp"
#include "says.hpp"
#include "vector_checks.hpp"

using namespace leibler;
using test::relative_error;
using test::says;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

Multinomial<> of(double trials, const Vector& probabilities) {
  return {trials, Categorical::from_probabilities(probabilities)};
}

double at(const Multinomial<>& p, const Vector& x) {
  return p.log_density(Points(x.transpose()))[0];
}

}  // namespace

BOOST_AUTO_TEST_CASE(keeps_every_promise_of_the_concepts) {
  const ConformanceOptions options{.allocations = test::allocations};
  for (const auto& p : {of(10, Vector{{0.5, 0.3, 0.2}}), of(40, Vector{{0.0, 0.3, 0.7, 0.0}}),
                        of(1, Vector{{0.5, 0.5}}), of(7, Vector{{1.0}})}) {
    BOOST_TEST(test::text_of(check_model(p, options)) == "");
  }
}

// mpmath 1.3, 60 digits: loggamma(n + 1) - sum loggamma(x + 1) + sum x log p.
BOOST_AUTO_TEST_CASE(log_density_has_twelve_digits) {
  const auto p = of(10, Vector{{0.5, 0.3, 0.2}});
  BOOST_TEST(relative_error(at(p, Vector{{5, 3, 2}}), -2.4645159601402662834, 15) < 1e-15);
  BOOST_TEST(relative_error(at(p, Vector{{0, 0, 10}}), -16.094379124341003191) < 1e-15);
  BOOST_TEST(
      relative_error(at(of(1'000'000, Vector{{0.5, 0.3, 0.2}}), Vector{{500100, 299950, 199950}}),
                     -13.920417840169635981, 1.2e7) < 1e-15);
  BOOST_TEST(relative_error(at(of(5, Vector{{1e-20, 1}}), Vector{{2, 3}}), -89.800818626767781786) <
             1e-15);
  BOOST_TEST(at(of(0, Vector{{0.5, 0.5}}), Vector{{0, 0}}) == 0.0);
}

// mpmath 1.3, 60 digits: the sum of -p log p over all counts; for 5000 trials, 30 digits, of
// E log x! over each count.
BOOST_AUTO_TEST_CASE(entropy_is_the_sum_over_all_counts) {
  const Vector shares{{0.5, 0.3, 0.2}};
  BOOST_TEST(relative_error(of(10, shares).entropy(), 3.3412185163945088759) < 1e-13);
  BOOST_TEST(relative_error(of(5000, shares).entropy(), 9.6017357161640778623) < 1e-13);
  BOOST_TEST(of(20, Vector{{1.0, 0.0}}).entropy() == 0.0);
  // Sums give way to a series at 4e8 trials; the normal in two dimensions is 1 / n away.
  for (const double n : {3e8, 6.3e8, 1e12}) {
    const double normal =
        std::log(2 * std::numbers::pi * std::numbers::e * n) + 0.5 * std::log(0.03);
    BOOST_TEST(std::abs(of(n, shares).entropy() - normal) < 2 / n + 1e-11);
  }
}

BOOST_AUTO_TEST_CASE(only_counts_that_add_up_have_a_density) {
  const auto p = of(3, Vector{{0.5, 0.0, 0.5}});
  for (const Vector& x : {Vector{{1, 0, 1}}, Vector{{-1, 2, 2}}, Vector{{1.5, 0, 1.5}},
                          Vector{{1, 1, 1}}, Vector{{infinity, 0, 0}}}) {
    BOOST_TEST(at(p, x) == -infinity);
  }
  BOOST_TEST(std::isnan(at(p, Vector{{1, not_a_number, 1}})));
}

BOOST_AUTO_TEST_CASE(draws_have_the_moments) {
  BOOST_TEST(test::moments_error(of(10, Vector{{0.5, 0.3, 0.2}}), 100'000, Seed{1}) < 7);
  BOOST_TEST(test::moments_error(of(1e6, Vector{{1e-5, 0.3, 0.69999}}), 100'000, Seed{2}) < 7);
  BOOST_TEST(test::moments_error(of(1e12, Vector{{3e-12, 1 - 3e-12}}), 100'000, Seed{3}) < 7);
}

BOOST_AUTO_TEST_CASE(gradients_agree_with_differences) {
  const Points x{{5, 3, 0, 2}, {0, 0, 0, 10}, {1, 9, 0, 0}};
  BOOST_TEST(test::parameter_gradient_error(
                 Multinomial(10, Categorical::from_logits(Vector{{0.3, 1, -infinity, -2}})), x) <
             1e-8);
}

BOOST_AUTO_TEST_CASE(the_tape_agrees_with_doubles) {
  for (const Vector& x : {Vector{{5, 3, 2}}, Vector{{0, 0, 10}}}) {
    const auto recorded = [&](const Reals& a) {
      return Multinomial(10, Categorical::from_logits(a)).log_density(x);
    };
    const auto plain = [&](const std::vector<double>& a) {
      return at(Multinomial(10, Categorical::from_logits(as_vector(a))), x);
    };
    BOOST_TEST(test::tape_error({0.3, -1, 2}, recorded, plain) < 1.0);
    BOOST_TEST(test::tape_error({30, -10, 2}, recorded, plain) < 1.0);
  }
  test::on_tape({{0.0}, {1.0}}, [](const Reals& a) {
    const Multinomial p(2, Categorical::from_logits(a));
    BOOST_TEST(p.log_density(Vector{{1, 2}}).is_constant());
    BOOST_CHECK_EXCEPTION((void)p.log_density(Vector{{1, 1, 0}}), InvalidArgument,
                          says("Multinomial::log_density: x.size() = 3; must be 2; give one count "
                               "a category."));
    return p.log_density(Vector{{1, 1}});
  });
}

BOOST_AUTO_TEST_CASE(maximum_likelihood_is_the_mean_frequencies) {
  const auto q = of(4, Vector{{0.25, 0.25, 0.5}})
                     .maximum_likelihood(Empirical(Points{{1, 3, 0}, {2, 2, 0}}, Vector{{3, 1}}));
  BOOST_TEST((q.category().probabilities() - Vector{{0.3125, 0.6875, 0}}).norm() < 1e-15);
  BOOST_CHECK_EXCEPTION(
      (void)of(4, Vector{{0.5, 0.5}}).maximum_likelihood(Empirical(Points{{2, 2}, {1, 2}})),
      DomainError,
      says("Multinomial::maximum_likelihood: data[1] = (1, 2); it is outside the support of "
           "Multinomial; leave it out or take another family."));
  BOOST_CHECK_EXCEPTION(
      (void)of(0, Vector{{0.5, 0.5}}).maximum_likelihood(Empirical(Points{{0, 0}})), DomainError,
      says("Multinomial::maximum_likelihood: data hold no trial; there must be trials; give "
           "counts."));
}

BOOST_AUTO_TEST_CASE(files_and_errors) {
  const auto p = of(10, Vector{{0.5, 0.0, 0.5}});
  std::ostringstream text;
  text << Multinomial<>::from_json(p.to_json());
  BOOST_TEST(text.str() == "Multinomial(trials = 10, probabilities = (0.5, 0, 0.5))");
  for (const double bad : {-1.0, 1.5, not_a_number, 1e16}) {
    BOOST_CHECK_EXCEPTION((void)of(bad, Vector{{1.0}}), DomainError,
                          says("Multinomial: trials = " + to_text(bad) +
                               "; trials must be a whole number from 0 to 2^53; give a number of "
                               "trials."));
  }
}
