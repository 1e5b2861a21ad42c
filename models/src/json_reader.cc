// SPDX-License-Identifier: MIT
#include "json_reader.hpp"

#include <algorithm>
#include <cmath>
#include <set>

namespace leibler::inline v0::detail {

namespace {

constexpr int newest_version = 1;
constexpr auto as_saved = "save() writes the right form";

const char* type_of(const nlohmann::json& value) {
  if (value.is_null()) return "null";
  if (value.is_boolean()) return "true or false";
  if (value.is_number()) return "a number";
  if (value.is_string()) return "a string";
  return value.is_array() ? "a list" : "an object";
}

// "line 2, column 7" of the byte at `offset`, counted from 1.
std::string line_and_column(const std::string& text, std::size_t offset) {
  offset = std::min(offset, text.size());
  const auto begin = text.begin(), end = begin + static_cast<std::ptrdiff_t>(offset);
  const auto line = std::count(begin, end, '\n') + 1;
  const auto newline = offset == 0 ? std::string::npos : text.rfind('\n', offset - 1);
  const std::size_t column = offset - (newline == std::string::npos ? 0 : newline + 1) + 1;
  return "line " + std::to_string(line) + ", column " + std::to_string(column);
}

// What stands there, as far as it can be shown in a message.
std::string near(const std::string& text, std::size_t offset, std::size_t most = 20) {
  if (offset >= text.size()) return "the end";
  std::string shown = text.substr(offset, most);
  shown = shown.substr(0, shown.find_first_of("\r\n"));
  for (char& c : shown) {
    if (static_cast<unsigned char>(c) < 32 || static_cast<unsigned char>(c) > 126) c = '?';
  }
  return shown.empty() ? "the end of the line" : "\"" + shown + "\"";
}

JsonPlace entry(JsonPlace place, std::size_t i) {
  place.index.push_back(i);
  return place;
}

}  // namespace

std::vector<double> Table::row(std::size_t i) const {
  std::vector<double> out(columns);
  for (std::size_t j = 0; j < columns; ++j) out[j] = values[j * rows + i];
  return out;
}

JsonReader::JsonReader(std::string where, const std::string& file, const std::string& text)
    : where_(std::move(where)), prefix_(file.empty() ? "" : "file \"" + file + "\"") {
  std::set<std::string> keys;
  std::string twice;
  const auto watch = [&](int depth, Json::parse_event_t event, Json& value) {
    if (event == Json::parse_event_t::key && depth == 1 &&
        !keys.insert(value.get<std::string>()).second && twice.empty()) {
      twice = value.get<std::string>();
    }
    return true;
  };
  try {
    object_ = Json::parse(text, watch);
  } catch (const Json::parse_error& error) {
    const std::size_t offset = error.byte == 0 ? 0 : error.byte - 1;
    fail({},
         "is not JSON at " + line_and_column(text, offset) + " (near " + near(text, offset) + ")",
         "a model is one JSON object", as_saved);
  } catch (const Json::exception& error) {  // a number beyond the range of double
    const std::string message = error.what();
    const std::size_t open = message.find('\''), close = message.rfind('\'');
    const bool quoted = open != std::string::npos && close > open;
    const std::string number = quoted ? message.substr(open + 1, close - open - 1) : "";
    const std::size_t offset = std::min(text.find(number), text.size());
    fail({},
         "has a number too large at " + line_and_column(text, offset) + " (near " +
             near(text, offset) + ")",
         "numbers must fit double precision", "change the unit");
  }
  if (!object_.is_object())
    fail({}, std::string("is ") + type_of(object_), "must be a JSON object", as_saved);
  if (!twice.empty())
    fail({twice, {}}, "is there twice", "a key must be there once", "leave out one of them");
}

std::string JsonReader::what(const JsonPlace& place) const {
  std::string text = prefix_;
  if (!place.key.empty()) text += (text.empty() ? "" : ", ") + place.key;
  return text.empty() ? "text" : text;
}

void JsonReader::fail(const JsonPlace& place, const std::string& value, const std::string& rule,
                      const std::string& remedy) const {
  throw RuntimeError({where_, what(place), place.index, value, rule, remedy});
}

Error JsonReader::told(const Error& error, const JsonPlace& place) const {
  // A step of a fit is not what made a number in a file.
  const bool is_parameter = error.what == "parameters";
  return {where_,      what(place), place.index,
          error.value, error.rule,  is_parameter ? as_saved : error.remedy};
}

void JsonReader::allow_only(const std::vector<const char*>& keys) const {
  std::string list = "schema, version";
  for (const char* key : keys) list += std::string(", ") + key;
  for (const auto& [name, value] : object_.items()) {
    const auto& key = name;
    if (key == "schema" || key == "version") continue;
    if (std::any_of(keys.begin(), keys.end(), [&](const char* known) { return key == known; })) {
      continue;
    }
    fail({"key " + near(key, 0), {}}, "is unknown", "the keys are " + list, "check the spelling");
  }
}

void JsonReader::check_schema(const char* name, bool required) const {
  if (required || has("schema")) {
    const Json& schema = at("schema");
    const std::string rule = std::string("must be \"") + name + '"';
    if (!schema.is_string())
      fail({"schema", {}}, std::string("is ") + type_of(schema), rule, as_saved);
    const auto found = schema.get<std::string>();
    if (found != name)
      fail({"schema", {}}, "is " + near(found, 0, 60), rule, "this is another model");
  }
  if (required || has("version")) {
    const Json& version = at("version");
    const std::string rule = "must be " + std::to_string(newest_version);
    if (!version.is_number())
      fail({"version", {}}, std::string("is ") + type_of(version), rule, as_saved);
    const double found = version.get<double>();
    if (found == newest_version) return;
    fail({"version", {}}, "= " + to_text(found), rule,
         found > newest_version ? "read it with a newer leibler" : as_saved);
  }
}

void JsonReader::check_not_both(const char* key, const char* other) const {
  if (!has(key) || !has(other)) return;
  fail({key, {}}, std::string("is there beside ") + other, "they say the same",
       "leave out one of them");
}

const JsonReader::Json& JsonReader::at(const char* key) const {
  const auto found = object_.find(key);
  if (found == object_.end()) fail({key, {}}, "is missing", "the model needs it", "add it");
  return *found;
}

void JsonReader::check_length(const JsonPlace& place, std::size_t size, std::size_t expected,
                              const char* of) const {
  if (size == expected) return;
  fail(place, "has " + std::to_string(size) + ' ' + of + (size == 1 ? "" : "s"),
       "must have " + std::to_string(expected), "make the lengths agree");
}

void JsonReader::check_not_empty(const char* key, std::size_t size) const {
  if (size == 0)
    fail({key, {}}, "is empty", "must have at least one number", "write a number there");
}

std::vector<double> JsonReader::numbers(const Json& list, const JsonPlace& place) const {
  if (!list.is_array())
    fail(place, std::string("is ") + type_of(list), "must be a list of numbers", "write [1, 2.5]");
  std::vector<double> out;
  out.reserve(list.size());
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (!list[i].is_number()) {
      fail(entry(place, i), std::string("is ") + type_of(list[i]), "must be a number",
           "write a number there");
    }
    out.push_back(list[i].get<double>());
  }
  return out;
}

