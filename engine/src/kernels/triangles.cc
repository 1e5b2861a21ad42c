// SPDX-License-Identifier: MIT
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/triangles.cc"
#include <hwy/foreach_target.h>

#include <hwy/highway.h>

#include <leibler/engine/kernels/triangles.hpp>
#include "kernels/pack-inl.h"

HWY_BEFORE_NAMESPACE();
namespace leibler::inline v0::engine::kernels {
namespace HWY_NAMESPACE {

using O = Octets<1>;

// The same formulas on one member or on eight side by side: entry `index` of what is at p.
struct OneMember {
  using Value = double;
  static constexpr size_t width = 1;
};
struct EightMembers {
  using Value = O;
  static constexpr size_t width = 8;
};

HWY_INLINE constexpr size_t At(size_t i, size_t j) {
  return i * (i + 1) / 2 + j;
}
template <class M>
HWY_INLINE auto Lane(const double* p, size_t index) {
  if constexpr (M::width == 1) {
    return p[index];
  } else {
    return Load<kVectors>(p + 8 * index);
  }
}
template <class M>
HWY_INLINE typename M::Value All(double x) {
  if constexpr (M::width == 1) {
    return x;
  } else {
    return Broadcast<kVectors>(x);
  }
}
HWY_INLINE void Store(double x, double* p) {
  *p = x;
}
HWY_INLINE double Fma(double a, double b, double c) {
  return __builtin_fma(a, b, c);
}

// Entry `index` of member c goes to lanes[8 * index + c] and back; absent members repeat the last.
HWY_INLINE void Gather(const double* members, size_t present, size_t size, double* lanes) {
  for (size_t c = 0; c < 8; ++c) {
    const double* const member = members + (c < present ? c : present - 1) * size;
    for (size_t index = 0; index < size; ++index) lanes[8 * index + c] = member[index];
  }
}
HWY_INLINE void Scatter(const double* lanes, size_t present, size_t size, double* members) {
  for (size_t c = 0; c < present; ++c) {
    for (size_t index = 0; index < size; ++index) members[c * size + index] = lanes[8 * index + c];
  }
}

template <class M>
HWY_INLINE void Invert(const double* l, size_t d, double* w) {
  for (size_t i = 0; i < d; ++i) {
    const auto diagonal = All<M>(1.0) / Lane<M>(l, At(i, i));
    Store(diagonal, w + M::width * At(i, i));
    for (size_t j = 0; j < i; ++j) {
      auto sum = All<M>(0.0);
      for (size_t m = j; m < i; ++m) sum = Fma(Lane<M>(l, At(i, m)), Lane<M>(w, At(m, j)), sum);
      Store((All<M>(0.0) - sum) * diagonal, w + M::width * At(i, j));
    }
  }
}

template <size_t kDimension>
HWY_INLINE void InvertEach(const double* factor, size_t count, double* inverse) {
  for (size_t k = 0; k < count; ++k)
    Invert<OneMember>(factor + k * At(kDimension, 0), kDimension, inverse + k * At(kDimension, 0));
}

void InvertTriangles(const double* factor, size_t count, size_t d, double* inverse,
                     double* scratch) {
  // Two entries or three are sooner worked on than put side by side.
  if (d == 1) return InvertEach<1>(factor, count, inverse);
  if (d == 2) return InvertEach<2>(factor, count, inverse);
  const size_t size = At(d, 0);
  double* const l = scratch;
  double* const w = scratch + 8 * size;
  for (size_t k = 0; k < count; k += 8) {
    const size_t present = count - k < 8 ? count - k : 8;
    Gather(factor + k * size, present, size, l);
    Invert<EightMembers>(l, d, w);
    Scatter(w, present, size, inverse + k * size);
  }
}

// What the gradient of a member is made from and goes to; y, half and row hold d entries.
struct GradientOf {
  const double *s, *w, *l;
  double *mean, *lower, *y, *half, *row;
};

template <class M>
HWY_INLINE void Gradient(const GradientOf& g, size_t d) {
  constexpr size_t width = M::width;
  const double* const s1 = g.s + width;
  const double* const s2 = s1 + width * d;
  const auto zero = All<M>(0.0);
  for (size_t i = 0; i < d; ++i) {
    auto sum = zero;
    for (size_t j = 0; j <= i; ++j) sum = Fma(Lane<M>(g.w, At(i, j)), Lane<M>(s1, j), sum);
    Store(sum, g.y + width * i);
  }
  for (size_t j = 0; j < d; ++j) {
    auto sum = zero;
    for (size_t i = j; i < d; ++i) sum = Fma(Lane<M>(g.w, At(i, j)), Lane<M>(g.y, i), sum);
    Store(sum, g.mean + width * j);
  }
  for (size_t index = 0; index < At(d, 0); ++index) Store(zero, g.lower + width * index);
  for (size_t i = 0; i < d; ++i) {  // row i of Y = W S2 W^T - S0 I, then lower += W_i^T Y_i
    for (size_t b = 0; b < d; ++b) {
      auto sum = zero;
      for (size_t a = 0; a <= i; ++a)
        sum = Fma(Lane<M>(g.w, At(i, a)), Lane<M>(s2, a >= b ? At(a, b) : At(b, a)), sum);
      Store(sum, g.half + width * b);
    }
    for (size_t j = 0; j <= i; ++j) {  // entries beyond i never reach the lower triangle
      auto sum = i == j ? zero - Lane<M>(g.s, 0) : zero;
      for (size_t b = 0; b <= j; ++b) sum = Fma(Lane<M>(g.half, b), Lane<M>(g.w, At(j, b)), sum);
      Store(sum, g.row + width * j);
    }
    for (size_t a = 0; a <= i; ++a) {
      const auto scale = Lane<M>(g.w, At(i, a));
      for (size_t j = 0; j <= a; ++j)
        Store(Fma(scale, Lane<M>(g.row, j), Lane<M>(g.lower, At(a, j))),
              g.lower + width * At(a, j));
    }
  }
  for (size_t i = 0; i < d; ++i)
    Store(Lane<M>(g.lower, At(i, i)) * Lane<M>(g.l, At(i, i)), g.lower + width * At(i, i));
}

template <size_t kDimension>
HWY_INLINE void GradientEach(const double* sums, const double* inverse, const double* factor,
                             size_t count, double* mean, double* lower) {
  constexpr size_t d = kDimension, size = At(d, 0);
  for (size_t k = 0; k < count; ++k) {
    double own[d + size], y[d], half[d], row[d];
    Gradient<OneMember>({sums + k * (1 + d + size), inverse + k * size, factor + k * size, own,
                         own + d, y, half, row},
                        d);
    for (size_t i = 0; i < d; ++i) mean[k * d + i] = own[i];
    for (size_t i = 0; i < size; ++i) lower[k * size + i] = own[d + i];
  }
}

void TriangleGradients(const double* sums, const double* inverse, const double* factor,
                       size_t count, size_t d, double* mean, double* lower, double* scratch) {
  if (d == 1) return GradientEach<1>(sums, inverse, factor, count, mean, lower);
  if (d == 2) return GradientEach<2>(sums, inverse, factor, count, mean, lower);
  const size_t size = At(d, 0);
  double* const s = scratch;
  double* const w = s + 8 * (1 + d + size);
  double* const l = w + 8 * size;
  double* const out = l + 8 * size;
  double* const m = out + 8 * size;
  double* const y = m + 8 * d;
  for (size_t k = 0; k < count; k += 8) {
    const size_t present = count - k < 8 ? count - k : 8;
    Gather(sums + k * (1 + d + size), present, 1 + d + size, s);
    Gather(inverse + k * size, present, size, w);
    Gather(factor + k * size, present, size, l);
    Gradient<EightMembers>({s, w, l, m, out, y, y + 8 * d, y + 16 * d}, d);
    Scatter(m, present, d, mean + k * d);
    Scatter(out, present, size, lower + k * size);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace leibler::inline v0::engine::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include <leibler/engine/workspace.hpp>

namespace leibler::inline v0::engine::kernels {

HWY_EXPORT(InvertTriangles);
HWY_EXPORT(TriangleGradients);

void invert_triangles(const double* factor, std::size_t count, std::size_t d, double* inverse) {
  Workspace& workspace = Workspace::of_thread();
  const Workspace::Frame frame(workspace);
  HWY_DYNAMIC_DISPATCH(InvertTriangles)(factor, count, d, inverse, workspace.take(8 * d * (d + 1)));
}
void triangle_gradients(const double* sums, const double* inverse, const double* factor,
                        std::size_t count, std::size_t d, double* mean, double* lower) {
  Workspace& workspace = Workspace::of_thread();
  const Workspace::Frame frame(workspace);
  double* const scratch = workspace.take(8 * (4 * (d * (d + 1) / 2) + 5 * d + 1));
  HWY_DYNAMIC_DISPATCH(TriangleGradients)(sums, inverse, factor, count, d, mean, lower, scratch);
}

}  // namespace leibler::inline v0::engine::kernels
#endif
