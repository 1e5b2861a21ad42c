// SPDX-License-Identifier: MIT
#include <cmath>
#include <numbers>

#include <leibler/engine/kernels/elementary.hpp>
#include <leibler/engine/log_space.hpp>
#include <leibler/models/truncated.hpp>

// Expectations under a truncation. Continuous: the double-exponential rules [1], which take ends at
// infinity and densities that are infinite at an end alike; the trapezoidal rule in t, halved until
// it settles. Discrete: sums.
//
// [1] H. Takahasi and M. Mori. Double exponential formulas for numerical integration. Publications
//     of RIMS 9, 1974. Section 3.
namespace leibler::inline v0::detail {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double half_pi = std::numbers::pi / 2.0;
constexpr double reach = 6.1;  // exp(half_pi sinh t) is then near the ends of double
constexpr int first_level = 3, last_level = 8;
constexpr double most_summed = 1 << 21;

// A piece of the interval: from `start`, where the density is ordinary, to `end`.
struct Piece {
  double start, end;
  double scale;  ///< where the end is infinite
};

// The point of t and the logarithm of dx / dt.
struct Place {
  double x, log_slope;
};

Place place(const Piece& piece, double t) {
  const double s = half_pi * std::sinh(t), log_rate = std::log(half_pi * std::cosh(t));
  const double direction = piece.end > piece.start ? 1.0 : -1.0;
  if (std::isinf(piece.end)) {
    return {piece.start + direction * piece.scale * std::exp(s),
            std::log(piece.scale) + s + log_rate};
  }
  // Shares of the way from the start and from the end, each with its digits.
  const double from_start = 1.0 / (1.0 + std::exp(-2.0 * s)),
               from_end = 1.0 / (1.0 + std::exp(2.0 * s));
  const double width = std::abs(piece.end - piece.start);
  const double x = from_start < 0.5 ? piece.start + direction * width * from_start
                                    : piece.end - direction * width * from_end;
  return {x, std::log(2.0 * width) + log_rate - std::abs(2.0 * s) -
                 2.0 * std::log1p(std::exp(-std::abs(2.0 * s)))};
}

struct Rule {
  double* x;
  double* weight;
  std::size_t size = 0;
  double total = 0.0, information = 0.0;  // sums of weight and of weight log p
};

Rule apply(const Untruncated& p, const Truncation& t, const Interval& within, const Piece* pieces,
           std::size_t count, int level, Workspace& workspace) {
  const double h = std::ldexp(1.0, -level);
  const auto steps = static_cast<int>(reach / h);
  const std::size_t most = count * static_cast<std::size_t>(2 * steps + 1);
  Rule rule{workspace.take(most), workspace.take(most)};
  std::size_t n = 0;
  for (std::size_t i = 0; i < count; ++i) {
    for (int k = -steps; k <= steps; ++k) {
      const Place at = place(pieces[i], k * h);
      if (!(at.x > within.low && at.x < within.high) || std::abs(at.x) > 1e150) continue;
      rule.x[n] = at.x;
      rule.weight[n++] = at.log_slope + std::log(h) - t.log_mass;
    }
  }
  const engine::Workspace::Frame frame(workspace);
  const auto x = engine::take_batch(workspace, engine::most_chunk_size, 1);
  double* const log_p = workspace.take(engine::most_chunk_size);
  for (std::size_t begin = 0; begin < n; begin += engine::most_chunk_size) {
    const std::size_t size = std::min(engine::most_chunk_size, n - begin);
    const MutableBatch batch{x.data, size, 1, x.stride};
    std::copy_n(rule.x + begin, size, batch.data);
    fill_padding(batch);
    p.log_densities(p.self, batch, log_p, workspace);
    for (std::size_t i = 0; i < size; ++i) {
      const double weight = engine::exp(rule.weight[begin + i] + log_p[i]);
      // What carries no weight would only bring infinities.
      if (!(weight > 1e-290) || std::isinf(weight)) continue;
      rule.x[rule.size] = rule.x[begin + i];
      rule.weight[rule.size++] = weight;
      rule.total += weight;
      rule.information += weight * (log_p[i] - t.log_mass);
    }
  }
  for (std::size_t i = 0; i < rule.size; ++i) rule.weight[i] /= rule.total;
  return rule;
}

Nodes whole_nodes(const Untruncated& p, const Truncation& t, Workspace& workspace) {
  Interval within = support(p, t);
  // Far tails hold less than rounding; where even the rest is too much, every stride-th is taken.
  if (!(within.high - within.low < 1e4)) {
    const double low = quantile(p, t, 1e-25, Tail::below),
                 high = quantile(p, t, 1e-25, Tail::above);
    within = {std::max(within.low, low - 1.0), std::min(within.high, high + 1.0)};
  }
  const double count = within.high - within.low + 1.0;
  const double stride = std::ceil(count / most_summed);
  const auto size = static_cast<std::size_t>(std::floor((count - 1.0) / stride)) + 1;
  double* const x = workspace.take(size);
  double* const weight = workspace.take(size);
  double total = 0.0;
  for (std::size_t i = 0; i < size; ++i) {
    x[i] = within.low + static_cast<double>(i) * stride;
    weight[i] = engine::exp(p.log_density(p.self, x[i]) - t.log_mass);
    total += weight[i];
  }
  for (std::size_t i = 0; i < size; ++i) weight[i] /= total;
  return {x, weight, size};
}

// Whether an end of the truncation is where p's own tail goes on for ever.
bool is_open(const Interval& within) {
  return std::isinf(within.low) || std::isinf(within.high);
}

template <class F>
double expectation(const Nodes& at, F&& f) {
  double sum = 0.0;
  for (std::size_t i = 0; i < at.size; ++i) sum += at.weight[i] * f(at.x[i]);
  return sum;
}

double mean_of(const Nodes& at) {
  const double about = at.x[at.size / 2];  // differences keep their digits
  const double near = about + expectation(at, [&](double x) { return x - about; });
  return near + expectation(at, [&](double x) { return x - near; });
}

}  // namespace

