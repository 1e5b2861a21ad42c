// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE models_joint
#include <boost/test/unit_test.hpp>

#include <cmath>
#include <limits>
#include <sstream>

#include <leibler/models/conformance.hpp>
#include <leibler/models/joint.hpp>

#include "allocations.hpp"
#include "says.hpp"

using namespace leibler;
using test::says;
namespace tt = boost::test_tools;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
const Matrix table{{0.1, 0.2, 0.05}, {0.3, 0.0, 0.35}};

Joint three() {
  Vector p(12);
  for (Index i = 0; i < 12; ++i) p[i] = i == 5 ? 0.0 : static_cast<double>(1 + i % 7);
  return {{2, 3, 2}, p / p.sum()};
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_matrix_is_a_table_of_rows_and_columns) {
  const Joint p(table), same({2, 3}, Vector{{0.1, 0.2, 0.05, 0.3, 0.0, 0.35}});
  for (Index i = 0; i < 2; ++i) {
    for (Index j = 0; j < 3; ++j) {
      const Points x{{static_cast<double>(i), static_cast<double>(j)}};
      const double expected = table(i, j) > 0.0 ? std::log(table(i, j)) : -infinity;
      BOOST_TEST(
          (p.log_density(x)[0] == expected || std::abs(p.log_density(x)[0] - expected) < 1e-15));
      BOOST_TEST(same.log_density(x)[0] == p.log_density(x)[0]);
    }
  }
  BOOST_TEST(p.size() == 5u);
  BOOST_TEST(p.probabilities()[4] == 0.0);
  BOOST_TEST(p.mean()[0] == 0.65, tt::tolerance(1e-15));
  BOOST_TEST(p.mean()[1] == 0.2 + 0.8, tt::tolerance(1e-15));
  double entropy = 0.0;
  for (const double v : {0.1, 0.2, 0.05, 0.3, 0.35}) entropy -= v * std::log(v);
  BOOST_TEST(p.entropy() == entropy, tt::tolerance(1e-15));
}

BOOST_AUTO_TEST_CASE(points_that_are_no_cell_have_no_density) {
  const Joint p(table);
  const Vector log_p =
      p.log_density(Points{{0.5, 0}, {-1, 0}, {2, 0}, {0, 3}, {infinity, 0}, {0, 1e300}, {1, 1}});
  for (Index i = 0; i < log_p.size(); ++i) BOOST_TEST(log_p[i] == -infinity);
  BOOST_TEST(std::isnan(p.log_density(Points{{7, std::nan("")}})[0]));
}

BOOST_AUTO_TEST_CASE(marginals_and_conditionals_are_sums_and_slices) {
  const Joint p = three();
  const Vector all = p.probabilities();
  const auto cell = [&](Index a, Index b, Index c) { return all[(a * 3 + b) * 2 + c]; };
  const Joint swapped = p.marginal({2, 0});
  BOOST_TEST(swapped.shape()[0] == 2u);
  for (Index c = 0; c < 2; ++c) {
    for (Index a = 0; a < 2; ++a) {
      const double expected = cell(a, 0, c) + cell(a, 1, c) + cell(a, 2, c);
      BOOST_TEST(swapped.probabilities()[c * 2 + a] == expected, tt::tolerance(1e-14));
    }
  }
  const Joint given = p.conditional({1}, Vector{{2.0}});
  const double mass = cell(0, 2, 0) + cell(0, 2, 1) + cell(1, 2, 0) + cell(1, 2, 1);
  for (Index a = 0; a < 2; ++a) {
    for (Index c = 0; c < 2; ++c) {
      BOOST_TEST(given.probabilities()[a * 2 + c] == cell(a, 2, c) / mass, tt::tolerance(1e-14));
    }
  }
  BOOST_TEST(given.size() == 3u);  // cell (0, 2, 1) stays impossible
}

BOOST_AUTO_TEST_CASE(keeps_what_the_concepts_promise) {
  const ConformanceOptions options{.allocations = test::allocations};
  const auto a = check_model(Joint(table), options), b = check_model(three(), options);
  BOOST_TEST(a.empty(), a);
  BOOST_TEST(b.empty(), b);
}

