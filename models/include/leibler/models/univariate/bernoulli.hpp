// SPDX-License-Identifier: MIT
#pragma once

#include <leibler/models/univariate/family.hpp>

namespace leibler::inline v0 {

namespace detail {
extern const Family bernoulli_family;
}

/// x = 1 with probability p, otherwise 0.
///
///     log p(x) = x log p + (1 - x) log(1 - p)
template <class P = double>
class Bernoulli : public detail::Univariate<Bernoulli, detail::Kind::finite, P> {
 public:
  static constexpr const char* name = "Bernoulli";
  static const detail::Family& family() { return detail::bernoulli_family; }

  /// @param p  from 0 to 1
  /// @throws DomainError
  explicit Bernoulli(const P& p) : Bernoulli::Univariate(p) {}

  [[nodiscard]] auto p() const { return this->argument(0); }
};

template <class P>
Bernoulli(const P&) -> Bernoulli<Scalar<P>>;

}  // namespace leibler::inline v0
