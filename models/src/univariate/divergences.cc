// SPDX-License-Identifier: MIT
#include <leibler/models/univariate/divergences.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

#include <boost/math/special_functions/polygamma.hpp>

#include <leibler/engine/functions.hpp>

#include "log_gamma.hpp"
#include "log_ratio.hpp"

namespace leibler::inline v0::detail {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

/// log Gamma(p + d) - log Gamma(p) - d digamma(p), never negative.
double log_gamma_rest(double p, double d) {
  if (d == 0.0) return 0.0;
  if (std::abs(d) < 0.3 * p) {
    double sum = 0.0, power = d;
    for (int n = 2; n < 60; ++n) {
      power *= d / static_cast<double>(n);
      const double part = power * boost::math::polygamma(n - 1, p);
      sum += part;
      if (std::abs(part) < 1e-17 * std::abs(sum)) break;
    }
    return sum;
  }
  const double rise = d > 0.0 ? log_rising(p, d) : -log_rising(p + d, -d);
  return rise - d * engine::digamma(p);
}

}  // namespace

double kl_of_rates(double p, double q) {
  if (p == 0.0) return q;
  if (q == 0.0) return infinity;
  const Generator kl = Kl::generator();
  return std::max(p, q) * kl.scaled(log_ratio(p, q));
}

double kl_of_events(double p, double q) {
  const double no_p = 1.0 - p, no_q = 1.0 - q;
  double rest = 0.0;
  if (no_p > 0.0 && no_q == 0.0) return infinity;
  if (no_q > 0.0) {
    // the difference of p and q has digits that 1 - p has not
    const double gap = (q - p) / no_q;
    const double r = gap > -0.5 && gap < 0.5 ? engine::log1p(gap)
                     : no_p > 0.0            ? engine::log1p(-p) - engine::log1p(-q)
                                             : -infinity;
    rest = std::max(no_p, no_q) * Kl::generator().scaled(r);
  }
  return kl_of_rates(p, q) + rest;
}

double kl_of_scales(double p, double q) {
  return exp_rest(log_ratio(p, q));
}

double kl_of_laplaces(double location_p, double scale_p, double location_q, double scale_q) {
  const double distance = std::abs(location_p - location_q);
  return kl_of_scales(scale_p, scale_q) + scale_p / scale_q * exp_rest(-distance / scale_p);
}

double kl_of_gammas(double shape_p, double rate_p, double shape_q, double rate_q) {
  const double d = shape_q - shape_p, x = log_ratio(rate_q, rate_p);
  return log_gamma_rest(shape_p, d) + shape_p * exp_rest(x) - d * x;
}

double kl_of_dirichlets(std::span<const double> p, std::span<const double> q) {
  double sum = 0.0, total = 0.0, shift = 0.0;
  for (std::size_t k = 0; k < p.size(); ++k) {
    sum += log_gamma_rest(p[k], q[k] - p[k]);
    total += p[k];
    shift += q[k] - p[k];
  }
  return sum - log_gamma_rest(total, shift);
}

}  // namespace leibler::inline v0::detail
