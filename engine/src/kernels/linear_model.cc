// SPDX-License-Identifier: MIT
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/linear_model.cc"
#include <hwy/foreach_target.h>

#include <hwy/highway.h>

#include <leibler/engine/kernels/tape.hpp>
#include "kernels/functions-inl.h"
#include "kernels/pack-inl.h"

HWY_BEFORE_NAMESPACE();
namespace leibler::inline v0::engine::kernels {
namespace HWY_NAMESPACE {

// log p of one row as a function of eta, and its derivative.
struct LogisticLink {
  template <size_t N>
  HWY_INLINE Pack<N> operator()(const Pack<N>& eta, const Pack<N>& y, Pack<N>& residual) const {
    // -softplus(sign eta) with sign = 1 - 2 y; a row of probability 0 at -708 counts as nothing.
    const Pack<N> sign = Fma(y, Broadcast<N>(-2.0), 1.0), x = eta * sign;
    Pack<N> derivative;
    const Pack<N> value = SoftplusFrom(x, Exp(Negative(Magnitude(x))), derivative);
    residual = Negative(sign * derivative);
    return Negative(value);
  }
};
struct LogLink {
  template <size_t N>
  HWY_INLINE Pack<N> operator()(const Pack<N>& eta, const Pack<N>& y, Pack<N>& residual) const {
    const Pack<N> mean = ExpEverywhere(eta);
    residual = y - mean;
    return Fma(y, eta, Negative(mean));
  }
};
struct IdentityLink {
  template <size_t N>
  HWY_INLINE Pack<N> operator()(const Pack<N>& eta, const Pack<N>& y, Pack<N>& residual) const {
    residual = y - eta;
    return Broadcast<N>(-0.5) * residual * residual;
  }
};

constexpr size_t kRows = 64;
constexpr size_t kGroup = HWY_TARGET <= HWY_AVX3 ? 2 : 1;
constexpr size_t kWidth = 8 * kGroup;
constexpr size_t kVectorsOfGroup = kGroup * kVectors;
using G = Pack<kVectorsOfGroup>;
using TwoG = Pack<2 * kVectorsOfGroup>;

HWY_INLINE G AllG(double x) {
  return Broadcast<kVectorsOfGroup>(x);
}
HWY_INLINE G LoadG(const double* p) {
  return Load<kVectorsOfGroup>(p);
}
HWY_INLINE G Half(const TwoG& x, size_t second) {
  G r;
  for (size_t i = 0; i < kVectorsOfGroup; ++i) r.v[i] = x.v[second * kVectorsOfGroup + i];
  return r;
}

// eta of `rows` rows, four at a time.
HWY_INLINE void Predict(const LinearModelRows& data, size_t r0, size_t rows, const G& start,
                        const double* beta, size_t lanes, double* eta) {
  const size_t row = data.row_stride, column = data.column_stride, d = data.columns;
  size_t r = 0;
  for (; r + 4 <= rows; r += 4) {
    const double* x = data.x + (r0 + r) * row;
    G e0 = start, e1 = start, e2 = start, e3 = start;
    for (size_t k = 0; k < d; ++k, x += column) {
      const G z = LoadG(beta + k * lanes);
      e0 = Fma(z, AllG(x[0]), e0);
      e1 = Fma(z, AllG(x[row]), e1);
      e2 = Fma(z, AllG(x[2 * row]), e2);
      e3 = Fma(z, AllG(x[3 * row]), e3);
    }
    double* const e = eta + r * kWidth;
    Store(e0, e);
    Store(e1, e + kWidth);
    Store(e2, e + 2 * kWidth);
    Store(e3, e + 3 * kWidth);
  }
  for (; r < rows; ++r) {
    const double* x = data.x + (r0 + r) * row;
    G e0 = start;
    for (size_t k = 0; k < d; ++k, x += column) e0 = Fma(LoadG(beta + k * lanes), AllG(*x), e0);
    Store(e0, eta + r * kWidth);
  }
}

// Residuals take the place of the etas.
template <class Link>
HWY_INLINE void Residuals(const Link& link, const double* y, size_t rows, double* eta, G& total,
                          G& to_alpha) {
  size_t r = 0;
  for (; r + 2 <= rows; r += 2) {
    double* const e = eta + r * kWidth;
    TwoG at, residual;
    for (size_t i = 0; i < kVectorsOfGroup; ++i) {
      at.v[i] = Set(y[r]);
      at.v[kVectorsOfGroup + i] = Set(y[r + 1]);
    }
    const TwoG value = link(Load<2 * kVectorsOfGroup>(e), at, residual);
    Store(residual, e);
    total = (total + Half(value, 0)) + Half(value, 1);
    to_alpha = (to_alpha + Half(residual, 0)) + Half(residual, 1);
  }
  for (; r < rows; ++r) {
    G residual;
    const G value = link(LoadG(eta + r * kWidth), AllG(y[r]), residual);
    Store(residual, eta + r * kWidth);
    total = total + value;
    to_alpha = to_alpha + residual;
  }
}

// partials[k] += sum_r residual_r x_rk, five columns at a time.
HWY_INLINE void Differentiate(const LinearModelRows& data, size_t r0, size_t rows,
                              const double* residual, size_t lanes, double* partials) {
  const size_t row = data.row_stride, column = data.column_stride, d = data.columns;
  size_t k = 0;
  for (; k + 5 <= d; k += 5) {
    const double* x = data.x + r0 * row + k * column;
    G g0 = AllG(0.0), g1 = g0, g2 = g0, g3 = g0, g4 = g0;
    for (size_t q = 0; q < rows; ++q, x += row) {
      const G e = LoadG(residual + q * kWidth);
      g0 = Fma(e, AllG(x[0]), g0);
      g1 = Fma(e, AllG(x[column]), g1);
      g2 = Fma(e, AllG(x[2 * column]), g2);
      g3 = Fma(e, AllG(x[3 * column]), g3);
      g4 = Fma(e, AllG(x[4 * column]), g4);
    }
    double* const p = partials + k * lanes;
    Store(LoadG(p) + g0, p);
    Store(LoadG(p + lanes) + g1, p + lanes);
    Store(LoadG(p + 2 * lanes) + g2, p + 2 * lanes);
    Store(LoadG(p + 3 * lanes) + g3, p + 3 * lanes);
    Store(LoadG(p + 4 * lanes) + g4, p + 4 * lanes);
  }
  for (; k < d; ++k) {
    const double* x = data.x + r0 * row + k * column;
    G g0 = AllG(0.0);
    for (size_t q = 0; q < rows; ++q, x += row) {
      g0 = Fma(LoadG(residual + q * kWidth), AllG(*x), g0);
    }
    double* const p = partials + k * lanes;
    Store(LoadG(p) + g0, p);
  }
}

template <class Link>
HWY_INLINE void Rows(const Link& link, const LinearModelRows& data, const double* alpha,
                     double alpha_shift, const double* beta, size_t lanes, double* value,
                     double* partials) {
  alignas(64) double eta[kRows * kWidth];
  for (size_t l = 0; l < lanes; l += kWidth) {
    G total = AllG(0.0), to_alpha = AllG(0.0);
    for (size_t k = 0; k < data.columns; ++k) Store(AllG(0.0), partials + (k + 1) * lanes + l);
    const G start = LoadG(alpha + l) + AllG(alpha_shift);
    for (size_t r0 = 0; r0 < data.rows; r0 += kRows) {
      const size_t rows = data.rows - r0 < kRows ? data.rows - r0 : kRows;
      Predict(data, r0, rows, start, beta + l, lanes, eta);
      Residuals(link, data.y + r0, rows, eta, total, to_alpha);
      Differentiate(data, r0, rows, eta, lanes, partials + lanes + l);
    }
    Store(total, value + l);
    Store(to_alpha, partials + l);
  }
}

void LinearModel(Link link, const LinearModelRows& data, const double* alpha, double alpha_shift,
                 const double* beta, size_t lanes, double* value, double* partials) {
  switch (link) {
    case Link::logistic:
      return Rows(LogisticLink(), data, alpha, alpha_shift, beta, lanes, value, partials);
    case Link::log:
      return Rows(LogLink(), data, alpha, alpha_shift, beta, lanes, value, partials);
    case Link::identity:
      return Rows(IdentityLink(), data, alpha, alpha_shift, beta, lanes, value, partials);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace leibler::inline v0::engine::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace leibler::inline v0::engine::kernels {

HWY_EXPORT(LinearModel);

void linear_model_rows(Link link, const LinearModelRows& data, const double* alpha,
                       double alpha_shift, const double* beta, std::size_t lanes, double* value,
                       double* partials) {
  HWY_DYNAMIC_DISPATCH(LinearModel)
  (link, data, alpha, alpha_shift, beta, lanes, value, partials);
}

}  // namespace leibler::inline v0::engine::kernels
#endif
