// SPDX-License-Identifier: MIT
#pragma once

#include <leibler/models/univariate/family.hpp>

namespace leibler::inline v0 {

namespace detail {
extern const Family logistic_family;
}

/// The distribution whose cdf is the logistic function, x real.
///
///     log p(x) = -|z| - 2 log(1 + exp(-|z|)) - log scale,   z = (x - location) / scale
template <class Location = double, class Scale = double>
class Logistic
    : public detail::Univariate<Logistic, detail::Kind::reparameterized, Location, Scale> {
 public:
  static constexpr const char* name = "Logistic";
  static const detail::Family& family() { return detail::logistic_family; }

  /// @param location  finite
  /// @param scale     finite and > 0
  /// @throws DomainError
  Logistic(const Location& location, const Scale& scale) : Logistic::Univariate(location, scale) {}

  [[nodiscard]] auto location() const { return this->argument(0); }
  [[nodiscard]] auto scale() const { return this->argument(1); }
};

template <class L, class S>
Logistic(const L&, const S&) -> Logistic<Scalar<L>, Scalar<S>>;

}  // namespace leibler::inline v0
