// SPDX-License-Identifier: MIT
#include <algorithm>
#include <array>
#include <cmath>
#include <queue>
#include <vector>

#include <boost/math/quadrature/gauss.hpp>
#include <boost/math/quadrature/gauss_kronrod.hpp>

#include <leibler/engine/chunks.hpp>
#include <leibler/engine/functions.hpp>
#include <leibler/estimators/divergence_rungs.hpp>

#include "power.hpp"

namespace leibler::inline v0::detail {

namespace {

constexpr std::size_t nodes = 31, most_panels = 4000;
// Probabilities between whose quantiles the integrand is smooth enough for a first panel. What lies
// beyond the outermost is looked at for growth only.
constexpr std::array<double, 20> levels{1e-300, 1e-250, 1e-200, 1e-150, 1e-100, 1e-70, 1e-50,
                                        1e-35,  1e-25,  1e-18,  1e-13,  1e-10,  1e-7,  1e-5,
                                        1e-3,   1e-2,   0.05,   0.15,   0.3,    0.5};
// A share of the whole that the outermost panel cannot have if the integral is finite.
constexpr double share_of_edge = 1e-6;
constexpr double tolerance = 1e-14;
// Above it draws are taken instead.
constexpr double most_relative_error = 1e-6;

/// x from a to b, or center + side exp(a) to center + side exp(b).
struct Panel {
  double a, b, center, side;
  bool is_edge;
  double value = 0.0, error = 0.0, size = 0.0, rounding = 0.0;

  [[nodiscard]] double x(double y) const {
    return side == 0.0 ? y : center + side * engine::exp(y);
  }
  [[nodiscard]] double slope(double y) const { return side == 0.0 ? 1.0 : engine::exp(y); }
  bool operator<(const Panel& other) const { return error < other.error; }
};

class Integrand {
 public:
  Integrand(const QuantileLine& p, const QuantileLine& q) : p_(p), q_(q) {}

  /// What f(log p, log q) contributes over a panel.
  template <class F>
  void integrate(Panel& panel, const F& f) {
    using Kronrod = boost::math::quadrature::gauss_kronrod<double, nodes>;
    using Gauss = boost::math::quadrature::gauss<double, (nodes - 1) / 2>;
    const auto& at = Kronrod::abscissa();
    const auto& weights = Kronrod::weights();
    const double middle = 0.5 * (panel.a + panel.b), half = 0.5 * (panel.b - panel.a);
    Workspace& workspace = Workspace::of_thread();
    const Workspace::Frame frame(workspace);
    const auto x = engine::take_batch(workspace, nodes, 1);
    std::array<double, nodes> y{};
    for (std::size_t i = 0; i < nodes; ++i) {
      const std::size_t k = (i + 1) / 2;
      y[i] = middle + (i % 2 == 0 ? half : -half) * at[k];
      x.data[i] = panel.x(y[i]);
    }
    std::fill(x.data + nodes, x.data + engine::padded(nodes), x.data[0]);
    double* const log_p = workspace.take(engine::padded(nodes));
    double* const log_q = workspace.take(engine::padded(nodes));
    p_.log_density(p_.self, x, log_p, workspace);
    q_.log_density(q_.self, x, log_q, workspace);
    double whole = 0.0, coarse = 0.0, size = 0.0, rounding = 0.0;
    for (std::size_t i = 0; i < nodes; ++i) {
      const std::size_t k = (i + 1) / 2;
      // at an end of a support itself there is no mass, whatever the density
      if (std::max(log_p[i], log_q[i]) == infinity) continue;
      const double v = f(log_p[i], log_q[i]) * panel.slope(y[i]);
      whole += weights[k] * v;
      size += weights[k] * std::abs(v);
      rounding += weights[k] * (std::abs(v) * share_of_rounding(x.data[i]) +
                                change(f, log_p[i], log_q[i]) * panel.slope(y[i]));
      if (k % 2 == 0) coarse += Gauss::weights()[k / 2] * v;
    }
    evaluations += nodes;
    panel.rounding = half * rounding;
    panel.value = half * whole;
    panel.size = half * size;
    panel.error = std::abs(half * (whole - coarse)) + 0x1p-52 * panel.size;
  }

  std::size_t evaluations = 0;

 private:
  /// What rounding of the logarithms does to a term: nothing where they are the same.
  template <class F>
  [[nodiscard]] static double change(const F& f, double log_p, double log_q) {
    if (log_p == log_q || !std::isfinite(log_p + log_q)) return 0.0;
    const double unit = 0x1p-52 * (1.0 + std::abs(log_p) + std::abs(log_q));
    const double difference = std::abs(f(log_p, log_q + unit) - f(log_p, log_q));
    return std::isfinite(difference) ? difference : 0.0;
  }

