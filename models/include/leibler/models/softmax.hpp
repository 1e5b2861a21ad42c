// SPDX-License-Identifier: MIT
#pragma once

#include <span>

#include <leibler/models/scalar.hpp>
#include <leibler/models/types.hpp>

namespace leibler::inline v0 {

struct SoftmaxOptions {
  double temperature = 1.0;  ///< logits are divided by it; > 0: near 0 the largest takes all
};

namespace detail {

void write_softmax(std::span<const double> logits, const SoftmaxOptions& options,
                   std::span<double> out);
void write_log_softmax(std::span<const double> logits, const SoftmaxOptions& options,
                       std::span<double> out);
[[nodiscard]] double checked_log_sum_exp(std::span<const double> x);

}  // namespace detail

/// p_k = exp(x_k) / sum_j exp(x_j), x = logits / temperature: adds up to 1, without overflow. A
/// logit of -inf has p = 0.
/// @throws DomainError  if a logit is NaN or +inf, if all are -inf, if the temperature is not
///                      finite and > 0
[[nodiscard]] inline Vector softmax(const Vector& logits, const SoftmaxOptions& options = {}) {
  Vector out(logits.size());
  detail::write_softmax(as_span(logits), options, {out.data(), as_span(logits).size()});
  return out;
}

/// The logarithms of softmax, with their digits where a probability is next to 1 or underflows.
/// @throws DomainError  as softmax does
[[nodiscard]] inline Vector log_softmax(const Vector& logits, const SoftmaxOptions& options = {}) {
  Vector out(logits.size());
  detail::write_log_softmax(as_span(logits), options, {out.data(), as_span(logits).size()});
  return out;
}

/// log sum_k exp(x_k), without overflow; -inf for nothing or where all are -inf.
/// @throws DomainError  if an entry is NaN or +inf
[[nodiscard]] inline double log_sum_exp(const Vector& x) {
  return detail::checked_log_sum_exp(as_span(x));
}

}  // namespace leibler::inline v0
