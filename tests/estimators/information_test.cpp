// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE estimators_information
#include <boost/test/unit_test.hpp>

#include <cmath>
#include <numbers>
#include <sstream>

#include <leibler/estimators/information.hpp>
#include <leibler/models/categorical.hpp>
#include <leibler/models/diagonal_gaussian.hpp>
#include <leibler/models/empirical.hpp>
#include <leibler/models/gaussian.hpp>
#include <leibler/models/univariate/binomial.hpp>
#include <leibler/models/univariate/laplace.hpp>
#include <leibler/models/univariate/normal.hpp>
#include <leibler/models/univariate/poisson.hpp>

#include "divergences.hpp"
#include "says.hpp"
#include "seed_mixture.hpp"
#include "vector_checks.hpp"

using namespace leibler;
using namespace leibler::test;
namespace tt = boost::test_tools;

namespace {

const Matrix p_table{{0.25, 0.05, 0.0}, {0.125, 0.2, 0.375}};
const Matrix q_table{{0.1, 0.2, 0.15}, {0.05, 0.25, 0.25}};
const Vector p_tokens{{0.90, 0.04, 0.03, 0.02, 0.01}}, q_tokens{{0.65, 0.15, 0.10, 0.05, 0.05}};

// Three variables of 2, 3 and 2 values, with zeros.
Joint three_variables() {
  return Joint({2, 3, 2}, Vector{{0.1, 0.05, 0.0, 0.2, 0.05, 0.1, 0.15, 0.0, 0.05, 0.1, 0.1, 0.1}});
}

}  // namespace

// Exercises 1 and 4: 12 digits and more.
BOOST_AUTO_TEST_CASE(the_exercises_have_their_reference_numbers) {
  const auto p = probabilities(p_tokens), q = probabilities(q_tokens);
  BOOST_TEST(relative_error(entropy(p).value, 0.453068395974815) < 1e-14);
  const Estimate cross = cross_entropy(p, q);
  BOOST_TEST(relative_error(cross.value, 0.622538944875085) < 1e-14);
  BOOST_TEST(cross.standard_error == 0.0);
  BOOST_TEST((cross.method == Method::closed_form));
  BOOST_TEST(relative_error(perplexity(p, q).value, std::exp(0.622538944875085)) < 1e-14);
  const ChainRule four = chain_rule(Matrix{{0.30, 0.15, 0.05}, {0.20, 0.20, 0.10}},
                                    Matrix{{0.20, 0.20, 0.10}, {0.15, 0.25, 0.10}});
  BOOST_TEST(relative_error(four.joint.value, 0.0567375667642) < 1e-12);
  BOOST_TEST(std::abs(four.marginal.value) < 1e-30);
  BOOST_TEST(relative_error(four.conditional.value, 0.0567375667642) < 1e-12);
}

// mpmath, 40 digits.
BOOST_AUTO_TEST_CASE(tables_have_reference_numbers) {
  const ChainRule by_row = chain_rule(p_table, q_table);
  BOOST_TEST(relative_error(by_row.joint.value, 0.38171501167453328925) < 1e-14);
  BOOST_TEST(relative_error(by_row.marginal.value, 0.04717390733937233857) < 1e-13);
  BOOST_TEST(relative_error(by_row.conditional.value, 0.33454110433516095068) < 1e-14);
  BOOST_TEST((by_row.conditional.method == Method::enumeration));
  const ChainRule by_column = chain_rule(Joint(p_table), Joint(q_table), {1});
  BOOST_TEST(by_column.joint.value == by_row.joint.value);
  BOOST_TEST(relative_error(by_column.marginal.value, 0.17246041280068918957) < 1e-13);
  BOOST_TEST(relative_error(by_column.conditional.value, 0.20925459887384409969) < 1e-13);
  BOOST_TEST(relative_error(mutual_information(p_table).value, 0.24707088305979168315) < 1e-14);
  BOOST_TEST(relative_error(mutual_information(Joint(p_table), {1}).value, 0.24707088305979168315) <
             1e-14);
  BOOST_TEST(relative_error(conditional_entropy(Joint(p_table)).value, 0.83512464697897565342) <
             1e-14);
  BOOST_TEST(relative_error(conditional_entropy(Joint(p_table), {1}).value, 0.3637934189951017787) <
             1e-14);
}

