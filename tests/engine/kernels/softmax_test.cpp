// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE engine_kernels_softmax
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cmath>
#include <vector>

#include <leibler/engine/kernels/random.hpp>
#include <leibler/engine/kernels/softmax.hpp>

#include "instruction_sets.hpp"

using namespace leibler;
using namespace leibler::engine;
using namespace leibler::test;

namespace {

using Long = long double;
using kernels::softmax_rows;

constexpr double infinity = HUGE_VAL;

struct Logits {
  std::size_t count, stride = 19;
  std::vector<double> p, q;

  Logits(std::size_t columns, double scale, double apart, std::uint64_t seed = 1)
      : count(columns), p(stride * columns), q(stride * columns) {
    kernels::normal_fill({{seed}}, p.data(), p.size());
    kernels::normal_fill({{seed + 1}}, q.data(), q.size());
    for (std::size_t i = 0; i < p.size(); ++i) {
      p[i] *= scale;
      q[i] = p[i] + apart * q[i];
    }
  }
  double& of_p(std::size_t row, std::size_t k) { return p[k * stride + row]; }
  double& of_q(std::size_t row, std::size_t k) { return q[k * stride + row]; }
};

struct Results {
  std::vector<double> kl, weight, p, q;

  explicit Results(const Logits& x)
      : kl(softmax_rows), weight(softmax_rows), p(softmax_rows * x.count), q(p.size()) {
    std::vector<double> share(p.size()), gap(p.size()), total(softmax_rows), mean(softmax_rows);
    const kernels::SoftmaxTerms terms{share.data(), gap.data(), total.data(), mean.data()};
    kernels::softmax_kl({x.p.data(), x.stride, x.q.data(), x.stride, x.count},
                        {x.p.data(), x.q.data(), softmax_rows, 0, x.count}, terms, kl.data());
    for (std::size_t i = 0; i < softmax_rows; ++i) weight[i] = static_cast<double>(i) - 3.5;
    kernels::softmax_kl_gradient(
        terms, x.count,
        {kl.data(), weight.data(), 0.5, 2.0, p.data(), softmax_rows, q.data(), softmax_rows});
  }
  [[nodiscard]] std::vector<double> all() const {
    std::vector<double> out = kl;
    out.insert(out.end(), p.begin(), p.end());
    out.insert(out.end(), q.begin(), q.end());
    return out;
  }
};

// The same in long double by the textbook's formula, which has 18 digits less those of KL and of
// the smallest gradients.
struct Plain {
  Long kl = 0;
  std::vector<Long> by_p, by_q;

  Plain(Logits x, std::size_t row) : by_p(x.count), by_q(x.count) {
    std::vector<Long> p(x.count), q(x.count), ratio(x.count);
    Long sum_p = 0, sum_q = 0, top_p = -infinity, top_q = -infinity;
    for (std::size_t k = 0; k < x.count; ++k) {
      top_p = std::max(top_p, Long{x.of_p(row, k)});
      top_q = std::max(top_q, Long{x.of_q(row, k)});
    }
    for (std::size_t k = 0; k < x.count; ++k) {
      sum_p += p[k] = std::exp(x.of_p(row, k) - top_p);
      sum_q += q[k] = std::exp(x.of_q(row, k) - top_q);
    }
    const Long shift = std::log(sum_q / sum_p) + top_q - top_p;
    for (std::size_t k = 0; k < x.count; ++k) {
      p[k] /= sum_p;
      q[k] /= sum_q;
      ratio[k] = p[k] > 0 ? Long{x.of_p(row, k)} - x.of_q(row, k) + shift : 0;
      // p log(p / q) - p + q, whose sum is the same: no term is negative
      kl += p[k] > 0 ? p[k] * (std::expm1(-ratio[k]) + ratio[k]) : q[k];
    }
    for (std::size_t k = 0; k < x.count; ++k) {
      by_p[k] = p[k] > 0 ? p[k] * (ratio[k] - kl) : 0;
      by_q[k] = p[k] > 0 ? p[k] * std::expm1(-ratio[k]) : q[k];
    }
  }
};

double relative_error(double found, Long expected) {
  return static_cast<double>(std::fabs(found - expected) / std::fabs(expected));
}

const std::vector<std::size_t> counts{1, 2, 3, 7, 33, 100};

}  // namespace

BOOST_AUTO_TEST_CASE(agrees_with_long_double_from_near_equal_rows_to_rows_far_apart) {
  on_each_instruction_set([] {
    for (const std::size_t count : counts) {
      for (const double scale : {0.1, 1.0, 20.0}) {
        for (const double apart : {1e-4, 1e-2, 0.1, 1.0, 10.0, 40.0}) {
          const Logits x(count, scale, apart);
          const Results got(x);
          double value = 0.0, gradient = 0.0;
          for (std::size_t i = 0; i < softmax_rows; ++i) {
            const Plain plain(x, i);
            if (plain.kl < 1e-10L) continue;
            value = std::max(value, relative_error(got.kl[i], plain.kl));
            Long size_p = 1e-3L, size_q = 1e-3L;
            for (std::size_t k = 0; k < count; ++k) {
              size_p = std::max(size_p, std::fabs(plain.by_p[k]));
              size_q = std::max(size_q, std::fabs(plain.by_q[k]));
            }
            for (std::size_t k = 0; k < count; ++k) {
              const double w = got.weight[i];
              const Long p = 0.5L * w * plain.by_p[k], q = 2.0L * w * plain.by_q[k];
              const std::size_t at = k * softmax_rows + i;
              const Long error =
                  std::max(std::fabs(got.p[at] - p) / size_p, std::fabs(got.q[at] - q) / size_q);
              gradient = std::max(gradient, static_cast<double>(error / std::fabs(Long{w})));
            }
          }
          BOOST_TEST_CONTEXT(count << " columns, " << scale << ", " << apart << " apart") {
            BOOST_TEST(value < 1e-13);
            BOOST_TEST(gradient < 2e-13);
          }
        }
      }
    }
  });
}

