// SPDX-License-Identifier: MIT
#include <leibler/estimators/trace.hpp>

#include <ostream>

#include "report.hpp"

namespace leibler::inline v0 {

std::string to_string(FitStatus::Outcome outcome) {
  switch (outcome) {
    case FitStatus::Outcome::finished:
      return "finished";
    case FitStatus::Outcome::converged:
      return "converged";
    case FitStatus::Outcome::stopped:
      return "stopped";
    case FitStatus::Outcome::failed:
      return "failed";
  }
  return "unknown";
}

std::ostream& operator<<(std::ostream& out, const FitStatus& status) {
  return out << to_string(status.outcome) << ": " << status.message;
}

std::string detail::run_to_json(const FitStatus& status, const std::vector<TracePoint>& trace) {
  Json points = Json::array();
  for (const TracePoint& point : trace) {
    points.push_back({{"step", point.step},
                      {"objective", json_of(point.objective)},
                      {"gradient_norm", json_of(point.gradient_norm)}});
  }
  return Json{{"status", json_of(status)}, {"trace", points}}.dump();
}

}  // namespace leibler::inline v0
