// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE engine_kernels_elementary
#include <boost/test/unit_test.hpp>

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <vector>

#include <leibler/engine/kernels/elementary.hpp>

#include "instruction_sets.hpp"
#include "ulp.hpp"

using namespace leibler::engine;
using namespace leibler::test;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double undefined = std::numeric_limits<double>::quiet_NaN();
constexpr double smallest = std::numeric_limits<double>::denorm_min();
constexpr double largest = std::numeric_limits<double>::max();

using Fill = void (*)(const double*, double*, std::size_t);

std::vector<double> filled(Fill fill, const std::vector<double>& x) {
  std::vector<double> out(x.size());
  fill(x.data(), out.data(), x.size());
  return out;
}

// The largest error in units of the last place, in full view with --log_level=message.
double worst_ulps(const char* what, Fill fill, long double (*exact)(long double),
                  const std::vector<double>& x) {
  const std::vector<double> got = filled(fill, x);
  double worst = 0.0, at = 0.0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double error = ulps(got[i], exact(x[i]));
    if (error > worst) worst = error, at = x[i];
  }
  BOOST_TEST_MESSAGE(what << ": " << worst << " ulp, at " << at);
  return worst;
}

// Every positive double is as likely as any other, so every exponent is, subnormals included.
std::vector<double> arbitrary_positive(std::size_t n) {
  std::mt19937_64 bits(3);
  std::vector<double> x(n);
  for (double& v : x) v = std::bit_cast<double>(bits() % std::bit_cast<std::uint64_t>(infinity));
  return x;
}

}  // namespace

