// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <exception>
#include <string>

#include <leibler/models/conformance/report.hpp>

// Derivatives against central differences.
namespace leibler::inline v0::conformance {

/// Compares one derivative with differences of f by several steps, each against the rounding of f
/// that its difference magnifies; one that agrees is enough. `magnitude` is the sum of the
/// magnitudes that f adds up; f may throw or be infinite where a step is too large.
class Comparison {
 public:
  Comparison(double derivative, double magnitude, double tolerance)
      : derivative_(derivative), magnitude_(magnitude), tolerance_(tolerance) {}

  /// Tries steps from 0.1 scale down to 3e-7 scale. With `most_rounding` only those whose rounding
  /// is at most that part of the derivative: small steps, which any number would agree with, do
  /// not count.
  template <class F>
  bool agrees(F&& f, double scale, double most_rounding = HUGE_VAL) {
    for (double step = 0.1; step > 1e-7; step *= 0.2) {
      if (agrees_by(f, step * scale, most_rounding)) return true;
    }
    return false;
  }

  template <class F>
  bool agrees_by(F&& f, double h, double most_rounding) {
    if (!(h > 0.0)) return false;
    double difference;
    try {
      difference = (8.0 * (f(h) - f(-h)) - (f(2.0 * h) - f(-2.0 * h))) / (12.0 * h);
    } catch (const std::exception&) { return false; }
    if (!std::isfinite(difference)) return false;
    const double size = std::abs(derivative_) + std::abs(difference);
    const double apart = std::abs(difference - derivative_);
    const double rounding = 16.0 * 2.3e-16 * magnitude_ / h;
    if (rounding > most_rounding * size) return false;
    is_tried_ = true;
    if (apart <= tolerance_ * size + rounding) return true;
    if (!(apart >= least_)) {
      least_ = apart;
      nearest_ = difference;
    }
    return false;
  }

  /// Whether a step gave a difference to compare with.
  [[nodiscard]] bool is_tried() const { return is_tried_; }
  [[nodiscard]] std::string detail() const {
    return "is " + to_text(derivative_) + ", central differences give " + to_short_text(nearest_);
  }

 private:
  double derivative_, magnitude_, tolerance_;
  double nearest_ = 0.0, least_ = HUGE_VAL;
  bool is_tried_ = false;
};

/// By steps of one scale, which must give a difference.
template <class F>
bool is_derivative(double derivative, F&& f, double scale, double magnitude, double tolerance,
                   std::string& detail) {
  Comparison comparison(derivative, magnitude, tolerance);
  if (comparison.agrees(f, scale)) return true;
  detail = comparison.detail();
  return false;
}

// Five times what the largest step of agrees() leaves beside a logarithm's end: where that step
// does not agree, the next smaller one counts and does.
inline constexpr double most_rounding = 5e-4;

/// By steps of the scale on which f changes here: beside an end of the support that is the way to
/// it, found as the largest step of a geometric row whose two sides have a finite f.
template <class F>
bool agrees_nearby(Comparison& comparison, F&& f, double scale) {
  if (!(scale > 0.0)) return false;
  if (comparison.agrees(f, scale, most_rounding)) return true;
  const double here = scale;
  for (double reach = scale; reach > 1e-16 * here; reach *= 0.125) {
    if (!std::isfinite(f(reach)) || !std::isfinite(f(-reach))) continue;
    return comparison.agrees_by(f, 0.5 * reach, most_rounding) ||
           comparison.agrees(f, reach, most_rounding);
  }
  return false;
}

}  // namespace leibler::inline v0::conformance
