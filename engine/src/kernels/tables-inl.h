// SPDX-License-Identifier: MIT
// Per-target code: a power of two and a logarithm by tables of eight entries, without a division.
// An entry is found without a load: AVX-512 has a permutation of eight doubles, AVX2 of eight
// words.
#if defined(LEIBLER_TABLES_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LEIBLER_TABLES_INL_H_
#undef LEIBLER_TABLES_INL_H_
#else
#define LEIBLER_TABLES_INL_H_
#endif

#include <hwy/highway.h>

#include "kernels/pack-inl.h"

HWY_BEFORE_NAMESPACE();
namespace leibler::inline v0::engine::kernels {
namespace HWY_NAMESPACE {

// Eight doubles; table[index] for the low three bits of every lane's index.
#if HWY_TARGET <= HWY_AVX3
struct Table {
  __m512d entries;
  HWY_INLINE explicit Table(const double* p) : entries(_mm512_loadu_pd(p)) {}
  HWY_INLINE V operator[](VU index) const { return V{_mm512_permutexvar_pd(index.raw, entries)}; }
};
#elif HWY_TARGET <= HWY_AVX2
struct Table {
  __m256 low, high;
  HWY_INLINE explicit Table(const double* p) {
    const __m256 a = _mm256_castpd_ps(_mm256_loadu_pd(p));
    const __m256 b = _mm256_castpd_ps(_mm256_loadu_pd(p + 4));
    const auto in_order = [](__m256 v) HWY_ATTR {
      return _mm256_castpd_ps(_mm256_permute4x64_pd(_mm256_castps_pd(v), 0xd8));
    };
    low = in_order(_mm256_shuffle_ps(a, b, 0x88));
    high = in_order(_mm256_shuffle_ps(a, b, 0xdd));
  }
  // The low word of a lane is looked up by the index, the high word by the index moved there.
  HWY_INLINE V operator[](VU index) const {
    const __m256 low_words = _mm256_permutevar8x32_ps(low, index.raw);
    const __m256 high_words = _mm256_permutevar8x32_ps(high, _mm256_slli_epi64(index.raw, 32));
    return V{_mm256_castps_pd(_mm256_blend_ps(low_words, high_words, 0xaa))};
  }
};
#else
struct Table {
  const double* entries;
  HWY_INLINE explicit Table(const double* p) : entries(p) {}
  HWY_INLINE V operator[](VU index) const {
    HWY_ALIGN uint64_t at[kLanes];
    HWY_ALIGN double found[kLanes];
    hn::Store(index, DU(), at);
    for (size_t i = 0; i < kLanes; ++i) found[i] = entries[at[i] & 7];
    return hn::Load(D(), found);
  }
};
#endif

alignas(64) constexpr double kPowers[8] = {
    0x1.0000000000000p+0, 0x1.172b83c7d517bp+0, 0x1.306fe0a31b715p+0, 0x1.4bfdad5362a27p+0,
    0x1.6a09e667f3bcdp+0, 0x1.8ace5422aa0dbp+0, 0x1.ae89f995ad3adp+0, 0x1.d5818dcfba487p+0};

// 2^x for -1000 <= x <= 1000, within 1.1 ulp; below -1000, and for NaN, 2^-1000. By eighths: adding
// 1.5 * 2^49 rounds x to a multiple n of 1/8, whose low bits are then those of the sum;
// (2^r - 1) / r for |r| <= 1/16 is a polynomial of degree 6, off by less than 2^-56.
template <size_t N>
HWY_INLINE Pack<N> Exp2(const Pack<N>& x_in, const Table& powers) {
  const Pack<N> magic = Broadcast<N>(0x1.8p49);
  const Pack<N> x = Max(x_in, Broadcast<N>(-1000.0));
  const Pack<N> t = x + magic;
  const Pack<N> n = t - magic;
  const Pack<N> r = x - n;
  Pack<N> power;
  LEIBLER_EACH power.v[i] = powers[hn::BitCast(DU(), t.v[i])];
  Pack<N> y = Fma(Broadcast<N>(0x1.ffd1f6633bd3ap-17), r, 0x1.430deca12d584p-13);
  y = Fma(y, r, 0x1.5d87fe72ac65ep-10);
  y = Fma(y, r, 0x1.3b2ab6f1f1910p-7);
  y = Fma(y, r, 0x1.c6b08d704a11fp-5);
  y = Fma(y, r, 0x1.ebfbdff82c6c5p-3);
  y = Fma(y, r, 0x1.62e42fefa39efp-1);
  y = Fma(power * r, y, power);
  Pack<N> out;
  LEIBLER_EACH {
#if HWY_TARGET <= HWY_AVX3
    out.v[i] = V{_mm512_scalef_pd(y.v[i].raw, n.v[i].raw)};
#else
    const VU exponent =
        hn::And(hn::ShiftLeft<49>(hn::BitCast(DU(), t.v[i])), SetU(0xfff0000000000000u));
    out.v[i] = hn::BitCast(D(), hn::Add(hn::BitCast(DU(), y.v[i]), exponent));
#endif
  }
  return out;
}

// For an eighth of [0.708, 1.417), which has 1 inside one of them: c near 1 / m, and -log(c), which
// these c have almost exactly.
alignas(64) constexpr double kReciprocals[8] = {
    0x1.5a24182d35073p+0, 0x1.3f2b40d0623a3p+0, 0x1.2818b3dde0684p+0, 0x1.14228a84df536p+0,
    0x1.0000000000000p+0, 0x1.cfb2c906ced98p-1, 0x1.a08ae71479bb3p-1, 0x1.7a17ad1b00c00p-1};
alignas(64) constexpr double kLogs[8] = {-0x1.34e8a6bddffc6p-2,
                                         -0x1.c3ac22b005bd4p-3,
                                         -0x1.2a0012b2d07aep-3,
                                         -0x1.361df56cacfe7p-4,
                                         0x0.0p+0,
                                         0x1.95dfbd3c377edp-4,
                                         0x1.a69371c3977cfp-3,
                                         0x1.367655ed54d9cp-2};

struct LogTables {
  Table reciprocals, logs;
  HWY_INLINE LogTables() : reciprocals(kReciprocals), logs(kLogs) {}
};

// log(x) + shift log(2) for positive normal x, within 2 ulp where the shift is 0: x = 2^k m,
// f = c m - 1, |f| < 0.0567, and log(1 + f) by a polynomial of degree 10.
template <bool kIsShifted, size_t N>
HWY_INLINE Pack<N> LogByTable(const Pack<N>& x, [[maybe_unused]] const Pack<N>& shift,
                              const LogTables& tables) {
  Pack<N> k, f, log_c;
  LEIBLER_EACH {
    constexpr uint64_t least = 0x3fe6aaaa00000000u;
    const VU bits = hn::Add(hn::BitCast(DU(), x.v[i]), SetU(0x3ff0000000000000u - least));
#if HWY_TARGET <= HWY_AVX3
    k.v[i] = V{_mm512_getexp_pd(hn::BitCast(D(), bits).raw)};
#else
    const VU biased = hn::Or(hn::ShiftRight<52>(bits), SetU(0x4330000000000000u));
    k.v[i] = hn::Sub(hn::BitCast(D(), biased), Set(0x1p52 + 1023));
#endif
    const VU index = hn::ShiftRight<49>(bits);
    const VU mantissa = hn::And(bits, SetU(0x000fffffffffffffu));
    const V m = hn::BitCast(D(), hn::Add(mantissa, SetU(least)));
    f.v[i] = hn::MulSub(m, tables.reciprocals[index], Set(1.0));
    log_c.v[i] = tables.logs[index];
  }
  if constexpr (kIsShifted) k = k + shift;
  Pack<N> y = Fma(Broadcast<N>(-0x1.9c1222696891bp-4), f, 0x1.c9ce720ad3b7bp-4);
  y = Fma(y, f, -0x1.fffe7a6189263p-4);
  y = Fma(y, f, 0x1.249174a35fc59p-3);
  y = Fma(y, f, -0x1.55555581be4b5p-3);
  y = Fma(y, f, 0x1.999999ca0b26ep-3);
  y = Fma(y, f, -0x1.fffffffffd448p-3);
  y = Fma(y, f, 0x1.5555555553d7dp-2);
  y = Fma(y, f, -0.5);
  return Fma(k, Broadcast<N>(0x1.62e42fefa39efp-1), log_c) + Fma(f * f, y, f);
}

}  // namespace HWY_NAMESPACE
}  // namespace leibler::inline v0::engine::kernels
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
