// SPDX-License-Identifier: MIT
#pragma once

#include <leibler/models/univariate/family.hpp>

namespace leibler::inline v0 {

namespace detail {
extern const Family exponential_family;
}

/// The time to the first event at a constant rate, x >= 0; mean 1 / rate.
///
///     log p(x) = log rate - rate x
template <class Rate = double>
class Exponential : public detail::Univariate<Exponential, detail::Kind::reparameterized, Rate> {
 public:
  static constexpr const char* name = "Exponential";
  static const detail::Family& family() { return detail::exponential_family; }

  /// @param rate  finite and > 0
  /// @throws DomainError
  explicit Exponential(const Rate& rate) : Exponential::Univariate(rate) {}

  [[nodiscard]] auto rate() const { return this->argument(0); }
};

template <class R>
Exponential(const R&) -> Exponential<Scalar<R>>;

}  // namespace leibler::inline v0
