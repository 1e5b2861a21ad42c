// SPDX-License-Identifier: MIT
#include <algorithm>
#include <array>
#include <cmath>

#include <leibler/engine/chunks.hpp>
#include <leibler/models/univariate/family.hpp>

namespace leibler::inline v0::detail {

namespace {

// Of the rule of Gauss and Legendre on [0, 1], and of one that uses its first, middle and last node
// and is exact for cubics.
struct Node {
  double t, weight, coarse;
};
constexpr std::array<Node, 5> path{
    {{0.046910077030668004, 0.11846344252809454, 0.20296443854788321},
     {0.23076534494715845, 0.23931433524968324, 0.0},
     {0.5, 0.28444444444444444, 0.59407112290423358},
     {0.76923465505284155, 0.23931433524968324, 0.0},
     {0.95308992296933200, 0.11846344252809454, 0.20296443854788321}}};
// The coarse rule has an error of the fourth power of a step, the other of the tenth.
constexpr double most_difference = 1e-5;

/// Whether a way from one to the other is worth a try: a location's may be, by its unit.
bool is_near(Domain domain, double a, double b) {
  const double gap = std::abs(a - b);
  switch (domain) {
    case Domain::real:
    case Domain::above_previous:
      return true;
    case Domain::positive:
      return gap <= 0.1 * std::min(a, b);
    case Domain::unit_interval:
    case Domain::success:
      return gap <= 0.1 * std::min(a, b) && gap <= 0.1 * (1.0 - std::max(a, b));
    case Domain::count:
      return gap == 0.0;
  }
  return false;
}

}  // namespace

void log_ratio(const Family& family, const double* a, const double* b, const Batch& x,
               const double* log_p, const double* log_q, double* out, Workspace& workspace) {
  const std::size_t n = x.size;
  bool is_worth_it = true, is_same = true;
  for (std::size_t k = 0; k < family.count; ++k) {
    is_worth_it = is_worth_it && is_near(family.arguments[k].domain, a[k], b[k]);
    is_same = is_same && a[k] == b[k];
  }
  for (std::size_t i = 0; i < n; ++i) {
    out[i] = is_same || log_p[i] == log_q[i] ? 0.0 : log_p[i] - log_q[i];
  }
  if (is_same || !is_worth_it) return;

  const Workspace::Frame frame(workspace);
  double* const fine = workspace.take_zeros(engine::padded(n));
  double* const coarse = workspace.take_zeros(engine::padded(n));
  double* const size = workspace.take_zeros(engine::padded(n));
  for (const Node& node : path) {
    std::array<double, 3> at{};
    for (std::size_t k = 0; k < family.count; ++k) at[k] = b[k] + node.t * (a[k] - b[k]);
    const Workspace::Frame of_node(workspace);
    const Batch slope = evaluate(family, at.data(), x, workspace).argument_gradient;
    for (std::size_t k = 0; k < family.count; ++k) {
      const double step = a[k] - b[k];
      if (step == 0.0) continue;
      const double* const column = slope.data + k * slope.stride;
      for (std::size_t i = 0; i < n; ++i) {
        const double part = step * column[i];
        fine[i] += node.weight * part;
        coarse[i] += node.coarse * part;
        size[i] = std::max(size[i], std::abs(part));
      }
    }
  }
  for (std::size_t i = 0; i < n; ++i) {
    if (!std::isfinite(log_p[i]) || !std::isfinite(log_q[i])) continue;
    // where both say the same within the rounding of the logarithms, the way is the better one
    const double rounding = 0x1p-50 * (1.0 + std::abs(log_p[i]) + std::abs(log_q[i]));
    if (std::abs(fine[i] - coarse[i]) <= most_difference * size[i] ||
        std::abs(fine[i] - out[i]) <= rounding) {
      out[i] = fine[i];
    }
  }
}

}  // namespace leibler::inline v0::detail
