// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE models_families_document
#include <boost/test/unit_test.hpp>

#include <cmath>
#include <limits>

#include <leibler/leibler.hpp>

#include "doc_blocks.hpp"

using namespace leibler;

constexpr double infinity = std::numeric_limits<double>::infinity();

// The blocks of docs/families.md stand here word for word.
// clang-format off

BOOST_AUTO_TEST_CASE(a_family_is_a_model) {
const Gamma waiting(2.0, 0.5);  // shape, rate
const double tail = waiting.log_survival(1e4);
const Points draws = sample(waiting, 100'000, Seed{1});
const auto fitted = Gamma(1, 1).maximum_likelihood(Empirical(draws));
const auto also_fitted = fit(Gamma(1, 1), ForwardKl(draws), Adam{.learning_rate = cosine_decay(0.05)},
                             {.steps = 500, .samples = 500, .seed = {2}});
  BOOST_TEST(tail == -5000.0 + std::log(5001.0), boost::test_tools::tolerance(1e-14));
  BOOST_TEST(fitted.shape() == 2.0, boost::test_tools::tolerance(0.03));
  BOOST_TEST(also_fitted.model.rate() == fitted.rate(), boost::test_tools::tolerance(0.05));
}

BOOST_AUTO_TEST_CASE(families_compose) {
const Mixture contaminated(Vector{{0.95, 0.05}}, Normal(0, 1), StudentT(2, 0, 10));
const Truncated tail_of(Normal(0, 1), 30.0, infinity);
const Product pair(Gamma(2, 1), Normal(0, 3));
  BOOST_TEST(contaminated.log_density(Points{{0.0}})[0] ==
                 std::log(0.95 * std::exp(Normal(0, 1).log_density(0.0)) +
                          0.05 * std::exp(StudentT(2, 0, 10).log_density(0.0))),
             boost::test_tools::tolerance(1e-14));
  BOOST_TEST(tail_of.mean() == 30.033259667433, boost::test_tools::tolerance(1e-12));
  BOOST_TEST(pair.log_density(Points{{1.5, -2.0}})[0] ==
                 Gamma(2, 1).log_density(1.5) + Normal(0, 3).log_density(-2.0),
             boost::test_tools::tolerance(1e-14));
}
// clang-format on

BOOST_AUTO_TEST_CASE(the_document_shows_this_code) {
  test::check_code_is_compiled("families.md", "models/families_document_test.cpp");
}
