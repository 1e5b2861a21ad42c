// SPDX-License-Identifier: MIT
#pragma once

#include <leibler/models/univariate/family.hpp>

namespace leibler::inline v0 {

namespace detail {
extern const Family bernoulli_logit_family;
}

/// x = 1 with probability 1 / (1 + exp(-logit)), otherwise 0.
///
///     log p(x) = -log(1 + exp((1 - 2 x) logit))
template <class Logit = double>
class BernoulliLogit : public detail::Univariate<BernoulliLogit, detail::Kind::finite, Logit> {
 public:
  static constexpr const char* name = "BernoulliLogit";
  static const detail::Family& family() { return detail::bernoulli_logit_family; }

  /// @param logit  finite
  /// @throws DomainError
  explicit BernoulliLogit(const Logit& logit) : BernoulliLogit::Univariate(logit) {}

  [[nodiscard]] auto logit() const { return this->argument(0); }
};

template <class L>
BernoulliLogit(const L&) -> BernoulliLogit<Scalar<L>>;

}  // namespace leibler::inline v0
