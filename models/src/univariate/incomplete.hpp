// SPDX-License-Identifier: MIT
#pragma once

// The incomplete gamma and beta functions in log space, with their digits in both tails and for
// shapes up to 2^53, and their inverses.
namespace leibler::inline v0::detail {

/// log P(X <= x) and log P(X > x).
struct LogTails {
  double below, above;
};

/// Of Gamma(shape a, rate 1) at x, 0 < x < inf.
[[nodiscard]] LogTails gamma_log_tails(double a, double x);

/// Of Beta(a, b) at x = 1 - y, 0 < x < 1; both are given, so that the smaller is exact.
[[nodiscard]] LogTails beta_log_tails(double a, double b, double x, double y);

/// log(x^a exp(-x) / Gamma(a)).
[[nodiscard]] double gamma_log_prefix(double a, double x);

/// log(x^a y^b / B(a, b)).
[[nodiscard]] double beta_log_prefix(double a, double b, double x, double y);

/// The x with P(X <= x) = u, or P(X > x) = u where `above`, and its logarithm: x may underflow.
struct Quantile {
  double x, log_x;
};
[[nodiscard]] Quantile gamma_quantile(double a, double u, bool above);

/// x and y = 1 - x of Beta(a, b).
struct Complements {
  double x, y;
};
[[nodiscard]] Complements beta_quantile(double a, double b, double u, bool above);

}  // namespace leibler::inline v0::detail
