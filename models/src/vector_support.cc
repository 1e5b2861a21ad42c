// SPDX-License-Identifier: MIT
#include "vector_support.hpp"

#include <algorithm>
#include <charconv>

#include <leibler/engine/check.hpp>

namespace leibler::inline v0::detail {

void check_columns(const char* name, const Empirical& data, std::size_t columns) {
  check::size(call(name, "maximum_likelihood"), "data.dimension()", data.dimension(), columns,
              "give one column a coordinate");
}

void refuse_point(const char* name, std::size_t row, std::span<const double> point) {
  throw DomainError({call(name, "maximum_likelihood"),
                     "data",
                     {row},
                     "= " + (point.size() == 1 ? to_text(point[0]) : brief_list(point)),
                     std::string("it is outside the support of ") + name,
                     "leave it out or take another family"});
}

void no_maximum(const char* name, const std::string& value, const std::string& rule,
                const std::string& remedy) {
  throw DomainError({call(name, "maximum_likelihood"), "data", {}, value, rule, remedy});
}

std::string call(const char* name, const char* function) {
  return std::string(name) + "::" + function;
}

std::string brief_number(double value) {
  char text[32];
  if (value == 0.0) value = 0.0;  // no "-0"
  const auto end =
      std::to_chars(text, text + sizeof text, value, std::chars_format::general, 4).ptr;
  return {text, end};
}

std::string brief_list(std::span<const double> values) {
  constexpr std::size_t most = 8;
  std::string text = "(";
  for (std::size_t i = 0; i < std::min(values.size(), most); ++i) {
    text += (i == 0 ? "" : ", ") + brief_number(values[i]);
  }
  return text + (values.size() > most ? ", ...)" : ")");
}

std::string brief_matrix(std::span<const double> matrix, std::size_t d) {
  constexpr std::size_t most = 4;
  std::string text = "(";
  for (std::size_t i = 0; i < std::min(d, most); ++i) {
    text += (i == 0 ? "" : ", ") + brief_list(matrix.subspan(i * d, d));
  }
  return text + (d > most ? ", ...)" : ")");
}

}  // namespace leibler::inline v0::detail
