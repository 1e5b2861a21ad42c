// SPDX-License-Identifier: MIT
#include <leibler/models/gaussian_divergence.hpp>

#include <cmath>
#include <limits>

#include <Eigen/Dense>

#include <leibler/engine/functions.hpp>
#include <leibler/models/types.hpp>

#include "renyi_gaps.hpp"
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

/// KL(p || q).
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

}  // namespace

std::vector<double> relative_log_variances(const PlainGaussian& p, const PlainGaussian& q) {
  const Vector logs = relative(p, q).log_scale;
  return {logs.begin(), logs.end()};
}

std::optional<double> scaled_renyi(const Powers& o, const PlainGaussian& p,
                                   const PlainGaussian& q) {
  if (o.b == 0.0) return gaussian_kl(p, q);
  if (o.a == 0.0) return gaussian_kl(q, p);
  const Relative r = relative(p, q);
  double sum = 0.0;
  for (Index i = 0; i < r.shift.size(); ++i) {
    const double x = r.log_scale[i], logs = log_gap(o, x);
    if (logs == infinity) return infinity;
    // over the larger of the two covariances
    const double mean = x > 0.0 ? o.a * engine::exp(-x) + o.b : o.a + o.b * engine::exp(x);
    const double z = x > 0.0 ? r.shift[i] * engine::exp(-0.5 * x) : r.shift[i];
    sum += logs + z * z / mean;
  }
  return 0.5 * sum;
}

}  // namespace leibler::inline v0::detail
