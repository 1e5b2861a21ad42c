// SPDX-License-Identifier: MIT
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/softmax.cc"
#include <hwy/foreach_target.h>

#include <hwy/highway.h>

#include <leibler/engine/kernels/softmax.hpp>
#include "kernels/functions-inl.h"
#include "kernels/pack-inl.h"

HWY_BEFORE_NAMESPACE();
namespace leibler::inline v0::engine::kernels {
namespace HWY_NAMESPACE {

// How many octets are worked on at once.
#if HWY_TARGET <= HWY_AVX3
constexpr size_t kOctets = 2;
#else
constexpr size_t kOctets = 1;
#endif
constexpr size_t kPart = kOctets * kVectors, kPartRows = 8 * kOctets;
using Rows = Pack<kPart>;

// Below this products of exponentials may be subnormal.
constexpr double kDeepest = -690.0, kHighest = 700.0;

// exp(x) = scale + scale * excess, |excess| < 0.42. Near 0 the scale is 1, and exp(x) - 1 and
// exp(x) - 1 - x are parts of it that have all their digits.
struct Power {
  Rows scale, excess, rest;  // rest = excess - r

  // -709 <= x <= 709
  HWY_INLINE explicit Power(const Rows& x) {
    constexpr size_t N = kPart;
    const Rows magic = Broadcast<N>(0x1.8p52);
    const Rows t = Fma(x, Broadcast<N>(0x1.71547652b82fep0), magic);
    const Rows r = ReduceByLog2(t - magic, x), r2 = r * r, r4 = r2 * r2;
    const Rows a = Fma(Broadcast<N>(0x1.5555555554cb8p-5), r, 0x1.5555555555556p-3);
    const Rows b = Fma(Broadcast<N>(0x1.6c16c1738f05fp-10), r, 0x1.111111111044bp-7);
    const Rows c = Fma(Broadcast<N>(0x1.a019c9aa49ed2p-16), r, 0x1.a01a01ab27abep-13);
    const Rows d = Fma(Broadcast<N>(0x1.28803a1f229ep-22), r, 0x1.71de02946468dp-19);
    const Rows high = Fma(Broadcast<N>(0x1.af4f8dd14f084p-26), r4, Fma(d, r2, c));
    const Rows cubic = Fma(high, r4, Fma(b, r2, a));
    rest = Fma(cubic, r, 0.5) * r2;
    excess = rest + r;
    LEIBLER_EACH {
      const VU exponent = hn::ShiftLeft<52>(hn::BitCast(DU(), t.v[i]));
      scale.v[i] = hn::BitCast(D(), hn::Add(exponent, SetU(0x3ff0000000000000u)));
    }
  }

  HWY_INLINE Rows Value() const { return Fma(scale, excess, scale); }
  HWY_INLINE Rows Less1() const {
    const Rows one = Broadcast<kPart>(1.0);
    return Near(excess, Fma(scale, excess, scale - one));
  }
  HWY_INLINE Rows Less1AndItself(const Rows& x) const {
    const Rows one = Broadcast<kPart>(1.0);
    return Near(rest, Fma(scale, excess, (scale - one) - x));
  }
  // Parts of it where it is near 1, another value elsewhere.
  HWY_INLINE Rows Near(const Rows& near, const Rows& far) const {
    return IfEqual(scale, Broadcast<kPart>(1.0), near, far);
  }
};

// Of x <= 709 that may be far below: from -709 on the exponent is that of 0.
HWY_INLINE Power PowerFromFar(const Rows& x) {
  return Power(Max(Broadcast<kPart>(-709.0), x));  // in this order a NaN stays
}

// a - b without a rounding: high + low. NaN in low where one is infinite.
HWY_INLINE void Difference(const Rows& a, const Rows& b, Rows& high, Rows& low) {
  high = a - b;
  const Rows of_a = high + b, of_b = of_a - high;
  low = (a - of_a) + (of_b - b);
}

// Asks for a few lines at a time: requests that have to wait hold up the arithmetic.
class Fetcher {
 public:
  HWY_INLINE Fetcher(const SoftmaxPair& x, const SoftmaxFetch& fetch)
      : x_(x), fetch_(fetch), column_(fetch.begin) {}
  HWY_INLINE void Step() {
    if (column_ >= fetch_.end) return;
    __builtin_prefetch(fetch_.p + column_ * x_.p_stride + row_, 0, 2);
    __builtin_prefetch(fetch_.q + column_ * x_.q_stride + row_, 0, 2);
    row_ += 8;
    if (row_ < fetch_.rows) return;
    row_ = 0;
    ++column_;
  }

