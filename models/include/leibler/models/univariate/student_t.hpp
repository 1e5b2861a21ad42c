// SPDX-License-Identifier: MIT
#pragma once

#include <leibler/models/univariate/family.hpp>

namespace leibler::inline v0 {

namespace detail {
extern const Family student_t_family;
}

/// Student's t, shifted and scaled, x real.
///
///     log p(x) = log Gamma((n + 1) / 2) - log Gamma(n / 2) - log(pi n) / 2 - log scale
///                - (n + 1) / 2 log(1 + z^2 / n),   n degrees of freedom, z = (x - location) /
///                scale
///
/// The mean is NaN for n <= 1; the variance is infinite for 1 < n <= 2 and NaN below. Fitted
/// degrees of freedom are the most probable ones between 0.2 and 1e6: as they go to 0 the
/// likelihood of any data grows without bound.
template <class DegreesOfFreedom = double, class Location = double, class Scale = double>
class StudentT : public detail::Univariate<StudentT, detail::Kind::implicit, DegreesOfFreedom,
                                           Location, Scale> {
 public:
  static constexpr const char* name = "StudentT";
  static const detail::Family& family() { return detail::student_t_family; }

  /// @param degrees_of_freedom  finite and > 0
  /// @param location            finite
  /// @param scale               finite and > 0
  /// @throws DomainError
  StudentT(const DegreesOfFreedom& degrees_of_freedom, const Location& location, const Scale& scale)
      : StudentT::Univariate(degrees_of_freedom, location, scale) {}

  [[nodiscard]] auto degrees_of_freedom() const { return this->argument(0); }
  [[nodiscard]] auto location() const { return this->argument(1); }
  [[nodiscard]] auto scale() const { return this->argument(2); }
};

template <class D, class L, class S>
StudentT(const D&, const L&, const S&) -> StudentT<Scalar<D>, Scalar<L>, Scalar<S>>;

}  // namespace leibler::inline v0
