// SPDX-License-Identifier: MIT
#pragma once

#include <optional>

#include <leibler/models/divergence.hpp>
#include <leibler/models/gaussian_divergence.hpp>

namespace leibler::inline v0 {

/// The distance of Wasserstein of order 2: the root of the least mean of |x - y|^2 over pairs (x,
/// y) whose first is distributed as p and whose second as q. In units of x, symmetric, and no
/// divergence of densities: it is finite for distributions that share no point.
struct Wasserstein2 {
  static constexpr const char* name = "Wasserstein2";
};

namespace detail {

[[nodiscard]] double gaussian_wasserstein(const PlainGaussian& p, const PlainGaussian& q);

}  // namespace detail

/// Of Gaussians of any kind [1]: the root of |m_p - m_q|^2 + |L_p - L_q U|^2 with the orthogonal U
/// that makes it least. 0 for equal ones, with digits for nearly equal ones.
///
/// [1] M. Gelbrich. On a formula for the L2 Wasserstein metric between measures on Euclidean and
///     Hilbert spaces. Mathematische Nachrichten 147, 1990. Theorem 2.1.
/// @throws InvalidArgument  unless the dimensions are the same
template <detail::GaussianLike P, detail::GaussianLike Q>
[[nodiscard]] std::optional<double> closed_form(const Wasserstein2&, const P& p, const Q& q) {
  check::size(Wasserstein2::name, "q.dimension()", q.dimension(), p.dimension(),
              "p and q live in the same space");
  return detail::gaussian_wasserstein(p.plain_gaussian(), q.plain_gaussian());
}

}  // namespace leibler::inline v0
