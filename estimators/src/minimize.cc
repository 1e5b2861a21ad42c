// SPDX-License-Identifier: MIT
#include <leibler/estimators/minimize.hpp>

#include <cmath>

#include <leibler/engine/check.hpp>
#include <leibler/engine/functions.hpp>

#include "power.hpp"

namespace leibler::inline v0::detail {

namespace {

/// exp(r) below what overflows. A draw of q with a larger ratio has a probability below 1e-260.
double ratio(double r) {
  return engine::exp(std::min(r, 600.0));
}

}  // namespace

void RatioCost::operator()(const double* log_q, double* h, double* slope, std::size_t n) const {
  const double beyond = is_power ? 0.0 : generator.scaled(infinity);
  for (std::size_t i = 0; i < n; ++i) {
    const double log_p = h[i];
    if (log_q[i] == -infinity) {  // no draw of q
      h[i] = slope[i] = 0.0;
      continue;
    }
    const double r = std::min(log_p == log_q[i] ? 0.0 : log_p - log_q[i], 600.0);
    if (is_power) {
      h[i] = r == -infinity ? (power < 0.0 ? infinity : 0.0) : engine::exp(power * r);
      slope[i] = power == 0.0 ? 0.0 : -power * h[i];
      continue;
    }
    h[i] = generator.scaled(r);
    slope[i] = -generator.slope(r);
    if (beyond < infinity) {  // less beyond (t - 1)
      h[i] += r > 0.0 ? beyond * engine::expm1(-r) : -beyond * engine::expm1(r);
      slope[i] += beyond * ratio(r);
    }
    if (r > 0.0) h[i] *= ratio(r);
  }
}

Estimate RatioCost::value(const Estimate& mean) const {
  Estimate e = mean;
  e.value = is_power ? factor * engine::log(mean.value) : factor * mean.value;
  e.standard_error = std::abs(derivative(mean.value)) * mean.standard_error;
  if (!std::isfinite(e.value)) e.standard_error = infinity;
  // Beyond a tenth the delta method's straight line is none.
  if (is_power) e.reliable = e.reliable && mean.standard_error < 0.1 * mean.value;
  e.reliable = e.reliable && std::isfinite(e.standard_error);
  return e;
}

double RatioCost::derivative(double mean) const {
  return is_power ? factor / mean : factor;
}

RatioCost ratio_cost(const LogAffinity& affinity, bool is_reversed) {
  check::finite("Minimize", "a", affinity.a,
                "the largest log ratio is no mean; take a large order");
  RatioCost cost;
  if (affinity.a == 1.0) {
    cost.generator = is_reversed ? Generator{Generator::Kind::reverse_kl} : Kl::generator();
    cost.factor = affinity.factor;
    return cost;
  }
  cost.generator = Kl::generator();
  cost.is_power = true;
  cost.power = is_reversed ? 1.0 - affinity.a : affinity.a;
  cost.factor = affinity.factor / (affinity.a - 1.0);
  return cost;
}

}  // namespace leibler::inline v0::detail
