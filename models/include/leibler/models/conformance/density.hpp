// SPDX-License-Identifier: MIT
#pragma once

#include <limits>

#include <leibler/models/conformance/differences.hpp>
#include <leibler/models/conformance/report.hpp>
#include <leibler/models/conformance/surface.hpp>
#include <leibler/models/evaluate.hpp>

namespace leibler::inline v0 {

namespace conformance {

template <Density P>
void check_batches(const P& p, const TestBatch& x, Report& report) {
  const auto whole = log_density(p, x);
  const char* const alone = "a point's log density does not depend on its neighbours";
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double single = log_density(p, x.rows(i, 1))[0];
    if (same(single, whole[i])) continue;
    report.add(alone,
               to_text(whole[i]) + " in a batch, " + to_text(single) + " alone" + at_point(i));
    break;
  }
  for (std::size_t begin = 1; begin < x.size(); begin += 5) {
    const auto tail = log_density(p, x.rows(begin, x.size() - begin));
    if (same(tail, {whole.begin() + static_cast<std::ptrdiff_t>(begin), whole.end()})) continue;
    report.add(alone, "a batch without its first " + std::to_string(begin) + " points differs");
    break;
  }
  TestBatch padding = x.rows(0, x.size());
  padding.fill_padding(1e3);
  if (!same(log_density(p, padding), whole)) {
    report.add("log densities do not depend on the padding",
               "other rows behind the last, other values");
  }
  TestBatch strided(x.size(), x.view().dimension, 40);
  for (std::size_t j = 0; j < x.view().dimension; ++j) {
    for (std::size_t i = 0; i < x.size(); ++i) strided.at(i, j) = x.at(i, j);
  }
  strided.repeat_last_row();
  if (!same(log_density(p, strided), whole)) {
    report.add("log densities do not depend on the stride", "columns farther apart, other values");
  }
}

template <Density P>
void check_writes_in_place(const P& p, const TestBatch& x, Report& report) {
  Workspace& workspace = Workspace::of_thread();
  const Workspace::Frame frame(workspace);
  const std::size_t end = engine::padded(x.size());
  std::vector<double> out(end + spare, TestBatch::guard);
  const TestBatch before = x;
  p.log_density(x.view(), out.data(), workspace);
  if (std::any_of(out.begin() + static_cast<std::ptrdiff_t>(end), out.end(),
                  [](double v) { return v != TestBatch::guard; })) {
    report.add("log_density writes out[0, padded(size)) at most", "an entry behind was written");
  }
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (out[i] != TestBatch::guard) continue;
    report.add("log_density writes every point's value", "none" + at_point(i));
    break;
  }
  if (!same(before, x)) report.add("log_density leaves its points alone", "they changed");
}

/// Whether a log density of +inf at a row is the limit at a single point of coordinate j: right
/// beside it, on both sides, it is finite or -inf. Steps below 1e-300 may be lost in a map.
template <Density P>
bool is_isolated(const P& p, const TestBatch& x, std::size_t i, std::size_t j) {
  const double value = x.at(i, j);
  if (is_discrete<P> || !std::isfinite(value)) return false;
  const auto is_finite_at = [&](double beside) {
    TestBatch moved = x.rows(i, 1);
    moved.at(0, j) = beside;
    moved.repeat_last_row();
    const double found = log_density(p, moved)[0];
    return !std::isnan(found) && found < HUGE_VAL;
  };
  const double step = std::max(1e-15 * std::abs(value), 1e-300);
  return (is_finite_at(std::nextafter(value, -HUGE_VAL)) || is_finite_at(value - step)) &&
         (is_finite_at(std::nextafter(value, HUGE_VAL)) || is_finite_at(value + step));
}

