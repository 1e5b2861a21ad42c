// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE engine_kernels_triangles
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <vector>

#include <leibler/engine/kernels/triangles.hpp>

#include "instruction_sets.hpp"
#include "quadratic_oracle.hpp"

using namespace leibler::engine;
using namespace leibler::test;

namespace {

const std::vector<std::size_t> dimensions{1, 2, 3, 4, 5, 8, 11, 70};
const std::vector<std::size_t> counts{1, 2, 3, 7, 8, 9, 17};

std::vector<double> inverted(const std::vector<double>& factor, std::size_t count, std::size_t d) {
  std::vector<double> inverse(factor.size() + 1, -7.0);
  kernels::invert_triangles(factor.data(), count, d, inverse.data());
  BOOST_TEST(inverse.back() == -7.0);  // nothing is written behind the end
  inverse.pop_back();
  return inverse;
}

struct Gradients {
  std::vector<double> mean, lower;

  Gradients(const std::vector<double>& sums, const std::vector<double>& factor, std::size_t count,
            std::size_t d)
      : mean(count * d), lower(count * packed(d, 0)) {
    kernels::triangle_gradients(sums.data(), inverted(factor, count, d).data(), factor.data(),
                                count, d, mean.data(), lower.data());
  }
};

std::vector<double> arbitrary_sums(std::size_t count, std::size_t d) {
  return arbitrary(count * (1 + d + packed(d, 0)), -2.0, 2.0, 43);
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_inverse_times_the_factor_is_the_identity) {
  double worst = 0.0;
  on_each_instruction_set([&] {
    for (const std::size_t d : dimensions) {
      for (const std::size_t count : counts) {
        const std::vector<double> factor = arbitrary_triangles(count, d, 41);
        const std::vector<double> inverse = inverted(factor, count, d);
        for (std::size_t k = 0; k < count; ++k) {
          const double* const l = factor.data() + k * packed(d, 0);
          const double* const w = inverse.data() + k * packed(d, 0);
          for (std::size_t i = 0; i < d; ++i) {
            for (std::size_t j = 0; j <= i; ++j) {
              Long product = 0;
              for (std::size_t m = j; m <= i; ++m)
                product += Long{w[packed(i, m)]} * l[packed(m, j)];
              worst = std::max(worst, static_cast<double>(std::fabs(product - (i == j ? 1 : 0))));
            }
          }
        }
      }
    }
  });
  BOOST_TEST_MESSAGE("inverse times factor, from the identity: " << worst);
  BOOST_TEST(worst < 1e-14);
}

// mean = W^T W s1, lower = lower(W^T (W s2 W^T - s0 I)), its diagonal times L_ii.
BOOST_AUTO_TEST_CASE(gradients_agree_with_plain_matrix_products) {
  double worst = 0.0;
  on_each_instruction_set([&] {
    for (const std::size_t d : dimensions) {
      for (const std::size_t count : {1u, 7u, 8u, 9u}) {
        const std::vector<double> factor = arbitrary_triangles(count, d, 42);
        const std::vector<double> inverse = inverted(factor, count, d);
        const std::vector<double> sums = arbitrary_sums(count, d);
        const Gradients got(sums, factor, count, d);
        for (std::size_t k = 0; k < count; ++k) {
          const double* const w = inverse.data() + k * packed(d, 0);
          const double* const s = sums.data() + k * (1 + d + packed(d, 0));
          const auto at = [&](std::size_t i, std::size_t j) {
            return j <= i ? Long{w[packed(i, j)]} : 0;
          };
          const auto second = [&](std::size_t a, std::size_t b) {
            return Long{s[1 + d + (a >= b ? packed(a, b) : packed(b, a))]};
          };
          std::vector<Long> y(d), half(d * d), whole(d * d);
          for (std::size_t i = 0; i < d; ++i) {
            for (std::size_t j = 0; j <= i; ++j) y[i] += at(i, j) * s[1 + j];
            for (std::size_t b = 0; b < d; ++b) {
              for (std::size_t a = 0; a <= i; ++a) half[i * d + b] += at(i, a) * second(a, b);
            }
          }
          for (std::size_t i = 0; i < d; ++i) {
            for (std::size_t j = 0; j < d; ++j) {
              for (std::size_t b = 0; b <= j; ++b) whole[i * d + j] += half[i * d + b] * at(j, b);
            }
            whole[i * d + i] -= s[0];
          }
          const auto mean = transposed_product(w, y);
          for (std::size_t j = 0; j < d; ++j) {
            worst = std::max(worst, difference(got.mean[k * d + j], mean[j]));
            for (std::size_t i = j; i < d; ++i) {
              Long entry = 0;
              for (std::size_t m = i; m < d; ++m) entry += at(m, i) * whole[m * d + j];
              if (i == j) entry *= factor[k * packed(d, 0) + packed(i, i)];
              worst =
                  std::max(worst, difference(got.lower[k * packed(d, 0) + packed(i, j)], entry));
            }
          }
        }
      }
    }
  });
  BOOST_TEST_MESSAGE("triangle gradients, relative to 1 + |exact|: " << worst);
  BOOST_TEST(worst < 1e-13);
}

// Eight are worked on at a time: who stands beside a triangle must not matter.
BOOST_AUTO_TEST_CASE(a_triangle_does_not_depend_on_its_neighbours) {
  on_each_instruction_set([] {
    for (const std::size_t d : {1u, 3u, 11u}) {
      const std::size_t size = packed(d, 0), count = 19;
      const std::vector<double> factor = arbitrary_triangles(count, d, 44);
      const std::vector<double> sums = arbitrary_sums(count, d);
      const Gradients together(sums, factor, count, d);
      for (std::size_t k = 0; k < count; ++k) {
        const auto part = [k](const std::vector<double>& v, std::size_t width) {
          const auto begin = v.begin() + static_cast<std::ptrdiff_t>(k * width);
          return std::vector<double>(begin, begin + static_cast<std::ptrdiff_t>(width));
        };
        const Gradients alone(part(sums, 1 + d + size), part(factor, size), 1, d);
        BOOST_TEST(first_difference(alone.mean, part(together.mean, d)) == d);
        BOOST_TEST(first_difference(alone.lower, part(together.lower, size)) == size);
      }
    }
  });
}

BOOST_AUTO_TEST_CASE(has_the_same_bits_on_every_instruction_set) {
  for (const std::size_t d : dimensions) {
    for (const std::size_t count : counts) {
      check_same_bits_on_each_instruction_set([&] {
        const std::vector<double> factor = arbitrary_triangles(count, d, 45);
        std::vector<double> all = inverted(factor, count, d);
        const Gradients got(arbitrary_sums(count, d), factor, count, d);
        all.insert(all.end(), got.mean.begin(), got.mean.end());
        all.insert(all.end(), got.lower.begin(), got.lower.end());
        return all;
      });
    }
  }
}
