// SPDX-License-Identifier: MIT
#include "fits.hpp"

#include <cmath>
#include <limits>
#include <ostream>

#include <leibler/engine/error.hpp>

#include "text.hpp"

namespace leibler::examples {

namespace {

std::string column(const std::string& name) {
  return left(name, std::max<std::size_t>(name.size() + 2, 13));
}

}  // namespace

std::vector<Optimum> optima_of(const std::vector<Run>& runs) {
  std::vector<Estimate> ends;
  for (const Run& run : runs) {
    ends.push_back(run.objective);
    if (run.status.outcome == FitStatus::Outcome::failed) {
      ends.back().value = std::numeric_limits<double>::quiet_NaN();
    }
  }
  return distinct_optima(ends);
}

void report_optima(std::ostream& out, Results& results, const std::string& name,
                   const std::vector<Run>& runs, const std::vector<Optimum>& optima) {
  if (runs.size() < 2) return;
  out << "  " << column(name) << runs.size() << " starts, " << optima.size() << " distinct optim"
      << (optima.size() == 1 ? "um" : "a") << ':';
  constexpr std::size_t most = 6;
  for (std::size_t i = 0; i < optima.size(); ++i) {
    const Optimum& optimum = optima[i];
    const auto which = name + ", optimum " + std::to_string(i + 1);
    results.add("optimum", which, optimum.objective);
    results.add("starts that ended there", which, static_cast<double>(optimum.count), 0.0, "count");
    if (i == most) out << " ...";
    if (i >= most) continue;
    out << (i == 0 ? " " : ", ") << with_error(optimum.objective) << " (" << optimum.count << "x)";
  }
  out << '\n';
}

void report_failures(std::ostream& out, const std::string& name, const std::vector<Run>& runs,
                     std::size_t starts) {
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const auto& [model, status, trace, seconds, objective] = runs[i];
    std::string why;
    if (status.outcome == FitStatus::Outcome::failed) {
      why = status.message;
    } else if (!std::isfinite(objective.value)) {
      why = "the objective at its end is " + to_text(objective.value);
    }
    if (why.empty()) continue;
    out << paragraph(name + ", start " + std::to_string(i + 1) + ": " + why, 2);
  }
  const auto missing = starts - runs.size();
  if (missing > 0 && !runs.empty()) {
    out << "  " << column(name) << missing << " of " << starts << " starts not finished\n";
  }
}

}  // namespace leibler::examples
