// SPDX-License-Identifier: MIT
#include <utility>

#include <leibler/engine/error.hpp>

#include "real_access.hpp"

namespace leibler::inline v0::engine {

void misuse(const std::string& value, const std::string& rule, const std::string& remedy) {
  throw InvalidArgument({"Real", "operand", {}, value, rule, remedy});
}

// Arithmetic

Real operator+(const Real& a, const Real& b) {
  if (a.is_constant() && b.is_constant()) {
    return RealAccess::constant(a) + RealAccess::constant(b);
  }
  return RealAccess::add(a, b);
}
Real operator-(const Real& a) {
  if (a.is_constant()) return -RealAccess::constant(a);
  return RealAccess::times(a, -1.0);
}
Real operator-(const Real& a, const Real& b) {
  if (a.is_constant() && b.is_constant()) {
    return RealAccess::constant(a) - RealAccess::constant(b);
  }
  return RealAccess::add(a, -b);
}
Real operator*(const Real& a, const Real& b) {
  if (a.is_constant() && b.is_constant()) {
    return RealAccess::constant(a) * RealAccess::constant(b);
  }
  for (const auto& [c, x] : {std::pair(&a, &b), std::pair(&b, &a)}) {
    if (!c->is_constant()) continue;
    const double factor = RealAccess::constant(*c);
    // 0 x and inf x have to see the infinities and NaN of x.
    return std::isnormal(factor) ? RealAccess::times(*x, factor)
                                 : RealAccess::binary(Op::product, *x, *c);
  }
  return RealAccess::binary(Op::product, a, b);
}
Real operator/(const Real& a, const Real& b) {
  if (a.is_constant() && b.is_constant()) {
    return RealAccess::constant(a) / RealAccess::constant(b);
  }
  if (b.is_constant()) {
    return std::isnormal(RealAccess::constant(b)) ? RealAccess::over(a, RealAccess::constant(b))
                                                  : RealAccess::binary(Op::quotient, a, b);
  }
  return RealAccess::binary(Op::quotient, a, b);
}

// Functions

#define LEIBLER_FUNCTION(name, record)                                     \
  Real name(const Real& x) {                                               \
    return x.is_constant() ? Real(name(RealAccess::constant(x))) : record; \
  }
LEIBLER_FUNCTION(exp, RealAccess::unary(Op::exp, x))
LEIBLER_FUNCTION(log, RealAccess::unary(Op::log, x))
LEIBLER_FUNCTION(log1p, RealAccess::unary(Op::log1p, x))
LEIBLER_FUNCTION(expm1, RealAccess::unary(Op::expm1, x))
LEIBLER_FUNCTION(sqrt, RealAccess::unary(Op::sqrt, x))
LEIBLER_FUNCTION(tanh, RealAccess::unary(Op::tanh, x))
LEIBLER_FUNCTION(logistic, RealAccess::unary(Op::logistic, x))
LEIBLER_FUNCTION(softplus, RealAccess::unary(Op::softplus, x))
LEIBLER_FUNCTION(abs, RealAccess::unary(Op::abs, x))
LEIBLER_FUNCTION(lgamma, RealAccess::call(Function::lgamma, x))
LEIBLER_FUNCTION(digamma, RealAccess::call(Function::digamma, x))
LEIBLER_FUNCTION(erf, RealAccess::call(Function::erf, x))
LEIBLER_FUNCTION(erfc, RealAccess::call(Function::erfc, x))
LEIBLER_FUNCTION(sin, RealAccess::call(Function::sin, x))
LEIBLER_FUNCTION(cos, RealAccess::call(Function::cos, x))
LEIBLER_FUNCTION(log_bessel_i0, RealAccess::call(Function::log_bessel_i0, x))
LEIBLER_FUNCTION(log_bessel_i0_scaled, RealAccess::call(Function::log_bessel_i0_scaled, x))
#undef LEIBLER_FUNCTION

Real pow(const Real& x, const Real& y) {
  if (x.is_constant() && y.is_constant()) {
    return pow(RealAccess::constant(x), RealAccess::constant(y));
  }
  return RealAccess::binary(Op::power, x, y);
}
Real max(const Real& a, const Real& b) {
  return where(b <= a, a, where(a < b, b, a + b));  // a + b where one is NaN
}
Real min(const Real& a, const Real& b) {
  return where(a <= b, a, where(b < a, b, a + b));
}

Condition operator<(const Real& a, const Real& b) {
  return RealAccess::condition(Op::less, a, b);
}
Condition operator<=(const Real& a, const Real& b) {
  return RealAccess::condition(Op::less_equal, a, b);
}
Condition operator&&(const Condition& a, const Condition& b) {
  return RealAccess::condition(RealAccess::indicator(a) * RealAccess::indicator(b));
}
Condition operator!(const Condition& a) {
  return RealAccess::condition(1.0 - RealAccess::indicator(a));
}
Condition operator||(const Condition& a, const Condition& b) {
  return !(!a && !b);
}
Real where(const Condition& condition, const Real& yes, const Real& no) {
  return RealAccess::where(condition, yes, no);
}

Real sum(std::span<const Real> x) {
  return RealAccess::sum(x);
}
Real log_sum_exp(std::span<const Real> x) {
  return RealAccess::log_sum_exp(x);
}
Real dot(std::span<const double> a, std::span<const Real> x) {
  Real total;
  for (std::size_t k = 0; k < x.size(); ++k) total += a[k] * x[k];
  return total;
}
Real dot(std::span<const Real> a, std::span<const Real> x) {
  Real total;
  for (std::size_t k = 0; k < x.size(); ++k) total += a[k] * x[k];
  return total;
}

Reals Reals::of(std::span<const Real> x) {
  return RealAccess::side_by_side(x);
}

Reals exp(const Reals& x) {
  return RealAccess::each(Op::exp, x);
}
Real dot(const double* data, std::size_t stride, const Reals& x) {
  if (x.size() == 0) return 0.0;
  Tape& t = RealAccess::tape(x);
  return RealAccess::make(t, RealAccess::dot(data, stride, x));
}
Reals multiply(const double* data, std::size_t rows, std::size_t row_stride,
               std::size_t column_stride, const Reals& x) {
  return RealAccess::multiply(data, rows, row_stride, column_stride, x);
}

}  // namespace leibler::inline v0::engine
