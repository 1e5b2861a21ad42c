// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <leibler/models/conformance/report.hpp>

namespace leibler::inline v0::conformance {

/// Draws of a distribution over whole numbers, chunk by chunk with their log densities: every value
/// that is common comes as often as its probability says, and what was not drawn has the mass that
/// the values drawn once speak for (Good [1]).
///
/// [1] I. Good. The population frequencies of species. Biometrika 40, 1953. Equation 9.
inline void check_frequencies(const std::vector<TestBatch>& x,
                              const std::vector<std::vector<double>>& log_p,
                              const ConformanceOptions& options, Report& report) {
  struct Value {
    double count = 0.0, probability = 0.0;
  };
  std::map<std::vector<double>, Value> values;
  double n = 0.0;
  for (std::size_t c = 0; c < x.size(); ++c) {
    for (std::size_t i = 0; i < x[c].size(); ++i, ++n) {
      std::vector<double> point;
      for (std::size_t j = 0; j < x[c].view().dimension; ++j) point.push_back(x[c].at(i, j));
      Value& value = values[point];
      ++value.count;
      value.probability = std::exp(log_p[c][i]);
    }
  }
  const double bound = options.standard_errors;
  double mass = 0.0, once = 0.0, twice = 0.0;
  for (const auto& [point, value] : values) {
    const auto& [count, p] = value;
    mass += p;
    once += count == 1.0 ? 1.0 : 0.0;
    twice += count == 2.0 ? 1.0 : 0.0;
    const double error = std::sqrt(p * std::max(1.0 - p, 0.0) / n);
    const bool is_common = n * p >= bound * bound;
    if (!is_common && count < n * p + bound * (bound + std::sqrt(n * p))) continue;
    if (is_common && std::abs(count / n - p) <= bound * error + 1.0 / n) continue;
    std::string text;
    for (const double v : point) text += (text.empty() ? "" : ", ") + to_short_text(v);
    report.add(
        "values are drawn as often as their densities say",
        "(" + text + ") has " + to_short_text(p) + " and is drawn " + to_short_text(count / n));
  }
  const double missing = once / n, error = std::sqrt(once + 2.0 * twice + 1.0) / n;
  if (std::abs(1.0 - mass - missing) <= bound * error + 1e-9) return;
  report.add("the density adds up to one", "the values drawn have " + to_short_text(mass) +
                                               ", the others about " + to_short_text(missing));
}

}  // namespace leibler::inline v0::conformance
