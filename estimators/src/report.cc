// SPDX-License-Identifier: MIT
#include "report.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include <leibler/engine/error.hpp>

namespace leibler::inline v0 {

std::string to_string_with_error(double value, double standard_error) {
  char text[64];
  if (!std::isfinite(value)) return to_text(value) + " +- " + to_text(standard_error);
  if (!std::isfinite(standard_error)) {  // no digit is known
    std::snprintf(text, sizeof text, "%.4g", value);
    return text + (" +- " + to_text(standard_error));
  }
  if (standard_error == 0.0) {
    std::snprintf(text, sizeof text, "%.10g +- 0", value);
    return text;
  }
  const int place = 1 - static_cast<int>(std::floor(std::log10(standard_error)));
  if (place > 9 || place < 0) {
    std::snprintf(text, sizeof text, "%.4g +- %.2g", value, standard_error);
  } else {
    std::snprintf(text, sizeof text, "%.*f +- %.*f", place, value, place, standard_error);
  }
  return text;
}

namespace detail {

Json json_of(double value) {
  return std::isfinite(value) ? Json(value) : Json(to_text(value));
}

Json json_of(const Estimate& e) {
  return {{"value", json_of(e.value)},
          {"standard_error", json_of(e.standard_error)},
          {"samples", e.samples},
          {"method", to_string(e.method)},
          {"reliable", e.reliable}};
}

Json json_of(const FitStatus& status) {
  return {
      {"outcome", to_string(status.outcome)}, {"steps", status.steps}, {"message", status.message}};
}

}  // namespace detail

}  // namespace leibler::inline v0
