// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE estimators_divergence_categorical
#include <boost/test/unit_test.hpp>

#include <cmath>
#include <type_traits>
#include <vector>

#include <leibler/engine/kernels/random.hpp>
#include <leibler/estimators/divergence_estimate.hpp>
#include <leibler/models/categorical.hpp>

#include "divergences.hpp"
#include "vector_checks.hpp"

using namespace leibler;
using namespace leibler::test;

namespace {

constexpr double infinity = HUGE_VAL;

Vector normals(Index n, std::uint64_t seed) {
  Vector z(n);
  engine::kernels::normal_fill({{seed}}, z.data(), static_cast<std::size_t>(n));
  return z;
}

/// Of 2 to 9 categories, some of probability 0, made of logits or of probabilities.
Categorical arbitrary(std::uint64_t seed, Index size, bool of_logits, double zeros) {
  Vector logits = 2.0 * normals(size, seed);
  const Vector where = normals(size, seed + 1'000'000);
  for (Index k = 1; k < size; ++k) {
    if (where[k] < zeros) logits[k] = -infinity;
  }
  if (of_logits) return Categorical::from_logits(logits);
  // Eigen's own exp(-inf) is not 0
  const Vector p = logits.unaryExpr([](double v) { return std::exp(v); });
  return Categorical::from_probabilities(p / p.sum());
}

template <class Body>
void for_pairs(Body&& body) {
  for (std::uint64_t i = 1; i <= 100; ++i) {
    const Index size = 2 + static_cast<Index>(i % 8);
    const double zeros = i % 3 == 0 ? -0.5 : -9.0;
    const auto p = arbitrary(2 * i, size, i % 2 == 0, zeros);
    const auto q = arbitrary(2 * i + 1, i % 5 == 0 ? size + 2 : size, i % 4 < 2, zeros);
    BOOST_TEST_CONTEXT("pair " << i) {
      body(p, q);
    }
  }
}

/// Renyi's, which is 0 wherever p is positive.
template <class D>
bool is_zero_order(const D& d) {
  if constexpr (std::is_same_v<D, Renyi>) return d.a == 0.0;
  return false;
}

template <class D>
double of(const D& d, const Categorical& p, const Categorical& q) {
  return divergence(d, p, q).value;
}

Categorical in_logits(const Vector& p) {
  return Categorical::from_logits(p.unaryExpr([](double v) { return std::log(v); }));
}

void check_all(const Categorical& p, const Categorical& q, const std::vector<double>& expected,
               double accuracy) {
  const std::vector<double> found{of(Kl{}, p, q),
                                  by(Method::enumeration, Kl{}, p, q).value,
                                  of(JensenShannon{}, p, q),
                                  of(TotalVariation{}, p, q),
                                  of(ChiSquared{}, p, q),
                                  of(SquaredHellinger{}, p, q),
                                  of(Renyi{2.0}, p, q)};
  const std::vector<std::size_t> place{0, 0, 1, 2, 3, 4, 5};
  for (std::size_t i = 0; i < found.size(); ++i) {
    BOOST_TEST_CONTEXT("divergence " << i) {
      BOOST_TEST(relative_error(found[i], expected[place[i]]) < accuracy);
    }
  }
}

}  // namespace

// mpmath 1.3, 900 digits, of these doubles: KL, Jensen-Shannon, total variation, chi squared,
// squared Hellinger, Renyi of order 2.
BOOST_AUTO_TEST_CASE(near_equal_categoricals_keep_their_digits_in_every_divergence) {
  const auto p = [](const Vector& x) { return probabilities(x); };
  check_all(p(Vector{{0.5, 0.5}}), p(Vector{{0.5 + 1e-12, 0.5 - 1e-12}}),
            {1.9999115140982549861e-24, 4.9997787852456374653e-25, 9.9997787827987849596e-13,
             3.9998230281965099722e-24, 4.9997787852456374653e-25, 3.9998230281965099722e-24},
            1e-14);
  check_all(p(Vector{{0.2, 0.3, 0.5 + 9e-10}}), p(Vector{{0.2 + 3e-13, 0.3 - 1e-13, 0.5 - 2e-13}}),
            {4.0536028503211929086e-19, 1.0134007125802984543e-19, 4.5020000187268978136e-10,
             8.1072057006423821841e-19, 1.0134007125802984543e-19, 8.1072057006423821809e-19},
            1e-14);
  check_all(p(Vector{{1, 1e-300}}), p(Vector{{1, 2e-300}}),
            {3.0685281944005469827e-301, 8.4949518397698738579e-302, 1.0000000000000000251e-300,
             5.0000000000000001253e-301, 8.5786437626904953348e-302, 5.0000000000000001253e-301},
            2e-13);
  const Vector a{{4, 2, 1, 0.5, 0, -1}}, step{{1e-9, -2e-9, 3e-9, 0, 0, 1e-9}};
  check_all(Categorical::from_logits(a), Categorical::from_logits(a + step),
            {5.4987800400203843001e-19, 1.3746950096516833327e-19, 3.2402254456920499051e-10,
             1.0997560085695372483e-18, 1.3746950096516833329e-19, 1.0997560085695372476e-18},
            1e-14);
  check_all(Categorical::from_logits(a),
            Categorical::from_logits((a + 1e3 * step).array() + 1000.0),
            {5.4987771408019050017e-13, 1.3746939317877403279e-13, 3.2402220906795471289e-7,
             1.0997559936213443382e-12, 1.3746939317879234095e-13, 1.0997559936207396066e-12},
            1e-13);
}

