// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE models_univariate_family
#include <boost/test/unit_test.hpp>

#include <bit>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <limits>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <tuple>
#include <type_traits>
#include <vector>

#include "says.hpp"
#include "univariate_cases.hpp"
#include "univariate_families.hpp"

using namespace leibler;
using test::says;

// What the base class promises of every family.

namespace {

constexpr double inf = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

template <class F>
std::vector<double> parameters_of(const F& f) {
  std::vector<double> theta(f.parameter_count());
  f.parameters(theta);
  return theta;
}

template <class F>
std::string printed(const F& f) {
  std::ostringstream out;
  out << f;
  return out.str();
}

bool same_bits(double a, double b) {
  return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b);
}

}  // namespace

static_assert(std::is_same_v<decltype(Normal(0, 1)), Normal<double, double>>);
static_assert(std::is_same_v<decltype(Binomial(10, 0.5f)), Binomial<double, double>>);
static_assert(std::is_same_v<decltype(Normal(Real(0.0), 1)), Normal<Real, double>>);
static_assert(Distribution<Gamma<>> && Differentiable<Gamma<>> && Parametric<Gamma<>>);
static_assert(Reparameterized<Normal<>> && implicit_path<VonMises<>>);
static_assert(Enumerable<Bernoulli<>> && Enumerable<Binomial<>> && !Enumerable<Poisson<>>);
static_assert(!Differentiable<Poisson<>> && Parametric<Poisson<>>);
static_assert(!Density<Normal<Real, double>>);

BOOST_AUTO_TEST_CASE(whole_numbers_and_floats_are_doubles) {
  BOOST_TEST(Normal(0, 1).log_density(1) == Normal(0.0, 1.0).log_density(1.0));
  BOOST_TEST(Gamma(2, 3u).log_density(0.5f) == Gamma(2.0, 3.0).log_density(0.5));
  BOOST_TEST(Binomial(10, 0.5).log_density(3) == Binomial(10.0, 0.5).log_density(3.0));
}

BOOST_AUTO_TEST_CASE(a_formula_of_reals_and_doubles_is_one_of_reals) {
  const engine::Tape::Lease tape;
  tape->start(32, true);
  const double values[] = {0.3, 1.7};
  const Reals v = tape->inputs(values);
  const auto mixed = Normal(v[0], 2.0).log_density(1.5) + Gamma(2, v[1]).log_density(v[0]) +
                     Poisson(v[1]).log_density(3) + Normal(0, 1).log_density(v[1]);
  static_assert(std::is_same_v<std::remove_cvref_t<decltype(mixed)>, Real>);
  double out[32], slope[2 * 32];
  tape->value(mixed, out);
  tape->gradient(mixed, v, slope, 32);
  const double expected = Normal(0.3, 2.0).log_density(1.5) + Gamma(2, 1.7).log_density(0.3) +
                          Poisson(1.7).log_density(3) + Normal(0, 1).log_density(1.7);
  BOOST_TEST(std::abs(out[0] - expected) < 1e-14 * 10);
  // (1.5 - 0.3) / 4 + 1 / 0.3 - 1.7 and 2 / 1.7 - 0.3 + 3 / 1.7 - 1 - 1.7
  BOOST_TEST(std::abs(slope[0] - (0.3 + 1.0 / 0.3 - 1.7)) < 1e-14 * 10);
  BOOST_TEST(std::abs(slope[32] - (5.0 / 1.7 - 3.0)) < 1e-14 * 10);
}

BOOST_AUTO_TEST_CASE(prints_its_name_and_its_arguments) {
  BOOST_TEST(printed(Normal(0, 1)) == "Normal(mean = 0, stddev = 1)");
  BOOST_TEST(printed(Normal(-0.0, 1e-300)) == "Normal(mean = 0, stddev = 1e-300)");
  BOOST_TEST(printed(StudentT(2.5, 1, 3)) ==
             "StudentT(degrees_of_freedom = 2.5, location = 1, scale = 3)");
  BOOST_TEST(printed(Gamma(1.0 / 3, 2)) == "Gamma(shape = 0.3333, rate = 2)");
  BOOST_TEST(printed(Binomial(20, 0.25)) == "Binomial(n = 20, p = 0.25)");
}

