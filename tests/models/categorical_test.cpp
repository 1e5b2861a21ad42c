// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE models_categorical
#include <boost/test/unit_test.hpp>

#include <cmath>
#include <limits>
#include <sstream>

#include <leibler/models/categorical.hpp>

#include "allocations.hpp"
#include "says.hpp"
#include "vector_checks.hpp"

using namespace leibler;
using test::relative_error;
using test::says;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

}  // namespace

BOOST_AUTO_TEST_CASE(keeps_every_promise_of_the_concepts) {
  const ConformanceOptions options{.allocations = test::allocations};
  for (const auto& p : {Categorical::from_logits(Vector{{4, 2, 1, 0.5}}, {.temperature = 2.0}),
                        Categorical::from_logits(Vector{{-infinity, 2, -infinity, 0.5, -infinity}}),
                        Categorical::from_probabilities(Vector{{0.5, 0.3, 0.2}}),
                        Categorical::from_probabilities(Vector{{1.0}})}) {
    BOOST_TEST(test::text_of(check_model(p, options)) == "");
  }
}

// mpmath 1.3, 60 digits: log softmax of logits / temperature, and sums over it.
BOOST_AUTO_TEST_CASE(has_the_probabilities_of_its_logits) {
  const auto p = Categorical::from_logits(Vector{{4, 2, 1, 0.5, 0, -1}}, {.temperature = 2.0});
  BOOST_TEST(relative_error(p.log_density(0.0), -0.68420926948544384972) < 1e-15);
  BOOST_TEST(relative_error(p.log_density(5.0), -3.1842092694854438497) < 1e-15);
  BOOST_TEST(relative_error(p.probabilities()[2], 0.11256670840338672183) < 1e-15);
  const auto q = Categorical::from_logits(Vector{{4, 2, 1}}, {.temperature = 2.0});
  BOOST_TEST(relative_error(q.entropy(), 0.90595925647922663563) < 1e-14);
  BOOST_TEST(relative_error(q.mean(), 0.51171266395432603627) < 1e-14);
  BOOST_TEST(relative_error(q.variance(), 0.53035157983527000062) < 1e-14);
  BOOST_TEST((q.logits() == Vector{{2, 1, 0.5}}));
}

BOOST_AUTO_TEST_CASE(extreme_logits_keep_their_digits) {
  const auto p = Categorical::from_logits(Vector{{0, -40}});
  BOOST_TEST(relative_error(p.log_density(0.0), -4.2483542552915889863e-18) < 1e-14);
  const auto q = Categorical::from_logits(Vector{{1e4, -1e4, 9999.5}});
  BOOST_TEST(relative_error(q.log_density(1.0), -20000.474076984180107) < 1e-15);
  BOOST_TEST(q.probabilities().sum() == 1.0);
}

BOOST_AUTO_TEST_CASE(only_its_categories_have_a_density) {
  const auto p = Categorical::from_probabilities(Vector{{0.5, 0.0, 0.5}});
  for (const double x : {-1.0, 3.0, 0.5, 1.0, 1e300, infinity, -infinity}) {
    BOOST_TEST(p.log_density(x) == -infinity);
  }
  BOOST_TEST(std::isnan(p.log_density(not_a_number)));
  const Vector batch = p.log_density(Points{{0}, {1}, {2}, {0.5}, {not_a_number}});
  for (Index i = 0; i < 3; ++i) BOOST_TEST(batch[i] == p.log_density(static_cast<double>(i)));
  BOOST_TEST(batch[3] == -infinity);
  BOOST_TEST(std::isnan(batch[4]));
}

