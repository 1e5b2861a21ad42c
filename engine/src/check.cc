// SPDX-License-Identifier: MIT
#include <leibler/engine/check.hpp>

#include <cmath>
#include <string>
#include <vector>

namespace leibler::inline v0::check {
namespace {

bool is_finite(double v) {
  return std::isfinite(v);
}
bool is_positive(double v) {
  return std::isfinite(v) && v > 0;
}

Error fields(std::string_view where, std::string_view what, std::vector<std::size_t> index,
             std::string value, std::string_view rule, std::string_view remedy) {
  const std::string name(what.substr(what.rfind('.') + 1));
  return {std::string(where),
          std::string(what),
          std::move(index),
          std::move(value),
          name + " " + std::string(rule),
          std::string(remedy)};
}

template <class Predicate>
void every(std::string_view where, std::string_view what, std::span<const double> values,
           std::string_view rule, std::string_view remedy, Predicate holds) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (holds(values[i])) continue;
    throw DomainError(fields(where, what, {i}, "= " + to_text(values[i]), rule, remedy));
  }
}

void one(std::string_view where, std::string_view what, double value, std::string_view rule,
         std::string_view remedy, bool holds) {
  if (holds) return;
  throw DomainError(fields(where, what, {}, "= " + to_text(value), rule, remedy));
}

constexpr std::string_view finite_rule = "must be finite";
constexpr std::string_view positive_rule = "must be finite and > 0";

}  // namespace

void finite(std::string_view where, std::string_view what, std::span<const double> values,
            std::string_view remedy) {
  every(where, what, values, finite_rule, remedy, is_finite);
}

void finite(std::string_view where, std::string_view what, const double* values, std::size_t rows,
            std::size_t columns, std::size_t stride, std::string_view remedy) {
  for (std::size_t i = 0; i < rows; ++i) {
    for (std::size_t j = 0; j < columns; ++j) {
      const double v = values[j * stride + i];
      if (is_finite(v)) continue;
      throw DomainError(fields(where, what, {i, j}, "= " + to_text(v), finite_rule, remedy));
    }
  }
}

void positive(std::string_view where, std::string_view what, std::span<const double> values,
              std::string_view remedy) {
  every(where, what, values, positive_rule, remedy, is_positive);
}

void finite(std::string_view where, std::string_view what, double value, std::string_view remedy) {
  one(where, what, value, finite_rule, remedy, is_finite(value));
}

void positive(std::string_view where, std::string_view what, double value,
              std::string_view remedy) {
  one(where, what, value, positive_rule, remedy, is_positive(value));
}

void not_negative(std::string_view where, std::string_view what, double value,
                  std::string_view remedy) {
  one(where, what, value, "must be finite and >= 0", remedy, is_finite(value) && value >= 0);
}

void in_range(std::string_view where, std::string_view what, double value, double low, double high,
              std::string_view remedy) {
  const std::string rule = "must be in [" + to_text(low) + ", " + to_text(high) + ")";
  one(where, what, value, rule, remedy, value >= low && value < high);
}

void size(std::string_view where, std::string_view what, std::size_t actual, std::size_t expected,
          std::string_view remedy) {
  if (actual == expected) return;
  throw InvalidArgument({std::string(where),
                         std::string(what),
                         {},
                         "= " + std::to_string(actual),
                         "must be " + std::to_string(expected),
                         std::string(remedy)});
}

void at_least(std::string_view where, std::string_view what, std::int64_t value, std::int64_t least,
              std::string_view remedy) {
  if (value >= least) return;
  throw InvalidArgument({std::string(where),
                         std::string(what),
                         {},
                         "= " + std::to_string(value),
                         "must be >= " + std::to_string(least),
                         std::string(remedy)});
}

void at_most(std::string_view where, std::string_view what, std::size_t value, std::size_t most,
             std::string_view remedy) {
  if (value <= most) return;
  throw InvalidArgument({std::string(where),
                         std::string(what),
                         {},
                         "= " + std::to_string(value),
                         "must be <= " + std::to_string(most),
                         std::string(remedy)});
}

void weights(std::string_view where, std::string_view what, std::span<const double> values) {
  double total = 0.0;
  bool all_zero = true;
  for (const double v : values) {
    total += v;
    all_zero = all_zero && v == 0.0;
  }
  if (all_zero && !values.empty()) {
    throw DomainError(fields(where, what, {}, "are all zero", "must be > 0 and add up to 1",
                             "give every component its probability"));
  }
  every(where, what, values, positive_rule, "leave out components of weight zero", is_positive);
  if (std::abs(total - 1.0) <= 1e-9) return;
  throw DomainError(fields(where, what, {}, "add up to " + to_text(total),
                           "must add up to 1 within 1e-9", "divide them by their sum"));
}

}  // namespace leibler::inline v0::check
