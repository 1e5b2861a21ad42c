// SPDX-License-Identifier: MIT
#pragma once

#include <leibler/models/univariate/family.hpp>

namespace leibler::inline v0 {

namespace detail {
extern const Family inverse_gamma_family;
}

/// 1 / y with y from Gamma(shape, rate = scale), x >= 0.
///
///     log p(x) = shape log scale - (shape + 1) log x - scale / x - log Gamma(shape)
template <class Shape = double, class Scale = double>
class InverseGamma : public detail::Univariate<InverseGamma, detail::Kind::implicit, Shape, Scale> {
 public:
  static constexpr const char* name = "InverseGamma";
  static const detail::Family& family() { return detail::inverse_gamma_family; }

  /// @param shape  finite and > 0
  /// @param scale  finite and > 0
  /// @throws DomainError
  InverseGamma(const Shape& shape, const Scale& scale) : InverseGamma::Univariate(shape, scale) {}

  [[nodiscard]] auto shape() const { return this->argument(0); }
  [[nodiscard]] auto scale() const { return this->argument(1); }
};

template <class Shape, class Scale>
InverseGamma(const Shape&, const Scale&) -> InverseGamma<Scalar<Shape>, Scalar<Scale>>;

}  // namespace leibler::inline v0
