// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

#include <leibler/engine/types.hpp>

namespace leibler::inline v0::engine::kernels {

/// Lower triangular L packed by rows, W = L^-1 likewise; for a diagonal both hold d entries.
enum class Shape { diagonal, triangle };

/// w = W (x - mean) at every point.
void gaussian_whiten(Shape shape, const Batch& x, const double* mean, const double* whitening,
                     double* w);

/// out = constant - |w|^2 / 2.
void gaussian_log_density(const double* w, std::size_t stride, std::size_t size,
                          std::size_t dimension, double constant, double* out);

/// out = -W^T w, the gradient of log N(x; mean, L L^T) in x.
void gaussian_point_gradient(Shape shape, const double* w, std::size_t w_stride,
                             const double* whitening, const MutableBatch& out);

/// x = mean + diag(scale) z.
void gaussian_scale(const double* z, std::size_t z_stride, const double* mean, const double* scale,
                    const MutableBatch& x);

/// The same, and w = whitening (x - mean), as gaussian_whiten of x gives it.
void gaussian_scale_whiten(const double* z, std::size_t z_stride, const double* mean,
                           const double* scale, const double* whitening, const MutableBatch& x,
                           double* w);

/// sums[0, d) += sum_i v_i, then += sum_i v_i w_i^T (its diagonal, or its lower triangle by rows).
void gaussian_path_sums(Shape shape, const Batch& v, const double* w, std::size_t w_stride,
                        double* sums);

/// The same of v = weight W w and a diagonal W, then += sum_i weight_i; no weight means 1.
void gaussian_score_sums(const double* w, std::size_t stride, std::size_t size,
                         std::size_t dimension, const double* whitening, const double* weight,
                         double* sums);

}  // namespace leibler::inline v0::engine::kernels
