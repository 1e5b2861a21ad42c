// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

namespace leibler::inline v0::engine {

/// Number, mean and sum of squared deviations of a set of numbers, which can be added up part by
/// part without cancellation [1]. Infinities and NaN are counted, so that they show in the mean
/// without spoiling the rest.
///
/// [1] T. Chan, G. Golub and R. LeVeque. Algorithms for computing the sample variance.
///     The American Statistician 37, 1983. Equation 2.1.
class Moments {
 public:
  /// Adds x[0, n).
  void add(const double* x, std::size_t n);

  /// Adds differences of numbers of the size of part[0, n), whose own rounding then counts: a mean
  /// of 1e-16 made of logarithms near 4 is noise. Differences that are all 0 are exact.
  void add_differences(const double* x, const double* part, std::size_t n);

  /// Adds all that `other` has seen. The order of merging decides the last bits.
  void merge(const Moments& other);

  [[nodiscard]] std::size_t count() const;

  /// NaN if nothing or a NaN or both infinities were added; infinite if one infinity was.
  [[nodiscard]] double mean() const;

  /// Unbiased; NaN below two numbers, infinity where the mean is not finite.
  [[nodiscard]] double variance() const;

  /// Of the mean, sqrt(variance / count), and not below what rounding alone leaves uncertain;
  /// infinity below two numbers: they say nothing about it.
  [[nodiscard]] double standard_error() const;

 private:
  double count_ = 0.0, mean_ = 0.0, squares_ = 0.0;
  double rounding_ = 0.0;  // how far the sum of all may be from the exact one
  std::size_t above_ = 0, below_ = 0, undefined_ = 0;  // +inf, -inf, NaN
};

}  // namespace leibler::inline v0::engine
