// SPDX-License-Identifier: MIT
#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include <leibler/engine/error.hpp>
#include <leibler/engine/file.hpp>
#include <leibler/models/empirical.hpp>

namespace leibler::inline v0 {

namespace {

constexpr auto where = "Empirical::load_csv";

std::string_view trimmed(std::string_view text) {
  constexpr auto blank = " \t\r";
  const auto first = text.find_first_not_of(blank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blank) - first + 1);
}

struct Number {
  double value;
  bool is_in_range;
};

// The whole field as a number, "nan" and "inf" included; nothing where it is something else.
std::optional<Number> number_of(std::string_view field) {
  if (field.size() > 1 && field[0] == '+' && field[1] != '-' && field[1] != '+') {
    field.remove_prefix(1);
  }
  double value = 0.0;
  const auto [end, error] = std::from_chars(field.data(), field.data() + field.size(), value);
  if (field.empty() || end != field.data() + field.size()) return std::nullopt;
  return Number{value, error == std::errc()};
}

// Whether it can be the name of a column. A number, what was meant as one ("1", 1;2, 1.0f) and a
// missing value (NA, ?) are not: a point must not get lost as a header.
bool is_name(std::string_view field) {
  const auto is_quote = [](char c) { return c == '"' || c == '\''; };
  if (!field.empty() && is_quote(field.front())) field.remove_prefix(1);
  if (!field.empty() && is_quote(field.back())) field.remove_suffix(1);
  field = trimmed(field);
  if (field.empty() || number_of(field)) return false;
  if (std::string_view("0123456789+-.").find(field[0]) != std::string_view::npos) return false;
  std::string lower(field);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower != "na" && lower != "null" && lower != "?";
}

std::string quoted(std::string_view field) {
  constexpr std::size_t longest = 40;
  std::string shown(field.substr(0, longest));
  for (char& c : shown) {
    if (static_cast<unsigned char>(c) < 32 || static_cast<unsigned char>(c) > 126) c = '?';
  }
  return '"' + shown + (field.size() > longest ? "..." : "") + '"';
}

std::vector<std::string_view> split(std::string_view line) {
  std::vector<std::string_view> fields;
  for (;;) {
    const auto comma = line.find(',');
    fields.push_back(trimmed(line.substr(0, comma)));
    if (comma == std::string_view::npos) return fields;
    line.remove_prefix(comma + 1);
  }
}

class CsvReader {
 public:
  explicit CsvReader(const std::string& path) : file_("file \"" + path + "\"") {}

  void read(std::string_view text) {
    if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);  // the mark of UTF-8
    while (!text.empty()) {
      ++line_;
      const auto end = text.find('\n');
      const auto line = text.substr(0, end);
      if (!trimmed(line).empty()) add(split(line));
      text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
    if (rows_ != 0) return;
    fail(width_ == 0 ? "is empty" : "has a header and no points",
         "there must be at least one line of numbers", "give one point a line");
  }

  [[nodiscard]] std::size_t rows() const { return rows_; }
  [[nodiscard]] std::size_t columns() const { return width_; }
  /// Column by column.
  [[nodiscard]] std::vector<double> points() const {
    std::vector<double> out(values_.size());
    for (std::size_t i = 0; i < rows_; ++i) {
      for (std::size_t j = 0; j < width_; ++j) out[j * rows_ + i] = values_[i * width_ + j];
    }
    return out;
  }

 private:
  void add(const std::vector<std::string_view>& fields) {
    if (width_ == 0) {
      width_ = fields.size();
      if (std::all_of(fields.begin(), fields.end(), is_name)) return;
    }
    if (fields.size() != width_) {
      fail("has " + std::to_string(fields.size()) + (fields.size() == 1 ? " field" : " fields") +
               " in line " + std::to_string(line_),
           "must have " + std::to_string(width_) + ", like the first line",
           "separate numbers by commas", {rows_});
    }
    for (std::size_t j = 0; j < width_; ++j) {
      const auto number = number_of(fields[j]);
      if (!number || !number->is_in_range || !std::isfinite(number->value)) {
        fail("is " + (fields[j].empty() ? "nothing" : quoted(fields[j])) + " in line " +
                 std::to_string(line_) + ", column " + std::to_string(j + 1),
             "must be a finite number", "leave out or fill in missing values", {rows_, j});
      }
      values_.push_back(number->value);
    }
    ++rows_;
  }

  // `point` is the row of the points, or the row and the column, as Empirical would have them.
  [[noreturn]] void fail(std::string value, std::string rule, std::string remedy,
                         std::vector<std::size_t> point = {}) const {
    std::string what = point.empty() ? file_ : file_ + ", points";
    throw RuntimeError({where, std::move(what), std::move(point), std::move(value), std::move(rule),
                        std::move(remedy)});
  }

  std::string file_;
  std::vector<double> values_;  // by row
  std::size_t rows_ = 0, width_ = 0, line_ = 0;
};

}  // namespace

Empirical Empirical::load_csv(const std::string& path) {
  const std::string text = engine::read_file(where, path);
  CsvReader reader(path);
  reader.read(text);
  return Empirical(reader.points(), reader.rows(), reader.columns(), {});
}

}  // namespace leibler::inline v0
