// SPDX-License-Identifier: MIT
#pragma once

#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <Eigen/LU>

#include <leibler/estimators/fit.hpp>
#include <leibler/models/gaussian.hpp>

// What tests of fits ask again and again.
namespace leibler::test {

template <class Q>
[[nodiscard]] std::vector<double> parameters_of(const Q& q) {
  std::vector<double> theta(q.parameter_count());
  q.parameters(theta);
  return theta;
}

inline void append(std::vector<double>& to, const Estimate& e) {
  to.insert(to.end(), {e.value, e.standard_error, static_cast<double>(e.samples),
                       static_cast<double>(e.method), e.reliable ? 1.0 : 0.0});
}

/// All that a fit gives, as numbers: parameters, trace, status.
template <class Q>
[[nodiscard]] std::vector<double> numbers_of(const Fit<Q>& fit) {
  std::vector<double> all = parameters_of(fit.model);
  for (const TracePoint& point : fit.trace) {
    all.push_back(static_cast<double>(point.step));
    append(all, point.objective);
    all.push_back(point.gradient_norm);
  }
  all.push_back(static_cast<double>(fit.status.outcome));
  all.push_back(static_cast<double>(fit.status.steps));
  return all;
}

/// One number for all bits (FNV-1a).
[[nodiscard]] inline std::uint64_t hash_of(const std::vector<double>& values) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const double value : values) {
    auto bits = std::bit_cast<std::uint64_t>(value);
    for (int i = 0; i < 8; ++i, bits >>= 8) hash = (hash ^ (bits & 0xff)) * 0x100000001b3;
  }
  return hash;
}

/// KL(p || q) of two Gaussians, by the formula.
[[nodiscard]] inline double gaussian_kl(const Gaussian& p, const Gaussian& q) {
  const Matrix precision = q.covariance().inverse();
  const Vector shift = q.mean() - p.mean();
  return 0.5 * ((precision * p.covariance()).trace() + shift.dot(precision * shift) -
                static_cast<double>(p.dimension()) +
                std::log(q.covariance().determinant() / p.covariance().determinant()));
}

/// d f(q with theta) / d theta by central differences.
template <class Q, class F>
[[nodiscard]] std::vector<double> central_difference(const Q& q, F&& f, double step = 1e-5) {
  const auto theta = parameters_of(q);
  std::vector<double> out;
  for (std::size_t i = 0; i < theta.size(); ++i) {
    auto up = theta, down = theta;
    up[i] += step;
    down[i] -= step;
    out.push_back((f(q.with_parameters(up)) - f(q.with_parameters(down))) / (up[i] - down[i]));
  }
  return out;
}

}  // namespace leibler::test
