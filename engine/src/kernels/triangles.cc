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

HWY_INLINE constexpr size_t At(size_t i, size_t j) {
  return i * (i + 1) / 2 + j;
}
HWY_INLINE O Lane(const double* p, size_t index) {
  return Load<kVectors>(p + 8 * index);
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

void InvertTriangles(const double* factor, size_t count, size_t d, double* inverse,
                     double* scratch) {
  const size_t size = At(d, 0);
  double* const l = scratch;
  double* const w = scratch + 8 * size;
  for (size_t k = 0; k < count; k += 8) {
    const size_t present = count - k < 8 ? count - k : 8;
    Gather(factor + k * size, present, size, l);
    for (size_t i = 0; i < d; ++i) {
      const O diagonal = Broadcast<kVectors>(1.0) / Lane(l, At(i, i));
      Store(diagonal, w + 8 * At(i, i));
      for (size_t j = 0; j < i; ++j) {
        O sum = Broadcast<kVectors>(0.0);
        for (size_t m = j; m < i; ++m) sum = Fma(Lane(l, At(i, m)), Lane(w, At(m, j)), sum);
        Store((Broadcast<kVectors>(0.0) - sum) * diagonal, w + 8 * At(i, j));
      }
    }
    Scatter(w, present, size, inverse + k * size);
  }
}

void TriangleGradients(const double* sums, const double* inverse, const double* factor,
                       size_t count, size_t d, double* mean, double* lower, double* scratch) {
  const size_t size = At(d, 0);
  double* const s = scratch;
  double* const w = s + 8 * (1 + d + size);
  double* const l = w + 8 * size;
  double* const out = l + 8 * size;
  double* const m = out + 8 * size;
  double* const y = m + 8 * d;
  double* const half = y + 8 * d;
  double* const row = half + 8 * d;
  for (size_t k = 0; k < count; k += 8) {
    const size_t present = count - k < 8 ? count - k : 8;
    Gather(sums + k * (1 + d + size), present, 1 + d + size, s);
    Gather(inverse + k * size, present, size, w);
    Gather(factor + k * size, present, size, l);
    const double* const s1 = s + 8;
    const double* const s2 = s1 + 8 * d;
    for (size_t i = 0; i < d; ++i) {
      O sum = Broadcast<kVectors>(0.0);
      for (size_t j = 0; j <= i; ++j) sum = Fma(Lane(w, At(i, j)), Lane(s1, j), sum);
      Store(sum, y + 8 * i);
    }
    for (size_t j = 0; j < d; ++j) {
      O sum = Broadcast<kVectors>(0.0);
      for (size_t i = j; i < d; ++i) sum = Fma(Lane(w, At(i, j)), Lane(y, i), sum);
      Store(sum, m + 8 * j);
    }
    for (size_t index = 0; index < size; ++index) Store(Broadcast<kVectors>(0.0), out + 8 * index);
    for (size_t i = 0; i < d; ++i) {  // row i of Y = W S2 W^T - S0 I, then out += W_i^T Y_i
      for (size_t b = 0; b < d; ++b) {
        O sum = Broadcast<kVectors>(0.0);
        for (size_t a = 0; a <= i; ++a)
          sum = Fma(Lane(w, At(i, a)), Lane(s2, a >= b ? At(a, b) : At(b, a)), sum);
        Store(sum, half + 8 * b);
      }
      for (size_t j = 0; j <= i; ++j) {  // entries beyond i never reach the lower triangle
        O sum = i == j ? Broadcast<kVectors>(0.0) - Lane(s, 0) : Broadcast<kVectors>(0.0);
        for (size_t b = 0; b <= j; ++b) sum = Fma(Lane(half, b), Lane(w, At(j, b)), sum);
        Store(sum, row + 8 * j);
      }
      for (size_t a = 0; a <= i; ++a) {
        const O scale = Lane(w, At(i, a));
        for (size_t j = 0; j <= a; ++j)
          Store(Fma(scale, Lane(row, j), Lane(out, At(a, j))), out + 8 * At(a, j));
      }
    }
    for (size_t i = 0; i < d; ++i)
      Store(Lane(out, At(i, i)) * Lane(l, At(i, i)), out + 8 * At(i, i));
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
