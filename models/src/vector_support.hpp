// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <limits>
#include <new>
#include <span>
#include <string>
#include <vector>

#include <leibler/engine/workspace.hpp>
#include <leibler/models/empirical.hpp>
#include <leibler/models/scalar.hpp>
#include <leibler/models/types.hpp>

// What the sources of families with vectors have in common.
namespace leibler::inline v0::detail {

inline constexpr double plus_infinity = std::numeric_limits<double>::infinity();
inline constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

/// n numbers of a formula, of doubles or Reals, for a scope.
template <class T>
class Scratch {
 public:
  explicit Scratch(std::size_t n) : frame_(engine::Workspace::of_thread()), size_(n) {
    static_assert(sizeof(T) % sizeof(double) == 0 && alignof(T) <= 64);
    auto& workspace = engine::Workspace::of_thread();
    data_ = new (workspace.take(n * sizeof(T) / sizeof(double))) T[n];
  }
  [[nodiscard]] T& operator[](std::size_t i) { return data_[i]; }
  [[nodiscard]] T* data() { return data_; }
  [[nodiscard]] std::span<const T> first(std::size_t n) const { return {data_, n}; }
  [[nodiscard]] std::span<const T> all() const { return {data_, size_}; }

 private:
  engine::Workspace::Frame frame_;
  std::size_t size_;
  T* data_;
};

/// log(1 - exp x) for x < 0, for doubles and Reals, without cancellation near 0.
template <class T>
T log_one_minus_exp(const T& x) {
  using engine::exp, engine::expm1, engine::log, engine::log1p, engine::where;
  return where(x > -0.69314718055994530942, log(-expm1(x)), log1p(-exp(x)));
}

/// log Gamma(h + d / 2) - log Gamma(h), without their cancellation where h is large.
template <class T>
T log_gamma_ratio(const T& h, std::size_t d) {
  using engine::lgamma, engine::log, engine::where;
  T sum(0.0), at = h;
  if (d % 2 == 1) {
    // Beyond 100 by the asymptotic series of half a step; its next term is below 1e-20.
    const T r = 1.0 / h, r2 = r * r;
    const T series =
        0.5 * log(h) + r * (-1.0 / 8 + r2 * (1.0 / 192 + r2 * (-1.0 / 640 + r2 * (17.0 / 14336))));
    sum = where(100.0 < h, series, lgamma(h + 0.5) - lgamma(h));
    at = h + 0.5;
  }
  for (std::size_t i = 0; i < d / 2; ++i) sum = sum + log(at + static_cast<double>(i));
  return sum;
}

/// Data that a family is fitted to: every point inside its support, and all weights > 0.
struct WeightedPoints {
  std::vector<double> x;       ///< by column
  std::vector<double> weight;  ///< adds up to 1
  std::size_t columns;

  [[nodiscard]] std::size_t size() const { return weight.size(); }
  [[nodiscard]] const double* row(std::size_t i) const { return x.data() + i; }
  [[nodiscard]] std::size_t stride() const { return weight.size(); }
};

/// The rows of data that have weight.
/// @param is_inside  of a row: entry j at x[j * stride]
/// @throws InvalidArgument  if data has not as many columns as the family
/// @throws DomainError      for the first row with weight that is outside
template <class Inside>
[[nodiscard]] WeightedPoints points_of(const char* name, const Empirical& data, std::size_t columns,
                                       Inside&& is_inside);

void check_columns(const char* name, const Empirical& data, std::size_t columns);
[[noreturn]] void refuse_point(const char* name, std::size_t row, std::span<const double> point);

template <class Inside>
WeightedPoints points_of(const char* name, const Empirical& data, std::size_t columns,
                         Inside&& is_inside) {
  check_columns(name, data, columns);
  const auto points = data.points();
  const Vector weights = data.weights();
  std::vector<std::size_t> kept;
  std::vector<double> row(columns);
  for (std::size_t i = 0; i < data.size(); ++i) {
    if (weights[static_cast<Index>(i)] == 0.0) continue;
    for (std::size_t j = 0; j < columns; ++j) row[j] = points.data()[j * data.size() + i];
    if (!is_inside(row.data(), std::size_t{1})) refuse_point(name, i, row);
    kept.push_back(i);
  }
  WeightedPoints out{{}, {}, columns};
  for (std::size_t j = 0; j < columns; ++j) {
    for (const std::size_t i : kept) out.x.push_back(points.data()[j * data.size() + i]);
  }
  for (const std::size_t i : kept) out.weight.push_back(weights[static_cast<Index>(i)]);
  return out;
}

/// The data have no maximum likelihood: says why and what to do.
[[noreturn]] void no_maximum(const char* name, const std::string& value, const std::string& rule,
                             const std::string& remedy);

/// "Name::function".
[[nodiscard]] std::string call(const char* name, const char* function);

/// Four digits, the same in every locale; lists end after 8 numbers.
[[nodiscard]] std::string brief_number(double value);
[[nodiscard]] std::string brief_list(std::span<const double> values);
/// The rows of a symmetric matrix.
[[nodiscard]] std::string brief_matrix(std::span<const double> matrix, std::size_t d);

}  // namespace leibler::inline v0::detail
