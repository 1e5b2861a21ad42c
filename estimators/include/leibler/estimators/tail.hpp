// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

// Whether an average of draws has the variance that its standard error takes for granted.
namespace leibler::inline v0::detail {

/// The shape k of a generalised Pareto distribution of exceedances above 0, sorted, rising: moments
/// of order 1 / k and above are infinite. The profile likelihood averaged over its scale [1].
/// -infinity where they do not vary.
///
/// [1] J. Zhang and M. Stephens. A new and efficient estimation method for the generalized Pareto
///     distribution. Technometrics 51, 2009. Equations 7 to 9.
[[nodiscard]] double pareto_shape(std::span<const double> exceedances);

/// The largest of many numbers, added part by part.
class LargestNumbers {
 public:
  /// Keeps `most` of them.
  explicit LargestNumbers(std::size_t most) : most_(most) {}

  [[nodiscard]] std::size_t most() const { return most_; }
  /// What is not above it does not count.
  [[nodiscard]] double threshold() const { return threshold_; }
  /// A number that is finite; shrink_if_many after many of them.
  void add(double v);
  void shrink_if_many() {
    if (largest_.size() > 4 * most_) shrink();
  }
  void merge(const LargestNumbers& other);
  /// Of many numbers like the `count` that a pilot was given, what is below the largest `share` of
  /// those is not looked at.
  void expect(const LargestNumbers& pilot, std::size_t count, double share);
  /// The shape of what they exceed the smallest of them by, or Hill's estimate [1] of it, which is
  /// quicker, if that is less: any number up to `enough` where it is known to be no more.
  ///
  /// [1] B. Hill. A simple general approach to inference about the tail of a distribution. Annals
  ///     of Statistics 3, 1975. Section 2.
  [[nodiscard]] double shape(double enough) const;

 private:
  void shrink();

  std::size_t most_;
  std::vector<double> largest_;
  double threshold_ = -HUGE_VAL;
};

/// The two tails of many numbers.
class TailDiagnostic {
 public:
  /// Of n numbers: looks at 3 sqrt(n) of either side, or a fifth, or 5000.
  explicit TailDiagnostic(std::size_t n = 0);

  void add(const double* x, std::size_t n);
  void merge(const TailDiagnostic& other);
  /// Saves most of the work on the n numbers to come, once `count` like them have been seen.
  void expect(const TailDiagnostic& pilot, std::size_t count, std::size_t n);

  /// The k-hat diagnostic, of the longer tail: above 0.7 a mean and its standard error are not to
  /// be trusted [1].
  ///
  /// [1] A. Vehtari, D. Simpson, A. Gelman, Y. Yao and J. Gabry. Pareto smoothed importance
  ///     sampling. JMLR 25, 2024. Section 3; the prior of appendix G.
  [[nodiscard]] double shape(double enough = -HUGE_VAL) const;
  [[nodiscard]] bool is_reliable() const { return shape(most_reliable) <= most_reliable; }

 private:
  static constexpr double most_reliable = 0.7;

  LargestNumbers above_, below_;
};

}  // namespace leibler::inline v0::detail
