// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE estimators_divergence_properties
#include <boost/test/unit_test.hpp>

#include <cmath>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <rapidcheck.h>

#include <leibler/estimators/information.hpp>
#include <leibler/models/categorical.hpp>
#include <leibler/models/joint.hpp>
#include <leibler/models/univariate/gamma.hpp>
#include <leibler/models/univariate/normal.hpp>

#include "divergences.hpp"

using namespace leibler;
using namespace leibler::test;

// What holds of every divergence, on distributions that nobody chose.

namespace {

constexpr double slack = 1e-12;

template <class D, class P, class Q>
double value(const D& d, const P& p, const Q& q) {
  const Estimate e = divergence(d, p, q);
  RC_ASSERT(e.method != Method::monte_carlo);
  RC_ASSERT(!std::isnan(e.value));
  return e.value;
}

bool near(double a, double b, double tolerance = slack) {
  return a == b || std::abs(a - b) <= tolerance * std::max(std::abs(a), std::abs(b));
}

bool at_most(double a, double b) {
  return a <= b * (1 + slack);
}

/// Whole numbers are easier to shrink than doubles: weights from 0 to 1000, not all 0.
rc::Gen<std::vector<double>> probabilities_of(std::size_t n) {
  const auto some = [](const std::vector<int>& w) {
    return std::any_of(w.begin(), w.end(), [](int v) { return v > 0; });
  };
  const auto weight =
      rc::gen::weightedOneOf<int>({{1, rc::gen::just(0)}, {3, rc::gen::inRange(0, 1001)}});
  return rc::gen::map(rc::gen::suchThat(rc::gen::container<std::vector<int>>(n, weight), some),
                      [](const std::vector<int>& w) {
                        double sum = 0;
                        for (const int v : w) sum += v;
                        std::vector<double> p;
                        for (const int v : w) p.push_back(v / sum);
                        return p;
                      });
}

Categorical categorical(const std::vector<double>& p) {
  return probabilities(Eigen::Map<const Vector>(p.data(), static_cast<Index>(p.size())));
}

using Pair = std::pair<Categorical, Categorical>;

Pair any_categoricals() {
  const std::size_t n = *rc::gen::inRange<std::size_t>(1, 7);
  return {categorical(*probabilities_of(n)), categorical(*probabilities_of(n))};
}

/// 0.1 to 100, and near each other one time in three.
std::pair<double, double> any_scales() {
  const double a = std::pow(10.0, *rc::gen::inRange(-10, 21) / 10.0);
  const double b = *rc::gen::inRange(0, 3) == 0 ? a * (1 + *rc::gen::inRange(-50, 51) * 1e-6)
                                                : std::pow(10.0, *rc::gen::inRange(-10, 21) / 10.0);
  return {a, b};
}

std::pair<Normal<>, Normal<>> any_normals() {
  const auto [s, t] = any_scales();
  return {Normal(*rc::gen::inRange(-100, 101) / 10.0, s),
          Normal(*rc::gen::inRange(-100, 101) / 10.0, t)};
}

std::pair<Gamma<>, Gamma<>> any_gammas() {
  const auto [k, m] = any_scales();
  const auto [r, s] = any_scales();
  return {Gamma(std::min(k, 100.0), r), Gamma(std::min(m, 100.0), s)};
}

void holds(const std::string& what, const std::function<void()>& property, int cases) {
  rc::detail::TestParams parameters;
  parameters.seed = 20240607;
  parameters.maxSuccess = cases;
  rc::detail::TestMetadata metadata;
  metadata.description = what;
  class Quiet : public rc::detail::TestListener {
    void onTestCaseFinished(const rc::detail::CaseDescription&) override {}
    void onShrinkTried(const rc::detail::CaseDescription&, bool) override {}
    void onTestFinished(const rc::detail::TestMetadata&, const rc::detail::TestResult&) override {}
  } listener;
  const auto result = rc::detail::checkTestable(property, metadata, parameters, listener);
  std::ostringstream text;
  rc::detail::printResultMessage(result, text);
  BOOST_TEST(result.is<rc::detail::SuccessResult>(), what << ": " << text.str());
}

/// The property of pairs of categoricals, normals and gammas.
template <class F>
void holds_for_all_pairs(const std::string& what, const F& property) {
  holds(
      what + ", of categoricals", [&] { std::apply(property, any_categoricals()); }, 300);
  holds(
      what + ", of normals", [&] { std::apply(property, any_normals()); }, 40);
  holds(
      what + ", of gammas", [&] { std::apply(property, any_gammas()); }, 30);
}

/// States k and k + 1 become one.
Categorical merged(const Categorical& p, std::size_t k) {
  std::vector<double> out;
  const auto all = p.probability_data();
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (i == k + 1) {
      out.back() += all[i];
    } else {
      out.push_back(all[i]);
    }
  }
  return categorical(out);
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_divergence_is_never_negative_and_zero_only_of_the_same) {
  holds_for_all_pairs("non-negativity", [](const auto& p, const auto& q) {
    bool is_same = true;
    if constexpr (requires { p.probability_data(); }) {
      for (std::size_t k = 0; k < p.size(); ++k) {
        is_same = is_same && near(p.probability_data()[k], q.probability_data()[k], 1e-15);
      }
    } else if constexpr (requires { p.stddev(); }) {
      is_same = p.mean() == q.mean() && p.stddev() == q.stddev();
    } else {
      is_same = p.shape() == q.shape() && p.rate() == q.rate();
    }
    for_all([&](const auto& d) {
      if (std::string(d.name) == "FDivergence" || (std::string(d.name) == "Renyi" && !is_same))
        return;
      const double v = value(d, p, q);
      RC_ASSERT(v >= 0.0);
      RC_ASSERT(v <= supremum(d) * (1 + slack));
      if (!is_same) RC_ASSERT(v > 0.0);
      RC_ASSERT(value(d, p, p) == 0.0);
    });
  });
}

