// SPDX-License-Identifier: MIT
#pragma once

#include <ostream>
#include <string>
#include <vector>

#include <leibler/estimators/trace.hpp>

namespace leibler::inline v0 {

/// A fitted model, how the objective went, and how the fit ended. What the model is worth is asked
/// for with assess.
template <class Q>
struct Fit {
  Q model;
  std::vector<TracePoint> trace;
  FitStatus status;

  /// Status and trace; the model has a to_json of its own.
  [[nodiscard]] std::string to_json() const { return detail::run_to_json(status, trace); }
};

template <class Q>
std::ostream& operator<<(std::ostream& out, const Fit<Q>& fit) {
  out << fit.status << '\n';
  if (!fit.trace.empty()) out << "objective at the end: " << fit.trace.back().objective << '\n';
  return out << fit.model;
}

}  // namespace leibler::inline v0
