// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include <nlohmann/json.hpp>

#include <leibler/estimators/estimate.hpp>
#include <leibler/estimators/trace.hpp>

// How results are written, shared by the component's sources only.
namespace leibler::inline v0 {

/// "0.2259 +- 0.0004": the error to two digits, the value to the same place.
[[nodiscard]] std::string to_string_with_error(double value, double standard_error);

namespace detail {

using Json = nlohmann::ordered_json;

/// A number, or the text "inf", "-inf", "nan", which JSON has no number for.
[[nodiscard]] Json json_of(double value);
[[nodiscard]] Json json_of(const Estimate& estimate);
[[nodiscard]] Json json_of(const FitStatus& status);

}  // namespace detail

}  // namespace leibler::inline v0
