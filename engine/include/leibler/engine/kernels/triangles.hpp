// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

namespace leibler::inline v0::engine::kernels {

/// Lower triangles packed by rows, `count` of them one after another, worked on eight at a time.

/// inverse_k = factor_k^-1 for every k.
void invert_triangles(const double* factor, std::size_t count, std::size_t dimension,
                      double* inverse);

/// From s = {s0, s1 (d), s2 (d(d+1)/2)} of every k and W = L^-1:
/// mean_k = W^T W s1, lower_k = lower(W^T (W s2 W^T - s0 I)), the diagonal times L_ii.
void triangle_gradients(const double* sums, const double* inverse, const double* factor,
                        std::size_t count, std::size_t dimension, double* mean, double* lower);

}  // namespace leibler::inline v0::engine::kernels
