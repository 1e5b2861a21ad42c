// SPDX-License-Identifier: MIT
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/weighted_moments.cc"
#include <hwy/foreach_target.h>

#include <hwy/highway.h>

#include <leibler/engine/chunks.hpp>
#include <leibler/engine/kernels/mixture.hpp>
#include "kernels/pack-inl.h"

HWY_BEFORE_NAMESPACE();
namespace leibler::inline v0::engine::kernels {
namespace HWY_NAMESPACE {

// Zeroth, first and second moments of kForms components at once: enough chains to hide latency.
template <size_t kDimension, size_t kForms>
HWY_INLINE void SmallMoments(const Batch& x, const double* center, const double* exponential,
                             const double* ratio, double* sums) {
  constexpr size_t d = kDimension, N = kVectors, kSums = 1 + d + d * (d + 1) / 2;
  Pack<N> sum[kForms][kSums];
#pragma GCC unroll 64
  for (size_t k = 0; k < kForms; ++k) {
#pragma GCC unroll 64
    for (size_t s = 0; s < kSums; ++s) sum[k][s] = Broadcast<N>(0.0);
  }
  for (size_t i = 0; i < padded(x.size); i += 8) {
    const Pack<N> scale = Load<N>(ratio + i);
#pragma GCC unroll 4
    for (size_t k = 0; k < kForms; ++k) {
      const Pack<N> r = Load<N>(exponential + k * x.stride + i) * scale;
      Pack<N> u[d];
      sum[k][0] = sum[k][0] + r;
      size_t s = 1 + d;
#pragma GCC unroll 4
      for (size_t a = 0; a < d; ++a) {
        u[a] = Load<N>(x.data + a * x.stride + i) - Broadcast<N>(center[k * d + a]);
        const Pack<N> ru = r * u[a];
        sum[k][1 + a] = sum[k][1 + a] + ru;
#pragma GCC unroll 4
        for (size_t b = 0; b <= a; ++b, ++s) sum[k][s] = Fma(ru, u[b], sum[k][s]);
      }
    }
  }
#pragma GCC unroll 64
  for (size_t k = 0; k < kForms; ++k) {
#pragma GCC unroll 64
    for (size_t s = 0; s < kSums; ++s) sums[k * kSums + s] += SumOctet(sum[k][s]);
  }
}

#if HWY_TARGET <= HWY_AVX3
constexpr size_t kTile = 4;
#else
constexpr size_t kTile = 2;
#endif

// Rows of weighted points on the stack: columns of a power of two would alias.
constexpr size_t kRowStride = most_chunk_size + 8;

// A tile of second moments from rows that are weighted and centred already.
template <size_t kRows, size_t kColumns>
HWY_INLINE void MomentTile(const Batch& x, size_t row, size_t column, const double* center,
                           const double* weighted, double* sums) {
  constexpr size_t N = kVectors;
  Pack<N> second[kRows][kColumns];
  for (size_t a = 0; a < kRows; ++a) {
    for (size_t b = 0; b < kColumns; ++b) second[a][b] = Broadcast<N>(0.0);
  }
  for (size_t i = 0; i < padded(x.size); i += 8) {
    Pack<N> ru[kRows];
#pragma GCC unroll 4
    for (size_t a = 0; a < kRows; ++a) ru[a] = Load<N>(weighted + a * kRowStride + i);
#pragma GCC unroll 4
    for (size_t b = 0; b < kColumns; ++b) {
      const Pack<N> u =
          Load<N>(x.data + (column + b) * x.stride + i) - Broadcast<N>(center[column + b]);
#pragma GCC unroll 4
      for (size_t a = 0; a < kRows; ++a) second[a][b] = Fma(ru[a], u, second[a][b]);
    }
  }
  for (size_t a = 0; a < kRows; ++a) {
    for (size_t b = 0; b < kColumns && column + b <= row + a; ++b) {
      sums[1 + x.dimension + triangle(row + a) + column + b] += SumOctet(second[a][b]);
    }
  }
}

template <size_t kRows>
HWY_INLINE void MomentRows(const Batch& x, size_t row, const double* center, const double* weight,
                           double* sums) {
  alignas(64) double weighted[kRows * kRowStride];
  for (size_t a = 0; a < kRows; ++a) {
    Octets<1> first = Broadcast<kVectors>(0.0);
    for (size_t i = 0; i < padded(x.size); i += 8) {
      const Octets<1> u =
          Load<kVectors>(x.data + (row + a) * x.stride + i) - Broadcast<kVectors>(center[row + a]);
      const Octets<1> ru = Load<kVectors>(weight + i) * u;
      Store(ru, weighted + a * kRowStride + i);
      first = first + ru;
    }
    sums[1 + row + a] += SumOctet(first);
  }
  size_t column = 0;
  for (; column + kTile <= row + kRows; column += kTile) {
    MomentTile<kRows, kTile>(x, row, column, center, weighted, sums);
  }
  for (; column < row + kRows; ++column)
    MomentTile<kRows, 1>(x, row, column, center, weighted, sums);
}

void LargeMoments(const Batch& x, const double* center, const double* exponential,
                  const double* ratio, double* sums) {
  alignas(64) double weight[most_chunk_size];
  Octets<1> zeroth = Broadcast<kVectors>(0.0);
  for (size_t i = 0; i < padded(x.size); i += 8) {
    const Octets<1> r = Load<kVectors>(exponential + i) * Load<kVectors>(ratio + i);
    Store(r, weight + i);
    zeroth = zeroth + r;
  }
  sums[0] += SumOctet(zeroth);
  size_t row = 0;
  for (; row + kTile <= x.dimension; row += kTile) MomentRows<kTile>(x, row, center, weight, sums);
  for (; row < x.dimension; ++row) MomentRows<1>(x, row, center, weight, sums);
}

template <size_t kDimension, size_t kForms>
void EachSmall(const Batch& x, const QuadraticForms& forms, const MixtureTerms& terms,
               const double* ratio, double* sums) {
  constexpr size_t d = kDimension, kSums = 1 + d + d * (d + 1) / 2;
  size_t k = 0;
  for (; k + kForms <= forms.count; k += kForms) {
    SmallMoments<d, kForms>(x, forms.center + k * d, terms.exponential + k * x.stride, ratio,
                            sums + k * kSums);
  }
  for (; k < forms.count; ++k) {
    SmallMoments<d, 1>(x, forms.center + k * d, terms.exponential + k * x.stride, ratio,
                       sums + k * kSums);
  }
}

#if HWY_TARGET <= HWY_AVX3
constexpr size_t kTwo = 2;
#else
constexpr size_t kTwo = 1;
#endif

void Moments(const Batch& x, const QuadraticForms& forms, const MixtureTerms& terms,
             const double* ratio, double* sums) {
  const size_t d = x.dimension, size = 1 + d + triangle(d);
  switch (d) {
    case 1:
      return EachSmall<1, 2 * kTwo>(x, forms, terms, ratio, sums);
    case 2:
      return EachSmall<2, kTwo>(x, forms, terms, ratio, sums);
    case 3:
      return EachSmall<3, 1>(x, forms, terms, ratio, sums);
    default:
      for (size_t k = 0; k < forms.count; ++k) {
        LargeMoments(x, forms.center + k * d, terms.exponential + k * x.stride, ratio,
                     sums + k * size);
      }
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace leibler::inline v0::engine::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace leibler::inline v0::engine::kernels {

HWY_EXPORT(Moments);

void weighted_moments(const Batch& x, const QuadraticForms& forms, const MixtureTerms& terms,
                      const double* ratio, double* sums) {
  HWY_DYNAMIC_DISPATCH(Moments)(x, forms, terms, ratio, sums);
}

}  // namespace leibler::inline v0::engine::kernels
#endif
