// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cmath>

#include "integral.hpp"
#include "power.hpp"

namespace leibler::inline v0::detail {

namespace {

// Above it draws are taken instead.
constexpr double most_relative_error = 1e-6;
// p and q integrate to 1 within this, or some of them has not been found.
constexpr double most_lost = 1e-9;

/// f may have a corner where p = q, as |t - 1| has. A user's is one of t, which has been rounded.
bool has_kink(const Generator& generator) {
  return generator.kind == Generator::Kind::total_variation ||
         generator.kind == Generator::Kind::user;
}

/// Of the logarithm of integral p^a q^(1 - a), with its error.
struct LogIntegral {
  double value, error;
  bool has_converged;
  std::size_t evaluations;
};

LogIntegral log_integral(double a, std::span<const LinePair> pairs, const Layout& layout) {
  double top = -infinity;  // the integrand by its largest value, which may be far from 1
  std::size_t evaluations = 0;
  {
    Integrand look(
        pairs,
        [&](double log_p, double log_q, double) {
          top = std::max(top, log_power(a, log_p, log_q));
          return 0.0;
        },
        false);
    for (Panel panel : layout.panels) look.integrate(panel);
    evaluations += look.evaluations;
  }
  if (std::isinf(top)) return {top, 0.0, true, evaluations};
  for (int i = 0;; ++i) {
    double largest = -infinity;
    Integrand power(
        pairs,
        [&](double log_p, double log_q, double) {
          const double v = log_power(a, log_p, log_q);
          largest = std::max(largest, v);
          return v == -infinity ? 0.0 : engine::exp(v - top);
        },
        false);
    const Integral sum = integrate(power, layout);
    evaluations += power.evaluations;
    // a summit beyond the panels is seen on the way, and is finite if it stays in sight
    if (std::isinf(sum.value) && std::isfinite(largest) && i < 20) {
      top = largest;
      continue;
    }
    return {top + engine::log(sum.value), std::isinf(sum.value) ? 0.0 : sum.error / sum.value,
            sum.has_converged, evaluations};
  }
}

}  // namespace

Estimate quadrature(const Terms& terms, std::span<const LinePair> pairs) {
  const Layout parts = layout(pairs);
  const Generator& generator = terms.generator;
  Integrand integrand(
      pairs, [&](double log_p, double log_q, double r) { return generator.term(log_p, log_q, r); },
      has_kink(generator), generator.kind == Generator::Kind::user ? 0x1p-52 : 0.0);
  const Integral sum = integrate(integrand, parts);
  Estimate e{sum.value, sum.error, integrand.evaluations, Method::quadrature, sum.has_converged};
  if (terms.affinity) {
    const LogAffinity& affinity = *terms.affinity;
    if (affinity.a == 1.0 || affinity.is_near(sum.value)) {
      e.value = affinity.value(sum.value, 0.0);
      e.standard_error *= affinity.slope(sum.value);
    } else {
      const LogIntegral power = log_integral(affinity.a, pairs, parts);
      const bool is_infinite = std::isinf(power.value);
      e.value = is_infinite ? infinity : affinity.value(sum.value, power.value);
      e.standard_error =
          is_infinite ? 0.0 : std::abs(affinity.factor / (affinity.a - 1.0)) * power.error;
      e.reliable = is_infinite || power.has_converged;
      e.samples += power.evaluations;
    }
  }
  const double lost = std::abs(sum.mass_p - 1.0) + std::abs(sum.mass_q - 1.0);
  if (lost > most_lost && std::isfinite(e.value) && sum.size > 0.0) {
    const double most = generator.supremum();
    e.standard_error += lost * (most < infinity ? most : 100.0);
    e.reliable = e.reliable && e.standard_error <= most_relative_error * std::abs(e.value);
  }
  return e;
}

}  // namespace leibler::inline v0::detail
