// SPDX-License-Identifier: MIT
#pragma once

#include <leibler/models/univariate/family.hpp>

namespace leibler::inline v0 {

namespace detail {
extern const Family uniform_family;
}

/// Uniform on [low, high].
///
///     log p(x) = -log(high - low)
///
/// Parameters: low and log(high - low). The density jumps where they move an end over a point,
/// which a gradient does not see: fit it by maximum_likelihood, or along paths.
template <class Low = double, class High = double>
class Uniform : public detail::Univariate<Uniform, detail::Kind::reparameterized, Low, High> {
 public:
  static constexpr const char* name = "Uniform";
  static constexpr bool support_moves = true;
  static const detail::Family& family() { return detail::uniform_family; }

  /// @param low   finite
  /// @param high  finite, above low, and high - low is finite
  /// @throws DomainError
  Uniform(const Low& low, const High& high) : Uniform::Univariate(low, high) {}

  [[nodiscard]] auto low() const { return this->argument(0); }
  [[nodiscard]] auto high() const { return this->argument(1); }
};

template <class L, class H>
Uniform(const L&, const H&) -> Uniform<Scalar<L>, Scalar<H>>;

}  // namespace leibler::inline v0
