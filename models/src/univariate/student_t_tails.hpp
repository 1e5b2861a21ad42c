// SPDX-License-Identifier: MIT
#pragma once

#include <leibler/engine/functions.hpp>
#include <leibler/engine/tape.hpp>

// Student's t with n degrees of freedom.
namespace leibler::inline v0::detail {

/// log(1 + z^2 / n), z = d / scale, also where z^2 / n, z^2 or z overflows.
template <class T>
T log1p_square_over(const T& d, const T& scale, const T& n) {
  using engine::abs, engine::log, engine::log1p, engine::softplus, engine::where;
  const T z = d / scale;
  return where(abs(z) < 1e50 && 1e-200 < n, log1p(z * z / n),
               softplus(2.0 * (log(abs(d)) - log(scale)) - log(n)));
}

/// log Gamma((n + 1) / 2) - log Gamma(n / 2) - log(pi n) / 2: above 40 by its asymptotic series,
/// whose first term left out is below 1e-18; below, without the pole at 0.
template <class T>
T log_constant(const T& n) {
  using engine::lgamma, engine::log, engine::where;
  const T w = 1.0 / (n * n);
  const T series =
      (-1.0 / 4.0 +
       w * (1.0 / 24.0 +
            w * (-1.0 / 20.0 + w * (17.0 / 112.0 + w * (-31.0 / 36.0 + w * (691.0 / 88.0)))))) /
      n;
  return where(n < 40.0,
               lgamma(0.5 * n + 0.5) - lgamma(0.5 * n + 1.0) + 0.5 * log(n) -
                   1.26551212348464539649,  // log 2 + log(pi) / 2
               series - 0.91893853320467274178);
}

/// The derivative of log Gamma((n + 1) / 2) - log Gamma(n / 2).
[[nodiscard]] double slope_of_log_gamma_ratio(double n);

/// P(Z > d / scale) and its logarithm, d >= 0.
[[nodiscard]] double student_t_tail(double d, double scale, double n);
[[nodiscard]] double student_t_log_tail(double d, double scale, double n);

/// z with P(Z > z) = u, 0 < u < 1/2; infinite where it is beyond all doubles.
[[nodiscard]] double student_t_upper_quantile(double u, double n);

}  // namespace leibler::inline v0::detail
