// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE engine_kernels_mixture
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include <leibler/engine/kernels/mixture.hpp>

#include "instruction_sets.hpp"
#include "quadratic_oracle.hpp"
#include "ulp.hpp"

using namespace leibler::engine;
using namespace leibler::test;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double undefined = std::numeric_limits<double>::quiet_NaN();

struct Mixture {
  std::size_t count, dimension;
  std::vector<double> center = arbitrary(count * dimension, -2.0, 2.0, 21);
  std::vector<double> whitening = arbitrary_triangles(count, dimension, 22);
  std::vector<double> constant = arbitrary(count, -4.0, 0.0, 23);

  [[nodiscard]] kernels::QuadraticForms forms() const {
    return {count, dimension, center.data(), whitening.data(), constant.data()};
  }
  [[nodiscard]] const double* mean_of(std::size_t k) const { return center.data() + k * dimension; }
  [[nodiscard]] const double* whitening_of(std::size_t k) const {
    return whitening.data() + k * kernels::triangle(dimension);
  }
};

// Everything that the kernels compute from one batch.
struct Results {
  std::size_t stride, size, count, sums_size;
  std::vector<double> maximum, total, inverse, exponential, log_density, density_only,
      responsibility, ratio, gradient, sums;

  Results(const Mixture& q, const Points& x, const std::vector<double>& weight)
      : stride(x.stride),
        size(x.size),
        count(q.count),
        sums_size(1 + q.dimension + kernels::triangle(q.dimension)),
        maximum(stride),
        total(stride),
        inverse(stride),
        exponential(stride * q.count),
        log_density(padded(size)),
        density_only(padded(size)),
        responsibility(stride * q.count),
        ratio(padded(size)),
        gradient(stride * q.dimension),
        sums(sums_size * q.count, 0.25) {
    std::vector<double> scratch(stride * q.count), a(stride), b(stride), c(stride);
    kernels::mixture_density_only(
        x.batch(), q.forms(), {a.data(), b.data(), c.data(), scratch.data()}, density_only.data());
    const kernels::MixtureTerms terms{maximum.data(), total.data(), inverse.data(),
                                      exponential.data()};
    kernels::mixture_terms(x.batch(), q.forms(), terms);
    kernels::mixture_log_density(terms, size, log_density.data());
    kernels::mixture_responsibilities(terms, stride, size, count, responsibility.data(), stride);
    kernels::mixture_ratio(terms, size, weight.empty() ? nullptr : weight.data(), ratio.data());
    kernels::mixture_point_gradient(x.batch(), q.forms(), terms, gradient.data(), stride);
    kernels::weighted_moments(x.batch(), q.forms(), terms, ratio.data(), sums.data());
  }

  [[nodiscard]] std::vector<double> all() const {
    std::vector<double> whole;
    const auto append = [&](const std::vector<double>& v, std::size_t columns, std::size_t rows) {
      for (std::size_t k = 0; k < columns; ++k) {
        const auto begin = v.begin() + static_cast<std::ptrdiff_t>(k * stride);
        whole.insert(whole.end(), begin, begin + static_cast<std::ptrdiff_t>(rows));
      }
    };
    append(log_density, 1, size), append(density_only, 1, size), append(ratio, 1, size);
    append(maximum, 1, size), append(total, 1, size);
    append(exponential, count, size), append(responsibility, count, size);
    append(gradient, gradient.size() / stride, size);
    whole.insert(whole.end(), sums.begin(), sums.end());
    return whole;
  }
};

// The largest differences from a plain computation in long double.
struct Worst {
  double log_density = 0, responsibility = 0, gradient = 0, sums = 0;
};

Worst compare(const Mixture& q, const Points& x, const std::vector<double>& weight) {
  const Results got(q, x, weight);
  Worst worst;
  const std::size_t d = q.dimension, packed_size = kernels::triangle(d);
  std::vector<Long> sums(got.sums.size(), 0.25L), magnitudes = sums;
  for (std::size_t i = 0; i < x.size; ++i) {
    std::vector<Long> l(q.count), gradient(d);
    Long total = 0;
    for (std::size_t k = 0; k < q.count; ++k) {
      l[k] = q.constant[k] - square(whitened(x, i, q.mean_of(k), q.whitening_of(k))) / 2;
      total += std::exp(l[k]);
    }
    worst.log_density =
        std::max(worst.log_density, difference(got.log_density[i], std::log(total)));
    BOOST_TEST(same_bits(got.density_only[i], got.log_density[i]));
    for (std::size_t k = 0; k < q.count; ++k) {
      const Long r = std::exp(l[k]) / total;
      worst.responsibility =
          std::max(worst.responsibility, difference(got.responsibility[k * x.stride + i], r));
      const auto pull =
          transposed_product(q.whitening_of(k), whitened(x, i, q.mean_of(k), q.whitening_of(k)));
      const Long weighted = weight.empty() ? r : r * weight[i];
      const std::size_t first = k * (1 + d + packed_size);
      const auto add = [&](std::size_t s, Long value) {
        sums[first + s] += value;
        magnitudes[first + s] += std::fabs(value);
      };
      add(0, weighted);
      for (std::size_t a = 0; a < d; ++a) {
        gradient[a] -= r * pull[a];
        const Long u = Long{x(i, a)} - q.mean_of(k)[a];
        add(1 + a, weighted * u);
        for (std::size_t b = 0; b <= a; ++b) {
          add(1 + d + packed(a, b), weighted * u * (Long{x(i, b)} - q.mean_of(k)[b]));
        }
      }
    }
    for (std::size_t a = 0; a < d; ++a) {
      worst.gradient =
          std::max(worst.gradient, difference(got.gradient[a * x.stride + i], gradient[a]));
    }
  }
  for (std::size_t s = 0; s < sums.size(); ++s) {
    const Long error = std::fabs(got.sums[s] - sums[s]) / (1 + magnitudes[s]);
    worst.sums = std::max(worst.sums, static_cast<double>(error));
  }
  return worst;
}