BOOST_AUTO_TEST_CASE(json_gives_the_same_bits_back) {
  BOOST_TEST(Gamma(2.5, 3).to_json() ==
             "{\n  \"schema\": \"leibler.gamma\",\n  \"version\": 1,\n  \"shape\": 2.5,\n"
             "  \"rate\": 3.0\n}\n");
  BOOST_TEST(Normal<>::from_json("{\"mean\": 1, \"stddev\": 0.1}").stddev() == 0.1);
  for (const auto& c : test::univariate_cases()) {
    test::for_family(c.family, [&]<class F>() {
      const F given = test::make_family<F>(c.a);
      auto theta = parameters_of(given);
      for (double& t : theta) t = 0.7 * t + 0.123;
      // Also what a fit has made: its arguments are exponentials whose logarithms are others.
      for (const F& f : {given, given.with_parameters(theta)}) {
        const F again = F::from_json(f.to_json());
        BOOST_TEST(again.to_json() == f.to_json());
        const auto before = parameters_of(f), after = parameters_of(again);
        for (std::size_t k = 0; k < before.size(); ++k) {
          BOOST_TEST(same_bits(before[k], after[k]), f << ", parameter " << k);
        }
        for (const double x : {0.0, 0.3, 1.0, 3.0}) {
          BOOST_TEST(same_bits(f.log_density(x), again.log_density(x)), f);
        }
        const std::string path = "univariate_family_test.json";
        f.save(path);
        BOOST_TEST(F::load(path).to_json() == f.to_json());
        std::remove(path.c_str());
      }
    });
  }
}

BOOST_AUTO_TEST_CASE(json_that_is_wrong_is_refused) {
  const auto reads = [](const char* text) { (void)Normal<>::from_json(text); };
  BOOST_CHECK_EXCEPTION(reads("{}"), RuntimeError,
                        says("Normal::from_json: mean is missing; the model needs it; add it."));
  BOOST_CHECK_EXCEPTION(reads(R"({"schema": "leibler.gamma", "version": 1})"), RuntimeError,
                        says("Normal::from_json: schema is \"leibler.gamma\"; must be "
                             "\"leibler.normal\"; this is another model."));
  BOOST_CHECK_EXCEPTION(reads(R"({"mean": 1, "stddev": 1, "sd": 2})"), RuntimeError,
                        says("Normal::from_json: key \"sd\" is unknown; the keys are schema, "
                             "version, mean, stddev, parameters; check the spelling."));
  BOOST_CHECK_EXCEPTION(reads(R"({"mean": 1, "stddev": -1})"), DomainError,
                        says("Normal::from_json: stddev = -1; stddev must be finite and > 0; give "
                             "it its unit, or its logarithm the right sign."));
  BOOST_CHECK_EXCEPTION(reads(R"({"mean": 1, "stddev": 2, "parameters": [1, 0]})"), RuntimeError,
                        says("Normal::from_json: parameters give stddev = 1; must be those of "
                             "stddev = 2; leave them out."));
}

BOOST_AUTO_TEST_CASE(arguments_outside_their_domain_are_refused) {
  BOOST_CHECK_EXCEPTION(Normal(0, -1), DomainError,
                        says("Normal: stddev = -1; stddev must be finite and > 0; give it its "
                             "unit, or its logarithm the right sign."));
  BOOST_CHECK_EXCEPTION((void)Normal<>(not_a_number, 1), DomainError,
                        says("Normal: mean = nan; mean must be finite; look where the value comes "
                             "from."));
  BOOST_CHECK_EXCEPTION(Gamma(0, 1), DomainError,
                        says("Gamma: shape = 0; shape must be finite and > 0; give it its unit, "
                             "or its logarithm the right sign."));
  BOOST_CHECK_EXCEPTION(Uniform(2, 1), DomainError,
                        says("Uniform: high = 1; high must be finite and above the one before, "
                             "low = 2; exchange them if they are the wrong way round."));
  BOOST_CHECK_EXCEPTION(Bernoulli(1.5), DomainError,
                        says("Bernoulli: p = 1.5; p must be from 0 to 1; give a probability."));
  BOOST_CHECK_EXCEPTION(Geometric(0), DomainError,
                        says("Geometric: p = 0; p must be above 0 and at most 1; give a "
                             "probability."));
  BOOST_CHECK_EXCEPTION(Binomial(2.5, 0.5), DomainError,
                        says("Binomial: n = 2.5; n must be a whole number from 0 to 2^53; give a "
                             "number of trials."));
  // Of every family, in every argument.
  for (const auto& c : test::univariate_cases()) {
    test::for_family(c.family, [&]<class F>() {
      for (std::size_t k = 0; k < c.a.size(); ++k) {
        for (const double bad : {not_a_number, inf, -inf}) {
          auto a = c.a;
          a[k] = bad;
          BOOST_CHECK_THROW((void)test::make_family<F>(a), DomainError);
        }
      }
    });
  }
}

