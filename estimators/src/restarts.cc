// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cmath>
#include <numeric>
#include <ostream>

#include <leibler/estimators/fit_restarts.hpp>

#include "report.hpp"

namespace leibler::inline v0 {

std::vector<Optimum> distinct_optima(std::span<const Estimate> values, double resolution) {
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (std::isfinite(values[i].value)) order.push_back(i);
  }
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return values[a].value < values[b].value; });
  std::vector<Optimum> optima;
  for (const std::size_t i : order) {
    if (!optima.empty()) {
      const Estimate& best = optima.back().objective;
      const double noise = std::hypot(best.standard_error, values[i].standard_error);
      if (values[i].value - best.value <= std::max(resolution, 5.0 * noise)) {
        ++optima.back().count;
        continue;
      }
    }
    optima.push_back({values[i], i, 1});
  }
  return optima;
}

namespace detail {

void print_restarts(std::ostream& out, std::span<const Estimate> values,
                    std::span<const FitStatus> statuses, std::span<const Optimum> optima,
                    const char* objective) {
  out << values.size() << " runs, " << optima.size()
      << (optima.size() == 1 ? " distinct optimum of " : " distinct optima of ") << objective;
  for (const Optimum& optimum : optima) {
    out << "\n  " << to_string_with_error(optimum.objective.value, optimum.objective.standard_error)
        << "  " << optimum.count << (optimum.count == 1 ? " run" : " runs") << ", best: run "
        << optimum.best;
  }
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (statuses[i].outcome == FitStatus::Outcome::failed) {
      out << "\n  run " << i << ' ' << statuses[i];
    }
  }
}

std::string restarts_to_json(std::span<const Estimate> values, std::span<const FitStatus> statuses,
                             std::span<const Optimum> optima, const char* objective) {
  Json runs = Json::array(), found = Json::array();
  for (std::size_t i = 0; i < values.size(); ++i) {
    runs.push_back({{"objective", json_of(values[i])}, {"status", json_of(statuses[i])}});
  }
  for (const Optimum& optimum : optima) {
    found.push_back({{"objective", json_of(optimum.objective)},
                     {"best_run", optimum.best},
                     {"runs", optimum.count}});
  }
  return Json{{"objective", objective}, {"optima", found}, {"runs", runs}}.dump();
}

}  // namespace detail

}  // namespace leibler::inline v0