 private:
  const SoftmaxPair& x_;
  const SoftmaxFetch& fetch_;
  size_t column_, row_ = 0;
};

void Kl(const SoftmaxPair& x, const SoftmaxFetch& fetch, const SoftmaxTerms& terms, double* out) {
  constexpr size_t N = kPart;
  const Rows zero = Broadcast<N>(0.0), lowest = Broadcast<N>(-__builtin_inf());
  const Rows undefined = Broadcast<N>(__builtin_nan(""));
  Fetcher fetcher(x, fetch);

  for (size_t row = 0; row < softmax_rows; row += kPartRows) {
    const double *const of_p = x.p + row, *const of_q = x.q + row;
    double *const shares = terms.share + row, *const gaps = terms.gap + row;

    Rows top = lowest, opposite = lowest;  // the largest of p, and what q has there
    for (size_t k = 0; k < x.count; ++k) {
      const Rows a = Load<N>(of_p + k * x.p_stride), b = Load<N>(of_q + k * x.q_stride);
      opposite = IfLess(top, a, b, opposite);
      top = IfLess(top, a, a, top);
    }

    Rows high_at_top, low_at_top, total = zero, sum = zero;
    Difference(opposite, top, high_at_top, low_at_top);
    for (size_t k = 0; k < x.count; ++k) {
      fetcher.Step();
      const Rows a = Load<N>(of_p + k * x.p_stride), b = Load<N>(of_q + k * x.q_stride);
      const Rows below = a - top;
      Rows share = Power(below).Value(), high, low;
      Difference(b, a, high, low);
      Rows gap = (high - high_at_top) + (low - low_at_top);
      const Rows alone = b - opposite;
      const Rows missing = IfEqual(a, lowest, zero, undefined);
      LEIBLER_EACH {
        const auto present = hn::Gt(below.v[i], Set(kDeepest));
        share.v[i] = hn::IfThenElse(present, share.v[i], missing.v[i]);
        sum.v[i] = hn::IfThenElse(present, hn::MulAdd(share.v[i], gap.v[i], sum.v[i]), sum.v[i]);
        gap.v[i] = hn::IfThenElse(present, gap.v[i], alone.v[i]);
      }
      Store(share, shares + k * softmax_rows);
      Store(gap, gaps + k * softmax_rows);
      total = total + share;
    }

    const Rows mean = sum / total;
    Rows rest = zero, most = lowest;
    for (size_t k = 0; k < x.count; ++k) {
      fetcher.Step();
      const Rows share = Load<N>(shares + k * softmax_rows);
      const Rows e = Load<N>(gaps + k * softmax_rows) - mean;
      const Power power = PowerFromFar(e);
      const Rows part = share * power.Less1AndItself(e);
      rest = rest + IfZero(share, power.Value(), part);
      most = Max(most, e);
    }
    // What is subnormal has lost digits, and counts where there is nothing else.
    const Rows inside = IfLess(most, Broadcast<N>(kHighest), Log1p(rest / total), undefined);
    const Rows kl =
        IfLess(zero, rest, IfLess(rest, Broadcast<N>(1e-280), undefined, inside), inside);
    Store(kl, out + row);
    Store(total, terms.total + row);
    Store(mean, terms.mean + row);
  }
}

void KlGradient(const SoftmaxTerms& terms, size_t count, const SoftmaxGradient& to) {
  constexpr size_t N = kPart;
  const Rows zero = Broadcast<N>(0.0);
  for (size_t row = 0; row < softmax_rows; row += kPartRows) {
    const Rows mean = Load<N>(terms.mean + row), kl = Load<N>(to.kl + row);
    const Rows weight = Load<N>(to.weight + row) / Load<N>(terms.total + row);
    const Rows of_p = weight * Broadcast<N>(to.p_scale), of_q = weight * Broadcast<N>(to.q_scale);
    for (size_t k = 0; k < count; ++k) {
      const Rows share = Load<N>(terms.share + k * softmax_rows + row);
      const Rows e = Load<N>(terms.gap + k * softmax_rows + row) - mean, t = e - kl;
      const Power power = PowerFromFar(t);
      const Rows q = IfZero(share, power.Value(), share * power.Less1());
      const Rows p = IfZero(share, zero, share * (zero - e));
      Store(of_p * p, to.p + k * to.p_stride + row);
      Store(of_q * q, to.q + k * to.q_stride + row);
    }
  }
}

// term(t, y, x) over p, of t = log(q / p), y = q / p and x = y - 1.
template <class Term>
HWY_INLINE void SumOf(const SoftmaxTerms& terms, size_t count, const double* kls, double missing,
                      double* out, Term&& term) {
  constexpr size_t N = kPart;
  const Rows zero = Broadcast<N>(0.0), undefined = Broadcast<N>(__builtin_nan(""));
  for (size_t row = 0; row < softmax_rows; row += kPartRows) {
    const Rows kl = Load<N>(kls + row), mean = Load<N>(terms.mean + row);
    Rows sum = zero, alone = zero;
    for (size_t k = 0; k < count; ++k) {
      const Rows share = Load<N>(terms.share + k * softmax_rows + row);
      const Rows t = (Load<N>(terms.gap + k * softmax_rows + row) - mean) - kl;
      const Power power = PowerFromFar(t);
      const Rows y = power.Value();
      alone = alone + IfZero(share, y, zero);
      sum = sum + IfZero(share, zero, share * term(t, y, power.Less1()));
    }
    const Rows beyond = IfZero(alone, zero, alone * Broadcast<N>(missing));
    const Rows all = (sum + beyond) / Load<N>(terms.total + row);
    // Subnormal and overflowing terms are not to be relied on.
    const Rows low = IfLess(all, Broadcast<N>(1e-280), undefined, all);
    const Rows inside = IfLess(all, Broadcast<N>(1e300), IfZero(all, zero, low), undefined);
    Store(IfEqual(kl, kl, inside, undefined), out + row);
  }
}

void Sum(const SoftmaxTerms& terms, size_t count, const double* kl, const SoftmaxSum& of,
         double* out) {
  constexpr size_t N = kPart;
  using Term = SoftmaxSum::Term;
  const Rows zero = Broadcast<N>(0.0), two = Broadcast<N>(2.0), half = Broadcast<N>(0.5);
  const auto sum = [&](auto&& term) HWY_ATTR { SumOf(terms, count, kl, of.missing, out, term); };
  switch (of.term) {
    case Term::kl:
      return sum([](const Rows& t, const Rows&, const Rows& x) HWY_ATTR {
        const Power power = PowerFromFar(t);
        return power.Near(power.rest, x - t);
      });
    case Term::power: {
      // over p from 1/2 on, below over q: the other one would cancel
      const bool over_p = of.a >= 0.5;
      const double order = over_p ? of.a : 1.0 - of.a;
      const Rows b = Broadcast<N>(1.0 - order), highest = Broadcast<N>(kHighest);
      const Rows scale = Broadcast<N>(1.0 / (order * (order - 1.0)));
      const Rows undefined = Broadcast<N>(__builtin_nan(""));
      return sum([&](const Rows& t, const Rows& y, const Rows&) HWY_ATTR {
        const Rows r = over_p ? t : zero - t, part = b * r;
        const Rows difference =
            PowerFromFar(part).Less1AndItself(part) - b * PowerFromFar(r).Less1AndItself(r);
        const Rows inside = IfLess(Max(r, part), highest, scale * difference, undefined);
        return over_p ? inside : y * inside;
      });
    }
    case Term::squared_difference_over_p:
      return sum([](const Rows&, const Rows&, const Rows& x) HWY_ATTR { return x * x; });
    case Term::squared_difference_over_q:
      return sum([](const Rows&, const Rows& y, const Rows& x) HWY_ATTR { return x * (x / y); });
    case Term::squared_difference_over_both:
      return sum([&](const Rows&, const Rows&, const Rows& x)
                     HWY_ATTR { return half * x * (x / (two + x)); });
    case Term::squared_difference_of_roots:
      return sum([&](const Rows& t, const Rows&, const Rows&) HWY_ATTR {
        const Rows less = PowerFromFar(half * t).Less1();
        return half * less * less;
      });
    case Term::absolute_difference:
      return sum([&](const Rows&, const Rows&, const Rows& x)
                     HWY_ATTR { return half * Magnitude(x); });
    case Term::difference_of_logarithms:
      return sum([](const Rows& t, const Rows&, const Rows& x) HWY_ATTR { return t * x; });
    case Term::reverse_kl:
      return sum([&](const Rows& t, const Rows& y, const Rows& x) HWY_ATTR {
        const Power back = PowerFromFar(zero - t);
        return back.Near(y * back.rest, y * t - x);
      });
    case Term::mean_kl: {
      const Rows w = Broadcast<N>(of.a), other_w = Broadcast<N>(1.0 - of.a);
      const Rows s = Broadcast<N>(of.s), other_s = Broadcast<N>(1.0 - of.s);
      return sum([&](const Rows& t, const Rows& y, const Rows& x) HWY_ATTR {
        // log(m / p) and log(m / q), which are p's and q's part of it where m is near them
        const Rows over_p = Log1p(other_s * x), over_q = over_p - t;
        const Power m_by_p = PowerFromFar(over_p), m_by_q = PowerFromFar(over_q);
        const Rows of_p = m_by_p.Near(m_by_p.rest, other_s * x - over_p);
        const Rows of_q = m_by_q.Near(y * m_by_q.rest, zero - s * x - y * over_q);
        return w * of_p + other_w * of_q;
      });
    }
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace leibler::inline v0::engine::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace leibler::inline v0::engine::kernels {

HWY_EXPORT(Kl);
HWY_EXPORT(KlGradient);
HWY_EXPORT(Sum);

void softmax_kl(const SoftmaxPair& logits, const SoftmaxFetch& fetch, const SoftmaxTerms& terms,
                double* out) {
  HWY_DYNAMIC_DISPATCH(Kl)(logits, fetch, terms, out);
}
void softmax_kl_gradient(const SoftmaxTerms& terms, std::size_t count,
                         const SoftmaxGradient& gradient) {
  HWY_DYNAMIC_DISPATCH(KlGradient)(terms, count, gradient);
}
void softmax_sum(const SoftmaxTerms& terms, std::size_t count, const double* kl,
                 const SoftmaxSum& sum, double* out) {
  HWY_DYNAMIC_DISPATCH(Sum)(terms, count, kl, sum, out);
}

}  // namespace leibler::inline v0::engine::kernels
#endif
