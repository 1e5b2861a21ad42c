// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE models_divergence
#include <boost/test/unit_test.hpp>

#include <cmath>
#include <string>
#include <vector>

#include <leibler/models/categorical.hpp>
#include <leibler/models/dirichlet.hpp>
#include <leibler/models/divergence.hpp>
#include <leibler/models/univariate/bernoulli.hpp>
#include <leibler/models/univariate/beta.hpp>
#include <leibler/models/univariate/binomial.hpp>
#include <leibler/models/univariate/exponential.hpp>
#include <leibler/models/univariate/gamma.hpp>
#include <leibler/models/univariate/geometric.hpp>
#include <leibler/models/univariate/laplace.hpp>
#include <leibler/models/univariate/normal.hpp>
#include <leibler/models/univariate/poisson.hpp>

#include "says.hpp"

using namespace leibler;
using namespace leibler::test;
namespace tt = boost::test_tools;

namespace {

constexpr double infinity = HUGE_VAL;

struct Named {
  std::string name;
  detail::Generator generator;
};

std::vector<Named> all() {
  return {{"Kl", Kl::generator()},
          {"Jeffreys", Jeffreys::generator()},
          {"JensenShannon", JensenShannon{}.generator()},
          {"JensenShannon 0.3", JensenShannon{0.3}.generator()},
          {"JensenShannon 0.3, 0.9", JensenShannon{0.3, 0.9}.generator()},
          {"TotalVariation", TotalVariation::generator()},
          {"ChiSquared", ChiSquared::generator()},
          {"ReverseChiSquared", ReverseChiSquared::generator()},
          {"SquaredHellinger", SquaredHellinger::generator()},
          {"Alpha -1.5", Alpha{-1.5}.generator()},
          {"Alpha 0", Alpha{0.0}.generator()},
          {"Alpha 0.001", Alpha{0.001}.generator()},
          {"Alpha 0.3", Alpha{0.3}.generator()},
          {"Alpha 0.999999", Alpha{0.999999}.generator()},
          {"Alpha 1", Alpha{1.0}.generator()},
          {"Alpha 1.000001", Alpha{1.000001}.generator()},
          {"Alpha 3", Alpha{3.0}.generator()},
          {"LeCam", LeCam::generator()}};
}

/// phi(p, q) from the textbook, in long double; less its linear part.
long double textbook(const std::string& name, long double p, long double q) {
  const auto kl = [](long double a, long double b) { return a * std::log(a / b) - a + b; };
  const auto js = [&](long double w, long double s) {
    const long double m = s * p + (1 - s) * q;
    return w * kl(p, m) + (1 - w) * kl(q, m);
  };
  if (name == "Kl" || name == "Alpha 1") return kl(p, q);
  if (name == "Alpha 0") return kl(q, p);
  if (name == "Jeffreys") return (p - q) * std::log(p / q);
  if (name == "JensenShannon") return js(0.5L, 0.5L);
  if (name == "JensenShannon 0.3") return js(0.3L, 0.3L);
  if (name == "JensenShannon 0.3, 0.9") return js(0.3L, 0.9L);
  if (name == "TotalVariation") return std::abs(p - q) / 2;
  if (name == "ChiSquared") return (p - q) * (p - q) / q;
  if (name == "ReverseChiSquared") return (p - q) * (p - q) / p;
  if (name == "SquaredHellinger") {
    const long double gap = std::sqrt(p) - std::sqrt(q);
    return gap * gap / 2;
  }
  if (name == "LeCam") return (p - q) * (p - q) / (p + q) / 2;
  const long double a = std::stold(name.substr(6));
  return (std::pow(p, a) * std::pow(q, 1 - a) - a * p - (1 - a) * q) / (a * (a - 1));
}

}  // namespace

