// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include <leibler/estimators/estimate.hpp>

namespace leibler::examples {

/// printf into a string.
[[nodiscard]] std::string format(const char* text, ...) __attribute__((format(printf, 1, 2)));

/// "0.8567 +- 0.0007": two digits of the standard error, and the value to the same place; "0 within
/// 1e-13" for what is only rounding.
[[nodiscard]] std::string with_error(double value, double standard_error);
[[nodiscard]] inline std::string with_error(const Estimate& e) {
  return with_error(e.value, e.standard_error);
}

/// Spaces before or behind up to a width, counted in characters.
[[nodiscard]] std::string right(const std::string& text, std::size_t width);
[[nodiscard]] std::string left(const std::string& text, std::size_t width);

/// Breaks a paragraph into lines of at most `width` characters, each after `indent` spaces.
[[nodiscard]] std::string paragraph(const std::string& text, std::size_t indent = 0,
                                    std::size_t width = 96);

}  // namespace leibler::examples
