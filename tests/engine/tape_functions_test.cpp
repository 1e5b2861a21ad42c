// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE engine_tape_functions
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include <boost/math/special_functions/bessel.hpp>
#include <boost/math/special_functions/digamma.hpp>
#include <boost/math/special_functions/trigamma.hpp>

#include <leibler/engine/tape.hpp>

#include "instruction_sets.hpp"
#include "on_tape.hpp"

using namespace leibler::test;
namespace engine = leibler::engine;
using engine::Real;
using engine::Reals;

namespace {

using Long = long double;

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double undefined = std::numeric_limits<double>::quiet_NaN();
constexpr double smallest = std::numeric_limits<double>::denorm_min();

// How far the variable has to move for the function to change: steps of differences are a part of
// it.
double by_size(double x) {
  return std::abs(x);
}
double at_most_one(double x) {
  return std::min(std::abs(x), 1.0);
}
double to_nearest_integer(double x) {
  const double to_pole = x > 0.5 ? x : std::abs(x - std::round(x));
  return to_pole;
}
double from_minus_one(double x) {
  return std::min(std::abs(x), std::abs(x + 1.0));
}

struct Function {
  const char* name;
  Real (*on_tape)(const Real&);
  double (*plain)(double);
  Long (*exact)(Long);
  double (*scale)(double);
  std::vector<double> points;  // inside the domain
  std::vector<double> edges;   // where only the value is compared with the plain function's
  double tolerance = 1e-13;
};

Long logistic_exact(Long x) {
  return 1 / (1 + std::exp(-x));
}
Long softplus_exact(Long x) {
  return x > 0 ? x + std::log1p(std::exp(-x)) : std::log1p(std::exp(x));
}
Long digamma_exact(Long x) {
  return boost::math::digamma(x);
}

#define LEIBLER_BOTH(name) \
  [](const Real& x) { return engine::name(x); }, [](double x) { return engine::name(x); }
#define LEIBLER_EXACT(name) [](Long x) -> Long { return std::name(x); }

const std::vector<double> everywhere{infinity, -infinity, undefined, 0.0,   -0.0,
                                     smallest, -smallest, 1e-310,    1e308, -1e308};

const std::vector<Function>& functions() {
  static const std::vector<Function> all{
      {"exp",
       LEIBLER_BOTH(exp),
       LEIBLER_EXACT(exp),
       at_most_one,
       {-700.0, -30.0, -1.0, -1e-9, 1e-9, 0.3, 2.0, 700.0, 709.7},
       everywhere},
      {"log",
       LEIBLER_BOTH(log),
       LEIBLER_EXACT(log),
       by_size,
       {1e-300, 1e-10, 0.3, 0.999999999, 1.000000001, 7.0, 1e300},
       everywhere},
      {"log1p",
       LEIBLER_BOTH(log1p),
       LEIBLER_EXACT(log1p),
       from_minus_one,
       {-1.0 + 1e-6, -0.5, -1e-200, 1e-17, 1e-9, 0.4, 3.0, 1e17, 1e300},
       everywhere},
      {"expm1",
       LEIBLER_BOTH(expm1),
       LEIBLER_EXACT(expm1),
       at_most_one,
       {-40.0, -1.0, -1e-17, 1e-200, 1e-9, 0.4, 3.0, 31.0, 700.0},
       everywhere},
      {"sqrt",
       LEIBLER_BOTH(sqrt),
       LEIBLER_EXACT(sqrt),
       by_size,
       {1e-300, 0.1, 2.0, 1e300},
       everywhere},
      {"tanh",
       LEIBLER_BOTH(tanh),
       LEIBLER_EXACT(tanh),
       at_most_one,
       {-15.0, -1.0, -1e-9, 1e-200, 0.3, 2.0, 9.0},
       everywhere},
      {"logistic",
       LEIBLER_BOTH(logistic),
       logistic_exact,
       at_most_one,
       {-700.0, -40.0, -1.0, 1e-9, 0.3, 5.0, 30.0},
       everywhere},
      {"softplus",
       LEIBLER_BOTH(softplus),
       softplus_exact,
       at_most_one,
       {-700.0, -40.0, -1.0, -0.88, 1e-9, 0.3, 0.89, 5.0, 40.0, 1e6},
       everywhere},
      {"lgamma",
       LEIBLER_BOTH(lgamma),
       LEIBLER_EXACT(lgamma),
       to_nearest_integer,
       {1e-300, 1e-9, 0.3, 0.9999, 1.4616, 2.0001, 7.5, 170.0, 1e5, 1e300, -0.5, -1.0001, -20.3},
       {infinity, undefined, smallest, 0.0, -1.0, -3.0}},
      {"digamma",
       LEIBLER_BOTH(digamma),
       digamma_exact,
       to_nearest_integer,
       {1e-12, 1e-5, 0.3, 1.0, 1.5, 7.5, 1e5, 1e300, -0.5, -20.3},
       {infinity, undefined, 0.0, -2.0, 1e-310}},
      {"erf",
       LEIBLER_BOTH(erf),
       LEIBLER_EXACT(erf),
       at_most_one,
       {-3.0, -1.0, -1e-200, 1e-9, 0.3, 2.0, 5.0},
       everywhere},
      {"erfc",
       LEIBLER_BOTH(erfc),
       LEIBLER_EXACT(erfc),
       at_most_one,
       {-5.0, -1.0, -1e-9, 0.3, 2.0, 8.0},
       everywhere},
      {"cos",
       LEIBLER_BOTH(cos),
       LEIBLER_EXACT(cos),
       at_most_one,
       {-3.0, -1e-9, 0.3, 1.6, 100.0},
       {undefined, 0.0, infinity}},
      {"abs",
       LEIBLER_BOTH(abs),
       LEIBLER_EXACT(abs),
       by_size,
       {-1e300, -2.0, 1e-300, 3.0},
       everywhere},
      {"x^3",
       [](const Real& x) { return engine::pow(x, 3.0); },
       [](double x) { return engine::pow(x, 3.0); },
       [](Long x) -> Long { return x * x * x; },
       by_size,
       {-2.0, 1e-90, 0.3, 1e90},
       everywhere},
      {"x^-1.5",
       [](const Real& x) { return engine::pow(x, -1.5); },
       [](double x) { return engine::pow(x, -1.5); },
       [](Long x) -> Long { return std::pow(x, -1.5L); },
       by_size,
       {1e-90, 0.3, 2.0, 1e90},
       everywhere},
      {"0.3^x",
       [](const Real& x) { return engine::pow(0.3, x); },
       [](double x) { return engine::pow(0.3, x); },
       [](Long x) -> Long { return std::pow(Long(0.3), x); },
       at_most_one,
       {-100.0, 1e-9, 2.0, 80.0},
       everywhere},
      {"1 / x",
       [](const Real& x) { return 1.0 / x; },
       [](double x) { return 1.0 / x; },
       [](Long x) -> Long { return 1 / x; },
       by_size,
       {-1e300, -2.0, 1e-300, 3.0},
       everywhere},
      {"x / 1e-310",
       [](const Real& x) { return x / 1e-310; },
       [](double x) { return x / 1e-310; },
       [](Long x) -> Long { return x / Long(1e-310); },
       by_size,
       {1e-300, -1e-9},
       everywhere},
      {"x x",
       [](const Real& x) { return x * x; },
       [](double x) { return x * x; },
       [](Long x) -> Long { return x * x; },
       by_size,
       {-1e150, -2.0, 1e-150, 3.0},
       everywhere},
      {"max(x, 1)",
       [](const Real& x) { return engine::max(x, 1.0); },
       [](double x) { return engine::max(x, 1.0); },
       [](Long x) -> Long { return x < 1 ? 1 : x; },
       by_size,
       {-2.0, 0.5, 1.5, 1e300},
       everywhere},
      {"min(x, 1)",
       [](const Real& x) { return engine::min(1.0, x); },
       [](double x) { return engine::min(1.0, x); },
       [](Long x) -> Long { return x < 1 ? x : 1; },
       by_size,
       {-2.0, 0.5, 1.5, 1e300},
       everywhere},
      // A difference of large numbers must lose no more than the plain one does.
      {"(x - 1e9) / 3",
       [](const Real& x) { return (x - 1e9) / 3.0; },
       [](double x) { return (x - 1e9) / 3.0; },
       [](Long x) -> Long { return (x - Long(1e9)) / 3; },
       [](double) { return 1e9; },
       {1e9 + 0.1, 1e9 - 7.0},
       {}},
      {"(x + 1e9) + 1e-3",
       [](const Real& x) { return (x + 1e9) + 1e-3; },
       [](double x) { return (x + 1e9) + 1e-3; },
       [](Long x) -> Long { return (x + Long(1e9)) + Long(1e-3); },
       [](double) { return 1e9; },
       {-1e9 + 0.25, 3.0},
       {}},
  };
  return all;
}

// Five points in long double.
double difference(const Function& f, double x) {
  const Long h = 1e-4L * Long(f.scale(x)), at = x;
  return double(
      (8 * (f.exact(at + h) - f.exact(at - h)) - (f.exact(at + 2 * h) - f.exact(at - 2 * h))) /
      (12 * h));
}

bool is_same(double got, double expected, double tolerance) {
  if (std::isnan(expected)) return std::isnan(got);
  if (std::isinf(expected)) return got == expected;
  return std::abs(got - expected) <= tolerance * std::abs(expected) + smallest;
}

}  // namespace

