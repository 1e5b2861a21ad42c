// SPDX-License-Identifier: MIT
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/elementary.cc"
#include <hwy/foreach_target.h>

#include <hwy/highway.h>

#include <leibler/engine/kernels/elementary.hpp>
#include "kernels/pack-inl.h"

HWY_BEFORE_NAMESPACE();
namespace leibler::inline v0::engine::kernels {
namespace HWY_NAMESPACE {

constexpr size_t kPack = kInFlight * kVectors, kStep = 8 * kInFlight;

// out[i] = f(a[i]) and out[i] = f(a[i], b[i]): packs in flight, then octets, then what is left.
template <class F>
HWY_INLINE void Map(const double* a, double* out, size_t n, F&& f) {
  size_t i = 0;
  for (; i + kStep <= n; i += kStep) Store(f(Load<kPack>(a + i)), out + i);
  for (; i + 8 <= n; i += 8) Store(f(Load<kVectors>(a + i)), out + i);
  if (i < n) StorePart(f(LoadPart(a + i, n - i)), out + i, n - i);
}
template <class F>
HWY_INLINE void Map(const double* a, const double* b, double* out, size_t n, F&& f) {
  size_t i = 0;
  for (; i + 8 <= n; i += 8) Store(f(Load<kVectors>(a + i), Load<kVectors>(b + i)), out + i);
  if (i < n) StorePart(f(LoadPart(a + i, n - i), LoadPart(b + i, n - i)), out + i, n - i);
}

// sum f(x[i]) over 8 lanes; an absent entry is x = fill, for which f is 0. Four octets at a time,
// each with a total of its own: one addition would wait for the other.
template <class F>
HWY_INLINE double Reduce(const double* x, size_t n, double fill, F&& f) {
  const Octets<1> zero = Broadcast<kVectors>(0.0);
  Octets<1> a = zero, b = zero, c = zero, d = zero;
  size_t i = 0;
  for (; i + 32 <= n; i += 32) {
    a = f(Load<kVectors>(x + i), a);
    b = f(Load<kVectors>(x + i + 8), b);
    c = f(Load<kVectors>(x + i + 16), c);
    d = f(Load<kVectors>(x + i + 24), d);
  }
  for (; i + 8 <= n; i += 8) a = f(Load<kVectors>(x + i), a);
  if (i < n) a = f(LoadPart(x + i, n - i, fill), a);
  return SumOctet((a + b) + (c + d));
}

void ExpFill(const double* x, double* out, size_t n) {
  Map(x, out, n, [](const auto& a) HWY_ATTR { return ExpEverywhere(a); });
}

void LogFill(const double* x, double* out, size_t n) {
  Map(x, out, n, [](const auto& a) HWY_ATTR { return LogEverywhere(a); });
}

double Sum(const double* x, size_t n) {
  using O = Octets<1>;
  return Reduce(x, n, 0.0, [](const O& a, const O& total) HWY_ATTR { return total + a; });
}

double SumOfMagnitudes(const double* x, size_t n) {
  using O = Octets<1>;
  return Reduce(x, n, 0.0, [](const O& a, const O& total) HWY_ATTR {
    return total + Max(a, Broadcast<kVectors>(0.0) - a);
  });
}

double SumOfSquares(const double* x, double shift, size_t n) {
  using O = Octets<1>;
  const O s = Broadcast<kVectors>(shift);
  return Reduce(x, n, shift, [&](const O& a, const O& total) HWY_ATTR {
    const O u = a - s;
    return Fma(u, u, total);
  });
}

double Dot(const double* x, const double* w, size_t n) {
  Octets<1> total = Broadcast<kVectors>(0.0);
  size_t i = 0;
  for (; i + 8 <= n; i += 8) total = Fma(Load<kVectors>(x + i), Load<kVectors>(w + i), total);
  if (i < n) total = Fma(LoadPart(x + i, n - i), LoadPart(w + i, n - i), total);
  return SumOctet(total);
}

// 0 x is 0 unless x is NaN or infinite.
bool AllFinite(const double* x, size_t n) {
  using O = Octets<1>;
  return Reduce(x, n, 0.0, [](const O& a, const O& total) HWY_ATTR {
           return Fma(a, Broadcast<kVectors>(0.0), total);
         }) == 0.0;
}

void Add(const double* a, const double* b, double* out, size_t n) {
  using O = Octets<1>;
  Map(a, b, out, n, [](const O& x, const O& y) HWY_ATTR { return x + y; });
}

void Subtract(const double* a, const double* b, double* out, size_t n) {
  using O = Octets<1>;
  Map(a, b, out, n, [](const O& x, const O& y) HWY_ATTR {
    O r = x - y;
    for (size_t i = 0; i < kVectors; ++i) {
      r.v[i] = hn::IfThenElse(hn::Eq(x.v[i], y.v[i]), Set(0.0), r.v[i]);
    }
    return r;
  });
}

void Multiply(const double* a, const double* b, double* out, size_t n) {
  using O = Octets<1>;
  Map(a, b, out, n, [](const O& x, const O& y) HWY_ATTR { return x * y; });
}

void ShiftScale(double* x, double shift, double scale, size_t n) {
  Map(x, x, n, [=](const auto& a) HWY_ATTR {
    constexpr size_t N = sizeof(a.v) / sizeof(a.v[0]);
    return (a - Broadcast<N>(shift)) * Broadcast<N>(scale);
  });
}

void AddScaled(double scale, const double* b, double* out, size_t n) {
  using O = Octets<1>;
  const O s = Broadcast<kVectors>(scale);
  Map(b, out, out, n, [&](const O& x, const O& y) HWY_ATTR { return Fma(x, s, y); });
}

// One octet of rows. The maximum passes over a NaN, which then shows in the total.
template <class LoadColumn>
HWY_INLINE Octets<1> LogSumExpOctet(size_t count, LoadColumn&& column) {
  constexpr size_t N = kVectors;
  Octets<1> top = Broadcast<N>(-__builtin_inf());
  for (size_t k = 0; k < count; ++k) {
    const Octets<1> l = column(k);
    for (size_t i = 0; i < N; ++i) {
      top.v[i] = hn::IfThenElse(hn::Gt(l.v[i], top.v[i]), l.v[i], top.v[i]);
    }
  }
  Octets<1> finite;  // what is taken off: 0 where the maximum is infinite
  for (size_t i = 0; i < N; ++i) {
    finite.v[i] = hn::IfThenElse(hn::Lt(hn::Abs(top.v[i]), Set(__builtin_inf())), top.v[i], Set(0));
  }
  Octets<1> total = Broadcast<N>(0.0);
  for (size_t k = 0; k < count; ++k) total = total + ExpEverywhere(column(k) - finite);
  return finite + LogEverywhere(total);
}

void LogSumExpRows(const double* columns, size_t stride, size_t count, size_t n, double* out) {
  size_t i = 0;
  for (; i + 8 <= n; i += 8) {
    Store(LogSumExpOctet(
              count, [&](size_t k) HWY_ATTR { return Load<kVectors>(columns + k * stride + i); }),
          out + i);
  }
  if (i < n) {
    StorePart(
        LogSumExpOctet(
            count, [&](size_t k) HWY_ATTR { return LoadPart(columns + k * stride + i, n - i); }),
        out + i, n - i);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace leibler::inline v0::engine::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace leibler::inline v0::engine::kernels {

HWY_EXPORT(ExpFill);
HWY_EXPORT(LogFill);
HWY_EXPORT(Sum);
HWY_EXPORT(SumOfMagnitudes);
HWY_EXPORT(SumOfSquares);
HWY_EXPORT(Dot);
HWY_EXPORT(AllFinite);
HWY_EXPORT(Add);
HWY_EXPORT(Subtract);
HWY_EXPORT(Multiply);
HWY_EXPORT(ShiftScale);
HWY_EXPORT(AddScaled);
HWY_EXPORT(LogSumExpRows);

void exp_fill(const double* x, double* out, std::size_t n) {
  HWY_DYNAMIC_DISPATCH(ExpFill)(x, out, n);
}
void log_fill(const double* x, double* out, std::size_t n) {
  HWY_DYNAMIC_DISPATCH(LogFill)(x, out, n);
}
void log_sum_exp_rows(const double* columns, std::size_t stride, std::size_t count, std::size_t n,
                      double* out) {
  HWY_DYNAMIC_DISPATCH(LogSumExpRows)(columns, stride, count, n, out);
}
double sum(const double* x, std::size_t n) {
  return HWY_DYNAMIC_DISPATCH(Sum)(x, n);
}
double sum_of_magnitudes(const double* x, std::size_t n) {
  return HWY_DYNAMIC_DISPATCH(SumOfMagnitudes)(x, n);
}
double sum_of_squares(const double* x, double shift, std::size_t n) {
  return HWY_DYNAMIC_DISPATCH(SumOfSquares)(x, shift, n);
}
double dot(const double* x, const double* w, std::size_t n) {
  return HWY_DYNAMIC_DISPATCH(Dot)(x, w, n);
}
bool all_finite(const double* x, std::size_t n) {
  return HWY_DYNAMIC_DISPATCH(AllFinite)(x, n);
}
void add(const double* a, const double* b, double* out, std::size_t n) {
  HWY_DYNAMIC_DISPATCH(Add)(a, b, out, n);
}
void subtract(const double* a, const double* b, double* out, std::size_t n) {
  HWY_DYNAMIC_DISPATCH(Subtract)(a, b, out, n);
}
void multiply(const double* a, const double* b, double* out, std::size_t n) {
  HWY_DYNAMIC_DISPATCH(Multiply)(a, b, out, n);
}
void shift_scale(double* x, double shift, double scale, std::size_t n) {
  HWY_DYNAMIC_DISPATCH(ShiftScale)(x, shift, scale, n);
}
void add_scaled(double scale, const double* b, double* out, std::size_t n) {
  HWY_DYNAMIC_DISPATCH(AddScaled)(scale, b, out, n);
}

}  // namespace leibler::inline v0::engine::kernels
#endif