BOOST_AUTO_TEST_CASE(the_chain_rule_holds_for_any_order_of_variables) {
  const Joint p = three_variables();
  const Joint q({2, 3, 2}, Vector::Constant(12, 1.0 / 12));
  for (const auto& first : {std::vector<std::size_t>{0}, {1}, {2}, {0, 2}, {2, 1}}) {
    const ChainRule parts = chain_rule(p, q, first);
    BOOST_TEST(parts.joint.value == divergence(Kl{}, p, q).value);
    BOOST_TEST(parts.marginal.value + parts.conditional.value == parts.joint.value,
               tt::tolerance(1e-14));
    BOOST_TEST(parts.marginal.value <= parts.joint.value);
    // I = H(y) - H(y | x)
    const auto rest = detail::other_coordinates("", first, 3);
    const double shared = mutual_information(p, first).value;
    BOOST_TEST(shared == p.marginal(rest).entropy() - conditional_entropy(p, first).value,
               tt::tolerance(1e-13));
    BOOST_TEST(shared == mutual_information(p, rest).value, tt::tolerance(1e-13));
    BOOST_TEST(p.marginal(first).entropy() + conditional_entropy(p, first).value == p.entropy(),
               tt::tolerance(1e-14));
  }
  const ChainRule same = chain_rule(p, p);
  BOOST_TEST(same.joint.value == 0.0);
  BOOST_TEST(same.marginal.value == 0.0);
  BOOST_TEST(same.conditional.value == 0.0);
}

BOOST_AUTO_TEST_CASE(random_tables_keep_the_chain_rule_and_lose_by_merging) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    const auto rows = static_cast<Index>(seed % 5 + 2), columns = static_cast<Index>(seed % 3 + 2);
    const Points z = 3.0 * sample(Gaussian::standard(2), rows * columns, Seed{seed});
    const auto table = [&](Index j, bool has_zeros) {
      Matrix p = z.col(j).array().exp().matrix().reshaped(rows, columns);
      if (has_zeros) p = (p.array() > 0.3).select(p, 0.0);
      p(0, 0) += 1e-3;
      return Joint(Matrix(p / p.sum()));
    };
    const Joint p = table(0, true), q = table(1, false);
    for (const std::size_t first : {0u, 1u}) {
      const ChainRule parts = chain_rule(p, q, {first});
      BOOST_TEST_CONTEXT("seed " << seed << '\n' << parts) {
        BOOST_TEST(parts.marginal.value + parts.conditional.value == parts.joint.value,
                   tt::tolerance(1e-13));
        BOOST_TEST(parts.marginal.value >= 0.0);
        BOOST_TEST(parts.conditional.value >= 0.0);
      }
      const double shared = mutual_information(p, {first}).value;
      BOOST_TEST(shared >= 0.0);
      BOOST_TEST(shared <= p.marginal({1 - first}).entropy() * (1 + 1e-12));
      BOOST_TEST(cross_entropy(p, q).value == p.entropy() + parts.joint.value,
                 tt::tolerance(1e-13));
    }
  }
}

BOOST_AUTO_TEST_CASE(tables_that_are_nearly_equal_or_independent_keep_their_digits) {
  const double e = 1e-9;
  const Matrix p{{0.25 + e, 0.25 - e}, {0.25 - e, 0.25 + e}}, q = Matrix::Constant(2, 2, 0.25);
  // 8 e^2, to the second order, of which the marginals have nothing
  BOOST_TEST(relative_error(mutual_information(p).value, 8 * e * e) < 1e-6);
  const ChainRule parts = chain_rule(p, q);
  BOOST_TEST(relative_error(parts.conditional.value, 8 * e * e) < 1e-6);
  BOOST_TEST(std::abs(parts.marginal.value) < 1e-30);
  BOOST_TEST(mutual_information(Matrix{{0.125, 0.375}, {0.125, 0.375}}).value < 1e-30);
}