BOOST_AUTO_TEST_CASE(exp_is_within_its_bound_over_the_whole_range) {
  on_each_instruction_set([] {
    BOOST_TEST(worst_ulps("exp, [-746, 710)", kernels::exp_fill, std::exp,
                          arbitrary(600'000, -746.0, 710.0)) < 1.2);
    BOOST_TEST(worst_ulps("exp, [-1, 1)", kernels::exp_fill, std::exp,
                          arbitrary(400'000, -1.0, 1.0)) < 1.2);
    BOOST_TEST(worst_ulps("exp, subnormal results", kernels::exp_fill, std::exp,
                          arbitrary(200'000, -745.2, -708.3)) < 1.2);
  });
}

BOOST_AUTO_TEST_CASE(log_is_within_its_bound_over_the_whole_range) {
  on_each_instruction_set([] {
    BOOST_TEST(worst_ulps("log, every exponent", kernels::log_fill, std::log,
                          arbitrary_positive(600'000)) < 1.0);
    BOOST_TEST(worst_ulps("log, [0.5, 2)", kernels::log_fill, std::log,
                          arbitrary(400'000, 0.5, 2.0)) < 1.0);
    BOOST_TEST(worst_ulps("log, within 1e-9 of 1", kernels::log_fill, std::log,
                          arbitrary(100'000, 1 - 1e-9, 1 + 1e-9)) < 1.0);
    BOOST_TEST(worst_ulps("log, subnormal arguments", kernels::log_fill, std::log,
                          arbitrary(100'000, 0.0, 0x1p-1022)) < 1.0);
  });
}

BOOST_AUTO_TEST_CASE(exp_is_right_at_its_edges) {
  const std::vector<double> x{0.0,
                              -0.0,
                              infinity,
                              -infinity,
                              undefined,
                              710.0,
                              -746.0,
                              1e10,
                              smallest,
                              -1e10,
                              largest,
                              -largest,
                              709.78,
                              709.79,
                              -745.1332191019411,
                              -745.1332191019412,
                              -smallest};
  on_each_instruction_set([&] {
    const std::vector<double> y = filled(kernels::exp_fill, x);
    for (std::size_t i = 0; i < x.size(); ++i) {
      BOOST_TEST_CONTEXT("exp(" << x[i] << ") = " << y[i]) {
        BOOST_TEST(ulps(y[i], std::exp(static_cast<long double>(x[i]))) <= 1.0);
      }
    }
    BOOST_TEST(y[0] == 1.0);
    BOOST_TEST(y[1] == 1.0);
    BOOST_TEST(y[3] == 0.0);
    BOOST_TEST(y[6] == 0.0);
  });
}

BOOST_AUTO_TEST_CASE(log_is_right_at_its_edges) {
  const std::vector<double> x{0.0, -0.0,      infinity,  -infinity, undefined,
                              1.0, -1.0,      smallest,  largest,   0.5,
                              2.0, 0x1p-1022, 0x1p-1023, 10.0,      -smallest};
  on_each_instruction_set([&] {
    const std::vector<double> y = filled(kernels::log_fill, x);
    for (std::size_t i = 0; i < x.size(); ++i) {
      BOOST_TEST_CONTEXT("log(" << x[i] << ") = " << y[i]) {
        BOOST_TEST(ulps(y[i], std::log(static_cast<long double>(x[i]))) < 1.0);
      }
    }
    BOOST_TEST(y[5] == 0.0);
  });
}

// Whole packs, octets and leftovers are different code; where the data lie must not matter.
BOOST_AUTO_TEST_CASE(a_value_does_not_depend_on_how_many_stand_beside_it) {
  const std::vector<double> x = arbitrary(80, -30.0, 30.0), positive = arbitrary(80, 1e-9, 9.0);
  on_each_instruction_set([&] {
    for (const auto& [fill, data] :
         {std::pair<Fill, const std::vector<double>&>{kernels::exp_fill, x},
          {kernels::log_fill, positive}}) {
      for (std::size_t n = 0; n <= 70; ++n) {
        std::vector<double> out(n + 1, -7.0);
        fill(data.data() + n % 9, out.data(), n);
        for (std::size_t i = 0; i < n; ++i) {
          double alone;
          fill(data.data() + n % 9 + i, &alone, 1);
          BOOST_REQUIRE(same_bits(out[i], alone));
        }
        BOOST_TEST(out[n] == -7.0);  // nothing is written behind the end
      }
    }
  });
}

BOOST_AUTO_TEST_CASE(log_sum_exp_rows_agrees_with_long_double) {
  on_each_instruction_set([] {
    for (const std::size_t count : {0u, 1u, 2u, 3u, 7u, 40u}) {
      for (const std::size_t n : {0u, 1u, 7u, 8u, 9u, 33u, 100u}) {
        const std::size_t stride = n + 3;
        std::vector<double> x = arbitrary(stride * count, -40.0, 3.0, 5);
        for (double& v : x) v *= v < -39 ? 20.0 : 1.0;  // some rows underflow
        std::vector<double> out(n + 1, -7.0);
        kernels::log_sum_exp_rows(x.data(), stride, count, n, out.data());
        BOOST_TEST(out[n] == -7.0);
        for (std::size_t i = 0; i < n; ++i) {
          long double sum = 0.0L;
          for (std::size_t k = 0; k < count; ++k)
            sum += std::exp(static_cast<long double>(x[k * stride + i]));
          const long double exact = std::log(sum);
          if (count == 0) {
            BOOST_TEST(out[i] == -infinity);
            continue;
          }
          const long double allowed =
              0x1p-52L * (static_cast<long double>(count + 4) + std::fabs(exact));
          BOOST_TEST(std::fabs(out[i] - exact) <= allowed);
        }
      }
    }
  });
}

BOOST_AUTO_TEST_CASE(log_sum_exp_rows_is_right_for_infinite_rows) {
  // Three columns, one row each: what stands in the row and what comes out.
  const std::vector<std::vector<double>> rows{{-infinity, -infinity, -infinity, -infinity},
                                              {-infinity, 2.0, -infinity, 2.0},
                                              {infinity, -infinity, 3.0, infinity},
                                              {infinity, infinity, infinity, infinity},
                                              {undefined, 1.0, 2.0, undefined},
                                              {1.0, undefined, infinity, undefined},
                                              {-infinity, -infinity, undefined, undefined},
                                              {1e308, -1e308, 0.0, 1e308},
                                              {-1e308, -1e308, -1e308, -1e308},
                                              {0.0, -800.0, -1000.0, 0.0}};
  std::vector<double> x;
  for (std::size_t k = 0; k < 3; ++k) {
    for (const auto& row : rows) x.push_back(row[k]);
  }
  on_each_instruction_set([&] {
    std::vector<double> out(rows.size());
    kernels::log_sum_exp_rows(x.data(), rows.size(), 3, rows.size(), out.data());
    for (std::size_t i = 0; i < rows.size(); ++i) {
      BOOST_TEST_CONTEXT("row " << i << ": " << out[i]) {
        BOOST_TEST(same_bits(out[i], rows[i][3]));
      }
    }
  });
}

BOOST_AUTO_TEST_CASE(sums_agree_with_long_double) {
  on_each_instruction_set([] {
    for (const std::size_t n : {0u, 1u, 3u, 8u, 15u, 16u, 63u, 511u, 4096u}) {
      const std::vector<double> x = arbitrary(n, -2.0, 5.0, 7), w = arbitrary(n, -1.0, 1.0, 8);
      long double sum = 0, magnitudes = 0, squares = 0, products = 0, products_magnitude = 0;
      for (std::size_t i = 0; i < n; ++i) {
        const long double v = x[i], s = v - 1.25L;
        sum += v, magnitudes += std::fabs(v), squares += s * s;
        products += v * w[i], products_magnitude += std::fabs(v * w[i]);
      }
      // n / 8 additions in a lane, three in the tree, one rounding of each entry.
      const long double unit = 0x1p-53L * static_cast<long double>(n / 8 + 5);
      BOOST_TEST(std::fabs(kernels::sum(x.data(), n) - sum) <= unit * magnitudes);
      BOOST_TEST(std::fabs(kernels::sum_of_magnitudes(x.data(), n) - magnitudes) <=
                 unit * magnitudes);
      BOOST_TEST(std::fabs(kernels::sum_of_squares(x.data(), 1.25, n) - squares) <=
                 unit * 2 * squares);
      BOOST_TEST(std::fabs(kernels::dot(x.data(), w.data(), n) - products) <=
                 unit * products_magnitude);
    }
  });
}

BOOST_AUTO_TEST_CASE(all_finite_finds_a_single_bad_entry_anywhere) {
  on_each_instruction_set([] {
    for (const std::size_t n : {1u, 7u, 8u, 20u}) {
      std::vector<double> x(n, largest);
      BOOST_TEST(kernels::all_finite(x.data(), n));
      for (const double bad : {undefined, infinity, -infinity, -undefined}) {
        for (std::size_t i = 0; i < n; ++i) {
          x[i] = bad;
          BOOST_TEST(!kernels::all_finite(x.data(), n));
          x[i] = -smallest;
        }
      }
    }
    BOOST_TEST(kernels::all_finite(nullptr, 0));
  });
}

BOOST_AUTO_TEST_CASE(entrywise_kernels_do_what_they_say) {
  on_each_instruction_set([] {
    for (const std::size_t n : {0u, 1u, 8u, 13u, 40u, 67u}) {
      const std::vector<double> a = arbitrary(n, -3, 3, 1), b = arbitrary(n, -3, 3, 2);
      std::vector<double> sum(n), difference(n), product(n), scaled(b), shifted(a);
      kernels::add(a.data(), b.data(), sum.data(), n);
      kernels::subtract(a.data(), b.data(), difference.data(), n);
      kernels::multiply(a.data(), b.data(), product.data(), n);
      kernels::add_scaled(1.7, a.data(), scaled.data(), n);
      kernels::shift_scale(shifted.data(), 0.3, 1.9, n);
      for (std::size_t i = 0; i < n; ++i) {
        BOOST_TEST(same_bits(sum[i], a[i] + b[i]));
        BOOST_TEST(same_bits(difference[i], a[i] - b[i]));
        BOOST_TEST(same_bits(product[i], a[i] * b[i]));
        BOOST_TEST(same_bits(scaled[i], std::fma(1.7, a[i], b[i])));
        BOOST_TEST(same_bits(shifted[i], (a[i] - 0.3) * 1.9));
      }
    }
  });
}

BOOST_AUTO_TEST_CASE(the_difference_of_equal_infinities_is_zero) {
  const std::vector<double> a{infinity, -infinity, infinity, -infinity,
                              1.0,      undefined, infinity, undefined};
  const std::vector<double> b{infinity, -infinity, -infinity, infinity,
                              infinity, 1.0,       undefined, undefined};
  const std::vector<double> expected{0.0,       0.0,       infinity,  -infinity,
                                     -infinity, undefined, undefined, undefined};
  on_each_instruction_set([&] {
    for (std::size_t n = 1; n <= a.size(); ++n) {
      std::vector<double> out(n);
      kernels::subtract(a.data(), b.data(), out.data(), n);
      for (std::size_t i = 0; i < n; ++i) BOOST_TEST(same_bits(out[i], expected[i]));
    }
  });
}

BOOST_AUTO_TEST_CASE(has_the_same_bits_on_every_instruction_set) {
  const std::size_t n = 10'007;
  std::vector<double> x = arbitrary(n, -746.0, 710.0), positive = arbitrary_positive(n);
  x[5] = undefined, x[6] = infinity, x[7] = -infinity, positive[8] = 0.0, positive[9] = -1.0;
  const std::vector<double> y = arbitrary(n, -3.0, 3.0, 4);
  check_same_bits_on_each_instruction_set([&] {
    std::vector<double> all = filled(kernels::exp_fill, x);
    const auto append = [&](const std::vector<double>& more) {
      all.insert(all.end(), more.begin(), more.end());
    };
    append(filled(kernels::log_fill, positive));
    std::vector<double> rows(n / 7);
    kernels::log_sum_exp_rows(x.data(), rows.size(), 7, rows.size(), rows.data());
    append(rows);
    std::vector<double> scaled = y;
    kernels::add_scaled(0.1, y.data(), scaled.data(), n);
    kernels::shift_scale(scaled.data(), 0.1, 0.3, n);
    append(scaled);
    append({kernels::sum(y.data(), n), kernels::sum_of_magnitudes(y.data(), n),
            kernels::sum_of_squares(y.data(), 0.1, n), kernels::dot(y.data(), scaled.data(), n)});
    return all;
  });
}
