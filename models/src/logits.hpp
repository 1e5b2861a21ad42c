// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <string_view>

#include <leibler/models/softmax.hpp>

namespace leibler::inline v0::detail {

/// Logits that make a distribution: none NaN or +inf, at least one finite.
/// @throws DomainError
void check_logits(std::string_view where, std::span<const double> logits);

/// @throws DomainError  unless it is finite and > 0
void check_temperature(std::string_view where, double temperature);

/// out[k] = log softmax of valid logits.
void log_softmax_of(std::span<const double> logits, double temperature, std::span<double> out);

}  // namespace leibler::inline v0::detail
