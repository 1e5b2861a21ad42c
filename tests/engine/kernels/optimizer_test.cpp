// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE engine_kernels_optimizer
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cmath>
#include <vector>

#include <leibler/engine/kernels/optimizer.hpp>

#include "instruction_sets.hpp"
#include "ulp.hpp"

using namespace leibler::engine;
using namespace leibler::test;

namespace {

constexpr std::size_t sizes[] = {0, 1, 2, 7, 8, 9, 23, 64, 100};
constexpr std::size_t steps = 20;

// n parameters after some steps, with both moments, from gradients that change sign.
struct Adam {
  std::vector<double> first, second, parameters;

  explicit Adam(std::size_t n) : first(n), second(n), parameters(arbitrary(n, -2, 2, 1)) {
    for (std::size_t t = 1; t <= steps; ++t) {
      const std::vector<double> g = gradient(n, t);
      kernels::adam_update(step(t), g.data(), first.data(), second.data(), parameters.data(), n);
    }
  }
  static std::vector<double> gradient(std::size_t n, std::size_t t) {
    return arbitrary(n, -3, 3, static_cast<unsigned>(t));
  }
  static kernels::AdamStep step(std::size_t t) {
    const double power = static_cast<double>(t);
    return {0.01 / (1 - std::pow(0.9, power)), 1 / (1 - std::pow(0.999, power)), 0.9, 0.999, 1e-8};
  }
};

}  // namespace

BOOST_AUTO_TEST_CASE(adam_agrees_with_its_formula) {
  on_each_instruction_set([] {
    for (const std::size_t n : sizes) {
      const Adam got(n);
      std::vector<long double> m(n), v(n), x(n);
      const std::vector<double> start = arbitrary(n, -2, 2, 1);
      for (std::size_t i = 0; i < n; ++i) x[i] = start[i];
      for (std::size_t t = 1; t <= steps; ++t) {
        const std::vector<double> g = Adam::gradient(n, t);
        const kernels::AdamStep s = Adam::step(t);
        for (std::size_t i = 0; i < n; ++i) {
          m[i] = s.beta1 * m[i] + (1.0L - s.beta1) * g[i];
          v[i] = s.beta2 * v[i] + (1.0L - s.beta2) * g[i] * g[i];
          x[i] -= s.step_size * m[i] / (std::sqrt(v[i] * s.second_scale) + s.epsilon);
        }
      }
      for (std::size_t i = 0; i < n; ++i) {
        BOOST_TEST(std::fabs(static_cast<double>(got.first[i] - m[i])) < 1e-15);
        BOOST_TEST(std::fabs(static_cast<double>(got.second[i] - v[i])) < 1e-15);
        BOOST_TEST(std::fabs(static_cast<double>(got.parameters[i] - x[i])) < 1e-14);
      }
    }
  });
}

// A gradient of 0 from the start must not divide 0 by 0.
BOOST_AUTO_TEST_CASE(adam_stands_still_without_a_gradient) {
  std::vector<double> zero(5), first(5), second(5), x(5, 3.0);
  kernels::adam_update(Adam::step(1), zero.data(), first.data(), second.data(), x.data(), 5);
  for (const double v : x) BOOST_TEST(v == 3.0);
}

BOOST_AUTO_TEST_CASE(momentum_agrees_with_its_formula) {
  on_each_instruction_set([] {
    for (const bool nesterov : {false, true}) {
      for (const std::size_t n : sizes) {
        std::vector<double> velocity = arbitrary(n, -1, 1, 2), x = arbitrary(n, -2, 2, 1);
        const std::vector<double> g = arbitrary(n, -3, 3, 3), v0 = velocity, x0 = x;
        kernels::momentum_update(0.1, 0.9, nesterov, g.data(), velocity.data(), x.data(), n);
        for (std::size_t i = 0; i < n; ++i) {
          const long double v = 0.9L * v0[i] + g[i];
          const long double direction = nesterov ? g[i] + 0.9L * v : v;
          BOOST_TEST(std::fabs(static_cast<double>(velocity[i] - v)) < 2e-15);
          BOOST_TEST(std::fabs(static_cast<double>(x[i] - (x0[i] - 0.1L * direction))) < 2e-15);
        }
      }
    }
  });
}

BOOST_AUTO_TEST_CASE(momentum_zero_is_plain_descent) {
  std::vector<double> velocity(3), x{1.0, 2.0, 3.0};
  const std::vector<double> g{1.0, -2.0, 0.5};
  for (const bool nesterov : {false, true}) {
    x = {1.0, 2.0, 3.0};
    kernels::momentum_update(0.5, 0.0, nesterov, g.data(), velocity.data(), x.data(), 3);
    BOOST_TEST((x == std::vector<double>{0.5, 3.0, 2.75}));
  }
}

BOOST_AUTO_TEST_CASE(nothing_is_written_behind_the_end) {
  on_each_instruction_set([] {
    for (std::size_t n = 0; n < 20; ++n) {
      const std::vector<double> g(n + 1, 1.0);
      std::vector<double> a(n + 1, 0.5), b(n + 1, 0.5), c(n + 1, 0.5);
      kernels::adam_update(Adam::step(1), g.data(), a.data(), b.data(), c.data(), n);
      kernels::momentum_update(0.1, 0.9, true, g.data(), a.data(), c.data(), n);
      BOOST_TEST((a[n] == 0.5 && b[n] == 0.5 && c[n] == 0.5));
    }
  });
}

BOOST_AUTO_TEST_CASE(has_the_same_bits_on_every_instruction_set) {
  check_same_bits_on_each_instruction_set([] {
    const std::size_t n = 1003;
    Adam adam(n);
    std::vector<double> velocity(n), g = Adam::gradient(n, 3);
    for (const bool nesterov : {false, true}) {
      kernels::momentum_update(0.1, 0.9, nesterov, g.data(), velocity.data(),
                               adam.parameters.data(), n);
    }
    std::vector<double> all = adam.parameters;
    for (const auto& v : {adam.first, adam.second, velocity})
      all.insert(all.end(), v.begin(), v.end());
    return all;
  });
}