  /// Near an end of a support that is not 0 the distance from it, on which densities depend, has
  /// no digits left.
  [[nodiscard]] double share_of_rounding(double x) const {
    double share = 0.0;
    for (const double end : {p_.support.low, p_.support.high, q_.support.low, q_.support.high}) {
      if (!std::isfinite(end) || end == 0.0) continue;
      const double near = std::abs(x - end), unit = 0x1p-52 * std::abs(end);
      share += near > unit ? unit / near : 1.0;
    }
    return std::min(share, 1.0);
  }

  const QuantileLine& p_;
  const QuantileLine& q_;
};

struct Integral {
  double value, error;
  bool has_converged;
};

/// The panel that contributes most of the error is halved until all of it is below the tolerance.
template <class F>
Integral integrate(Integrand& integrand, const std::vector<Panel>& first, const F& f) {
  std::priority_queue<Panel> panels;
  double edge = 0.0, size = 0.0;
  for (Panel panel : first) {
    integrand.integrate(panel, f);
    if (std::isnan(panel.value)) return {panel.value, infinity, false};
    if (std::isinf(panel.value)) return {panel.value, 0.0, true};
    if (panel.is_edge) edge += panel.size;
    size += panel.size;
    panels.push(panel);
  }
  if (edge > share_of_edge * size) return {infinity, 0.0, true};
  const auto total = [&] {
    auto rest = panels;
    Integral sum{0.0, 0.0, false};
    std::vector<double> values;
    for (size = 0.0; !rest.empty(); rest.pop()) {
      values.push_back(rest.top().value);
      sum.error += rest.top().error + rest.top().rounding;
      size += rest.top().size;
    }
    std::sort(values.begin(), values.end(),
              [](double a, double b) { return std::abs(a) < std::abs(b); });
    for (const double v : values) sum.value += v;
    return sum;
  };
  double error = 0.0;
  for (auto rest = panels; !rest.empty(); rest.pop()) error += rest.top().error;
  while (panels.size() < most_panels && error > tolerance * size) {
    const Panel top = panels.top();
    if (top.error <= 0x1p-50 * top.size) break;  // rounding is all that is left
    panels.pop();
    error -= top.error;
    const double middle = 0.5 * (top.a + top.b);
    for (const auto& [a, b] : {std::pair(top.a, middle), std::pair(middle, top.b)}) {
      Panel part{a, b, top.center, top.side, false};
      integrand.integrate(part, f);
      if (!std::isfinite(part.value)) return {part.value, infinity, !std::isnan(part.value)};
      error += part.error;
      panels.push(part);
    }
  }
  Integral sum = total();
  sum.error += 0x1p-52 * size;
  sum.has_converged = sum.error <= most_relative_error * size;
  return sum;
}

struct Cuts {
  std::vector<double> at;  // rising
  double low_edge, high_edge;
};

Cuts cuts_between(const QuantileLine& p, const QuantileLine& q) {
  Cuts cuts{{}, infinity, -infinity};
  double low = infinity, high = -infinity;
  for (const QuantileLine* line : {&p, &q}) {
    const auto add = [&](double x) {
      if (std::isfinite(x)) cuts.at.push_back(x);
      return x;
    };
    for (const double u : levels) {
      const double below = add(line->quantile(line->self, u));
      const double above = add(line->upper_quantile(line->self, u));
      if (u == levels[1]) {
        low = std::min(low, below);
        high = std::max(high, above);
      }
    }
    add(line->support.low);
    add(line->support.high);
  }
  std::sort(cuts.at.begin(), cuts.at.end());
  cuts.at.erase(std::unique(cuts.at.begin(), cuts.at.end()), cuts.at.end());
  cuts.low_edge = low;
  cuts.high_edge = high;
  return cuts;
}

/// An upper bound of the mass so near an end of the support that no double tells it from the end.
double unresolved_mass(const QuantileLine& p) {
  const auto between = [&](double end, double (*quantile)(const void*, double)) {
    if (!std::isfinite(end) || end == 0.0) return 0.0;
    for (std::size_t i = 0; i < levels.size(); ++i) {
      if (std::abs(quantile(p.self, levels[i]) - end) > 0x1p-50 * std::abs(end)) {
        return i == 0 ? 0.0 : levels[i];
      }
    }
    return 1.0;
  };
  return between(p.support.low, p.quantile) + between(p.support.high, p.upper_quantile);
}

std::vector<Panel> panels_between(const Cuts& cuts, const QuantileLine& p, const QuantileLine& q) {
  const double low = std::min(p.support.low, q.support.low);
  const double high = std::max(p.support.high, q.support.high);
  const double median = p.quantile(p.self, 0.5);
  std::vector<Panel> panels;
  for (std::size_t i = 0; i + 1 < cuts.at.size(); ++i) {
    const double a = cuts.at[i], b = cuts.at[i + 1];
    Panel panel{a, b, 0.0, 0.0, false};
    for (const double center : {low, high, median}) {
      if (!std::isfinite(center) || (a <= center && center <= b)) continue;
      const double near = std::min(std::abs(a - center), std::abs(b - center));
      const double far = std::max(std::abs(a - center), std::abs(b - center));
      if (far < 4.0 * near || !std::isfinite(far)) continue;
      panel = {engine::log(near), engine::log(far), center, a > center ? 1.0 : -1.0, false};
      break;
    }
    // an end of the support is no edge: nothing lies beyond
    panel.is_edge = (b <= cuts.low_edge && a > low) || (a >= cuts.high_edge && b < high);
    panels.push_back(panel);
  }
  return panels;
}

}  // namespace

Estimate quadrature(const Terms& terms, const QuantileLine& p, const QuantileLine& q) {
  Integrand integrand(p, q);
  const std::vector<Panel> panels = panels_between(cuts_between(p, q), p, q);
  const Integral of_terms = integrate(integrand, panels, [&](double log_p, double log_q) {
    return terms.generator.term(log_p, log_q, log_p == log_q ? 0.0 : log_p - log_q);
  });
  Estimate e{of_terms.value, of_terms.error, 0, Method::quadrature, of_terms.has_converged};
  if (terms.affinity) {
    const LogAffinity& affinity = *terms.affinity;
    if (affinity.a == 1.0 || affinity.is_near(of_terms.value)) {
      e.value = affinity.value(of_terms.value, 0.0);
      e.standard_error *= affinity.slope(of_terms.value);
    } else {
      double top = -infinity;  // the integrand by its largest value, which may be far from 1
      for (Panel panel : panels) {
        integrand.integrate(panel, [&](double log_p, double log_q) {
          top = std::max(top, log_power(affinity.a, log_p, log_q));
          return 0.0;
        });
      }
      const Integral power = integrate(integrand, panels, [&](double log_p, double log_q) {
        const double v = log_power(affinity.a, log_p, log_q);
        return v == -infinity ? 0.0 : engine::exp(v - top);
      });
      const bool is_infinite = top == infinity || power.value == infinity;
      const double scale = std::abs(affinity.factor / (affinity.a - 1.0));
      e.value = top == -infinity ? infinity
                : is_infinite    ? infinity
                                 : affinity.value(of_terms.value, top + engine::log(power.value));
      e.standard_error = std::isinf(e.value) ? 0.0 : scale * power.error / power.value;
      e.reliable = std::isinf(e.value) || power.has_converged;
    }
  }
  // a smooth density's own mass there is that of a few rounding units, which the panels count
  const double lost = unresolved_mass(p) + unresolved_mass(q);
  if (lost > 1e-12 && std::isfinite(e.value)) {
    const double most = terms.generator.supremum();
    e.standard_error += lost * (most < infinity ? most : 100.0);
    e.reliable = e.reliable && e.standard_error <= most_relative_error * std::abs(e.value);
  }
  e.samples = integrand.evaluations;
  return e;
}

std::optional<Estimate> sum_between_quantiles(const Terms& terms, const QuantileLine& p,
                                              const QuantileLine& q) {
  const double edge = levels[0];
  const double low = std::min(p.quantile(p.self, edge), q.quantile(q.self, edge));
  const double high = std::max(p.upper_quantile(p.self, edge), q.upper_quantile(q.self, edge));
  if (!(high - low < 1e6)) return std::nullopt;
  const auto count = static_cast<std::size_t>(high - low) + 1;
  Table table;
  Workspace& workspace = Workspace::of_thread();
  const engine::Chunks chunks{count, 1};
  for (std::size_t c = 0; c < chunks.count(); ++c) {
    const Workspace::Frame frame(workspace);
    const auto x = engine::take_batch(workspace, chunks.size(c), 1);
    for (std::size_t i = 0; i < engine::padded(x.size); ++i) {
      x.data[i] = std::min(low + static_cast<double>(chunks.begin(c) + i), high);
    }
    double* const log_p = workspace.take(engine::padded(x.size));
    double* const log_q = workspace.take(engine::padded(x.size));
    p.log_density(p.self, x, log_p, workspace);
    q.log_density(q.self, x, log_q, workspace);
    for (std::size_t i = 0; i < x.size; ++i) table.add(log_p[i], log_q[i]);
  }
  Estimate e = enumerate(terms, table);
  // what grows to the very end has no sum
  const double last = terms.generator.term(table.log_p.back(), table.log_q.back());
  if (high < std::max(p.support.high, q.support.high) && last > 1e-30 * e.value) {
    e.value = infinity;
  }
  e.method = Method::quadrature;
  e.standard_error = std::isinf(e.value) ? 0.0 : 0x1p-50 * std::abs(e.value);
  return e;
}

}  // namespace leibler::inline v0::detail
