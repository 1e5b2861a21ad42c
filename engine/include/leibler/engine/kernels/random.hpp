// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

#include <leibler/engine/random.hpp>

// Random numbers by the batch. Every fill starts at the stream's position 0 and is the same for any
// n: out[i] depends on the stream and i alone. n is below 2^33.
namespace leibler::inline v0::engine::kernels {

/// Raw bits: out[16 p + i] and out[16 p + 8 + i], i < 8, are the low and the high half of block
/// 8 p + i of the stream.
void philox_fill(const Stream& stream, std::uint64_t* out, std::size_t n);

/// Uniform on (0, 1): odd multiples of 2^-53, so neither end occurs.
void uniform_fill(const Stream& stream, double* out, std::size_t n);

/// Standard normals by Box-Muller [1]; |z| <= 8.58, within 4 ulp of the exact transform.
/// [1] G. Box and M. Muller. A note on the generation of random normal deviates. 1958.
void normal_fill(const Stream& stream, double* out, std::size_t n);

/// The same for `columns` columns of `rows` numbers, one behind the other, row i belonging to draw
/// i, as stream.dependence says; the calls above always draw independent numbers. rows is even.
/// Sobol's sequence [2] has 400 dimensions for each part of a stream; normals come from it by
/// inversion.
///
/// [2] S. Joe and F. Kuo. Constructing Sobol sequences with better two-dimensional projections.
///     SIAM Journal on Scientific Computing 30, 2008. By Boost.Random.
/// @throws InvalidArgument  for more columns than that
void uniform_fill(const Stream& stream, double* out, std::size_t rows, std::size_t columns);
void normal_fill(const Stream& stream, double* out, std::size_t rows, std::size_t columns);

/// Categories by inversion of a uniform u_i: out[i] = how many of the first categories - 1 entries
/// of `cumulative`, which rise within [0, 1], are <= u_i. The first 16 bits of u_i are word i of
/// the stream; 53 more, from its next part, are drawn only where the first do not decide. A
/// category of probability zero repeats its neighbour's entry and is never drawn.
void category_fill(const Stream& stream, const double* cumulative, std::size_t categories,
                   std::uint32_t* out, std::size_t n);

/// counts[k] = how often category_fill draws k, without storing the draws.
void category_counts(const Stream& stream, std::size_t n, const double* cumulative,
                     std::size_t categories, std::size_t* counts);

/// x := mean + factor z for rows [begin, end), factor a lower triangle packed by rows. Writes whole
/// octets, up to row end + 7, so neighbouring segments are to be written in ascending order.
void affine_rows(const double* z, std::size_t stride, std::size_t begin, std::size_t end,
                 std::size_t dimension, const double* mean, const double* factor,
                 std::size_t out_stride, double* out);

}  // namespace leibler::inline v0::engine::kernels
