// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE models_closed_forms
#include <boost/test/unit_test.hpp>

#include <cmath>
#include <cstdlib>
#include <fstream>
#include <map>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include <leibler/models/closed_form.hpp>
#include <leibler/models/dirichlet.hpp>
#include <leibler/models/lkj_cholesky.hpp>
#include <leibler/models/multinomial.hpp>
#include <leibler/models/wishart.hpp>

#include "closed_form_rows.hpp"
#include "says.hpp"

using namespace leibler;
using namespace leibler::test;

namespace {

constexpr double infinity = HUGE_VAL;

std::optional<double> value_of(const Row& row) {
  const std::vector<double> a = numbers(row.of_p), b = numbers(row.of_q);
  const auto of = [&](const auto& p, const auto& q) {
    return by_name(row.divergence, detail::renyi_pair(p, q));
  };
  if (row.p == "Normal" && row.q == "Normal") return of(Normal(a[0], a[1]), Normal(b[0], b[1]));
  if (row.p == "Dirichlet") {
    return of(Dirichlet(Vector{{a[0], a[1], a[2]}}), Dirichlet(Vector{{b[0], b[1], b[2]}}));
  }
  if (row.p == "Wishart") {
    return of(Wishart(a[0], Matrix{{a[1], a[2]}, {a[2], a[3]}}),
              Wishart(b[0], Matrix{{b[1], b[2]}, {b[2], b[3]}}));
  }
  if (row.p == "Lkj4") return of(LkjCholesky(4, a[0]), LkjCholesky(4, b[0]));
  return by_name(row.divergence, plain(row.p, a), plain(row.q, b));
}

}  // namespace

BOOST_AUTO_TEST_CASE(every_formula_is_the_reference_number) {
  const auto all = rows();
  BOOST_TEST_REQUIRE(all.size() > 400u);
  std::map<std::string, double> largest;
  for (const Row& row : all) {
    const std::optional<double> got = value_of(row);
    const std::string text = row.divergence + ' ' + row.p + '(' + row.of_p + ") " + row.q + '(' +
                             row.of_q + "), exact " + row.exact;
    BOOST_TEST(got.has_value(), text << ": nothing");
    if (!got) continue;
    const double error = error_of(*got, std::strtold(row.exact.c_str(), nullptr),
                                  std::strtold(row.terms.c_str(), nullptr));
    double& most = largest[row.p + ' ' + row.q];
    most = std::max(most, error);
    BOOST_TEST(error <= 1e-13, text << ", got " << *got << ", off by " << error);
  }
  for (const auto& [pair, error] : largest) BOOST_TEST_MESSAGE(pair << " | " << error);
}

BOOST_AUTO_TEST_CASE(every_pair_has_numbers_from_0_to_infinity_or_nothing) {
  for_pairs([](const auto& p, const auto& q) {
    for (const double a : orders) {
      const auto r = detail::scaled_renyi(Powers(a), p, q);
      if (!r) continue;
      BOOST_TEST(*r >= 0.0, "order " << a << ": " << *r);
    }
  });
}

BOOST_AUTO_TEST_CASE(an_order_is_the_other_one_of_the_exchanged_pair) {
  for_pairs([](const auto& p, const auto& q) {
    for (const double a : orders) {
      const Powers o(a);
      const auto forward = detail::scaled_renyi(o, p, q);
      const auto backward = detail::scaled_renyi(o.reversed(), q, p);
      BOOST_TEST(forward.has_value() == backward.has_value());
      if (!forward || !backward || *forward == *backward) continue;
      BOOST_TEST(*forward == *backward, boost::test_tools::tolerance(1e-12));
    }
  });
}

// log of the integral over a (a - 1), times a and over it: one rises with the order, the other
// falls.
BOOST_AUTO_TEST_CASE(renyi_never_falls_with_its_order) {
  for_pairs([](const auto& p, const auto& q) {
    double last = 0.0, before = 0.0;
    for (const double a : {1e-3, 0.1, 0.5, 0.9, 0.999999, 1.0, 1.000001, 1.5, 3.0, 30.0}) {
      const auto r = detail::scaled_renyi(Powers(a), p, q);
      if (!r) continue;
      const double value = a * *r;
      BOOST_TEST(value >= last * (1.0 - 1e-11),
                 "order " << a << ": " << value << " after " << last << " at " << before);
      last = value;
      before = a;
    }
  });
}