const std::vector<std::size_t> dimensions{1, 2, 3, 4, 5, 8, 11, 70};

std::size_t largest_batch(std::size_t d) {
  return d <= 8 ? 67 : 19;
}

}  // namespace

BOOST_AUTO_TEST_CASE(agrees_with_a_plain_computation_for_every_shape) {
  Worst all;
  on_each_instruction_set([&] {
    for (const std::size_t d : dimensions) {
      for (std::size_t count = 1; count <= 7; ++count) {
        const Mixture q{count, d};
        for (const std::size_t n : {std::size_t{1}, std::size_t{9}, largest_batch(d)}) {
          const Points x(n, d);
          const std::vector<double> weight =
              count % 2 == 0 ? std::vector<double>{} : arbitrary(padded(n), -2.0, 2.0, 5);
          BOOST_TEST_CONTEXT("d = " << d << ", K = " << count << ", n = " << n) {
            const Worst worst = compare(q, x, weight);
            BOOST_TEST(worst.log_density < 1e-14);
            BOOST_TEST(worst.responsibility < 1e-13);
            BOOST_TEST(worst.gradient < 1e-13);
            BOOST_TEST(worst.sums < 1e-13);
            all = {std::max(all.log_density, worst.log_density),
                   std::max(all.responsibility, worst.responsibility),
                   std::max(all.gradient, worst.gradient), std::max(all.sums, worst.sums)};
          }
        }
      }
    }
  });
  BOOST_TEST_MESSAGE("mixture: log density " << all.log_density << ", responsibilities "
                                             << all.responsibility << ", point gradient "
                                             << all.gradient << ", moments, of their magnitudes "
                                             << all.sums);
}

BOOST_AUTO_TEST_CASE(agrees_with_a_plain_computation_for_odd_chunk_sizes) {
  on_each_instruction_set([] {
    for (std::size_t n = 1; n <= 512; n += 14 + n % 3) {
      const Worst worst = compare({3, 2}, Points(n, 2), arbitrary(padded(n), 0.0, 1.0, 5));
      BOOST_TEST(std::max({worst.log_density, worst.gradient, worst.sums}) < 1e-13);
    }
    BOOST_TEST(compare({2, 5}, Points(512, 5), {}).sums < 1e-13);
    BOOST_TEST(compare({2, 9}, Points(255, 9), {}).sums < 1e-13);
  });
}

// The padding of a weight is not the caller's to clear.
BOOST_AUTO_TEST_CASE(rows_behind_the_last_one_have_no_weight) {
  on_each_instruction_set([] {
    for (const std::size_t d : {1u, 2u, 3u, 4u, 8u}) {
      std::vector<double> weight = arbitrary(padded(9), 0.0, 1.0, 5), other = weight;
      std::fill(other.begin() + 9, other.end(), undefined);
      const Mixture q{3, d};
      const Points x(9, d);
      Points moved = x;
      for (std::size_t j = 0; j < d; ++j) {
        for (std::size_t i = 9; i < padded(9); ++i) moved(i, j) = 3.5;
      }
      BOOST_TEST(first_difference(Results(q, x, weight).all(), Results(q, moved, other).all()) ==
                 Results(q, x, weight).all().size());
    }
  });
}

BOOST_AUTO_TEST_CASE(a_point_infinitely_far_away_has_density_zero) {
  on_each_instruction_set([] {
    for (const std::size_t d : dimensions) {
      for (const std::size_t count : {1u, 2u, 3u}) {
        const Mixture q{count, d};
        for (const double far : {infinity, -infinity, 1e200, -1e308}) {
          for (const std::size_t coordinates : {std::size_t{1}, d}) {
            Points x(20, d);
            for (std::size_t j = 0; j < coordinates; ++j) x(7, j) = x(19, d - 1 - j) = far;
            const Results got(q, x, {});
            BOOST_TEST_CONTEXT("d = " << d << ", K = " << count << ", " << coordinates << " at "
                                      << far) {
              BOOST_TEST(got.log_density[7] == -infinity);
              BOOST_TEST(got.log_density[19] == -infinity);
              BOOST_TEST(got.density_only[7] == -infinity);
              BOOST_TEST(got.responsibility[7] >= 0.0);
              BOOST_TEST(std::isfinite(got.log_density[6]));
            }
          }
        }
      }
    }
  });
}

