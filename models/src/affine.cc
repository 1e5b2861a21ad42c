// SPDX-License-Identifier: MIT
#include <leibler/models/affine.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include <leibler/engine/check.hpp>
#include <leibler/engine/kernels/elementary.hpp>
#include <leibler/engine/log_space.hpp>

namespace leibler::inline v0::detail {

namespace {
constexpr double infinity = std::numeric_limits<double>::infinity();
}

Line line(double shift, double scale, bool is_discrete) {
  check::finite("Affine", "shift", shift, "look where the value comes from");
  if (!std::isfinite(scale) || scale == 0.0) {
    throw DomainError({"Affine",
                       "scale",
                       {},
                       "= " + to_text(scale),
                       "scale must be finite and not 0",
                       "look where the value comes from"});
  }
  return {shift, scale, is_discrete ? 0.0 : engine::log(std::abs(scale)), is_discrete};
}

double undo(const Line& line, double y) {
  const double x = (y - line.shift) / line.scale;
  if (!line.is_discrete) return x;
  const double whole = std::nearbyint(x);
  return line.shift + line.scale * whole == y ? whole : x == whole ? x + 0.5 : x;
}

void undo(const Line& line, const Batch& y, const MutableBatch& x) {
  for (std::size_t i = 0; i < y.size; ++i) x.data[i] = undo(line, y.data[i]);
  fill_padding(x);
}

void apply(const Line& line, const MutableBatch& x) {
  const std::size_t n = engine::padded(x.size);
  for (std::size_t i = 0; i < n; ++i) x.data[i] = line.shift + line.scale * x.data[i];
}

void multiply(double factor, const Batch& from, const MutableBatch& to) {
  for (std::size_t i = 0; i < from.size; ++i) to.data[i] = factor * from.data[i];
  fill_padding(to);
}

void add_constant(double constant, double* out, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) out[i] += constant;
}

LinearMap::LinearMap(std::span<const double> shift, const MatrixView& scale, std::size_t dimension)
    : dimension_(dimension), shift_(shift.begin(), shift.end()) {
  const std::size_t d = dimension;
  check::size("Affine", "shift.size()", shift.size(), d, "give one number a dimension of p");
  check::size("Affine", "scale.rows()", scale.rows, d, "give a square matrix, one row a dimension");
  check::size("Affine", "scale.cols()", scale.columns, d,
              "give a square matrix, one row a dimension");
  check::finite("Affine", "shift", shift, "look where the value comes from");
  check::finite("Affine", "scale", scale.data, d, d, d, "look where the value comes from");
  scale_.assign(scale.data, scale.data + d * d);
  // Gauss-Jordan on rows of unit length with row exchanges: d is small, and once a model.
  std::vector<double> a = scale_, size(d);
  inverse_.assign(d * d, 0.0);
  bool is_singular = false;
  for (std::size_t i = 0; i < d; ++i) {
    inverse_[i * d + i] = 1.0;
    for (std::size_t j = 0; j < d; ++j) size[i] = std::max(size[i], std::abs(a[j * d + i]));
    is_singular = is_singular || size[i] == 0.0;
  }
  const auto swap_rows = [d](std::vector<double>& m, std::size_t i, std::size_t k) {
    for (std::size_t j = 0; j < d; ++j) std::swap(m[j * d + i], m[j * d + k]);
  };
  const double least = 4.0 * static_cast<double>(d) * std::numeric_limits<double>::epsilon();
  for (std::size_t k = 0; k < d && !is_singular; ++k) {
    std::size_t best = k;
    for (std::size_t i = k + 1; i < d; ++i) {
      if (std::abs(a[k * d + i]) / size[i] > std::abs(a[k * d + best]) / size[best]) best = i;
    }
    swap_rows(a, k, best);
    swap_rows(inverse_, k, best);
    std::swap(size[k], size[best]);
    const double pivot = a[k * d + k];
    is_singular = !(std::abs(pivot) > least * size[k]);
    if (is_singular) break;
    log_determinant_ += engine::log(std::abs(pivot));
    for (std::size_t j = 0; j < d; ++j) {
      a[j * d + k] /= pivot;
      inverse_[j * d + k] /= pivot;
    }
    for (std::size_t i = 0; i < d; ++i) {
      const double factor = a[k * d + i];
      if (i == k || factor == 0.0) continue;
      for (std::size_t j = 0; j < d; ++j) {
        a[j * d + i] -= factor * a[j * d + k];
        inverse_[j * d + i] -= factor * inverse_[j * d + k];
      }
    }
  }
  if (is_singular || !engine::kernels::all_finite(inverse_.data(), inverse_.size())) {
    throw DomainError({"Affine",
                       "scale",
                       {},
                       "is not invertible in double precision",
                       "rows must be linearly independent",
                       "leave out what the other rows determine"});
  }
}

