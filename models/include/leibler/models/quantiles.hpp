// SPDX-License-Identifier: MIT
#pragma once

#include <leibler/models/univariate/family.hpp>

// Quantiles from probabilities, where no formula is known.
namespace leibler::inline v0::detail {

/// The logarithm of P(X <= x) (rising) or of P(X > x) (falling), with the log density.
struct Monotone {
  const void* self;
  double (*log_probability)(const void* self, double x);
  double (*log_density)(const void* self, double x);
  bool is_rising;
  bool is_discrete;
};

/// The x of an interval with log probability log_u, by Newton's method within bounds that close in;
/// of a discrete one the smallest whole x with P(X <= x) >= u, or P(X > x) <= u. An end may be
/// infinite; `start` is a guess inside.
[[nodiscard]] double solve(const Monotone& f, Interval between, double start, double log_u);

/// log p where p + q = 1, from both logarithms: of the smaller one, so that digits stay near p = 1.
[[nodiscard]] double log_from_both(double log_p, double log_q);

/// @throws DomainError  unless 0 <= u <= 1
void check_probability(const char* name, double u, Tail tail);

}  // namespace leibler::inline v0::detail
