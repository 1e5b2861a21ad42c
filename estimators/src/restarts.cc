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

bool has_an_end(const FitStatus& status) {
  if (status.outcome == FitStatus::Outcome::failed) return false;
  return status.outcome != FitStatus::Outcome::stopped || status.steps > 0;
}

void RestartsProgress::tell(const TracePoint& end) {
  if (!call_) return;
  std::unique_lock lock(mutex_);
  news_.push_back(end);
  if (is_telling_) return;
  is_telling_ = true;
  while (!news_.empty()) {
    const TracePoint point = news_.front();
    const std::size_t told = ++told_;
    news_.pop_front();
    lock.unlock();
    try {
      call_({told, count_, point});
    } catch (...) {
      lock.lock();
      is_telling_ = false;
      throw;
    }
    lock.lock();
  }
  is_telling_ = false;
}

void RestartsReport::print(std::ostream& out) const {
  out << objectives.size() << " runs, " << optima.size()
      << (optima.size() == 1 ? " distinct optimum of " : " distinct optima of ") << objective_name;
  if (!seconds.empty()) {
    const auto [least, most] = std::minmax_element(seconds.begin(), seconds.end());
    out << ", " << to_short_text(*least) << " to " << to_short_text(*most) << " s a run";
  }
  for (const Optimum& optimum : optima) {
    out << "\n  " << to_string_with_error(optimum.objective.value, optimum.objective.standard_error)
        << "  " << optimum.count << (optimum.count == 1 ? " run" : " runs") << ", best: run "
        << optimum.best;
  }
  for (std::size_t i = 0; i < statuses.size(); ++i) {
    const auto outcome = statuses[i].outcome;
    if (outcome == FitStatus::Outcome::failed || outcome == FitStatus::Outcome::stopped) {
      out << "\n  run " << i << ' ' << statuses[i];
    }
  }
}

std::string RestartsReport::to_json() const {
  Json runs = Json::array(), found = Json::array();
  for (std::size_t i = 0; i < statuses.size(); ++i) {
    runs.push_back({{"objective", json_of(objectives[i])},
                    {"seconds", seconds[i]},
                    {"status", json_of(statuses[i])}});
  }
  for (const Optimum& optimum : optima) {
    found.push_back({{"objective", json_of(optimum.objective)},
                     {"best_run", optimum.best},
                     {"runs", optimum.count}});
  }
  return Json{{"objective", objective_name}, {"optima", found}, {"runs", runs}}.dump();
}

}  // namespace detail

}  // namespace leibler::inline v0
