// SPDX-License-Identifier: MIT
// Per-target code: packs of independent vectors, and elementary functions on them. Included once
// for every instruction set, between HWY_BEFORE_NAMESPACE and HWY_AFTER_NAMESPACE of the includer.
#if defined(LEIBLER_PACK_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LEIBLER_PACK_INL_H_
#undef LEIBLER_PACK_INL_H_
#else
#define LEIBLER_PACK_INL_H_
#endif

#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace leibler::inline v0::engine::kernels {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

using D = hn::CappedTag<double, 8>;
using DU = hn::RebindToUnsigned<D>;
using V = hn::Vec<D>;
using VU = hn::Vec<DU>;

// Eight logical lanes on every instruction set: one vector on AVX-512, two on AVX2.
constexpr size_t kLanes = hn::MaxLanes(D());
constexpr size_t kVectors = 8 / kLanes;

// How many octets are kept in flight to hide latency; changes speed, never bits.
#if HWY_TARGET <= HWY_AVX3
constexpr size_t kInFlight = 4;
#else
constexpr size_t kInFlight = 1;
#endif

#define LEIBLER_EACH _Pragma("GCC unroll 16") for (size_t i = 0; i < N; ++i)

// N independent vectors, operated on together so that their latencies overlap.
template <size_t N>
struct Pack {
  V v[N];
};
template <size_t N>
struct PackU {
  VU v[N];
};
template <size_t kOctets>
using Octets = Pack<kOctets * kVectors>;

HWY_INLINE V Set(double x) {
  return hn::Set(D(), x);
}
HWY_INLINE VU SetU(uint64_t x) {
  return hn::Set(DU(), x);
}

template <size_t N>
HWY_INLINE Pack<N> Load(const double* p) {
  Pack<N> r;
  LEIBLER_EACH r.v[i] = hn::LoadU(D(), p + i * kLanes);
  return r;
}
template <size_t N>
HWY_INLINE void Store(const Pack<N>& a, double* p) {
  LEIBLER_EACH hn::StoreU(a.v[i], D(), p + i * kLanes);
}
template <size_t N>
HWY_INLINE Pack<N> Broadcast(double x) {
  Pack<N> r;
  LEIBLER_EACH r.v[i] = Set(x);
  return r;
}

#define LEIBLER_BINARY(name, op)                                \
  template <size_t N>                                           \
  HWY_INLINE Pack<N> name(const Pack<N>& a, const Pack<N>& b) { \
    Pack<N> r;                                                  \
    LEIBLER_EACH r.v[i] = hn::op(a.v[i], b.v[i]);               \
    return r;                                                   \
  }
LEIBLER_BINARY(operator+, Add)
LEIBLER_BINARY(operator-, Sub)
LEIBLER_BINARY(operator*, Mul)
LEIBLER_BINARY(operator/, Div)
LEIBLER_BINARY(Max, Max)
LEIBLER_BINARY(Min, Min)
#undef LEIBLER_BINARY

// a * b + c, rounded once.
template <size_t N>
HWY_INLINE Pack<N> Fma(const Pack<N>& a, const Pack<N>& b, const Pack<N>& c) {
  Pack<N> r;
  LEIBLER_EACH r.v[i] = hn::MulAdd(a.v[i], b.v[i], c.v[i]);
  return r;
}
template <size_t N>
HWY_INLINE Pack<N> Fma(const Pack<N>& a, const Pack<N>& b, double c) {
  return Fma(a, b, Broadcast<N>(c));
}
// c - a * b, rounded once.
template <size_t N>
HWY_INLINE Pack<N> FmaNeg(const Pack<N>& a, double b, const Pack<N>& c) {
  Pack<N> r;
  LEIBLER_EACH r.v[i] = hn::NegMulAdd(a.v[i], Set(b), c.v[i]);
  return r;
}
template <size_t N>
HWY_INLINE Pack<N> Sqrt(const Pack<N>& a) {
  Pack<N> r;
  LEIBLER_EACH r.v[i] = hn::Sqrt(a.v[i]);
  return r;
}

// The sum of eight lanes in one fixed tree, the same on every instruction set.
HWY_INLINE double SumOctet(const Octets<1>& a) {
#if HWY_TARGET <= HWY_AVX2
  const hn::Half<hn::CappedTag<double, 4>> d2;
#if HWY_TARGET <= HWY_AVX3
  const hn::CappedTag<double, 4> d4;
  const auto four = hn::Add(hn::LowerHalf(d4, a.v[0]), hn::UpperHalf(d4, a.v[0]));
#else
  const auto four = hn::Add(a.v[0], a.v[1]);
#endif
  const auto two = hn::Add(hn::LowerHalf(d2, four), hn::UpperHalf(d2, four));
  return hn::GetLane(two) + hn::GetLane(hn::Shuffle01(two));
#else
  double t[8];
  Store(a, t);
  return ((t[0] + t[4]) + (t[2] + t[6])) + ((t[1] + t[5]) + (t[3] + t[7]));
#endif
}

