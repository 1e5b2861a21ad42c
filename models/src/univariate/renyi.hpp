// SPDX-License-Identifier: MIT
#pragma once

#include <leibler/models/univariate/divergences.hpp>
#include <leibler/models/univariate/family.hpp>

// The ways of scaled_renyi for two families of one variable, each of which answers or leaves it.
namespace leibler::inline v0::detail {

/// A formula for these two.
[[nodiscard]] std::optional<double> renyi_by_formula(const Powers& o, const PlainFamily& p,
                                                     const PlainFamily& q);
/// The same of two discrete ones.
[[nodiscard]] std::optional<double> renyi_of_counts(const Powers& o, const PlainFamily& p,
                                                    const PlainFamily& q);
/// Infinity, where one has mass outside the support of the other, or the tails of p^a q^b, of
/// p log q for a = 1, are heavy.
[[nodiscard]] std::optional<double> renyi_by_tails(const Powers& o, const PlainFamily& p,
                                                   const PlainFamily& q);
/// KL(p || q) as -entropy(p) - E_p[log q].
[[nodiscard]] std::optional<double> kl_by_moments(const PlainFamily& p, const PlainFamily& q);

[[nodiscard]] inline bool is(const PlainFamily& p, const Family& family) {
  return p.family == &family;
}

/// All of the mass, between ends that can be no closer.
[[nodiscard]] Interval least_support(const PlainFamily& p);

}  // namespace leibler::inline v0::detail
