// SPDX-License-Identifier: MIT
#include <cmath>
#include <limits>

#include <leibler/engine/functions.hpp>
#include <leibler/models/univariate/bernoulli.hpp>
#include <leibler/models/univariate/bernoulli_logit.hpp>
#include <leibler/models/univariate/binomial.hpp>
#include <leibler/models/univariate/geometric.hpp>
#include <leibler/models/univariate/negative_binomial.hpp>
#include <leibler/models/univariate/poisson.hpp>

#include "../renyi_gaps.hpp"
#include "log_ratio.hpp"
#include "renyi.hpp"

namespace leibler::inline v0::detail {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

using Value = std::optional<double>;

/// log(1 - p): what 1 - p is has no rounding for p from a half on.
double log_no(double p) {
  return p > 0.5 ? engine::log(1.0 - p) : engine::log1p(-p);
}

/// Successes in n trials.
struct Events {
  double n, yes, no, log_yes, log_no, logit;
};

std::optional<Events> events(const PlainFamily& p) {
  if (is(p, bernoulli_logit_family)) {
    const double l = p.a[0];
    return Events{
        1.0, engine::logistic(l), engine::logistic(-l), -engine::softplus(-l), -engine::softplus(l),
        l};
  }
  const bool is_binomial = is(p, binomial_family);
  if (!is_binomial && !is(p, bernoulli_family)) return std::nullopt;
  const double yes = is_binomial ? p.a[1] : p.a[0];
  return Events{is_binomial ? p.a[0] : 1.0, yes,         1.0 - yes,
                engine::log(yes),           log_no(yes), std::numeric_limits<double>::quiet_NaN()};
}

/// log((1 - p) / (1 - q)): the difference of p and q has digits that 1 - p has not.
double log_no_ratio(double p, double q) {
  const double gap = (q - p) / (1.0 - q);
  return std::abs(gap) < 0.5 ? engine::log1p(gap) : log_no(p) - log_no(q);
}

Value renyi_of_events(const Powers& o, const Events& p, const Events& q) {
  if (p.n != q.n) return std::nullopt;
  if (p.n == 0.0) return 0.0;
  double yes, no;
  const double apart = p.logit - q.logit;
  if (std::abs(apart) < 0.5) {
    yes = -engine::log1p(q.no * engine::expm1(-apart));
    no = -engine::log1p(q.yes * engine::expm1(apart));
  } else if (std::isnan(apart)) {
    yes = p.yes > 0.0 && q.yes > 0.0 ? log_ratio(p.yes, q.yes) : p.log_yes - q.log_yes;
    no = p.no > 0.0 && q.no > 0.0 && std::isnan(p.logit) && std::isnan(q.logit)
             ? log_no_ratio(p.yes, q.yes)
             : p.log_no - q.log_no;
  } else {
    yes = p.log_yes - q.log_yes;
    no = p.log_no - q.log_no;
  }
  const double gaps = exp_gap(o, p.yes, q.yes, yes) + exp_gap(o, p.no, q.no, no);
  const double log_sum =
      engine::log_add_exp(log_power(o, p.log_yes, q.log_yes), log_power(o, p.log_no, q.log_no));
  return p.n * renyi_of_gaps(o, gaps, log_sum);
}

Value poissons(const Powers& o, const double* p, const double* q) {
  return exp_gap(o, p[0], q[0], log_ratio(p[0], q[0]));
}

/// Of -log(1 - exp t), t = log(1 - p) < 0.
Value geometrics(const Powers& o, const double* p, const double* q) {
  // a point at 0
  if (p[0] == 1.0) return o.a > 0.0 ? -engine::log(q[0]) / o.a : infinity;
  if (q[0] == 1.0) return o.b > 0.0 ? -engine::log(p[0]) / o.b : infinity;
  const double of_p = -log_no(p[0]), of_q = -log_no(q[0]);
  const double distance = log_no_ratio(p[0], q[0]);
  if (!(o.a * of_p + o.b * of_q > 0.0)) return infinity;
  const auto at = [&](const LinePoint& t) { return t.p * of_p + t.q * of_q; };
  return gap_of_root(
      o,
      [&](const LinePoint& t) {
        const double x = at(t);
        return distance / engine::expm1(-x) * engine::exp(-0.5 * x);
      },
      [&](const LinePoint& s, const LinePoint& t) {
        // farther out there is nothing left of it
        const double least = std::min(at(s), at(t));
        return beyond_three(at(s), at(t)) || (least < 200.0 && std::abs(at(s) - at(t)) > 2.0);
      });
}

Value negative_binomials(const Powers& o, const double* p, const double* q) {
  if (p[0] != q[0]) return std::nullopt;
  const Value one = geometrics(o, p + 1, q + 1);
  return p[0] * *one;
}

}  // namespace

std::optional<double> renyi_of_counts(const Powers& o, const PlainFamily& p, const PlainFamily& q) {
  const auto of_p = events(p), of_q = events(q);
  if (of_p && of_q) return renyi_of_events(o, *of_p, *of_q);
  if (p.family != q.family) return std::nullopt;
  if (is(p, poisson_family)) return poissons(o, p.a, q.a);
  if (is(p, geometric_family)) return geometrics(o, p.a, q.a);
  if (is(p, negative_binomial_family)) return negative_binomials(o, p.a, q.a);
  return std::nullopt;
}

}  // namespace leibler::inline v0::detail
