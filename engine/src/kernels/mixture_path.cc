// SPDX-License-Identifier: MIT
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/mixture_path.cc"
#include <hwy/foreach_target.h>

#include <hwy/highway.h>

#include <leibler/engine/kernels/mixture_path.hpp>
#include "kernels/pack-inl.h"

// dF/dx is lower triangular with the conditional densities p_j on its diagonal, so that one solve
// per point, from the last coordinate to the first, leaves the derivatives by z_k, log L_k,jj and
// log w_k. What is divided by p_j stays a number however far out x is:
//
//     a_kj = r_kj phi(z_kj) / p_j = r_k,j+1 L_k,jj
//     b_kj = r_kj (Phi(z_kj) - F_j) / p_j,   by the tails on the side where they are smaller
HWY_BEFORE_NAMESPACE();
namespace leibler::inline v0::engine::kernels {
namespace HWY_NAMESPACE {

using O = Octets<1>;

constexpr size_t kBlock = 64;  // points at a time: what they need stays in the cache
constexpr double kRootTwoPi = 2.50662827463100050242;
// 1 / p_j of a point that is no draw may be beyond all numbers: it is cut at exp(230).
constexpr double kMostLog = 230.0, kMost = 1e150, kMostZ = 1e100;

HWY_INLINE O Bounded(const O& x, double limit) {
  constexpr size_t N = kVectors;
  O r;
  LEIBLER_EACH {  // NaN, which only such points can bring about, becomes a limit
    const V above = hn::IfThenElse(hn::Gt(x.v[i], Set(-limit)), x.v[i], Set(-limit));
    r.v[i] = hn::IfThenElse(hn::Lt(above, Set(limit)), above, Set(limit));
  }
  return r;
}

// a where x < 0, otherwise b.
HWY_INLINE O WhereNegative(const O& x, const O& a, const O& b) {
  constexpr size_t N = kVectors;
  O r;
  LEIBLER_EACH r.v[i] = hn::IfThenElse(hn::Lt(x.v[i], Set(0.0)), a.v[i], b.v[i]);
  return r;
}

// Mills' ratio (1 - Phi(|z|)) / phi(z), within 4e-16: (1 + |z|) times it is a polynomial in
// (|z| - 5) / (|z| + 5), as in [1].
// [1] M. Shepherd and J. Laframboise. Chebyshev approximation of (1 + 2x) exp(x^2) erfc x.
//     Mathematics of Computation 36, 1981.
constexpr double kMills[24] = {
    1.1568486282918946095,      -0.2294875382521131546,     0.077781598868737686359,
    0.025072179301638800736,    -0.066177600779096304451,   0.061505045840186498007,
    -0.038026592185841388838,   0.016348231281029381584,    -0.0042012903291873066394,
    1.9530638370790786462e-05,  0.00045704392357953654716,  -0.00013437427855711350354,
    -2.4805838451923193478e-05, 2.2709612709237671148e-05,  -1.763323926573599691e-07,
    -3.2772876332088464319e-06, 3.2054316652588620915e-07,  4.9199623314781201911e-07,
    -6.5889744911082072327e-08, -7.7585202367847186411e-08, 9.0924761340158431158e-09,
    1.1032071151567519969e-08,  -7.0738985755552895562e-10, -9.5648329347001415371e-10};
HWY_INLINE O MillsRatio(const O& z) {
  constexpr size_t N = kVectors;
  const O s = Max(z, Broadcast<N>(0.0) - z), five = Broadcast<N>(5.0);
  const O t = (s - five) / (s + five), t2 = t * t;
  O even = Broadcast<N>(kMills[22]), odd = Broadcast<N>(kMills[23]);
#pragma GCC unroll 11
  for (size_t i = 11; i-- > 0;) {
    even = Fma(even, t2, kMills[2 * i]);
    odd = Fma(odd, t2, kMills[2 * i + 1]);
  }
  return Fma(odd, t, even) / (s + Broadcast<N>(1.0));
}

// Columns of kBlock points, component by component, coordinate by coordinate.
struct Columns {
  double *z, *a, *b;                    // d x K
  double *log_weight, *weight, *given;  // K: of the components; given the coordinates before
  double *tail, *rest;                  // K: beyond x_j and on its other side, over p_j
  double* behind;                       // K: -v^T dx / d log w_k by the coordinates behind
  double* left;                         // d: of v, less what coordinates behind explain
  double *largest, *scale, *y;
};

HWY_INLINE size_t ColumnCount(size_t count, size_t d) {
  return 3 * d * count + 6 * count + d + 3;
}
HWY_INLINE Columns Divide(double* p, size_t count, size_t d) {
  const auto take = [&](size_t columns) {
    double* const piece = p;
    p += columns * kBlock;
    return piece;
  };
  Columns c;
  c.z = take(d * count);
  c.a = take(d * count);
  c.b = take(d * count);
  c.log_weight = take(count);
  c.weight = take(count);
  c.given = take(count);
  c.tail = take(count);
  c.rest = take(count);
  c.behind = take(count);
  c.left = take(d);
  c.largest = take(1);
  c.scale = take(1);
  c.y = take(1);
  return c;
}

HWY_INLINE O At(const double* column) {
  return Load<kVectors>(column);
}

// weight := exp(log_weight - largest) scale, which add up to 1; one octet of all components.
HWY_INLINE void Normalize(const Columns& c, size_t count, size_t i) {
  O largest = At(c.log_weight + i);
  for (size_t k = 1; k < count; ++k) largest = Max(largest, At(c.log_weight + k * kBlock + i));
  O total = Broadcast<kVectors>(0.0);
  for (size_t k = 0; k < count; ++k) {
    const O e = Exp(At(c.log_weight + k * kBlock + i) - largest);
    Store(e, c.weight + k * kBlock + i);
    total = total + e;
  }
  const O scale = Broadcast<kVectors>(1.0) / total;
  for (size_t k = 0; k < count; ++k) {
    Store(At(c.weight + k * kBlock + i) * scale, c.weight + k * kBlock + i);
  }
  Store(largest, c.largest + i);
  Store(scale, c.scale + i);
}

// Coordinate j of one octet: z, a and b, and the weights of the components given it.
HWY_INLINE void Forward(const GaussianParts& q, const double* x, size_t stride, size_t j, size_t i,
                        const Columns& c) {
  const size_t d = q.dimension, size = d * (d + 1) / 2, row = j * q.count * kBlock + i;
  const O largest = At(c.largest + i), scale = At(c.scale + i);
  for (size_t k = 0; k < q.count; ++k) {
    const double* const w = q.whitening + k * size + j * (j + 1) / 2;
    const double* const center = q.center + k * d;
    O z = Broadcast<kVectors>(0.0);
    for (size_t l = 0; l <= j; ++l) {
      z = Fma(Broadcast<kVectors>(w[l]), At(x + l * stride) - Broadcast<kVectors>(center[l]), z);
    }
    z = Bounded(z, kMostZ);
    Store(z, c.z + row + k * kBlock);
    const O half = Broadcast<kVectors>(0.5) * z;
    const O log_weight = At(c.log_weight + k * kBlock + i) -
                         Broadcast<kVectors>(q.log_scale[k * size + j * (j + 3) / 2]);
    Store(log_weight - half * z, c.log_weight + k * kBlock + i);
    Store(At(c.weight + k * kBlock + i), c.given + k * kBlock + i);
  }
  Normalize(c, q.count, i);
  const O fall = Min(largest - At(c.largest + i), Broadcast<kVectors>(kMostLog));
  const O over_p =
      Broadcast<kVectors>(kRootTwoPi) * ExpEverywhere(fall) * (At(c.scale + i) / scale);
  O below = Broadcast<kVectors>(0.0), above = below;
  const O zero = below;
  for (size_t k = 0; k < q.count; ++k) {
    const O z = At(c.z + row + k * kBlock);
    const O a =
        At(c.weight + k * kBlock + i) * Broadcast<kVectors>(q.scale[k * size + j * (j + 3) / 2]);
    const O tail = a * MillsRatio(z);
    const O rest = Max(At(c.given + k * kBlock + i) * over_p - tail, zero);
    Store(a, c.a + row + k * kBlock);
    Store(tail, c.tail + k * kBlock + i);
    Store(rest, c.rest + k * kBlock + i);
    below = below + WhereNegative(z, tail, rest);
    above = above + WhereNegative(z, rest, tail);
  }
  const O difference = below - above;
  for (size_t k = 0; k < q.count; ++k) {
    const O z = At(c.z + row + k * kBlock), given = At(c.given + k * kBlock + i);
    const O tail = At(c.tail + k * kBlock + i), rest = At(c.rest + k * kBlock + i);
    const O by_low = WhereNegative(z, tail, rest) - given * below;
    const O by_high = given * above - WhereNegative(z, rest, tail);
    Store(WhereNegative(difference, by_low, by_high), c.b + row + k * kBlock);
  }
}

// Coordinate j of n points (whole octets): what it adds to the totals, and leaves for those before.
HWY_INLINE void Backward(const GaussianParts& q, size_t n, size_t j, const Columns& c,
                         double* totals) {
  const size_t d = q.dimension, size = d * (d + 1) / 2;
  double* const mu = c.left + j * kBlock;
  for (size_t i = 0; i < n; i += 8) {
    O sum = At(mu + i);
    for (size_t k = 0; k < q.count; ++k) {
      const double w = q.whitening[k * size + j * (j + 3) / 2];
      const O z = At(c.z + (j * q.count + k) * kBlock + i);
      sum = Fma(Broadcast<kVectors>(w), At(c.behind + k * kBlock + i) * z, sum);
    }
    Store(Bounded(sum, kMost), mu + i);
  }
  for (size_t k = 0; k < q.count; ++k) {
    const double* const w = q.whitening + k * size + j * (j + 1) / 2;
    const size_t at = (j * q.count + k) * kBlock;
    double* const behind = c.behind + k * kBlock;
    double* const total = totals + k * (1 + d + size);
    double* const square = total + 1 + d + j * (j + 1) / 2;
    O first = Broadcast<kVectors>(0.0), second = first;
    for (size_t i = 0; i < n; i += 8) {
      const O z = At(c.z + at + i), before = At(behind + i), m = At(mu + i);
      const O y = Bounded(m * At(c.a + at + i) - before * z, kMost);
      first = first + y;
      second = Fma(y, z, second) + before;
      Store(y, c.y + i);
      Store(Bounded(Fma(m, At(c.b + at + i), before), kMost), behind + i);
    }
    total[1 + j] += SumOctet(first);
    square[j] += SumOctet(second);
    for (size_t l = 0; l < j; ++l) {
      const double* const z = c.z + (l * q.count + k) * kBlock;
      double* const left = c.left + l * kBlock;
      O sum = Broadcast<kVectors>(0.0);
      for (size_t i = 0; i < n; i += 8) {
        const O y = At(c.y + i);
        sum = Fma(y, At(z + i), sum);
        Store(FmaNeg(y, w[l], At(left + i)), left + i);
      }
      square[l] += SumOctet(sum);
    }
  }
}

void PathSums(const Batch& x, const Batch& v, const GaussianParts& q, double* totals,
              double* scratch) {
  const size_t d = q.dimension, size = 1 + d + d * (d + 1) / 2;
  const Columns c = Divide(scratch, q.count, d);
  for (size_t begin = 0; begin < v.size; begin += kBlock) {
    const size_t present = v.size - begin < kBlock ? v.size - begin : kBlock;
    const size_t n = (present + 7) / 8 * 8;
    for (size_t j = 0; j < d; ++j) {
      for (size_t i = 0; i < n; i += 8) {
        const size_t rows = present - i < 8 ? present - i : 8;
        Store(LoadPart(v.data + j * v.stride + begin + i, rows), c.left + j * kBlock + i);
      }
    }
    for (size_t i = 0; i < n; i += 8) {
      for (size_t k = 0; k < q.count; ++k) {
        Store(Broadcast<kVectors>(q.logit[k]), c.log_weight + k * kBlock + i);
        Store(Broadcast<kVectors>(0.0), c.behind + k * kBlock + i);
      }
      Normalize(c, q.count, i);
      for (size_t j = 0; j < d; ++j) Forward(q, x.data + begin + i, x.stride, j, i, c);
    }
    for (size_t j = d; j-- > 0;) Backward(q, n, j, c, totals);
    for (size_t k = 0; k < q.count; ++k) {
      O sum = Broadcast<kVectors>(0.0);
      for (size_t i = 0; i < n; i += 8) sum = sum + At(c.behind + k * kBlock + i);
      totals[k * size] -= SumOctet(sum);
    }
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace leibler::inline v0::engine::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include <leibler/engine/workspace.hpp>

namespace leibler::inline v0::engine::kernels {

HWY_EXPORT(PathSums);

void mixture_path_sums(const Batch& x, const Batch& v, const GaussianParts& parts, double* totals) {
  Workspace& workspace = Workspace::of_thread();
  const Workspace::Frame frame(workspace);
  const std::size_t d = parts.dimension, columns = 3 * d * parts.count + 6 * parts.count + d + 3;
  HWY_DYNAMIC_DISPATCH(PathSums)(x, v, parts, totals, workspace.take(64 * columns));
}

}  // namespace leibler::inline v0::engine::kernels
#endif
