// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE estimators_log_normalizer
#include <boost/test/unit_test.hpp>

#include <cmath>
#include <sstream>

#include <nlohmann/json.hpp>

#include <leibler/estimators/log_normalizer.hpp>
#include <leibler/models/categorical.hpp>
#include <leibler/models/diagonal_gaussian.hpp>
#include <leibler/models/function_density.hpp>
#include <leibler/models/univariate/normal.hpp>
#include <leibler/models/univariate/student_t.hpp>

#include "says.hpp"

using namespace leibler;
using leibler::test::says;

namespace {

// exp(shift - x^2 / 2), whose integral is exp(shift) sqrt(2 pi).
auto bell(double shift) {
  return density(1, [shift](const auto& x) { return shift - 0.5 * x[0] * x[0]; });
}

double exact(double shift) {
  return shift + 0.5 * std::log(2 * std::acos(-1.0));
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_integral_of_a_bell_is_known) {
  for (const double shift : {0.0, -1e5, 1e5}) {
    const auto z = log_normalizer(bell(shift), StudentT(4.0, 0.3, 1.2), {.seed = {5}});
    BOOST_TEST(std::abs(z.value - exact(shift)) < 7 * z.standard_error + 1e-15 * std::abs(shift),
               z);
    BOOST_TEST(z.reliable);
    BOOST_TEST(z.tail_shape < 0.5);
    BOOST_TEST((z.effective_sample_size > 0.5e5 && z.effective_sample_size < 1e5));
    BOOST_TEST(z.standard_error < 5e-3);
  }
}

BOOST_AUTO_TEST_CASE(the_density_itself_has_no_error) {
  const auto z = log_normalizer(Normal(1, 2), Normal(1, 2), {.samples = 1000});
  BOOST_TEST(z.value == 0.0);
  BOOST_TEST(z.standard_error < 1e-13);
  BOOST_TEST(std::abs(z.effective_sample_size - 1000) < 1e-9);
  const auto half = density(1, [](const auto& x) { return Normal(1, 2).log_density(x[0]) - 5.0; });
  BOOST_TEST(std::abs(log_normalizer(half, Normal(1, 2), {.samples = 1000}).value + 5.0) < 1e-14);
}

BOOST_AUTO_TEST_CASE(a_standard_error_that_is_asked_for_is_met) {
  const auto z = log_normalizer(bell(2.0), StudentT(3.0, 0.5, 1.5),
                                {.samples = 2000, .standard_error = 2e-3, .seed = {3}});
  BOOST_TEST(z.standard_error <= 2e-3);
  BOOST_TEST(z.samples > 2000u);
  BOOST_TEST(std::abs(z.value - exact(2.0)) < 7 * z.standard_error);
  const auto capped =
      log_normalizer(bell(2.0), StudentT(3.0, 0.5, 1.5),
                     {.most_samples = 5000, .samples = 2000, .standard_error = 1e-6, .seed = {3}});
  BOOST_TEST(capped.samples == 5000u);
}

BOOST_AUTO_TEST_CASE(weights_of_infinite_variance_are_told) {
  // weights have moments below 1 / (1 - 0.45^2) alone: no variance
  const auto z = log_normalizer(bell(0.0), Normal(0.0, 0.45), {.samples = 50'000, .seed = {1}});
  BOOST_TEST(!z.reliable);
  BOOST_TEST(z.tail_shape > 0.5);
}

BOOST_AUTO_TEST_CASE(draws_without_weight_are_told) {
  const auto far =
      density(1, [](const auto& x) { return where(x[0] > 100.0, -x[0], Real(-HUGE_VAL)); });
  const auto z = log_normalizer(far, Normal(0, 1), {.samples = 1000});
  BOOST_TEST(z.value == -HUGE_VAL);
  BOOST_TEST(!z.reliable);
  BOOST_TEST(z.effective_sample_size == 0.0);
}

BOOST_AUTO_TEST_CASE(discrete_models_are_summed_by_draws) {
  const auto p = Categorical::from_probabilities(Vector{{0.2, 0.3, 0.5}});
  const auto q = Categorical::from_probabilities(Vector{{0.4, 0.4, 0.2}});
  const auto z = log_normalizer(p, q, {.seed = {2}});
  BOOST_TEST(std::abs(z.value) < 7 * z.standard_error);
}

BOOST_AUTO_TEST_CASE(it_is_the_same_on_any_number_of_threads_and_says_what_it_knows) {
  const auto run = [](int threads) {
    return log_normalizer(bell(0.0), StudentT(4.0, 0.3, 1.2), {.seed = {5}, .threads = {threads}});
  };
  const auto z = run(1);
  BOOST_TEST(run(2).value == z.value);
  BOOST_TEST(run(3).to_json() == z.to_json());
  const auto json = nlohmann::json::parse(z.to_json());
  BOOST_TEST(json.at("value") == z.value);
  BOOST_TEST(json.at("tail_shape") == z.tail_shape);
  std::ostringstream text;
  text << z;
  BOOST_TEST(text.str().find("k-hat ") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(wrong_input_is_refused_in_a_sentence) {
  BOOST_CHECK_EXCEPTION((void)log_normalizer(bell(0.0), Normal(0, 1), {.samples = 1}),
                        InvalidArgument,
                        says("log_normalizer: options.samples = 1; must be >= 2; a standard error "
                             "needs two draws."));
  const DiagonalGaussian two(Vector{{0, 0}}, Vector{{1, 1}});
  BOOST_CHECK_EXCEPTION((void)log_normalizer(bell(0.0), two), InvalidArgument,
                        says("log_normalizer: q.dimension() = 2; must be 1; p and q live in the "
                             "same space."));
}