BOOST_AUTO_TEST_CASE(a_category_of_logit_minus_infinity_is_never_drawn_and_is_no_parameter) {
  const auto p = Categorical::from_logits(Vector{{-infinity, 0, -infinity, 1, -infinity}});
  BOOST_TEST(p.parameter_count() == 2U);
  const Points x = sample(p, 100'000, Seed{1});
  Index ones = 0;
  for (Index i = 0; i < x.rows(); ++i) {
    BOOST_REQUIRE((x(i, 0) == 1.0 || x(i, 0) == 3.0));
    ones += x(i, 0) == 1.0;
  }
  const double share = 1 / (1 + std::exp(1.0));
  BOOST_TEST(std::abs(static_cast<double>(ones) / 1e5 - share) <
             7 * std::sqrt(share * (1 - share) / 1e5));
  const auto q = p.with_parameters(std::vector<double>{5, 5});
  BOOST_TEST((q.logits() == Vector{{-infinity, 5, -infinity, 5, -infinity}}));
}

BOOST_AUTO_TEST_CASE(rounding_leaves_no_gap_above_the_last_category_that_is_possible) {
  const std::vector<double> p{0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.0};
  std::vector<double> cumulative(p.size());
  detail::accumulate(p, cumulative);
  BOOST_TEST(cumulative[8] < 1.0);
  BOOST_TEST(cumulative[9] == 1.0);
}

BOOST_AUTO_TEST_CASE(the_gradient_is_counts_minus_expected_counts) {
  const auto p = Categorical::from_logits(Vector{{1, -infinity, 0, 2}});
  BOOST_TEST(test::parameter_gradient_error(p, Points{{0}, {0}, {2}, {3}}) < 1e-8);
  const Vector g = parameter_gradient(p, Points{{0}, {0}, {2}});
  const Vector shares = p.probabilities();
  BOOST_TEST(std::abs(g[0] - (2 - 3 * shares[0])) < 1e-14);
  BOOST_TEST(std::abs(g[1] - (1 - 3 * shares[2])) < 1e-14);
}

BOOST_AUTO_TEST_CASE(the_tape_agrees_with_doubles) {
  for (const double category : {0.0, 1.0, 2.0}) {
    const auto recorded = [&](const Reals& a) {
      return Categorical::from_logits(a, {.temperature = 0.5}).log_density(category);
    };
    const auto plain = [&](const std::vector<double>& a) {
      return Categorical::from_logits(as_vector(a), {.temperature = 0.5}).log_density(category);
    };
    for (const std::vector<double>& a :
         {std::vector<double>{0.3, -1, 2}, {100, 0, -50}, {1e4, 9999, -1e4}, {0, 0, 0}}) {
      BOOST_TEST(test::tape_error(a, recorded, plain) < 1.0);
    }
  }
  test::on_tape({{0.0}, {1.0}}, [](const Reals& a) {
    const auto p = Categorical::from_logits(std::vector<Real>{a[0], a[1]});
    BOOST_TEST(p.log_density(2.0).is_constant());
    BOOST_TEST(p.log_density(not_a_number).is_constant());
    return p.log_density(1.0);
  });
}

BOOST_AUTO_TEST_CASE(an_impossible_category_leaves_the_tapes_gradient_finite) {
  const auto found = test::on_tape({{0.0}, {1.0}}, [](const Reals& a) {
    return Categorical::from_logits(std::vector<Real>{a[0], -infinity, a[1]}).log_density(0.0);
  });
  BOOST_TEST(relative_error(found.value[0], -std::log1p(std::exp(1.0))) < 1e-14);
  BOOST_TEST(relative_error(found.gradient[0][0], 1 / (1 + std::exp(-1.0))) < 1e-14);
}

BOOST_AUTO_TEST_CASE(maximum_likelihood_is_the_relative_frequencies) {
  const auto p = Categorical::from_probabilities(Vector{{0.25, 0.25, 0.25, 0.25}});
  const auto q =
      p.maximum_likelihood(Empirical(Points{{0}, {3}, {3}, {1}, {2}}, Vector{{1, 2, 1, 4, 0}}));
  BOOST_TEST((q.probabilities() - Vector{{0.125, 0.5, 0, 0.375}}).cwiseAbs().maxCoeff() < 1e-15);
  BOOST_TEST(q.parameter_count() == 3U);
  BOOST_CHECK_EXCEPTION((void)p.maximum_likelihood(Empirical(Points{{0}, {1.5}})), DomainError,
                        says("Categorical::maximum_likelihood: data[1] = 1.5; it is outside the "
                             "support of Categorical; leave it out or take another family."));
}

BOOST_AUTO_TEST_CASE(files_hold_impossible_categories) {
  const auto p = Categorical::from_logits(Vector{{-infinity, 0.1, -infinity, 1.0 / 3}});
  const auto q = Categorical::from_json(p.to_json());
  BOOST_TEST((q.logits() == p.logits()));
  BOOST_TEST((Categorical::from_json(R"({"probabilities": [0.5, 0.5]})").probabilities() ==
              Vector{{0.5, 0.5}}));
  BOOST_CHECK_EXCEPTION(
      (void)Categorical::from_json(R"({"probabilities": [0.5, 0.6]})"), DomainError,
      says("Categorical::from_json: probabilities add up to 1.1; must add up to 1 within 1e-9; "
           "divide them by their sum."));
  BOOST_CHECK_EXCEPTION(
      (void)Categorical::from_json(R"({"logits": [1], "size": 2, "categories": [2]})"),
      RuntimeError,
      says("Categorical::from_json: categories[0] = 2; must be whole numbers that rise and are "
           "below size; categories count from 0."));
  std::ostringstream text;
  text << Categorical::from_probabilities(Vector{{0.5, 0.3, 0.2}});
  BOOST_TEST(text.str() == "Categorical(probabilities = (0.5, 0.3, 0.2))");
}

BOOST_AUTO_TEST_CASE(what_is_no_distribution_is_refused) {
  const auto refused = [](const Vector& p, const std::string& text) {
    BOOST_CHECK_EXCEPTION((void)Categorical::from_probabilities(p), DomainError,
                          says("Categorical::from_probabilities: " + text));
  };
  refused(Vector{{0.5, 0.6}},
          "probabilities add up to 1.1; must add up to 1 within 1e-9; divide them by their sum.");
  refused(Vector{{1.5, -0.5}},
          "probabilities[1] = -0.5; probabilities must be finite and >= 0; look where the value "
          "comes from.");
  refused(Vector{{not_a_number, 1}},
          "probabilities[0] = nan; probabilities must be finite and >= 0; look where the value "
          "comes from.");
  refused(Vector(),
          "probabilities are empty; must add up to 1 within 1e-9; give every category its "
          "probability.");
  BOOST_CHECK_EXCEPTION(
      (void)Categorical::from_logits(Vector{{-infinity}}), DomainError,
      says("Categorical::from_logits: logits are all -inf; at least one must be finite; they are "
           "the logarithms of probabilities that are all 0."));
  BOOST_CHECK_EXCEPTION(
      (void)Categorical::from_logits(Vector{{0, 1}}, {.temperature = 0.0}), DomainError,
      says("Categorical::from_logits: options.temperature = 0; temperature must be finite and > 0; "
           "near 0 the largest logit takes all, at 1 nothing changes."));
  BOOST_CHECK_EXCEPTION(
      (void)Categorical::from_logits(Vector{{0, 1e300}}, {.temperature = 1e-300}), DomainError,
      says("Categorical::from_logits: logits[1] = 1e+300; logits / temperature must be finite; "
           "subtract the largest from all."));
  BOOST_CHECK_EXCEPTION(
      (void)Categorical::from_logits(std::vector<Real>{}), InvalidArgument,
      says("Categorical::from_logits: logits.size() = 0; must be >= 1; give every category its "
           "logit."));
}

namespace {

void check_kl(const Categorical& p, const Categorical& q, double expected, double accuracy) {
  BOOST_TEST(relative_error(*closed_form(Kl{}, p, q), expected) <= accuracy);
}

}  // namespace

// mpmath 1.3, 900 digits, of these doubles divided by their sum.
BOOST_AUTO_TEST_CASE(near_equal_probabilities_keep_their_digits) {
  const auto p = [](const Vector& x) { return Categorical::from_probabilities(x); };
  check_kl(p(Vector{{0.5, 0.5}}), p(Vector{{0.5 + 1e-12, 0.5 - 1e-12}}), 1.9999115140982549861e-24,
           1e-14);
  check_kl(p(Vector{{0.2, 0.3, 0.5, 0}}), p(Vector{{0.2 + 3e-13, 0.3 - 1e-13, 0.5 - 2e-13, 0}}),
           2.8167622509131287432e-25, 1e-14);
  // what they are too much by is taken off
  check_kl(p(Vector{{0.2, 0.3, 0.5 + 9e-10}}), p(Vector{{0.2 + 3e-13, 0.3 - 1e-13, 0.5 - 2e-13}}),
           4.0536028503211929086e-19, 1e-14);
  check_kl(p(Vector{{1, 1e-300}}), p(Vector{{1, 2e-300}}), 3.0685281944005469827e-301, 1e-14);
  check_kl(p(Vector{{1e-300, 1}}), p(Vector{{0.25, 0.75}}), 0.28768207245178092744, 1e-15);
}

BOOST_AUTO_TEST_CASE(near_equal_logits_keep_their_digits_whatever_their_shift) {
  const auto p = [](const Vector& x) { return Categorical::from_logits(x); };
  const Vector a{{4, 2, 1, 0.5, 0, -1}}, step{{1e-9, -2e-9, 3e-9, 0, 0, 1e-9}};
  check_kl(p(a), p(a + step), 5.4987800400203843001e-19, 1e-14);
  check_kl(p(a), p((a + 1e3 * step).array() + 1000), 5.4987771408019050017e-13, 1e-13);
  BOOST_TEST(*closed_form(Kl{}, p(a), p(a.array() + 1024)) == 0.0);
  // what is far away does not spoil what is near
  check_kl(p(Vector{{0, 0, -50}}), p(Vector{{1e-9, 0, -60}}), 1.2586794180988737647e-19, 1e-14);
}

BOOST_AUTO_TEST_CASE(extreme_logits_have_a_divergence) {
  const auto p = [](const Vector& x, double t = 1.0) {
    return Categorical::from_logits(x, {.temperature = t});
  };
  const Vector two{{0, 0}};
  check_kl(p(Vector{{1e308, 0}}), p(two), std::log(2.0), 1e-15);
  check_kl(p(two), p(Vector{{-1e308, 0}}), 5e307, 1e-15);
  check_kl(p(Vector{{1e308, -1e308}}), p(Vector{{1e308, 0}}), 0.0, 0.0);
  check_kl(p(Vector{{0, 1e308}}), p(Vector{{1e308, 1e308}}), std::log(2.0), 1e-15);
  check_kl(p(Vector{{0, -700}}), p(Vector{{0, -800}}), 9.7610797783221731481e-303, 1e-13);
  check_kl(p(Vector{{4, 2}}, 1e300), p(Vector{{1, 2}}, 1e300), 0.0, 0.0);
  check_kl(p(Vector{{4e-300, 2e-300}}, 1e-300), p(Vector{{4, 2}}), 0.0, 1e-30);
}

BOOST_AUTO_TEST_CASE(a_category_that_one_of_two_does_not_have_is_one_of_probability_zero) {
  for (const bool of_logits : {true, false}) {
    const auto p = [&](const Vector& x) {
      return of_logits ? Categorical::from_logits(x.unaryExpr([](double v) { return std::log(v); }))
                       : Categorical::from_probabilities(x);
    };
    const auto small = p(Vector{{0.5, 0.25, 0.25}}), same = p(Vector{{0.5, 0.25, 0.25, 0, 0}}),
               large = p(Vector{{0.25, 0.25, 0.25, 0.125, 0.125}});
    BOOST_TEST(relative_error(*closed_form(Kl{}, small, large), 0.5 * std::log(2.0)) < 1e-15);
    BOOST_TEST(*closed_form(Kl{}, small, large) == *closed_form(Kl{}, same, large));
    BOOST_TEST(*closed_form(Kl{}, large, small) == infinity);
    BOOST_TEST(*closed_form(Kl{}, large, same) == infinity);
    BOOST_TEST(*closed_form(Kl{}, small, same) == 0.0);
    BOOST_TEST(*closed_form(Kl{}, same, small) == 0.0);
    const Vector ratios = log_ratios(small, large);
    BOOST_TEST(relative_error(ratios[0], std::log(2.0)) < 1e-15);
    BOOST_TEST(std::abs(ratios[1]) < 1e-16);
    BOOST_TEST(ratios[3] == -infinity);
    BOOST_TEST(log_ratios(small, same)[4] == 0.0);
    BOOST_TEST(log_ratios(large, small)[4] == infinity);
  }
  const auto nowhere = [](const Vector& x) { return Categorical::from_logits(x); };
  const Vector ratios =
      log_ratios(nowhere(Vector{{0, -infinity}}), nowhere(Vector{{-infinity, 3}}));
  BOOST_TEST(ratios[0] == infinity);
  BOOST_TEST(ratios[1] == -infinity);
}

BOOST_AUTO_TEST_CASE(one_of_logits_and_one_of_probabilities_compare) {
  const auto p = Categorical::from_probabilities(Vector{{0.5, 0.3, 0.2}});
  const auto q = Categorical::from_logits(p.logits());
  BOOST_TEST(*closed_form(Kl{}, p, q) == 0.0);
  BOOST_TEST(*closed_form(Kl{}, q, p) == 0.0);
  const auto r = Categorical::from_logits(Vector{{0.1, 0.2, 0.3}});
  const auto s = Categorical::from_logits(p.logits().array() + 3.0);
  check_kl(p, r, *closed_form(Kl{}, s, r), 1e-14);
  check_kl(r, p, *closed_form(Kl{}, r, s), 1e-14);
}

BOOST_AUTO_TEST_CASE(probabilities_stay_as_they_were_given_until_the_parameters_change) {
  const Vector given{{0.1, 0.2, 0.7}};
  const auto p = Categorical::from_probabilities(given);
  BOOST_TEST((p.probabilities() - given).cwiseAbs().maxCoeff() < 1e-16);
  const auto back = Categorical::from_json(p.to_json());
  BOOST_TEST((as_vector(back.weights_data()) == given));
  BOOST_TEST((back.logits() == p.logits()));
  const auto moved = p.with_parameters(std::vector<double>{0, 0, 0});
  BOOST_TEST(moved.weights_data().empty());
  BOOST_TEST(relative_error(moved.probabilities()[2], 1.0 / 3) < 1e-15);
  const auto over = Categorical::from_probabilities(Vector{{0.5, 0.5 + 9e-10}});
  BOOST_TEST(std::abs(over.probabilities().sum() - 1.0) < 1e-15);
}
