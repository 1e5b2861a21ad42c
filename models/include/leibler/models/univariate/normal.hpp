// SPDX-License-Identifier: MIT
#pragma once

#include <leibler/models/gaussian_divergence.hpp>
#include <leibler/models/univariate/family.hpp>

namespace leibler::inline v0 {

namespace detail {
extern const Family normal_family;
}

/// N(mean, stddev^2), x real.
///
///     log p(x) = -z^2 / 2 - log stddev - log(2 pi) / 2,   z = (x - mean) / stddev
template <class Mean = double, class Stddev = double>
class Normal : public detail::Univariate<Normal, detail::Kind::reparameterized, Mean, Stddev> {
 public:
  static constexpr const char* name = "Normal";
  static constexpr bool draws_can_depend = true;
  static const detail::Family& family() { return detail::normal_family; }

  /// @param mean    finite
  /// @param stddev  finite and > 0
  /// @throws DomainError
  Normal(const Mean& mean, const Stddev& stddev) : Normal::Univariate(mean, stddev) {}

  [[nodiscard]] auto stddev() const { return this->argument(1); }

  /// Valid while the object lives.
  [[nodiscard]] detail::PlainGaussian plain_gaussian() const requires Normal::Univariate::is_plain {
    return {1, this->arguments(), this->arguments() + 1, true};
  }
};

template <class M, class S>
Normal(const M&, const S&) -> Normal<Scalar<M>, Scalar<S>>;

}  // namespace leibler::inline v0
