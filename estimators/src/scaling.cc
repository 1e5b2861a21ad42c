// SPDX-License-Identifier: MIT
#include <leibler/estimators/scaling.hpp>

#include <algorithm>
#include <cmath>

#include <leibler/engine/kernels/elementary.hpp>

namespace leibler::inline v0::detail {

namespace kernels = engine::kernels;

void divide(std::span<double> gradient, std::size_t samples) {
  kernels::shift_scale(gradient.data(), 0.0, 1.0 / static_cast<double>(samples), gradient.size());
}

void divide_and_negate(std::span<double> gradient, std::size_t samples) {
  kernels::shift_scale(gradient.data(), 0.0, -1.0 / static_cast<double>(samples), gradient.size());
}

void scale(std::span<double> x, double factor) {
  kernels::shift_scale(x.data(), 0.0, factor, x.size());
}

void add_to(std::span<double> gradient, const double* sums) {
  kernels::add(gradient.data(), sums, gradient.data(), gradient.size());
}

double norm(std::span<const double> x) {
  const double squares = kernels::dot(x.data(), x.data(), x.size());
  if (squares > 0x1p-900 && squares < 0x1p900) return std::sqrt(squares);
  double largest = 0.0;
  for (const double v : x) largest = std::max(largest, std::abs(v));
  if (largest == 0.0 || !std::isfinite(largest)) return std::isnan(squares) ? squares : largest;
  double sum = 0.0;
  for (const double v : x) sum += (v / largest) * (v / largest);
  return largest * std::sqrt(sum);
}

double clip(std::span<double> x, double most) {
  const double length = norm(x);
  if (!(most > 0.0 && length > most)) return length;
  if (std::isinf(length) && kernels::all_finite(x.data(), x.size())) {
    kernels::shift_scale(x.data(), 0.0, 0x1p-600,
                         x.size());  // a norm beyond double has a direction
    kernels::shift_scale(x.data(), 0.0, most / norm(x), x.size());
  } else {
    kernels::shift_scale(x.data(), 0.0, most / length, x.size());
  }
  return length;
}

}  // namespace leibler::inline v0::detail
