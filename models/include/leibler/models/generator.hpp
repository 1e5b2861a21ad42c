// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <limits>

// What divergences add up, compiled once: numbers from logarithms of p and q.
namespace leibler::inline v0::detail {

/// phi(p, q) = q f(p / q) of an f with f(1) = f'(1) = 0 (which changes no integral): never
/// negative, and without cancellation near p = q. A user's f is taken as it is.
struct Generator {
  enum class Kind {
    kl,
    reverse_kl,
    jeffreys,
    jensen_shannon,
    total_variation,
    chi_squared,
    reverse_chi_squared,
    squared_hellinger,
    alpha,
    le_cam,
    absence,  ///< q where p = 0
    user,
  };
  Kind kind;
  double a = std::numeric_limits<double>::quiet_NaN();  ///< order; weight; f'(infinity)
  double skew = 0.0;
  const void* self = nullptr;
  double (*f)(const void* self, double t) = nullptr;
  bool is_reversed = false;  ///< a user's f: t f(1 / t) instead

  /// phi / max(p, q) by r = log(p / q): finite for most, also at r = +-infinity, where q or p is 0.
  [[nodiscard]] double scaled(double r) const;
  /// phi(p, q); r = log(p / q) is given so that a caller who knows it better may say so. 0 where
  /// p = q = 0.
  [[nodiscard]] double term(double log_p, double log_q, double r) const;
  [[nodiscard]] double term(double log_p, double log_q) const {
    return term(log_p, log_q, log_p - log_q);
  }
  [[nodiscard]] double supremum() const;

  /// t f'(t), the derivative of f by r: what a term moves with the logarithm of p, over q. A kink
  /// has slope 0. Of a user's f by central differences, to about 1e-11 of its size.
  [[nodiscard]] double slope(double r) const;
  /// f(t) - t f'(t) = d phi / d q.
  [[nodiscard]] double by_q(double r) const;
  /// d phi / d log q = q (f(t) - t f'(t)); 0 where q = 0.
  [[nodiscard]] double by_log_q(double log_p, double log_q) const;
  /// Of D(q, p).
  [[nodiscard]] Generator reversed() const;

  /// out[i] = phi / m, m = (p + q) / 2, at points where one of them is not 0.
  void over_mean(const double* log_p, const double* log_q, double* out, std::size_t n) const;
};

/// @throws DomainError  unless both are in [0, 1]
[[nodiscard]] Generator jensen_shannon(double weight, double skew);
/// @throws DomainError  unless a is finite
[[nodiscard]] Generator alpha(double a);
/// @throws DomainError  unless a >= 0
[[nodiscard]] double renyi_order(double a);
/// @throws DomainError
void check_generator(double (*f)(const void*, double), const void* self);

/// exp(x) - 1 - x with its digits.
[[nodiscard]] double exp_rest(double x);

}  // namespace leibler::inline v0::detail
