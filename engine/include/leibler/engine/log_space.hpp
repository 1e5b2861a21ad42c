// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>

// Scalar helpers in log space, with the same exp and log as the kernels.
namespace leibler::inline v0::engine {

/// The kernels' exp and log for one number: within 1.2 and 1 ulp everywhere, right at 0, infinities
/// and NaN.
[[nodiscard]] double exp(double x);
[[nodiscard]] double log(double x);

/// log(exp a + exp b); -inf is the logarithm of zero.
[[nodiscard]] double log_add_exp(double a, double b);

/// log(exp a - exp b), a >= b; -inf where they are equal, NaN where a < b or both are +inf.
[[nodiscard]] double log_subtract_exp(double a, double b);

/// log sum_i exp x_i; -inf for nothing.
[[nodiscard]] double log_sum_exp(std::span<const double> x);

/// log(1 - exp x), x <= 0, without cancellation near 0.
/// [1] M. Maechler. Accurately computing log(1 - exp(-|a|)). 2012. Equation 7.
[[nodiscard]] double log1m_exp(double x);

/// x log y with 0 log 0 = 0.
[[nodiscard]] double x_log_y(double x, double y);

/// p := softmax(logits), which adds up to 1; returns log sum exp of the logits. Sizes are equal.
/// @throws DomainError  if a logit is NaN or +inf, or all are -inf; p is then not defined
double softmax(std::span<const double> logits, std::span<double> p);

}  // namespace leibler::inline v0::engine
