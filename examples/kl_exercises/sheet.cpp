// SPDX-License-Identifier: MIT
#include "sheet.hpp"

#include <algorithm>
#include <cmath>
#include <ostream>

#include <leibler/estimators/information.hpp>

#include "../support/text.hpp"

namespace leibler::examples::kl_exercises {

namespace {

constexpr std::size_t name_width = 42;

std::string with_method(const std::string& line, const std::string& method) {
  return left(line, 80) + ' ' + method;
}

// A paragraph whose first line begins with `head` and whose others are indented by as much.
std::string hanging(const std::string& head, const std::string& text) {
  std::string lines = paragraph(text, head.size());
  return lines.replace(0, head.size(), head);
}

}  // namespace

std::string shown(const Number& number) {
  if (number.method == to_string(Method::monte_carlo)) {
    return with_error(number.value, number.standard_error);
  }
  const double v = number.value;
  if (std::isnan(v)) return "not a number";
  if (std::isinf(v)) return v > 0 ? "infinite" : "-infinite";
  if (number.method == "count") return format("%.0f", v);
  if (number.method == "fit" && std::abs(v) < 1e-9) return format("%.6f", 0.0);
  if (v != 0.0 && std::abs(v) < 1e-4) return format("%.3e", v);
  return format("%.6f", v);
}

void Sheet::keep(const std::string& name, const std::string& which, const Number& value) {
  results_.add(name, which, value.value, value.standard_error, value.method);
}

void Sheet::begin(const std::string& name, const std::string& title) {
  section_ = name;
  is_begun_ = true;
  out_ << '\n' << title << '\n' << std::string(title.size(), '-') << '\n';
}

void Sheet::say(const std::string& text) {
  out_ << (is_begun_ ? "" : "\n") << paragraph(text);
  is_begun_ = false;
}

void Sheet::number(const std::string& name, const Number& value, const std::string& unit) {
  keep(name, section_, value);
  out_ << with_method(
              "  " + left(name, name_width) + ' ' + shown(value) + (unit.empty() ? "" : ' ' + unit),
              value.method)
       << '\n';
}

void Sheet::information(const std::string& name, const Estimate& nats) {
  const Number bits = in_bits(nats);
  keep(name, section_, nats);
  keep(name + " in bits", section_, bits);
  out_ << with_method("  " + left(name, name_width) + ' ' + shown(nats) + " nats = " + shown(bits) +
                          " bits",
                      bits.method)
       << '\n';
}

void Sheet::table(const std::string& what, const std::vector<std::string>& columns,
                  const std::vector<Row>& rows) {
  std::size_t first = what.size();
  for (const Row& row : rows) first = std::max(first, row.name.size());
  std::vector<std::size_t> widths;
  for (std::size_t j = 0; j < columns.size(); ++j) {
    std::size_t width = columns[j].size();
    for (const Row& row : rows) width = std::max(width, shown(row.cells[j]).size());
    widths.push_back(width + 2);
  }
  std::string head = "  " + left(what, first);
  for (std::size_t j = 0; j < columns.size(); ++j) head += right(columns[j], widths[j]);
  out_ << head << '\n';
  std::vector<std::string> methods;
  for (const Row& row : rows) {
    std::string line = "  " + left(row.name, first);
    for (std::size_t j = 0; j < columns.size(); ++j) {
      const Number& cell = row.cells[j];
      keep(columns[j], section_ + ", " + row.name, cell);
      line += right(shown(cell), widths[j]);
      if (std::ranges::find(methods, cell.method) == methods.end()) {
        methods.push_back(cell.method);
      }
    }
    out_ << line << '\n';
  }
  std::string by;
  for (const std::string& method : methods) by += (by.empty() ? "" : ", ") + method;
  out_ << "  (" << by << ")\n";
}

void Sheet::verdict(const std::string& word, const std::string& claim, bool holds,
                    const char* method) {
  keep(claim, section_, {holds ? 1.0 : 0.0, method});
  out_ << hanging("  " + left(word, 17), claim);
}

void Sheet::check(const std::string& claim, bool holds) {
  ++(holds ? held_ : failed_);
  verdict(holds ? "[holds]" : "[DOES NOT HOLD]", claim, holds, "check");
}

void Sheet::check_equal(const std::string& claim, double a, double b, double tolerance) {
  check(claim, a == b || std::abs(a - b) <= tolerance * std::max({1.0, std::abs(a), std::abs(b)}));
}

void Sheet::refute(const std::string& claim, bool holds, const std::string& instead) {
  ++(holds ? failed_ : refuted_);
  verdict(holds ? "[HOLDS AFTER ALL]" : "[wrong claim]", claim, holds, "counterexample");
  out_ << hanging("  " + left("  rather", 17), instead);
}

void Sheet::summarise() {
  out_ << '\n'
       << held_ << " checks hold"
       << (refuted_ == 0 ? ""
                         : format("; %zu claim%s that can be read elsewhere %s shown to be wrong",
                                  refuted_, refuted_ == 1 ? "" : "s", refuted_ == 1 ? "is" : "are"))
       << (failed_ == 0 ? "." : format("; %zu NOT AS EXPECTED, see above.", failed_)) << '\n';
}

}  // namespace leibler::examples::kl_exercises
