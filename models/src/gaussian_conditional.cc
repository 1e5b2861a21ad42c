// SPDX-License-Identifier: MIT
#include <leibler/models/gaussian.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include <leibler/engine/check.hpp>
#include <leibler/engine/linear_algebra.hpp>
#include <leibler/engine/log_space.hpp>

#include "covariance.hpp"

namespace leibler::inline v0 {

namespace detail {

namespace {

constexpr std::size_t row(std::size_t i) {
  return i * (i + 1) / 2;
}

// sqrt(a^2 + b^2) from correctly rounded operations alone, without over- or underflow.
double length(double a, double b) {
  const double largest = std::max(std::abs(a), std::abs(b));
  if (largest == 0.0) return 0.0;
  a /= largest;
  b /= largest;
  return largest * std::sqrt(std::fma(a, a, b * b));
}

// The lower triangle T with T T^T = R R^T, where R holds the named rows of a packed triangle L.
// Rotations of columns: nothing is squared, so T keeps the digits that R R^T would lose, and a row
// never meets the scale of another.
std::vector<double> triangle_of_rows(const double* factor, std::size_t d,
                                     std::span<const std::size_t> rows) {
  const std::size_t m = rows.size();
  std::vector<double> r(m * d, 0.0);
  for (std::size_t i = 0; i < m; ++i) {
    std::copy_n(factor + row(rows[i]), rows[i] + 1, r.data() + i * d);
  }
  for (std::size_t i = 0; i < m; ++i) {
    for (std::size_t j = i + 1; j < d; ++j) {
      if (r[i * d + j] == 0.0) continue;
      const double whole = length(r[i * d + i], r[i * d + j]);
      const double c = r[i * d + i] / whole, s = r[i * d + j] / whole;
      for (std::size_t k = i + 1; k < m; ++k) {
        double& left = r[k * d + i];
        double& right = r[k * d + j];
        const double old = left;
        left = std::fma(c, old, s * right);
        right = std::fma(c, right, -s * old);
      }
      r[i * d + i] = whole;
      r[i * d + j] = 0.0;
    }
    if (r[i * d + i] < 0.0) {
      for (std::size_t k = i; k < m; ++k) r[k * d + i] = -r[k * d + i];
    }
  }
  std::vector<double> triangle(row(m));
  for (std::size_t i = 0; i < m; ++i) std::copy_n(r.data() + i * d, i + 1, &triangle[row(i)]);
  return triangle;
}

// The logarithm of a diagonal entry of T; the one that the model has, to the bit, where the entry
// is that of L itself.
double log_of_entry(double entry, const GaussianView& p, std::size_t coordinate) {
  const std::size_t at = row(coordinate) + coordinate;
  return entry == p.factor[at] ? p.logs[at] : engine::log(entry);
}

}  // namespace

void write_marginal(std::string_view where, const GaussianView& p,
                    std::span<const std::size_t> coordinates, double* mean, double* logs) {
  const auto triangle = triangle_of_rows(p.factor, p.dimension, coordinates);
  std::copy(triangle.begin(), triangle.end(), logs);
  for (std::size_t i = 0; i < coordinates.size(); ++i) {
    mean[i] = p.mean[coordinates[i]];
    logs[row(i) + i] = log_of_entry(triangle[row(i) + i], p, coordinates[i]);
  }
  check_scales(where, {logs, triangle.size()}, coordinates.size(), false);
}

Observation write_conditional(std::string_view where, const GaussianView& p,
                              std::span<const std::size_t> observed, std::span<const double> value,
                              std::span<const std::size_t> rest, double* mean, double* logs) {
  const std::size_t seen = observed.size();
  std::vector<std::size_t> order(observed.begin(), observed.end());
  order.insert(order.end(), rest.begin(), rest.end());
  // With the observed coordinates first, T = (A 0; B C): C is the factor of the conditional, the
  // Schur complement without its subtraction.
  const auto triangle = triangle_of_rows(p.factor, p.dimension, order);
  std::vector<double> z(seen);
  Observation seen_at{0.0, 0.0};
  for (std::size_t i = 0; i < seen; ++i) {
    z[i] = value[i] - p.mean[observed[i]];
    seen_at.log_scale += log_of_entry(triangle[row(i) + i], p, observed[i]);
  }
  engine::solve_lower({triangle.data(), row(seen)}, seen, z);
  for (const double v : z) {
    seen_at.distance =
        std::isfinite(v) ? length(seen_at.distance, v) : std::numeric_limits<double>::infinity();
    if (!std::isfinite(v)) break;
  }
  for (std::size_t i = 0; i < rest.size(); ++i) {
    const double* const from = &triangle[row(seen + i)];
    mean[i] = p.mean[rest[i]];
    for (std::size_t k = 0; k < seen; ++k) mean[i] = std::fma(from[k], z[k], mean[i]);
    std::copy_n(from + seen, i + 1, logs + row(i));
    logs[row(i) + i] = log_of_entry(from[seen + i], p, rest[i]);
  }
  check_scales(where, {logs, row(rest.size())}, rest.size(), false);
  return seen_at;
}

}  // namespace detail

using engine::kernels::Shape;

template <Shape shape>
BasicGaussian<shape> BasicGaussian<shape>::marginal(
    const std::vector<std::size_t>& coordinates) const {
  const std::string where = std::string(name) + "::marginal";
  detail::check_coordinates(where, "coordinates", coordinates, dimension_);
  BasicGaussian q(coordinates.size());
  double* const mean = q.values_.data();
  if constexpr (is_diagonal) {
    for (std::size_t i = 0; i < coordinates.size(); ++i) {
      mean[i] = values_[coordinates[i]];
      mean[q.dimension_ + i] = values_[dimension_ + coordinates[i]];
    }
  } else {
    detail::write_marginal(where,
                           {values_.data(), values_.data() + dimension_, factor(), dimension_},
                           coordinates, mean, mean + q.dimension_);
  }
  q.prepare();
  return q;
}

template <Shape shape>
BasicGaussian<shape> BasicGaussian<shape>::conditional(const std::vector<std::size_t>& observed,
                                                       std::span<const double> value) const {
  const std::string where = std::string(name) + "::conditional";
  detail::check_observed(where, observed, value, dimension_);
  const auto rest = detail::complement(observed, dimension_);
  if constexpr (is_diagonal) {
    return marginal(rest);
  } else {
    BasicGaussian q(rest.size());
    double* const mean = q.values_.data();
    detail::write_conditional(where,
                              {values_.data(), values_.data() + dimension_, factor(), dimension_},
                              observed, value, rest, mean, mean + q.dimension_);
    detail::check_conditional_mean(where, {mean, rest.size()});
    q.prepare();
    return q;
  }
}

template BasicGaussian<Shape::diagonal> BasicGaussian<Shape::diagonal>::marginal(
    const std::vector<std::size_t>&) const;
template BasicGaussian<Shape::triangle> BasicGaussian<Shape::triangle>::marginal(
    const std::vector<std::size_t>&) const;
template BasicGaussian<Shape::diagonal> BasicGaussian<Shape::diagonal>::conditional(
    const std::vector<std::size_t>&, std::span<const double>) const;
template BasicGaussian<Shape::triangle> BasicGaussian<Shape::triangle>::conditional(
    const std::vector<std::size_t>&, std::span<const double>) const;

}  // namespace leibler::inline v0
