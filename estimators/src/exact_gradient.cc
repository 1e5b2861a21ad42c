// SPDX-License-Identifier: MIT
#include <leibler/estimators/exact_gradient.hpp>

#include <cmath>

#include <leibler/engine/functions.hpp>
#include <leibler/estimators/enumeration.hpp>

#include "power.hpp"

namespace leibler::inline v0::detail {

namespace {

/// What a term and its derivative are over q = 0, or p = 0, where `log_mass` of the other is.
double beyond(const RatioCost& cost, double log_p, double log_q) {
  return cost.generator.term(log_p, log_q);
}

/// log of the mass of q that no point has.
double log_rest_of_q(const ExactPoints& points) {
  return points.has_rest_of_q ? log_rest(points.log_q) : -infinity;
}

/// The terms of the integral of p^k q^(1 - k) less 1.
struct Excess {
  double k;
  Generator generator;

  explicit Excess(double power) : k(power), generator(alpha(power)) {}

  [[nodiscard]] double operator()(double log_p, double log_q) const {
    if (k == 0.0) return log_p == -infinity ? -engine::exp(log_q) : 0.0;
    if (k == 1.0) return log_q == -infinity ? -engine::exp(log_p) : 0.0;
    const double r = log_p == log_q ? 0.0 : log_p - log_q;
    return k * (k - 1.0) * generator.term(log_p, log_q, r);
  }
};

/// The gradient of an infinite objective is that of its finite terms.
double finite_or_0(double x) {
  return std::isinf(x) ? 0.0 : x;
}

double sum_of(const double* x, std::size_t n) {
  double sum = 0.0, rest = 0.0;
  for (std::size_t i = 0; i < n; ++i) {
    const double next = sum + x[i];
    if (!std::isfinite(next)) {  // infinite terms decide, unless they are of both signs
      for (++i, sum = next; i < n; ++i) sum += x[i];
      return sum;
    }
    rest += std::abs(sum) >= std::abs(x[i]) ? (sum - next) + x[i] : (x[i] - next) + sum;
    sum = next;
  }
  return sum + rest;
}

}  // namespace

void ExactPoints::resize(std::size_t n, std::size_t d) {
  size = n;
  dimension = d;
  x.resize(n * d);
  for (auto* const values : {&measure, &log_p, &log_q, &terms}) values->resize(n);
  std::fill(measure.begin(), measure.end(), 1.0);
}

double ExactPoints::total() const {
  return sum_of(terms.data(), size);
}

void take_rows(ExactPoints& points, const Points& first, const Points& second) {
  const auto of_first = static_cast<std::size_t>(first.rows());
  const auto of_second = static_cast<std::size_t>(second.rows());
  const auto d = static_cast<std::size_t>(std::max(first.cols(), second.cols()));
  points.resize(of_first + of_second, d);
  for (std::size_t j = 0; j < d; ++j) {
    double* const column = points.x.data() + j * points.size;
    std::copy_n(first.data() + j * of_first, of_first, column);
    std::copy_n(second.data() + j * of_second, of_second, column + of_first);
  }
}

void pair_terms(const RatioCost& cost, ExactPoints& points, std::size_t begin, const double* log_q,
                double* weight, std::size_t n) {
  // The mass of q beyond all points is 1 less that at the points: so are its derivatives.
  const double of_rest = points.has_rest_of_q ? cost.generator.scaled(-infinity) : 0.0;
  for (std::size_t i = 0; i < n; ++i) {
    const double log_p = points.log_p[begin + i], m = points.measure[begin + i];
    const double r = log_p == log_q[i] ? 0.0 : log_p - log_q[i];
    points.log_q[begin + i] = log_q[i];
    points.terms[begin + i] = cost.factor * m * cost.generator.term(log_p, log_q[i], r);
    double slope = cost.generator.by_log_q(log_p, log_q[i]);
    if (of_rest != 0.0 && of_rest < infinity) slope -= of_rest * engine::exp(log_q[i]);
    weight[i] = finite_or_0(cost.factor * m * slope);
  }
}

double pair_total(const RatioCost& cost, ExactPoints& points) {
  double value = points.total();
  if (points.rest_of_p > 0.0) {
    value += cost.factor * beyond(cost, engine::log(points.rest_of_p), -infinity);
  }
  const double rest = log_rest_of_q(points);
  if (rest > -infinity) value += cost.factor * beyond(cost, -infinity, rest);
  return value;
}

double power_total(const RatioCost& cost, ExactPoints& points) {
  const double k = cost.power;
  const Excess excess(k);
  for (std::size_t i = 0; i < points.size; ++i) {
    points.terms[i] = points.measure[i] * excess(points.log_p[i], points.log_q[i]);
  }
  double above = points.total();  // the integral less 1
  if (points.rest_of_p > 0.0) above += excess(engine::log(points.rest_of_p), -infinity);
  const double rest = log_rest_of_q(points);
  if (rest > -infinity) above += excess(-infinity, rest);

  double top = -infinity;
  for (std::size_t i = 0; i < points.size; ++i) {
    const double log_p = points.log_p[i], log_q = points.log_q[i];
    // the power of 0 is 0 but where it has a pole
    const double v = log_p == -infinity   ? (k < 0.0 && log_q > -infinity ? infinity : -infinity)
                     : log_q == -infinity ? (k > 1.0 ? infinity : -infinity)
                                          : k * log_p + (1.0 - k) * log_q;
    points.terms[i] = v;
    top = std::max(top, v);
  }
  if (std::isinf(top) || std::isinf(above)) {
    std::fill(points.terms.begin(), points.terms.end(), 0.0);
    return infinity;
  }
  double integral = 0.0;
  for (std::size_t i = 0; i < points.size; ++i) {
    points.terms[i] = points.measure[i] * engine::exp(points.terms[i] - top);
    integral += points.terms[i];
  }
  for (double& v : points.terms) v *= cost.factor * (1.0 - k) / integral;
  return cost.factor * (std::abs(above) < 0.5 ? engine::log1p(above) : top + engine::log(integral));
}

void model_terms(ExactPoints& points, std::size_t begin, const double* log_q, const double* h,
                 const double* slope, double* weight, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) {
    const double mass = points.measure[begin + i] * engine::exp(log_q[i]);
    points.terms[begin + i] = mass == 0.0 ? 0.0 : mass * h[i];
    weight[i] = mass == 0.0 ? 0.0 : finite_or_0(mass * (slope == nullptr ? h[i] : h[i] + slope[i]));
  }
}

void data_terms(ExactPoints& points, std::size_t begin, const double* h, double* weight,
                std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) {
    const double mass = points.measure[begin + i];
    points.terms[begin + i] = mass == 0.0 ? 0.0 : mass * h[i];
    weight[i] = -mass;
  }
}

std::size_t move_inside(const double* log_q, const MutableBatch& x) {
  std::size_t inside = 0, first = 0;
  for (std::size_t i = x.size; i-- > 0;) {
    if (log_q[i] == -infinity) continue;
    ++inside;
    first = i;
  }
  if (inside == 0 || inside == x.size) return inside;
  for (std::size_t i = 0; i < x.size; ++i) {
    if (log_q[i] != -infinity) continue;
    for (std::size_t j = 0; j < x.dimension; ++j) {
      x.data[j * x.stride + i] = x.data[j * x.stride + first];
    }
  }
  return inside;
}

}  // namespace leibler::inline v0::detail
