// SPDX-License-Identifier: MIT
#include <leibler/estimators/tail.hpp>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include <leibler/engine/functions.hpp>

namespace leibler::inline v0::detail {

double pareto_shape(std::span<const double> x) {
  constexpr double none = -std::numeric_limits<double>::infinity();
  const std::size_t n = x.size();
  if (n < 5 || !(x[n - 1] > x[0])) return none;
  const double quarter =
      x[static_cast<std::size_t>(std::floor(0.25 * static_cast<double>(n) + 0.5)) - 1];
  if (!(quarter > 0.0)) return none;
  const auto shape = [&](double b) {
    double sum = 0.0;
    for (const double v : x) sum += engine::log1p(-b * v);
    return sum / static_cast<double>(n);
  };
  const auto m = static_cast<std::size_t>(30.0 + std::floor(std::sqrt(static_cast<double>(n))));
  std::vector<double> b(m), likelihood(m);
  for (std::size_t j = 0; j < m; ++j) {
    b[j] = 1.0 / x[n - 1] +
           (1.0 - std::sqrt(static_cast<double>(m) / (static_cast<double>(j) + 0.5))) /
               (3.0 * quarter);
    const double k = shape(b[j]);
    likelihood[j] = static_cast<double>(n) * (engine::log(-b[j] / k) - k - 1.0);
  }
  double weights = 0.0, mean = 0.0;
  const double top = *std::max_element(likelihood.begin(), likelihood.end());
  for (std::size_t j = 0; j < m; ++j) {
    const double w = engine::exp(likelihood[j] - top);
    weights += w;
    mean += w * b[j];
  }
  return shape(mean / weights);
}

TailDiagnostic::TailDiagnostic(std::size_t n)
    : most_(1 + std::min({static_cast<std::size_t>(3.0 * std::sqrt(static_cast<double>(n))), n / 5,
                          std::size_t{5000}})) {}

void TailDiagnostic::shrink() {
  if (largest_.size() <= most_) return;
  const auto last = largest_.begin() + static_cast<std::ptrdiff_t>(most_ - 1);
  std::nth_element(largest_.begin(), last, largest_.end(), std::greater<>());
  largest_.resize(most_);
  threshold_ = largest_.back();
}

void TailDiagnostic::add(const double* x, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) {
    const double size = std::abs(x[i]);
    if (size > threshold_ && std::isfinite(size)) largest_.push_back(size);
  }
  if (largest_.size() > 4 * most_) shrink();
}

void TailDiagnostic::merge(const TailDiagnostic& other) {
  most_ = std::max(most_, other.most_);
  largest_.insert(largest_.end(), other.largest_.begin(), other.largest_.end());
  shrink();
}

double TailDiagnostic::shape() const {
  TailDiagnostic sorted = *this;
  sorted.shrink();
  std::vector<double>& x = sorted.largest_;
  if (x.size() < 6) return -std::numeric_limits<double>::infinity();
  std::sort(x.begin(), x.end());
  const double cut = x.front();
  for (double& v : x) v -= cut;
  return pareto_shape(std::span<const double>(x).subspan(1));
}

}  // namespace leibler::inline v0::detail
