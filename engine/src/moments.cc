// SPDX-License-Identifier: MIT
#include <leibler/engine/moments.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

#include <leibler/engine/kernels/elementary.hpp>

namespace leibler::inline v0::engine {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double undefined = std::numeric_limits<double>::quiet_NaN();
constexpr double half_unit = 0x1p-53;  // the most by which one rounding changes 1

}  // namespace

void Moments::add(const double* x, std::size_t n) {
  if (n == 0) return;
  if (kernels::all_finite(x, n)) {
    Moments part;
    part.count_ = static_cast<double>(n);
    part.mean_ = kernels::sum(x, n) / part.count_;
    part.squares_ = kernels::sum_of_squares(x, part.mean_, n);
    // Each lane of the sum was rounded n / 8 times, the tree and the mean a few times more.
    const double roundings = part.count_ / 8.0 + 4.0;
    part.rounding_ = roundings * half_unit * kernels::sum_of_magnitudes(x, n);
    return merge(part);
  }
  for (std::size_t i = 0; i < n; ++i) {
    if (std::isfinite(x[i])) {
      add(x + i, 1);
    } else {
      ++(std::isnan(x[i]) ? undefined_ : x[i] > 0 ? above_ : below_);
    }
  }
}

void Moments::add_differences(const double* x, const double* part, std::size_t n) {
  add(x, n);
  if (kernels::sum_of_magnitudes(x, n) == 0.0) return;
  const double size = kernels::sum_of_magnitudes(part, n);
  if (std::isfinite(size)) rounding_ += 2.0 * half_unit * size;
}

void Moments::merge(const Moments& other) {
  above_ += other.above_;
  below_ += other.below_;
  undefined_ += other.undefined_;
  rounding_ += other.rounding_;
  if (other.count_ == 0.0) return;
  if (count_ == 0.0) {  // the square of a huge delta would be infinite, and times 0 NaN
    count_ = other.count_;
    mean_ = other.mean_;
    squares_ = other.squares_;
    return;
  }
  const double total = count_ + other.count_, delta = other.mean_ - mean_;
  mean_ += delta * (other.count_ / total);
  squares_ += other.squares_ + delta * delta * (count_ * (other.count_ / total));
  count_ = total;
}

std::size_t Moments::count() const {
  return static_cast<std::size_t>(count_) + above_ + below_ + undefined_;
}

double Moments::mean() const {
  if (count() == 0 || undefined_ > 0 || (above_ > 0 && below_ > 0)) return undefined;
  if (above_ > 0) return infinity;
  if (below_ > 0) return -infinity;
  return mean_;
}

double Moments::variance() const {
  if (above_ + below_ + undefined_ > 0) return infinity;
  return count_ < 2.0 ? undefined : squares_ / (count_ - 1.0);
}

double Moments::standard_error() const {
  if (above_ + below_ + undefined_ > 0 || count_ < 2.0) return infinity;
  return std::max(std::sqrt(variance() / count_), rounding_ / count_);
}

}  // namespace leibler::inline v0::engine