BOOST_AUTO_TEST_CASE(values_on_the_tape_are_the_plain_ones) {
  on_each_instruction_set([] {
    std::size_t combinations = 0;
    for (const Function& f : functions()) {
      auto points = f.points;
      points.insert(points.end(), f.edges.begin(), f.edges.end());
      const auto got = on_tape({points}, [&](const Reals& x) { return f.on_tape(x[0]); });
      for (std::size_t i = 0; i < points.size(); ++i, ++combinations) {
        const double expected = f.plain(points[i]);
        BOOST_TEST(is_same(got.value[i], expected, f.tolerance),
                   f.name << " at " << points[i] << ": " << got.value[i] << ", plain " << expected);
      }
    }
    BOOST_TEST_MESSAGE(combinations << " values of functions");
  });
}

BOOST_AUTO_TEST_CASE(plain_values_are_right) {
  for (const Function& f : functions()) {
    for (const double x : f.points) {
      const Long exact = f.exact(x);
      BOOST_TEST(is_same(f.plain(x), double(exact), 2e-15),
                 f.name << " at " << x << ": " << f.plain(x) << ", exact " << double(exact));
    }
  }
}

BOOST_AUTO_TEST_CASE(gradients_on_the_tape_are_the_derivatives) {
  on_each_instruction_set([] {
    std::size_t combinations = 0;
    for (const Function& f : functions()) {
      const auto got = on_tape({f.points}, [&](const Reals& x) { return f.on_tape(x[0]); });
      for (std::size_t i = 0; i < f.points.size(); ++i, ++combinations) {
        const double x = f.points[i], expected = difference(f, x);
        const double rounding = 1e-14 * std::abs(f.plain(x)) / f.scale(x);
        const bool is_equal = got.gradient[0][i] == expected;  // infinite, too
        const double error = std::abs(got.gradient[0][i] - expected);
        BOOST_TEST(
            (is_equal || error <= 1e-8 * std::abs(expected) + rounding),
            f.name << "' at " << x << ": " << got.gradient[0][i] << ", differences " << expected);
      }
    }
    BOOST_TEST_MESSAGE(combinations << " derivatives of functions");
  });
}