BOOST_AUTO_TEST_CASE(equal_distributions_have_exactly_0) {
  for (const auto& [name, arguments] : distributions) {
    const std::vector<double> a = numbers(arguments);
    const auto p = plain(name, a);
    for (const char* d : {"Kl", "Jeffreys", "Alpha:0.3", "Alpha:-2", "Renyi:0", "Renyi:3",
                          "ChiSquared", "ReverseChiSquared", "SquaredHellinger", "Bhattacharyya"}) {
      BOOST_TEST(by_name(d, p, p).value() == 0.0, d << ' ' << name << '(' << arguments << ')');
    }
  }
}

BOOST_AUTO_TEST_CASE(mass_where_the_model_has_none_is_infinite) {
  const std::vector<std::pair<std::string, std::string>> nested{
      // each reaches beyond those above it
      {"Uniform", "0.2,0.9"},
      {"Beta", "2,3"},
      {"Uniform", "0,3"},
      {"Exponential", "1"},
      {"Normal", "0,1"}};
  const std::vector<std::pair<std::string, std::string>> counts{
      {"Bernoulli", "0.3"}, {"Binomial", "7,0.3"}, {"Poisson", "3"}};
  for (const auto& chain : {nested, counts}) {
    for (std::size_t i = 0; i < chain.size(); ++i) {
      for (std::size_t j = 0; j < i; ++j) {
        const std::vector<double> a = numbers(chain[i].second), b = numbers(chain[j].second);
        const auto wide = plain(chain[i].first, a), narrow = plain(chain[j].first, b);
        BOOST_TEST_CONTEXT(chain[i].first << ' ' << chain[j].first) {
          for (const char* d : {"Kl", "Renyi:1.5", "ChiSquared", "Alpha:2", "Jeffreys"}) {
            BOOST_TEST(by_name(d, wide, narrow).value() == infinity, d);
          }
          BOOST_TEST(by_name("ReverseChiSquared", narrow, wide).value() == infinity);
          BOOST_TEST(by_name("Kl", narrow, wide).value_or(1.0) < infinity);
          BOOST_TEST(by_name("Alpha:0.3", narrow, wide).value_or(1.0) < infinity);
          BOOST_TEST(by_name("Renyi:0", wide, narrow).value() == 0.0);
          BOOST_TEST(by_name("Renyi:0", narrow, wide).value() > 0.0);
        }
      }
    }
  }
}

// -log q(p > 0), from the distribution functions of q.
BOOST_AUTO_TEST_CASE(renyi_of_order_0_is_what_the_model_has_beyond_the_target) {
  const auto of = [](const auto& p, const auto& q) {
    return closed_form(Renyi{0.0}, p, q).value();
  };
  const auto close = boost::test_tools::tolerance(1e-14);
  BOOST_TEST(of(Exponential(2.0), Normal(1.0, 1.0)) == -std::log(0.8413447460685429), close);
  BOOST_TEST(of(Uniform(-1.0, 1.0), Normal(0.0, 1.0)) == -std::log(0.6826894921370859), close);
  BOOST_TEST(of(Uniform(30.0, 31.0), Normal(0.0, 1.0)) == 454.32124395634325, close);
  BOOST_TEST(of(Uniform(30.0, 31.0), Uniform(0.0, 1.0)) == infinity);
  BOOST_TEST(of(Pareto(3.0, 1.0), Exponential(2.0)) == 6.0, close);
  BOOST_TEST(of(Bernoulli(0.0), Bernoulli(0.25)) == -std::log(0.75), close);
  BOOST_TEST(of(Binomial(2.0, 0.5), Geometric(0.5)) == -std::log(0.875), close);
  BOOST_TEST(of(Bernoulli(1.0), Geometric(0.5)) == -std::log(0.25), close);
  BOOST_TEST(of(StudentT(3.0, 0.0, 1.0), Normal(0.0, 1.0)) == 0.0);
}

