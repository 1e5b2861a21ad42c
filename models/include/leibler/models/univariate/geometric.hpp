// SPDX-License-Identifier: MIT
#pragma once

#include <leibler/models/univariate/family.hpp>

namespace leibler::inline v0 {

namespace detail {
extern const Family geometric_family;
}

/// Failures before the first success, x = 0, 1, ...; mean (1 - p) / p.
///
///     log p(x) = log p + x log(1 - p)
template <class P = double>
class Geometric : public detail::Univariate<Geometric, detail::Kind::discrete, P> {
 public:
  static constexpr const char* name = "Geometric";
  static const detail::Family& family() { return detail::geometric_family; }

  /// @param p  above 0, at most 1: the probability of success
  /// @throws DomainError
  explicit Geometric(const P& p) : Geometric::Univariate(p) {}

  [[nodiscard]] auto p() const { return this->argument(0); }
};

template <class P>
Geometric(const P&) -> Geometric<Scalar<P>>;

}  // namespace leibler::inline v0
