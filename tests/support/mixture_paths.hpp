// SPDX-License-Identifier: MIT
#pragma once

#include <boost/test/unit_test.hpp>

#include <cmath>
#include <cstddef>
#include <vector>

#include <leibler/engine/moments.hpp>
#include <leibler/models/conformance/report.hpp>
#include <leibler/models/gaussian_mixture.hpp>

// Means of costs under mixtures of Gaussians whose gradients are known, and those along paths.
namespace leibler::test {

// A cost with a known mean under N(m, S), summed over the components.
struct Cost {
  const char* name;
  double (*gradient)(const double* x, std::size_t d, std::size_t j);
  double (*mean)(const Vector& m, const Matrix& s);
};

// Entry j of a vector t.
inline double direction(std::size_t j, std::size_t d) {
  return d == 1 ? 0.7 : 0.7 - 1.1 * static_cast<double>(j) / static_cast<double>(d - 1);
}
inline Vector direction(Index d) {
  Vector t(d);
  for (Index j = 0; j < d; ++j) {
    t[j] = direction(static_cast<std::size_t>(j), static_cast<std::size_t>(d));
  }
  return t;
}
inline double along(const double* x, std::size_t d) {
  double sum = 0.0;
  for (std::size_t j = 0; j < d; ++j) sum += direction(j, d) * x[j];
  return sum;
}

inline const Cost costs[] = {{"x^T x / 2 + x_0 x_{d-1}",
                              [](const double* x, std::size_t d, std::size_t j) {
                                return x[j] + (j == 0 ? x[d - 1] : 0.0) + (j == d - 1 ? x[0] : 0.0);
                              },
                              [](const Vector& m, const Matrix& s) {
                                const Index last = m.size() - 1;
                                return 0.5 * (m.squaredNorm() + s.trace()) + m[0] * m[last] +
                                       s(0, last);
                              }},
                             {"exp(t^T x)",
                              [](const double* x, std::size_t d, std::size_t j) {
                                return direction(j, d) * std::exp(along(x, d));
                              },
                              [](const Vector& m, const Matrix& s) {
                                const Vector t = direction(m.size());
                                return std::exp(t.dot(m) + 0.5 * t.dot(s * t));
                              }},
                             {"cos(2 t^T x)",
                              [](const double* x, std::size_t d, std::size_t j) {
                                return -2.0 * direction(j, d) * std::sin(2.0 * along(x, d));
                              },
                              [](const Vector& m, const Matrix& s) {
                                const Vector t = direction(m.size());
                                return std::cos(2.0 * t.dot(m)) * std::exp(-2.0 * t.dot(s * t));
                              }}};

inline double mean_of(const Cost& cost, const GaussianMixture& q) {
  double sum = 0.0;
  for (std::size_t k = 0; k < q.components(); ++k) {
    const Gaussian part = q.component(k);
    sum += q.weights()[static_cast<Index>(k)] * cost.mean(part.mean(), part.covariance());
  }
  return sum;
}

// Adds weight_i v_i^T dx_i / d theta, where v is the slope of the cost, and gives the sums back.
inline std::vector<double> gradient_at(const GaussianMixture& q, const Cost& cost,
                                       const conformance::TestBatch& points, const double* weight,
                                       Workspace& workspace) {
  const std::size_t n = points.size(), d = q.dimension();
  conformance::TestBatch v(n, d);
  std::vector<double> x(d), sums(q.gradient_sums_size()), out(q.parameter_count());
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < d; ++j) x[j] = points.at(i, j);
    for (std::size_t j = 0; j < d; ++j) v.at(i, j) = cost.gradient(x.data(), d, j) * weight[i];
  }
  q.add_path_sums(q.evaluate(points.view(), workspace), v.view(), sums.data(), workspace);
  q.parameter_gradient(sums.data(), out);
  return out;
}

inline double exact_gradient(const GaussianMixture& q, const Cost& cost, std::size_t j) {
  std::vector<double> theta(q.parameter_count());
  q.parameters(theta);
  const auto at = [&](double by) {
    auto moved = theta;
    moved[j] += by;
    return mean_of(cost, q.with_parameters(moved));
  };
  const double h = 1e-3;
  return (8.0 * (at(h) - at(-h)) - (at(2.0 * h) - at(-2.0 * h))) / (12.0 * h);
}

// By chunks of 512 draws.
inline void check_unbiased(const GaussianMixture& q, const Cost& cost, std::size_t chunks) {
  const std::size_t n = 512, d = q.dimension();
  std::vector<engine::Moments> moments(q.parameter_count());
  const std::vector<double> weight(n, 1.0 / static_cast<double>(n));
  conformance::TestBatch points(n, d);
  Workspace& workspace = Workspace::of_thread();
  for (std::size_t c = 0; c < chunks; ++c) {
    const Workspace::Frame frame(workspace);
    const Stream stream{Seed{3}, Purpose::sample, 0, static_cast<std::uint32_t>(c)};
    q.sample(stream, points.view(), workspace);
    const auto gradient = gradient_at(q, cost, points, weight.data(), workspace);
    for (std::size_t j = 0; j < gradient.size(); ++j) moments[j].add(&gradient[j], 1);
  }
  for (std::size_t j = 0; j < moments.size(); ++j) {
    const double exact = exact_gradient(q, cost, j), error = moments[j].standard_error();
    const double off = moments[j].mean() - exact;
    BOOST_TEST(std::abs(off) <= 7.0 * error + 1e-9 * (1.0 + std::abs(exact)),
               cost.name << " in " << d << " dimensions, entry " << j << ": " << moments[j].mean()
                         << ", exact " << exact << ", " << off / error << " standard errors away");
  }
}

inline Matrix correlated(double a, double b, double correlation) {
  return Matrix{{a * a, a * b * correlation}, {a * b * correlation, b * b}};
}

}  // namespace leibler::test
