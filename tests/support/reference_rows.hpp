// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <limits>
#include <sstream>
#include <string>
#include <vector>

namespace leibler::test {

/// A line of tests/models/univariate/reference_values.txt; `terms` is the sum of the absolute terms
/// of the formula.
struct ReferenceRow {
  std::string family, arguments, quantity, x_text;
  std::vector<double> a;
  double x;
  long double exact, terms;

  [[nodiscard]] std::string text() const {
    return family + '(' + arguments + ")." + quantity + '(' + x_text + ')';
  }
};

/// "1,2.5" as numbers.
[[nodiscard]] inline std::vector<double> numbers(const std::string& text) {
  std::vector<double> out;
  std::istringstream in(text);
  for (std::string part; std::getline(in, part, ',');) {
    out.push_back(std::strtod(part.c_str(), nullptr));
  }
  return out;
}

[[nodiscard]] inline std::vector<ReferenceRow> reference_rows() {
  std::ifstream file(LEIBLER_SOURCE_DIR "/tests/models/univariate/reference_values.txt");
  std::vector<ReferenceRow> rows;
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line[0] == '#') continue;
    ReferenceRow row;
    std::string exact, terms;
    std::istringstream(line) >> row.family >> row.arguments >> row.quantity >> row.x_text >>
        exact >> terms;
    row.a = numbers(row.arguments);
    row.x = std::strtod(row.x_text.c_str(), nullptr);
    row.exact = std::strtold(exact.c_str(), nullptr);
    row.terms = std::strtold(terms.c_str(), nullptr);
    rows.push_back(row);
  }
  return rows;
}

/// |got - exact| relative to the larger of |exact| and `terms`, less what the double nearest to a
/// subnormal number is away from it; infinite where one is infinite or NaN and the other not.
[[nodiscard]] inline double error_of(double got, long double exact, long double terms) {
  const auto nearest = static_cast<double>(exact);
  if (got == nearest || (std::isnan(got) && std::isnan(nearest))) return 0.0;
  if (!std::isfinite(got) || !std::isfinite(nearest)) return HUGE_VAL;
  const long double off = std::fabs(static_cast<long double>(got) - exact);
  const long double subnormal = std::numeric_limits<double>::denorm_min();
  return static_cast<double>(std::max(off - subnormal, 0.0L) / std::max(std::fabs(exact), terms));
}

}  // namespace leibler::test
