// SPDX-License-Identifier: MIT
#include <algorithm>
#include <array>
#include <cmath>

#include <leibler/engine/chunks.hpp>

#include "integral.hpp"
#include "power.hpp"

namespace leibler::inline v0::detail {

namespace {

// As many are added one by one; of a longer stretch the rest is an integral.
constexpr double most_points = 1e6, first_points = 65536;
constexpr double most_lost = 1e-6;
// Above it every double is a whole number.
constexpr double most_exact = 0x1p52;

/// Appends the points from low to high.
void add_points(const LinePair& pair, double low, double high, Table& table) {
  Workspace& workspace = Workspace::of_thread();
  const engine::Chunks chunks{static_cast<std::size_t>(high - low) + 1, 1};
  for (std::size_t c = 0; c < chunks.count(); ++c) {
    const Workspace::Frame frame(workspace);
    const auto x = engine::take_batch(workspace, chunks.size(c), 1);
    const std::size_t n = engine::padded(x.size);
    for (std::size_t i = 0; i < n; ++i) {
      x.data[i] = std::min(low + static_cast<double>(chunks.begin(c) + i), high);
    }
    double* const log_p = workspace.take(n);
    double* const log_q = workspace.take(n);
    double* const r = workspace.take(n);
    pair.p.log_density(pair.p.self, x, log_p, workspace);
    pair.q.log_density(pair.q.self, x, log_q, workspace);
    if (pair.log_ratio == nullptr) {
      for (std::size_t i = 0; i < x.size; ++i) table.add(log_p[i], log_q[i]);
      continue;
    }
    pair.log_ratio(pair.p.self, pair.q.self, x, log_p, log_q, r, workspace);
    for (std::size_t i = 0; i < x.size; ++i) table.add(log_p[i], log_q[i], r[i]);
  }
}

/// Log probabilities between whole numbers, by cubics through four of them: a stretch of a million
/// bends by less than a rounding unit from one to the next.
void log_density_between(const void* self, const Batch& x, double* out, Workspace& workspace) {
  const LineDensity& line = *static_cast<const LineDensity*>(self);
  const Workspace::Frame frame(workspace);
  const auto whole = engine::take_batch(workspace, 4 * x.size, 1);
  const double low = line.support.low, high = line.support.high;
  for (std::size_t i = 0; i < x.size; ++i) {
    const double first = std::clamp(std::floor(x.data[i]) - 1.0, low, std::max(low, high - 3.0));
    for (std::size_t k = 0; k < 4; ++k) {
      whole.data[4 * i + k] =
          first < most_exact ? first + static_cast<double>(k) : std::floor(first);
    }
  }
  std::fill(whole.data + whole.size, whole.data + engine::padded(whole.size), whole.data[0]);
  double* const v = workspace.take(engine::padded(whole.size));
  line.log_density(line.self, whole, v, workspace);
  for (std::size_t i = 0; i < x.size; ++i) {
    const double* const y = v + 4 * i;
    const double t = x.data[i] - whole.data[4 * i];
    if (t == 0.0 || whole.data[4 * i] == whole.data[4 * i + 1] || !std::isfinite(y[0] + y[3])) {
      out[i] = y[std::clamp<int>(static_cast<int>(t), 0, 3)];
      continue;
    }
    // differences, which are small: the value itself keeps its digits
    const double d1 = y[1] - y[0], d2 = y[2] - 2.0 * y[1] + y[0],
                 d3 = y[3] - 3.0 * y[2] + 3.0 * y[1] - y[0];
    out[i] = y[0] + t * (d1 + (t - 1.0) / 2.0 * (d2 + (t - 2.0) / 3.0 * d3));
  }
  std::fill(out + x.size, out + engine::padded(x.size), out[0]);
}

double total(const std::vector<double>& logs) {
  double sum = 0.0;
  for (const double v : logs) sum += engine::exp(v);
  return sum;
}

bool is_lost(double mass_p, double mass_q) {
  return !(std::abs(mass_p - 1.0) + std::abs(mass_q - 1.0) < most_lost);
}

/// Points from low to high and beyond, until their terms add nothing, and what is beyond those.
struct Points {
  Table table;
  double rest = 0.0;
};

Points points_from(const Terms& terms, const LinePair& pair, double low, double high, double end) {
  Points out;
  const Table& t = out.table;
  // logarithms: of an affinity the terms may be beyond the range of doubles
  const auto size = [&](std::size_t i) {
    if (terms.affinity && terms.affinity->a != 0.0) {
      return log_power(terms.affinity->a, t.log_p[i], t.log_q[i]);
    }
    return engine::log(std::abs(terms.generator.term(t.log_p[i], t.log_q[i], t.log_ratio[i])));
  };
  constexpr double nothing = -46.0;  // a share of 1e-20
  double top = -infinity;
  for (double next = low;;) {
    add_points(pair, next, high, out.table);
    const std::size_t n = t.log_p.size();
    for (auto i = static_cast<std::size_t>(next - low); i < n; ++i) top = std::max(top, size(i));
    const double last = size(n - 1);
    if (high >= end || !(last > top + nothing) || n < 2) return out;
    if (high - low >= most_points || std::isinf(last)) {
      const double fall = size(n - 2) - last;
      out.rest = fall > 1e-7 ? engine::exp(last) / engine::expm1(fall) : infinity;
      return out;
    }
    next = high + 1.0;
    high = std::min(end, high + (high - low) + 1.0);
  }
}

/// A sum over so many points that between them it is an integral, but for the first.
class LongSum {
 public:
  LongSum(const LinePair& pair, double low, double least) {
    lines_ = {pair.p, pair.q};
    double from = low - 0.5;
    if (low <= least + first_points) {
      const double first = least + first_points;
      add_points(pair, least, first, head_);
      from = first - 0.5;
    }
    between_ = pair;
    between_.p.self = &lines_[0];
    between_.q.self = &lines_[1];
    between_.p.log_density = between_.q.log_density = log_density_between;
    between_.log_ratio = nullptr;
    between_.part.low = from;
    layout_ = layout({&between_, 1});
  }
  LongSum(const LongSum&) = delete;
  LongSum& operator=(const LongSum&) = delete;

