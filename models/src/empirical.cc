// SPDX-License-Identifier: MIT
#include <leibler/models/empirical.hpp>

#include <algorithm>
#include <cmath>

#include <leibler/engine/check.hpp>
#include <leibler/engine/kernels/elementary.hpp>
#include <leibler/engine/kernels/random.hpp>

namespace leibler::inline v0 {

Empirical::Empirical(std::span<const double> points, std::size_t size, std::size_t dimension,
                     std::span<const double> weights)
    : size_(size),
      dimension_(dimension),
      points_(points.begin(), points.end()),
      weights_(weights.begin(), weights.end()) {
  check::at_least(name, "points.rows()", static_cast<std::int64_t>(size), 1,
                  "give one row a point");
  check::at_least(name, "points.cols()", static_cast<std::int64_t>(dimension), 1,
                  "give one column a dimension");
  if (!engine::kernels::all_finite(points_.data(), points_.size())) {
    check::finite(name, "points", points_.data(), size, dimension, size,
                  "leave out or fill in missing values");
  }
  if (weights.empty()) return;
  check::size(name, "weights.size()", weights.size(), size, "give one weight a row of points");
  double total = 0.0;
  for (std::size_t i = 0; i < size; ++i) {
    if (!(weights[i] >= 0.0) || !std::isfinite(weights[i])) {
      throw DomainError({name,
                         "weights",
                         {i},
                         "= " + to_text(weights[i]),
                         "weights must be finite and >= 0",
                         "leave out the point"});
    }
    total += weights[i];
  }
  if (!(total > 0.0) || !std::isfinite(total)) {
    throw DomainError(
        {name,
         "weights",
         {},
         "add up to " + to_text(total),
         "their sum must be finite and > 0",
         total > 0.0 ? "divide them by the largest" : "give at least one point a weight"});
  }
  share_.resize(size);
  cumulative_.resize(size);
  double running = 0.0;
  for (std::size_t i = 0; i < size; ++i) {
    share_[i] = weights[i] / total;
    cumulative_[i] = running += share_[i];
  }
  // Rounding must not leave a gap above the last row that has a weight.
  for (std::size_t i = size; i-- > 0;) {
    cumulative_[i] = 2.0;
    if (share_[i] > 0.0) break;
  }
}

void Empirical::write_weights(std::span<double> out) const {
  if (share_.empty()) {
    std::fill(out.begin(), out.end(), 1.0 / static_cast<double>(size_));
  } else {
    std::copy(share_.begin(), share_.end(), out.begin());
  }
}

void Empirical::write_log_probabilities(std::span<double> out) const {
  write_weights(out);
  engine::kernels::log_fill(out.data(), out.data(), out.size());
}

void Empirical::write_mean(std::span<double> out) const {
  std::vector<double> shift(size_);
  for (std::size_t j = 0; j < dimension_; ++j) {
    // Around the first row: data far from the origin keep their digits.
    const double* const column = points_.data() + j * size_;
    std::copy_n(column, size_, shift.data());
    engine::kernels::shift_scale(shift.data(), column[0], 1.0, size_);
    out[j] =
        column[0] + (share_.empty()
                         ? engine::kernels::sum(shift.data(), size_) / static_cast<double>(size_)
                         : engine::kernels::dot(shift.data(), share_.data(), size_));
  }
}

void Empirical::write_covariance(std::span<double> out) const {
  std::vector<double> mean(dimension_), weight(size_), left(size_), right(size_);
  write_mean(mean);
  write_weights(weight);
  for (std::size_t i = 0; i < dimension_; ++i) {
    std::copy_n(points_.data() + i * size_, size_, left.data());
    engine::kernels::shift_scale(left.data(), mean[i], 1.0, size_);
    engine::kernels::multiply(left.data(), weight.data(), left.data(), size_);
    for (std::size_t j = 0; j <= i; ++j) {
      std::copy_n(points_.data() + j * size_, size_, right.data());
      engine::kernels::shift_scale(right.data(), mean[j], 1.0, size_);
      out[i * dimension_ + j] = out[j * dimension_ + i] =
          engine::kernels::dot(left.data(), right.data(), size_);
    }
  }
}

void Empirical::sample(const Stream& stream, const MutableBatch& x, Workspace& workspace) const {
  const Workspace::Frame frame(workspace);
  const std::size_t n = engine::padded(x.size);
  double* const uniform = workspace.take(n);
  engine::kernels::uniform_fill(stream, uniform, n);
  auto* const rows = reinterpret_cast<std::size_t*>(workspace.take(n));
  for (std::size_t i = 0; i < n; ++i) {
    if (cumulative_.empty()) {
      const auto row = static_cast<std::size_t>(uniform[i] * static_cast<double>(size_));
      rows[i] = std::min(row, size_ - 1);
    } else {
      const auto at = std::upper_bound(cumulative_.begin(), cumulative_.end(), uniform[i]);
      rows[i] = static_cast<std::size_t>(at - cumulative_.begin());
    }
  }
  for (std::size_t j = 0; j < dimension_; ++j) {
    const double* const column = points_.data() + j * size_;
    double* const to = x.data + j * x.stride;
    for (std::size_t i = 0; i < n; ++i) to[i] = column[rows[i]];
  }
}

}  // namespace leibler::inline v0
