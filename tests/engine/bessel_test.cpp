// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE engine_bessel
#include <boost/test/unit_test.hpp>

#include <array>
#include <cmath>
#include <limits>
#include <vector>

#include <leibler/engine/functions.hpp>
#include <leibler/engine/tape.hpp>

using namespace leibler;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

struct Row {
  double x, log_i0, scaled, ratio, complement;  // the last for |x|
};

// By mpmath 1.3 with 60 digits; both sides of the border between the two series.
constexpr Row rows[] = {
    {1e-200, 0.0, -1e-200, 5e-201, 1.0},
    {1e-8, 2.5e-17, -9.9999999750000002e-9, 5e-9, 0.999999995},
    {0.3, 0.022374688622041903242, -0.27762531137795808566, 0.14833742694087525726,
     0.85166257305912474274},
    {-0.3, 0.022374688622041903242, -0.27762531137795808566, -0.14833742694087525726,
     0.85166257305912474274},
    {5, 3.3046817758225334338, -1.6953182241774665662, 0.89338313704408522159,
     0.10661686295591477841},
    {-19.99, 17.579863787380870559, -2.4101362126191278782, -0.97465766261849819786,
     0.02534233738150180214},
    {20.01, 17.599357197495260079, -2.410642802504741484, 0.97468334013821398274,
     0.025316659861786017258},
    {50, 47.127575501871804584, -2.8724244981281954158, 0.98994896737849775259,
     0.010051032621502247407},
    {700, 695.80569999844344908, -4.1943000015565509232, 0.99928545881842609327,
     7.1454118157390672656e-4},
    {1e6, 999992.17330631281325, -7.8266936871867472938, 0.99999949999987499987,
     5.000001250001250002e-7},
};

bool is_near(double got, double exact) {
  return std::abs(got - exact) <= 2e-14 * std::abs(exact);
}

struct Slope {
  double value, derivative;
};
template <class F>
Slope on_the_tape(F&& f, double x) {
  const engine::Tape::Lease tape;
  tape->start(32, true);
  const engine::Reals inputs = tape->inputs(std::vector<double>{x});
  const engine::Real y = f(inputs[0]);
  double value[32], derivative[32];
  tape->value(y, value);
  tape->gradient(y, inputs, derivative, 32);
  return {value[31], derivative[31]};
}

}  // namespace

BOOST_AUTO_TEST_CASE(logarithms_and_ratios_have_14_digits) {
  for (const Row& row : rows) {
    BOOST_TEST_CONTEXT("x = " << row.x) {
      BOOST_TEST(is_near(engine::log_bessel_i0(row.x), row.log_i0));
      BOOST_TEST(is_near(engine::log_bessel_i0_scaled(row.x), row.scaled));
      BOOST_TEST(is_near(engine::bessel_ratio(row.x), row.ratio));
      BOOST_TEST(is_near(engine::bessel_ratio_complement(std::abs(row.x)), row.complement));
    }
  }
}

BOOST_AUTO_TEST_CASE(the_tape_has_the_same_values_and_their_derivatives) {
  for (const Row& row : rows) {
    BOOST_TEST_CONTEXT("x = " << row.x) {
      const auto plain =
          on_the_tape([](const engine::Real& x) { return engine::log_bessel_i0(x); }, row.x);
      BOOST_TEST(plain.value == engine::log_bessel_i0(row.x));
      BOOST_TEST(is_near(plain.derivative, row.ratio));
      const auto scaled =
          on_the_tape([](const engine::Real& x) { return engine::log_bessel_i0_scaled(x); }, row.x);
      BOOST_TEST(scaled.value == engine::log_bessel_i0_scaled(row.x));
      BOOST_TEST(is_near(scaled.derivative, std::copysign(row.complement, -row.x)));
    }
  }
  const auto sine = on_the_tape([](const engine::Real& x) { return engine::sin(x); }, 0.75);
  BOOST_TEST(sine.value == std::sin(0.75));
  BOOST_TEST(is_near(sine.derivative, std::cos(0.75)));
}

BOOST_AUTO_TEST_CASE(zero_infinity_and_nan_give_their_limits) {
  BOOST_TEST(engine::log_bessel_i0(0.0) == 0.0);
  BOOST_TEST(engine::log_bessel_i0_scaled(0.0) == 0.0);
  BOOST_TEST(engine::bessel_ratio(0.0) == 0.0);
  BOOST_TEST(engine::log_bessel_i0(-infinity) == infinity);
  BOOST_TEST(engine::log_bessel_i0_scaled(infinity) == -infinity);
  BOOST_TEST(engine::bessel_ratio(-infinity) == -1.0);
  BOOST_TEST(engine::bessel_ratio_complement(infinity) == 0.0);
  const double nan = std::numeric_limits<double>::quiet_NaN();
  BOOST_TEST(std::isnan(engine::log_bessel_i0(nan)));
  BOOST_TEST(std::isnan(engine::log_bessel_i0_scaled(nan)));
  BOOST_TEST(std::isnan(engine::bessel_ratio(nan)));
}

// (x - m) / s with m >> s: x - m has no rounding error, m / s has.
BOOST_AUTO_TEST_CASE(a_shifted_number_over_a_constant_keeps_its_digits) {
  for (const auto& [x, m, s] : {std::array{1e6 + 0.001, 1e6, 1e-3}, std::array{1e20, 1e20, 1e4},
                                std::array{-1e-300, -1e-300, 1e-300}, std::array{7.3, 5.1, 3.0}}) {
    const auto z = on_the_tape([&](const engine::Real& t) { return (t - m) / s; }, x);
    BOOST_TEST_CONTEXT("(" << x << " - " << m << ") / " << s) {
      BOOST_TEST(is_near(z.value, (x - m) / s));
      BOOST_TEST(is_near(z.derivative, 1.0 / s));
    }
  }
}
