// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <numbers>
#include <span>
#include <vector>

namespace leibler::benchmarks::plain {

/// Responsibilities are exp(term - log q), one exponential more, as the formula says, or what the
/// log density had to compute anyway.
enum class Responsibilities { recomputed, kept };

/// A mixture of Gaussians as a careful program without SIMD has it: the dimension is known to the
/// compiler, factors are inverted once, sums run along contiguous columns so that the compiler's
/// own vectoriser can work, gradients are written by hand, nothing is allocated per point.
///
/// Parameters are the library's: logits, means, lower factors by rows with the logarithms of their
/// diagonals. A point is D doubles side by side.
template <std::size_t D, Responsibilities responsibilities = Responsibilities::recomputed>
class Mixture {
 public:
  static constexpr std::size_t triangle = D * (D + 1) / 2;
  static constexpr std::size_t sums_of_component = 1 + D + triangle;

  Mixture(std::size_t count, std::span<const double> theta)
      : parts_(count), whitened_(count), terms_(count) {
    assign(theta);
  }

  [[nodiscard]] std::size_t components() const { return parts_.size(); }
  [[nodiscard]] std::size_t sums_size() const { return components() * sums_of_component; }

  void assign(std::span<const double> theta) {
    const std::size_t count = components();
    const double most = *std::max_element(theta.data(), theta.data() + count);
    double total = 0.0;
    for (std::size_t k = 0; k < count; ++k) total += std::exp(theta[k] - most);
    const double log_total = most + std::log(total);
    const double* mean = theta.data() + count;
    const double* logs = theta.data() + count * (1 + D);
    for (std::size_t k = 0; k < count; ++k, mean += D, logs += triangle) {
      Part& part = parts_[k];
      part.weight = std::exp(theta[k] - log_total);
      part.constant = theta[k] - log_total - 0.5 * D * std::log(2.0 * std::numbers::pi);
      std::copy_n(mean, D, part.mean.begin());
      std::copy_n(logs, triangle, part.factor.begin());
      for (std::size_t i = 0; i < D; ++i) {
        part.constant -= logs[row(i) + i];
        part.factor[row(i) + i] = std::exp(logs[row(i) + i]);
      }
      invert(part);
    }
  }

  /// Also leaves what add_gradient_sums needs.
  [[nodiscard]] double log_density(const double* x) {
    double most = -std::numeric_limits<double>::infinity();
    for (std::size_t k = 0; k < parts_.size(); ++k) {
      const Part& part = parts_[k];
      std::array<double, D>& y = whitened_[k];
      y.fill(0.0);
      const double* w = part.whitening.data();
      for (std::size_t j = 0; j < D; w += D - j++) {
        const double u = x[j] - part.mean[j];
        for (std::size_t i = j; i < D; ++i) y[i] += w[i - j] * u;
      }
      double square = 0.0;
      for (std::size_t i = 0; i < D; ++i) square += y[i] * y[i];
      terms_[k] = part.constant - 0.5 * square;
      most = std::max(most, terms_[k]);
    }
    double total = 0.0;
    if constexpr (responsibilities == Responsibilities::recomputed) {
      for (const double term : terms_) total += std::exp(term - most);
    } else {
      for (double& term : terms_) total += term = std::exp(term - most);
      scale_ = 1.0 / total;
    }
    return most + std::log(total);
  }

  /// Adds weight r_k (1, y, y y^T), y = W (x - m), r_k = exp(term_k - log q), of the last point.
  void add_gradient_sums(double log_q, double weight, double* sums) const {
    for (std::size_t k = 0; k < parts_.size(); ++k, sums += sums_of_component) {
      const std::array<double, D>& y = whitened_[k];
      const double r =
          weight * (responsibilities == Responsibilities::recomputed ? std::exp(terms_[k] - log_q)
                                                                     : terms_[k] * scale_);
      sums[0] += r;
      for (std::size_t i = 0; i < D; ++i) {
        const double ry = r * y[i];
        sums[1 + i] += ry;
        double* const second = sums + 1 + D + row(i);
        for (std::size_t j = 0; j <= i; ++j) second[j] += ry * y[j];
      }
    }
  }

  /// d/d theta from the sums: logit S0 - w sum S0; mean W^T S1; factor lower(W^T (S2 - S0 I)), its
  /// diagonal times that of the factor.
  void parameter_gradient(const double* sums, std::span<double> out) const {
    const std::size_t count = components();
    double total = 0.0;
    for (std::size_t k = 0; k < count; ++k) total += sums[k * sums_of_component];
    double* mean = out.data() + count;
    double* logs = out.data() + count * (1 + D);
    for (std::size_t k = 0; k < count; ++k, sums += sums_of_component, mean += D) {
      const Part& part = parts_[k];
      out[k] = sums[0] - part.weight * total;
      const double* const first = sums + 1;
      const double* const second = sums + 1 + D;
      for (std::size_t i = 0; i < D; ++i) {
        mean[i] = 0.0;
        for (std::size_t m = i; m < D; ++m) mean[i] += part.at(m, i) * first[m];
        for (std::size_t j = 0; j <= i; ++j) {
          double g = 0.0;
          for (std::size_t m = i; m < D; ++m) {
            g += part.at(m, i) * (second[row(m) + j] - (m == j ? sums[0] : 0.0));
          }
          *logs++ = i == j ? g * part.factor[row(i) + i] : g;
        }
      }
    }
  }

  template <class Random>
  void sample(Random& random, double* x) const {
    double rest = random.uniform();
    std::size_t k = 0;
    while (k + 1 < parts_.size() && (rest -= parts_[k].weight) > 0.0) ++k;
    std::array<double, D> z;
    for (double& value : z) value = random.normal();
    const double* l = parts_[k].factor.data();
    for (std::size_t i = 0; i < D; ++i) {
      double sum = parts_[k].mean[i];
      for (std::size_t j = 0; j <= i; ++j) sum += *l++ * z[j];
      x[i] = sum;
    }
  }

 private:
  struct Part {
    double weight, constant;
    std::array<double, D> mean;
    std::array<double, triangle> factor;     // by rows
    std::array<double, triangle> whitening;  // factor^-1 by columns
    [[nodiscard]] double at(std::size_t i, std::size_t j) const {
      return whitening[j * D - row(j) + i];
    }
  };

  static constexpr std::size_t row(std::size_t i) { return i * (i + 1) / 2; }

  static void invert(Part& part) {
    double* w = part.whitening.data();
    for (std::size_t j = 0; j < D; w += D - j++) {
      for (std::size_t i = j; i < D; ++i) {
        double sum = i == j ? 1.0 : 0.0;
        for (std::size_t m = j; m < i; ++m) sum -= part.factor[row(i) + m] * w[m - j];
        w[i - j] = sum / part.factor[row(i) + i];
      }
    }
  }

  std::vector<Part> parts_;
  std::vector<std::array<double, D>> whitened_;
  std::vector<double> terms_;  // or, kept, their exponentials
  double scale_ = 0.0;
};

}  // namespace leibler::benchmarks::plain
