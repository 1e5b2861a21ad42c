// SPDX-License-Identifier: MIT
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/random.cc"
#include <hwy/foreach_target.h>

#include <hwy/highway.h>

#include <leibler/engine/kernels/random.hpp>
#include "kernels/pack-inl.h"
#include "kernels/tables-inl.h"

HWY_BEFORE_NAMESPACE();
namespace leibler::inline v0::engine::kernels {
namespace HWY_NAMESPACE {

#if HWY_TARGET <= HWY_AVX3
constexpr size_t kPairs = 4;      // Philox: pairs of octets in flight
constexpr size_t kRotations = 4;  // Box-Muller: pairs of octets in flight
#else
constexpr size_t kPairs = 2;
constexpr size_t kRotations = 1;
#endif

// 64-bit lanes that hold 32-bit words in their low half, as vpmuludq wants them.
template <size_t N>
HWY_INLINE PackU<N> Multiply32(const PackU<N>& a, VU b) {
  PackU<N> r;
#if HWY_TARGET == HWY_SCALAR  // has no way to see one 64-bit lane as two of 32
  LEIBLER_EACH r.v[i] = SetU((hn::GetLane(a.v[i]) & 0xffffffffu) * hn::GetLane(b));
#else
  const hn::Repartition<uint32_t, DU> d32;
  LEIBLER_EACH r.v[i] = hn::MulEven(hn::BitCast(d32, a.v[i]), hn::BitCast(d32, b));
#endif
  return r;
}

// The halves of every lane change places.
HWY_INLINE VU SwapHalves(VU a) {
#if HWY_TARGET == HWY_SCALAR
  return hn::Or(hn::ShiftRight<32>(a), hn::ShiftLeft<32>(a));
#else
  const hn::Repartition<uint32_t, DU> d32;
  return hn::BitCast(DU(), hn::Shuffle2301(hn::BitCast(d32, a)));
#endif
}

// Of the results only the low halves count. Half of the high words are shifted down and half
// shuffled, because Intel's processors shift on one port and shuffle on another.
template <size_t N>
HWY_INLINE PackU<N> MixShifted(const PackU<N>& product, const PackU<N>& c, uint64_t key) {
  PackU<N> r;
  LEIBLER_EACH r.v[i] = hn::Xor3(hn::ShiftRight<32>(product.v[i]), c.v[i], SetU(key));
  return r;
}
template <size_t N>
HWY_INLINE PackU<N> MixShuffled(const PackU<N>& product, const PackU<N>& c, uint64_t key) {
  PackU<N> r;
  LEIBLER_EACH r.v[i] = hn::Xor3(SwapHalves(product.v[i]), c.v[i], SetU(key));
  return r;
}
// The last round: the mix in the low halves and the low word of the product in the high ones.
template <size_t N>
HWY_INLINE PackU<N> MixAndJoin(const PackU<N>& product, const PackU<N>& c, uint64_t key) {
  PackU<N> r;
  LEIBLER_EACH {
    const VU low = hn::And(c.v[i], SetU(0xffffffffu));
    r.v[i] = hn::Xor3(SwapHalves(product.v[i]), low, SetU(key));
  }
  return r;
}

// n is a multiple of 64; the first block is number `first`.
void PhiloxFill(const uint32_t* counter, const uint64_t* keys, uint64_t first, uint64_t* out,
                size_t n) {
  constexpr size_t N = kPairs * kVectors;
  const VU m0 = SetU(0xD2511F53u), m1 = SetU(0xCD9E8D57u);
  const VU lane = hn::Iota(DU(), 0);
  for (size_t block = 0; block < n / 2; block += 8 * kPairs) {
    PackU<N> c0, c1, c2, c3;
    LEIBLER_EACH {
      c0.v[i] = hn::Add(lane, SetU(first + block + i * kLanes));
      c1.v[i] = SetU(counter[0]);
      c2.v[i] = SetU(counter[1]);
      c3.v[i] = SetU(counter[2]);
    }
#pragma GCC unroll 9
    for (int round = 0; round < 9; ++round) {
      const PackU<N> p0 = Multiply32(c0, m0), p1 = Multiply32(c2, m1);
      c0 = MixShuffled(p1, c1, keys[2 * round]);
      c2 = MixShifted(p0, c3, keys[2 * round + 1]);
      c1 = p1;
      c3 = p0;
    }
    const PackU<N> a = MixAndJoin(Multiply32(c2, m1), c1, keys[18]);
    const PackU<N> b = MixAndJoin(Multiply32(c0, m0), c3, keys[19]);
    LEIBLER_EACH {
      uint64_t* const pair = out + 2 * block + 16 * (i / kVectors) + (i % kVectors) * kLanes;
      hn::StoreU(a.v[i], DU(), pair);
      hn::StoreU(b.v[i], DU(), pair + 8);
    }
  }
}

// In (0, 1), exact: an odd multiple of 2^-53.
HWY_INLINE V Uniform(VU bits) {
  const VU mantissa = hn::Or(hn::ShiftRight<12>(bits), SetU(0x3ff0000000000000u));
  return hn::Sub(hn::BitCast(D(), mantissa), Set(0x1.fffffffffffffp-1));
}

// In place: octets of bits become octets of uniforms; n a multiple of 8.
void UniformInPlace(double* out, size_t n) {
  for (size_t i = 0; i < n; i += kLanes) {
    hn::StoreU(Uniform(hn::BitCast(DU(), hn::LoadU(D(), out + i))), D(), out + i);
  }
}

// In place: pairs of octets of bits become pairs of octets of normals; n a multiple of 64. The
// angle is uniform on a quarter turn around an axis, whose direction two bits choose: the sign of
// the cosine, and which of the two comes first.
void BoxMuller(double* out, size_t n) {
  constexpr size_t N = kRotations * kVectors;
  const LogTables tables;
  for (size_t start = 0; start < n; start += 16 * kRotations) {
    Pack<N> u, x, z;
    PackU<N> bits;
    LEIBLER_EACH {
      double* const pair = out + start + 16 * (i / kVectors) + (i % kVectors) * kLanes;
      u.v[i] = Uniform(hn::BitCast(DU(), hn::LoadU(D(), pair)));
      bits.v[i] = hn::BitCast(DU(), hn::LoadU(D(), pair + 8));
      const VU mantissa = hn::Or(hn::ShiftRight<12>(bits.v[i]), SetU(0x3ff0000000000000u));
      x.v[i] = hn::Sub(hn::BitCast(D(), mantissa), Set(1.5));  // quarter turns in [-1/2, 1/2)
    }
    const Pack<N> radius = Sqrt(LogByTable<false>(u, u, tables) * Broadcast<N>(-2.0));
    z = x * x;
    Pack<N> s = Fma(Broadcast<N>(0x1.e357ef99c0be5p-25), z, -0x1.e2fe76fdff88ap-19);
    s = Fma(s, z, 0x1.50782d5f14823p-13);
    s = Fma(s, z, -0x1.32d2ccdfe9424p-8);
    s = Fma(s, z, 0x1.466bc67754fffp-4);
    s = Fma(s, z, -0x1.4abbce625be09p-1);
    s = Fma(s, z, 0x1.921fb54442d18p0) * x;  // sin(pi x / 2)
    Pack<N> c = Fma(Broadcast<N>(0x1.f3d9fafee53fcp-22), z, -0x1.a6c9c101bf5c4p-16);
    c = Fma(c, z, 0x1.e1f4fb6e1254ap-11);
    c = Fma(c, z, -0x1.55d3c7dc25308p-6);
    c = Fma(c, z, 0x1.03c1f081b0c98p-2);
    c = Fma(c, z, -0x1.3bd3cc9be459bp0);
    c = Fma(c, z, 1.0);  // cos(pi x / 2)
    LEIBLER_EACH {
      const auto swap = hn::TestBit(hn::BitCast(hn::RebindToSigned<D>(), bits.v[i]),
                                    hn::Set(hn::RebindToSigned<D>(), 16));
      const auto mask = hn::RebindMask(D(), swap);
      const V sign = hn::BitCast(D(), hn::ShiftLeft<63>(bits.v[i]));
      const V sine = hn::Mul(radius.v[i], s.v[i]);
      const V cosine = hn::Mul(radius.v[i], hn::Xor(c.v[i], sign));
      double* const pair = out + start + 16 * (i / kVectors) + (i % kVectors) * kLanes;
      hn::StoreU(hn::IfThenElse(mask, cosine, sine), D(), pair);
      hn::StoreU(hn::IfThenElse(mask, sine, cosine), D(), pair + 8);
    }
  }
}

// How many of words[0, n) are above the threshold; *hit tells whether one of them equals it. n is a
// multiple of 32. Signed comparison of words moved by half the range: AVX2 has no other.
size_t CountAbove(const uint16_t* words, size_t n, uint16_t threshold, bool* hit) {
  const hn::CappedTag<int16_t, 32> d;
  const auto flip = hn::Set(d, INT16_MIN);
  const auto t = hn::Xor(hn::Set(d, static_cast<int16_t>(threshold)), flip);
  size_t above = 0;
  bool equal = false;
  for (size_t i = 0; i < n; i += hn::Lanes(d)) {
    const auto word = hn::Xor(hn::LoadU(d, reinterpret_cast<const int16_t*>(words + i)), flip);
    above += hn::CountTrue(d, hn::Gt(word, t));
    equal |= !hn::AllFalse(d, hn::Eq(word, t));
  }
  *hit = equal;
  return above;
}

// kDimension 0 means known only at run time.
template <size_t kDimension, size_t kGroup>
HWY_INLINE void AffineGroup(const double* z, size_t stride, size_t start, size_t dimension,
                            const double* mean, const double* factor, size_t out_stride,
                            double* out, size_t kept) {
  constexpr size_t N = kGroup * kVectors;
  const size_t d = kDimension != 0 ? kDimension : dimension;
  for (size_t row = 0; row < d; ++row) {
    Pack<N> x = Broadcast<N>(mean[row]);
    for (size_t j = 0; j <= row; ++j)
      x = Fma(Broadcast<N>(*factor++), Load<N>(z + j * stride + start), x);
    double* const to = out + row * out_stride + start;
    if (kept != 0) {  // the first rows belong to the segment before
      LEIBLER_EACH {
        const size_t first = i * kLanes;
        const auto mask = hn::FirstN(D(), kept > first ? kept - first : 0);
        x.v[i] = hn::IfThenElse(mask, hn::LoadU(D(), to + first), x.v[i]);
      }
    }
    Store(x, to);
  }
}

// Whole octets from the one that `begin` is in: an access that is not aligned takes twice as long.
template <size_t kDimension>
HWY_INLINE void AffineRowsOf(const double* z, size_t stride, size_t begin, size_t end,
                             size_t dimension, const double* mean, const double* factor,
                             size_t out_stride, double* out) {
  if (begin == end) return;
  size_t i = begin / 8 * 8;
  if (i != begin) {
    AffineGroup<kDimension, 1>(z, stride, i, dimension, mean, factor, out_stride, out, begin - i);
    i += 8;
  }
  for (; i + 16 <= end; i += 16)
    AffineGroup<kDimension, 2>(z, stride, i, dimension, mean, factor, out_stride, out, 0);
  for (; i < end; i += 8)
    AffineGroup<kDimension, 1>(z, stride, i, dimension, mean, factor, out_stride, out, 0);
}

void AffineRows(const double* z, size_t stride, size_t begin, size_t end, size_t dimension,
                const double* mean, const double* factor, size_t out_stride, double* out) {
  switch (dimension) {
    case 1:
      return AffineRowsOf<1>(z, stride, begin, end, 1, mean, factor, out_stride, out);
    case 2:
      return AffineRowsOf<2>(z, stride, begin, end, 2, mean, factor, out_stride, out);
    default:
      return AffineRowsOf<0>(z, stride, begin, end, dimension, mean, factor, out_stride, out);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace leibler::inline v0::engine::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include <algorithm>
#include <cstdint>

#include <leibler/engine/workspace.hpp>

namespace leibler::inline v0::engine::kernels {

HWY_EXPORT(PhiloxFill);
HWY_EXPORT(UniformInPlace);
HWY_EXPORT(BoxMuller);
HWY_EXPORT(CountAbove);
HWY_EXPORT(AffineRows);

namespace {

constexpr std::size_t kGroup = 64;  // values a kernel makes at once on the widest instruction set

// The keys of the ten rounds: each word grows by its Weyl constant.
struct Keys {
  std::uint64_t words[20];
  explicit Keys(Seed seed) {
    auto low = static_cast<std::uint32_t>(seed.value);
    auto high = static_cast<std::uint32_t>(seed.value >> 32);
    for (std::size_t round = 0; round < 10; ++round, low += 0x9E3779B9u, high += 0xBB67AE85u) {
      words[2 * round] = low;
      words[2 * round + 1] = high;
    }
  }
};

// fill(first_block, out, n) on whole groups, and what is left by way of a buffer.
template <class T, class Fill>
void in_groups(T* out, std::size_t n, Fill&& fill) {
  const std::size_t whole = n / kGroup * kGroup;
  if (whole != 0) fill(0, out, whole);
  if (whole != n) {
    alignas(64) T rest[kGroup];
    fill(whole / 2, rest, kGroup);
    std::copy_n(rest, n - whole, out + whole);
  }
}

}  // namespace

void philox_fill(const Stream& stream, std::uint64_t* out, std::size_t n) {
  const Keys keys(stream.seed);
  const auto counter = stream.counter();
  in_groups(out, n, [&](std::uint64_t first, std::uint64_t* to, std::size_t count) {
    HWY_DYNAMIC_DISPATCH(PhiloxFill)(counter.data(), keys.words, first, to, count);
  });
}

void uniform_fill(const Stream& stream, double* out, std::size_t n) {
  const Keys keys(stream.seed);
  const auto counter = stream.counter();
  in_groups(out, n, [&](std::uint64_t first, double* to, std::size_t count) {
    auto* const bits = reinterpret_cast<std::uint64_t*>(to);
    HWY_DYNAMIC_DISPATCH(PhiloxFill)(counter.data(), keys.words, first, bits, count);
    HWY_DYNAMIC_DISPATCH(UniformInPlace)(to, count);
  });
}

void normal_fill(const Stream& stream, double* out, std::size_t n) {
  const Keys keys(stream.seed);
  const auto counter = stream.counter();
  in_groups(out, n, [&](std::uint64_t first, double* to, std::size_t count) {
    auto* const bits = reinterpret_cast<std::uint64_t*>(to);
    HWY_DYNAMIC_DISPATCH(PhiloxFill)(counter.data(), keys.words, first, bits, count);
    HWY_DYNAMIC_DISPATCH(BoxMuller)(to, count);
  });
}

namespace {

// A border between two categories in units of 2^-16. A draw is a word of 16 bits; a uniform behind
// its point, from the stream's next part, matters only where the word is the border's own.
struct Border {
  std::uint64_t word;
  double rest;
  explicit Border(double cumulative)
      : word(static_cast<std::uint64_t>(cumulative * 0x1p16)),
        rest(cumulative * 0x1p16 - static_cast<double>(word)) {}
};

// words[0, n) as 16-bit quarters of the stream's bits, and zeros up to a multiple of 32.
std::uint16_t* draw_words(const Stream& stream, std::size_t n, Workspace& workspace) {
  const std::size_t whole = (n + 31) / 32 * 32;
  auto* const bits = reinterpret_cast<std::uint64_t*>(workspace.take(whole / 4));
  philox_fill(stream, bits, whole / 4);
  auto* const words = reinterpret_cast<std::uint16_t*>(bits);
  std::fill(words + n, words + whole, std::uint16_t{0});
  return words;
}

}  // namespace

void category_fill(const Stream& stream, const double* cumulative, std::size_t categories,
                   std::uint32_t* out, std::size_t n) {
  Workspace& workspace = Workspace::of_thread();
  const Workspace::Frame frame(workspace);
  const std::uint16_t* const words = draw_words(stream, n, workspace);
  const double* rest = nullptr;  // drawn when first needed
  const double* const end = cumulative + (categories - 1);
  for (std::size_t i = 0; i < n; ++i) {
    const double* k = std::upper_bound(cumulative, end, words[i] * 0x1p-16);
    for (; k != end && Border(*k).word == words[i]; ++k) {
      if (rest == nullptr) {
        double* const fresh = workspace.take(n);
        uniform_fill(stream.for_part(stream.part + 1), fresh, n);
        rest = fresh;
      }
      if (rest[i] < Border(*k).rest) break;
    }
    out[i] = static_cast<std::uint32_t>(k - cumulative);
  }
}

void category_counts(const Stream& stream, std::size_t n, const double* cumulative,
                     std::size_t categories, std::size_t* counts) {
  Workspace& workspace = Workspace::of_thread();
  const Workspace::Frame frame(workspace);
  const std::uint16_t* const words = draw_words(stream, n, workspace);
  const std::size_t whole = (n + 31) / 32 * 32;
  const double* rest = nullptr;
  std::size_t above = n;
  for (std::size_t k = 0; k + 1 < categories; ++k) {
    const Border border(cumulative[k]);
    bool hit = false;
    std::size_t beyond = 0;
    if (border.word <= UINT16_MAX) {
      beyond = HWY_DYNAMIC_DISPATCH(CountAbove)(words, whole,
                                                static_cast<std::uint16_t>(border.word), &hit);
    }
    if (hit) {
      if (rest == nullptr) {
        double* const fresh = workspace.take(n);
        uniform_fill(stream.for_part(stream.part + 1), fresh, n);
        rest = fresh;
      }
      for (std::size_t i = 0; i < n; ++i)
        beyond += words[i] == border.word && rest[i] >= border.rest;
    }
    counts[k] = above - beyond;
    above = beyond;
  }
  counts[categories - 1] = above;
}

void affine_rows(const double* z, std::size_t stride, std::size_t begin, std::size_t end,
                 std::size_t dimension, const double* mean, const double* factor,
                 std::size_t out_stride, double* out) {
  HWY_DYNAMIC_DISPATCH(AffineRows)
  (z, stride, begin, end, dimension, mean, factor, out_stride, out);
}

}  // namespace leibler::inline v0::engine::kernels
#endif
