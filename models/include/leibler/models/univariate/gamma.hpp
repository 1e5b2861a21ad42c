// SPDX-License-Identifier: MIT
#pragma once

#include <leibler/models/univariate/family.hpp>

namespace leibler::inline v0 {

namespace detail {
extern const Family gamma_family;
}

/// x >= 0, with mean shape / rate and variance shape / rate^2.
///
///     log p(x) = shape log rate + (shape - 1) log x - rate x - log Gamma(shape)
template <class Shape = double, class Rate = double>
class Gamma : public detail::Univariate<Gamma, detail::Kind::implicit, Shape, Rate> {
 public:
  static constexpr const char* name = "Gamma";
  static const detail::Family& family() { return detail::gamma_family; }

  /// @param shape  finite and > 0
  /// @param rate   finite and > 0; 1 / scale
  /// @throws DomainError
  Gamma(const Shape& shape, const Rate& rate) : Gamma::Univariate(shape, rate) {}

  [[nodiscard]] auto shape() const { return this->argument(0); }
  [[nodiscard]] auto rate() const { return this->argument(1); }
};

template <class S, class R>
Gamma(const S&, const R&) -> Gamma<Scalar<S>, Scalar<R>>;

}  // namespace leibler::inline v0
