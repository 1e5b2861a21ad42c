// SPDX-License-Identifier: MIT
#pragma once

#include <concepts>
#include <optional>
#include <type_traits>

#include <leibler/engine/check.hpp>
#include <leibler/models/divergence.hpp>

// From one formula for two families eight divergences. A header that has formulas says
//
//     std::optional<double> scaled_renyi(const Powers& o, const Mine& p, const Mine& q);
//
// in the namespace of the family, and closed_form(D, p, q) is there for Kl, Jeffreys, Alpha,
// ChiSquared, ReverseChiSquared, SquaredHellinger, Renyi and Bhattacharyya. A formula for one
// divergence alone is an overload of closed_form itself.
namespace leibler::inline v0 {

/// The powers of p^a q^b, a + b = 1: both, since 1 - a has no digits of a small a.
struct Powers {
  double a, b;

  /// p^a q^(1 - a)
  explicit Powers(double of_p) : Powers(of_p, 1.0 - of_p) {}
  Powers(double of_p, double of_q) : a(of_p), b(of_q) {}
  /// Those of q^b p^a.
  [[nodiscard]] Powers reversed() const { return {b, a}; }
};

/// A formula for Renyi's divergence over its order, log(integral p^a q^b) / -(a b), is known [1].
/// It is never negative, is KL(p || q) for a = 1 and KL(q || p) for a = 0, and
/// scaled_renyi(o, p, q) = scaled_renyi(o.reversed(), q, p): one of the two is enough. Infinite
/// where the integral is, and between 0 and 1 where it is 0; nothing where it is not known for this
/// order or these two.
///
/// [1] F. Liese and I. Vajda. On divergences and informations in statistics and information theory.
///     IEEE Transactions on Information Theory 52, 2006, section II.
template <class P, class Q>
concept HasScaledRenyi = requires(const Powers& o, const P& p, const Q& q) {
  { scaled_renyi(o, p, q) } -> std::convertible_to<std::optional<double>>;
};

namespace detail {

/// Two distributions whose scaled_renyi is known, their types forgotten.
struct RenyiPair {
  const void* p;
  const void* q;
  std::optional<double> (*scaled_renyi)(const Powers& o, const void* p, const void* q);
  /// The logarithm of q(p > 0); null if it is 0 wherever KL(q || p) is finite, else unknown.
  std::optional<double> (*log_shared)(const void* p, const void* q);
};

[[nodiscard]] std::optional<double> by_powers(const Kl&, const RenyiPair& pair);
[[nodiscard]] std::optional<double> by_powers(const Jeffreys&, const RenyiPair& pair);
[[nodiscard]] std::optional<double> by_powers(const Alpha& d, const RenyiPair& pair);
[[nodiscard]] std::optional<double> by_powers(const ChiSquared&, const RenyiPair& pair);
[[nodiscard]] std::optional<double> by_powers(const ReverseChiSquared&, const RenyiPair& pair);
[[nodiscard]] std::optional<double> by_powers(const SquaredHellinger&, const RenyiPair& pair);
[[nodiscard]] std::optional<double> by_powers(const Renyi& d, const RenyiPair& pair);
[[nodiscard]] std::optional<double> by_powers(const Bhattacharyya&, const RenyiPair& pair);

template <class D>
concept PowerDivergence = requires(const D& d, const RenyiPair& pair) {
  by_powers(d, pair);
};

/// Renyi{0} of distributions with different supports.
template <class P, class Q>
concept HasLogShared = requires(const P& p, const Q& q) {
  { log_shared(p, q) } -> std::convertible_to<std::optional<double>>;
};

template <class P, class Q>
[[nodiscard]] RenyiPair renyi_pair(const P& p, const Q& q) {
  RenyiPair out{&p, &q,
                [](const Powers& o, const void* of_p, const void* of_q) -> std::optional<double> {
                  const P& first = *static_cast<const P*>(of_p);
                  const Q& second = *static_cast<const Q*>(of_q);
                  if constexpr (HasScaledRenyi<P, Q>) {
                    return scaled_renyi(o, first, second);
                  } else {
                    return scaled_renyi(o.reversed(), second, first);
                  }
                },
                nullptr};
  if constexpr (HasLogShared<P, Q>) {
    out.log_shared = [](const void* of_p, const void* of_q) -> std::optional<double> {
      return log_shared(*static_cast<const P*>(of_p), *static_cast<const Q*>(of_q));
    };
  }
  return out;
}

}  // namespace detail

/// What follows from scaled_renyi: with r(a) for it,
///
///     Kl r(1)   Jeffreys r(0) + r(1)   Alpha{a} (exp(a (a - 1) r(a)) - 1) / (a (a - 1))
///     Renyi{a} a r(a)   Bhattacharyya r(1/2) / 4
///
/// and of Alpha: twice {2} is ChiSquared, twice {-1} ReverseChiSquared, a fourth of {1/2}
/// SquaredHellinger. Nothing for a Renyi of infinite order.
/// @throws InvalidArgument  unless the dimensions are the same
/// @throws DomainError      for an order that is out of range
template <detail::PowerDivergence D, class P, class Q>
requires(HasScaledRenyi<P, Q> || HasScaledRenyi<Q, P>)  //
    [[nodiscard]] std::optional<double> closed_form(const D& d, const P& p, const Q& q) {
  check::size(D::name, "q.dimension()", q.dimension(), p.dimension(),
              "p and q live in the same space");
  return detail::by_powers(d, detail::renyi_pair(p, q));
}

}  // namespace leibler::inline v0