BOOST_AUTO_TEST_CASE(what_q_excludes_is_infinite_and_what_p_excludes_is_nothing) {
  const Matrix p{{0.5, 0.0}, {0.0, 0.5}}, half = Matrix::Constant(2, 2, 0.25),
                                          upper{{0.5, 0.5}, {0.0, 0.0}};
  BOOST_TEST(chain_rule(p, half).joint.value == std::log(2.0), tt::tolerance(1e-15));
  const ChainRule beyond_cells = chain_rule(half, p);
  BOOST_TEST(beyond_cells.joint.value == HUGE_VAL);
  BOOST_TEST(beyond_cells.marginal.value == 0.0);
  BOOST_TEST(beyond_cells.conditional.value == HUGE_VAL);
  const ChainRule beyond_rows = chain_rule(half, upper);
  BOOST_TEST(beyond_rows.marginal.value == HUGE_VAL);
  BOOST_TEST(beyond_rows.conditional.value == HUGE_VAL);
  const ChainRule within = chain_rule(upper, half);
  BOOST_TEST(within.marginal.value == std::log(2.0), tt::tolerance(1e-15));
  BOOST_TEST(within.conditional.value == 0.0);
  BOOST_TEST(mutual_information(p).value == std::log(2.0), tt::tolerance(1e-15));
  BOOST_TEST(
      cross_entropy(probabilities(Vector{{0.5, 0.5}}), probabilities(Vector{{1.0, 0.0}})).value ==
      HUGE_VAL);
  BOOST_TEST(
      perplexity(probabilities(Vector{{0.5, 0.5}}), probabilities(Vector{{1.0, 0.0}})).value ==
      HUGE_VAL);
  BOOST_TEST(
      cross_entropy(probabilities(Vector{{1.0, 0.0}}), probabilities(Vector{{0.5, 0.5}})).value ==
          std::log(2.0),
      tt::tolerance(1e-15));
}

// mpmath, 40 digits; and -log(1 - r^2) / 2.
BOOST_AUTO_TEST_CASE(gaussians_share_what_their_correlations_say) {
  const Gaussian p(Vector{{1, 2, 3}}, Matrix{{2, 0.5, -0.3}, {0.5, 1, 0.25}, {-0.3, 0.25, 1.5}});
  const Estimate one = mutual_information(p);
  BOOST_TEST(relative_error(one.value, 0.10402039156422656222) < 1e-13);
  BOOST_TEST((one.method == Method::closed_form));
  BOOST_TEST(relative_error(mutual_information(p, {1, 2}).value, 0.10402039156422656222) < 1e-13);
  BOOST_TEST(relative_error(mutual_information(p, {2, 0}).value, 0.11007059503127025482) < 1e-13);
  const auto pair = [](double r, double scale) {
    return mutual_information(
               Gaussian(Vector{{0, 0}}, Matrix{{1, r * scale}, {r * scale, scale * scale}}))
        .value;
  };
  BOOST_TEST(relative_error(pair(0.25, 1.0), -0.5 * std::log1p(-0.0625)) < 1e-14);
  BOOST_TEST(relative_error(pair(1e-9, 1e-8), 0.5e-18) < 1e-9);
  BOOST_TEST(relative_error(pair(0.999999, 1e6), 6.5611819386878490723) < 1e-9);
  // the factor (1 0; 1 1e-12): a correlation that is 1 in double precision
  const auto almost_one = Gaussian::standard(2).with_parameters(
      std::vector<double>{0.0, 0.0, 0.0, 1.0, std::log(1e-12)});
  BOOST_TEST(relative_error(mutual_information(almost_one).value, 12 * std::log(10.0)) < 1e-14);
  BOOST_TEST(mutual_information(DiagonalGaussian::standard(2)).value == 0.0);
}

