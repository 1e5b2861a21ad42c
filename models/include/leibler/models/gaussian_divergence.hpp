// SPDX-License-Identifier: MIT
#pragma once

#include <concepts>
#include <cstddef>
#include <optional>

#include <leibler/models/closed_form.hpp>

// Formulas for two Gaussians of any kind, full, diagonal or of one variable; those families include
// this header.
namespace leibler::inline v0 {

namespace detail {

/// N(mean, L L^T), L a lower triangle packed by rows, or a diagonal.
struct PlainGaussian {
  std::size_t dimension;
  const double* mean;
  const double* factor;
  bool is_diagonal;
};

template <class P>
concept GaussianLike = requires(const P& p) {
  { p.plain_gaussian() } -> std::same_as<PlainGaussian>;
};

[[nodiscard]] std::optional<double> scaled_renyi(const Powers& o, const PlainGaussian& p,
                                                 const PlainGaussian& q);

}  // namespace detail

/// Of Gaussians of any kind. Infinite where a covariance_q + b covariance_p is not positive
/// definite.
template <detail::GaussianLike P, detail::GaussianLike Q>
[[nodiscard]] std::optional<double> scaled_renyi(const Powers& o, const P& p, const Q& q) {
  return detail::scaled_renyi(o, p.plain_gaussian(), q.plain_gaussian());
}

}  // namespace leibler::inline v0