// The conformance suite counts draws; this one counts the cell that must not occur.
BOOST_AUTO_TEST_CASE(a_cell_of_probability_zero_is_never_drawn) {
  const Points x = sample(Joint(table), 1'000'000, Seed{9});
  BOOST_TEST((x.array() == 1.0).rowwise().all().count() == 0);
  const double share = static_cast<double>((x.col(1).array() == 2.0).count()) / 1e6;
  BOOST_TEST(std::abs(share - 0.4) < 7.0 * std::sqrt(0.4 * 0.6 / 1e6));
}

BOOST_AUTO_TEST_CASE(probabilities_far_below_the_range_of_double_keep_their_logarithms) {
  const Joint p(Matrix{{0.5, 0.25}, {0.25, 0.0}});
  const Joint q = p.with_parameters(std::vector{0.0, -2000.0, -3000.0});
  BOOST_TEST(q.log_density(Points{{1.0, 0.0}})[0] == -3000.0);
  BOOST_TEST(q.conditional({0}, Vector{{1.0}}).log_density(Points{{0.0}})[0] == 0.0);
  BOOST_TEST(q.marginal({0}).log_density(Points{{1.0}})[0] == -3000.0);
}

BOOST_AUTO_TEST_CASE(is_written_and_read_also_by_hand) {
  const Joint p = Joint::from_json(R"({"shape": [2, 2], "probabilities": [0.5, 0, 0.25, 0.25]})");
  BOOST_TEST(p.log_density(Points{{1.0, 0.0}})[0] == std::log(0.25), tt::tolerance(1e-15));
  BOOST_CHECK_EXCEPTION((void)Joint::from_json(R"({"shape": [2.5], "probabilities": [1]})"),
                        RuntimeError,
                        says("Joint::from_json: shape[0] = 2.5; it must be a whole number below "
                             "268435457; count from 0."));
}

BOOST_AUTO_TEST_CASE(mistakes_are_named) {
  BOOST_CHECK_EXCEPTION(Joint({2, 2}, Vector{{0.5, 0.5}}), InvalidArgument,
                        says("Joint: probabilities.size() = 2; must be 4; give one probability a "
                             "cell: as many as the product of shape."));
  BOOST_CHECK_EXCEPTION(Joint({2}, Vector{{0.5, -0.5}}), DomainError,
                        says("Joint: probabilities[1] = -0.5; probabilities must be finite and >= "
                             "0; look where the value comes from."));
  BOOST_CHECK_EXCEPTION(
      Joint({2}, Vector{{0.5, std::nan("")}}), DomainError,
      says("Joint: probabilities[1] = nan; probabilities must be finite and >= 0; "
           "look where the value comes from."));
  BOOST_CHECK_EXCEPTION(Joint({2}, Vector{{0.5, 0.6}}), DomainError,
                        says("Joint: probabilities add up to 1.1; probabilities must add up to 1 "
                             "within 1e-9; divide them by their sum."));
  BOOST_CHECK_EXCEPTION(
      Joint({2}, Vector{{0.0, 0.0}}), DomainError,
      says("Joint: probabilities are all 0; probabilities must add up to 1 within "
           "1e-9; give one of them a value."));
  BOOST_CHECK_EXCEPTION(
      Joint(std::vector<std::size_t>(), Vector()), InvalidArgument,
      says("Joint: shape.size() = 0; must be >= 1; give the number of values of each variable."));
  const Joint p(table);
  BOOST_CHECK_EXCEPTION((void)p.conditional({1}, Vector{{3.0}}), DomainError,
                        says("Joint::conditional: values[0] = 3; variable 1 has the values 0 to 2; "
                             "give one of them."));
  BOOST_CHECK_EXCEPTION(
      (void)Joint(Matrix{{0.0, 0.0}, {0.5, 0.5}}).conditional({0}, Vector{{0.0}}), DomainError,
      says("Joint::conditional: values have probability 0; what is observed must be possible; give "
           "other values."));
}

BOOST_AUTO_TEST_CASE(prints_its_shape_and_mean) {
  std::ostringstream text;
  text << Joint(table);
  BOOST_TEST(text.str() == "Joint of 2 x 3 values: mean (0.65, 1)");
}
