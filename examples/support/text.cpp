// SPDX-License-Identifier: MIT
#include "text.hpp"

#include <algorithm>
#include <cmath>
#include <cstdarg>
#include <cstdio>
#include <sstream>

#include <leibler/engine/error.hpp>

namespace leibler::examples {

namespace {

// Differences of log densities are not known to less than this, however they scatter.
constexpr double rounding = 1e-13;

}  // namespace

std::string format(const char* text, ...) {
  std::va_list arguments, again;
  va_start(arguments, text);
  va_copy(again, arguments);
  const int size = std::vsnprintf(nullptr, 0, text, arguments);
  va_end(arguments);
  std::string out(static_cast<std::size_t>(std::max(size, 0)) + 1, '\0');
  std::vsnprintf(out.data(), out.size(), text, again);
  va_end(again);
  out.pop_back();
  return out;
}

std::string with_error(double value, double error) {
  if (!std::isfinite(value) || !std::isfinite(error))
    return to_text(value) + " +- " + to_text(error);
  if (error > 0.0 && std::abs(value) < rounding && error < rounding) return "0 within 1e-13";
  if (error == 0.0) return format("%.7g +- 0", value);
  const int place = 1 - static_cast<int>(std::floor(std::log10(error)));
  if (place > 6 || place < 0) return format("%.2g +- %.1g", value, error);
  return format("%.*f +- %.*f", place, value, place, error);
}

std::string right(const std::string& text, std::size_t width) {
  return std::string(width - std::min(width, text.size()), ' ') + text;
}

std::string left(const std::string& text, std::size_t width) {
  return text + std::string(width - std::min(width, text.size()), ' ');
}

std::string paragraph(const std::string& text, std::size_t indent, std::size_t width) {
  std::istringstream words(text);
  std::string out, line(indent, ' ');
  bool empty = true;
  for (std::string word; words >> word;) {
    if (!empty && line.size() + 1 + word.size() > width) {
      out += line + '\n';
      line = std::string(indent, ' ');
      empty = true;
    }
    if (!empty) line += ' ';
    line += word;
    empty = false;
  }
  return out + line + '\n';
}

}  // namespace leibler::examples
