// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE engine_kernels_random
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <random>
#include <vector>

#include <leibler/engine/kernels/random.hpp>

#include "instruction_sets.hpp"
#include "philox_oracle.hpp"
#include "ulp.hpp"

using namespace leibler;
using namespace leibler::engine;
using namespace leibler::test;

namespace {

std::vector<double> filled(void (*fill)(const Stream&, double*, std::size_t), const Stream& stream,
                           std::size_t n) {
  std::vector<double> out(n);
  fill(stream, out.data(), n);
  return out;
}

// The transform that normal_fill promises, of the same bits.
std::array<long double, 2> box_muller(std::uint64_t low, std::uint64_t high) {
  const long double u = (static_cast<long double>(low >> 12) + 0.5L) * 0x1p-52L;
  const long double angle = (static_cast<long double>(high >> 12) * 0x1p-52L - 0.5L) *
                            (std::numbers::pi_v<long double> / 2);
  const long double radius = std::sqrt(-2.0L * std::log(u));
  long double first = radius * std::sin(angle), second = radius * std::cos(angle);
  if ((high & 1) != 0) second = -second;
  if ((high & 16) != 0) std::swap(first, second);
  return {first, second};
}

// The largest error of a fill in units of the last place.
double worst_ulps(const std::vector<double>& z, const std::vector<std::uint64_t>& bits) {
  double worst = 0.0;
  for (std::size_t i = 0; i < z.size(); ++i) {
    if (i % 16 >= 8) continue;
    const auto exact = box_muller(bits[i], bits[i + 8]);
    worst = std::max({worst, ulps(z[i], exact[0]), ulps(z[i + 8], exact[1])});
  }
  return worst;
}

// Within 7 standard errors of a mean over n draws.
void check_mean(const char* what, double sum, double n, double expected, double variance) {
  BOOST_TEST_CONTEXT(what << " " << sum / n << ", expected " << expected) {
    BOOST_TEST(std::abs(sum / n - expected) < 7 * std::sqrt(variance / n));
  }
}

}  // namespace

