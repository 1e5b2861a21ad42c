// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include <leibler/models/conformance.hpp>
#include <leibler/models/evaluate.hpp>

#include "on_tape.hpp"

// Checks that the tests of families with vectors share. Each returns what is wrong, or nothing.
namespace leibler::test {

/// |found - expected| in units of max(|expected|, magnitude), the sum of the formula's terms.
inline double relative_error(double found, double expected, double magnitude = 0.0) {
  if (found == expected) return 0.0;
  return std::abs(found - expected) / std::max(std::abs(expected), magnitude);
}

/// df/dt at 0 by five points.
inline double slope(const std::function<double(double)>& f, double h = 1e-3) {
  return (8.0 * (f(h) - f(-h)) - (f(2.0 * h) - f(-2.0 * h))) / (12.0 * h);
}

template <class Q>
std::vector<double> parameters_of(const Q& q) {
  std::vector<double> theta(q.parameter_count());
  q.parameters(theta);
  return theta;
}

/// The largest error of the parameter gradient against differences, in units of max(1, entry).
template <class Q>
double parameter_gradient_error(const Q& q, const Points& x) {
  const Vector found = parameter_gradient(q, x);
  const auto theta = parameters_of(q);
  double worst = 0.0;
  for (std::size_t k = 0; k < theta.size(); ++k) {
    const double expected = slope([&](double by) {
      auto moved = theta;
      moved[k] += by;
      return q.with_parameters(moved).log_density(x).sum();
    });
    const double error = std::abs(found[static_cast<Index>(k)] - expected);
    worst = std::max(worst, error / std::max(1.0, std::abs(expected)));
  }
  return worst;
}

/// The same for the point gradient along `directions`, one a column.
template <class Q>
double point_gradient_error(const Q& q, const Points& x, const Matrix& directions,
                            double h = 1e-3) {
  const Points found = point_gradient(q, x);
  double worst = 0.0;
  for (Index i = 0; i < x.rows(); ++i) {
    for (Index k = 0; k < directions.cols(); ++k) {
      const double expected = slope(
          [&](double by) {
            const Points moved = x.row(i) + by * directions.col(k).transpose();
            return q.log_density(moved)[0];
          },
          h);
      const double error = std::abs(found.row(i).dot(directions.col(k)) - expected);
      worst = std::max(worst, error / std::max(1.0, std::abs(expected)));
    }
  }
  return worst;
}

/// A function of Reals against the same of doubles: the error of its value at `a` (relative, 1e-12
/// asked) and of its gradient by differences (1e-8 asked), whichever is larger in those units.
template <class OfReals, class OfDoubles>
double tape_error(const std::vector<double>& a, OfReals&& recorded, OfDoubles&& plain) {
  std::vector<std::vector<double>> columns;
  for (const double v : a) columns.push_back({v});
  const TapeResult found = on_tape(columns, recorded);
  const double here = plain(a);
  double worst = std::abs(found.value[0] - here) / std::max(1.0, std::abs(here)) / 1e-12;
  for (std::size_t k = 0; k < a.size(); ++k) {
    const double expected = slope([&](double by) {
      auto moved = a;
      moved[k] += by;
      return plain(moved);
    });
    const double error = std::abs(found.gradient[k][0] - expected);
    worst = std::max(worst, error / std::max(1.0, std::abs(expected)) / 1e-8);
  }
  return worst;
}

/// How far means and covariances of draws are from those the family says, in standard errors.
template <class Q>
double moments_error(const Q& q, Index n, Seed seed) {
  const Points x = sample(q, n, seed);
  const Vector mean = q.mean();
  const Matrix covariance = q.covariance();
  const Points u = x.rowwise() - mean.transpose();
  const auto count = static_cast<double>(n);
  double worst = 0.0;
  for (Index i = 0; i < u.cols(); ++i) {
    const double spread = std::sqrt(covariance(i, i) / count);
    worst = std::max(worst, std::abs(u.col(i).mean()) / std::max(spread, 1e-12));
    for (Index j = 0; j <= i; ++j) {
      const Vector products = u.col(i).cwiseProduct(u.col(j));
      const double apart = products.mean() - covariance(i, j);
      const double error = std::sqrt((products.array() - products.mean()).square().mean() / count);
      worst = std::max(worst, std::abs(apart) / std::max(error, 1e-12));
    }
  }
  return worst;
}

/// Chi-square of uniforms in equal cells, in standard deviations of its distribution.
inline double chi_square_error(const std::vector<double>& uniforms, std::size_t cells = 64) {
  std::vector<double> count(cells, 0.0);
  for (const double u : uniforms) {
    ++count[std::min(static_cast<std::size_t>(u * static_cast<double>(cells)), cells - 1)];
  }
  const double expected = static_cast<double>(uniforms.size()) / static_cast<double>(cells);
  double sum = 0.0;
  for (const double c : count) sum += (c - expected) * (c - expected) / expected;
  const double freedom = static_cast<double>(cells) - 1.0;
  return (sum - freedom) / std::sqrt(2.0 * freedom);
}

/// What check_model says.
inline std::string text_of(const Violations& violations) {
  std::string text;
  for (const Violation& v : violations) text += v.rule + ": " + v.detail + '\n';
  return text;
}

}  // namespace leibler::test
