// SPDX-License-Identifier: MIT
#include <algorithm>
#include <array>
#include <cmath>

#include "integral.hpp"
#include "power.hpp"

namespace leibler::inline v0::detail {

namespace {

constexpr std::array<double, 20> levels{1e-300, 1e-250, 1e-200, 1e-150, 1e-100, 1e-70, 1e-50,
                                        1e-35,  1e-25,  1e-18,  1e-13,  1e-10,  1e-7,  1e-5,
                                        1e-3,   1e-2,   0.05,   0.15,   0.3,    0.5};
// Of a distribution of many components every third is enough.
constexpr std::size_t many_cuts = 2000;
// Nearer to an end of a support than this share of it, distances have no digits.
constexpr double resolution = 1e-13;
constexpr double least_distance = 1e-306;

bool is_one_of(const std::vector<double>& sorted, double x) {
  return std::binary_search(sorted.begin(), sorted.end(), x);
}

void sort(std::vector<double>& x) {
  std::sort(x.begin(), x.end());
  x.erase(std::unique(x.begin(), x.end()), x.end());
}

/// Finite ends of the supports inside the part.
std::vector<double> ends_of(const LinePair& pair) {
  std::vector<double> ends;
  for (const LineDensity* const line : {&pair.p, &pair.q}) {
    for (const double end : {line->support.low, line->support.high}) {
      if (std::isfinite(end) && end >= pair.part.low && end <= pair.part.high) ends.push_back(end);
    }
  }
  sort(ends);
  return ends;
}

std::vector<double> cuts_of(const LinePair& pair, const std::vector<double>& ends) {
  const double low = std::max(pair.part.low, std::min(pair.p.support.low, pair.q.support.low));
  const double high = std::min(pair.part.high, std::max(pair.p.support.high, pair.q.support.high));
  std::vector<double> cuts;
  for (const LineDensity* const line : {&pair.p, &pair.q}) {
    for (const double x : line->cuts) {
      const bool is_near_end = std::any_of(ends.begin(), ends.end(), [&](double end) {
        return std::abs(x - end) <= std::max(resolution * std::abs(end), least_distance);
      });
      if (std::isfinite(x) && x > low && x < high && !is_near_end) cuts.push_back(x);
    }
  }
  for (const double x : {low, high}) {
    if (std::isfinite(x)) cuts.push_back(x);
  }
  cuts.insert(cuts.end(), ends.begin(), ends.end());
  sort(cuts);
  for (std::size_t i = cuts.size(); i-- > 1;) {  // two ends have a point between them
    if (!is_one_of(ends, cuts[i - 1]) || !is_one_of(ends, cuts[i])) continue;
    const double middle = cuts[i - 1] + 0.5 * (cuts[i] - cuts[i - 1]);
    cuts.insert(cuts.begin() + static_cast<std::ptrdiff_t>(i), middle);
  }
  return cuts;
}

/// By the logarithm of the distance from the centre for which its ends are most different, if any.
Panel panel_between(std::size_t pair, double a, double b, const std::vector<double>& centers) {
  Panel panel{{pair}, a, b};
  double widest = 4.0;
  for (const double center : centers) {
    if (a <= center && center <= b) continue;
    const double near = std::min(std::abs(a - center), std::abs(b - center));
    const double far = std::max(std::abs(a - center), std::abs(b - center));
    if (!(far >= widest * near) || !std::isfinite(far)) continue;
    widest = far / near;
    panel = {{pair, center, a > center ? 1.0 : -1.0}, engine::log(near), engine::log(far)};
  }
  return panel;
}

void add_panels(const LinePair& pair, std::size_t index, Layout& out) {
  const std::vector<double> ends = ends_of(pair), cuts = cuts_of(pair, ends);
  if (cuts.empty()) return;
  std::vector<double> centers = ends;
  for (const LineDensity* const line : {&pair.p, &pair.q}) {
    centers.insert(centers.end(), line->medians.begin(), line->medians.end());
  }
  const auto beyond = [&](double x, double side) {  // an infinite end, seen from near its cut
    double center = 0.0;
    if (!(side * (x - center) > 0.0)) center = x - side;
    out.ends.push_back({{index, center, side}, engine::log(side * (x - center)), 1.0});
  };
  const bool is_low_open =
      std::max(pair.part.low, std::min(pair.p.support.low, pair.q.support.low)) == -infinity;
  const bool is_high_open =
      std::min(pair.part.high, std::max(pair.p.support.high, pair.q.support.high)) == infinity;
  if (is_low_open) beyond(cuts.front(), -1.0);
  for (std::size_t i = 0; i + 1 < cuts.size(); ++i) {
    const double a = cuts[i], b = cuts[i + 1];
    if (is_one_of(ends, a)) {
      out.ends.push_back({{index, a, 1.0}, engine::log(b - a), -1.0});
    } else if (is_one_of(ends, b)) {
      out.ends.push_back({{index, b, -1.0}, engine::log(b - a), -1.0});
    } else {
      out.panels.push_back(panel_between(index, a, b, centers));
    }
  }
  if (is_high_open) beyond(cuts.back(), 1.0);
}

}  // namespace

void LineDensity::add_cuts(const QuantileLine& part) {
  const std::size_t step = cuts.size() < many_cuts ? 1 : 3;
  for (std::size_t i = 0; i < levels.size(); i += step) {
    cuts.push_back(part.quantile(part.self, levels[i]));
    cuts.push_back(part.upper_quantile(part.self, levels[i]));
  }
  const double median = part.quantile(part.self, 0.5);
  if (std::isfinite(median)) medians.push_back(median);
}

Layout layout(std::span<const LinePair> pairs) {
  Layout out;
  for (std::size_t i = 0; i < pairs.size(); ++i) add_panels(pairs[i], i, out);
  return out;
}

}  // namespace leibler::inline v0::detail
