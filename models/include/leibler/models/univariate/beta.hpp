// SPDX-License-Identifier: MIT
#pragma once

#include <leibler/models/univariate/family.hpp>

namespace leibler::inline v0 {

namespace detail {
extern const Family beta_family;
}

/// 0 <= x <= 1, with mean alpha / (alpha + beta).
///
///     log p(x) = (alpha - 1) log x + (beta - 1) log(1 - x) - log B(alpha, beta)
template <class A = double, class B = double>
class Beta : public detail::Univariate<Beta, detail::Kind::implicit, A, B> {
 public:
  static constexpr const char* name = "Beta";
  static const detail::Family& family() { return detail::beta_family; }

  /// @param alpha  finite and > 0
  /// @param beta   finite and > 0
  /// @throws DomainError
  Beta(const A& alpha, const B& beta) : Beta::Univariate(alpha, beta) {}

  [[nodiscard]] auto alpha() const { return this->argument(0); }
  [[nodiscard]] auto beta() const { return this->argument(1); }
};

template <class A, class B>
Beta(const A&, const B&) -> Beta<Scalar<A>, Scalar<B>>;

}  // namespace leibler::inline v0