// p[0, n) with `fill` behind, n <= 8; and the first n lanes back. Through memory only where the
// instruction set has no masks: a load of what was just stored piecewise stalls.
#if HWY_TARGET <= HWY_AVX2
HWY_INLINE Octets<1> LoadPart(const double* p, size_t n, double fill = 0.0) {
  Octets<1> r;
  for (size_t i = 0; i < kVectors; ++i) {
    const size_t first = i * kLanes;
    const auto mask = hn::FirstN(D(), n > first ? n - first : 0);
    r.v[i] = hn::IfThenElse(mask, hn::MaskedLoad(mask, D(), p + first), Set(fill));
  }
  return r;
}
HWY_INLINE void StorePart(const Octets<1>& a, double* p, size_t n) {
  for (size_t i = 0; i < kVectors; ++i) {
    const size_t first = i * kLanes;
    const auto mask = hn::FirstN(D(), n > first ? n - first : 0);
    hn::BlendedStore(a.v[i], mask, D(), p + first);
  }
}
#else
HWY_INLINE Octets<1> LoadPart(const double* p, size_t n, double fill = 0.0) {
  double t[8];
  for (size_t i = 0; i < 8; ++i) t[i] = i < n ? p[i] : fill;
  return Load<kVectors>(t);
}
HWY_INLINE void StorePart(const Octets<1>& a, double* p, size_t n) {
  double t[8];
  Store(a, t);
  for (size_t i = 0; i < n; ++i) p[i] = t[i];
}
#endif

// exp(r) for |r| <= ln(2) / 2 by a polynomial of degree 11.
template <size_t N>
HWY_INLINE Pack<N> ExpReduced(const Pack<N>& r) {
  const Pack<N> r2 = r * r;
  const Pack<N> r4 = r2 * r2;
  const Pack<N> a = Fma(Broadcast<N>(0x1.5555555554cb8p-5), r, 0x1.5555555555556p-3);
  const Pack<N> b = Fma(Broadcast<N>(0x1.6c16c1738f05fp-10), r, 0x1.111111111044bp-7);
  const Pack<N> c = Fma(Broadcast<N>(0x1.a019c9aa49ed2p-16), r, 0x1.a01a01ab27abep-13);
  const Pack<N> d = Fma(Broadcast<N>(0x1.28803a1f229ep-22), r, 0x1.71de02946468dp-19);
  const Pack<N> low = Fma(b, r2, a);
  const Pack<N> high = Fma(Broadcast<N>(0x1.af4f8dd14f084p-26), r4, Fma(d, r2, c));
  const Pack<N> cubic = Fma(high, r4, low);  // (exp(r) - 1 - r - r^2 / 2) / r^3
  return Fma(Fma(cubic, r, 0.5), r2, r) + Broadcast<N>(1.0);
}

// r = x - n ln 2 from n in two parts of ln 2.
template <size_t N>
HWY_INLINE Pack<N> ReduceByLog2(const Pack<N>& n, const Pack<N>& x) {
  return FmaNeg(n, 0x1.abc9e3b39803fp-56, FmaNeg(n, 0x1.62e42fefa39efp-1, x));
}

// exp(x) where x <= 709; below -708, and for NaN, exp(-708). For arguments known to be <= 0.
// n = round(x / ln 2) by adding 1.5 * 2^52, whose low bits then are n.
template <size_t N>
HWY_INLINE Pack<N> Exp(const Pack<N>& x_in) {
  const Pack<N> x = Max(x_in, Broadcast<N>(-708.0));
  const Pack<N> t = Fma(x, Broadcast<N>(0x1.71547652b82fep0), 0x1.8p52);
  const Pack<N> y = ExpReduced(ReduceByLog2(t - Broadcast<N>(0x1.8p52), x));
  Pack<N> out;
  LEIBLER_EACH {
    const VU exponent = hn::ShiftLeft<52>(hn::BitCast(DU(), t.v[i]));
    out.v[i] = hn::BitCast(D(), hn::Add(hn::BitCast(DU(), y.v[i]), exponent));
  }
  return out;
}

