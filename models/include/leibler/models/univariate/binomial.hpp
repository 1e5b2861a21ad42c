// SPDX-License-Identifier: MIT
#pragma once

#include <leibler/models/univariate/family.hpp>

namespace leibler::inline v0 {

namespace detail {
extern const Family binomial_family;
}

/// How many of n trials succeed, each with probability p. n is not fitted.
///
///     log p(x) = log n! / (x! (n - x)!) + x log p + (n - x) log(1 - p)
template <class N = double, class P = double>
class Binomial : public detail::Univariate<Binomial, detail::Kind::finite, N, P> {
 public:
  static constexpr const char* name = "Binomial";
  static const detail::Family& family() { return detail::binomial_family; }

  /// @param n  a whole number from 0 to 2^53
  /// @param p  from 0 to 1
  /// @throws DomainError
  Binomial(const N& n, const P& p) : Binomial::Univariate(n, p) {}

  [[nodiscard]] auto n() const { return this->argument(0); }
  [[nodiscard]] auto p() const { return this->argument(1); }
};

template <class N, class P>
Binomial(const N&, const P&) -> Binomial<Scalar<N>, Scalar<P>>;

}  // namespace leibler::inline v0
