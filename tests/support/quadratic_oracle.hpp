// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include <leibler/engine/chunks.hpp>
#include <leibler/engine/kernels/mixture.hpp>

#include "ulp.hpp"

namespace leibler::test {

using Long = long double;

/// Points of a batch with its padding, as kernels want them.
struct Points {
  std::size_t size, dimension, stride = engine::batch_stride(size);
  std::vector<double> memory = std::vector<double>(stride * dimension);

  Points(std::size_t n, std::size_t d, unsigned seed = 1) : size(n), dimension(d) {
    const std::vector<double> value = arbitrary(n * d, -3.0, 3.0, seed);
    for (std::size_t j = 0; j < d; ++j) {
      for (std::size_t i = 0; i < n; ++i) (*this)(i, j) = value[i * d + j];
    }
  }
  double& operator()(std::size_t i, std::size_t j) { return memory[j * stride + i]; }
  double operator()(std::size_t i, std::size_t j) const { return memory[j * stride + i]; }
  [[nodiscard]] engine::Batch batch() const { return {memory.data(), size, dimension, stride}; }
  [[nodiscard]] engine::MutableBatch batch() { return {memory.data(), size, dimension, stride}; }
};

constexpr std::size_t packed(std::size_t i, std::size_t j) {
  return i * (i + 1) / 2 + j;
}

/// `count` well-conditioned lower triangles, packed by rows.
inline std::vector<double> arbitrary_triangles(std::size_t count, std::size_t d, unsigned seed) {
  const double spread = 1.0 / static_cast<double>(d);
  std::vector<double> w = arbitrary(count * packed(d, 0), -spread, spread, seed);
  for (std::size_t k = 0; k < count; ++k) {
    for (std::size_t i = 0; i < d; ++i) {
      double& diagonal = w[k * packed(d, 0) + packed(i, i)];
      diagonal = 1.0 + 0.5 * diagonal / spread;
    }
  }
  return w;
}

/// W (x - mean) for one point.
inline std::vector<Long> whitened(const Points& x, std::size_t i, const double* mean,
                                  const double* whitening) {
  std::vector<Long> y(x.dimension);
  for (std::size_t a = 0; a < x.dimension; ++a) {
    for (std::size_t b = 0; b <= a; ++b)
      y[a] += whitening[packed(a, b)] * (Long{x(i, b)} - mean[b]);
  }
  return y;
}

inline Long square(const std::vector<Long>& y) {
  Long sum = 0;
  for (const Long v : y) sum += v * v;
  return sum;
}

/// W^T y.
inline std::vector<Long> transposed_product(const double* whitening, const std::vector<Long>& y) {
  std::vector<Long> out(y.size());
  for (std::size_t a = 0; a < y.size(); ++a) {
    for (std::size_t b = 0; b <= a; ++b) out[b] += whitening[packed(a, b)] * y[a];
  }
  return out;
}

/// |got - exact| in units of 1 + |exact|.
inline double difference(double got, Long exact) {
  return static_cast<double>(std::fabs(got - exact) / (1 + std::fabs(exact)));
}

}  // namespace leibler::test
