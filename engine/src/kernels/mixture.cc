// SPDX-License-Identifier: MIT
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/mixture.cc"
#include <hwy/foreach_target.h>

#include <hwy/highway.h>

#include <leibler/engine/kernels/mixture.hpp>
#include "kernels/pack-inl.h"
#include "kernels/tables-inl.h"

HWY_BEFORE_NAMESPACE();
namespace leibler::inline v0::engine::kernels {
namespace HWY_NAMESPACE {

// More would spill: an exponential in flight takes about four of the 32 registers.
#if HWY_TARGET <= HWY_AVX3
constexpr size_t kExpInFlight = 2;
#else
constexpr size_t kExpInFlight = 1;
#endif

constexpr double kLog2E = 0x1.71547652b82fep0, kSqrtHalfLog2E = 0x1.b2da4e9808a53p-1;

// square += |rows [row, row + kRows) of W (x - m)|^2 for one group of points.
template <size_t kRows, size_t N>
HWY_INLINE void AddRows(const double* x, size_t stride, size_t row, const double* center,
                        const double* whitening, Pack<N>& square) {
  const double* w[kRows];
  Pack<N> y[kRows];
#pragma GCC unroll 4
  for (size_t r = 0; r < kRows; ++r) {
    w[r] = whitening + (row + r) * (row + r + 1) / 2;
    y[r] = Broadcast<N>(0.0);
  }
  for (size_t j = 0; j < row; ++j) {
    const Pack<N> u = Load<N>(x + j * stride) - Broadcast<N>(center[j]);
#pragma GCC unroll 4
    for (size_t r = 0; r < kRows; ++r) y[r] = Fma(Broadcast<N>(w[r][j]), u, y[r]);
  }
#pragma GCC unroll 4
  for (size_t c = 0; c < kRows; ++c) {
    const Pack<N> u = Load<N>(x + (row + c) * stride) - Broadcast<N>(center[row + c]);
#pragma GCC unroll 4
    for (size_t r = c; r < kRows; ++r) y[r] = Fma(Broadcast<N>(w[r][row + c]), u, y[r]);
  }
#pragma GCC unroll 4
  for (size_t r = 0; r < kRows; ++r) square = Fma(y[r], y[r], square);
}

// One form at every point, in units of log 2.
void Form(const Batch& x, size_t n, const double* center, const double* whitening, double constant,
          double* out) {
  constexpr size_t N = kInFlight * kVectors;
  for (size_t i = 0; i < n; i += 8 * kInFlight) {
    Pack<N> square = Broadcast<N>(0.0);
    size_t row = 0;
    for (; row + 4 <= x.dimension; row += 4)
      AddRows<4>(x.data + i, x.stride, row, center, whitening, square);
    for (; row < x.dimension; ++row)
      AddRows<1>(x.data + i, x.stride, row, center, whitening, square);
    Store(Fma(Broadcast<N>(-0.5 * kLog2E), square, kLog2E * constant), out + i);
  }
}

// The same with the unit inside the factor, so that squares are taken off at once.
template <size_t kDimension>
HWY_INLINE void SmallForm(const Batch& x, size_t n, const double* center, const double* whitening,
                          double constant, double* out) {
  constexpr size_t N = kInFlight * kVectors;
  V scaled[triangle(kDimension)];
  for (size_t j = 0; j < triangle(kDimension); ++j) scaled[j] = Set(whitening[j] * kSqrtHalfLog2E);
  const Pack<N> top = Broadcast<N>(kLog2E * constant);
  for (size_t row = 0; row < n; row += 8 * kInFlight) {
    Pack<N> u[kDimension], form = top;
#pragma GCC unroll 4
    for (size_t a = 0; a < kDimension; ++a) {
      u[a] = Load<N>(x.data + a * x.stride + row) - Broadcast<N>(center[a]);
      LEIBLER_EACH {
        V y = hn::Mul(scaled[triangle(a)], u[0].v[i]);
        for (size_t b = 1; b <= a; ++b) y = hn::MulAdd(scaled[triangle(a) + b], u[b].v[i], y);
        form.v[i] = hn::NegMulAdd(y, y, form.v[i]);
      }
    }
    Store(form, out + row);
  }
}

// kDimension 0 means known only at run time.
template <size_t kDimension>
HWY_INLINE void Forms(const Batch& x, size_t n, const QuadraticForms& forms, double* out) {
  const size_t d = x.dimension;
  for (size_t k = 0; k < forms.count; ++k) {
    const double* const center = forms.center + k * d;
    const double* const whitening = forms.whitening + k * triangle(d);
    if constexpr (kDimension == 0) {
      Form(x, n, center, whitening, forms.constant[k], out + k * x.stride);
    } else {
      SmallForm<kDimension>(x, n, center, whitening, forms.constant[k], out + k * x.stride);
    }
  }
}

// Infinite coordinates can cancel to NaN inside a form, where the density is zero all the same:
// such rows get -inf. The NaN of a point that has one stays.
template <size_t N>
HWY_INLINE void ClearCancelledInfinities(const Batch& x, size_t row, Pack<N>& maximum) {
  LEIBLER_EACH {
    auto infinite = hn::Not(hn::Eq(maximum.v[i], maximum.v[i]));
    for (size_t j = 0; j < x.dimension; ++j) {
      const V coordinate = hn::LoadU(D(), x.data + j * x.stride + row + i * kLanes);
      infinite = hn::And(infinite, hn::Eq(coordinate, coordinate));
    }
    maximum.v[i] = hn::IfThenElse(infinite, Set(-__builtin_inf()), maximum.v[i]);
  }
}

// Whether every lane is a number above -inf, or the sum of very low ones not.
template <size_t N>
HWY_INLINE bool IsSomewhere(const Pack<N>& maximum) {
  V any = maximum.v[0];
  for (size_t i = 1; i < N; ++i) any = hn::Add(any, maximum.v[i]);
  return hn::AllTrue(D(), hn::Gt(any, Set(-__builtin_inf())));
}

// Forms are in units of log 2, so that exponentials are powers of two and need no reduction.
// Pairs of components, each pair added first: one order of additions on every instruction set. The
// division runs beside the exponentials' multiplications; a pass of its own would wait for the
// divider.
template <bool kKeep>
HWY_INLINE void TermsOf(const Batch& x, const QuadraticForms& forms, const MixtureTerms& terms) {
  const size_t n = padded(x.size), stride = x.stride, count = forms.count;
  switch (x.dimension) {
    case 1:
      Forms<1>(x, n, forms, terms.exponential);
      break;
    case 2:
      Forms<2>(x, n, forms, terms.exponential);
      break;
    case 3:
      Forms<3>(x, n, forms, terms.exponential);
      break;
    case 4:
      Forms<4>(x, n, forms, terms.exponential);
      break;
    default:
      Forms<0>(x, n, forms, terms.exponential);
  }
  constexpr size_t N = kExpInFlight * kVectors;
  const Table powers(kPowers);
  for (size_t i = 0; i < n; i += 8 * kExpInFlight) {
    double* const column = terms.exponential + i;
    Pack<N> maximum = Load<N>(column);
    for (size_t k = 1; k < count; ++k) maximum = Max(maximum, Load<N>(column + k * stride));
    if (HWY_UNLIKELY(!IsSomewhere(maximum))) {
      ClearCancelledInfinities(x, i, maximum);
      Store(maximum, terms.maximum + i);
      // A point infinitely far from every component: -inf - (-inf) would be NaN.
      maximum = Max(Broadcast<N>(-0x1.fffffffffffffp1023), maximum);
    } else {
      Store(maximum, terms.maximum + i);
    }
    Pack<N> total = Broadcast<N>(0.0);
    size_t k = 0;
    for (; k + 2 <= count; k += 2) {
      Pack<2 * N> l;
      for (size_t q = 0; q < N; ++q) {
        l.v[q] = hn::Sub(hn::LoadU(D(), column + k * stride + q * kLanes), maximum.v[q]);
        l.v[N + q] = hn::Sub(hn::LoadU(D(), column + (k + 1) * stride + q * kLanes), maximum.v[q]);
      }
      const Pack<2 * N> e = Exp2(l, powers);
      for (size_t q = 0; q < N; ++q) {
        if constexpr (kKeep) {
          hn::StoreU(e.v[q], D(), column + k * stride + q * kLanes);
          hn::StoreU(e.v[N + q], D(), column + (k + 1) * stride + q * kLanes);
        }
        total.v[q] = hn::Add(total.v[q], hn::Add(e.v[q], e.v[N + q]));
      }
    }
    if (k < count) {
      const Pack<N> e = Exp2(Load<N>(column + k * stride) - maximum, powers);
      if constexpr (kKeep) Store(e, column + k * stride);
      total = total + e;
    }
    Store(total, terms.total + i);
    if constexpr (kKeep) Store(Broadcast<N>(1.0) / total, terms.inverse + i);
  }
}

void Terms(const Batch& x, const QuadraticForms& forms, const MixtureTerms& terms) {
  TermsOf<true>(x, forms, terms);
}

void LogDensity(const MixtureTerms& terms, size_t n, double* out) {
  constexpr size_t N = kInFlight * kVectors;
  const LogTables tables;
  for (size_t i = 0; i < n; i += 8 * kInFlight) {
    const Pack<N> maximum = Load<N>(terms.maximum + i);
    Store(LogByTable<true>(Load<N>(terms.total + i), maximum, tables), out + i);
  }
}

void DensityOnly(const Batch& x, const QuadraticForms& forms, const MixtureTerms& terms,
                 double* out) {
  TermsOf<false>(x, forms, terms);
  LogDensity(terms, padded(x.size), out);
}

void Ratio(const MixtureTerms& terms, size_t n, const double* weight, double* ratio) {
  constexpr size_t N = kInFlight * kVectors;
  for (size_t i = 0; i < padded(n); i += 8 * kInFlight) {
    Pack<N> r = Load<N>(terms.inverse + i);
    if (weight != nullptr) r = r * Load<N>(weight + i);
    Store(r, ratio + i);
  }
  for (size_t i = n; i < padded(n); ++i) ratio[i] = 0.0;
}

void Responsibilities(const MixtureTerms& terms, size_t x_stride, size_t n, size_t count,
                      double* out, size_t out_stride) {
  constexpr size_t N = kVectors;
  for (size_t i = 0; i < padded(n); i += 8) {
    const Pack<N> inverse = Load<N>(terms.inverse + i);
    for (size_t k = 0; k < count; ++k) {
      Store(Load<N>(terms.exponential + k * x_stride + i) * inverse, out + k * out_stride + i);
    }
  }
}

// One octet of out = sum_k r_k W_k^T W_k (m_k - x); gradient and u hold d octets.
HWY_INLINE void PointGradientOctet(const Batch& x, size_t i, size_t d, const QuadraticForms& forms,
                                   const MixtureTerms& terms, Octets<1>* gradient, Octets<1>* u) {
  constexpr size_t N = kVectors;
  for (size_t a = 0; a < d; ++a) gradient[a] = Broadcast<N>(0.0);
  const Pack<N> one_over = Load<N>(terms.inverse + i);
  for (size_t k = 0; k < forms.count; ++k) {
    const Pack<N> r = Load<N>(terms.exponential + k * x.stride + i) * one_over;
    const double* w = forms.whitening + k * triangle(d);
    for (size_t a = 0; a < d; ++a) {
      u[a] = Broadcast<N>(forms.center[k * d + a]) - Load<N>(x.data + a * x.stride + i);
    }
    for (size_t a = 0; a < d; w += ++a) {
      Pack<N> y = Broadcast<N>(0.0);
      for (size_t b = 0; b <= a; ++b) y = Fma(Broadcast<N>(w[b]), u[b], y);
      y = y * r;
      for (size_t b = 0; b <= a; ++b) gradient[b] = Fma(Broadcast<N>(w[b]), y, gradient[b]);
    }
  }
}

// kDimension 0 means known only at run time; then scratch holds 16 d doubles.
template <size_t kDimension>
HWY_INLINE void PointGradientOf(const Batch& x, const QuadraticForms& forms,
                                const MixtureTerms& terms, double* out, size_t out_stride,
                                double* scratch) {
  if constexpr (kDimension != 0) {
    Octets<1> gradient[kDimension], u[kDimension];
    for (size_t i = 0; i < padded(x.size); i += 8) {
      PointGradientOctet(x, i, kDimension, forms, terms, gradient, u);
      for (size_t a = 0; a < kDimension; ++a) Store(gradient[a], out + a * out_stride + i);
    }
  } else {
    const size_t d = x.dimension;
    auto* const gradient = reinterpret_cast<Octets<1>*>(scratch);
    for (size_t i = 0; i < padded(x.size); i += 8) {
      PointGradientOctet(x, i, d, forms, terms, gradient, gradient + d);
      for (size_t a = 0; a < d; ++a) Store(gradient[a], out + a * out_stride + i);
    }
  }
}

void PointGradient(const Batch& x, const QuadraticForms& forms, const MixtureTerms& terms,
                   double* out, size_t out_stride, double* scratch) {
  switch (x.dimension) {
    case 1:
      return PointGradientOf<1>(x, forms, terms, out, out_stride, scratch);
    case 2:
      return PointGradientOf<2>(x, forms, terms, out, out_stride, scratch);
    case 3:
      return PointGradientOf<3>(x, forms, terms, out, out_stride, scratch);
    case 4:
      return PointGradientOf<4>(x, forms, terms, out, out_stride, scratch);
    default:
      return PointGradientOf<0>(x, forms, terms, out, out_stride, scratch);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace leibler::inline v0::engine::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include <leibler/engine/workspace.hpp>

namespace leibler::inline v0::engine::kernels {

HWY_EXPORT(Terms);
HWY_EXPORT(DensityOnly);
HWY_EXPORT(LogDensity);
HWY_EXPORT(Ratio);
HWY_EXPORT(Responsibilities);
HWY_EXPORT(PointGradient);

void mixture_terms(const Batch& x, const QuadraticForms& forms, const MixtureTerms& terms) {
  HWY_DYNAMIC_DISPATCH(Terms)(x, forms, terms);
}
void mixture_density_only(const Batch& x, const QuadraticForms& forms, const MixtureTerms& terms,
                          double* out) {
  HWY_DYNAMIC_DISPATCH(DensityOnly)(x, forms, terms, out);
}
void mixture_log_density(const MixtureTerms& terms, std::size_t n, double* out) {
  HWY_DYNAMIC_DISPATCH(LogDensity)(terms, n, out);
}
void mixture_point_gradient(const Batch& x, const QuadraticForms& forms, const MixtureTerms& terms,
                            double* out, std::size_t out_stride) {
  Workspace& workspace = Workspace::of_thread();
  const Workspace::Frame frame(workspace);
  double* const scratch = workspace.take(16 * x.dimension);
  HWY_DYNAMIC_DISPATCH(PointGradient)(x, forms, terms, out, out_stride, scratch);
}
void mixture_responsibilities(const MixtureTerms& terms, std::size_t x_stride, std::size_t n,
                              std::size_t count, double* out, std::size_t out_stride) {
  HWY_DYNAMIC_DISPATCH(Responsibilities)(terms, x_stride, n, count, out, out_stride);
}
void mixture_ratio(const MixtureTerms& terms, std::size_t n, const double* weight, double* ratio) {
  HWY_DYNAMIC_DISPATCH(Ratio)(terms, n, weight, ratio);
}

}  // namespace leibler::inline v0::engine::kernels
#endif
