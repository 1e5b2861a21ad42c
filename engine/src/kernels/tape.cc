// SPDX-License-Identifier: MIT
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/tape.cc"
#include <cmath>

#include <hwy/foreach_target.h>

#include <hwy/highway.h>

#include <leibler/engine/functions.hpp>
#include <leibler/engine/kernels/tape.hpp>
#include "kernels/functions-inl.h"
#include "kernels/pack-inl.h"

HWY_BEFORE_NAMESPACE();
namespace leibler::inline v0::engine::kernels {
namespace HWY_NAMESPACE {

constexpr size_t kPack = kInFlight * kVectors, kStep = 8 * kInFlight;
using P = Pack<kPack>;

HWY_INLINE P All(double x) {
  return Broadcast<kPack>(x);
}

struct Operand {
  const double* x;
  P scale, shift;
  HWY_INLINE P operator()(size_t i) const { return Fma(Load<kPack>(x + i), scale, shift); }
};

#define LEIBLER_LANES for (size_t i = 0; i < lanes; i += kStep)

HWY_INLINE const double* Value(const TapeMemory& t, uint32_t index) {
  return t.values + index * t.lanes;
}

double ValueOf(Function f, double x) {
  switch (f) {
    case Function::lgamma:
      return engine::lgamma(x);
    case Function::digamma:
      return engine::digamma(x);
    case Function::erf:
      return engine::erf(x);
    case Function::erfc:
      return engine::erfc(x);
    case Function::sin:
      return engine::sin(x);
    case Function::cos:
      return engine::cos(x);
    case Function::log_bessel_i0:
      return engine::log_bessel_i0(x);
    case Function::log_bessel_i0_scaled:
      return engine::log_bessel_i0_scaled(x);
  }
  return x;
}
double DerivativeOf(Function f, double x) {
  constexpr double two_over_root_pi = 1.12837916709551257390;
  switch (f) {
    case Function::lgamma:
      return engine::digamma(x);
    case Function::digamma:
      return engine::trigamma(x);
    case Function::erf:
      return two_over_root_pi * engine::exp(-x * x);
    case Function::erfc:
      return -two_over_root_pi * engine::exp(-x * x);
    case Function::sin:
      return std::cos(x);
    case Function::cos:
      return -std::sin(x);
    case Function::log_bessel_i0:
      return engine::bessel_ratio(x);
    case Function::log_bessel_i0_scaled:
      if (x == 0.0) return 0.0;
      return std::copysign(engine::bessel_ratio_complement(std::abs(x)), -x);
  }
  return x;
}

// f at every point; a number that stays the same, as parameters do, is computed once.
template <class F>
void PointByPoint(const double* x, const Node& node, size_t lanes, double* out, F&& f) {
  double last_x = 0.0, last = 0.0;
  for (size_t i = 0; i < lanes; ++i) {
    const double a = std::fma(x[i], node.scale_a, node.shift_a);
    if (i == 0 || a != last_x) {
      last_x = a;
      last = f(a);
    }
    out[i] = last;
  }
}

// d pow(a, b): the first is b a^(b - 1), the second a^b log a.
double PowerByBase(double a, double b) {
  return b == 0.0 ? 0.0 : b * std::pow(a, b - 1.0);
}
double PowerByExponent(double a, double b) {
  const double y = std::pow(a, b);
  return y == 0.0 ? 0.0 : y * engine::log(a);
}

// The first pack at every point.
HWY_INLINE void Spread(double* block, size_t lanes) {
  const P first = Load<kPack>(block);
  for (size_t i = kStep; i < lanes; i += kStep) Store(first, block + i);
}

// At `lanes` of the t.lanes points.
HWY_INLINE void ComputeNode(const TapeMemory& t, uint32_t index, size_t lanes) {
  const Node& node = t.nodes[index];
  double* const out = t.values + index * t.lanes;
  const Operand a{Value(t, node.a), All(node.scale_a), All(node.shift_a)};
  const Operand b{Value(t, node.b), All(node.scale_b), All(node.shift_b)};
  switch (node.op) {
    case Op::given:
    case Op::partials:
      break;
    case Op::linear:
      LEIBLER_LANES Store(Fma(Load<kPack>(b.x + i), b.scale, a(i)), out + i);
      break;
    case Op::product:
      LEIBLER_LANES Store(a(i) * b(i), out + i);
      break;
    case Op::quotient:
      LEIBLER_LANES Store(a(i) / b(i), out + i);
      break;
    case Op::exp:
      LEIBLER_LANES Store(ExpEverywhere(a(i)), out + i);
      break;
    case Op::log:
      LEIBLER_LANES Store(LogEverywhere(a(i)), out + i);
      break;
    case Op::log1p:
      LEIBLER_LANES Store(Log1p(a(i)), out + i);
      break;
    case Op::expm1:
      LEIBLER_LANES Store(Expm1(a(i)), out + i);
      break;
    case Op::sqrt:
      LEIBLER_LANES Store(Sqrt(a(i)), out + i);
      break;
    case Op::tanh:
      LEIBLER_LANES Store(Tanh(a(i)), out + i);
      break;
    case Op::logistic:
      LEIBLER_LANES {
        P complement;
        Store(Logistic(a(i), complement), out + i);
      }
      break;
    case Op::softplus: {
      double* const derivative = t.values + node.first * t.lanes;
      LEIBLER_LANES {
        P d;
        Store(Softplus(a(i), d), out + i);
        Store(d, derivative + i);
      }
      break;
    }
    case Op::abs:
      LEIBLER_LANES Store(Magnitude(a(i)), out + i);
      break;
    case Op::less:
      LEIBLER_LANES Store(IfLess(a(i), b(i), All(1.0), All(0.0)), out + i);
      break;
    case Op::less_equal:
      LEIBLER_LANES Store(IfLessEqual(a(i), b(i), All(1.0), All(0.0)), out + i);
      break;
    case Op::select: {
      const double* const condition = Value(t, node.first);
      LEIBLER_LANES Store(IfZero(Load<kPack>(condition + i), b(i), a(i)), out + i);
      break;
    }
    case Op::call:
      PointByPoint(a.x, node, lanes, out,
                   [&](double x) { return ValueOf(static_cast<Function>(node.first), x); });
      break;
    case Op::power:
      for (size_t i = 0; i < lanes; ++i) {
        out[i] = std::pow(std::fma(a.x[i], node.scale_a, node.shift_a),
                          std::fma(b.x[i], node.scale_b, node.shift_b));
      }
      break;
    case Op::dot: {
      const double* const c = t.constants + node.first;
      LEIBLER_LANES {
        P sum = All(node.shift_a);
        const double* x = a.x + i;
        for (size_t k = 0; k < node.count; ++k, x += t.lanes) {
          sum = Fma(Load<kPack>(x), All(c[k]), sum);
        }
        Store(sum, out + i);
      }
      break;
    }
    case Op::sum:
      LEIBLER_LANES {
        P sum = All(node.shift_a);
        const Term* const terms = t.terms + node.first;
        for (size_t k = 0; k < node.count; ++k) {
          sum = Fma(Load<kPack>(Value(t, terms[k].index) + i), All(terms[k].scale), sum);
        }
        Store(sum, out + i);
      }
      break;
    case Op::log_sum_exp:
      LEIBLER_LANES {
        const Term* const terms = t.terms + node.first;
        const P infinity = All(HUGE_VAL);
        P top = Negative(infinity), poison = All(0.0), total = All(0.0);
        for (size_t k = 0; k < node.count; ++k) {
          const P x = Load<kPack>(Value(t, terms[k].index) + i);
          top = IfLess(top, x, x, top);
          poison = KeepNan(x, poison);
        }
        for (size_t k = 0; k < node.count; ++k) {
          total = total + Exp(Load<kPack>(Value(t, terms[k].index) + i) - top);
        }
        const P y = top + Log(Max(total, All(1.0)));
        Store(KeepNan(poison, IfLess(Magnitude(top), infinity, y, top)), out + i);
      }
      break;
  }
}

HWY_INLINE void ForwardNode(const TapeMemory& t, uint32_t index) {
  const Node& node = t.nodes[index];
  if (!node.uniform) return ComputeNode(t, index, t.lanes);
  if (node.op == Op::given) return;
  ComputeNode(t, index, kStep);
  Spread(t.values + index * t.lanes, t.lanes);
  if (node.op == Op::softplus) Spread(t.values + node.first * t.lanes, t.lanes);
}

void Forward(const TapeMemory& t, uint32_t begin, uint32_t end) {
  for (uint32_t index = begin; index < end; ++index) ForwardNode(t, index);
}

alignas(64) constexpr double kZeros[max_lanes] = {};

// Where the adjoint of a node is added: what it was so far (zeros when nothing was), and where it
// goes.
struct Adjoint {
  const double* before;
  double* after;
  HWY_INLINE void Add(size_t i, const P& x) const { Store(Load<kPack>(before + i) + x, after + i); }
  HWY_INLINE void AddProduct(size_t i, const P& x, const P& y) const {
    Store(Fma(x, y, Load<kPack>(before + i)), after + i);
  }
  // x y where x is not 0: a branch that where() did not take has no say, even at its pole.
  HWY_INLINE void AddShare(size_t i, const P& x, const P& y) const {
    AddProduct(i, x, IfZero(x, x, y));
  }
};
HWY_INLINE Adjoint Touch(TapeMemory& t, uint32_t index) {
  double* const after = t.adjoints + index * t.lanes;
  if (t.touched[index]) return {after, after};
  t.touched[index] = 1;
  if (index < t.mark) t.outer[t.outer_count++] = index;
  return {kZeros, after};
}

HWY_INLINE void ReverseNode(TapeMemory& t, uint32_t index) {
  const Node& node = t.nodes[index];
  const size_t lanes = t.lanes;
  const double* const g = t.adjoints + index * lanes;
  const double* const out = t.values + index * lanes;
  const P scale_a = All(node.scale_a), scale_b = All(node.scale_b);
  const Operand a{Value(t, node.a), scale_a, All(node.shift_a)};
  const Operand b{Value(t, node.b), scale_b, All(node.shift_b)};
  // Of a function of one operand: its adjoint += g scale derivative(i).
  const auto chain = [&](auto&& derivative) HWY_ATTR {
    const Adjoint to_a = Touch(t, node.a);
    if (node.uniform) {
      const P same = derivative(0);
      LEIBLER_LANES to_a.AddShare(i, Load<kPack>(g + i) * scale_a, same);
    } else {
      LEIBLER_LANES to_a.AddShare(i, Load<kPack>(g + i) * scale_a, derivative(i));
    }
  };
  // How many points a function that is called point by point has to look at.
  const size_t different = node.uniform ? kStep : lanes;
  switch (node.op) {
    case Op::given:
    case Op::less:
    case Op::less_equal:
      break;
    case Op::linear: {
      const Adjoint to_a = Touch(t, node.a);
      LEIBLER_LANES to_a.AddProduct(i, Load<kPack>(g + i), scale_a);
      if (node.b == 0) break;
      const Adjoint to_b = Touch(t, node.b);
      LEIBLER_LANES to_b.AddProduct(i, Load<kPack>(g + i), scale_b);
      break;
    }
    case Op::product: {
      if (node.a == node.b && node.scale_a == node.scale_b && node.shift_a == node.shift_b) {
        chain([&](size_t i) HWY_ATTR { return All(2.0) * a(i); });
        break;
      }
      const Adjoint to_a = Touch(t, node.a), to_b = Touch(t, node.b);
      LEIBLER_LANES {
        const P h = Load<kPack>(g + i), at_a = a(i), at_b = b(i);
        to_a.AddShare(i, h * scale_a, at_b);
        to_b.AddShare(i, h * scale_b, at_a);
      }
      break;
    }
    case Op::quotient: {
      const Adjoint to_a = Touch(t, node.a), to_b = Touch(t, node.b);
      P inverse = All(1.0) / b(0);
      LEIBLER_LANES {
        const P h = Load<kPack>(g + i);
        if (!node.uniform) inverse = All(1.0) / b(i);
        to_a.AddShare(i, h * scale_a, inverse);
        to_b.AddShare(i, h * scale_b, Negative(Load<kPack>(out + i) * inverse));
      }
      break;
    }
    case Op::exp:
      chain([&](size_t i) HWY_ATTR { return Load<kPack>(out + i); });
      break;
    case Op::log:
      chain([&](size_t i) HWY_ATTR { return All(1.0) / a(i); });
      break;
    case Op::log1p:
      chain([&](size_t i) HWY_ATTR { return All(1.0) / (All(1.0) + a(i)); });
      break;
    case Op::expm1:
      chain([&](size_t i) HWY_ATTR { return ExpEverywhere(a(i)); });
      break;
    case Op::sqrt:
      chain([&](size_t i) HWY_ATTR { return All(0.5) / Load<kPack>(out + i); });
      break;
    case Op::tanh:
      chain([&](size_t i) HWY_ATTR {
        P complement;  // 1 - tanh^2 x = 4 s (1 - s) with s = 1 / (1 + exp -2 x)
        const P s = Logistic(All(2.0) * a(i), complement);
        return All(4.0) * s * complement;
      });
      break;
    case Op::logistic:
      chain([&](size_t i) HWY_ATTR {
        P complement;
        const P s = Logistic(a(i), complement);
        return s * complement;
      });
      break;
    case Op::softplus: {
      const double* const derivative = Value(t, node.first);
      chain([&](size_t i) HWY_ATTR { return Load<kPack>(derivative + i); });
      break;
    }
    case Op::abs:
      chain([&](size_t i) HWY_ATTR {
        const P x = a(i), zero = All(0.0);
        return KeepNan(x, IfLess(x, zero, All(-1.0), IfZero(x, zero, All(1.0))));
      });
      break;
    case Op::select: {
      const Adjoint to_a = Touch(t, node.a), to_b = Touch(t, node.b);
      const double* const condition = Value(t, node.first);
      LEIBLER_LANES {
        const P h = Load<kPack>(g + i), c = Load<kPack>(condition + i);
        to_a.AddProduct(i, IfZero(c, All(0.0), h), scale_a);
        to_b.AddProduct(i, IfZero(c, h, All(0.0)), scale_b);
      }
      break;
    }
    case Op::call: {
      alignas(64) double derivative[max_lanes];
      PointByPoint(a.x, node, different, derivative,
                   [&](double x) { return DerivativeOf(static_cast<Function>(node.first), x); });
      chain([&](size_t i) HWY_ATTR { return Load<kPack>(derivative + i); });
      break;
    }
    case Op::power: {
      alignas(64) double by_base[max_lanes] = {}, by_exponent[max_lanes] = {};
      const bool to_base = t.nodes[node.a].active, to_exponent = t.nodes[node.b].active;
      for (size_t i = 0; i < different; ++i) {
        const double x = std::fma(a.x[i], node.scale_a, node.shift_a);
        const double y = std::fma(b.x[i], node.scale_b, node.shift_b);
        if (to_base) by_base[i] = PowerByBase(x, y);
        if (to_exponent) by_exponent[i] = PowerByExponent(x, y);
      }
      const Adjoint to_a = Touch(t, node.a), to_b = Touch(t, node.b);
      LEIBLER_LANES {
        const P h = Load<kPack>(g + i);
        const size_t at = node.uniform ? 0 : i;
        to_a.AddShare(i, h * scale_a, Load<kPack>(by_base + at));
        to_b.AddShare(i, h * scale_b, Load<kPack>(by_exponent + at));
      }
      break;
    }
    case Op::dot: {
      const double* const c = t.constants + node.first;
      bool fresh = false;
      for (uint32_t k = 0; k < node.count; ++k) fresh = fresh || !t.touched[node.a + k];
      if (fresh) {
        for (uint32_t k = 0; k < node.count; ++k) {
          const Adjoint to = Touch(t, node.a + k);
          LEIBLER_LANES to.AddProduct(i, Load<kPack>(g + i), All(c[k]));
        }
        break;
      }
      double* const base = t.adjoints + node.a * lanes;
      LEIBLER_LANES {
        const P h = Load<kPack>(g + i);
        double* to = base + i;
        for (size_t k = 0; k < node.count; ++k, to += lanes) {
          Store(Fma(h, All(c[k]), Load<kPack>(to)), to);
        }
      }
      break;
    }
    case Op::sum:
      for (uint32_t k = 0; k < node.count; ++k) {
        const Term& term = t.terms[node.first + k];
        const Adjoint to = Touch(t, term.index);
        LEIBLER_LANES to.AddProduct(i, Load<kPack>(g + i), All(term.scale));
      }
      break;
    case Op::log_sum_exp:
      for (uint32_t k = 0; k < node.count; ++k) {
        const Term& term = t.terms[node.first + k];
        const Adjoint to = Touch(t, term.index);
        const double* const x = Value(t, term.index);
        LEIBLER_LANES {
          const P y = Load<kPack>(out + i), at = Load<kPack>(x + i);
          const P weight = IfEqual(at, y, All(1.0), ExpEverywhere(at - y));
          // Where all are -inf there is no direction.
          to.AddShare(i, Load<kPack>(g + i), IfEqual(y, All(-HUGE_VAL), All(0.0), weight));
        }
      }
      break;
    case Op::partials:
      for (uint32_t k = 0; k < node.count; ++k) {
        const Term& term = t.terms[node.first + k];
        const Adjoint to = Touch(t, term.index);
        const double* const partial = Value(t, term.block);
        LEIBLER_LANES {
          to.AddShare(i, Load<kPack>(g + i) * All(term.scale), Load<kPack>(partial + i));
        }
      }
      break;
  }
}

void Reverse(TapeMemory& t, uint32_t begin, uint32_t end) {
  for (uint32_t index = end; index > begin; --index) {
    if (t.touched[index] && t.nodes[index].active) ReverseNode(t, index);
  }
}

void FinishTerm(TapeMemory& t, const Term* terms, size_t count, double shift, uint32_t plate,
                uint32_t end) {
  const size_t lanes = t.lanes;
  double* const out = t.values + plate * lanes;
  Forward(t, t.mark, end);
  LEIBLER_LANES {
    P sum = All(shift);
    for (size_t k = 0; k < count; ++k) {
      sum = Fma(Load<kPack>(Value(t, terms[k].index) + i), All(terms[k].scale), sum);
    }
    Store(Load<kPack>(out + i) + sum, out + i);
  }
  if (!t.gradient) return;
  for (size_t k = 0; k < count; ++k) {
    const Adjoint to = Touch(t, terms[k].index);
    LEIBLER_LANES to.Add(i, All(terms[k].scale));
  }
  Reverse(t, t.mark - 1, end - 1);
}

void Affine(const double* values, double scale, double shift, double* out, size_t lanes) {
  LEIBLER_LANES Store(Fma(Load<kPack>(values + i), All(scale), All(shift)), out + i);
}

#undef LEIBLER_LANES

}  // namespace HWY_NAMESPACE
}  // namespace leibler::inline v0::engine::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace leibler::inline v0::engine::kernels {

HWY_EXPORT(Forward);
HWY_EXPORT(Reverse);
HWY_EXPORT(FinishTerm);
HWY_EXPORT(Affine);

void tape_forward(const TapeMemory& tape, std::uint32_t begin, std::uint32_t end) {
  HWY_DYNAMIC_DISPATCH(Forward)(tape, begin, end);
}
void tape_reverse(TapeMemory& tape, std::uint32_t begin, std::uint32_t end) {
  HWY_DYNAMIC_DISPATCH(Reverse)(tape, begin, end);
}
void tape_finish_term(TapeMemory& tape, const Term* terms, std::size_t count, double shift,
                      std::uint32_t plate, std::uint32_t end) {
  HWY_DYNAMIC_DISPATCH(FinishTerm)(tape, terms, count, shift, plate, end);
}
void tape_affine(const double* values, double scale, double shift, double* out, std::size_t lanes) {
  HWY_DYNAMIC_DISPATCH(Affine)(values, scale, shift, out, lanes);
}

}  // namespace leibler::inline v0::engine::kernels
#endif