BOOST_AUTO_TEST_CASE(equal_categoricals_have_divergence_zero) {
  for_pairs([](const Categorical& p, const Categorical&) {
    for_all([&](const auto& d) { BOOST_TEST(of(d, p, p) == 0.0); });
  });
}

BOOST_AUTO_TEST_CASE(no_divergence_is_negative_or_nan_and_zeros_count_as_they_should) {
  for_pairs([](const Categorical& p, const Categorical& q) {
    for_all([&](const auto& d) { BOOST_TEST(of(d, p, q) >= (is_zero_order(d) ? 0.0 : 1e-300)); });
    bool is_covered = true;
    const Vector ratios = log_ratios(p, q);
    for (const double r : ratios) is_covered = is_covered && r < infinity;
    BOOST_TEST(std::isfinite(of(Kl{}, p, q)) == is_covered);
    BOOST_TEST(std::isfinite(of(ChiSquared{}, p, q)) == is_covered);
    BOOST_TEST(std::isfinite(of(JensenShannon{}, p, q)));
  });
}

// [1] I. Csiszar and J. Koerner. Information Theory. 2011. Exercise 3.17 (Pinsker's inequality).
BOOST_AUTO_TEST_CASE(the_inequalities_between_divergences_hold) {
  for_pairs([](const Categorical& p, const Categorical& q) {
    const double slack = 1 + 1e-14, tv = of(TotalVariation{}, p, q);
    const double hellinger = of(SquaredHellinger{}, p, q), kl = of(Kl{}, p, q);
    BOOST_TEST(tv <= std::sqrt(kl / 2) * slack);
    BOOST_TEST(tv <= std::sqrt(2 * of(JensenShannon{}, p, q)) * slack);
    BOOST_TEST(hellinger <= tv * slack);
    BOOST_TEST(tv <= std::sqrt(hellinger * (2 - hellinger)) * slack);
    BOOST_TEST(kl <= std::log1p(of(ChiSquared{}, p, q)) * slack);
    BOOST_TEST(of(JensenShannon{}, p, q) <= std::log(2.0) * tv * slack);
    BOOST_TEST(of(Renyi{0.5}, p, q) <= kl * slack);
    BOOST_TEST(kl <= of(Renyi{2.0}, p, q) * slack);
  });
}

BOOST_AUTO_TEST_CASE(symmetric_divergences_are_symmetric_and_duals_agree) {
  for_pairs([](const Categorical& p, const Categorical& q) {
    const auto same = [](double a, double b) { BOOST_TEST(relative_error(a, b) < 1e-13); };
    same(of(JensenShannon{}, p, q), of(JensenShannon{}, q, p));
    same(of(Jeffreys{}, p, q), of(Jeffreys{}, q, p));
    same(of(TotalVariation{}, p, q), of(TotalVariation{}, q, p));
    same(of(SquaredHellinger{}, p, q), of(SquaredHellinger{}, q, p));
    same(of(ChiSquared{}, p, q), of(ReverseChiSquared{}, q, p));
    same(of(Alpha{0.3}, p, q), of(Alpha{0.7}, q, p));
    same(of(Jeffreys{}, p, q), of(Kl{}, p, q) + of(Kl{}, q, p));
  });
}

BOOST_AUTO_TEST_CASE(merging_categories_never_adds_to_a_divergence) {
  const auto merged = [](const Categorical& p) {
    const Vector all = p.probabilities();
    Vector out = all.head(all.size() - 1);
    out[out.size() - 1] += all[all.size() - 1];
    return probabilities(out);
  };
  for_pairs([&](const Categorical& p, const Categorical& q) {
    if (p.size() != q.size()) return;
    for_all([&](const auto& d) {
      BOOST_TEST(of(d, merged(p), merged(q)) <= of(d, p, q) * (1 + 1e-13) + 1e-30);
    });
  });
}

BOOST_AUTO_TEST_CASE(logits_and_probabilities_say_the_same) {
  for_pairs([](const Categorical& p, const Categorical& q) {
    const auto a = in_logits(p.probabilities()), b = in_logits(q.probabilities());
    for_all([&](const auto& d) {
      BOOST_TEST(relative_error(of(d, p, q), of(d, a, b)) < 1e-11);
      BOOST_TEST(relative_error(of(d, p, b), of(d, a, q)) < 1e-11);
    });
  });
}

BOOST_AUTO_TEST_CASE(a_missing_category_is_one_of_probability_zero) {
  for (const bool of_logits : {true, false}) {
    const auto make = [&](const Vector& x) { return of_logits ? in_logits(x) : probabilities(x); };
    const auto small = make(Vector{{0.5, 0.25, 0.25}}),
               same = make(Vector{{0.5, 0.25, 0.25, 0, 0}}),
               large = make(Vector{{0.25, 0.25, 0.25, 0.125, 0.125}});
    for_all([&](const auto& d) {
      BOOST_TEST(of(d, small, large) == of(d, same, large));
      BOOST_TEST(of(d, large, small) == of(d, large, same));
      BOOST_TEST(of(d, small, same) == 0.0);
    });
    BOOST_TEST(relative_error(of(TotalVariation{}, small, large), 0.25) < 1e-15);
    BOOST_TEST(of(Kl{}, large, small) == infinity);
    BOOST_TEST(relative_error(by(Method::enumeration, Kl{}, small, large).value,
                              0.5 * std::log(2.0)) < 1e-15);
  }
}