BOOST_AUTO_TEST_CASE(what_has_no_formula_is_sampled) {
  const GaussianMixture p = seed_mixture();
  const Estimate shared = mutual_information(p, {0}, {.seed = {4}});
  BOOST_TEST((shared.method == Method::monte_carlo));
  // H(x) + H(y) - H(x, y), from other draws
  const Estimate x = entropy(p.marginal({0}), {.seed = {5}}),
                 y = entropy(p.marginal({1}), {.seed = {6}});
  const double error = std::hypot(shared.standard_error, x.standard_error, y.standard_error);
  BOOST_TEST(std::abs(shared.value - (x.value + y.value - seed_entropy)) < 7 * error);
  BOOST_TEST(shared.value > 50 * shared.standard_error);
  const GaussianMixture single(Vector{{1.0}}, Points{{0, 0}}, {Matrix{{1, 0.6}, {0.6, 1}}});
  const Estimate known = mutual_information(single, {1});
  BOOST_TEST(std::abs(known.value + 0.5 * std::log(0.64)) < 7 * known.standard_error);
}

BOOST_AUTO_TEST_CASE(cross_entropies_are_not_sampled_where_they_are_known) {
  const Estimate normals = cross_entropy(Normal(0.5, 2.0), Normal(-1.0, 1.5));
  BOOST_TEST((normals.method == Method::closed_form));
  const double expected = 0.5 * std::log(2 * std::numbers::pi * 2.25) + (4.0 + 2.25) / 4.5;
  BOOST_TEST(normals.value == expected, tt::tolerance(1e-14));
  const Estimate laplace = cross_entropy(Normal(0.5, 2.0), Laplace(-1.0, 1.5));
  BOOST_TEST((laplace.method != Method::monte_carlo));
  BOOST_TEST(laplace.value == 2.4483907363271850392, tt::tolerance(1e-11));
  BOOST_TEST(std::abs(laplace.value - 2.4483907363271850392) <= laplace.standard_error + 1e-14);
  const Estimate counts = cross_entropy(Binomial(7.0, 0.3), Poisson(2.0));
  double plain = 0.0;
  for (int k = 0; k <= 7; ++k) {
    plain -= std::exp(Binomial(7.0, 0.3).log_density(k)) * Poisson(2.0).log_density(k);
  }
  BOOST_TEST((counts.method != Method::monte_carlo));
  BOOST_TEST(counts.value == plain, tt::tolerance(1e-13));
  BOOST_TEST(cross_entropy(Poisson(2.0), Binomial(7.0, 0.3)).value == HUGE_VAL);
  const auto tokens = probabilities(p_tokens);
  BOOST_TEST(expectation(tokens, [](const auto& x) { return x[0] * x[0]; }).value ==
                 0.04 + 4 * 0.03 + 9 * 0.02 + 16 * 0.01,
             tt::tolerance(1e-14));
  // a density under probabilities has no KL, but a mean logarithm
  const Estimate mixed = cross_entropy(tokens, Normal(0.0, 1.0));
  BOOST_TEST((mixed.method == Method::enumeration));
  BOOST_TEST(mixed.value == 0.5 * std::log(2 * std::numbers::pi) + 0.25, tt::tolerance(1e-14));
  BOOST_TEST((cross_entropy(seed_mixture(), nearest_gaussian()).method == Method::monte_carlo));
}

