// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE engine_kernels_gaussian
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include <leibler/engine/kernels/gaussian.hpp>

#include "instruction_sets.hpp"
#include "quadratic_oracle.hpp"

using namespace leibler::engine;
using namespace leibler::test;
using kernels::Shape;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double undefined = std::numeric_limits<double>::quiet_NaN();

// Entry (a, b), b <= a, of a whitening of either shape.
double entry(Shape shape, const std::vector<double>& whitening, std::size_t a, std::size_t b) {
  if (shape == Shape::triangle) return whitening[packed(a, b)];
  return a == b ? whitening[a] : 0.0;
}

std::vector<double> arbitrary_whitening(Shape shape, std::size_t d) {
  return shape == Shape::diagonal ? arbitrary(d, 0.5, 2.0, 31) : arbitrary_triangles(1, d, 32);
}

struct Results {
  std::size_t n, d;
  std::vector<double> w, log_density, sums;
  Points gradient, scaled;

  Results(Shape shape, const Points& x, const Points& v, const std::vector<double>& mean,
          const std::vector<double>& whitening)
      : n(x.size),
        d(x.dimension),
        w(x.stride * d),
        log_density(padded(n)),
        sums(d + (shape == Shape::diagonal ? d : packed(d, 0)), 0.25),
        gradient(n, d),
        scaled(n, d) {
    kernels::gaussian_whiten(shape, x.batch(), mean.data(), whitening.data(), w.data());
    kernels::gaussian_log_density(w.data(), x.stride, n, d, -1.5, log_density.data());
    kernels::gaussian_point_gradient(shape, w.data(), x.stride, whitening.data(), gradient.batch());
    kernels::gaussian_scale(x.memory.data(), x.stride, mean.data(), whitening.data(),
                            scaled.batch());
    kernels::gaussian_path_sums(shape, v.batch(), w.data(), x.stride, sums.data());
  }

  [[nodiscard]] std::vector<double> all() const {
    std::vector<double> whole = sums;
    for (std::size_t i = 0; i < n; ++i) {
      whole.push_back(log_density[i]);
      for (std::size_t a = 0; a < d; ++a) {
        whole.insert(whole.end(), {w[a * gradient.stride + i], gradient(i, a), scaled(i, a)});
      }
    }
    return whole;
  }
};

const std::vector<std::size_t> dimensions{1, 2, 3, 4, 5, 8, 11, 70};

}  // namespace

BOOST_AUTO_TEST_CASE(agrees_with_a_plain_computation_for_every_shape) {
  double worst = 0.0;
  const auto check = [&](double got, Long exact) {
    worst = std::max(worst, difference(got, exact));
  };
  on_each_instruction_set([&] {
    for (const Shape shape : {Shape::diagonal, Shape::triangle}) {
      for (const std::size_t d : dimensions) {
        for (const std::size_t n : {1u, 7u, 8u, 33u, 77u}) {
          Points x(n, d), v(n, d, 2);
          // What v holds behind its last row must not reach a sum.
          for (std::size_t j = 0; j < d; ++j) {
            for (std::size_t i = n; i < v.stride; ++i) v(i, j) = 1e9;
          }
          const auto mean = arbitrary(d, -2, 2, 33), whitening = arbitrary_whitening(shape, d);
          const Results got(shape, x, v, mean, whitening);
          std::vector<Long> sums(got.sums.size(), 0.25L);
          for (std::size_t i = 0; i < n; ++i) {
            std::vector<Long> w(d), gradient(d);
            for (std::size_t a = 0; a < d; ++a) {
              for (std::size_t b = 0; b <= a; ++b) {
                w[a] += entry(shape, whitening, a, b) * (Long{x(i, b)} - mean[b]);
              }
            }
            for (std::size_t a = 0; a < d; ++a) {
              for (std::size_t b = 0; b <= a; ++b) {
                gradient[b] -= entry(shape, whitening, a, b) * w[a];
              }
            }
            check(got.log_density[i], -1.5L - square(w) / 2);
            for (std::size_t a = 0; a < d; ++a) {
              check(got.w[a * x.stride + i], w[a]);
              check(got.gradient(i, a), gradient[a]);
              check(got.scaled(i, a), mean[a] + Long{x(i, a)} * whitening[a]);
              sums[a] += v(i, a);
              if (shape == Shape::diagonal) sums[d + a] += v(i, a) * w[a];
              for (std::size_t b = 0; shape == Shape::triangle && b <= a; ++b) {
                sums[d + packed(a, b)] += v(i, a) * w[b];
              }
            }
          }
          for (std::size_t s = 0; s < sums.size(); ++s) check(got.sums[s], sums[s]);
        }
      }
    }
  });
  BOOST_TEST_MESSAGE("Gaussian, relative to 1 + |exact|: " << worst);
  BOOST_TEST(worst < 1e-13);
}

