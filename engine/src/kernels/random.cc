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

template <size_t N>
HWY_INLINE PackU<N> Mix(const PackU<N>& product, const PackU<N>& c, uint64_t key) {
  PackU<N> r;
  LEIBLER_EACH r.v[i] = hn::Xor3(hn::ShiftRight<32>(product.v[i]), c.v[i], SetU(key));
  return r;
}

template <size_t N>
HWY_INLINE PackU<N> Join(const PackU<N>& low, const PackU<N>& high) {
  PackU<N> r;
  LEIBLER_EACH r.v[i] = hn::Or(hn::And(low.v[i], SetU(0xffffffffu)), hn::ShiftLeft<32>(high.v[i]));
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
#pragma GCC unroll 10
    for (int round = 0; round < 10; ++round) {
      const PackU<N> p0 = Multiply32(c0, m0), p1 = Multiply32(c2, m1);
      c0 = Mix(p1, c1, keys[2 * round]);
      c2 = Mix(p0, c3, keys[2 * round + 1]);
      c1 = p1;
      c3 = p0;
    }
    const PackU<N> a = Join(c0, c1), b = Join(c2, c3);
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

// In place: pairs of octets of bits become pairs of octets of normals; n a multiple of 64.
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
      const VU sign = SetU(0x8000000000000000u);
      const V first = hn::IfThenElse(mask, c.v[i], s.v[i]),
              second = hn::IfThenElse(mask, s.v[i], c.v[i]);
      const VU flip_first = hn::And(hn::ShiftLeft<63>(bits.v[i]), sign);
      const VU flip_second = hn::And(hn::ShiftLeft<62>(bits.v[i]), sign);
      double* const pair = out + start + 16 * (i / kVectors) + (i % kVectors) * kLanes;
      hn::StoreU(hn::Mul(radius.v[i], hn::Xor(first, hn::BitCast(D(), flip_first))), D(), pair);
      hn::StoreU(hn::Mul(radius.v[i], hn::Xor(second, hn::BitCast(D(), flip_second))), D(),
                 pair + 8);
    }
  }
}

// How many of words[0, n) are above the threshold; *hit tells whether one of them equals it. n is a
// multiple of 16. Signed comparison of words moved by half the range: AVX2 has no other.
size_t CountAbove(const uint32_t* words, size_t n, uint32_t threshold, bool* hit) {
  const hn::CappedTag<int32_t, 16> d;
  const auto flip = hn::Set(d, INT32_MIN);
  const auto t = hn::Xor(hn::Set(d, static_cast<int32_t>(threshold)), flip);
  auto above = hn::Zero(d), equal = hn::Zero(d);
  for (size_t i = 0; i < n; i += hn::Lanes(d)) {
    const auto word = hn::Xor(hn::LoadU(d, reinterpret_cast<const int32_t*>(words + i)), flip);
    above = hn::Sub(above, hn::VecFromMask(d, hn::Gt(word, t)));
    equal = hn::Or(equal, hn::VecFromMask(d, hn::Eq(word, t)));
  }
  *hit = !hn::AllTrue(d, hn::Eq(equal, hn::Zero(d)));
  return static_cast<size_t>(hn::GetLane(hn::SumOfLanes(d, above)));
}

template <size_t kGroup>
HWY_INLINE void AffineGroup(const double* z, size_t stride, size_t i, size_t dimension,
                            const double* mean, const double* factor, size_t out_stride,
                            double* out) {
  constexpr size_t N = kGroup * kVectors;
  for (size_t row = 0; row < dimension; ++row) {
    Pack<N> x = Broadcast<N>(mean[row]);
    for (size_t j = 0; j <= row; ++j)
      x = Fma(Broadcast<N>(*factor++), Load<N>(z + j * stride + i), x);
    Store(x, out + row * out_stride + i);
  }
}

void AffineRows(const double* z, size_t stride, size_t begin, size_t end, size_t dimension,
                const double* mean, const double* factor, size_t out_stride, double* out) {
  size_t i = begin;
  for (; i + 16 <= end; i += 16)
    AffineGroup<2>(z, stride, i, dimension, mean, factor, out_stride, out);
  for (; i < end; i += 8) AffineGroup<1>(z, stride, i, dimension, mean, factor, out_stride, out);
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

// A border between two categories in units of 2^-32. A draw is a word of 32 bits; a uniform behind
// its point, from the stream's next part, matters only where the word is the border's own.
struct Border {
  std::uint64_t word;
  double rest;
  explicit Border(double cumulative)
      : word(static_cast<std::uint64_t>(cumulative * 0x1p32)),
        rest(cumulative * 0x1p32 - static_cast<double>(word)) {}
};

// words[0, n) as 32-bit halves of the stream's bits, and zeros up to a multiple of 16.
std::uint32_t* draw_words(const Stream& stream, std::size_t n, Workspace& workspace) {
  const std::size_t whole = (n + 15) / 16 * 16;
  auto* const bits = reinterpret_cast<std::uint64_t*>(workspace.take(whole / 2));
  philox_fill(stream, bits, whole / 2);
  auto* const words = reinterpret_cast<std::uint32_t*>(bits);
  std::fill(words + n, words + whole, 0u);
  return words;
}

}  // namespace

void category_fill(const Stream& stream, const double* cumulative, std::size_t categories,
                   std::uint32_t* out, std::size_t n) {
  Workspace& workspace = Workspace::of_thread();
  const Workspace::Frame frame(workspace);
  const std::uint32_t* const words = draw_words(stream, n, workspace);
  const double* rest = nullptr;  // drawn when first needed
  const double* const end = cumulative + (categories - 1);
  for (std::size_t i = 0; i < n; ++i) {
    const double* k = std::upper_bound(cumulative, end, words[i] * 0x1p-32);
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
  const std::uint32_t* const words = draw_words(stream, n, workspace);
  const std::size_t whole = (n + 15) / 16 * 16;
  const double* rest = nullptr;
  std::size_t above = n;
  for (std::size_t k = 0; k + 1 < categories; ++k) {
    const Border border(cumulative[k]);
    bool hit = false;
    std::size_t beyond = 0;
    if (border.word <= UINT32_MAX) {
      beyond = HWY_DYNAMIC_DISPATCH(CountAbove)(words, whole,
                                                static_cast<std::uint32_t>(border.word), &hit);
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
