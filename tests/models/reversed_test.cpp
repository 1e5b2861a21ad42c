// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE models_reversed
#include <boost/test/unit_test.hpp>

#include <cmath>
#include <string>
#include <vector>

#include <leibler/models/categorical.hpp>
#include <leibler/models/reversed.hpp>

using namespace leibler;
namespace tt = boost::test_tools;

// Reversed, and the derivatives of generators.

namespace {

constexpr double infinity = HUGE_VAL;

template <class F>
const FDivergence<F>& kept(F f) {
  static const FDivergence<F> divergence(f);
  return divergence;
}

struct Named {
  std::string name;
  detail::Generator generator;
  double tolerance = 1e-7;
};

std::vector<Named> all() {
  std::vector<Named> list = {
      {"Kl", Kl::generator()},
      {"Jeffreys", Jeffreys::generator()},
      {"JensenShannon", JensenShannon{}.generator()},
      {"JensenShannon 0.3, 0.9", JensenShannon{0.3, 0.9}.generator()},
      {"JensenShannon 0, 1", JensenShannon{0.0, 1.0}.generator()},
      {"JensenShannon 1, 0", JensenShannon{1.0, 0.0}.generator()},
      {"JensenShannon 0.4, 1", JensenShannon{0.4, 1.0}.generator()},
      {"JensenShannon 0.4, 0", JensenShannon{0.4, 0.0}.generator()},
      {"TotalVariation", TotalVariation::generator()},
      {"ChiSquared", ChiSquared::generator()},
      {"ReverseChiSquared", ReverseChiSquared::generator()},
      {"SquaredHellinger", SquaredHellinger::generator()},
      {"Alpha -1.5", Alpha{-1.5}.generator()},
      {"Alpha 0", Alpha{0.0}.generator()},
      {"Alpha 0.3", Alpha{0.3}.generator()},
      {"Alpha 0.999999", Alpha{0.999999}.generator()},
      {"Alpha 1", Alpha{1.0}.generator()},
      {"Alpha 3", Alpha{3.0}.generator()},
      {"LeCam", LeCam::generator()},
      {"user", kept([](double t) { return t * std::log(t); }).generator()},
      {"user's kink", kept([](double t) { return std::abs(t - 1.0); }).generator()}};
  for (std::size_t i = 0, n = list.size(); i < n; ++i) {
    list.push_back({"reversed " + list[i].name, list[i].generator.reversed(), list[i].tolerance});
  }
  return list;
}

}  // namespace

BOOST_AUTO_TEST_CASE(slopes_are_the_derivatives_of_the_terms) {
  for (const auto& [name, g, tolerance] : all()) {
    for (const double r : {-60.0, -20.0, -3.0, -0.4, -1e-2, 1e-2, 0.7, 2.0, 9.0, 25.0, 60.0}) {
      const double log_q = r > 0.0 ? -r : -0.5, log_p = log_q + r, step = 1e-5;
      const double by_q = (g.term(log_p, log_q + step) - g.term(log_p, log_q - step)) / (2 * step);
      const double by_p = (g.term(log_p + step, log_q) - g.term(log_p - step, log_q)) / (2 * step);
      const double size = std::abs(g.term(log_p, log_q)) + std::abs(by_q) + std::abs(by_p);
      BOOST_TEST_CONTEXT(name << " at r = " << r) {
        BOOST_TEST(std::abs(g.by_log_q(log_p, log_q) - by_q) <= tolerance * size);
        BOOST_TEST(std::abs(std::exp(log_q) * g.by_q(r) - by_q) <= tolerance * size);
        BOOST_TEST(std::abs(std::exp(log_q) * g.slope(r) - by_p) <= tolerance * size);
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(slopes_vanish_where_p_and_q_are_equal) {
  for (const auto& [name, g, tolerance] : all()) {
    if (name.find("user") != std::string::npos) continue;  // taken as it is written
    BOOST_TEST_CONTEXT(name) {
      BOOST_TEST(g.slope(0.0) == 0.0);
      BOOST_TEST(g.by_q(0.0) == 0.0);
      BOOST_TEST(g.by_log_q(-3.0, -3.0) == 0.0);
    }
  }
}

BOOST_AUTO_TEST_CASE(no_slope_is_nan_where_one_of_them_is_zero_or_far_away) {
  for (const auto& [name, g, tolerance] : all()) {
    BOOST_TEST_CONTEXT(name) {
      BOOST_TEST(g.by_log_q(-1.0, -infinity) == 0.0);
      BOOST_TEST(g.by_log_q(-infinity, -infinity) == 0.0);
      BOOST_TEST(!std::isnan(g.slope(-infinity)));
      BOOST_TEST(!std::isnan(g.by_q(-infinity)));
      BOOST_TEST(!std::isnan(g.by_log_q(-infinity, -1.0)));
      for (const double far : {100.0, 700.0, 5000.0, 1e9}) {
        BOOST_TEST(!std::isnan(g.slope(-far)));
        BOOST_TEST(!std::isnan(g.by_log_q(-1.0, -1.0 - far)));
        BOOST_TEST(!std::isnan(g.by_log_q(-1.0 - far, -1.0)));
      }
    }
  }
  // q (1 - p^2 / q^2), of which the ratio alone overflows
  BOOST_TEST(ChiSquared::generator().by_log_q(-500.0, -900.0) == -std::exp(-100.0),
             tt::tolerance(1e-13));
}

BOOST_AUTO_TEST_CASE(a_reversed_generator_has_the_terms_of_the_exchanged_pair) {
  for (const auto& [name, g, tolerance] : all()) {
    const auto reversed = g.reversed();
    for (const double r : {-infinity, -80.0, -3.0, -1e-3, 0.0, 1e-5, 2.0, 50.0, infinity}) {
      const double log_p = r > 0.0 ? -2.0 : r - 2.0, log_q = r > 0.0 ? -2.0 - r : -2.0;
      BOOST_TEST_CONTEXT(name << " at r = " << r) {
        const double forward = g.term(log_q, log_p), back = reversed.term(log_p, log_q);
        if (std::isfinite(forward)) {
          BOOST_TEST(std::abs(back - forward) <= 1e-14 * std::abs(forward));
        } else {
          BOOST_TEST(back == forward);
        }
      }
    }
    const double most = g.supremum();
    BOOST_TEST((most == reversed.supremum() || std::abs(most - reversed.supremum()) < 1e-15));
  }
}

BOOST_AUTO_TEST_CASE(a_formula_is_found_with_the_arguments_exchanged) {
  const auto p = Categorical::from_probabilities(Vector{{0.5, 0.3, 0.2}});
  const auto q = Categorical::from_probabilities(Vector{{0.2, 0.2, 0.6}});
  static_assert(HasClosedForm<Reversed<Kl>, Categorical, Categorical>);
  static_assert(!HasClosedForm<Reversed<TotalVariation>, Categorical, Categorical>);
  BOOST_TEST(*closed_form(Reversed(Kl{}), p, q) == *closed_form(Kl{}, q, p));
  BOOST_TEST(*closed_form(Reversed(Reversed(Kl{})), p, q) == *closed_form(Kl{}, p, q));
}
