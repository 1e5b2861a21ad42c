// SPDX-License-Identifier: MIT
#include <leibler/models/gaussian_divergence.hpp>

#include <cmath>
#include <limits>

#include <Eigen/Dense>

#include <leibler/engine/check.hpp>
#include <leibler/engine/functions.hpp>
#include <leibler/models/types.hpp>

#include "univariate/log_ratio.hpp"

namespace leibler::inline v0::detail {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

double entry(const PlainGaussian& p, Index i, Index j) {
  if (p.is_diagonal) return i == j ? p.factor[i] : 0.0;
  return j <= i ? p.factor[i * (i + 1) / 2 + j] : 0.0;
}

Matrix lower(const PlainGaussian& p) {
  const auto d = static_cast<Index>(p.dimension);
  Matrix l(d, d);
  for (Index i = 0; i < d; ++i) {
    for (Index j = 0; j < d; ++j) l(i, j) = entry(p, i, j);
  }
  return l;
}

Vector shift(const PlainGaussian& p, const PlainGaussian& q) {
  const auto d = static_cast<Index>(p.dimension);
  Vector w(d);
  for (Index i = 0; i < d; ++i) w[i] = p.mean[i] - q.mean[i];
  return w;
}

/// In coordinates where q is N(0, I) and the covariance of p a diagonal: log_scale its logarithm,
/// shift the mean of p.
struct Relative {
  Vector log_scale, shift;
};

Relative relative(const PlainGaussian& p, const PlainGaussian& q) {
  const auto d = static_cast<Index>(p.dimension);
  Relative out{Vector(d), shift(p, q)};
  if ((p.is_diagonal && q.is_diagonal) || d == 1) {
    for (Index i = 0; i < d; ++i) {
      out.log_scale[i] = 2.0 * log_ratio(entry(p, i, i), entry(q, i, i));
      out.shift[i] /= entry(q, i, i);
    }
    return out;
  }
  // A = L_q^-1 L_p, by its distance from I, which keeps its digits where p is near q
  const Matrix of_q = lower(q);
  const Matrix distance = of_q.triangularView<Eigen::Lower>().solve(lower(p) - of_q);
  const Vector w = of_q.triangularView<Eigen::Lower>().solve(out.shift);
  if (distance.cwiseAbs().sum() < 0.25) {
    const Matrix excess = distance + distance.transpose() + distance * distance.transpose();
    const Eigen::SelfAdjointEigenSolver<Matrix> eigen(excess);
    for (Index i = 0; i < d; ++i) out.log_scale[i] = engine::log1p(eigen.eigenvalues()[i]);
    out.shift.noalias() = eigen.eigenvectors().transpose() * w;
  } else {
    const Eigen::JacobiSVD<Matrix> svd(Matrix::Identity(d, d) + distance, Eigen::ComputeFullU);
    for (Index i = 0; i < d; ++i) { out.log_scale[i] = 2.0 * engine::log(svd.singularValues()[i]); }
    out.shift.noalias() = svd.matrixU().transpose() * w;
  }
  return out;
}

/// log(a + (1 - a) exp x) - (1 - a) x, which is 0 to the second order at 0; infinite where the
/// logarithm has no argument.
double log_mean_ratio(double a, double x) {
  if (std::abs(x) < 1.0 && std::abs(a * x) < 1.0 && std::abs((1.0 - a) * x) < 1.0) {
    const double u = a * exp_rest(-(1.0 - a) * x) + (1.0 - a) * exp_rest(a * x);
    return u > -1.0 ? engine::log1p(u) : infinity;
  }
  if (x > 700.0) {  // over exp x, which would overflow
    const double mean = a * engine::exp(-x) + (1.0 - a);
    return mean > 0.0 ? engine::log(mean) + a * x : infinity;
  }
  // both terms are of the size of 1 - a, or of a
  const bool is_near_one = std::abs(1.0 - a) < std::abs(a);
  const double u = is_near_one ? (1.0 - a) * engine::expm1(x) : a * engine::expm1(-x);
  if (!(u > -1.0)) return infinity;
  if (std::isinf(u)) return engine::log(a) - (1.0 - a) * x;
  return engine::log1p(u) + (is_near_one ? -(1.0 - a) * x : a * x);
}

}  // namespace

void check_gaussians(const char* where, const PlainGaussian& p, const PlainGaussian& q) {
  check::size(where, "q.dimension()", q.dimension, p.dimension, "p and q live in the same space");
}

double gaussian_kl(const PlainGaussian& p, const PlainGaussian& q) {
  const auto d = static_cast<Index>(p.dimension);
  Vector w = shift(p, q);
  double sum = 0.0;
  for (Index i = 0; i < d; ++i) {
    sum += exp_rest(2.0 * log_ratio(entry(p, i, i), entry(q, i, i)));
  }
  if (p.is_diagonal && q.is_diagonal) {
    for (Index i = 0; i < d; ++i) {
      const double z = w[i] / entry(q, i, i);
      sum += z * z;
    }
    return 0.5 * sum;
  }
  const Matrix of_q = lower(q);
  const auto solver = of_q.triangularView<Eigen::Lower>();
  const Matrix distance = solver.solve(lower(p) - of_q);
  for (Index j = 0; j < d; ++j) {
    for (Index i = j + 1; i < d; ++i) sum += distance(i, j) * distance(i, j);
  }
  solver.solveInPlace(w);
  return 0.5 * (sum + w.squaredNorm());
}

double gaussian_log_power(double a, const PlainGaussian& p, const PlainGaussian& q) {
  const Relative r = relative(p, q);
  double logs = 0.0, squares = 0.0;
  for (Index i = 0; i < r.shift.size(); ++i) {
    const double x = r.log_scale[i], part = log_mean_ratio(a, x);
    if (part == infinity) return infinity;
    logs += part;
    squares += r.shift[i] * r.shift[i] / (a + (1.0 - a) * engine::exp(x));
  }
  return 0.5 * (logs / (a * (1.0 - a)) + squares);
}

double gaussian_alpha(double a, const PlainGaussian& p, const PlainGaussian& q) {
  if (a == 1.0) return gaussian_kl(p, q);
  if (a == 0.0) return gaussian_kl(q, p);
  const double power = gaussian_log_power(a, p, q), scale = a * (a - 1.0);
  return power == infinity ? infinity : engine::expm1(scale * power) / scale;
}

double gaussian_renyi(double a, const PlainGaussian& p, const PlainGaussian& q) {
  if (a == 1.0) return gaussian_kl(p, q);
  return a == 0.0 ? 0.0 : a * gaussian_log_power(a, p, q);
}

}  // namespace leibler::inline v0::detail
