// SPDX-License-Identifier: MIT
#pragma once

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

/// The largest magnitudes of many numbers, added part by part.
class TailDiagnostic {
 public:
  /// Keeps as many as a diagnosis of n numbers looks at: 3 sqrt(n), a fifth, or 5000.
  explicit TailDiagnostic(std::size_t n = 0);

  void add(const double* x, std::size_t n);
  void merge(const TailDiagnostic& other);

  /// The k-hat diagnostic: above 0.7 a mean and its standard error are not to be trusted [1].
  ///
  /// [1] A. Vehtari, D. Simpson, A. Gelman, Y. Yao and J. Gabry. Pareto smoothed importance
  ///     sampling. JMLR 25, 2024. Section 3.
  [[nodiscard]] double shape() const;
  [[nodiscard]] bool is_reliable() const { return shape() <= 0.7; }

 private:
  void shrink();

  std::size_t most_;
  std::vector<double> largest_;
  double threshold_ = -1.0;
};

}  // namespace leibler::inline v0::detail
