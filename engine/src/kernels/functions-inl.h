// SPDX-License-Identifier: MIT
// Per-target code: more elementary functions on packs, right for every argument. Included like
// pack-inl.h.
#if defined(LEIBLER_FUNCTIONS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LEIBLER_FUNCTIONS_INL_H_
#undef LEIBLER_FUNCTIONS_INL_H_
#else
#define LEIBLER_FUNCTIONS_INL_H_
#endif

#include <hwy/highway.h>

#include "kernels/pack-inl.h"

HWY_BEFORE_NAMESPACE();
namespace leibler::inline v0::engine::kernels {
namespace HWY_NAMESPACE {

template <size_t N>
HWY_INLINE Pack<N> Negative(const Pack<N>& a) {
  Pack<N> r;
  LEIBLER_EACH r.v[i] = hn::Neg(a.v[i]);
  return r;
}
template <size_t N>
HWY_INLINE Pack<N> Magnitude(const Pack<N>& a) {
  Pack<N> r;
  LEIBLER_EACH r.v[i] = hn::Abs(a.v[i]);
  return r;
}

// a < b ? yes : no, and the same for the other comparisons. NaN compares false.
#define LEIBLER_SELECT(name, op)                                                     \
  template <size_t N>                                                                \
  HWY_INLINE Pack<N> name(const Pack<N>& a, const Pack<N>& b, const Pack<N>& yes,    \
                          const Pack<N>& no) {                                       \
    Pack<N> r;                                                                       \
    LEIBLER_EACH r.v[i] = hn::IfThenElse(hn::op(a.v[i], b.v[i]), yes.v[i], no.v[i]); \
    return r;                                                                        \
  }
LEIBLER_SELECT(IfLess, Lt)
LEIBLER_SELECT(IfLessEqual, Le)
LEIBLER_SELECT(IfEqual, Eq)
#undef LEIBLER_SELECT

template <size_t N>
HWY_INLINE Pack<N> IfZero(const Pack<N>& a, const Pack<N>& yes, const Pack<N>& no) {
  return IfEqual(a, Broadcast<N>(0.0), yes, no);
}
// y, but NaN where x is.
template <size_t N>
HWY_INLINE Pack<N> KeepNan(const Pack<N>& x, const Pack<N>& y) {
  return IfEqual(x, x, y, x);
}

// log(1 + x) = log u + (x - (u - 1)) / u with u = 1 + x rounded: within 2 ulp.
template <size_t N>
HWY_INLINE Pack<N> Log1p(const Pack<N>& x) {
  const Pack<N> zero = Broadcast<N>(0.0), one = Broadcast<N>(1.0), u = one + x;
  const Pack<N> log_u = LogEverywhere(u);
  const Pack<N> corrected = log_u + (x - (u - one)) / u;
  const Pack<N> inside = IfLess(u, Broadcast<N>(__builtin_inf()), corrected, log_u);
  return IfLess(zero, u, inside, log_u);
}

// exp(x) - 1 = (u - 1) x / log u with u = exp x rounded [1], where u is neither 1 nor far from it.
// [1] N. Higham. Accuracy and stability of numerical algorithms. SIAM, 2002. Section 1.14.1.
template <size_t N>
HWY_INLINE Pack<N> Expm1(const Pack<N>& x) {
  const Pack<N> one = Broadcast<N>(1.0), u = ExpEverywhere(x), plain = u - one;
  const Pack<N> near = plain * (x / LogEverywhere(u));
  const Pack<N> inside = IfLess(Magnitude(x), Broadcast<N>(30.0), near, plain);
  return IfEqual(u, one, x, inside);
}

// tanh x = t / (t + 2) with t = exp(2 |x|) - 1.
template <size_t N>
HWY_INLINE Pack<N> Tanh(const Pack<N>& x) {
  const Pack<N> zero = Broadcast<N>(0.0), two = Broadcast<N>(2.0);
  const Pack<N> t = Expm1(two * Min(Magnitude(x), Broadcast<N>(22.0)));
  const Pack<N> y = t / (t + two);
  return KeepNan(x, IfZero(x, x, IfLess(x, zero, Negative(y), y)));
}

// 1 / (1 + exp -x), and what 1 is more than it.
template <size_t N>
HWY_INLINE Pack<N> Logistic(const Pack<N>& x, Pack<N>& complement) {
  const Pack<N> zero = Broadcast<N>(0.0), one = Broadcast<N>(1.0);
  const Pack<N> e = ExpEverywhere(Negative(Magnitude(x))), large = one / (one + e);
  const Pack<N> small = e * large;
  complement = IfLess(x, zero, large, small);
  return KeepNan(x, IfLess(x, zero, small, large));
}

// log(1 + exp x) and its derivative 1 / (1 + exp -x), from e = exp(-|x|). log(1 + e) is that of
// LogShifted, but the only power of two is 1/2, and its division is shared with the derivative's.
template <size_t N>
HWY_INLINE Pack<N> SoftplusFrom(const Pack<N>& x, const Pack<N>& e, Pack<N>& derivative) {
  const Pack<N> zero = Broadcast<N>(0.0), one = Broadcast<N>(1.0), u = one + e;
  const Pack<N> limit = Broadcast<N>(0.41421356237309515);
  const Pack<N> f = IfLess(e, limit, e, Fma(e, Broadcast<N>(0.5), -0.5));  // u or u / 2, minus 1
  const Pack<N> two_and_f = Broadcast<N>(2.0) + f;
  const Pack<N> inverse = one / (u * two_and_f);
  const Pack<N> r = inverse * two_and_f, s = f * (u * inverse);
  derivative = IfLess(x, zero, e * r, r);
  const Pack<N> log_of_power = IfLess(e, limit, zero, Broadcast<N>(0.69314718055994530942));
  const Pack<N> log_u = (f - s * (f - LogSeries(s))) + log_of_power;
  return Max(zero, x) + log_u;  // in this order a NaN stays
}
template <size_t N>
HWY_INLINE Pack<N> Softplus(const Pack<N>& x, Pack<N>& derivative) {
  const Pack<N> y = SoftplusFrom(x, ExpEverywhere(Negative(Magnitude(x))), derivative);
  derivative = KeepNan(x, derivative);
  return y;
}

}  // namespace HWY_NAMESPACE
}  // namespace leibler::inline v0::engine::kernels
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