BOOST_AUTO_TEST_CASE(a_diagonal_mixture_has_density_zero_at_infinity) {
  on_each_instruction_set([] {
    Mixture q{3, 5};
    for (std::size_t k = 0; k < 3; ++k) {
      for (std::size_t i = 0; i < 5; ++i) {
        for (std::size_t j = 0; j < i; ++j) q.whitening[k * 15 + packed(i, j)] = 0.0;
      }
    }
    Points x(3, 5);
    x(0, 0) = infinity, x(1, 3) = -infinity, x(2, 0) = infinity, x(2, 1) = undefined;
    const Results got(q, x, {});
    BOOST_TEST(got.log_density[0] == -infinity);
    BOOST_TEST(got.log_density[1] == -infinity);
    BOOST_TEST(std::isnan(got.log_density[2]));
  });
}

BOOST_AUTO_TEST_CASE(a_point_that_is_not_a_number_has_no_density) {
  on_each_instruction_set([] {
    for (const std::size_t d : dimensions) {
      for (const std::size_t count : {1u, 2u, 3u}) {
        for (const std::size_t j : {std::size_t{0}, d - 1}) {
          Points x(20, d);
          x(7, j) = undefined;
          const Results got({count, d}, x, {});
          BOOST_TEST(std::isnan(got.log_density[7]));
          BOOST_TEST(std::isnan(got.density_only[7]));
          BOOST_TEST(std::isfinite(got.log_density[8]));
        }
      }
    }
  });
}

// A component far from the point has responsibility zero, to what a double can add up.
BOOST_AUTO_TEST_CASE(far_components_take_no_part) {
  Mixture q{2, 2};
  q.center = {0.0, 0.0, 1e6, 1e6};
  const Points x(5, 2);
  on_each_instruction_set([&] {
    const Results got(q, x, {});
    for (std::size_t i = 0; i < 5; ++i) {
      BOOST_TEST(got.responsibility[i] == 1.0);
      BOOST_TEST(got.responsibility[x.stride + i] < 1e-300);
    }
  });
}

// Without a factor the forms are their constants, 0 and -t. Log 2 as the unit rounds t twice, which
// is worth t ulp.
BOOST_AUTO_TEST_CASE(exponentials_are_within_the_stated_error) {
  constexpr std::size_t n = 32;
  const Points x(n, 1);
  on_each_instruction_set([&] {
    double worst = 0.0;
    for (int step = 0; step <= 20'000; ++step) {
      const double t = step / 20'000.0;
      const std::vector<double> center(2), whitening(2), constant{0.0, -t};
      std::vector<double> maximum(x.stride), total(x.stride), inverse(x.stride),
          exponential(2 * x.stride);
      kernels::mixture_terms(x.batch(), {2, 1, center.data(), whitening.data(), constant.data()},
                             {maximum.data(), total.data(), inverse.data(), exponential.data()});
      BOOST_REQUIRE_EQUAL(exponential[0], 1.0);
      worst = std::max(worst, ulps(exponential[x.stride], std::exp(Long{-t})) - t);
    }
    BOOST_TEST_MESSAGE("exponentials: " << worst << " ulp and t");
    BOOST_TEST(worst < 1.1);
  });
}

BOOST_AUTO_TEST_CASE(logarithms_of_totals_are_within_2_ulp) {
  constexpr std::size_t n = 512, batches = 400;
  std::vector<double> maximum(n, 0.0), total(n), out(n);
  on_each_instruction_set([&] {
    double worst = 0.0;
    for (std::size_t b = 0; b < batches; ++b) {
      const double least = b % 2 == 0 ? 0.5 : 0.93, most = b % 2 == 0 ? 100.0 : 1.1;
      total = arbitrary(n, least, most, 100 + static_cast<unsigned>(b));
      kernels::mixture_log_density({maximum.data(), total.data(), nullptr, nullptr}, n, out.data());
      for (std::size_t i = 0; i < n; ++i) {
        worst = std::max(worst, ulps(out[i], std::log(Long{total[i]})));
      }
    }
    BOOST_TEST_MESSAGE("logarithms of totals: " << worst << " ulp");
    BOOST_TEST(worst < 2.0);
    total[0] = 1.0;
    kernels::mixture_log_density({maximum.data(), total.data(), nullptr, nullptr}, n, out.data());
    BOOST_TEST(out[0] == 0.0);
  });
}

BOOST_AUTO_TEST_CASE(has_the_same_bits_on_every_instruction_set) {
  for (const std::size_t d : dimensions) {
    for (std::size_t count = 1; count <= 7; ++count) {
      for (const std::size_t n : {std::size_t{1}, std::size_t{33}, std::size_t{121}}) {
        check_same_bits_on_each_instruction_set([&] {
          Points x(n, d);
          if (n > 100) x(3, 0) = 1e200, x(4, d - 1) = undefined;
          Results result({count, d}, x, arbitrary(padded(n), -2.0, 2.0, 5));
          return result.all();
        });
      }
    }
  }
}
