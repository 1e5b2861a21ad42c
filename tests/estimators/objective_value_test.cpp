// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE estimators_objective_value
#include <boost/test/unit_test.hpp>

#include <cmath>
#include <optional>
#include <stdexcept>

#include <leibler/engine/kernels/random.hpp>
#include <leibler/estimators/forward_kl.hpp>
#include <leibler/estimators/objective_value.hpp>
#include <leibler/estimators/reverse_kl.hpp>

#include "banana.hpp"
#include "fits.hpp"
#include "says.hpp"
#include "seed_mixture.hpp"

using namespace leibler;
using namespace leibler::test;
namespace tt = boost::test_tools;

namespace {

// Every point's cost is one uniform number of the objective's own.
struct Noise {
  static constexpr std::optional<double> constant_slope = 0.0;
  struct Evaluation {
    Stream stream;
    std::size_t size;
  };
  [[nodiscard]] Evaluation evaluate(const Batch& x, const double*, const Stream& stream,
                                    Workspace&) const {
    return {stream, x.size};
  }
  void cost(const Evaluation& at, double* h, double*, Workspace&) const {
    engine::kernels::uniform_fill(at.stream, h, engine::padded(at.size));
  }
};

// Points on a line, without a target() that could be enumerated.
struct OnALine {
  void draw(const Stream& stream, const MutableBatch& x, Workspace&) const {
    engine::kernels::uniform_fill(stream, x.data, engine::padded(x.size));
  }
  void cost(const Batch& x, const double* log_q, double* h, Workspace&) const {
    for (std::size_t i = 0; i < engine::padded(x.size); ++i) h[i] = -log_q[i];
  }
};

}  // namespace

BOOST_AUTO_TEST_CASE(is_the_kl_in_both_directions) {
  const auto p = seed_mixture();
  const auto q = nearest_gaussian();
  const EstimateOptions options{.samples = 300'000, .seed = {2}};
  const Estimate forward = objective_value(ForwardKl(p), q, options);
  const Estimate reverse = objective_value(ReverseKl(p), q, options);
  // To the bit: they draw the same points and add in the same order.
  BOOST_TEST(forward.value == estimate_kl(p, q, options).value);
  BOOST_TEST(reverse.value == estimate_kl(q, p, options).value);
  BOOST_TEST(std::abs(forward.value - kl_to_nearest_gaussian) < 7 * forward.standard_error);
  BOOST_TEST(std::abs(reverse.value - kl_from_nearest_gaussian) < 7 * reverse.standard_error);
}

BOOST_AUTO_TEST_CASE(is_exact_for_data) {
  const Points x = sample(seed_mixture(), 1000, Seed{3});
  const auto q = nearest_gaussian();
  const Estimate e = objective_value(ForwardKl(x), q);
  BOOST_TEST(e.value == -q.log_density(x).mean(), tt::tolerance(1e-13));
  BOOST_TEST(e.standard_error == 0.0);
  BOOST_TEST((e.method == Method::enumeration));
}

// KL(q || p / Z) = E_q[log q - log p] + log Z >= 0.
BOOST_AUTO_TEST_CASE(is_the_negative_elbo_of_an_unnormalised_target) {
  const Gaussian q(Vector{{0.0, 0.5}}, Matrix{{1.0, 0.0}, {0.0, 1.0}});
  const Estimate e = objective_value(ReverseKl(Banana{}), q, {.samples = 400'000});
  // By hand: E_q[log q] = -log(2 pi) - 1, E_q[-log p] = 1/2 + E[(y - x^2/2)^2] = 1/2 + 1 + 1/2.
  const double exact = -std::log(2 * 3.14159265358979324) - 1 + 2.0;
  BOOST_TEST(std::abs(e.value - exact) < 7 * e.standard_error);
  BOOST_TEST(exact > -Banana::log_integral);
}

BOOST_AUTO_TEST_CASE(an_expectation_over_a_users_draws_needs_no_target) {
  const Gaussian q = Gaussian::standard(1);
  const Estimate e = objective_value(OnALine{}, q, {.samples = 200'000});
  BOOST_TEST(std::abs(e.value - (0.5 * std::log(2 * 3.14159265358979324) + 1.0 / 6)) <
             7 * e.standard_error);
}

// With one stream for all chunks the numbers would repeat every 512 points, and the stated error
// would be too small by far.
BOOST_AUTO_TEST_CASE(what_an_objective_draws_is_its_own_in_every_chunk) {
  const Gaussian q = Gaussian::standard(1);
  const Estimate e = objective_value(Noise{}, q, {.samples = 1'000'000, .seed = {5}});
  BOOST_TEST_CONTEXT(e) {
    BOOST_TEST(std::abs(e.value - 0.5) < 7 * e.standard_error);
    BOOST_TEST(e.standard_error == std::sqrt(1.0 / 12 / 1e6), tt::tolerance(0.01));
  }
}

BOOST_AUTO_TEST_CASE(errors_name_this_call) {
  const auto q = nearest_gaussian();
  const EstimateOptions none{.samples = 1};
  const auto sentence =
      says("objective_value: options.samples = 1; must be >= 2; a standard error needs two draws.");
  const auto p = seed_mixture();
  BOOST_CHECK_EXCEPTION((void)objective_value(ForwardKl(p), q, none), std::invalid_argument,
                        sentence);
  BOOST_CHECK_EXCEPTION((void)objective_value(ReverseKl(p), q, none), std::invalid_argument,
                        sentence);
  const Gaussian other = Gaussian::standard(3);
  const auto differ =
      says("objective_value: q.dimension() = 3; must be 2; p and q live in the same space.");
  BOOST_CHECK_EXCEPTION((void)objective_value(ForwardKl(p), other), std::invalid_argument, differ);
  BOOST_CHECK_EXCEPTION((void)objective_value(ReverseKl(p), other), std::invalid_argument, differ);
  BOOST_CHECK_EXCEPTION((void)objective_value(ForwardKl(Points{{1.0, 2.0}}), other),
                        std::invalid_argument, differ);
}
