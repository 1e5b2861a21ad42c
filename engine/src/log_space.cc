// SPDX-License-Identifier: MIT
#include <leibler/engine/log_space.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

#include <leibler/engine/error.hpp>
#include <leibler/engine/kernels/elementary.hpp>

namespace leibler::inline v0::engine {

double exp(double x) {
  double result;
  kernels::exp_fill(&x, &result, 1);
  return result;
}

double log(double x) {
  double result;
  kernels::log_fill(&x, &result, 1);
  return result;
}

double log_add_exp(double a, double b) {
  if (std::isnan(a) || std::isnan(b)) return a + b;
  const double top = std::max(a, b), bottom = std::min(a, b);
  if (std::isinf(top)) return top;
  return top + std::log1p(exp(bottom - top));
}

double log_subtract_exp(double a, double b) {
  if (a == b)
    return std::isinf(a) && a > 0 ? std::numeric_limits<double>::quiet_NaN()
                                  : -std::numeric_limits<double>::infinity();
  return a + log1m_exp(b - a);
}

double log_sum_exp(std::span<const double> x) {
  double result = -std::numeric_limits<double>::infinity();
  if (!x.empty()) kernels::log_sum_exp_rows(x.data(), 1, x.size(), 1, &result);
  return result;
}

double log1m_exp(double x) {
  constexpr double minus_log_two = -0.69314718055994530942;
  return x > minus_log_two ? log(-std::expm1(x)) : std::log1p(-exp(x));
}

double x_log_y(double x, double y) {
  return x == 0.0 && !std::isnan(y) ? 0.0 : x * log(y);
}

namespace {

// Logits that make no distribution.
[[noreturn]] void refuse(std::span<const double> logits) {
  for (std::size_t k = 0; k < logits.size(); ++k) {
    if (logits[k] < std::numeric_limits<double>::infinity()) continue;
    throw DomainError({"softmax",
                       "logits",
                       {k},
                       "= " + to_text(logits[k]),
                       "logits must be below inf and not NaN",
                       "look where the value comes from"});
  }
  throw DomainError({"softmax",
                     "logits",
                     {},
                     logits.empty() ? "are empty" : "are all -inf",
                     "at least one must be finite",
                     "they are the logarithms of probabilities that are all 0"});
}

}  // namespace

double softmax(std::span<const double> logits, std::span<double> p) {
  if (logits.empty()) refuse(logits);
  const double top = *std::max_element(logits.begin(), logits.end());
  for (std::size_t k = 0; k < p.size(); ++k) p[k] = logits[k] - top;
  kernels::exp_fill(p.data(), p.data(), p.size());
  double total = 0.0;
  for (const double v : p) total += v;
  if (!std::isfinite(total) || !std::isfinite(top)) refuse(logits);
  for (double& v : p) v /= total;
  return top + log(total);
}

}  // namespace leibler::inline v0::engine
