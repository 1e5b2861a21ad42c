// SPDX-License-Identifier: MIT
#include <leibler/engine/functions.hpp>

#include <cmath>
#include <limits>

#include <boost/math/special_functions/digamma.hpp>
#include <boost/math/special_functions/trigamma.hpp>

#include <leibler/engine/kernels/elementary.hpp>

// log Gamma of the C library that does not write the global sign.
extern "C" double lgamma_r(double, int*) noexcept;

namespace leibler::inline v0::engine {

namespace {

namespace policies = boost::math::policies;
// Poles are NaN, nothing throws, doubles stay doubles.
using Quiet = policies::policy<
    policies::domain_error<policies::ignore_error>, policies::pole_error<policies::ignore_error>,
    policies::overflow_error<policies::ignore_error>,
    policies::evaluation_error<policies::ignore_error>, policies::promote_double<false>>;

bool is_pole(double x) {
  return x <= 0.0 && x == std::floor(x);
}

}  // namespace

double sqrt(double x) {
  return std::sqrt(x);
}
double pow(double x, double y) {
  return std::pow(x, y);
}
double log1p(double x) {
  return std::log1p(x);
}
double expm1(double x) {
  return std::expm1(x);
}
double tanh(double x) {
  return std::tanh(x);
}
double sin(double x) {
  return std::sin(x);
}
double cos(double x) {
  return std::cos(x);
}
double erf(double x) {
  return std::erf(x);
}
double erfc(double x) {
  return std::erfc(x);
}

double logistic(double x) {
  if (x >= 0.0) return 1.0 / (1.0 + exp(-x));
  const double e = exp(x);
  return e / (1.0 + e);
}

double softplus(double x) {
  return x > 0.0 ? x + std::log1p(exp(-x)) : std::log1p(exp(x));
}

double lgamma(double x) {
  int sign;
  return lgamma_r(x, &sign);
}

double digamma(double x) {
  if (std::isnan(x) || x == std::numeric_limits<double>::infinity()) return x;
  if (is_pole(x) || std::isinf(x)) return std::numeric_limits<double>::quiet_NaN();
  if (std::abs(x) < 1e-9) return -1.0 / x - 0.57721566490153286061;  // the next term is 1.6 x
  return boost::math::digamma(x, Quiet());
}

double trigamma(double x) {
  if (std::isnan(x)) return x;
  if (x == std::numeric_limits<double>::infinity()) return 0.0;
  if (is_pole(x) || std::isinf(x)) return std::numeric_limits<double>::quiet_NaN();
  if (std::abs(x) < 1e-9) return 1.0 / x / x + 1.64493406684822643647;  // pi^2 / 6
  return boost::math::trigamma(x, Quiet());
}

double dot(std::span<const double> a, std::span<const double> x) {
  return kernels::dot(a.data(), x.data(), x.size());
}

double sum(std::span<const double> x) {
  return kernels::sum(x.data(), x.size());
}

}  // namespace leibler::inline v0::engine
