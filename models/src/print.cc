// SPDX-License-Identifier: MIT
#include <algorithm>
#include <charconv>
#include <cmath>
#include <ostream>
#include <string>
#include <vector>

#include <leibler/engine/linear_algebra.hpp>
#include <leibler/models/diagonal_gaussian.hpp>
#include <leibler/models/empirical.hpp>
#include <leibler/models/gaussian.hpp>
#include <leibler/models/gaussian_mixture.hpp>

// Four digits, the same in every locale and whatever the stream's flags are: for people. to_json
// has every digit.
namespace leibler::inline v0 {

using engine::kernels::Shape;

namespace {

constexpr std::size_t most_numbers = 8;
constexpr std::size_t most_components = 20;
constexpr std::size_t most_correlated = 4;

std::string number(double value) {
  char text[32];
  if (value == 0.0) value = 0.0;  // no "-0"
  const auto end =
      std::to_chars(text, text + sizeof text, value, std::chars_format::general, 4).ptr;
  return {text, end};
}

std::string list(std::span<const double> values) {
  std::string text = "(";
  for (std::size_t i = 0; i < std::min(values.size(), most_numbers); ++i) {
    text += (i == 0 ? "" : ", ") + number(values[i]);
  }
  return text + (values.size() > most_numbers ? ", ...)" : ")");
}

std::string counted(std::size_t n, const char* one) {
  return std::to_string(n) + ' ' + one + (n == 1 ? "" : "s");
}

// "mean (0, 1), stddev (1, 2), correlation 0.5": of several dimensions, those below the diagonal by
// rows.
std::string moments(std::span<const double> mean, std::span<const double> stddev,
                    std::span<const double> correlation) {
  const std::size_t d = mean.size();
  std::string text = "mean " + list(mean) + ", stddev " + list(stddev);
  if (d < 2 || d > most_correlated || correlation.empty()) return text;
  std::vector<double> below;
  for (std::size_t i = 1; i < d; ++i) {
    for (std::size_t j = 0; j < i; ++j) below.push_back(correlation[j * d + i]);
  }
  return text + ", correlation " + (d == 2 ? number(below[0]) : list(below));
}

// From the packed factor: correlations of rows that are scaled to length 1, because a covariance
// may be beyond the range of double where its factor is not.
std::string moments_of_factor(std::span<const double> mean, const double* factor) {
  const std::size_t d = mean.size();
  std::vector<double> unit(factor, factor + d * (d + 1) / 2), stddev(d), correlation(d * d);
  for (std::size_t i = 0; i < d; ++i) {
    const std::span<double> row(unit.data() + i * (i + 1) / 2, i + 1);
    double largest = 0.0, sum = 0.0;
    for (const double v : row) largest = std::max(largest, std::abs(v));
    for (double& v : row) v /= largest;
    for (const double v : row) sum += v * v;
    for (double& v : row) v /= std::sqrt(sum);
    stddev[i] = largest * std::sqrt(sum);
  }
  engine::product_with_transpose(unit, d, correlation);
  return moments(mean, stddev, correlation);
}

}  // namespace

template <Shape shape>
void BasicGaussian<shape>::print(std::ostream& out) const {
  const std::span<const double> mean(values_.data(), dimension_);
  std::string text = std::string(name) + " in " + counted(dimension_, "dimension") + ": ";
  if constexpr (is_diagonal) {
    text += moments(mean, {factor(), dimension_}, {});
  } else {
    text += moments_of_factor(mean, factor());
  }
  out << text;
}

template void BasicGaussian<Shape::diagonal>::print(std::ostream&) const;
template void BasicGaussian<Shape::triangle>::print(std::ostream&) const;

void GaussianMixture::print(std::ostream& out) const {
  std::string text = "GaussianMixture of " + counted(count_, "component") + " in " +
                     counted(dimension_, "dimension");
  for (std::size_t k = 0; k < std::min(count_, most_components); ++k) {
    text += "\n  weight " + number(weight_data()[k]) + ", " +
            moments_of_factor({mean_data() + k * dimension_, dimension_},
                              values_.data() + factor_at() + k * triangle());
  }
  if (count_ > most_components) {
    text += "\n  and " + std::to_string(count_ - most_components) + " more";
  }
  out << text;
}

void Empirical::print(std::ostream& out) const {
  std::vector<double> mean(dimension_), stddev(dimension_), correlation(dimension_ * dimension_);
  write_mean(mean);
  write_covariance(correlation);
  for (std::size_t j = 0; j < dimension_; ++j) {
    stddev[j] = std::sqrt(correlation[j * (dimension_ + 1)]);
  }
  bool varies = true;  // a coordinate that does not has no correlation
  for (std::size_t i = 0; i < dimension_; ++i) {
    varies = varies && stddev[i] > 0.0;
    for (std::size_t j = 0; j < dimension_; ++j) {
      correlation[j * dimension_ + i] /= stddev[i] * stddev[j];
    }
  }
  if (!varies) correlation.clear();
  out << "Empirical of " + counted(size_, is_weighted() ? "weighted point" : "point") + " in " +
             counted(dimension_, "dimension") + ": " + moments(mean, stddev, correlation);
}

}  // namespace leibler::inline v0
