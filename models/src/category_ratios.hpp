// SPDX-License-Identifier: MIT
#pragma once

#include <span>

// What two distributions over categories make of each other. A category that one of them does not
// have, because it is of fewer, is one of probability 0.
namespace leibler::inline v0::detail {

/// Categories by their logits.
struct Categories {
  std::span<const double> logits;             ///< none +inf or NaN, at least one finite
  std::span<const double> log_probabilities;  ///< their log softmax
  std::span<const double> probabilities;
  std::span<const double> weights{};  ///< what the probabilities were given as; may be empty
};

/// out[k] = log(p_k / q_k), k < the larger size: +-inf where one is 0, 0 where both are. Between
/// two of weights from these, between two of logits from their differences, so that digits are kept
/// where p is near q; else from the logarithms.
void log_ratios(const Categories& p, const Categories& q, std::span<double> out);

/// KL(p || q) from these ratios.
[[nodiscard]] double kl_of_categories(const Categories& p, const Categories& q,
                                      std::span<const double> log_ratios);

}  // namespace leibler::inline v0::detail