BOOST_AUTO_TEST_CASE(the_inequalities_between_divergences_hold) {
  holds_for_all_pairs("inequalities", [](const auto& p, const auto& q) {
    const double tv = value(TotalVariation{}, p, q), kl = value(Kl{}, p, q),
                 js = value(JensenShannon{}, p, q), h = value(SquaredHellinger{}, p, q),
                 lc = value(LeCam{}, p, q);
    RC_ASSERT(at_most(tv, std::sqrt(kl / 2)));  // Pinsker
    RC_ASSERT(at_most(tv, std::sqrt(2 * js)));
    RC_ASSERT(at_most(js, std::log(2.0) * tv));
    RC_ASSERT(at_most(h, tv));
    RC_ASSERT(at_most(tv, std::sqrt(h * (2 - h))));
    RC_ASSERT(at_most(lc / 2, h) && at_most(h, lc));
    RC_ASSERT(at_most(kl, std::log1p(value(ChiSquared{}, p, q))));
    RC_ASSERT(at_most(value(Renyi{0.5}, p, q), value(Renyi{0.9}, p, q)));
    RC_ASSERT(at_most(value(Renyi{0.9}, p, q), kl));
  });
}

BOOST_AUTO_TEST_CASE(symmetric_divergences_are) {
  holds_for_all_pairs("symmetry", [](const auto& p, const auto& q) {
    const auto same = [&](const auto& d) { RC_ASSERT(near(value(d, p, q), value(d, q, p))); };
    same(JensenShannon{});
    same(TotalVariation{});
    same(SquaredHellinger{});
    same(Jeffreys{});
    same(LeCam{});
    same(Bhattacharyya{});
  });
}

BOOST_AUTO_TEST_CASE(exchanged_arguments_have_the_dual_generator) {
  holds_for_all_pairs("duality", [](const auto& p, const auto& q) {
    const auto dual = [&](const auto& d, const auto& e) {
      RC_ASSERT(near(value(d, p, q), value(e, q, p)));
    };
    dual(ChiSquared{}, ReverseChiSquared{});
    dual(Alpha{0.3}, Alpha{0.7});
    dual(Alpha{1.5}, Alpha{-0.5});
    dual(Kl{}, Alpha{0.0});
    dual(JensenShannon{0.3}, JensenShannon{0.7});
    dual(JensenShannon{0.3, 0.6}, JensenShannon{0.7, 0.4});
    dual(FDivergence([](double t) { return (t - 1) * (t - 1); }, HUGE_VAL), ReverseChiSquared{});
  });
}

BOOST_AUTO_TEST_CASE(merging_states_loses_information) {
  holds(
      "data processing",
      [] {
        const std::size_t n = *rc::gen::inRange<std::size_t>(2, 7);
        const Categorical p = categorical(*probabilities_of(n)),
                          q = categorical(*probabilities_of(n));
        const std::size_t k = *rc::gen::inRange<std::size_t>(0, n - 1);
        const Categorical few_p = merged(p, k), few_q = merged(q, k);
        for_all([&](const auto& d) {
          const double fine = value(d, p, q), coarse = value(d, few_p, few_q);
          RC_ASSERT(coarse <= fine * (1 + slack) + 1e-15);
        });
      },
      300);
}

BOOST_AUTO_TEST_CASE(the_chain_rule_holds_of_joint_tables) {
  holds(
      "chain rule",
      [] {
        const std::size_t n = *rc::gen::inRange<std::size_t>(1, 4),
                          m = *rc::gen::inRange<std::size_t>(1, 4);
        const std::vector<double> of_p = *probabilities_of(n * m), of_q = *probabilities_of(n * m);
        const auto table = [&](const std::vector<double>& p) {
          return Joint({n, m}, Eigen::Map<const Vector>(p.data(), static_cast<Index>(p.size())));
        };
        const Joint p = table(of_p), q = table(of_q);
        const Joint first_p = p.marginal({0}), first_q = q.marginal({0});
        double sum = value(Kl{}, first_p, first_q);
        for (std::size_t i = 0; i < n; ++i) {
          const Vector at = Vector::Constant(1, static_cast<double>(i));
          const double weight = first_p.probabilities()[static_cast<Index>(i)];
          if (weight == 0.0) continue;
          if (first_q.probabilities()[static_cast<Index>(i)] == 0.0) continue;  // infinite already
          if (m > 0) sum += weight * value(Kl{}, p.conditional({0}, at), q.conditional({0}, at));
        }
        const double whole = value(Kl{}, p, q);
        RC_ASSERT(near(whole, sum, 1e-11) || std::abs(whole - sum) < 1e-14);
      },
      200);
}
