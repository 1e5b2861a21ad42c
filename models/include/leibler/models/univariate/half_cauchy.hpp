// SPDX-License-Identifier: MIT
#pragma once

#include <leibler/models/univariate/family.hpp>

namespace leibler::inline v0 {

namespace detail {
extern const Family half_cauchy_family;
}

/// |y| with y from Cauchy(0, scale), x >= 0. Its mean and variance are infinite.
///
///     log p(x) = log(2 / (pi scale)) - log(1 + (x / scale)^2)
template <class Scale = double>
class HalfCauchy : public detail::Univariate<HalfCauchy, detail::Kind::reparameterized, Scale> {
 public:
  static constexpr const char* name = "HalfCauchy";
  static const detail::Family& family() { return detail::half_cauchy_family; }

  /// @param scale  finite and > 0
  /// @throws DomainError
  explicit HalfCauchy(const Scale& scale) : HalfCauchy::Univariate(scale) {}

  [[nodiscard]] auto scale() const { return this->argument(0); }
};

template <class S>
HalfCauchy(const S&) -> HalfCauchy<Scalar<S>>;

}  // namespace leibler::inline v0