BOOST_AUTO_TEST_CASE(equal_rows_have_exactly_nothing_also_where_one_is_shifted) {
  on_each_instruction_set([] {
    for (const std::size_t count : counts) {
      Logits x(count, 5.0, 0.0);
      for (double& v : x.p) v = std::round(v * 1024.0) / 1024.0;
      for (const double shift : {0.0, 1.0, -4096.0}) {
        for (std::size_t i = 0; i < x.p.size(); ++i) x.q[i] = x.p[i] + shift;
        for (const double v : Results(x).all()) BOOST_REQUIRE(v == 0.0);
      }
    }
  });
}

BOOST_AUTO_TEST_CASE(a_shift_costs_near_equal_rows_no_digit) {
  on_each_instruction_set([] {
    for (const std::size_t count : {2u, 33u}) {
      Logits x(count, 2.0, 1e-3);
      const std::vector<double> q = x.q;
      for (std::size_t i = 0; i < q.size(); ++i) x.q[i] = q[i] + 3000.0;
      Logits back = x;
      for (double& v : back.q) v -= 3000.0;  // exact: what was rounded stays rounded
      const Results shifted(x), same(back);
      for (std::size_t i = 0; i < softmax_rows; ++i) {
        BOOST_TEST(relative_error(shifted.kl[i], same.kl[i]) < 1e-14);
      }
    }
  });
}

BOOST_AUTO_TEST_CASE(logits_of_minus_infinity_count_as_probability_zero) {
  on_each_instruction_set([] {
    Logits x(9, 1.0, 1.0);
    for (std::size_t i = 0; i < softmax_rows; ++i) {
      x.of_p(i, i % 9) = -infinity;
      x.of_p(i, 4) = -infinity;
      if (i % 2 == 0) x.of_q(i, 4) = -infinity;
    }
    const Results got(x);
    for (std::size_t i = 0; i < softmax_rows; ++i) {
      const Plain plain(x, i);
      BOOST_TEST(relative_error(got.kl[i], plain.kl) < 1e-14);
      for (std::size_t k = 0; k < 9; ++k) {
        const std::size_t at = k * softmax_rows + i;
        BOOST_TEST(std::abs(got.p[at] - 0.5 * got.weight[i] * double(plain.by_p[k])) < 1e-13);
        BOOST_TEST(std::abs(got.q[at] - 2.0 * got.weight[i] * double(plain.by_q[k])) < 1e-13);
      }
    }
  });
}

BOOST_AUTO_TEST_CASE(what_is_not_in_range_is_nan_and_does_not_touch_other_rows) {
  const auto spoilt = [](std::size_t row, auto&& change) {
    Logits x(5, 1.0, 1.0);
    const Results before(x);
    change(x);
    const Results after(x);
    BOOST_TEST(std::isnan(after.kl[row]));
    for (std::size_t i = 0; i < softmax_rows; ++i) {
      if (i != row) BOOST_TEST(same_bits(after.kl[i], before.kl[i]));
    }
  };
  on_each_instruction_set([&] {
    for (const double bad : {infinity, std::nan("")}) {
      for (std::size_t k = 0; k < 5; ++k) {
        spoilt(3, [&](Logits& x) { x.of_p(3, k) = bad; });
        spoilt(8, [&](Logits& x) { x.of_q(8, k) = bad; });
        spoilt(9, [&](Logits& x) { x.of_p(9, k) = -infinity, x.of_q(9, k) = bad; });
      }
    }
    for (std::size_t k = 0; k < 5; ++k) {
      spoilt(7, [&](Logits& x) { x.of_q(7, k) = -infinity; });
      spoilt(6, [&](Logits& x) { x.of_p(6, k) = -1000.0, x.of_q(6, k) = -infinity; });
      spoilt(5, [&](Logits& x) { x.of_q(5, k) = 1e5; });
      spoilt(4, [&](Logits& x) { x.of_p(4, k) = 1e308, x.of_q(4, k) = -1e308; });
      spoilt(0, [&](Logits& x) { x.of_p(0, k) = -infinity, x.of_q(0, k) = 1e308; });
    }
    spoilt(1, [](Logits& x) {
      for (std::size_t k = 0; k < 5; ++k) x.of_p(1, k) = -infinity;
    });
    spoilt(2, [](Logits& x) {
      for (std::size_t k = 0; k < 5; ++k) x.of_q(2, k) = -infinity;
    });
    spoilt(2, [](Logits& x) {
      for (std::size_t k = 0; k < 5; ++k) x.of_p(2, k) = x.of_q(2, k) = -infinity;
    });
  });
}

BOOST_AUTO_TEST_CASE(has_the_same_bits_on_every_instruction_set) {
  for (const std::size_t count : counts) {
    for (const double apart : {0.0, 1e-9, 0.3, 5.0, 300.0}) {
      check_same_bits_on_each_instruction_set([&] {
        Logits x(count, 3.0, apart);
        if (count > 3) x.of_p(2, 1) = -infinity, x.of_p(4, 2) = std::nan("");
        return Results(x).all();
      });
    }
  }
}
