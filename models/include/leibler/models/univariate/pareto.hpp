// SPDX-License-Identifier: MIT
#pragma once

#include <leibler/models/univariate/family.hpp>

namespace leibler::inline v0 {

namespace detail {
extern const Family pareto_family;
}

/// x >= scale; log(x / scale) is from Exponential(shape).
///
///     log p(x) = log shape - log x - shape log(x / scale)
template <class Scale = double, class Shape = double>
class Pareto : public detail::Univariate<Pareto, detail::Kind::reparameterized, Scale, Shape> {
 public:
  static constexpr const char* name = "Pareto";
  static constexpr bool support_moves = true;
  static const detail::Family& family() { return detail::pareto_family; }

  /// @param scale  finite and > 0; the least x
  /// @param shape  finite and > 0
  /// @throws DomainError
  Pareto(const Scale& scale, const Shape& shape) : Pareto::Univariate(scale, shape) {}

  [[nodiscard]] auto scale() const { return this->argument(0); }
  [[nodiscard]] auto shape() const { return this->argument(1); }
};

template <class Scale, class Shape>
Pareto(const Scale&, const Shape&) -> Pareto<Scalar<Scale>, Scalar<Shape>>;

}  // namespace leibler::inline v0