BOOST_AUTO_TEST_CASE(derivatives_are_right_in_the_tails_and_beside_poles) {
  const struct {
    const char* what;
    Real (*f)(const Real&);
    double x, expected;
  } cases[] = {
      {"exp at -800", [](const Real& x) { return engine::exp(x); }, -800.0, 0.0},
      {"exp at 800", [](const Real& x) { return engine::exp(x); }, 800.0, infinity},
      {"log at 0", [](const Real& x) { return engine::log(x); }, 0.0, infinity},
      {"log at a subnormal", [](const Real& x) { return engine::log(x); }, 1e-308, 1e308},
      {"sqrt at 0", [](const Real& x) { return engine::sqrt(x); }, 0.0, infinity},
      {"tanh at 30", [](const Real& x) { return engine::tanh(x); }, 30.0, 4.0 * std::exp(-60.0)},
      {"logistic at 40", [](const Real& x) { return engine::logistic(x); }, 40.0, std::exp(-40.0)},
      {"logistic at -745", [](const Real& x) { return engine::logistic(x); }, -700.0,
       std::exp(-700.0)},
      {"softplus at -700", [](const Real& x) { return engine::softplus(x); }, -700.0,
       std::exp(-700.0)},
      {"expm1 at -40", [](const Real& x) { return engine::expm1(x); }, -40.0, std::exp(-40.0)},
      {"abs at 0", [](const Real& x) { return engine::abs(x); }, 0.0, 0.0},
      {"lgamma at 1e-300", [](const Real& x) { return engine::lgamma(x); }, 1e-300, -1e300},
      {"digamma at 1e-150", [](const Real& x) { return engine::digamma(x); }, 1e-150, 1e300},
      {"x^0 at 0", [](const Real& x) { return engine::pow(x, 0.0); }, 0.0, 0.0},
      {"x^1 at 0", [](const Real& x) { return engine::pow(x, 1.0); }, 0.0, 1.0},
      {"erf at 30", [](const Real& x) { return engine::erf(x); }, 30.0, 0.0},
  };
  for (const auto& c : cases) {
    const auto got = on_tape({{c.x}}, [&](const Reals& x) { return c.f(x[0]); });
    BOOST_TEST(is_same(got.gradient[0][0], c.expected, 1e-13),
               c.what << ": " << got.gradient[0][0] << ", right is " << c.expected);
  }
}