BOOST_AUTO_TEST_CASE(perplexities_are_exponentials_of_entropies) {
  BOOST_TEST(perplexity(probabilities(Vector::Constant(8, 0.125))).value == 8.0,
             tt::tolerance(1e-14));
  const Empirical data(Points{{0.0}, {0.0}, {1.0}, {4.0}});
  const Estimate of_data = perplexity(data, probabilities(q_tokens));
  BOOST_TEST(of_data.value == std::pow(0.65 * 0.65 * 0.15 * 0.05, -0.25), tt::tolerance(1e-14));
  BOOST_TEST((of_data.method == Method::enumeration));
  const Estimate sampled = perplexity(seed_mixture(), {.samples = 100'000, .seed = {3}});
  const Estimate h = entropy(seed_mixture(), {.samples = 100'000, .seed = {3}});
  BOOST_TEST(sampled.value == std::exp(h.value), tt::tolerance(1e-14));
  BOOST_TEST(sampled.standard_error == sampled.value * h.standard_error, tt::tolerance(1e-14));
  BOOST_TEST(std::abs(sampled.value - std::exp(seed_entropy)) < 7 * sampled.standard_error);
  BOOST_TEST(sampled.reliable);
  const Estimate bound = cross_entropy(Normal(0.0, 1.0), Laplace(0.0, 2.0)),
                 bounded = perplexity(Normal(0.0, 1.0), Laplace(0.0, 2.0));
  BOOST_TEST(bounded.standard_error == bounded.value * std::expm1(bound.standard_error),
             tt::tolerance(1e-14));
  BOOST_TEST(!perplexity(seed_mixture(), {.samples = 20}).reliable);
}

BOOST_AUTO_TEST_CASE(bits_are_nats_over_log_two) {
  BOOST_TEST(in_bits(entropy(probabilities(Vector::Constant(8, 0.125)))).value == 3.0,
             tt::tolerance(1e-15));
  const Estimate h = entropy(seed_mixture(), {.samples = 1000}), bits = in_bits(h);
  BOOST_TEST(bits.value == h.value / std::log(2.0), tt::tolerance(1e-15));
  BOOST_TEST(bits.standard_error == h.standard_error / std::log(2.0), tt::tolerance(1e-15));
  BOOST_TEST(bits.samples == h.samples);
  BOOST_TEST(in_bits(std::log(2.0)) == 1.0);
}

BOOST_AUTO_TEST_CASE(results_print_and_convert_to_json) {
  const ChainRule parts = chain_rule(Matrix{{0.5, 0.0}, {0.0, 0.5}}, Matrix::Constant(2, 2, 0.25));
  std::ostringstream text;
  text << parts;
  BOOST_TEST(text.str() ==
             "KL of the joint        0.6931471806 +- 0 (enumeration, 4 samples)\n"
             "KL of the marginals    0 +- 0 (enumeration, 2 samples)\n"
             "KL of the conditionals 0.6931471806 +- 0 (enumeration, 4 samples)");
  BOOST_TEST(parts.to_json().find("\"marginal\":{\"value\":0.0,") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(errors_name_the_argument_and_the_value) {
  const Joint p = three_variables();
  const auto remedy = "; name one part of them, the others are the second part.";
  const auto fails = [&](const std::vector<std::size_t>& first, const std::string& text) {
    BOOST_CHECK_EXCEPTION((void)mutual_information(p, first), InvalidArgument,
                          says("mutual_information: coordinates" + text + remedy));
    BOOST_CHECK_EXCEPTION((void)chain_rule(p, p, first), InvalidArgument,
                          says("chain_rule: coordinates" + text + remedy));
    BOOST_CHECK_EXCEPTION((void)conditional_entropy(p, first), InvalidArgument,
                          says("conditional_entropy: coordinates" + text + remedy));
  };
  fails({}, " are none; must be at least one, and not all");
  fails({2, 0, 1}, " are all 3; must be at least one, and not all");
  fails({1, 3}, "[1] = 3; must be below the dimension, 3");
  fails({1, 1}, "[1] = 1; must be distinct");
  BOOST_CHECK_EXCEPTION((void)chain_rule(p_table, Matrix::Constant(2, 2, 0.25)), InvalidArgument,
                        says("chain_rule: q.shape()[1] = 2; must be 3; p and q are tables of the "
                             "same variables."));
  BOOST_CHECK_THROW((void)chain_rule(p_table, Matrix::Constant(2, 3, 0.25)), DomainError);
  BOOST_CHECK_THROW((void)mutual_information(Matrix{{0.5, std::nan("")}}), DomainError);
}
