// SPDX-License-Identifier: MIT
#pragma once

#include <leibler/models/univariate/family.hpp>

namespace leibler::inline v0 {

namespace detail {
extern const Family weibull_family;
}

/// x >= 0; (x / scale)^shape is from Exponential(1).
///
///     log p(x) = log shape - log x + shape log(x / scale) - (x / scale)^shape
template <class Shape = double, class Scale = double>
class Weibull : public detail::Univariate<Weibull, detail::Kind::reparameterized, Shape, Scale> {
 public:
  static constexpr const char* name = "Weibull";
  static const detail::Family& family() { return detail::weibull_family; }

  /// @param shape  finite and > 0
  /// @param scale  finite and > 0
  /// @throws DomainError
  Weibull(const Shape& shape, const Scale& scale) : Weibull::Univariate(shape, scale) {}

  [[nodiscard]] auto shape() const { return this->argument(0); }
  [[nodiscard]] auto scale() const { return this->argument(1); }
};

template <class Shape, class Scale>
Weibull(const Shape&, const Scale&) -> Weibull<Scalar<Shape>, Scalar<Scale>>;

}  // namespace leibler::inline v0