Table JsonReader::table(const Json& list, const JsonPlace& place) const {
  if (!list.is_array()) {
    fail(place, std::string("is ") + type_of(list), "must be a list of rows",
         "write [[1, 2], [3, 4]]");
  }
  Table out;
  out.rows = list.size();
  for (std::size_t i = 0; i < out.rows; ++i) {
    const auto row = numbers(list[i], entry(place, i));
    if (i == 0) {
      out.columns = row.size();
      out.values.resize(out.rows * out.columns);
    }
    check_length(entry(place, i), row.size(), out.columns, "number");
    for (std::size_t j = 0; j < out.columns; ++j) out.values[j * out.rows + i] = row[j];
  }
  return out;
}

double JsonReader::number(const char* key) const {
  const Json& value = at(key);
  if (!value.is_number())
    fail({key, {}}, std::string("is ") + type_of(value), "must be a number",
         "write a number there");
  return value.get<double>();
}

std::vector<double> JsonReader::numbers(const char* key) const {
  return numbers(at(key), {key, {}});
}

std::vector<double> JsonReader::numbers(const char* key, std::size_t size) const {
  auto out = numbers(key);
  check_length({key, {}}, out.size(), size, "number");
  return out;
}

Table JsonReader::table(const char* key) const {
  return table(at(key), {key, {}});
}

Table JsonReader::table(const char* key, std::size_t rows, std::size_t columns) const {
  auto out = table(key);
  check_length({key, {}}, out.rows, rows, "row");
  if (rows != 0) check_length(entry({key, {}}, 0), out.columns, columns, "number");
  return out;
}

std::vector<Table> JsonReader::tables(const char* key) const {
  const Json& list = at(key);
  if (!list.is_array()) {
    fail({key, {}}, std::string("is ") + type_of(list), "must be a list of matrices",
         "write [[[1, 0], [0, 1]]]");
  }
  std::vector<Table> out;
  for (std::size_t k = 0; k < list.size(); ++k) out.push_back(table(list[k], entry({key, {}}, k)));
  return out;
}

JsonWriter::JsonWriter(const char* schema)
    : text_("{\n  \"schema\": \"" + std::string(schema) +
            "\",\n  \"version\": " + std::to_string(newest_version)) {}

void JsonWriter::append(double value) {
  const std::string number = to_text(value);
  text_ += number;
  // A whole number without a point would be read as an integer, which has no -0.
  if (number.find_first_not_of("-0123456789") == std::string::npos) text_ += ".0";
}

void JsonWriter::append(std::span<const double> values) {
  text_ += '[';
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (i != 0) text_ += ", ";
    append(values[i]);
  }
  text_ += ']';
}

void JsonWriter::number(const char* key, double value) {
  text_ += std::string(",\n  \"") + key + "\": ";
  append(value);
}

void JsonWriter::numbers(const char* key, std::span<const double> values) {
  text_ += std::string(",\n  \"") + key + "\": ";
  append(values);
}

void JsonWriter::rows(const char* key, std::span<const double> values, std::size_t columns) {
  text_ += std::string(",\n  \"") + key + "\": [";
  for (std::size_t at = 0; at < values.size(); at += columns) {
    text_ += at == 0 ? "\n    " : ",\n    ";
    append(values.subspan(at, columns));
  }
  text_ += "\n  ]";
}

}  // namespace leibler::inline v0::detail
