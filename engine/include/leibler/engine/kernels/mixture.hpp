// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

#include <leibler/engine/types.hpp>

namespace leibler::inline v0::engine::kernels {

/// Coefficients of K quadratic forms c_k - |W_k (x - m_k)|^2 / 2, W_k lower triangular.
struct QuadraticForms {
  std::size_t count;
  std::size_t dimension;
  const double* center;     ///< K x d, component by component
  const double* whitening;  ///< K x d(d+1)/2, packed by rows
  const double* constant;   ///< K
};

/// Where an evaluation leaves what the later passes share; every column has `stride` rows.
struct MixtureTerms {
  double* maximum;      ///< stride: max_k l_k, in units of log 2
  double* total;        ///< stride: sum of the exponentials, in [1, K]
  double* inverse;      ///< stride: 1 / total
  double* exponential;  ///< K columns: exp(l_k - max_k l_k); responsibility = exponential * inverse
};

constexpr std::size_t triangle(std::size_t d) {
  return d * (d + 1) / 2;
}

/// l_k = the forms at every point, then maximum, total and exponential, which is within 1.1 ulp for
/// the argument it gets and 2^-1000 where l_k is lower still. `terms` has x.stride rows.
void mixture_terms(const Batch& x, const QuadraticForms& forms, const MixtureTerms& terms);

/// out[i] = maximum[i] log(2) + log(total[i]), i < padded(n); a maximum of 0 leaves a logarithm of
/// a normal total that is within 2 ulp.
void mixture_log_density(const MixtureTerms& terms, std::size_t n, double* out);

/// Terms and log density in one call, where no gradient follows: `inverse` and `exponential`
/// are only scratch.
void mixture_density_only(const Batch& x, const QuadraticForms& forms, const MixtureTerms& terms,
                          double* out);

/// out[k * out_stride + i] = exponential_k[i] * inverse[i], k < count, i < padded(n); columns of
/// `exponential` are x_stride rows apart.
void mixture_responsibilities(const MixtureTerms& terms, std::size_t x_stride, std::size_t n,
                              std::size_t count, double* out, std::size_t out_stride);

/// ratio[i] = weight[i] * inverse[i] for i < n, 0 up to padded(n). A null weight means 1.
void mixture_ratio(const MixtureTerms& terms, std::size_t n, const double* weight, double* ratio);

/// d log q / dx at every point, one column a dimension.
void mixture_point_gradient(const Batch& x, const QuadraticForms& forms, const MixtureTerms& terms,
                            double* out, std::size_t out_stride);

/// For every k, adds with r = exponential_k * ratio and u = x - m_k to
/// sums[k][...] = { sum r, sum r u_i (d of them), sum r u_i u_j (j <= i, packed by rows) }.
void weighted_moments(const Batch& x, const QuadraticForms& forms, const MixtureTerms& terms,
                      const double* ratio, double* sums);

}  // namespace leibler::inline v0::engine::kernels