template <Density P>
void check_values(const P& p, const TestBatch& x, const ConformanceOptions& options,
                  Report& report) {
  const std::size_t d = p.dimension();
  constexpr double infinity = std::numeric_limits<double>::infinity();
  const char* const rule = "a log density is below +inf and not NaN";
  const auto whole = log_density(p, x);
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (!std::isnan(whole[i]) && whole[i] < infinity) continue;
    bool is_limit = false;
    for (std::size_t j = 0; j < d && options.points.size() != 0 && !is_limit; ++j) {
      is_limit = whole[i] == infinity && is_isolated(p, x, i, j);
    }
    if (!is_limit) report.add(rule, to_text(whole[i]) + at_point(i));
  }
  std::vector<double> values{-1.0, 0.0, 1.0, 1e7, -1e7};
  if (options.unbounded) values.insert(values.end(), {1e200, -1e200, infinity, -infinity});
  for (const double value : values) {
    for (std::size_t j = 0; j < d; ++j) {
      TestBatch far = x.rows(0, 1);
      far.at(0, j) = value;
      far.repeat_last_row();
      const double found = log_density(p, far)[0];
      if (!std::isnan(found) && found < infinity) continue;
      if (found == infinity && is_isolated(p, far, 0, j)) continue;
      report.add(
          rule, to_text(found) + " with " + to_text(value) + " in coordinate " + std::to_string(j));
    }
  }
  for (std::size_t j = 0; j < d; ++j) {
    TestBatch bad = x.rows(0, 1);
    bad.at(0, j) = std::numeric_limits<double>::quiet_NaN();
    bad.repeat_last_row();
    if (std::isnan(log_density(p, bad)[0])) continue;
    report.add("a NaN among the coordinates gives NaN",
               to_text(log_density(p, bad)[0]) + " with one in coordinate " + std::to_string(j));
  }
}

template <Density P>
void check_calls(const P& p, const TestBatch& x, const ConformanceOptions& options,
                 Report& report) {
  const auto whole = log_density(p, x);
  if (!same(log_density(P(p), x), whole)) {
    report.add("a copy has the same density", "it differs");
  }
  Points many(static_cast<Index>(40 * x.size()), static_cast<Index>(p.dimension()));
  for (Index i = 0; i < many.rows(); ++i) {
    for (Index j = 0; j < many.cols(); ++j) {
      many(i, j) = x.at(static_cast<std::size_t>(i) % x.size(), static_cast<std::size_t>(j));
    }
  }
  const Vector one = leibler::log_density(p, many, Threads{1});
  const Vector two = leibler::log_density(p, many, Threads{2});
  for (Index i = 0; i < one.size(); ++i) {
    if (same(one[i], two[i])) continue;
    report.add("log densities do not depend on the number of threads", "they differ");
    break;
  }
  if constexpr (Evaluable<P>) {
    Workspace& workspace = Workspace::of_thread();
    const Workspace::Frame frame(workspace);
    std::vector<double> out(engine::padded(x.size()) + spare);
    p.log_density(p.evaluate(x.view(), workspace), out.data());
    for (std::size_t i = 0; i < x.size(); ++i) {
      if (same(out[i], whole[i]) || std::abs(out[i] - whole[i]) <= 1e-12 * std::abs(whole[i])) {
        continue;
      }
      report.add("an evaluation gives the log density of its points",
                 to_text(out[i]) + " where log_density gives " + to_text(whole[i]) + at_point(i));
      break;
    }
  }
  if (options.allocations == nullptr) return;
  Workspace& workspace = Workspace::of_thread();
  const Workspace::Frame frame(workspace);
  std::vector<double> out(engine::padded(x.size()) + spare);
  p.log_density(x.view(), out.data(), workspace);
  const std::size_t before = options.allocations();
  p.log_density(x.view(), out.data(), workspace);
  if (options.allocations() != before) {
    report.add("log_density allocates nothing after the first call",
               std::to_string(options.allocations() - before) + " allocations");
  }
}

/// The least of what a coordinate's scale may be: that of the middle half of the points.
inline double middle_width(const TestBatch& x, std::size_t j) {
  std::vector<double> values;
  for (std::size_t i = 0; i < x.size(); ++i) values.push_back(x.at(i, j));
  std::sort(values.begin(), values.end());
  return values[values.size() * 3 / 4] - values[values.size() / 4];
}

