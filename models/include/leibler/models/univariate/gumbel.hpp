// SPDX-License-Identifier: MIT
#pragma once

#include <leibler/models/univariate/family.hpp>

namespace leibler::inline v0 {

namespace detail {
extern const Family gumbel_family;
}

/// The extreme value distribution of maxima, x real.
///
///     log p(x) = -z - exp(-z) - log scale,   z = (x - location) / scale
template <class Location = double, class Scale = double>
class Gumbel : public detail::Univariate<Gumbel, detail::Kind::reparameterized, Location, Scale> {
 public:
  static constexpr const char* name = "Gumbel";
  static const detail::Family& family() { return detail::gumbel_family; }

  /// @param location  finite
  /// @param scale     finite and > 0
  /// @throws DomainError
  Gumbel(const Location& location, const Scale& scale) : Gumbel::Univariate(location, scale) {}

  [[nodiscard]] auto location() const { return this->argument(0); }
  [[nodiscard]] auto scale() const { return this->argument(1); }
};

template <class L, class S>
Gumbel(const L&, const S&) -> Gumbel<Scalar<L>, Scalar<S>>;

}  // namespace leibler::inline v0
