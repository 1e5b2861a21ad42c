// SPDX-License-Identifier: MIT
#include <leibler/estimators/tail.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>

#include <leibler/engine/functions.hpp>
#include <leibler/engine/kernels/elementary.hpp>

namespace leibler::inline v0::detail {

double pareto_shape(std::span<const double> x) {
  constexpr double none = -std::numeric_limits<double>::infinity();
  const std::size_t n = x.size();
  if (n < 5 || !(x[n - 1] > x[0])) return none;
  const double quarter =
      x[static_cast<std::size_t>(std::floor(0.25 * static_cast<double>(n) + 0.5)) - 1];
  if (!(quarter > 0.0)) return none;
  std::vector<double> products(n / 16 + 2);
  const auto shape = [&](double b) {
    // one logarithm for sixteen numbers, unless their product might overflow
    const double extreme = 1.0 - b * x[n - 1];
    const std::size_t whole = extreme < 1e15 && extreme > 1e-15 ? n / 32 * 32 : 0;
    for (std::size_t i = 0; i < whole; i += 32) {
      std::array<double, 4> product{1.0, 1.0, 1.0, 1.0};
      for (std::size_t j = 0; j < 32; ++j) product[j % 4] *= 1.0 - b * x[i + j];
      products[i / 16] = product[0] * product[1];
      products[i / 16 + 1] = product[2] * product[3];
    }
    engine::kernels::log_fill(products.data(), products.data(), whole / 16);
    double sum = 0.0;
    for (std::size_t i = 0; i < whole / 16; ++i) sum += products[i];
    for (std::size_t i = whole; i < n; ++i) sum += engine::log1p(-b * x[i]);
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

namespace {

/// Of sorted numbers. Those that crowd at the smallest, where f(x) has a local maximum, make any
/// few beyond look like a long tail of what exceeds it; the logarithms of the numbers themselves do
/// not, nor do the largest of them. Where there is such a tail all say so.
double shape_of(std::span<const double> x, double enough) {
  if (x.size() < 6) return -std::numeric_limits<double>::infinity();
  const double cut = x.front();
  const auto m = static_cast<double>(x.size() - 1);
  std::vector<double> part(x.begin(), x.end());
  double by_logarithms = std::numeric_limits<double>::infinity();
  if (cut > 0.0) {
    for (double& v : part) v /= cut;
    engine::kernels::log_fill(part.data(), part.data(), part.size());
    by_logarithms = std::accumulate(part.begin(), part.end(), 0.0) / m;
    if (by_logarithms <= enough) return by_logarithms;
  }
  for (std::size_t i = 0; i < x.size(); ++i) part[i] = x[i] - cut;
  const double found = pareto_shape(std::span<const double>(part).subspan(1));
  // as ten more with a shape of a half: few say little
  return std::min((m * found + 10.0 * 0.5) / (m + 10.0), by_logarithms);
}

}  // namespace

void LargestNumbers::shrink() {
  if (largest_.size() <= most_) return;
  const auto last = largest_.begin() + static_cast<std::ptrdiff_t>(most_ - 1);
  std::nth_element(largest_.begin(), last, largest_.end(), std::greater<>());
  largest_.resize(most_);
  threshold_ = largest_.back();
}

void LargestNumbers::add(double v) {
  if (v > threshold_ && std::isfinite(v)) largest_.push_back(v);
}

void LargestNumbers::merge(const LargestNumbers& other) {
  most_ = std::max(most_, other.most_);
  for (const double v : other.largest_) {
    if (v > threshold_) largest_.push_back(v);
  }
  shrink_if_many();
}

void LargestNumbers::expect(const LargestNumbers& pilot, std::size_t count, double share) {
  std::vector<double> x = pilot.largest_;
  const auto rank = static_cast<std::size_t>(std::ceil(share * static_cast<double>(count)));
  if (rank == 0 || rank >= x.size()) return;
  const auto place = x.begin() + static_cast<std::ptrdiff_t>(rank);
  std::nth_element(x.begin(), place, x.end(), std::greater<>());
  threshold_ = *place;
}

double LargestNumbers::shape(double enough) const {
  LargestNumbers few = *this;
  few.shrink();
  std::vector<double>& x = few.largest_;
  std::sort(x.begin(), x.end());
  return shape_of(x, enough);
}

TailDiagnostic::TailDiagnostic(std::size_t n)
    : above_(1 + std::min({static_cast<std::size_t>(3.0 * std::sqrt(static_cast<double>(n))), n / 5,
                           std::size_t{5000}})),
      below_(above_) {}

void TailDiagnostic::add(const double* x, std::size_t n) {
  constexpr std::size_t block = 8;
  const double high = above_.threshold(), low = -below_.threshold();
  const auto add_from = [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      if (x[i] > high) above_.add(x[i]);
      if (x[i] < low) below_.add(-x[i]);
    }
  };
  std::size_t i = 0;
  for (; i + block <= n; i += block) {  // most blocks have none that counts
    std::array<double, 4> most{}, least{};
    for (std::size_t j = 0; j < 4; ++j) {
      const double v = x[i + j], w = x[i + 4 + j];
      most[j] = v > w ? v : w;
      least[j] = v < w ? v : w;
    }
    for (std::size_t j = 0; j < 2; ++j) {
      most[j] = most[j] > most[2 + j] ? most[j] : most[2 + j];
      least[j] = least[j] < least[2 + j] ? least[j] : least[2 + j];
    }
    if (most[0] > high || most[1] > high || least[0] < low || least[1] < low) {
      add_from(i, i + block);
    }
  }
  add_from(i, n);
  above_.shrink_if_many();
  below_.shrink_if_many();
}

void TailDiagnostic::merge(const TailDiagnostic& other) {
  above_.merge(other.above_);
  below_.merge(other.below_);
}

void TailDiagnostic::expect(const TailDiagnostic& pilot, std::size_t count, std::size_t n) {
  // half as many again as are kept, because a pilot is no better than that
  const double share = 1.5 * static_cast<double>(above_.most()) / static_cast<double>(n);
  above_.expect(pilot.above_, count, share);
  below_.expect(pilot.below_, count, share);
}

double TailDiagnostic::shape(double enough) const {
  return std::max(above_.shape(enough), below_.shape(enough));
}

}  // namespace leibler::inline v0::detail