BOOST_AUTO_TEST_CASE(heavy_tails_make_what_they_make_infinite_and_no_more) {
  const Cauchy cauchy(0.0, 1.0);
  const Normal normal(0.0, 1.0);
  const Laplace laplace(0.0, 1.0);
  const auto kl = [](const auto& p, const auto& q) { return closed_form(Kl{}, p, q); };
  const auto chi = [](const auto& p, const auto& q) { return closed_form(ChiSquared{}, p, q); };
  BOOST_TEST(kl(cauchy, normal).value() == infinity);
  BOOST_TEST(kl(cauchy, laplace).value() == infinity);
  BOOST_TEST(kl(StudentT(2.0, 0.0, 1.0), normal).value() == infinity);
  BOOST_TEST(kl(StudentT(2.5, 0.0, 1.0), normal).value() < infinity);
  BOOST_TEST(!kl(StudentT(2.0, 0.0, 1.0), laplace).has_value());
  BOOST_TEST(kl(HalfCauchy(1.0), Exponential(1.0)).value() == infinity);
  BOOST_TEST(kl(Pareto(1.0, 0.9), Exponential(1.0)).value() == infinity);
  BOOST_TEST(kl(Pareto(1.0, 1.1), Exponential(1.0)).value() < infinity);
  BOOST_TEST(kl(Exponential(1.0), InverseGamma(2.0, 1.0)).value() == infinity);
  BOOST_TEST(kl(laplace, Gumbel(0.0, 1.0)).value() == infinity);
  BOOST_TEST(!kl(Laplace(0.0, 0.9), Gumbel(0.0, 1.0)).has_value());
  BOOST_TEST(kl(laplace, normal).value() < infinity);
  BOOST_TEST(chi(laplace, normal).value() == infinity);
  BOOST_TEST(!chi(normal, laplace).has_value());
  BOOST_TEST(chi(LogNormal(0.0, 1.0), Gamma(2.0, 1.0)).value() == infinity);
  BOOST_TEST(chi(Gamma(2.0, 1.0), LogNormal(0.0, 1.0)).value() == infinity);
  BOOST_TEST(chi(Weibull(1.0, 1.0), Weibull(2.0, 1.0)).value() == infinity);
  BOOST_TEST(!chi(Weibull(1.0, 1.0), Weibull(0.5, 1.0)).has_value());
  // x^-(2 * 0.3) at 0 over 1, and x^-(2 * 0.6)
  BOOST_TEST(!chi(Beta(0.7, 1.0), Uniform(-1.0, 1.0)).has_value());
  BOOST_TEST(chi(Beta(0.4, 1.0), Uniform(-1.0, 1.0)).value() == infinity);
  BOOST_TEST(chi(StudentT(1.0, 0.0, 1.0), StudentT(4.0, 0.0, 1.0)).value() == infinity);
  BOOST_TEST(!chi(StudentT(1.0, 0.0, 1.0), StudentT(1.9, 0.0, 1.0)).has_value());
  BOOST_TEST(closed_form(Renyi{3.0}, Exponential(1.0), Exponential(1.5)).value() == infinity);
  BOOST_TEST(closed_form(Renyi{2.9}, Exponential(1.0), Exponential(1.5)).value() < infinity);
}

BOOST_AUTO_TEST_CASE(orders_next_to_0_and_1_go_over_into_kl) {
  for_pairs([](const auto& p, const auto& q) {
    const auto at = [&](double a) { return detail::scaled_renyi(Powers(a), p, q); };
    for (const double end : {0.0, 1.0}) {
      const auto limit = at(end), near = at(std::abs(end - 1e-12));
      if (!limit || !near || *limit > 1e3) continue;
      BOOST_TEST(*near == *limit, boost::test_tools::tolerance(1e-7));
    }
  });
}

