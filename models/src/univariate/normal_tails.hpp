// SPDX-License-Identifier: MIT
#pragma once

namespace leibler::inline v0::detail {

/// Phi(z), the distribution function of N(0, 1), and its logarithm, with their digits in both
/// tails.
[[nodiscard]] double normal_cdf(double z);
[[nodiscard]] double normal_log_cdf(double z);

/// z with Phi(z) = u, 0 < u < 1.
[[nodiscard]] double normal_quantile(double u);

/// z with log Phi(z) = log_u, log_u < 0: also where u underflows.
[[nodiscard]] double normal_log_quantile(double log_u);

}  // namespace leibler::inline v0::detail
