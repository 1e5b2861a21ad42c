// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>

#include <leibler/models/conformance/differences.hpp>
#include <leibler/models/conformance/report.hpp>

// What can be tried where points lie on a surface: there is no density beside it, and no integral
// over a neighbourhood.
namespace leibler::inline v0::conformance {

/// log p at from + t (to - from).
template <Density P>
double along_chord(const P& p, const TestBatch& x, std::size_t from, std::size_t to, double t) {
  TestBatch point = x.rows(from, 1);
  for (std::size_t j = 0; j < x.view().dimension; ++j) {
    point.at(0, j) += t * (x.at(to, j) - x.at(from, j));
  }
  point.repeat_last_row();
  return log_density(p, point)[0];
}

/// Point gradients against differences along the chord from one draw to the next. A flat surface
/// holds it; of a curved one it leaves what rounding is allowed soon, and with it the rule.
template <Differentiable P>
void check_chords(const P& p, const TestBatch& x, const TestBatch& gradient,
                  const ConformanceOptions& options, Report& report) {
  for (std::size_t i = 0; i + 1 < x.size(); ++i) {
    const double here = along_chord(p, x, i, i + 1, 0.0);
    if (!std::isfinite(here)) continue;
    double slope = 0.0, magnitude = std::abs(here) + 1.0;
    for (std::size_t j = 0; j < p.dimension(); ++j) {
      const double g = gradient.at(i, j);
      slope += g * (x.at(i + 1, j) - x.at(i, j));
      magnitude += std::abs(g * x.at(i, j));
    }
    Comparison comparison(slope, magnitude, options.tolerance);
    const auto moved = [&](double t) { return along_chord(p, x, i, i + 1, t); };
    if (agrees_nearby(comparison, moved, 1.0) || !comparison.is_tried()) continue;
    report.add("the point gradient is the derivative of the log density along the surface",
               "from point " + std::to_string(i) + " to the next it " + comparison.detail());
  }
}

/// Every draw has a coordinate that cannot move either way alone: otherwise it is no surface.
template <Density P>
void check_beside(const P& p, const TestBatch& x, Report& report) {
  for (std::size_t i = 0; i < std::min<std::size_t>(x.size(), 16); ++i) {
    bool is_bound = false;
    for (std::size_t j = 0; j < p.dimension() && !is_bound; ++j) {
      const auto is_outside = [&](double factor) {
        TestBatch point = x.rows(i, 1);
        point.at(0, j) += factor * std::max(std::abs(x.at(i, j)), 1e-3);
        point.repeat_last_row();
        return log_density(p, point)[0] == -HUGE_VAL;
      };
      is_bound = is_outside(1e-2) && is_outside(-1e-2);
    }
    if (is_bound) continue;
    report.add("there is no density beside a surface",
               "every coordinate of draw " + std::to_string(i) + " can move alone");
  }
}

}  // namespace leibler::inline v0::conformance
