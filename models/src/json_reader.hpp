// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include <leibler/engine/error.hpp>
#include <leibler/models/types.hpp>

namespace leibler::inline v0::detail {

/// A list of lists of numbers, all of one length: a matrix given by rows, held by columns.
struct Table {
  std::vector<double> values;
  std::size_t rows = 0, columns = 0;

  [[nodiscard]] MatrixView view() const { return {values.data(), rows, columns}; }
  [[nodiscard]] std::vector<double> row(std::size_t i) const;
};

/// Where something stands under a key: covariances and {1, 0} for its second matrix's first row.
struct JsonPlace {
  std::string key;
  std::vector<std::size_t> index;
};

/// The JSON object in a text that a model is read from. Every mistake in its form is a RuntimeError
/// that names the key and the entry; a value that no model can have is the constructor's own error,
/// told of the key it came from.
class JsonReader {
 public:
  /// @param file  where the text was read from; empty if it was an argument
  JsonReader(std::string where, const std::string& file, const std::string& text);

  [[nodiscard]] bool has(const char* key) const { return object_.contains(key); }

  /// No key but these, "schema" and "version".
  void allow_only(const std::vector<const char*>& keys) const;
  /// The name of the schema and version 1 where they are given; `required`: they have to be.
  void check_schema(const char* name, bool required) const;
  /// Two ways to say the same thing must not be mixed.
  void check_not_both(const char* key, const char* other) const;

  [[nodiscard]] double number(const char* key) const;
  [[nodiscard]] std::vector<double> numbers(const char* key) const;
  /// The same, of a length that is known.
  [[nodiscard]] std::vector<double> numbers(const char* key, std::size_t size) const;
  [[nodiscard]] Table table(const char* key) const;
  [[nodiscard]] Table table(const char* key, std::size_t rows, std::size_t columns) const;
  [[nodiscard]] std::vector<Table> tables(const char* key) const;
  /// At least one.
  void check_not_empty(const char* key, std::size_t size) const;

  [[noreturn]] void fail(const JsonPlace& place, const std::string& value, const std::string& rule,
                         const std::string& remedy) const;

  /// build(), with its errors told as those of this call and this file.
  template <class Build>
  [[nodiscard]] auto checked(Build&& build) const {
    return checked(build, [](const Error& e) { return JsonPlace{e.what, e.index}; });
  }
  /// The same where `parameters` come from several keys: place(i) is that of parameter i, or, for i
  /// = parameter count, the key to blame for all together.
  template <class Build, class Place>
  [[nodiscard]] auto checked_parameters(Build&& build, std::size_t count, Place&& place) const {
    return checked(build,
                   [&](const Error& e) { return place(e.index.empty() ? count : e.index[0]); });
  }

 private:
  using Json = nlohmann::json;
  template <class Build, class Place>
  [[nodiscard]] auto checked(Build&& build, Place&& place) const {
    try {
      return build();
    } catch (const InvalidArgument& e) {
      throw InvalidArgument(told(e, place(e)));
    } catch (const DomainError& e) { throw DomainError(told(e, place(e))); }
  }
  [[nodiscard]] Error told(const Error& error, const JsonPlace& place) const;
  [[nodiscard]] std::string what(const JsonPlace& place) const;
  [[nodiscard]] const Json& at(const char* key) const;
  [[nodiscard]] std::vector<double> numbers(const Json& list, const JsonPlace& place) const;
  [[nodiscard]] Table table(const Json& list, const JsonPlace& place) const;
  void check_length(const JsonPlace& place, std::size_t size, std::size_t expected,
                    const char* of) const;

  std::string where_, prefix_;
  Json object_;
};

/// `"key": [1, 2.5]` and `"key": [[1, 2], [3, 4]]`, one after another, in the shortest text that
/// reads back as the same doubles.
class JsonWriter {
 public:
  explicit JsonWriter(const char* schema);
  void number(const char* key, double value);
  void numbers(const char* key, std::span<const double> values);
  /// Row i is values[i * columns, (i + 1) * columns).
  void rows(const char* key, std::span<const double> values, std::size_t columns);
  [[nodiscard]] std::string text() const { return text_ + "\n}\n"; }

 private:
  void append(double value);
  void append(std::span<const double> values);
  std::string text_;
};

}  // namespace leibler::inline v0::detail