BOOST_AUTO_TEST_CASE(quantiles_of_what_is_no_probability_are_refused) {
  BOOST_CHECK_EXCEPTION(
      (void)Normal(0, 1).quantile(1.5), DomainError,
      says("Normal::quantile: u = 1.5; u must be from 0 to 1; give a probability."));
  BOOST_CHECK_EXCEPTION(
      (void)Gamma(1, 1).upper_quantile(-0.1), DomainError,
      says("Gamma::upper_quantile: u = -0.1; u must be from 0 to 1; give a probability."));
  for (const auto& c : test::univariate_cases()) {
    test::for_family(c.family, [&]<class F>() {
      const F f = test::make_family<F>(c.a);
      BOOST_CHECK_THROW((void)f.quantile(not_a_number), DomainError);
      BOOST_TEST(f.quantile(0.0) == f.support().low);
      BOOST_TEST(f.quantile(1.0) == f.support().high);
      BOOST_TEST(f.upper_quantile(0.0) == f.support().high);
      BOOST_TEST(f.upper_quantile(1.0) == f.support().low);
    });
  }
}

BOOST_AUTO_TEST_CASE(probabilities_are_those_of_an_infinite_line) {
  for (const auto& c : test::univariate_cases()) {
    test::for_family(c.family, [&]<class F>() {
      const F f = test::make_family<F>(c.a);
      BOOST_TEST(f.cdf(-inf) == 0.0);
      BOOST_TEST(f.cdf(inf) == 1.0);
      BOOST_TEST(f.survival(-inf) == 1.0);
      BOOST_TEST(f.survival(inf) == 0.0);
      BOOST_TEST(f.log_cdf(-inf) == -inf);
      BOOST_TEST(f.log_survival(inf) == -inf);
      double before = 0.0;
      for (double x = -30.0; x < 300.0; x += 0.37) {
        const double at = f.cdf(x);
        BOOST_TEST((at >= before && at <= 1.0), f << " at " << x);
        BOOST_TEST(std::abs(at + f.survival(x) - 1.0) < 1e-14 * 10, f << " at " << x);
        before = at;
      }
    });
  }
}

BOOST_AUTO_TEST_CASE(the_support_is_where_the_definition_has_it) {
  constexpr double pi = 3.14159265358979323846;
  const std::map<std::string, Interval> expected{
      {"Normal", {-inf, inf}},    {"LogNormal", {0, inf}},
      {"HalfNormal", {0, inf}},   {"StudentT", {-inf, inf}},
      {"Cauchy", {-inf, inf}},    {"HalfCauchy", {0, inf}},
      {"Laplace", {-inf, inf}},   {"Logistic", {-inf, inf}},
      {"Gumbel", {-inf, inf}},    {"Uniform", {-3, 5}},
      {"VonMises", {-pi, pi}},    {"Exponential", {0, inf}},
      {"Gamma", {0, inf}},        {"InverseGamma", {0, inf}},
      {"Beta", {0, 1}},           {"Weibull", {0, inf}},
      {"Pareto", {2, inf}},       {"Bernoulli", {0, 1}},
      {"BernoulliLogit", {0, 1}}, {"Binomial", {0, 20}},
      {"Geometric", {0, inf}},    {"NegativeBinomial", {0, inf}},
      {"Poisson", {0, inf}}};
  std::set<std::string> seen;
  for (const auto& c : test::univariate_cases()) {
    test::for_family(c.family, [&]<class F>() {
      const F f = test::make_family<F>(c.a);
      BOOST_TEST(f.support().low == expected.at(c.family).low, f);
      BOOST_TEST(f.support().high == expected.at(c.family).high, f);
      seen.insert(c.family);
    });
  }
  BOOST_TEST(seen.size() == expected.size());
  BOOST_TEST(expected.size() == std::tuple_size_v<test::UnivariateFamilies>);
}

BOOST_AUTO_TEST_CASE(a_finite_support_has_the_probabilities_of_its_points) {
  const Binomial p(7, 0.3);
  BOOST_TEST(p.size() == 8u);
  BOOST_TEST(p.points()(7, 0) == 7.0);
  BOOST_TEST(std::abs(p.log_probabilities().array().exp().sum() - 1.0) < 1e-14);
  BOOST_TEST(p.log_probabilities()[2] == p.log_density(2));
}

BOOST_AUTO_TEST_CASE(parameters_of_what_is_no_model_are_refused) {
  const auto with = [](const auto& f, std::vector<double> theta) {
    (void)f.with_parameters(theta);
  };
  BOOST_CHECK_EXCEPTION(with(Normal(0, 1), {1.0}), InvalidArgument,
                        says("Normal::with_parameters: theta.size() = 1; must be 2; give one "
                             "number for each argument that is fitted."));
  BOOST_CHECK_EXCEPTION(with(Normal(0, 1), {1.0, not_a_number}), DomainError,
                        says("Normal::with_parameters: theta[1] = nan; theta must be finite; look "
                             "where the value comes from."));
  BOOST_CHECK_EXCEPTION(with(Normal(0, 1), {1.0, 800}), DomainError,
                        says("Normal::with_parameters: theta[1] = 800; stddev would be inf; take "
                             "smaller steps."));
  BOOST_TEST(Binomial(20, 0.5).parameter_count() == 1u);  // n is not fitted
}
