// SPDX-License-Identifier: MIT
#include <leibler/models/wasserstein.hpp>

#include <cmath>

#include <Eigen/Dense>

#include <leibler/models/types.hpp>

namespace leibler::inline v0::detail {

namespace {

Matrix lower(const PlainGaussian& p) {
  const auto d = static_cast<Index>(p.dimension);
  Matrix l = Matrix::Zero(d, d);
  for (Index i = 0; i < d; ++i) {
    if (p.is_diagonal) {
      l(i, i) = p.factor[i];
    } else {
      for (Index j = 0; j <= i; ++j) l(i, j) = p.factor[i * (i + 1) / 2 + j];
    }
  }
  return l;
}

/// |L_p - L_q U| with the best orthogonal U, the polar factor of L_q^T L_p. What U is above I is
/// made of a skew K, as 2 (I - K)^-1 K: an error of K then counts by its square, while one of U
/// itself counts as it is.
double factor_distance(const Matrix& of_p, const Matrix& of_q) {
  const Index d = of_p.rows();
  const Matrix identity = Matrix::Identity(d, d), apart = of_p - of_q;
  const Matrix excess = of_q.transpose() * apart;  // L_q^T L_p = L_q^T L_q + this
  if (excess.isZero(0.0)) return apart.norm();
  // To the first order X = 2 K solves S X + X S = excess - excess^T with S = L_q^T L_q.
  const Eigen::SelfAdjointEigenSolver<Matrix> s(of_q.transpose() * of_q);
  const auto& v = s.eigenvectors();
  Matrix x = v.transpose() * (excess - excess.transpose()) * v;
  for (Index i = 0; i < d; ++i) {
    for (Index j = 0; j < d; ++j) {
      const double sum = s.eigenvalues()[i] + s.eigenvalues()[j];
      x(i, j) = sum > 0.0 ? x(i, j) / sum : 0.0;
    }
  }
  Matrix skew = 0.5 * (v * x * v.transpose());
  if (!(skew.norm() < 1e-7)) {
    const Eigen::JacobiSVD<Matrix> svd(of_q.transpose() * of_p,
                                       Eigen::ComputeFullU | Eigen::ComputeFullV);
    const Matrix u = svd.matrixU() * svd.matrixV().transpose();
    if ((u - identity).norm() > 0.5) return (of_p - of_q * u).norm();
    skew = (u + identity).transpose().partialPivLu().solve((u - identity).transpose()).transpose();
  }
  skew = 0.5 * (skew - skew.transpose()).eval();
  const Matrix above = 2.0 * (identity - skew).partialPivLu().solve(skew);
  return (apart - of_q * above).norm();
}

}  // namespace

double gaussian_wasserstein(const PlainGaussian& p, const PlainGaussian& q) {
  const auto d = static_cast<Index>(p.dimension);
  const Eigen::Map<const Vector> mean_p(p.mean, d), mean_q(q.mean, d);
  const double shift = (mean_p - mean_q).stableNorm();
  const Matrix of_p = lower(p), of_q = lower(q);
  const bool commute = p.is_diagonal && q.is_diagonal;
  return std::hypot(shift, commute ? (of_p - of_q).stableNorm() : factor_distance(of_p, of_q));
}

}  // namespace leibler::inline v0::detail