BOOST_AUTO_TEST_CASE(a_nan_stays_one_in_value_and_gradient) {
  for (const Function& f : functions()) {
    const std::string name = f.name;
    const auto got = on_tape({{undefined}}, [&](const Reals& x) { return f.on_tape(x[0]); });
    BOOST_TEST(std::isnan(got.value[0]), name);
    const bool is_linear = name.front() == '(' || name == "x / 1e-310";
    if (!is_linear && name.substr(0, 1) != "m") BOOST_TEST(std::isnan(got.gradient[0][0]), name);
  }
}

BOOST_AUTO_TEST_CASE(constants_give_what_doubles_give) {
  for (const Function& f : functions()) {
    for (const double x : f.points) {
      const Real constant = x;
      const auto got = on_tape({{0.0}}, [&](const Reals&) { return f.on_tape(constant); });
      BOOST_TEST(got.value[0] == f.plain(x), f.name << " at " << x);
      BOOST_TEST(got.gradient[0][0] == 0.0);
    }
  }
}

BOOST_AUTO_TEST_CASE(every_instruction_set_gives_the_same_bits) {
  check_same_bits_on_each_instruction_set([] {
    std::vector<double> all;
    for (const Function& f : functions()) {
      std::vector<double> points = f.points;
      for (int i = 0; i < 200; ++i) points.push_back(0.01 + 0.05 * i);
      const auto got = on_tape({points}, [&](const Reals& x) { return f.on_tape(x[0]); });
      all.insert(all.end(), got.value.begin(), got.value.end());
      all.insert(all.end(), got.gradient[0].begin(), got.gradient[0].end());
    }
    return all;
  });
}
