// SPDX-License-Identifier: MIT
#include <leibler/estimators/divergence_estimate.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <string>

#include <leibler/engine/check.hpp>
#include <leibler/engine/functions.hpp>

#include "power.hpp"

namespace leibler::inline v0::detail {

namespace {

/// The mean of means of p's draws and of q's, with its standard error.
struct Halves {
  double value, error;

  Halves(const engine::Moments& p, const engine::Moments& q)
      : value(0.5 * (p.mean() + q.mean())),
        error(0.5 * std::hypot(p.standard_error(), q.standard_error())) {}
};

// Below this share of accuracy the delta method's straight line is none.
constexpr double most_relative_error = 0.1;

}  // namespace

double sum_of(std::span<const double> x) {
  double sum = 0.0, rest = 0.0;
  for (const double v : x) {
    const double next = sum + v;
    if (!std::isfinite(next)) return next;
    rest += std::abs(sum) >= std::abs(v) ? (sum - next) + v : (v - next) + sum;
    sum = next;
  }
  return sum + rest;
}

bool Terms::is_largest() const {
  return affinity && affinity->a > 1e300;
}

bool Terms::is_bounded() const {
  return generator.supremum() < infinity;
}

double log_rest(std::span<const double> log_masses) {
  return engine::log1m_exp(std::min(engine::log_sum_exp(log_masses), 0.0));
}

void subtract_logs(const double* log_p, const double* log_q, double* out, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) out[i] = log_p[i] == log_q[i] ? 0.0 : log_p[i] - log_q[i];
}

Estimate enumerate(const Terms& terms, const Table& table) {
  const std::size_t n = table.log_p.size();
  const auto exactly = [&](double value) {
    return Estimate{value, 0.0, n, Method::enumeration, true};
  };
  if (terms.is_largest()) {
    double largest = 0.0;  // p cannot be below q everywhere
    for (std::size_t i = 0; i < n; ++i) {
      if (table.log_p[i] > -infinity) { largest = std::max(largest, table.log_ratio[i]); }
    }
    return exactly(largest);
  }
  std::vector<double> parts(n);
  for (std::size_t i = 0; i < n; ++i) {
    parts[i] = terms.generator.term(table.log_p[i], table.log_q[i], table.log_ratio[i]);
  }
  const double value = sum_of(parts);
  if (!terms.affinity) return exactly(value);
  double log_integral = 0.0;
  if (!terms.affinity->is_near(value)) {
    for (std::size_t i = 0; i < n; ++i) {
      parts[i] = log_power(terms.affinity->a, table.log_p[i], table.log_q[i]);
    }
    log_integral = engine::log_sum_exp(parts);
  }
  return exactly(terms.affinity->value(value, log_integral));
}

void Stratum::add(const Terms& of, const double* log_p, const double* log_q, std::size_t n,
                  Workspace& workspace) {
  const Workspace::Frame frame(workspace);
  double* const h = workspace.take(engine::padded(n));
  of.generator.over_mean(log_p, log_q, h, n);
  terms.add(h, n);
  if (!of.is_bounded()) tail.add(h, n);
  if (!of.affinity) return;
  for (std::size_t i = 0; i < n; ++i) {
    const double log_mean = engine::log_add_exp(log_p[i], log_q[i]) - 0.69314718055994530942;
    h[i] = engine::exp(log_power(of.affinity->a, log_p[i] - log_mean, log_q[i] - log_mean));
  }
  integral.add(h, n);
}

void Stratum::merge(const Stratum& other) {
  terms.merge(other.terms);
  integral.merge(other.integral);
  tail.merge(other.tail);
}

Estimate combine(const Terms& terms, const Stratum& of_p, const Stratum& of_q) {
  const Halves mean(of_p.terms, of_q.terms);
  Estimate e{mean.value, mean.error, of_p.terms.count() + of_q.terms.count()};
  e.reliable = of_p.tail.is_reliable() && of_q.tail.is_reliable();
  if (terms.affinity) {
    const LogAffinity& affinity = *terms.affinity;
    const Halves integral(of_p.integral, of_q.integral);
    e.value = affinity.value(mean.value, engine::log(integral.value));
    if (affinity.a == 1.0 || affinity.is_near(mean.value)) {
      e.standard_error = affinity.slope(mean.value) * mean.error;
    } else {
      const double relative = integral.error / integral.value;
      e.standard_error = std::abs(affinity.factor / (affinity.a - 1.0)) * relative;
      e.reliable = e.reliable && relative < most_relative_error;
    }
  }
  if (!std::isfinite(e.value)) e.standard_error = infinity;
  e.reliable = e.reliable && std::isfinite(e.standard_error);
  return e;
}

std::size_t samples_needed(const Terms& terms, const Stratum& of_p, const Stratum& of_q,
                           const EstimateOptions& options) {
  return samples_needed(combine(terms, of_p, of_q), options);
}

void add_control(double* r, double c, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) {
    if (c == 1.0) {
      r[i] = r[i] == infinity ? infinity : exp_rest(-r[i]);
    } else {
      const double v = engine::expm1(-r[i]);
      r[i] = c == infinity ? v : r[i] + c * v;
    }
  }
}

double best_control(const engine::Moments& r, const engine::Moments& v,
                    const engine::Moments& sum) {
  const double of_v = v.variance();
  if (!(of_v > 0.0) || !std::isfinite(of_v + r.variance())) return 0.0;
  return -0.5 * (sum.variance() - r.variance() - of_v) / of_v;
}

void no_method(Method method, const char* rule) {
  throw InvalidArgument({divergence_call,
                         "options.method",
                         {},
                         "= " + to_string(method) + " does not apply",
                         rule,
                         "leave it out for the best method that does"});
}

}  // namespace leibler::inline v0::detail