BOOST_AUTO_TEST_CASE(draws_whitened_on_the_way_have_the_bits_of_two_passes) {
  on_each_instruction_set([] {
    for (const std::size_t d : dimensions) {
      for (const std::size_t n : {1u, 7u, 33u, 77u}) {
        const Points z(n, d, 3);
        const auto mean = arbitrary(d, -2, 2, 33), scale = arbitrary(d, 0.5, 2.0, 31);
        const auto whitening = arbitrary(d, 0.5, 2.0, 34);
        Points scaled(n, d), at_once(n, d);
        std::vector<double> w(scaled.stride * d), w_at_once(w);
        kernels::gaussian_scale(z.memory.data(), z.stride, mean.data(), scale.data(),
                                scaled.batch());
        kernels::gaussian_whiten(Shape::diagonal, scaled.batch(), mean.data(), whitening.data(),
                                 w.data());
        kernels::gaussian_scale_whiten(z.memory.data(), z.stride, mean.data(), scale.data(),
                                       whitening.data(), at_once.batch(), w_at_once.data());
        BOOST_TEST((scaled.memory == at_once.memory && w == w_at_once), d << ", " << n);
      }
    }
  });
}

BOOST_AUTO_TEST_CASE(score_sums_agree_with_a_plain_computation) {
  on_each_instruction_set([] {
    for (const std::size_t d : dimensions) {
      for (const std::size_t n : {1u, 7u, 8u, 33u, 77u}) {
        Points w(n, d, 5), weight(n, 1, 6);
        for (std::size_t i = n; i < w.stride; ++i) w(i, 0) = weight(i, 0) = 1e9;
        const auto whitening = arbitrary(d, 0.5, 2.0, 34);
        const double* const nothing = nullptr;
        for (const double* const given :
             {static_cast<const double*>(weight.memory.data()), nothing}) {
          std::vector<double> sums(2 * d + 1, 0.25);
          std::vector<Long> exact(2 * d + 1, 0.25L);
          kernels::gaussian_score_sums(w.memory.data(), w.stride, n, d, whitening.data(), given,
                                       sums.data());
          for (std::size_t i = 0; i < n; ++i) {
            const Long weight_i = given != nullptr ? given[i] : 1.0;
            exact[2 * d] += weight_i;
            for (std::size_t a = 0; a < d; ++a) {
              exact[a] += weight_i * whitening[a] * w(i, a);
              exact[d + a] += weight_i * whitening[a] * w(i, a) * w(i, a);
            }
          }
          for (std::size_t s = 0; s < sums.size(); ++s) {
            BOOST_TEST(difference(sums[s], exact[s]) < 1e-13);
          }
        }
      }
    }
  });
}

BOOST_AUTO_TEST_CASE(a_point_infinitely_far_away_has_density_zero) {
  on_each_instruction_set([] {
    for (const Shape shape : {Shape::diagonal, Shape::triangle}) {
      for (const std::size_t d : dimensions) {
        std::vector<double> whitening = arbitrary_whitening(shape, d);
        if (shape == Shape::triangle && d == 3) whitening[1] = whitening[3] = 0.0;
        for (const double far : {infinity, -infinity, 1e200}) {
          for (const std::size_t coordinates : {std::size_t{1}, d}) {
            Points x(20, d);
            for (std::size_t j = 0; j < coordinates; ++j) x(7, j) = x(19, d - 1 - j) = far;
            const Results got(shape, x, x, arbitrary(d, -2, 2), whitening);
            BOOST_TEST_CONTEXT("d = " << d << ", " << coordinates << " at " << far) {
              BOOST_TEST(got.log_density[7] == -infinity);
              BOOST_TEST(got.log_density[19] == -infinity);
              BOOST_TEST(std::isfinite(got.log_density[6]));
            }
          }
        }
      }
    }
  });
}

BOOST_AUTO_TEST_CASE(a_point_that_is_not_a_number_has_no_density) {
  on_each_instruction_set([] {
    for (const Shape shape : {Shape::diagonal, Shape::triangle}) {
      for (const std::size_t d : dimensions) {
        for (const std::size_t j : {std::size_t{0}, d - 1}) {
          Points x(20, d);
          x(7, j) = undefined;
          x(8, 0) = infinity, x(8, d - 1) = undefined;
          const Results got(shape, x, x, arbitrary(d, -2, 2), arbitrary_whitening(shape, d));
          BOOST_TEST(std::isnan(got.log_density[7]));
          BOOST_TEST(std::isnan(got.log_density[8]));
          BOOST_TEST(std::isfinite(got.log_density[6]));
        }
      }
    }
  });
}

BOOST_AUTO_TEST_CASE(has_the_same_bits_on_every_instruction_set) {
  for (const Shape shape : {Shape::diagonal, Shape::triangle}) {
    for (const std::size_t d : dimensions) {
      for (const std::size_t n : {1u, 33u, 121u}) {
        check_same_bits_on_each_instruction_set([&] {
          const Points x(n, d), v(n, d, 2);
          return Results(shape, x, v, arbitrary(d, -2, 2), arbitrary_whitening(shape, d)).all();
        });
      }
    }
  }
}