BOOST_AUTO_TEST_CASE(multinomials_are_trials_times_their_category) {
  const auto p = Categorical::from_probabilities(Vector{{0.5, 0.3, 0.2}});
  const auto q = Categorical::from_probabilities(Vector{{0.1, 0.6, 0.3}});
  const auto none = Categorical::from_probabilities(Vector{{0.7, 0.3, 0.0}});
  const auto close = boost::test_tools::tolerance(1e-15);
  const Multinomial first(7, p), second(7, q);
  BOOST_TEST(closed_form(Kl{}, first, second).value() == 7 * closed_form(Kl{}, p, q).value(),
             close);
  // 1.05^7 to the table, which is 2.5 + 0.15 + 0.1333... to this power
  BOOST_TEST(closed_form(ChiSquared{}, first, second).value() ==
                 std::pow(2.5 + 0.15 + 0.04 / 0.3, 7.0) - 1.0,
             boost::test_tools::tolerance(1e-14));
  BOOST_TEST(closed_form(Kl{}, first, first).value() == 0.0);
  BOOST_TEST(closed_form(Kl{}, first, Multinomial(7, none)).value() == infinity);
  BOOST_TEST(closed_form(Kl{}, Multinomial(7, none), first).value() < infinity);
  BOOST_TEST(closed_form(SquaredHellinger{}, first, Multinomial(8, p)).value() == 1.0);
  BOOST_TEST(closed_form(Kl{}, Multinomial(0, p), Multinomial(0, q)).value() == 0.0);
}

BOOST_AUTO_TEST_CASE(vectors_of_other_dimensions_are_refused) {
  BOOST_CHECK_EXCEPTION(
      (void)closed_form(Kl{}, Dirichlet(Vector{{1.0, 2.0}}), Dirichlet(Vector{{1.0, 2.0, 3.0}})),
      InvalidArgument, says("Kl: q.dimension() = 3; must be 2; p and q live in the same space."));
}

BOOST_AUTO_TEST_CASE(mixes_out_of_range_are_infinite) {
  BOOST_TEST(closed_form(Renyi{3.0}, LkjCholesky(3, 1.0), LkjCholesky(3, 2.0)).value() == infinity);
  BOOST_TEST(closed_form(Renyi{3.0}, Dirichlet(Vector{{1.0, 2.0}}), Dirichlet(Vector{{1.0, 3.5}}))
                 .value() == infinity);
  const Matrix scale{{1.0, 0.0}, {0.0, 1.0}};
  BOOST_TEST(closed_form(ChiSquared{}, Wishart(3, scale), Wishart(6, scale)).value() == infinity);
  BOOST_TEST(closed_form(ChiSquared{}, Wishart(3, 2.0 * scale), Wishart(3, scale)).value() ==
             infinity);
}

namespace mine {

/// A family of a user's with one formula, and one with that of all orders.
struct Point {
  double at;
  [[nodiscard]] static std::size_t dimension() { return 1; }
};
struct Peak : Point {};

std::optional<double> closed_form(const Kl&, const Point& p, const Point& q) {
  return p.at == q.at ? 0.0 : infinity;
}

/// Normal, of stddev 1, and of a user's with another family.
std::optional<double> scaled_renyi(const Powers&, const Peak& p, const Peak& q) {
  return 0.5 * (p.at - q.at) * (p.at - q.at);
}
std::optional<double> scaled_renyi(const Powers& o, const Peak& p, const Normal<>& q) {
  return leibler::scaled_renyi(o, Normal(p.at, 1.0), q);
}

}  // namespace mine

BOOST_AUTO_TEST_CASE(a_users_formulas_are_found) {
  const mine::Peak p{{1.0}}, q{{3.0}};
  BOOST_TEST(closed_form(Kl{}, mine::Point{1.0}, mine::Point{2.0}).value() == infinity);
  BOOST_TEST(closed_form(Renyi{0.5}, p, q).value() == 1.0);
  BOOST_TEST(closed_form(SquaredHellinger{}, p, q).value() == 1.0 - std::exp(-0.5));
  const Normal normal(0.0, 2.0);
  const auto kl = closed_form(Kl{}, normal, Normal(1.0, 1.0));
  BOOST_TEST(closed_form(Kl{}, normal, p).value() == kl.value());
}

static_assert(!HasClosedForm<Renyi, mine::Point, mine::Point>);
static_assert(HasClosedForm<Alpha, Normal<>, mine::Peak>);
static_assert(!HasClosedForm<Kl, Poisson<>, Normal<>>);
static_assert(!HasClosedForm<LeCam, Normal<>, Normal<>>);
