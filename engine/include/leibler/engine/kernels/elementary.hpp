// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

// Arithmetic on arrays. Every sum runs over 8 lanes that are added in one fixed tree, every
// multiply-add is fused, so that AVX2 and AVX-512 give the same bits. n is any number; out may be
// an input. Errors are measured against correctly rounded results.
namespace leibler::inline v0::engine::kernels {

/// out[i] = exp(x[i]), within 1.2 ulp; subnormal and infinite results and NaN included.
void exp_fill(const double* x, double* out, std::size_t n);

/// out[i] = log(x[i]), within 1 ulp; subnormal, zero (-inf), negative (NaN) and infinite included.
void log_fill(const double* x, double* out, std::size_t n);

/// out[i] = log sum_k exp(columns[k * stride + i]), k < count, in two passes. A row of -inf gives
/// -inf, one with +inf +inf, one with NaN NaN. Relative error below (count + 4) ulp of the sum.
void log_sum_exp_rows(const double* columns, std::size_t stride, std::size_t count, std::size_t n,
                      double* out);

double sum(const double* x, std::size_t n);
double sum_of_magnitudes(const double* x, std::size_t n);

/// sum (x[i] - shift)^2.
double sum_of_squares(const double* x, double shift, std::size_t n);

/// sum x[i] w[i].
double dot(const double* x, const double* w, std::size_t n);

/// True if no entry is NaN or infinite.
bool all_finite(const double* x, std::size_t n);

/// out[i] = a[i] + b[i].
void add(const double* a, const double* b, double* out, std::size_t n);

/// out[i] = a[i] - b[i], and 0 where both are the same infinity: the log ratio of equal densities.
void subtract(const double* a, const double* b, double* out, std::size_t n);

/// out[i] = a[i] * b[i].
void multiply(const double* a, const double* b, double* out, std::size_t n);

/// x[i] := (x[i] - shift) * scale.
void shift_scale(double* x, double shift, double scale, std::size_t n);

/// out[i] += scale * b[i].
void add_scaled(double scale, const double* b, double* out, std::size_t n);

}  // namespace leibler::inline v0::engine::kernels