  /// By the midpoint rule: the integral from half a point before the first, and the next term of
  /// Euler's and Maclaurin's formula there.
  [[nodiscard]] Integral of(const Summand& f) {
    Integrand integrand({&between_, 1}, f, true);
    Integral sum = integrate(integrand, layout_);
    evaluations += integrand.evaluations;
    const std::size_t n = head_.log_p.size();
    if (n == 0 || std::isinf(sum.value)) return sum;
    std::vector<double> parts{sum.value};
    const auto term = [&](std::size_t i) {
      return f(head_.log_p[i], head_.log_q[i], head_.log_ratio[i]);
    };
    for (std::size_t i = 0; i + 1 < n; ++i) {
      parts.push_back(term(i));
      sum.mass_p += engine::exp(head_.log_p[i]);
      sum.mass_q += engine::exp(head_.log_q[i]);
    }
    parts.push_back((term(n - 1) - term(n - 2)) / 24.0);
    sum.value = sum_of(parts);
    return sum;
  }

  std::size_t evaluations = 0;

 private:
  std::array<LineDensity, 2> lines_;
  LinePair between_;
  Layout layout_;
  Table head_;  // the last point is the first of the integral
};

std::optional<Estimate> long_sum(const Terms& terms, const LinePair& pair, double low,
                                 double least) {
  LongSum points(pair, low, least);
  const Generator& generator = terms.generator;
  const Integral sum = points.of(
      [&](double log_p, double log_q, double r) { return generator.term(log_p, log_q, r); });
  if (!sum.has_converged || is_lost(sum.mass_p, sum.mass_q)) return std::nullopt;
  Estimate e{sum.value, sum.error, 0, Method::quadrature};
  if (terms.affinity) {
    const LogAffinity& affinity = *terms.affinity;
    const bool is_near = affinity.a == 1.0 || affinity.is_near(sum.value);
    const double slope = is_near ? affinity.slope(sum.value) : 0.0;
    double log_integral = 0.0;
    if (!is_near) {
      const Integral power = points.of([&](double log_p, double log_q, double) {
        return engine::exp(log_power(affinity.a, log_p, log_q));
      });
      log_integral = engine::log(power.value);
      e.standard_error = std::abs(affinity.factor / (affinity.a - 1.0)) * power.error / power.value;
      // far apart, the integral underflows
      if (!power.has_converged || !(power.value > 1e-280)) return std::nullopt;
      if (std::isinf(power.value)) e.standard_error = 0.0;
    }
    e.value = affinity.value(sum.value, log_integral);
    if (is_near) e.standard_error *= slope;
  }
  e.samples = points.evaluations;
  return e;
}

}  // namespace

std::optional<Estimate> sum_whole_numbers(const Terms& terms, const LinePair& pair) {
  double low = infinity, high = -infinity;
  for (const LineDensity* const line : {&pair.p, &pair.q}) {
    for (const double x : line->cuts) {
      low = std::min(low, x);
      high = std::max(high, x);
    }
  }
  const double least = std::min(pair.p.support.low, pair.q.support.low);
  const double most = std::max(pair.p.support.high, pair.q.support.high);
  if (!std::isfinite(low) || low != std::floor(low)) return std::nullopt;
  if (!(high - low < most_points)) return long_sum(terms, pair, low, least);
  const Points points = points_from(terms, pair, low, high, most);
  const Table& table = points.table;
  if (is_lost(total(table.log_p), total(table.log_q))) return std::nullopt;
  Estimate e = enumerate(terms, table);
  if (points.rest == infinity) e.value = infinity;
  if (!terms.affinity) e.value += points.rest;
  e.method = Method::quadrature;
  e.standard_error = std::isinf(e.value) ? 0.0 : 0x1p-50 * std::abs(e.value);
  return e;
}

}  // namespace leibler::inline v0::detail
