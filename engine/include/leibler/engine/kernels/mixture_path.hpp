// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

#include <leibler/engine/types.hpp>

namespace leibler::inline v0::engine::kernels {

/// A mixture of K Gaussians N(m, L L^T), W = L^-1; triangles packed by rows.
struct GaussianParts {
  std::size_t count;
  std::size_t dimension;
  const double* logit;      ///< K
  const double* center;     ///< K x d, component by component
  const double* log_scale;  ///< K triangles, of which the diagonal is read: log L_jj
  const double* scale;      ///< the same, L_jj
  const double* whitening;  ///< K triangles
};

/// The path of a draw through its distribution function. With z_k = W_k (x - m_k), row by row, and
/// the weights r_kj of the components given x_1 .. x_{j-1},
///
///     F_j = sum_k r_kj Phi(z_kj),   r_kj ~ w_k prod_{i<j} phi(z_ki) W_k,ii
///
/// are independent and uniform [1]. Held fixed, they make dx = -(dF/dx)^-1 (dF/d theta) d theta
/// [2]. Adds for every component to totals[k][...] = { s0, s1 (d of them), s2 (j <= i, packed by
/// rows) }
///
///     s0 = sum v^T dx / d log w_k,   s1 = sum y,   s2 = lower triangle of sum y z^T
///
/// over the points, y = -v^T dx / dz_k, where the diagonal of s2 holds the explicit part of
/// v^T dx / d log L_k,jj, too. Points that no component reaches are cut, not NaN.
///
/// [1] M. Rosenblatt. Remarks on a multivariate transformation. Annals of Mathematical Statistics
///     23, 1952.
/// [2] M. Figurnov, S. Mohamed and A. Mnih. Implicit reparameterization gradients. NeurIPS, 2018.
void mixture_path_sums(const Batch& x, const Batch& v, const GaussianParts& parts, double* totals);

}  // namespace leibler::inline v0::engine::kernels
