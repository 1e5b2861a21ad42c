// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <utility>

#include <leibler/models/divergence.hpp>

namespace leibler::inline v0 {

/// D with its arguments exchanged: Reversed(D)(p, q) = D(q, p).
///
///     divergence(Reversed(Kl{}), p, q)  // KL(q || p)
template <Divergence D>
class Reversed {
 public:
  static constexpr const char* name = "Reversed";

  explicit Reversed(D d) : forward_(std::move(d)) {}

  /// D itself.
  [[nodiscard]] const D& forward() const { return forward_; }

  /// Valid while the object lives. @throws DomainError  as D's
  [[nodiscard]] detail::Generator generator() const requires ExpectationDivergence<D> {
    return forward_.generator().reversed();
  }

 private:
  D forward_;
};

// Else Reversed(Reversed(D)) would be a copy, and its arguments exchanged once.
template <class D>
Reversed(Reversed<D>) -> Reversed<Reversed<D>>;

template <class D, class P, class Q>
requires HasClosedForm<D, Q, P>
[[nodiscard]] std::optional<double> closed_form(const Reversed<D>& d, const P& p, const Q& q) {
  return closed_form(d.forward(), q, p);
}

static_assert(Divergence<Reversed<Kl>>);

}  // namespace leibler::inline v0
