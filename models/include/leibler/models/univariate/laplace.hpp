// SPDX-License-Identifier: MIT
#pragma once

#include <leibler/models/univariate/family.hpp>

namespace leibler::inline v0 {

namespace detail {
extern const Family laplace_family;
}

/// The two-sided exponential distribution, x real.
///
///     log p(x) = -|x - location| / scale - log(2 scale)
///
/// At x = location the derivative is taken as 0.
template <class Location = double, class Scale = double>
class Laplace : public detail::Univariate<Laplace, detail::Kind::reparameterized, Location, Scale> {
 public:
  static constexpr const char* name = "Laplace";
  static const detail::Family& family() { return detail::laplace_family; }

  /// @param location  finite
  /// @param scale     finite and > 0
  /// @throws DomainError
  Laplace(const Location& location, const Scale& scale) : Laplace::Univariate(location, scale) {}

  [[nodiscard]] auto location() const { return this->argument(0); }
  [[nodiscard]] auto scale() const { return this->argument(1); }
};

template <class L, class S>
Laplace(const L&, const S&) -> Laplace<Scalar<L>, Scalar<S>>;

}  // namespace leibler::inline v0
