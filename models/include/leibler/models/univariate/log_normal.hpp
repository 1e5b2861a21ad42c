// SPDX-License-Identifier: MIT
#pragma once

#include <leibler/models/univariate/family.hpp>

namespace leibler::inline v0 {

namespace detail {
extern const Family log_normal_family;
}

/// exp of N(mu, sigma^2), x > 0.
///
///     log p(x) = -z^2 / 2 - log x - log sigma - log(2 pi) / 2,   z = (log x - mu) / sigma
template <class Mu = double, class Sigma = double>
class LogNormal : public detail::Univariate<LogNormal, detail::Kind::reparameterized, Mu, Sigma> {
 public:
  static constexpr const char* name = "LogNormal";
  static const detail::Family& family() { return detail::log_normal_family; }

  /// @param mu     finite
  /// @param sigma  finite and > 0
  /// @throws DomainError
  LogNormal(const Mu& mu, const Sigma& sigma) : LogNormal::Univariate(mu, sigma) {}

  [[nodiscard]] auto mu() const { return this->argument(0); }
  [[nodiscard]] auto sigma() const { return this->argument(1); }
};

template <class M, class S>
LogNormal(const M&, const S&) -> LogNormal<Scalar<M>, Scalar<S>>;

}  // namespace leibler::inline v0