// Sizes around whole groups, addresses around every carry and limit; the values of each size are
// the first ones of a longer fill because each is compared with its own block.
BOOST_AUTO_TEST_CASE(philox_fill_agrees_with_random123) {
  std::mt19937_64 arbitrary_bits(11);
  std::vector<Stream> streams;
  for (const std::uint64_t step : {std::uint64_t{0}, std::uint64_t{0xffffffff},
                                   std::uint64_t{0x100000000}, ~std::uint64_t{0}}) {
    for (const std::uint32_t chunk : {0u, 1u, (1u << 26) - 1}) {
      streams.push_back({{arbitrary_bits()}, Purpose::user, step, chunk, 7});
    }
  }
  for (int i = 0; i < 20; ++i) {
    streams.push_back({{arbitrary_bits()},
                       static_cast<Purpose>(arbitrary_bits() % 8),
                       arbitrary_bits(),
                       static_cast<std::uint32_t>(arbitrary_bits() >> 38),
                       static_cast<std::uint32_t>(arbitrary_bits() >> 61)});
  }
  on_each_instruction_set([&] {
    for (const Stream& stream : streams) {
      for (const std::size_t n : {0u, 1u, 15u, 63u, 64u, 65u, 100u, 128u, 200u, 10'001u}) {
        std::vector<std::uint64_t> out(n + 1, 77);
        kernels::philox_fill(stream, out.data(), n);
        BOOST_TEST(out.back() == 77u);  // nothing is written behind the end
        out.pop_back();
        BOOST_TEST((out == oracle_bits(stream, n)));
      }
    }
  });
}

BOOST_AUTO_TEST_CASE(uniforms_are_odd_multiples_of_a_power_of_two) {
  const Stream stream{{5}, Purpose::sample, 3, 2, 1};
  on_each_instruction_set([&] {
    for (const std::size_t n : {1u, 64u, 70u, 20'000u}) {
      const std::vector<double> u = filled(kernels::uniform_fill, stream, n);
      const auto bits = oracle_bits(stream, n);
      for (std::size_t i = 0; i < n; ++i) {
        BOOST_REQUIRE(u[i] == (static_cast<double>(bits[i] >> 12) + 0.5) * 0x1p-52);
        BOOST_REQUIRE((u[i] > 0.0 && u[i] < 1.0 && std::fmod(u[i] * 0x1p53, 2.0) == 1.0));
      }
    }
  });
}

BOOST_AUTO_TEST_CASE(normals_are_within_their_bound_of_the_exact_transform) {
  on_each_instruction_set([&] {
    double worst = 0.0;
    for (std::uint64_t step = 0; step < 60; ++step) {
      const Stream stream{{9}, Purpose::sample, step, 0, 0};
      worst = std::max(worst, worst_ulps(filled(kernels::normal_fill, stream, 16'000),
                                         oracle_bits(stream, 16'000)));
    }
    BOOST_TEST_MESSAGE("normals: " << worst << " ulp");
    BOOST_TEST(worst < 4.0);
  });
}

BOOST_AUTO_TEST_CASE(a_fill_does_not_depend_on_its_size) {
  const Stream stream{{13}, Purpose::sample, 1, 4, 0};
  on_each_instruction_set([&] {
    using Fill = void (*)(const Stream&, double*, std::size_t);
    for (const Fill fill : {Fill{kernels::uniform_fill}, Fill{kernels::normal_fill}}) {
      const std::vector<double> whole = filled(fill, stream, 300);
      for (std::size_t n = 0; n < 300; ++n) {
        std::vector<double> out(n + 1, -7.0);
        fill(stream, out.data(), n);
        BOOST_TEST(out[n] == -7.0);
        BOOST_TEST(std::equal(out.begin(), out.end() - 1, whole.begin()));
      }
    }
  });
}

BOOST_AUTO_TEST_CASE(normals_have_the_moments_and_tails_of_a_standard_normal) {
  constexpr std::size_t n = 1 << 20, batches = 8;
  std::array<double, 5> power{};
  double beyond = 0, products = 0, square_products = 0, neighbours = 0, largest = 0;
  for (std::uint64_t step = 0; step < batches; ++step) {
    const auto z = filled(kernels::normal_fill, {{21}, Purpose::sample, step, 0, 0}, n);
    for (std::size_t i = 0; i < n; ++i) {
      const double v = z[i], square = v * v;
      power[1] += v, power[2] += square, power[3] += square * v, power[4] += square * square;
      beyond += std::abs(v) > 4.0;
      largest = std::max(largest, std::abs(v));
      if (i % 16 < 8) {  // the two normals of one pair
        products += v * z[i + 8];
        square_products += (square - 1) * (z[i + 8] * z[i + 8] - 1);
      }
      if (i + 1 < n) neighbours += v * z[i + 1];
    }
  }
  const double all = static_cast<double>(n * batches), tail = std::erfc(4.0 / std::sqrt(2.0));
  check_mean("mean", power[1], all, 0.0, 1.0);
  check_mean("variance", power[2], all, 1.0, 2.0);
  check_mean("third moment", power[3], all, 0.0, 15.0);
  check_mean("fourth moment", power[4], all, 3.0, 96.0);
  check_mean("beyond 4 sigma", beyond, all, tail, tail * (1 - tail));
  check_mean("correlation within a pair", products, all / 2, 0.0, 1.0);
  check_mean("correlation of squares within a pair", square_products, all / 2, 0.0, 4.0);
  check_mean("correlation of neighbours", neighbours, all, 0.0, 1.0);
  BOOST_TEST(largest < 8.58);
}

BOOST_AUTO_TEST_CASE(different_addresses_give_uncorrelated_normals) {
  constexpr std::size_t n = 100'000;
  const Stream base{{1}, Purpose::sample, 1, 1, 1};
  const auto z = filled(kernels::normal_fill, base, n);
  for (const Stream& other :
       {Stream{{2}, Purpose::sample, 1, 1, 1}, Stream{{1}, Purpose::evaluation, 1, 1, 1},
        Stream{{1}, Purpose::sample, 2, 1, 1}, Stream{{1}, Purpose::sample, 1, 2, 1},
        Stream{{1}, Purpose::sample, 1, 1, 2}, Stream{{1ull << 32}, Purpose::sample, 1, 1, 1}}) {
    const auto y = filled(kernels::normal_fill, other, n);
    double products = 0;
    for (std::size_t i = 0; i < n; ++i) products += z[i] * y[i];
    check_mean("correlation", products, n, 0.0, 1.0);
  }
}

BOOST_AUTO_TEST_CASE(categories_come_as_often_as_they_should_and_impossible_ones_never) {
  constexpr std::size_t n = 400'000;
  const std::vector<std::vector<double>> tables{
      {1.0},      {0.25, 0.75}, {0.0, 0.5, 0.0, 0.0, 0.5, 0.0},
      {0.0, 1.0}, {1.0, 0.0},   std::vector<double>(64, 1.0 / 64)};
  on_each_instruction_set([&] {
    for (const auto& probability : tables) {
      std::vector<double> cumulative(probability.size());
      double total = 0;
      for (std::size_t k = 0; k < probability.size(); ++k) cumulative[k] = total += probability[k];
      std::vector<std::uint32_t> drawn(n);
      kernels::category_fill({{4}, Purpose::sample, 9, 0, 1}, cumulative.data(), probability.size(),
                             drawn.data(), n);
      std::vector<double> counts(probability.size());
      for (const std::uint32_t k : drawn) ++counts.at(k);
      for (std::size_t k = 0; k < probability.size(); ++k) {
        const double p = probability[k];
        if (p == 0.0) BOOST_TEST(counts[k] == 0.0);
        BOOST_TEST(std::abs(counts[k] / n - p) <= 7 * std::sqrt(p * (1 - p) / n));
      }
    }
  });
}

BOOST_AUTO_TEST_CASE(category_counts_is_the_histogram_of_category_fill) {
  on_each_instruction_set([] {
    for (const std::size_t n : {0u, 1u, 7u, 8u, 63u, 65u, 500u, 512u}) {
      for (const std::vector<double>& cumulative :
           {std::vector<double>{1.0}, {0.0, 0.3, 0.3, 0.9, 1.0, 1.0}, {0.5, 1.0}}) {
        const std::size_t categories = cumulative.size();
        const Stream stream{{n}, Purpose::sample, n, 1, 1};
        std::vector<std::uint32_t> drawn(n);
        kernels::category_fill(stream, cumulative.data(), categories, drawn.data(), n);
        std::vector<std::size_t> expected(categories), counts(categories, 99);
        for (const std::uint32_t k : drawn) ++expected.at(k);
        kernels::category_counts(stream, n, cumulative.data(), categories, counts.data());
        BOOST_TEST(counts == expected);
      }
    }
  });
}

// Borders laid on words of the stream, so that the bits behind them have to decide.
BOOST_AUTO_TEST_CASE(a_draw_on_a_border_is_decided_by_the_bits_behind) {
  constexpr std::size_t n = 500;
  const Stream stream{{6}, Purpose::sample, 3, 2, 1};
  std::vector<std::uint64_t> bits(n / 4);
  kernels::philox_fill(stream, bits.data(), bits.size());
  const auto word = [&](std::size_t i) {
    return static_cast<std::uint16_t>(bits[i / 4] >> i % 4 * 16);
  };
  const std::vector<double> rest = filled(kernels::uniform_fill, stream.for_part(2), n);
  on_each_instruction_set([&] {
    for (std::size_t i = 0; i < n; ++i) {
      for (const double behind : {0.0, 0.25, 0.5, 0.75}) {
        const double cumulative[] = {(word(i) + behind) * 0x1p-16, 1.0};
        std::size_t counts[2], expected = 0;
        kernels::category_counts(stream, n, cumulative, 2, counts);
        for (std::size_t j = 0; j < n; ++j) {
          expected += word(j) > word(i) || (word(j) == word(i) && rest[j] >= behind);
        }
        BOOST_REQUIRE_EQUAL(counts[1], expected);
        std::vector<std::uint32_t> drawn(n);
        kernels::category_fill(stream, cumulative, 2, drawn.data(), n);
        BOOST_REQUIRE_EQUAL(drawn[i], rest[i] >= behind ? 1u : 0u);
      }
    }
  });
}

// Segments as a mixture writes them: each with its own mean and factor, in ascending order.
BOOST_AUTO_TEST_CASE(affine_rows_transforms_each_segment_by_its_own_factor) {
  const std::vector<std::size_t> ends{0, 3, 3, 19, 20, 61, 90};
  on_each_instruction_set([&] {
    for (const std::size_t d : {1u, 2u, 3u, 5u, 11u}) {
      const std::size_t n = ends.back(), stride = n + 8, size = d * (d + 1) / 2;
      const std::vector<double> z = arbitrary(stride * d, -3, 3, 1);
      const std::vector<double> mean = arbitrary(d * ends.size(), -5, 5, 2);
      const std::vector<double> factor = arbitrary(size * ends.size(), -2, 2, 3);
      std::vector<double> out(stride * d);
      for (std::size_t s = 1; s < ends.size(); ++s) {
        kernels::affine_rows(z.data(), stride, ends[s - 1], ends[s], d, mean.data() + s * d,
                             factor.data() + s * size, stride, out.data());
      }
      double worst = 0;
      for (std::size_t s = 1; s < ends.size(); ++s) {
        for (std::size_t i = ends[s - 1]; i < ends[s]; ++i) {
          for (std::size_t a = 0; a < d; ++a) {
            long double x = mean[s * d + a];
            for (std::size_t b = 0; b <= a; ++b) {
              x += static_cast<long double>(factor[s * size + a * (a + 1) / 2 + b]) *
                   z[b * stride + i];
            }
            worst = std::max(worst, std::fabs(static_cast<double>(out[a * stride + i] - x)));
          }
        }
      }
      BOOST_TEST(worst < 1e-14 * static_cast<double>(d + 1));
    }
  });
}

BOOST_AUTO_TEST_CASE(has_the_same_bits_on_every_instruction_set) {
  check_same_bits_on_each_instruction_set([] {
    const Stream stream{{31}, Purpose::sample, 7, 3, 0};
    std::vector<double> all = filled(kernels::normal_fill, stream, 50'003);
    const auto uniform = filled(kernels::uniform_fill, stream, 5003);
    all.insert(all.end(), uniform.begin(), uniform.end());
    std::vector<double> out(108 * 5);
    const auto factor = arbitrary(15, -1, 1);
    kernels::affine_rows(all.data(), 108, 3, 98, 5, factor.data(), factor.data(), 108, out.data());
    all.insert(all.end(), out.begin(), out.end());
    return all;
  });
}
