// SPDX-License-Identifier: MIT
#include <charconv>
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

void read(const Family& family, const std::string& where, const std::string& file,
          const std::string& text, double* a) {
  const JsonReader json(where, file, text);
  json.check_schema(schema(family).c_str(), false);
  std::vector<const char*> names;
  for (std::size_t k = 0; k < family.count; ++k) names.push_back(family.arguments[k].name);
  json.allow_only(names);
  for (std::size_t k = 0; k < family.count; ++k) a[k] = json.number(names[k]);
  check_arguments(family, a);
}

}  // namespace

std::string to_json(const Family& family, const double* a) {
  JsonWriter writer(schema(family).c_str());
  for (std::size_t k = 0; k < family.count; ++k) writer.number(family.arguments[k].name, a[k]);
  return writer.text();
}

void from_json(const Family& family, const std::string& text, double* a) {
  read(family, std::string(family.name) + "::from_json", "", text, a);
}

void save(const Family& family, const double* a, const std::string& path) {
  engine::write_file(std::string(family.name) + "::save", path, to_json(family, a));
}

void load(const Family& family, const std::string& path, double* a) {
  const std::string where = std::string(family.name) + "::load";
  read(family, where, path, engine::read_file(where, path), a);
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