/// Point gradients against differences along every coordinate: by steps of the scale of all points,
/// of the middle half, of the coordinate itself (heavy tails, ends at 0), and of the way to an end.
template <Differentiable P>
void check_slopes(const P& p, const TestBatch& x, const TestBatch& gradient,
                  const ConformanceOptions& options, Report& report) {
  const char* const rule = "the point gradient is the derivative of the log density";
  for (std::size_t j = 0; j < p.dimension(); ++j) {
    double low = x.at(0, j), high = low;
    for (std::size_t i = 0; i < x.size(); ++i) {
      low = std::min(low, x.at(i, j));
      high = std::max(high, x.at(i, j));
    }
    const double scale = high > low ? (high - low) / 4.0 : 1.0, middle = middle_width(x, j);
    std::size_t inside = 0, tried = 0;
    for (std::size_t i = 0; i < std::min<std::size_t>(x.size(), 16); ++i) {
      const double here = log_density(p, x.rows(i, 1))[0], at = std::abs(x.at(i, j));
      if (std::isinf(here)) continue;
      ++inside;
      const auto moved = [&](double by) {
        auto point = x.rows(i, 1);
        point.at(0, j) += by;
        point.repeat_last_row();
        return log_density(p, point)[0];
      };
      // A coordinate is rounded when it is moved, which the slope turns into an error of f.
      const double slope = gradient.at(i, j);
      Comparison comparison(slope, std::abs(here) + 1.0 + std::abs(slope) * at, options.tolerance);
      const double nearest = at > 0.0 ? std::min(scale, at) : scale;
      const bool agrees = comparison.agrees(moved, scale) ||
                          agrees_nearby(comparison, moved, middle) ||
                          agrees_nearby(comparison, moved, nearest);
      tried += agrees || comparison.is_tried() ? 1 : 0;
      if (agrees || !comparison.is_tried()) continue;
      report.add(rule, "coordinate " + std::to_string(j) + at_point(i) + ' ' + comparison.detail());
    }
    if (inside == 0 || tried > 0 || options.points.size() != 0) continue;
    report.add(rule, "coordinate " + std::to_string(j) + " has no step that stays in the support");
  }
}

}  // namespace conformance

/// What Density and Evaluable promise.
template <Density P>
[[nodiscard]] Violations check_density(const P& p, const ConformanceOptions& options = {}) {
  conformance::Report report;
  conformance::guarded(report, "log_density", p, [&] {
    const auto x = conformance::trial_points(p, options);
    conformance::check_batches(p, x, report);
    conformance::check_writes_in_place(p, x, report);
    conformance::check_values(p, x, options, report);
    conformance::check_calls(p, x, options, report);
  });
  return report.take();
}

/// What Differentiable promises: the point gradient agrees with central differences (on a surface
/// along chords), and a point's does not depend on its neighbours.
template <Differentiable P>
[[nodiscard]] Violations check_differentiable(const P& p, const ConformanceOptions& options = {}) {
  conformance::Report report;
  conformance::guarded(report, "point_gradient", p, [&] {
    const auto x = conformance::trial_points(p, options);
    const std::size_t d = p.dimension();
    Workspace& workspace = Workspace::of_thread();
    const auto gradient_of = [&](const conformance::TestBatch& at, std::size_t extra) {
      const Workspace::Frame frame(workspace);
      conformance::TestBatch out(at.size(), d, extra);
      p.point_gradient(p.evaluate(at.view(), workspace), out.view(), workspace);
      return out;
    };
    const auto whole = gradient_of(x, 0);
    const auto strided = gradient_of(x, 40);
    if (!same(whole, strided)) {
      report.add("point gradients do not depend on the stride", "they differ");
    }
    if (!strided.guards_stand()) {
      report.add("point_gradient writes up to padded(size) + 8 rows", "a row behind was written");
    }
    for (std::size_t i = 0; i < x.size(); ++i) {
      const auto single = gradient_of(x.rows(i, 1), 0);
      for (std::size_t j = 0; j < d; ++j) {
        if (conformance::same(single.at(0, j), whole.at(i, j))) continue;
        report.add("a point's gradient does not depend on its neighbours",
                   "it does" + conformance::at_point(i));
      }
    }
    if constexpr (is_on_surface<P>) {
      conformance::check_chords(p, x, whole, options, report);
    } else {
      conformance::check_slopes(p, x, whole, options, report);
    }
  });
  return report.take();
}

/// What MixtureLike promises: responsibilities are probabilities of the components.
template <MixtureLike Q>
[[nodiscard]] Violations check_mixture(const Q& q, const ConformanceOptions& options = {}) {
  conformance::Report report;
  conformance::guarded(report, "responsibilities", q, [&] {
    const auto x = conformance::trial_points(q, options);
    Workspace& workspace = Workspace::of_thread();
    const Workspace::Frame frame(workspace);
    const std::size_t stride = engine::batch_stride(x.size());
    std::vector<double> r(stride * q.components());
    q.responsibilities(q.evaluate(x.view(), workspace), r.data(), stride);
    for (std::size_t i = 0; i < x.size(); ++i) {
      double total = 0.0, least = 0.0;
      for (std::size_t k = 0; k < q.components(); ++k) {
        total += r[k * stride + i];
        least = std::min(least, r[k * stride + i]);
      }
      if (least >= 0.0 && std::abs(total - 1.0) <= 1e-12) continue;
      report.add("responsibilities are >= 0 and add up to 1",
                 "they add up to " + to_text(total) + conformance::at_point(i));
    }
  });
  return report.take();
}

}  // namespace leibler::inline v0
