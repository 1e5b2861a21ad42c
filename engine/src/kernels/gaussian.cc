// SPDX-License-Identifier: MIT
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/gaussian.cc"
#include <hwy/foreach_target.h>

#include <hwy/highway.h>

#include <leibler/engine/kernels/gaussian.hpp>
#include "kernels/pack-inl.h"

HWY_BEFORE_NAMESPACE();
namespace leibler::inline v0::engine::kernels {
namespace HWY_NAMESPACE {

constexpr size_t kPack = kInFlight * kVectors, kStep = 8 * kInFlight;
using P = Pack<kPack>;
HWY_INLINE constexpr size_t Row(size_t i) {
  return i * (i + 1) / 2;
}

// Infinite coordinates can cancel to NaN in a row of W (x - mean), where the point is infinitely
// far away all the same; the NaN of a point that has one stays.
HWY_INLINE void ClearCancelledInfinities(const Batch& x, size_t row, size_t coordinates, P& sum) {
  V any = sum.v[0];  // NaN if one of them is
  for (size_t i = 1; i < kPack; ++i) any = hn::Add(any, sum.v[i]);
  if (HWY_LIKELY(hn::AllTrue(D(), hn::Eq(any, any)))) return;
  for (size_t i = 0; i < kPack; ++i) {
    auto infinite = hn::Not(hn::Eq(sum.v[i], sum.v[i]));
    for (size_t j = 0; j < coordinates; ++j) {
      const V coordinate = hn::LoadU(D(), x.data + j * x.stride + row + i * kLanes);
      infinite = hn::And(infinite, hn::Eq(coordinate, coordinate));
    }
    sum.v[i] = hn::IfThenElse(infinite, Set(__builtin_inf()), sum.v[i]);
  }
}

void WhitenDiagonal(const Batch& x, const double* mean, const double* whitening, double* w) {
  const P zero = Broadcast<kPack>(0.0);
  for (size_t a = 0; a < x.dimension; ++a) {
    const P m = Broadcast<kPack>(mean[a]), s = Broadcast<kPack>(whitening[a]);
    for (size_t i = 0; i < padded(x.size); i += kStep) {
      Store(Fma(Load<kPack>(x.data + a * x.stride + i) - m, s, zero), w + a * x.stride + i);
    }
  }
}

void Whiten(Shape shape, const Batch& x, const double* mean, const double* whitening, double* w) {
  if (shape == Shape::diagonal) return WhitenDiagonal(x, mean, whitening, w);
  const size_t n = padded(x.size), d = x.dimension;
  for (size_t i = 0; i < n; i += kStep) {
    for (size_t a = 0; a < d; ++a) {
      const double* const row = whitening + Row(a);
      P sum = Broadcast<kPack>(0.0);
      for (size_t b = 0; b <= a; ++b) {
        sum = Fma(Load<kPack>(x.data + b * x.stride + i) - Broadcast<kPack>(mean[b]),
                  Broadcast<kPack>(row[b]), sum);
      }
      if (a > 0) ClearCancelledInfinities(x, i, a + 1, sum);
      Store(sum, w + a * x.stride + i);
    }
  }
}

void LogDensity(const double* w, size_t stride, size_t size, size_t d, double constant,
                double* out) {
  const P half = Broadcast<kPack>(-0.5);
  for (size_t i = 0; i < padded(size); i += kStep) {
    P sum = Broadcast<kPack>(0.0);
    for (size_t a = 0; a < d; ++a) {
      const P z = Load<kPack>(w + a * stride + i);
      sum = Fma(z, z, sum);
    }
    Store(Fma(half, sum, constant), out + i);
  }
}

void PointGradient(Shape shape, const double* w, size_t w_stride, const double* whitening,
                   const MutableBatch& out) {
  const size_t n = padded(out.size), d = out.dimension;
  for (size_t i = 0; i < n; i += kStep) {
    for (size_t b = 0; b < d; ++b) {
      const size_t end = shape == Shape::diagonal ? b + 1 : d;
      P sum = Broadcast<kPack>(0.0);
      for (size_t a = b; a < end; ++a) {
        const double entry = whitening[shape == Shape::diagonal ? a : Row(a) + b];
        sum = sum - Load<kPack>(w + a * w_stride + i) * Broadcast<kPack>(entry);
      }
      Store(sum, out.data + b * out.stride + i);
    }
  }
}

void Scale(const double* z, size_t z_stride, const double* mean, const double* scale,
           const MutableBatch& x) {
  for (size_t a = 0; a < x.dimension; ++a) {
    const P m = Broadcast<kPack>(mean[a]), s = Broadcast<kPack>(scale[a]);
    for (size_t i = 0; i < padded(x.size); i += kStep) {
      Store(Fma(Load<kPack>(z + a * z_stride + i), s, m), x.data + a * x.stride + i);
    }
  }
}

// The same, with what WhitenDiagonal makes of it.
void ScaleWhiten(const double* z, size_t z_stride, const double* mean, const double* scale,
                 const double* whitening, const MutableBatch& x, double* w) {
  const P zero = Broadcast<kPack>(0.0);
  for (size_t a = 0; a < x.dimension; ++a) {
    const P m = Broadcast<kPack>(mean[a]), s = Broadcast<kPack>(scale[a]);
    const P inverse = Broadcast<kPack>(whitening[a]);
    for (size_t i = 0; i < padded(x.size); i += kStep) {
      const P point = Fma(Load<kPack>(z + a * z_stride + i), s, m);
      Store(point, x.data + a * x.stride + i);
      Store(Fma(point - m, inverse, zero), w + a * x.stride + i);
    }
  }
}

// sum v and sum v w, v(i) an octet. Four octets at a time, each with totals of its own: one
// addition would wait for the other.
template <class F>
HWY_INLINE void ColumnSums(const F& v, const double* w, size_t n, double& sum, double& product) {
  const Octets<1> zero = Broadcast<kVectors>(0.0);
  Octets<1> a[4] = {zero, zero, zero, zero}, b[4] = {zero, zero, zero, zero};
  const auto add = [&](size_t k, const Octets<1>& x, const Octets<1>& y) HWY_ATTR {
    a[k] = a[k] + x;
    b[k] = Fma(x, y, b[k]);
  };
  size_t i = 0;
  for (; i + 32 <= n; i += 32) {
    for (size_t k = 0; k < 4; ++k) add(k, v(i + 8 * k, 8), Load<kVectors>(w + i + 8 * k));
  }
  for (; i + 8 <= n; i += 8) add(0, v(i, 8), Load<kVectors>(w + i));
  if (i < n) add(0, v(i, n - i), LoadPart(w + i, n - i));
  sum += SumOctet((a[0] + a[1]) + (a[2] + a[3]));
  product += SumOctet((b[0] + b[1]) + (b[2] + b[3]));
}

// n numbers, 8 unless they are the last.
HWY_INLINE Octets<1> LoadUpTo(const double* x, size_t n) {
  return n == 8 ? Load<kVectors>(x) : LoadPart(x, n);
}

// The same of v times weight, and sum weight.
template <class F, class G>
HWY_INLINE void WeightedColumnSums(const F& v, const G& weight, const double* w, size_t n,
                                   double& sum, double& product, double& mass) {
  const Octets<1> zero = Broadcast<kVectors>(0.0);
  Octets<1> a[4] = {zero, zero, zero, zero}, b[4] = {zero, zero, zero, zero};
  Octets<1> c[4] = {zero, zero, zero, zero};
  const auto add = [&](size_t k, const Octets<1>& x, const Octets<1>& y, const Octets<1>& u)
                       HWY_ATTR {
                         const Octets<1> xu = x * u;
                         a[k] = a[k] + xu;
                         b[k] = Fma(xu, y, b[k]);
                         c[k] = c[k] + u;
                       };
  size_t i = 0;
  for (; i + 32 <= n; i += 32) {
    for (size_t k = 0; k < 4; ++k) {
      const size_t at = i + 8 * k;
      add(k, v(at, 8), Load<kVectors>(w + at), weight(at, 8));
    }
  }
  for (; i + 8 <= n; i += 8) add(0, v(i, 8), Load<kVectors>(w + i), weight(i, 8));
  if (i < n) add(0, v(i, n - i), LoadPart(w + i, n - i), weight(i, n - i));
  sum += SumOctet((a[0] + a[1]) + (a[2] + a[3]));
  product += SumOctet((b[0] + b[1]) + (b[2] + b[3]));
  mass += SumOctet((c[0] + c[1]) + (c[2] + c[3]));
}

void ScoreSums(const double* w, size_t stride, size_t n, size_t d, const double* whitening,
               const double* weight, double* sums) {
  double& mass = sums[2 * d];
  if (weight == nullptr) mass += static_cast<double>(n);
  for (size_t a = 0; a < d; ++a) {
    const double* const column = w + a * stride;
    const Octets<1> scale = Broadcast<kVectors>(whitening[a]);
    const auto plain = [&](size_t i, size_t count)
                           HWY_ATTR { return LoadUpTo(column + i, count) * scale; };
    const auto weights = [&](size_t i, size_t count)
                             HWY_ATTR { return LoadUpTo(weight + i, count); };
    const auto weighted = [&](size_t i, size_t count)
                              HWY_ATTR { return plain(i, count) * weights(i, count); };
    if (weight == nullptr) {
      ColumnSums(plain, column, n, sums[a], sums[d + a]);
    } else if (a == 0) {
      WeightedColumnSums(plain, weights, column, n, sums[0], sums[d], mass);
    } else {
      ColumnSums(weighted, column, n, sums[a], sums[d + a]);
    }
  }
}

// Four dot products at a time: v_a with w_b, w_(b+1), ...
void PathSums(Shape shape, const Batch& v, const double* w, size_t w_stride, double* sums) {
  if (shape == Shape::diagonal) {
    for (size_t a = 0; a < v.dimension; ++a) {
      const double* const column = v.data + a * v.stride;
      const auto plain = [&](size_t i, size_t count)
                             HWY_ATTR { return LoadUpTo(column + i, count); };
      ColumnSums(plain, w + a * w_stride, v.size, sums[a], sums[v.dimension + a]);
    }
    return;
  }
  const size_t d = v.dimension, full = v.size / 8 * 8, rest = v.size - full;
  const Octets<1> zero = Broadcast<kVectors>(0.0);
  double* out = sums + d;
  for (size_t a = 0; a < d; ++a) {
    const double* const va = v.data + a * v.stride;
    const Octets<1> tail = LoadPart(va + full, rest);
    Octets<1> total = tail;
    for (size_t i = 0; i < full; i += 8) total = total + Load<kVectors>(va + i);
    sums[a] += SumOctet(total);
    for (size_t b = 0; b <= a; b += 4) {
      const size_t last = a - b;
      const double* const w0 = w + b * w_stride;
      const double* const w1 = w0 + (last < 1 ? 0 : 1) * w_stride;
      const double* const w2 = w0 + (last < 2 ? 0 : 2) * w_stride;
      const double* const w3 = w0 + (last < 3 ? 0 : 3) * w_stride;
      Octets<1> s0 = zero, s1 = zero, s2 = zero, s3 = zero;
      for (size_t i = 0; i < full; i += 8) {
        const Octets<1> x = Load<kVectors>(va + i);
        s0 = Fma(x, Load<kVectors>(w0 + i), s0);
        s1 = Fma(x, Load<kVectors>(w1 + i), s1);
        s2 = Fma(x, Load<kVectors>(w2 + i), s2);
        s3 = Fma(x, Load<kVectors>(w3 + i), s3);
      }
      if (rest) {
        s0 = Fma(tail, LoadPart(w0 + full, rest), s0);
        s1 = Fma(tail, LoadPart(w1 + full, rest), s1);
        s2 = Fma(tail, LoadPart(w2 + full, rest), s2);
        s3 = Fma(tail, LoadPart(w3 + full, rest), s3);
      }
      *out++ += SumOctet(s0);
      if (last >= 1) *out++ += SumOctet(s1);
      if (last >= 2) *out++ += SumOctet(s2);
      if (last >= 3) *out++ += SumOctet(s3);
    }
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace leibler::inline v0::engine::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace leibler::inline v0::engine::kernels {

HWY_EXPORT(Whiten);
HWY_EXPORT(LogDensity);
HWY_EXPORT(PointGradient);
HWY_EXPORT(Scale);
HWY_EXPORT(ScaleWhiten);
HWY_EXPORT(PathSums);
HWY_EXPORT(ScoreSums);

void gaussian_whiten(Shape shape, const Batch& x, const double* mean, const double* whitening,
                     double* w) {
  HWY_DYNAMIC_DISPATCH(Whiten)(shape, x, mean, whitening, w);
}
void gaussian_log_density(const double* w, std::size_t stride, std::size_t size, std::size_t d,
                          double constant, double* out) {
  HWY_DYNAMIC_DISPATCH(LogDensity)(w, stride, size, d, constant, out);
}
void gaussian_point_gradient(Shape shape, const double* w, std::size_t w_stride,
                             const double* whitening, const MutableBatch& out) {
  HWY_DYNAMIC_DISPATCH(PointGradient)(shape, w, w_stride, whitening, out);
}
void gaussian_scale(const double* z, std::size_t z_stride, const double* mean, const double* scale,
                    const MutableBatch& x) {
  HWY_DYNAMIC_DISPATCH(Scale)(z, z_stride, mean, scale, x);
}
void gaussian_scale_whiten(const double* z, std::size_t z_stride, const double* mean,
                           const double* scale, const double* whitening, const MutableBatch& x,
                           double* w) {
  HWY_DYNAMIC_DISPATCH(ScaleWhiten)(z, z_stride, mean, scale, whitening, x, w);
}
void gaussian_path_sums(Shape shape, const Batch& v, const double* w, std::size_t w_stride,
                        double* sums) {
  HWY_DYNAMIC_DISPATCH(PathSums)(shape, v, w, w_stride, sums);
}
void gaussian_score_sums(const double* w, std::size_t stride, std::size_t size, std::size_t d,
                         const double* whitening, const double* weight, double* sums) {
  HWY_DYNAMIC_DISPATCH(ScoreSums)(w, stride, size, d, whitening, weight, sums);
}
}  // namespace leibler::inline v0::engine::kernels
#endif