BOOST_AUTO_TEST_CASE(terms_are_those_of_the_textbook) {
  for (const auto& [name, generator] : all()) {
    for (const double p : {1e-6, 0.02, 0.3, 0.9, 1.7}) {
      for (const double q : {1e-5, 0.03, 0.25, 1.1, 5.0}) {
        const double expected = static_cast<double>(textbook(name, p, q));
        const double term = generator.term(std::log(p), std::log(q), std::log(p / q));
        BOOST_TEST_CONTEXT(name << " at " << p << ", " << q) {
          // what cancels in the textbook's form
          const bool is_ill =
              std::abs(std::log(p / q)) < 0.5 || name.ends_with("001") || name.ends_with("9999");
          BOOST_TEST(term == expected, tt::tolerance(is_ill ? 1e-9 : 2e-13));
        }
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(terms_near_equality_keep_their_digits_and_are_never_negative) {
  for (const auto& [name, generator] : all()) {
    if (name == "TotalVariation") continue;
    // all are c r^2 / 2 there: c = f''(1)
    const double c = 2e6 * generator.scaled(1e-3) / 1.0;
    for (const double r : {1e-5, 1e-8, 1e-12, 1e-100, -1e-8, -1e-100}) {
      BOOST_TEST_CONTEXT(name << " at " << r) {
        BOOST_TEST(generator.scaled(r) / r / r == 0.5 * c, tt::tolerance(5e-3));
        BOOST_TEST(generator.scaled(r) > 0.0);
      }
    }
    BOOST_TEST(generator.scaled(0.0) == 0.0);
    for (double r = -40.0; r <= 40.0; r += 0.37) BOOST_TEST(generator.scaled(r) > 0.0);
  }
}

BOOST_AUTO_TEST_CASE(a_term_has_no_step_where_its_formula_changes) {
  for (const auto& [name, generator] : all()) {
    for (const double at : {-1.0, -0.5, 0.5, 1.0, 1.0 / 3.0, -1.0 / 1.5}) {
      const double below = generator.scaled(at * (1 - 1e-13)),
                   above = generator.scaled(at * (1 + 1e-13));
      BOOST_TEST_CONTEXT(name << " at " << at) {
        BOOST_TEST(below == above, tt::tolerance(1e-11));
      }
    }
  }
}

// f(p, q) against that of the swapped divergence.
BOOST_AUTO_TEST_CASE(generators_have_their_duals) {
  const std::pair<detail::Generator, detail::Generator> duals[]{
      {Kl::generator(), Alpha{0.0}.generator()},
      {Jeffreys::generator(), Jeffreys::generator()},
      {JensenShannon{0.3, 0.8}.generator(), JensenShannon{0.7, 0.2}.generator()},
      {TotalVariation::generator(), TotalVariation::generator()},
      {ChiSquared::generator(), ReverseChiSquared::generator()},
      {SquaredHellinger::generator(), SquaredHellinger::generator()},
      {Alpha{0.3}.generator(), Alpha{0.7}.generator()},
      {Alpha{-2.0}.generator(), Alpha{3.0}.generator()},
      {LeCam::generator(), LeCam::generator()}};
  for (const auto& [one, other] : duals) {
    for (const double r : {-30.0, -0.7, -1e-7, 0.2, 3.0, 700.0, infinity}) {
      BOOST_TEST(one.scaled(r) == other.scaled(-r), tt::tolerance(1e-14));
    }
  }
}

BOOST_AUTO_TEST_CASE(points_of_one_alone_add_the_limit) {
  const double log_3 = std::log(3.0);
  const auto both = [&](const auto& d, double q_is_0, double p_is_0) {
    const detail::Generator g = d.generator();
    BOOST_TEST_CONTEXT(std::string(d.name)) {
      if (q_is_0 == infinity) {
        BOOST_TEST(g.term(log_3, -infinity) == infinity);
      } else {
        BOOST_TEST(g.term(log_3, -infinity) == 3 * q_is_0, tt::tolerance(1e-14));
      }
      if (p_is_0 == infinity) {
        BOOST_TEST(g.term(-infinity, log_3) == infinity);
      } else {
        BOOST_TEST(g.term(-infinity, log_3) == 3 * p_is_0, tt::tolerance(1e-14));
      }
      BOOST_TEST(g.term(-infinity, -infinity) == 0.0);
    }
  };
  both(Kl{}, infinity, 1.0);
  both(Jeffreys{}, infinity, infinity);
  both(JensenShannon{}, 0.5 * std::log(2.0), 0.5 * std::log(2.0));
  both(TotalVariation{}, 0.5, 0.5);
  both(ChiSquared{}, infinity, 1.0);
  both(ReverseChiSquared{}, 1.0, infinity);
  both(SquaredHellinger{}, 0.5, 0.5);
  both(LeCam{}, 0.5, 0.5);
  both(Alpha{0.5}, 2.0, 2.0);
  both(Alpha{2.0}, infinity, 0.5);
  both(Alpha{-1.0}, 0.5, infinity);
  both(JensenShannon{1.0, 0.0}, infinity, 1.0);
  both(JensenShannon{0.0, 1.0}, 1.0, infinity);
  both(JensenShannon{0.0}, 0.0, 0.0);
  both(JensenShannon{1.0}, 0.0, 0.0);
  // A product that a power of the ratio alone would lose to overflow.
  BOOST_TEST(ChiSquared::generator().term(-600.0, -1400.0) == std::exp(200.0),
             tt::tolerance(1e-12));
  BOOST_TEST(Kl::generator().term(-1e4, -1e300) == 0.0);
}

BOOST_AUTO_TEST_CASE(the_largest_values_are_those_known) {
  BOOST_TEST(supremum(TotalVariation{}) == 1.0);
  BOOST_TEST(supremum(SquaredHellinger{}) == 1.0);
  BOOST_TEST(supremum(LeCam{}) == 1.0);
  BOOST_TEST(supremum(JensenShannon{}) == std::log(2.0), tt::tolerance(1e-15));
  BOOST_TEST(supremum(JensenShannon{0.2}) == -0.2 * std::log(0.2) - 0.8 * std::log(0.8),
             tt::tolerance(1e-15));
  BOOST_TEST(supremum(Alpha{0.2}) == 6.25, tt::tolerance(1e-15));
  BOOST_TEST(is_bounded(LeCam{}));
  BOOST_TEST(!is_bounded(Kl{}));
  BOOST_TEST(!is_bounded(Renyi{0.5}));
  BOOST_TEST(!is_bounded(Alpha{1.0}));
}

BOOST_AUTO_TEST_CASE(a_users_generator_is_what_it_says) {
  const FDivergence square([](double t) { return (t - 1) * (t - 1); });
  const FDivergence kl([](double t) { return t * std::log(t); });
  const FDivergence root([](double t) { return (1 - std::sqrt(t)) * 2; });
  BOOST_TEST(square.generator().scaled(-0.7) == ChiSquared::generator().scaled(-0.7),
             tt::tolerance(1e-14));
  BOOST_TEST(kl.generator().scaled(infinity) == infinity);
  BOOST_TEST(kl.generator().scaled(-infinity) == 0.0, tt::tolerance(1e-290));
  BOOST_TEST(supremum(root) == 2.0);
  const FDivergence told([](double t) { return std::abs(t - 1) / 2; }, 0.5);
  BOOST_TEST(supremum(told) == 1.0);
}

BOOST_AUTO_TEST_CASE(orders_and_generators_out_of_range_are_refused) {
  BOOST_CHECK_EXCEPTION((void)Alpha{std::nan("")}.generator(), DomainError,
                        says("Alpha: a = nan; a must be finite; 0 and 1 are the two KL "
                             "divergences."));
  BOOST_CHECK_EXCEPTION((void)Renyi{-1.0}.log_affinity(), DomainError,
                        says("Renyi: a = -1; must be >= 0; 1 is KL, infinity the largest log "
                             "ratio."));
  BOOST_CHECK_EXCEPTION((void)Renyi{std::nan("")}.log_affinity(), DomainError,
                        says("Renyi: a = nan; must be >= 0; 1 is KL, infinity the largest log "
                             "ratio."));
  BOOST_CHECK_EXCEPTION((void)JensenShannon{1.5}.generator(), DomainError,
                        says("JensenShannon: weight = 1.5; must be from 0 to 1; a half is the "
                             "symmetric one."));
  BOOST_CHECK_EXCEPTION(FDivergence([](double t) { return t; }), DomainError,
                        says("FDivergence: f(1) = 1; must be 0; subtract f(1), so that equal "
                             "distributions have divergence 0."));
  BOOST_CHECK_EXCEPTION(FDivergence([](double t) { return std::log(t); }), DomainError,
                        says("FDivergence: f is above its chord at t = 1.13e-06; must be convex; "
                             "a concave f is one with the opposite sign."));
  BOOST_CHECK_EXCEPTION(FDivergence([](double t) { return t < 0.5 ? infinity : t - 1; }),
                        DomainError,
                        says("FDivergence: f(9.54e-07) = inf; must be finite; only f(0) and "
                             "f'(infinity) may be infinite."));
}

BOOST_AUTO_TEST_CASE(kl_of_exponential_families_are_the_reference_numbers) {
  const auto is = [](const auto& p, const auto& q, double expected) {
    BOOST_TEST_CONTEXT(p << ", " << q) {
      BOOST_TEST(closed_form(Kl{}, p, q).value() == expected, tt::tolerance(1e-13));
      BOOST_TEST(closed_form(Kl{}, p, p).value() == 0.0);
    }
  };
  is(Gamma(2.5, 1.5), Gamma(1.25, 0.5), 0.2025897880802921105131543);
  is(Gamma(2.5, 1.5), Gamma(2.5 + 0x1p-30, 1.5), 2.126587777517960164999744e-19);
  is(Beta(2.0, 3.0), Beta(0.5, 4.0), 1.353627824431646510943091);
  is(Beta(0.3, 0.6), Beta(0.5, 0.5), 0.1880245007528351411663158);
  is(Dirichlet(Vector{{0.5, 2.0, 7.0}}), Dirichlet(Vector{{1.0, 1.5, 10.0}}),
     0.6524228008456385784043852);
  is(Bernoulli(1e-300), Bernoulli(0.25), 0.287682072451780927439219);
  is(Bernoulli(0.25), Bernoulli(1e-300), 172.1315468299346179447966);
  is(Poisson(3.0), Poisson(5.0), 0.4675231287020279503834577);
  is(Geometric(0.25), Geometric(0.5), 0.5232481437645478365168072);
  is(Laplace(0.0, 1.0), Laplace(1.0, 2.0), 0.377086901145666470214994);
  is(Exponential(2.0), Exponential(3.0), 0.09453489189183561802198688);
  is(Binomial(7.0, 0.3), Binomial(7.0, 0.6), 7 * (0.3 * std::log(0.5) + 0.7 * std::log(0.7 / 0.4)));
  BOOST_TEST(!closed_form(Kl{}, Binomial(7.0, 0.3), Binomial(8.0, 0.3)).has_value());
  BOOST_TEST(closed_form(Kl{}, Bernoulli(0.5), Bernoulli(1.0)).value() == infinity);
  BOOST_TEST(closed_form(Kl{}, Bernoulli(0.5), Bernoulli(0.0)).value() == infinity);
  BOOST_TEST(closed_form(Kl{}, Bernoulli(0.0), Bernoulli(0.5)).value() == std::log(2.0),
             tt::tolerance(1e-15));
}

BOOST_AUTO_TEST_CASE(categoricals_take_zeros_and_infinite_logits) {
  const auto p = Categorical::from_logits(Vector{{1.0, -infinity, 0.5}});
  const auto q = Categorical::from_logits(Vector{{0.0, 0.3, 0.2}});
  BOOST_TEST(closed_form(Kl{}, q, p).value() == infinity);
  double sum = 0.0;
  for (const Index k : {0, 2}) {
    sum += p.probabilities()[k] * (p.log_probabilities()[k] - q.log_probabilities()[k]);
  }
  BOOST_TEST(closed_form(Kl{}, p, q).value() == sum, tt::tolerance(1e-14));
  BOOST_TEST(closed_form(Kl{}, p, p).value() == 0.0);
  // A shift of all logits is no change; a small change of one keeps its digits.
  const auto near = Categorical::from_logits(Vector{{0.0 + 1e-9, 0.3, 0.2}});
  const double share = q.probabilities()[0];
  BOOST_TEST(closed_form(Kl{}, q, near).value() == 0.5e-18 * share * (1 - share),
             tt::tolerance(1e-8));
  BOOST_TEST(closed_form(Kl{}, p, Categorical::from_logits(Vector{{0.0, 0.0}})).value() ==
             infinity);
}

static_assert(!HasClosedForm<TotalVariation, Normal<>, Normal<>>);
static_assert(HasClosedForm<Kl, Poisson<>, Poisson<>>);
