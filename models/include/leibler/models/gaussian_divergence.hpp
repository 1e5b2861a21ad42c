// SPDX-License-Identifier: MIT
#pragma once

#include <concepts>
#include <cstddef>
#include <optional>

#include <leibler/models/divergence.hpp>

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

/// KL(p || q).
[[nodiscard]] double gaussian_kl(const PlainGaussian& p, const PlainGaussian& q);
/// log(integral p^a q^(1 - a)) / (a (a - 1)), a not 0 or 1; infinite where the integral is.
[[nodiscard]] double gaussian_log_power(double a, const PlainGaussian& p, const PlainGaussian& q);

/// (integral p^a q^(1 - a) - 1) / (a (a - 1)), a = 0 and 1 by continuity.
[[nodiscard]] double gaussian_alpha(double a, const PlainGaussian& p, const PlainGaussian& q);
/// log(integral p^a q^(1 - a)) / (a - 1), the same; 0 for a = 0.
[[nodiscard]] double gaussian_renyi(double a, const PlainGaussian& p, const PlainGaussian& q);

/// @throws InvalidArgument  unless the dimensions are the same
void check_gaussians(const char* where, const PlainGaussian& p, const PlainGaussian& q);

}  // namespace detail

/// @throws InvalidArgument  unless the dimensions are the same; so do those below
template <detail::GaussianLike P, detail::GaussianLike Q>
[[nodiscard]] std::optional<double> closed_form(const Kl&, const P& p, const Q& q) {
  detail::check_gaussians(Kl::name, p.plain_gaussian(), q.plain_gaussian());
  return detail::gaussian_kl(p.plain_gaussian(), q.plain_gaussian());
}

template <detail::GaussianLike P, detail::GaussianLike Q>
[[nodiscard]] std::optional<double> closed_form(const Jeffreys&, const P& p, const Q& q) {
  detail::check_gaussians(Jeffreys::name, p.plain_gaussian(), q.plain_gaussian());
  return detail::gaussian_kl(p.plain_gaussian(), q.plain_gaussian()) +
         detail::gaussian_kl(q.plain_gaussian(), p.plain_gaussian());
}

/// Infinite where a covariance_q + (1 - a) covariance_p is not positive definite.
template <detail::GaussianLike P, detail::GaussianLike Q>
[[nodiscard]] std::optional<double> closed_form(const Alpha& d, const P& p, const Q& q) {
  detail::check_gaussians(Alpha::name, p.plain_gaussian(), q.plain_gaussian());
  return detail::gaussian_alpha(d.generator().a, p.plain_gaussian(), q.plain_gaussian());
}

/// Pearson's is 2 Alpha{2}.
template <detail::GaussianLike P, detail::GaussianLike Q>
[[nodiscard]] std::optional<double> closed_form(const ChiSquared&, const P& p, const Q& q) {
  detail::check_gaussians(ChiSquared::name, p.plain_gaussian(), q.plain_gaussian());
  return 2.0 * detail::gaussian_alpha(2.0, p.plain_gaussian(), q.plain_gaussian());
}
template <detail::GaussianLike P, detail::GaussianLike Q>
[[nodiscard]] std::optional<double> closed_form(const ReverseChiSquared&, const P& p, const Q& q) {
  detail::check_gaussians(ReverseChiSquared::name, p.plain_gaussian(), q.plain_gaussian());
  return 2.0 * detail::gaussian_alpha(2.0, q.plain_gaussian(), p.plain_gaussian());
}

/// Alpha{1/2} / 4.
template <detail::GaussianLike P, detail::GaussianLike Q>
[[nodiscard]] std::optional<double> closed_form(const SquaredHellinger&, const P& p, const Q& q) {
  detail::check_gaussians(SquaredHellinger::name, p.plain_gaussian(), q.plain_gaussian());
  return 0.25 * detail::gaussian_alpha(0.5, p.plain_gaussian(), q.plain_gaussian());
}

/// Infinite where Alpha is; nothing for a = infinity.
template <detail::GaussianLike P, detail::GaussianLike Q>
[[nodiscard]] std::optional<double> closed_form(const Renyi& d, const P& p, const Q& q) {
  detail::check_gaussians(Renyi::name, p.plain_gaussian(), q.plain_gaussian());
  const double a = d.log_affinity().a;
  if (a > 1e300) return std::nullopt;
  return detail::gaussian_renyi(a, p.plain_gaussian(), q.plain_gaussian());
}

/// Half of Renyi{1/2}.
template <detail::GaussianLike P, detail::GaussianLike Q>
[[nodiscard]] std::optional<double> closed_form(const Bhattacharyya&, const P& p, const Q& q) {
  detail::check_gaussians(Bhattacharyya::name, p.plain_gaussian(), q.plain_gaussian());
  return 0.5 * detail::gaussian_renyi(0.5, p.plain_gaussian(), q.plain_gaussian());
}

}  // namespace leibler::inline v0