namespace {

// to column i = sum_j m(i, j) (from column j - shift_j), m by columns or transposed.
void multiply_rows(const double* m, bool is_transposed, const double* before, const double* after,
                   const Batch& from, const MutableBatch& to) {
  const std::size_t d = from.dimension;
  for (std::size_t i = 0; i < d; ++i) {
    double* const out = to.data + i * to.stride;
    std::fill_n(out, from.size, after == nullptr ? 0.0 : after[i]);
    for (std::size_t j = 0; j < d; ++j) {
      const double factor = is_transposed ? m[i * d + j] : m[j * d + i];
      if (factor == 0.0) continue;  // also of an infinite coordinate
      const double* const in = from.data + j * from.stride;
      const double less = before == nullptr ? 0.0 : before[j];
      for (std::size_t r = 0; r < from.size; ++r) out[r] += factor * (in[r] - less);
    }
  }
}

}  // namespace

void LinearMap::undo(const Batch& y, const MutableBatch& x) const {
  multiply_rows(inverse_.data(), false, shift_.data(), nullptr, y, x);
}
void LinearMap::apply(const Batch& x, const MutableBatch& y) const {
  multiply_rows(scale_.data(), false, nullptr, shift_.data(), x, y);
}
void LinearMap::pull(const Batch& from, const MutableBatch& to) const {
  multiply_rows(inverse_.data(), true, nullptr, nullptr, from, to);
}
void LinearMap::push(const Batch& from, const MutableBatch& to) const {
  multiply_rows(scale_.data(), true, nullptr, nullptr, from, to);
  fill_padding(to);
}

void LinearMap::settle(const Batch& y, double* log_density) const {
  for (std::size_t i = 0; i < y.size; ++i) {
    bool is_nan = false, is_infinite = std::isnan(log_density[i]);
    for (std::size_t j = 0; j < y.dimension; ++j) {
      const double v = y.data[j * y.stride + i];
      is_nan = is_nan || std::isnan(v);
      is_infinite = is_infinite || std::isinf(v);
    }
    if (is_nan) {
      log_density[i] = std::numeric_limits<double>::quiet_NaN();
    } else if (is_infinite) {
      log_density[i] = -infinity;
    } else {
      log_density[i] -= log_determinant_;
    }
  }
}

void LinearMap::moments(const double* mean, const double* covariance, double* mean_out,
                        double* covariance_out) const {
  const std::size_t d = dimension_;
  const auto product = [&](const std::vector<double>& a, const std::vector<double>& b, bool bt) {
    std::vector<double> out(d * d, 0.0);
    for (std::size_t i = 0; i < d; ++i) {
      for (std::size_t j = 0; j < d; ++j) {
        for (std::size_t k = 0; k < d; ++k) {
          out[j * d + i] += a[k * d + i] * (bt ? b[k * d + j] : b[j * d + k]);
        }
      }
    }
    return out;
  };
  if (mean != nullptr) {
    for (std::size_t i = 0; i < d; ++i) {
      mean_out[i] = shift_[i];
      for (std::size_t j = 0; j < d; ++j) mean_out[i] += scale_[j * d + i] * mean[j];
    }
  }
  if (covariance != nullptr) {
    const std::vector<double> of_p(covariance, covariance + d * d);
    const std::vector<double> out = product(product(scale_, of_p, false), scale_, true);
    for (std::size_t i = 0; i < d; ++i) {  // symmetric to the bit
      for (std::size_t j = 0; j < d; ++j) {
        covariance_out[j * d + i] = 0.5 * (out[j * d + i] + out[i * d + j]);
      }
    }
  }
}

}  // namespace leibler::inline v0::detail
