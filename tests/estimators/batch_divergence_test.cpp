// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE estimators_batch_divergence
#include <boost/test/unit_test.hpp>

#include <cmath>
#include <cstdint>
#include <vector>

#include <leibler/engine/kernels/random.hpp>
#include <leibler/estimators/batch_divergence.hpp>

#include "divergences.hpp"
#include "same_bits.hpp"
#include "says.hpp"
#include "vector_checks.hpp"

using namespace leibler;
using namespace leibler::test;

namespace {

constexpr double infinity = HUGE_VAL, not_a_number = NAN;

Points normals(Index n, Index size, std::uint64_t seed) {
  Points z(n, size);
  engine::kernels::normal_fill({{seed}}, z.data(), static_cast<std::size_t>(z.size()));
  return z;
}

// Rows near each other and far apart, with zeros of p, of q, of both.
struct Scene {
  Points p, q;

  Scene(Index n, Index size, bool with_zeros = true)
      : p(2.0 * normals(n, size, 1)), q(p + normals(n, size, 2)) {
    for (Index i = 0; i < n; ++i) {
      if (i % 5 == 1) q.row(i) = p.row(i) + 1e-9 * q.row(i);
      if (i % 7 == 2) q.row(i) *= 30.0;
      if (i % 11 == 3) q.row(i) = p.row(i).array() + 4.0;
      if (i % 13 == 4) p.row(i) *= 500.0;
      if (!with_zeros || size < 3) continue;
      if (i % 3 == 0) p(i, i % size) = -infinity;
      if (i % 6 == 0) q(i, i % size) = -infinity;
      if (i % 17 == 5) q(i, 2) = -infinity;
    }
  }
};

std::vector<double> list(const Vector& x) {
  return {x.begin(), x.end()};
}

template <class D>
Vector values(const D& d, const Points& p, const Points& q, const DivergenceOptions& options = {}) {
  return divergence(d, Categoricals::from_logits(p), Categoricals::from_logits(q), options);
}

Categorical row(const Points& x, Index i, double temperature = 1.0) {
  return Categorical::from_logits(x.row(i).transpose(), {.temperature = temperature});
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_row_is_what_two_categoricals_have) {
  for (const Index size : {1, 2, 3, 10, 65, 100}) {
    for (const Index n : {1, 5, 16, 17, 130, 300}) {
      const Scene x(n, size);
      const Vector kl = values(Kl{}, x.p, x.q);
      const Vector sums = values(Kl{}, x.p, x.q, {.method = Method::enumeration});
      for (Index i = 0; i < n; ++i) {
        const double expected = *closed_form(Kl{}, row(x.p, i), row(x.q, i));
        BOOST_TEST_CONTEXT("row " << i << " of " << n << ", " << size << " categories") {
          BOOST_TEST(relative_error(kl[i], expected) < 2e-13);
          BOOST_TEST(relative_error(sums[i], expected) < 2e-13);
        }
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(every_divergence_has_its_rows) {
  const Scene x(200, 6);
  const auto has_its_rows = [&](const auto& d) {
    const Vector found = values(d, x.p, x.q);
    for (Index i = 0; i < 200; ++i) {
      const auto p = row(x.p, i), q = row(x.q, i);
      BOOST_TEST_CONTEXT("row " << i) {
        BOOST_TEST(relative_error(found[i], by(Method::enumeration, d, p, q).value) < 2e-13);
      }
    }
  };
  for_all(has_its_rows);
  has_its_rows(JensenShannon{0.0, 0.3});
  has_its_rows(JensenShannon{1.0, 0.9});
  has_its_rows(JensenShannon{0.0, 1.0});
  has_its_rows(JensenShannon{1.0, 0.0});
  has_its_rows(Reversed(Kl{}));
  has_its_rows(Reversed(JensenShannon{0.3, 0.6}));
  for (const double a : {-3.0, -1e-9, 0.0, 1e-9, 0.5, 1.0, 1.0 + 1e-9, 2.0, 8.0}) {
    has_its_rows(Alpha{a});
    if (a >= 0.0) has_its_rows(Renyi{a});
  }
  has_its_rows(Renyi{infinity});
}

// mpmath 1.3, 60 digits.
BOOST_AUTO_TEST_CASE(rows_have_reference_numbers) {
  const Points p{{4, 2, 1, 0.5, 0, -1}, {4, 2, 1, 0.5, 0, -1}};
  Points q = p;
  q.row(0) += 1e-9 * Vector{{1, -2, 3, 0, 0, 1}}.transpose();
  q.row(1) += (1e-6 * Vector{{1, -2, 3, 0, 0, 1}}.array() + 1000).matrix().transpose();
  const Vector kl = values(Kl{}, p, q), tv = values(TotalVariation{}, p, q);
  BOOST_TEST(relative_error(kl[0], 5.4987800400203843001e-19) < 1e-14);
  BOOST_TEST(relative_error(kl[1], 5.4987771408019050017e-13) < 1e-13);
  BOOST_TEST(relative_error(tv[0], 3.2402254456920499051e-10) < 1e-14);
  BOOST_TEST(relative_error(tv[1], 3.2402220906795471289e-7) < 1e-13);
}

BOOST_AUTO_TEST_CASE(equal_rows_have_exactly_zero) {
  Scene x(200, 9);
  for_all([&](const auto& d) {
    for (const double v : values(d, x.p, x.p)) BOOST_REQUIRE(v == 0.0);
  });
  const auto p = Categoricals::from_logits(x.p, {.temperature = 3.0});
  for (const double v : divergence(Kl{}, p, p)) BOOST_REQUIRE(v == 0.0);
}

BOOST_AUTO_TEST_CASE(no_value_is_negative_or_nan_and_q_without_mass_is_infinite) {
  const Scene x(300, 5);
  const Vector kl = values(Kl{}, x.p, x.q);
  for (Index i = 0; i < 300; ++i) {
    BOOST_TEST(kl[i] >= 0.0);
    const auto beyond = x.p.row(i).array() > -infinity && x.q.row(i).array() == -infinity;
    BOOST_TEST((kl[i] == infinity) == beyond.any());
  }
}

BOOST_AUTO_TEST_CASE(logits_are_divided_by_their_temperature) {
  const Scene x(50, 7);
  for (const auto& [of_p, of_q] : {std::pair{2.0, 2.0}, {0.3, 5.0}, {1.0, 1e300}, {1e300, 1e300}}) {
    const auto p = Categoricals::from_logits(x.p, {.temperature = of_p});
    const auto q = Categoricals::from_logits(x.q, {.temperature = of_q});
    const Vector kl = divergence(Kl{}, p, q), js = divergence(JensenShannon{}, p, q);
    for (Index i = 0; i < 50; ++i) {
      const auto a = row(x.p, i, of_p), b = row(x.q, i, of_q);
      BOOST_TEST(relative_error(kl[i], *closed_form(Kl{}, a, b)) < 2e-13);
      BOOST_TEST(relative_error(js[i], divergence(JensenShannon{}, a, b).value) < 2e-13);
      BOOST_TEST((p[static_cast<std::size_t>(i)].logits() == a.logits()));
    }
  }
}

BOOST_AUTO_TEST_CASE(blocks_and_maps_are_read_where_they_are) {
  const Scene x(90, 12);
  const Vector kl = values(Kl{}, x.p, x.q);
  const auto part = [](const auto& m) { return Categoricals::from_logits(m.middleRows(20, 37)); };
  BOOST_TEST((divergence(Kl{}, part(x.p), part(x.q)) == kl.segment(20, 37)));
  const Eigen::Map<const Points> p(x.p.data(), 90, 12);
  const Eigen::Ref<const Points, 0, Eigen::OuterStride<>> q = x.q;
  BOOST_TEST((divergence(Kl{}, Categoricals::from_logits(p), Categoricals::from_logits(q)) == kl));
  BOOST_TEST(values(Kl{}, Points(0, 3), Points(0, 3)).size() == 0);
}

BOOST_AUTO_TEST_CASE(has_the_same_bits_on_every_thread_count_and_instruction_set) {
  const Scene x(3000, 70);
  BOOST_TEST(same_bits_everywhere(
      [&](Threads threads) { return list(values(Kl{}, x.p, x.q, {.threads = threads})); }));
  const Points p = x.p.topLeftCorner(300, 20), q = x.q.topLeftCorner(300, 20);
  BOOST_TEST(same_bits_everywhere([&](Threads threads) {
    std::vector<double> out;
    for_all([&](const auto& d) {
      const Vector found = values(d, p, q, {.threads = threads});
      out.insert(out.end(), found.begin(), found.end());
    });
    const auto g = logit_gradients(Kl{}, Categoricals::from_logits(p), Categoricals::from_logits(q),
                                   {.threads = threads});
    for (const Points* m : {&g.p, &g.q}) out.insert(out.end(), m->data(), m->data() + m->size());
    return out;
  }));
}

// Of logits with all their digits: mild rows by differences, the others by the formula.
BOOST_AUTO_TEST_CASE(gradients_agree_with_differences_of_the_weighted_sum) {
  const Points p = normals(6, 4, 1), q = normals(6, 4, 2);
  const Vector weights{{1, -2, 0, 0.5, 3, 1e-3}};
  const SoftmaxOptions warm{.temperature = 2.0}, cold{.temperature = 0.5};
  const auto g = logit_gradients(Kl{}, Categoricals::from_logits(p, warm),
                                 Categoricals::from_logits(q, cold), {.weights = weights});
  const auto sum = [&](const Points& a, const Points& b) {
    return weights.dot(
        divergence(Kl{}, Categoricals::from_logits(a, warm), Categoricals::from_logits(b, cold)));
  };
  for (Index i = 0; i < 6; ++i) {
    for (Index k = 0; k < 4; ++k) {
      const auto moved = [&](const Points& x, double by) {
        Points out = x;
        out(i, k) += by;
        return out;
      };
      BOOST_TEST(std::abs(g.p(i, k) - slope([&](double h) { return sum(moved(p, h), q); })) < 1e-9);
      BOOST_TEST(std::abs(g.q(i, k) - slope([&](double h) { return sum(p, moved(q, h)); })) < 1e-9);
    }
  }
}

BOOST_AUTO_TEST_CASE(gradients_are_their_formula_for_rows_of_every_kind) {
  for (const Index n : {3, 16, 150}) {
    const Scene x(n, 8);
    const Vector weights = normals(n, 1, 9);
    const auto g = logit_gradients(Kl{}, Categoricals::from_logits(x.p),
                                   Categoricals::from_logits(x.q), {.weights = weights});
    BOOST_TEST((g.values == values(Kl{}, x.p, x.q)));
    for (Index i = 0; i < n; ++i) {
      const auto p = row(x.p, i), q = row(x.q, i);
      const Vector a = p.probabilities(), b = q.probabilities(), r = log_ratios(p, q);
      for (Index k = 0; k < 8; ++k) {
        BOOST_TEST_CONTEXT("row " << i << ", category " << k) {
          const double by_q = std::abs(r[k]) < 0.5 ? a[k] * std::expm1(-r[k]) : b[k] - a[k];
          BOOST_TEST(std::abs(g.q(i, k) - weights[i] * by_q) <
                     1e-13 * std::abs(weights[i]) * (std::abs(by_q) + 1e-3));
          if (g.values[i] == infinity) {
            const double side = r[k] == infinity ? infinity : -infinity;
            const bool is_in_p = x.p(i, k) > -infinity;
            BOOST_TEST(g.p(i, k) == (is_in_p ? weights[i] * side : 0.0));
          } else {
            const double by_p = a[k] > 0.0 ? a[k] * (r[k] - g.values[i]) : 0.0;
            BOOST_TEST(std::abs(g.p(i, k) - weights[i] * by_p) <
                       2e-13 * std::abs(weights[i]) * (std::abs(by_p) + 1e-3));
          }
        }
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(near_equal_rows_keep_the_digits_of_their_gradients) {
  const Points p{{4, 2, 1}};
  Points q = p;
  q(0, 1) += 0x1p-40;
  const auto g = logit_gradients(Kl{}, Categoricals::from_logits(p), Categoricals::from_logits(q));
  const Vector s = row(p, 0).probabilities();
  const double d = 0x1p-40;  // to first order -s_k (d_k - s_1 d) and the opposite
  const Vector expected{{s[0] * s[1] * d, -s[1] * (1 - s[1]) * d, s[2] * s[1] * d}};
  for (Index k = 0; k < 3; ++k) {
    BOOST_TEST(relative_error(g.p(0, k), expected[k]) < 1e-11);
    BOOST_TEST(relative_error(g.q(0, k), -expected[k]) < 1e-11);
  }
}

BOOST_AUTO_TEST_CASE(a_row_without_weight_has_no_gradient_even_where_its_divergence_is_infinite) {
  const Points p{{0, 1, 2}, {0, 1, 2}}, q{{0, -infinity, 1}, {0, -infinity, 1}};
  const auto g = logit_gradients(Kl{}, Categoricals::from_logits(p), Categoricals::from_logits(q),
                                 {.weights = Vector{{0, 1}}});
  BOOST_TEST((g.values.array() == infinity).all());
  BOOST_TEST((g.p.row(0).array() == 0.0 && g.q.row(0).array() == 0.0).all());
  BOOST_TEST((g.p.row(1) == Vector{{-infinity, infinity, -infinity}}.transpose()));
  BOOST_TEST(relative_error(g.q(1, 1), -row(p, 1).probabilities()[1]) < 1e-15);
}

BOOST_AUTO_TEST_CASE(bad_rows_are_named) {
  const auto refused = [](auto change, const std::string& text) {
    Scene x(700, 4, false);
    change(x);
    for (const int threads : {1, 8}) {
      BOOST_CHECK_EXCEPTION((void)values(Kl{}, x.p, x.q, {.threads = {threads}}), DomainError,
                            says("divergence: " + text));
    }
    BOOST_CHECK_EXCEPTION((void)values(LeCam{}, x.p, x.q), DomainError,
                          says("divergence: " + text));
  };
  const std::string rule =
      "; logits must be below inf and not NaN; look where the value comes from.";
  refused([](Scene& x) { x.p(600, 3) = not_a_number, x.q(650, 1) = infinity; },
          "p.logits[600, 3] = nan" + rule);
  refused([](Scene& x) { x.p(699, 3) = infinity, x.q(2, 1) = infinity; },
          "q.logits[2, 1] = inf" + rule);
  refused([](Scene& x) { x.p(17, 0) = -infinity, x.q(17, 0) = not_a_number; },
          "q.logits[17, 0] = nan" + rule);
  refused([](Scene& x) { x.q(18, 1) = -infinity, x.q(18, 0) = not_a_number; },
          "q.logits[18, 0] = nan" + rule);
  const std::string all =
      " is all -inf; at least one logit must be finite; they are the logarithms "
      "of probabilities that are all 0.";
  refused([](Scene& x) { x.q.row(699).setConstant(-infinity); }, "q.logits.row(699)" + all);
  refused([](Scene& x) { x.p.row(0).setConstant(-infinity), x.q.row(0) = x.p.row(0); },
          "p.logits.row(0)" + all);
  const Scene x(20, 4, false);
  for (const double sign : {1.0, -1.0}) {
    Points large = x.p;
    large(11, 2) = sign * 1e10;
    const auto cold = Categoricals::from_logits(large, {.temperature = 1e-300});
    BOOST_CHECK_EXCEPTION((void)divergence(Kl{}, cold, Categoricals::from_logits(x.q)), DomainError,
                          says("divergence: p.logits[11, 2] = " + to_text(sign * 1e10) +
                               "; logits / temperature must be finite; subtract the largest of a "
                               "row from all."));
  }
}

BOOST_AUTO_TEST_CASE(batches_that_do_not_fit_are_refused) {
  const Scene x(20, 4), y(21, 4), z(20, 5);
  BOOST_CHECK_EXCEPTION((void)values(Kl{}, x.p, y.q), InvalidArgument,
                        says("divergence: q.count() = 21; must be 20; p and q are compared row by "
                             "row."));
  BOOST_CHECK_EXCEPTION((void)values(Jeffreys{}, x.p, z.q), InvalidArgument,
                        says("divergence: q.size() = 5; must be 4; give a category that one of "
                             "them lacks a logit of -inf."));
  BOOST_CHECK_EXCEPTION((void)Categoricals::from_logits(Points::Zero(3, 0).eval().leftCols(0)),
                        InvalidArgument,
                        says("Categoricals::from_logits: logits.cols() = 0; must be >= 1; give one "
                             "row a distribution and one column a category."));
  BOOST_CHECK_EXCEPTION(
      (void)Categoricals::from_logits(x.p, {.temperature = -1.0}), DomainError,
      says("Categoricals::from_logits: options.temperature = -1; temperature must be finite and > "
           "0; near 0 the largest logit takes all, at 1 nothing changes."));
  BOOST_CHECK_EXCEPTION(
      (void)values(Kl{}, x.p, x.q, {.method = Method::monte_carlo}), InvalidArgument,
      says("divergence: options.method = monte_carlo does not apply; a batch has "
           "its formula and its sum, both exact; leave it out for the best method "
           "that does."));
  BOOST_CHECK_EXCEPTION((void)values(LeCam{}, x.p, x.q, {.method = Method::closed_form}),
                        InvalidArgument,
                        says("divergence: options.method = closed_form does not apply; a batch has "
                             "its sum, which is exact; leave it out for the best method that "
                             "does."));
  const auto p = Categoricals::from_logits(x.p), q = Categoricals::from_logits(x.q);
  BOOST_CHECK_EXCEPTION((void)logit_gradients(Kl{}, p, q, {.weights = Vector::Ones(3)}),
                        InvalidArgument,
                        says("logit_gradients: options.weights.size() = 3; must be 20; give every "
                             "row its weight."));
  Vector bad = Vector::Ones(20);
  bad[4] = not_a_number;
  BOOST_CHECK_EXCEPTION(
      (void)logit_gradients(Kl{}, p, q, {.weights = bad}), DomainError,
      says("logit_gradients: options.weights[4] = nan; weights must be finite; look "
           "where the value comes from."));
}

// A view of what is gone would read anything.
template <class X>
concept IsAccepted = requires(X&& x) {
  Categoricals::from_logits(std::forward<X>(x));
};
static_assert(IsAccepted<const Points&> && IsAccepted<Points&> && !IsAccepted<Points>);
