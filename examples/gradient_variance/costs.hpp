// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>
#include <string>
#include <type_traits>

#include <leibler/engine/tape.hpp>

#include "../support/text.hpp"

namespace leibler::examples::gradient_variance {

/// Three families of costs by a number k.
struct Cost {
  enum class Kind { square, bump, wave };
  Kind kind;
  double k;

  template <class X>
  [[nodiscard]] auto operator()(const X& x) const {
    using std::cos, std::exp;
    using T = std::remove_cvref_t<decltype(x[0])>;
    const T y = x[0];
    switch (kind) {
      case Kind::square:
        return T((y - k) * (y - k));
      case Kind::bump:
        return T(exp(-k * y * y));
      case Kind::wave:
        break;
    }
    return T(cos(k * y));
  }

  [[nodiscard]] double derivative(double y) const {
    switch (kind) {
      case Kind::square:
        return 2.0 * (y - k);
      case Kind::bump:
        return -2.0 * k * y * std::exp(-k * y * y);
      case Kind::wave:
        break;
    }
    return -k * std::sin(k * y);
  }

  [[nodiscard]] std::string name() const {
    switch (kind) {
      case Kind::square:
        return k == 0.0 ? "x^2" : format("(x %c %g)^2", k < 0.0 ? '+' : '-', std::abs(k));
      case Kind::bump:
        return format("exp(-%g x^2)", k);
      case Kind::wave:
        break;
    }
    return format("cos(%g x)", k);
  }
};

}  // namespace leibler::examples::gradient_variance