// exp(x) for every x. The power of two is applied in two halves, so that a result may be subnormal
// (rounded once) or infinite.
template <size_t N>
HWY_INLINE Pack<N> ExpEverywhere(const Pack<N>& x_in) {
  const Pack<N> magic = Broadcast<N>(0x1.8p52);
  const Pack<N> x = Min(Max(x_in, Broadcast<N>(-746.0)), Broadcast<N>(710.0));
  const Pack<N> n = Fma(x, Broadcast<N>(0x1.71547652b82fep0), magic) - magic;
  const Pack<N> y = ExpReduced(ReduceByLog2(n, x));
  const Pack<N> half = Fma(n, Broadcast<N>(0.5), magic);  // rounded to a whole number
  const Pack<N> rest = n - (half - magic) + magic;
  Pack<N> out;
  LEIBLER_EACH {
    const VU bias = SetU(1023);
    const VU a = hn::ShiftLeft<52>(hn::Add(hn::BitCast(DU(), half.v[i]), bias));
    const VU b = hn::ShiftLeft<52>(hn::Add(hn::BitCast(DU(), rest.v[i]), bias));
    const V scaled = hn::Mul(hn::Mul(y.v[i], hn::BitCast(D(), a)), hn::BitCast(D(), b));
    out.v[i] = hn::IfThenElse(hn::Eq(x_in.v[i], x_in.v[i]), scaled, x_in.v[i]);
  }
  return out;
}

// log(1 + f) = f - s (f - series), s = f / (2 + f), for sqrt(1/2) <= 1 + f <= sqrt(2).
template <size_t N>
HWY_INLINE Pack<N> LogSeries(const Pack<N>& s) {
  const Pack<N> z = s * s;
  const Pack<N> w = z * z;
  Pack<N> odd = Fma(w, Broadcast<N>(0x1.39fe5b50fa3dep-3), 0x1.c71c62e6848e5p-3);
  odd = Fma(w, odd, 0x1.9999999995323p-2);
  Pack<N> even = Fma(w, Broadcast<N>(0x1.2b58abc69f87ep-3), 0x1.7462b4ab848fep-3);
  even = Fma(w, even, 0x1.2492492deec38p-2);
  even = Fma(w, even, 0x1.5555555555558p-1);
  return Fma(odd, w, even * z);
}

// log(2^shift x) for positive normal x: x = 2^k m, m in [sqrt(1/2), sqrt(2)), fdlibm's polynomial.
// Adding a shift of zero would not be free: the compiler has to keep it.
template <bool kIsShifted, size_t N>
HWY_INLINE Pack<N> LogShifted(const Pack<N>& x, [[maybe_unused]] const Pack<N>& shift) {
  Pack<N> k, m;
  LEIBLER_EACH {
    const VU bits =
        hn::Add(hn::BitCast(DU(), x.v[i]), SetU(0x3ff0000000000000u - 0x3fe6a09e00000000u));
    const VU biased = hn::Or(hn::ShiftRight<52>(bits), SetU(0x4330000000000000u));
    k.v[i] = hn::Sub(hn::BitCast(D(), biased), Set(0x1p52 + 1023));
    const VU mantissa = hn::And(bits, SetU(0x000fffffffffffffu));
    m.v[i] = hn::BitCast(D(), hn::Add(mantissa, SetU(0x3fe6a09e00000000u)));
  }
  if constexpr (kIsShifted) k = k + shift;
  const Pack<N> f = m - Broadcast<N>(1.0);
  const Pack<N> s = f / (Broadcast<N>(2.0) + f);
  const Pack<N> series = LogSeries(s);
  const Pack<N> half_square = Broadcast<N>(0.5) * f * f;
  const Pack<N> low = Fma(s, half_square + series, k * Broadcast<N>(1.90821492927058770002e-10));
  return Fma(k, Broadcast<N>(6.93147180369123816490e-01), f - (half_square - low));
}

// log(x) for positive normal x.
template <size_t N>
HWY_INLINE Pack<N> Log(const Pack<N>& x) {
  return LogShifted<false>(x, x);
}

// log(x) for every x: subnormals are scaled up first.
template <size_t N>
HWY_INLINE Pack<N> LogEverywhere(const Pack<N>& x) {
  Pack<N> scaled, shift;
  LEIBLER_EACH {
    const auto small = hn::Lt(x.v[i], Set(0x1p-1022));
    scaled.v[i] = hn::IfThenElse(small, hn::Mul(x.v[i], Set(0x1p54)), x.v[i]);
    shift.v[i] = hn::IfThenElse(small, Set(-54.0), Set(0.0));
  }
  const Pack<N> inside = LogShifted<true>(scaled, shift);
  Pack<N> out;
  LEIBLER_EACH {
    const V infinity = Set(__builtin_inf());
    V y = hn::IfThenElse(hn::Gt(x.v[i], Set(0.0)), inside.v[i], Set(__builtin_nan("")));
    y = hn::IfThenElse(hn::Eq(x.v[i], Set(0.0)), hn::Neg(infinity), y);
    y = hn::IfThenElse(hn::Eq(x.v[i], infinity), infinity, y);
    out.v[i] = hn::IfThenElse(hn::Eq(x.v[i], x.v[i]), y, x.v[i]);
  }
  return out;
}

}  // namespace HWY_NAMESPACE
}  // namespace leibler::inline v0::engine::kernels
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
