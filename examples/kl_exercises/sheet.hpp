// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <iosfwd>
#include <string>
#include <vector>

#include <leibler/estimators/estimate.hpp>

#include "../support/results.hpp"

namespace leibler::examples::kl_exercises {

/// A value and how it came about.
struct Number {
  double value;
  double standard_error = 0.0;
  std::string method;

  Number(const Estimate& e)  // NOLINT: it is one
      : value(e.value), standard_error(e.standard_error), method(to_string(e.method)) {}
  Number(double exact, std::string how)  // NOLINT
      : value(exact), method(std::move(how)) {}
  /// A formula of the user's own, of exact numbers.
  Number(double exact) : Number(exact, "closed_form") {}  // NOLINT
};

/// "0.169471", "2.382e-18", "infinite", "2.2182 +- 0.0031".
[[nodiscard]] std::string shown(const Number& number);

/// Prints what an exercise finds, and keeps every number and check for the report.
class Sheet {
 public:
  Sheet(std::ostream& out, Results& results) : out_(out), results_(results) {}

  /// Begins a section; `name` is its case in the report.
  void begin(const std::string& name, const std::string& title);
  /// A paragraph.
  void say(const std::string& text);

  /// A line with a number, its unit and its method.
  void number(const std::string& name, const Number& value, const std::string& unit = "");
  /// The same in nats and in bits.
  void information(const std::string& name, const Estimate& nats);

  /// Rows of numbers under column names; the report has them as name = column, case = section, row.
  struct Row {
    std::string name;
    std::vector<Number> cells;
  };
  void table(const std::string& what, const std::vector<std::string>& columns,
             const std::vector<Row>& rows);

  /// A claim that must hold.
  void check(const std::string& claim, bool holds);
  /// The same of numbers that must be equal, to a tolerance relative to 1 or to the larger.
  void check_equal(const std::string& claim, double a, double b, double tolerance = 1e-12);
  /// A claim that is made elsewhere and fails here; `instead` is a sentence.
  void refute(const std::string& claim, bool holds, const std::string& instead);

  [[nodiscard]] bool all_as_expected() const { return failed_ == 0; }
  /// How many checks there were, in one sentence.
  void summarise();

 private:
  void keep(const std::string& name, const std::string& which, const Number& value);
  void verdict(const std::string& word, const std::string& claim, bool holds, const char* method);

  std::ostream& out_;
  Results& results_;
  std::string section_;
  bool is_begun_ = false;  // nothing but the title is there
  std::size_t held_ = 0, refuted_ = 0, failed_ = 0;
};

}  // namespace leibler::examples::kl_exercises
