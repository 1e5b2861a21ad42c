// SPDX-License-Identifier: MIT
#pragma once

#include <leibler/models/univariate/family.hpp>

namespace leibler::inline v0 {

namespace detail {
extern const Family poisson_family;
}

/// Events in unit time at a constant rate, x = 0, 1, ...
///
///     log p(x) = x log rate - rate - log x!
template <class Rate = double>
class Poisson : public detail::Univariate<Poisson, detail::Kind::discrete, Rate> {
 public:
  static constexpr const char* name = "Poisson";
  static const detail::Family& family() { return detail::poisson_family; }

  /// @param rate  finite and > 0: mean and variance
  /// @throws DomainError
  explicit Poisson(const Rate& rate) : Poisson::Univariate(rate) {}

  [[nodiscard]] auto rate() const { return this->argument(0); }
};

template <class R>
Poisson(const R&) -> Poisson<Scalar<R>>;

}  // namespace leibler::inline v0
