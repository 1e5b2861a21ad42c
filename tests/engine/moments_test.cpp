// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE engine_moments
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include <leibler/engine/moments.hpp>

#include "instruction_sets.hpp"
#include "ulp.hpp"

using namespace leibler::engine;
using namespace leibler::test;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double undefined = std::numeric_limits<double>::quiet_NaN();

Moments of(const std::vector<double>& x) {
  Moments moments;
  moments.add(x.data(), x.size());
  return moments;
}

struct Exact {
  long double mean = 0, variance = 0;
  explicit Exact(const std::vector<double>& x) {
    for (const double v : x) mean += v;
    mean /= static_cast<long double>(x.size());
    for (const double v : x) variance += (v - mean) * (v - mean);
    variance /= static_cast<long double>(x.size() - 1);
  }
};

}  // namespace

BOOST_AUTO_TEST_CASE(agrees_with_two_passes_in_long_double) {
  on_each_instruction_set([] {
    for (const std::size_t n : {2u, 3u, 8u, 511u, 10'000u}) {
      const std::vector<double> x = arbitrary(n, -2.0, 7.0);
      const Exact exact(x);
      const Moments got = of(x);
      BOOST_TEST(got.count() == n);
      BOOST_TEST(std::fabs(got.mean() / exact.mean - 1) < 1e-14L);
      BOOST_TEST(std::fabs(got.variance() / exact.variance - 1) < 1e-14L);
      const double error = std::sqrt(got.variance() / static_cast<double>(n));
      BOOST_TEST(got.standard_error() == error);
    }
  });
}

BOOST_AUTO_TEST_CASE(parts_merge_to_the_whole) {
  const std::vector<double> x = arbitrary(20'000, -2.0, 7.0);
  const Exact exact(x);
  Moments one_by_one, in_parts;
  for (const double& v : x) one_by_one.add(&v, 1);
  for (std::size_t i = 0, n = 1; i < x.size(); i += n, n = n * 3 % 700 + 1) {
    Moments part;
    part.add(x.data() + i, std::min(n, x.size() - i));
    in_parts.merge(part);
  }
  for (const Moments& got : {one_by_one, in_parts}) {
    BOOST_TEST(got.count() == x.size());
    BOOST_TEST(std::fabs(got.mean() / exact.mean - 1) < 1e-13L);
    BOOST_TEST(std::fabs(got.variance() / exact.variance - 1) < 1e-13L);
  }
}

// E[x^2] - E[x]^2 would have no digit left here.
BOOST_AUTO_TEST_CASE(a_large_offset_costs_no_digits) {
  std::vector<double> x = arbitrary(10'000, -1.0, 1.0);
  for (double& v : x) v += 1e9;
  const Exact exact(x);
  Moments in_parts;
  for (std::size_t i = 0; i < x.size(); i += 100) in_parts.add(x.data() + i, 100);
  for (const Moments& got : {of(x), in_parts}) {
    BOOST_TEST(std::fabs(got.mean() - exact.mean) < 1e-15L * 1e9L);
    // A double near 1e9 is exact to 1.2e-7: no mean of a part can be better.
    BOOST_TEST(std::fabs(got.variance() / exact.variance - 1) < 1e-7L);
  }
}

BOOST_AUTO_TEST_CASE(merging_with_nothing_changes_nothing) {
  const Moments nothing;
  Moments some = of({1.0, 2.0, 4.0}), into_nothing;
  const double mean = some.mean(), variance = some.variance();
  some.merge(nothing);
  into_nothing.merge(some);
  for (const Moments& got : {some, into_nothing}) {
    BOOST_TEST(got.count() == 3u);
    BOOST_TEST(got.mean() == mean);
    BOOST_TEST(got.variance() == variance);
  }
  Moments twice = some;
  twice.merge(twice);
  BOOST_TEST(twice.count() == 6u);
  BOOST_TEST(twice.mean() == mean);
}

BOOST_AUTO_TEST_CASE(nothing_and_one_number_have_no_variance_and_an_infinite_error) {
  const Moments nothing = of({}), one = of({3.5});
  BOOST_TEST(nothing.count() == 0u);
  BOOST_TEST(std::isnan(nothing.mean()));
  BOOST_TEST(std::isnan(nothing.variance()));
  BOOST_TEST(nothing.standard_error() == infinity);
  BOOST_TEST(one.count() == 1u);
  BOOST_TEST(one.mean() == 3.5);
  BOOST_TEST(std::isnan(one.variance()));
  BOOST_TEST(one.standard_error() == infinity);
}

BOOST_AUTO_TEST_CASE(infinities_and_nan_are_counted_and_show_in_the_mean) {
  const auto check = [](const std::vector<double>& x, double mean) {
    // In one call, one by one, and merged from the back.
    Moments one_by_one, merged;
    for (const double& v : x) one_by_one.add(&v, 1);
    for (std::size_t i = x.size(); i-- > 0;) merged.merge(of({x[i]}));
    for (const Moments& got : {of(x), one_by_one, merged}) {
      BOOST_TEST(got.count() == x.size());
      BOOST_TEST(same_bits(got.mean(), mean));
      BOOST_TEST(got.variance() == infinity);
      BOOST_TEST(got.standard_error() == infinity);
    }
  };
  check({1.0, infinity, 2.0}, infinity);
  check({-infinity, 2.0}, -infinity);
  check({-infinity}, -infinity);
  check({1.0, infinity, -infinity}, undefined);
  check({1.0, undefined, 3.0}, undefined);
  check({undefined, infinity}, undefined);
}

// Equal numbers have variance 0, but their mean was rounded all the same.
BOOST_AUTO_TEST_CASE(the_standard_error_has_a_rounding_floor) {
  for (const std::size_t n : {2u, 500u, 512u, 1000u, 100'000u}) {
    const Moments whole = of(std::vector<double>(n, 0.1));
    Moments in_parts;
    for (std::size_t i = 0; i < n; i += 2) in_parts.merge(of({0.1, 0.1}));
    for (const Moments& same : {whole, in_parts}) {
      BOOST_TEST(same.standard_error() >= std::abs(same.mean() - 0.1));
      BOOST_TEST(same.standard_error() >= 1e-17);
      BOOST_TEST(same.standard_error() < 1e-17 * static_cast<double>(n + 8));
    }
  }
  BOOST_TEST(of(std::vector<double>(10, 0.0)).standard_error() == 0.0);
}

BOOST_AUTO_TEST_CASE(huge_equal_numbers_have_variance_zero) {
  for (const double huge : {1e155, 1e200, -1e300}) {
    const Moments same = of({huge, huge});
    BOOST_TEST(same.mean() == huge);
    BOOST_TEST(same.variance() == 0.0);
    BOOST_TEST(same.standard_error() < 1e-15 * std::abs(huge));
  }
}

BOOST_AUTO_TEST_CASE(has_the_same_bits_on_every_instruction_set) {
  check_same_bits_on_each_instruction_set([] {
    const std::vector<double> x = arbitrary(1003, -2.0, 7.0);
    Moments got = of(x);
    got.merge(of(arbitrary(77, 0.0, 1.0)));
    return std::vector<double>{got.mean(), got.variance(), got.standard_error()};
  });
}

BOOST_AUTO_TEST_CASE(a_mean_of_differences_is_no_surer_than_their_parts) {
  const std::vector<double> part(1000, 4.0), same(1000, 0.0);
  std::vector<double> difference(1000);
  for (std::size_t i = 0; i < 1000; ++i) difference[i] = i % 3 == 0 ? 0x1p-52 : 0.0;
  Moments noise, exact;
  noise.add_differences(difference.data(), part.data(), part.size());
  exact.add_differences(same.data(), part.data(), part.size());
  BOOST_TEST(noise.mean() < noise.standard_error());
  BOOST_TEST(noise.standard_error() <= 8 * 0x1p-52);
  BOOST_TEST(exact.standard_error() == 0.0);
}