Nodes nodes(const Untruncated& p, const Truncation& t, Workspace& workspace) {
  if (p.is_discrete) return whole_nodes(p, t, workspace);
  const Interval within = support(p, t);
  const double median = quantile(p, t, 0.5, Tail::below);
  const double own = p.quantile(p.self, 0.5);  // where symmetric densities have a kink
  const bool has_two = own > within.low && own < within.high && own != median;
  const double first = has_two ? std::min(own, median) : median,
               second = has_two ? std::max(own, median) : median;
  const double scale = std::max(quantile(p, t, 0.25, Tail::above) - median,
                                median - quantile(p, t, 0.25, Tail::below));
  const Piece pieces[3] = {
      {first, within.low, scale}, {second, within.high, scale}, {first, second, scale}};
  Rule before = apply(p, t, within, pieces, has_two ? 3 : 2, first_level, workspace);
  for (int level = first_level + 1;; ++level) {
    const Rule now = apply(p, t, within, pieces, has_two ? 3 : 2, level, workspace);
    // The error is about the square of the last change.
    const bool has_settled =
        std::abs(now.total - before.total) < 1e-8 && std::abs(now.total - 1.0) < 1e-10 &&
        std::abs(now.information - before.information) < 1e-8 * (1.0 + std::abs(now.information));
    if (has_settled || level == last_level) return {now.x, now.weight, now.size};
    before = now;
  }
}

double truncated_mean(const Untruncated& p, const Truncation& t, double mean) {
  const Interval within = support(p, t);
  if (!std::isfinite(mean) && is_open(within)) {
    if (std::isinf(within.low) && std::isinf(within.high)) return mean;
    return std::isinf(within.low) ? -infinity : infinity;
  }
  Workspace& workspace = Workspace::of_thread();
  const engine::Workspace::Frame frame(workspace);
  return mean_of(nodes(p, t, workspace));
}

double truncated_variance(const Untruncated& p, const Truncation& t, double variance) {
  const Interval within = support(p, t);
  if (!std::isfinite(variance) && is_open(within)) {
    return std::isinf(within.low) && std::isinf(within.high) ? variance : infinity;
  }
  Workspace& workspace = Workspace::of_thread();
  const engine::Workspace::Frame frame(workspace);
  const Nodes at = nodes(p, t, workspace);
  const double mean = mean_of(at);
  return expectation(at, [&](double x) { return (x - mean) * (x - mean); });
}

double truncated_entropy(const Untruncated& p, const Truncation& t) {
  Workspace& workspace = Workspace::of_thread();
  const engine::Workspace::Frame frame(workspace);
  const Nodes at = nodes(p, t, workspace);
  return -expectation(at, [&](double x) {
    const double log_p = p.log_density(p.self, x) - t.log_mass;
    return log_p == -infinity ? 0.0 : log_p;
  });
}

double central_difference(const double* f, double h) {
  return ((f[0] - f[3]) + 8.0 * (f[2] - f[1])) / (12.0 * h);
}

}  // namespace leibler::inline v0::detail
