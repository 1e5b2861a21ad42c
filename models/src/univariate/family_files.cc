// SPDX-License-Identifier: MIT
#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <ostream>

#include <leibler/engine/file.hpp>
#include <leibler/models/univariate/family.hpp>

#include "json_reader.hpp"

namespace leibler::inline v0::detail {

namespace {

// "leibler.half_normal" of HalfNormal.
std::string schema(const Family& family) {
  std::string text = "leibler.";
  for (const char* c = family.name; *c != '\0'; ++c) {
    const bool is_capital = *c >= 'A' && *c <= 'Z';
    if (is_capital && c != family.name) text += '_';
    text += is_capital ? static_cast<char>(*c - 'A' + 'a') : *c;
  }
  return text;
}

constexpr auto exact = "parameters";

bool read(const Family& family, const std::string& where, const std::string& file,
          const std::string& text, double* a, double* theta) {
  const JsonReader json(where, file, text);
  json.check_schema(schema(family).c_str(), false);
  std::vector<const char*> names;
  for (std::size_t k = 0; k < family.count; ++k) names.push_back(family.arguments[k].name);
  names.push_back(exact);
  json.allow_only(names);
  for (std::size_t k = 0; k < family.count; ++k) a[k] = json.number(names[k]);
  (void)json.checked([&] {
    check_arguments(family, a);
    return true;
  });
  if (!json.has(exact)) return false;
  const auto given = json.numbers(exact, parameter_count(family));
  double same[3] = {};
  std::copy_n(a, family.count, same);
  const std::vector<double> none(given.size(), std::numeric_limits<double>::quiet_NaN());
  (void)json.checked([&] {
    read_parameters(family, given, none, same);
    return true;
  });
  for (std::size_t k = 0; k < family.count; ++k) {
    // A distance above the argument before it is no more exact than that one.
    const double size = std::max(std::abs(a[k]), k == 0 ? 0.0 : std::abs(a[k - 1]));
    if (std::abs(same[k] - a[k]) <= 1e-12 * size) continue;
    json.fail({exact, {}}, std::string("give ") + names[k] + " = " + to_text(same[k]),
              "must be those of " + std::string(names[k]) + " = " + to_text(a[k]),
              "leave them out");
  }
  std::copy(given.begin(), given.end(), theta);
  return true;
}

}  // namespace

std::string to_json(const Family& family, const double* a, std::span<const double> theta) {
  JsonWriter writer(schema(family).c_str());
  for (std::size_t k = 0; k < family.count; ++k) writer.number(family.arguments[k].name, a[k]);
  // The logarithm of an argument need not be the number that it was the exponential of.
  if (!theta.empty()) writer.numbers(exact, theta);
  return writer.text();
}

bool from_json(const Family& family, const std::string& text, double* a, double* theta) {
  return read(family, std::string(family.name) + "::from_json", "", text, a, theta);
}

void save(const Family& family, const double* a, std::span<const double> theta,
          const std::string& path) {
  engine::write_file(std::string(family.name) + "::save", path, to_json(family, a, theta));
}

bool load(const Family& family, const std::string& path, double* a, double* theta) {
  const std::string where = std::string(family.name) + "::load";
  return read(family, where, path, engine::read_file(where, path), a, theta);
}

void print(const Family& family, const double* a, std::ostream& out) {
  std::string text = family.name;
  for (std::size_t k = 0; k < family.count; ++k) {
    char number[32];
    const double v = a[k] == 0.0 ? 0.0 : a[k];
    const auto end =
        std::to_chars(number, number + sizeof number, v, std::chars_format::general, 4).ptr;
    text += std::string(k == 0 ? "(" : ", ") + family.arguments[k].name + " = " +
            std::string(number, end);
  }
  out << text + ")";
}

}  // namespace leibler::inline v0::detail
