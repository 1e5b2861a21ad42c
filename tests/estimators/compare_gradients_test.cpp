// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE estimators_compare_gradients
#include <boost/test/unit_test.hpp>

#include <atomic>
#include <cmath>
#include <cstddef>
#include <sstream>
#include <stop_token>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include <leibler/estimators/compare_gradients.hpp>
#include <leibler/estimators/enumeration.hpp>
#include <leibler/estimators/expectation_objective.hpp>
#include <leibler/estimators/measure_valued.hpp>
#include <leibler/estimators/minimize.hpp>
#include <leibler/estimators/pathwise.hpp>
#include <leibler/estimators/score_function.hpp>
#include <leibler/models/categorical.hpp>
#include <leibler/models/diagonal_gaussian.hpp>

#include "says.hpp"

using namespace leibler;
using leibler::test::says;
namespace tt = boost::test_tools;

namespace {

DiagonalGaussian normal(double mean, double stddev) {
  return {Vector{{mean}}, Vector{{stddev}}};
}

const ScoreFunction score{}, leave_one_out{.baseline = Baseline::leave_one_out},
    optimal{.baseline = Baseline::optimal};

// Variances of one draw of d/dmean and d/dstddev at stddev = 1, in the order of the estimators of
// `measured`; NaN where none is known.
struct Known {
  double score[2], optimal[2], path[2], measure_valued[2];
};

template <class F>
GradientComparison measured(const DiagonalGaussian& q, const F& f) {
  return compare_gradients(q, Expectation(f), {.repeats = 20'000, .samples = 128, .seed = {7}},
                           score, optimal, Pathwise{}, MeasureValued{});
}

void check_value(const Estimate& estimate, double exact, double slack = 0.0) {
  if (std::isnan(exact)) return;
  const double allowed = 7 * estimate.standard_error + slack * exact;
  BOOST_TEST(std::abs(estimate.value - exact) <= allowed,
             estimate << " where " << exact << " is right");
}

void check_all(const GradientComparison& all, const Known& known, double mean, double of_stddev) {
  for (const auto& row : all.estimators) {
    check_value(row.parameters[0].mean, mean);
    check_value(row.parameters[1].mean, of_stddev);
    BOOST_TEST(std::abs(row.parameters[0].bias_score()) < 7);
    BOOST_TEST(std::abs(row.parameters[1].bias_score()) < 7);
  }
  for (std::size_t k = 0; k < 2; ++k) {
    check_value(all.estimators[0].parameters[k].variance, known.score[k]);
    // a coefficient fitted to 63 pairs of points adds to the variance
    check_value(all.estimators[1].parameters[k].variance, known.optimal[k], k == 0 ? 0.05 : 0.15);
    check_value(all.estimators[2].parameters[k].variance, known.path[k]);
    check_value(all.estimators[3].parameters[k].variance, known.measure_valued[k]);
  }
}

constexpr double unknown = NAN;

}  // namespace

BOOST_AUTO_TEST_CASE(variances_of_a_square_are_those_known) {
  const auto all = measured(normal(2, 1), [](const auto& x) { return x[0] * x[0]; });
  check_all(all, {{87, 346}, {38, 184}, {4, 24}, {4.3718, 20}}, 4, 2);
  // more than a baseline gives away
  BOOST_TEST(all.estimators[1].parameters[0].variance.value < 42.0);
  const auto far = measured(normal(1, 1), [](const auto& x) { return (x[0] + 3) * (x[0] + 3); });
  check_all(far, {{495, unknown}, {134, unknown}, {4, unknown}, {17.487, unknown}}, 8, 2);
  const auto at = measured(normal(1, 1), [](const auto& x) { return x[0] * x[0]; });
  check_all(at, {{30, unknown}, {unknown, unknown}, {4, 12}, {1.093, unknown}}, 2, 2);
}

BOOST_AUTO_TEST_CASE(the_path_is_not_always_best) {
  const double w = std::pow(21.0, -0.5), peak = std::exp(-10.0 / 21.0);
  const auto bump = measured(normal(1, 1), [](const auto& x) { return exp(-10.0 * x[0] * x[0]); });
  check_all(bump, {{0.0769, unknown}, {unknown, unknown}, {0.9416, unknown}, {0.0207, unknown}},
            -20.0 / 21.0 * w * peak, w * peak * (-20.0 / 21.0 + 400.0 / 441.0));
  BOOST_TEST(bump["MeasureValued"].parameters[0].variance.value <
             bump["ScoreFunction"].parameters[0].variance.value);
  const double of_cos = std::exp(-12.5);
  const auto wave = measured(normal(1, 1), [](const auto& x) { return cos(5.0 * x[0]); });
  check_all(wave, {{0.5, unknown}, {unknown, unknown}, {12.5, unknown}, {0.296, unknown}},
            -5.0 * std::sin(5.0) * of_cos, -25.0 * std::cos(5.0) * of_cos);
}

BOOST_AUTO_TEST_CASE(leave_one_out_has_the_variance_of_the_mean_baseline) {
  const auto square = [](const auto& x) { return x[0] * x[0]; };
  const auto all =
      compare_gradients(normal(2, 1), Expectation(square),
                        {.repeats = 20'000, .samples = 512, .seed = {3}}, leave_one_out);
  check_value(all.estimators[0].parameters[0].variance, 42, 0.01);
  check_value(all.estimators[0].parameters[1].variance, 216, 0.01);
}

BOOST_AUTO_TEST_CASE(independent_pairs_have_the_variance_of_their_two_sides) {
  const auto square = [](const auto& x) { return x[0] * x[0]; };
  const MeasureValued independent{.coupling = Coupling::independent};
  const auto all = compare_gradients(normal(2, 1), Expectation(square),
                                     {.repeats = 20'000, .samples = 100, .seed = {5}}, independent,
                                     MeasureValued{});
  // E W = w, E W^2 = 2, E W^3 = 3 w, E W^4 = 8, w = sqrt(pi / 2)
  const double pi = std::acos(-1.0), w = std::sqrt(pi / 2);
  const auto variance = [&](double sign) {  // of (2 + sign W)^2
    const double mean = 4 + sign * 4 * w + 2;
    return 16 + sign * 32 * w + 24 * 2 + sign * 8 * 3 * w + 8 - mean * mean;
  };
  const double exact = (variance(1) + variance(-1)) / (2 * pi);
  check_value(all.estimators[0].parameters[0].variance, exact);
  check_value(all.estimators[0].parameters[0].mean, 4);
  check_value(all.estimators[0].parameters[1].mean, 2);
}

BOOST_AUTO_TEST_CASE(another_stddev_and_more_coordinates_agree) {
  const DiagonalGaussian q(Vector{{0.5, -1.0, 2.0}}, Vector{{0.4, 2.0, 1.0}});
  const auto cost = [](const auto& x) { return x[0] * x[1] * x[1] + x[2] * x[0]; };
  const auto all =
      compare_gradients(q, Expectation(cost), {.repeats = 4000, .samples = 64, .seed = {9}}, score,
                        leave_one_out, optimal, Pathwise{}, MeasureValued{});
  // E = m0 (m1^2 + s1^2) + m2 m0
  const double exact[] = {5 + 2, 2 * 0.5 * -1, 0.5, 0, 2 * 0.5 * 4, 0};
  for (const auto& row : all.estimators) {
    for (std::size_t k = 0; k < 6; ++k) check_value(row.parameters[k].mean, exact[k]);
  }
}

BOOST_AUTO_TEST_CASE(numbers_do_not_depend_on_threads) {
  const auto square = [](const auto& x) { return x[0] * x[0]; };
  const auto run = [&](int threads) {
    const auto all = compare_gradients(
        normal(2, 1), Expectation(square),
        {.repeats = 100, .samples = 1500, .seed = {1}, .threads = {threads}}, score, optimal,
        ScoreFunction{.baseline = Baseline::moving_average}, Pathwise{}, MeasureValued{});
    std::vector<double> numbers;
    for (const auto& row : all.estimators) {
      for (const auto& one : row.parameters) {
        numbers.insert(numbers.end(),
                       {one.mean.value, one.variance.value, one.variance.standard_error, one.bias});
      }
    }
    return numbers;
  };
  const auto one = run(1);
  BOOST_TEST(run(2) == one, tt::per_element());
  BOOST_TEST(run(3) == one, tt::per_element());
}

BOOST_AUTO_TEST_CASE(what_was_carried_from_step_to_step_is_kept) {
  const auto square = [](const auto& x) { return x[0] * x[0]; };
  const auto all =
      compare_gradients(normal(2, 1), Expectation(square),
                        {.repeats = 20'000, .warm_up = 500, .samples = 100, .seed = {2}},
                        ScoreFunction{.baseline = Baseline::moving_average, .decay = 0.99});
  check_value(all.estimators[0].parameters[0].variance, 42, 0.01);
}

BOOST_AUTO_TEST_CASE(what_carries_nothing_is_not_warmed_up) {
  std::atomic<std::size_t> points = 0;
  const Expectation cost([&](const Point& x) { return ++points, x[0]; });
  const auto count = [&](const ScoreFunction& estimator) {
    points = 0;
    (void)compare_gradients(normal(2, 1), cost, {.repeats = 8, .warm_up = 50, .samples = 10},
                            estimator);
    return points.load();
  };
  BOOST_TEST(count(score) == (8u + 1u) * 10u);  // one step, to see that it carries nothing
  BOOST_TEST(count({.baseline = Baseline::moving_average}) == (8u + 50u) * 10u);
}

BOOST_AUTO_TEST_CASE(the_best_is_named_with_the_reason) {
  const auto square = [](const auto& x) { return x[0] * x[0]; };
  const auto choice = best_estimator(normal(2, 1), Expectation(square),
                                     {.repeats = 400, .samples = 200, .seed = {4}}, score,
                                     Pathwise{.sticking_the_landing = false});
  BOOST_TEST(choice.index == 1u);
  BOOST_TEST(choice.name == "Pathwise, full");
  BOOST_TEST(choice.reason.find("Pathwise, full has the least variance times time: ") == 0u);
  BOOST_TEST(choice.reason.find("; ScoreFunction: ") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_bias_is_found) {
  // half of the right gradient, and it says that it is unbiased
  struct Half : Pathwise {
    [[nodiscard]] static std::string name() { return "Half"; }
    void finish(State& state, const DiagonalGaussian& q, const double* sums, std::size_t samples,
                std::span<double> gradient) const {
      Pathwise::finish(state, q, sums, 2 * samples, gradient);
    }
  };
  const auto square = [](const auto& x) { return x[0] * x[0]; };
  const auto choice = best_estimator(normal(2, 1), Expectation(square),
                                     {.repeats = 400, .samples = 200, .seed = {4}}, Half{}, score);
  BOOST_TEST(choice.comparison["ScoreFunction"].parameters[0].bias_score() > 7);
  BOOST_TEST(choice.name == "Half");  // the reference: two cannot tell who is wrong
  BOOST_TEST(choice.reason.find("ScoreFunction: disagrees with the others by ") !=
             std::string::npos);
}

BOOST_AUTO_TEST_CASE(reports_say_all_that_was_measured) {
  const auto square = [](const auto& x) { return x[0] * x[0]; };
  const auto all =
      compare_gradients(normal(2, 1), Expectation(square),
                        {.repeats = 50, .samples = 20, .seed = {4}}, score, Pathwise{});
  std::ostringstream text;
  text << all;
  for (const char* const word : {"gradient of E_q[f], 20 samples a gradient", "ScoreFunction",
                                 "Pathwise", "reference", "signal/noise", " ns"}) {
    BOOST_TEST(text.str().find(word) != std::string::npos, word);
  }
  const auto json = nlohmann::json::parse(all.to_json());
  BOOST_TEST(json.at("samples") == 20);
  BOOST_TEST(json.at("estimators").size() == 2u);
  BOOST_TEST(json.at("estimators")[1].at("parameters")[0].at("variance").at("value") ==
             all.estimators[1].parameters[0].variance.value);
  const std::string script = all.to_gnuplot("a.png");
  BOOST_TEST(script.find("set output \"a.png\"") != std::string::npos);
  BOOST_TEST(script.find("title \"Pathwise\"") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_stop_leaves_what_was_done) {
  const auto square = [](const auto& x) { return x[0] * x[0]; };
  std::stop_source source;
  const auto run = [&](std::size_t after) {
    std::atomic<std::size_t> calls = 0;
    source = {};
    return compare_gradients(normal(2, 1), Expectation(square),
                             {.repeats = 1000,
                              .samples = 20,
                              .threads = {1},
                              .progress =
                                  [&](std::size_t, std::size_t) {
                                    if (++calls == after) source.request_stop();
                                  },
                              .stop = source.get_token()},
                             score);
  };
  const auto stopped = run(3);
  BOOST_TEST(stopped.estimators[0].repeats == 48u);
}

BOOST_AUTO_TEST_CASE(wrong_input_is_refused_in_a_sentence) {
  const auto square = [](const auto& x) { return x[0] * x[0]; };
  const auto run = [&](const CompareOptions& options) {
    (void)compare_gradients(normal(2, 1), Expectation(square), options, score);
  };
  BOOST_CHECK_EXCEPTION(run({.repeats = 7}), InvalidArgument,
                        says("compare_gradients: options.repeats = 7; must be >= 8; a variance and "
                             "its error need several gradients."));
  BOOST_CHECK_EXCEPTION(run({.samples = 0}), InvalidArgument,
                        says("compare_gradients: options.samples = 0; must be >= 1; a gradient "
                             "needs a draw."));
  BOOST_CHECK_EXCEPTION(run({.threads = {-1}}), InvalidArgument,
                        says("compare_gradients: options.threads.count = -1; must be >= 0; 0 means "
                             "every core."));
  const auto pole = [](const auto& x) { return log(x[0] - 2.0); };
  try {
    (void)compare_gradients(normal(2, 1), Expectation(pole), {.samples = 4}, score);
    BOOST_ERROR("a logarithm of a negative number is no cost");
  } catch (const DomainError& error) {
    BOOST_TEST(std::string(error.what()).find("Expectation: cost = nan at x = (") == 0u,
               error.what());
  }
  const auto all = compare_gradients(normal(2, 1), Expectation(square), {.samples = 4}, score);
  BOOST_CHECK_EXCEPTION((void)all["Pathwise"], InvalidArgument,
                        says("GradientComparison: name = \"Pathwise\" is not among the estimators; "
                             "must be one of \"ScoreFunction\"; estimators are named by their "
                             "settings."));
}

// Were it that of the mean, it would differ from the exact one by a factor.
BOOST_AUTO_TEST_CASE(a_function_of_a_mean_is_compared_as_itself) {
  const auto p = Categorical::from_logits(Vector{{0.0, 1.0, -1.0}});
  const auto q = Categorical::from_logits(Vector{{0.5, -1.0, 0.5}});
  const auto found =
      compare_gradients(q, Minimize(Bhattacharyya{}, p), {.repeats = 400, .samples = 2000},
                        ScoreFunction{Baseline::leave_one_out}, Enumeration{});
  BOOST_TEST(found.estimators[1].is_reference);
  for (const auto& one : found.estimators[0].parameters) BOOST_TEST(std::abs(one.bias_score()) < 7);
}
