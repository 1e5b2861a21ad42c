// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cmath>
#include <vector>

#include <leibler/engine/check.hpp>
#include <leibler/estimators/quadrature.hpp>

#include "integral.hpp"
#include "power.hpp"

// The nodes of quadrature, for objectives and their gradients.
namespace leibler::inline v0::detail {

namespace {

/// The rule with which f is integrated.
Estimate take_nodes(Integrand& integrand, const LinePair& pair, ExactPoints& points) {
  std::vector<Panel> panels;
  const Integral sum = integrate(integrand, layout({&pair, 1}), &panels);
  // from left to right, so that the order does not depend on how panels were halved
  std::sort(panels.begin(), panels.end(), [](const Panel& a, const Panel& b) {
    return a.place.x(0.5 * (a.a + a.b)) < b.place.x(0.5 * (b.a + b.b));
  });
  points.resize(panels.size() * Integrand::nodes, 1);
  for (std::size_t i = 0; i < panels.size(); ++i) {
    Integrand::nodes_of(panels[i], points.x.data() + i * Integrand::nodes,
                        points.measure.data() + i * Integrand::nodes);
  }
  return {sum.value, sum.error, points.size, Method::quadrature, sum.has_converged};
}

}  // namespace

Estimate take_nodes(const RatioCost& cost, const LinePair& pair, ExactPoints& points) {
  const Generator& generator = cost.generator;
  const bool has_kink = !cost.is_power && (generator.kind == Generator::Kind::total_variation ||
                                           generator.kind == Generator::Kind::user);
  double top = -infinity;  // a power by its largest value, which may be far from 1
  if (cost.is_power) {
    Integrand look(
        {&pair, 1},
        [&](double log_p, double log_q, double) {
          top = std::max(top, log_power(cost.power, log_p, log_q));
          return 0.0;
        },
        false);
    for (Panel panel : layout({&pair, 1}).panels) look.integrate(panel);
  }
  const bool has_pole = cost.is_power && top == infinity;
  Integrand integrand(
      {&pair, 1},
      [&](double log_p, double log_q, double r) {
        double term = 0.0;
        if (!cost.is_power) {
          term = std::abs(generator.term(log_p, log_q, r));
        } else if (const double v = log_power(cost.power, log_p, log_q); v > -infinity) {
          term = engine::exp(v - top);
        }
        return term + engine::exp(log_p) + engine::exp(log_q);
      },
      has_kink);
  if (has_pole) return {infinity, 0.0, 0, Method::quadrature, true};
  return take_nodes(integrand, pair, points);
}

Estimate take_nodes(const LinePair& pair, ExactPoints& points) {
  Integrand integrand(
      {&pair, 1}, [](double log_p, double, double) { return engine::exp(log_p); }, false);
  return take_nodes(integrand, pair, points);
}

Estimate take_whole_numbers(double low, double high, ExactPoints& points) {
  if (!(high - low < 1e6)) {
    throw DomainError({"Quadrature",
                       "the support",
                       {},
                       "has more than a million whole numbers of probability above 1e-300",
                       "the sum must be of fewer",
                       "use ScoreFunction and Adam"});
  }
  points.resize(static_cast<std::size_t>(high - low) + 1, 1);
  for (std::size_t i = 0; i < points.size; ++i) points.x[i] = low + static_cast<double>(i);
  return {0.0, 0.0, points.size, Method::quadrature, true};
}

bool grows_to_the_end(const ExactPoints& points) {
  double most = 0.0;
  for (const double v : points.terms) most = std::max(most, std::abs(v));
  return std::abs(points.terms.back()) > 1e-30 * most && most > 0.0;
}

void add_log_cost(const double* log_q, const double* h, double* out, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) {
    const double size = engine::log1p(std::abs(h[i]));
    out[i] = log_q[i] == -infinity ? -infinity : log_q[i] + size;
  }
  std::fill(out + n, out + engine::padded(n), 0.0);
}

}  // namespace leibler::inline v0::detail
