// SPDX-License-Identifier: MIT
#pragma once

#include <leibler/models/univariate/family.hpp>

namespace leibler::inline v0 {

namespace detail {
extern const Family half_normal_family;
}

/// |y| with y from N(0, scale^2), x >= 0.
///
///     log p(x) = log(2 / pi) / 2 - log scale - (x / scale)^2 / 2
template <class Scale = double>
class HalfNormal : public detail::Univariate<HalfNormal, detail::Kind::reparameterized, Scale> {
 public:
  static constexpr const char* name = "HalfNormal";
  static const detail::Family& family() { return detail::half_normal_family; }

  /// @param scale  finite and > 0
  /// @throws DomainError
  explicit HalfNormal(const Scale& scale) : HalfNormal::Univariate(scale) {}

  [[nodiscard]] auto scale() const { return this->argument(0); }
};

template <class S>
HalfNormal(const S&) -> HalfNormal<Scalar<S>>;

}  // namespace leibler::inline v0
