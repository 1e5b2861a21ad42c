// SPDX-License-Identifier: MIT
#include <leibler/engine/error.hpp>

#include <charconv>
#include <cmath>

namespace leibler::inline v0 {

std::string Error::sentence() const {
  std::string text = where;
  if (!what.empty()) text += ": " + what;
  // The last two are a row and a column; what stands before them chooses from a list.
  const std::size_t lists = index.size() > 2 ? index.size() - 2 : 0;
  for (std::size_t i = 0; i < index.size(); ++i) {
    text += (i <= lists ? "[" : ", ") + std::to_string(index[i]);
    if (i < lists || i + 1 == index.size()) text += ']';
  }
  if (!value.empty()) text += ' ' + value;
  if (!rule.empty()) text += "; " + rule;
  if (!remedy.empty()) text += "; " + remedy;
  return text + '.';
}

InvalidArgument::InvalidArgument(Error fields)
    : std::invalid_argument(fields.sentence()), Error(std::move(fields)) {}
DomainError::DomainError(Error fields)
    : std::domain_error(fields.sentence()), Error(std::move(fields)) {}
RuntimeError::RuntimeError(Error fields)
    : std::runtime_error(fields.sentence()), Error(std::move(fields)) {}

namespace {

template <class... Format>
std::string format(double value, Format... format) {
  if (std::isnan(value)) return "nan";  // to_chars would tell the sign
  char text[32];
  const auto end = std::to_chars(text, text + sizeof text, value, format...).ptr;
  return {text, end};
}

}  // namespace

std::string to_text(double value) {
  return format(value);
}

std::string to_short_text(double value) {
  return format(value, std::chars_format::general, 3);
}

}  // namespace leibler::inline v0
