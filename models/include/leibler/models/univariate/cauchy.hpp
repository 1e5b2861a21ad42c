// SPDX-License-Identifier: MIT
#pragma once

#include <leibler/models/univariate/family.hpp>

namespace leibler::inline v0 {

namespace detail {
extern const Family cauchy_family;
}

/// The Cauchy distribution, x real: no mean and no variance, both are NaN.
///
///     log p(x) = -log(pi scale) - log(1 + z^2),   z = (x - location) / scale
template <class Location = double, class Scale = double>
class Cauchy : public detail::Univariate<Cauchy, detail::Kind::reparameterized, Location, Scale> {
 public:
  static constexpr const char* name = "Cauchy";
  static const detail::Family& family() { return detail::cauchy_family; }

  /// @param location  finite
  /// @param scale     finite and > 0
  /// @throws DomainError
  Cauchy(const Location& location, const Scale& scale) : Cauchy::Univariate(location, scale) {}

  [[nodiscard]] auto location() const { return this->argument(0); }
  [[nodiscard]] auto scale() const { return this->argument(1); }
};

template <class L, class S>
Cauchy(const L&, const S&) -> Cauchy<Scalar<L>, Scalar<S>>;

}  // namespace leibler::inline v0
