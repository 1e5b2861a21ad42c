// SPDX-License-Identifier: MIT
#pragma once

#include <leibler/models/univariate/family.hpp>

namespace leibler::inline v0 {

namespace detail {
extern const Family negative_binomial_family;
}

/// Failures before success number r, x = 0, 1, ...; r need not be whole. Mean r (1 - p) / p.
///
///     log p(x) = log Gamma(x + r) / (Gamma(r) x!) + r log p + x log(1 - p)
template <class R = double, class P = double>
class NegativeBinomial : public detail::Univariate<NegativeBinomial, detail::Kind::discrete, R, P> {
 public:
  static constexpr const char* name = "NegativeBinomial";
  static const detail::Family& family() { return detail::negative_binomial_family; }

  /// @param r  finite and > 0
  /// @param p  above 0, at most 1: the probability of success
  /// @throws DomainError
  NegativeBinomial(const R& r, const P& p) : NegativeBinomial::Univariate(r, p) {}

  [[nodiscard]] auto r() const { return this->argument(0); }
  [[nodiscard]] auto p() const { return this->argument(1); }
};

template <class R, class P>
NegativeBinomial(const R&, const P&) -> NegativeBinomial<Scalar<R>, Scalar<P>>;

}  // namespace leibler::inline v0
