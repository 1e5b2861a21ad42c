// SPDX-License-Identifier: MIT
#pragma once

#include <leibler/models/univariate/family.hpp>

namespace leibler::inline v0 {

namespace detail {
extern const Family von_mises_family;
}

/// An angle in [-pi, pi] around a direction.
///
///     log p(x) = concentration cos(x - location) - log(2 pi I0(concentration))
///
/// The location counts modulo 2 pi. mean() and variance() are those of the number x in [-pi, pi],
/// as for every family: near a location of pi, draws at both ends average to about 0. The direction
/// itself is `location`; its path is a rotation, for functions that are the same at both ends: of
/// others Pathwise would miss what draws gain where they pass from one end to the other. The mean
/// length of the resultant is I1(concentration) / I0(concentration).
template <class Location = double, class Concentration = double>
class VonMises
    : public detail::Univariate<VonMises, detail::Kind::implicit, Location, Concentration> {
 public:
  static constexpr const char* name = "VonMises";
  static const detail::Family& family() { return detail::von_mises_family; }

  /// @param location       finite
  /// @param concentration  finite and > 0
  /// @throws DomainError
  VonMises(const Location& location, const Concentration& concentration)
      : VonMises::Univariate(location, concentration) {}

  [[nodiscard]] auto location() const { return this->argument(0); }
  [[nodiscard]] auto concentration() const { return this->argument(1); }
};

template <class L, class C>
VonMises(const L&, const C&) -> VonMises<Scalar<L>, Scalar<C>>;

}  // namespace leibler::inline v0
