// SPDX-License-Identifier: MIT
#include "category_ratios.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <leibler/engine/functions.hpp>
#include <leibler/models/divergence.hpp>

#include "univariate/log_ratio.hpp"

namespace leibler::inline v0::detail {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

double at(std::span<const double> x, std::size_t k, double beyond) {
  return k < x.size() ? x[k] : beyond;
}

/// a - b without a rounding: high + low, of finite numbers whose difference is one.
struct Difference {
  double high, low;

  Difference(double a, double b) : high(a - b) {
    const double of_a = high + b;
    low = (a - of_a) + ((of_a - high) - b);
  }
  [[nodiscard]] double over(const Difference& other) const {
    return (high - other.high) + (low - other.low);
  }
};

/// Twice as many digits as a plain sum.
class Sum {
 public:
  void add(double v) {
    const double next = sum_ + v;
    rest_ += std::abs(sum_) >= std::abs(v) ? (sum_ - next) + v : (v - next) + sum_;
    sum_ = next;
  }
  [[nodiscard]] double value() const { return sum_ + rest_; }

 private:
  double sum_ = 0.0, rest_ = 0.0;
};

/// What a plain difference of logarithms says.
double plain_ratio(const Categories& p, const Categories& q, std::size_t k) {
  const double of_p = at(p.log_probabilities, k, -infinity);
  const double of_q = at(q.log_probabilities, k, -infinity);
  return of_p == of_q ? 0.0 : of_p - of_q;
}

/// p_k / q_k is that of the weights over that of their sums.
void ratios_of_weights(const Categories& p, const Categories& q, std::span<double> out) {
  Sum of_q, gap;
  for (std::size_t k = 0; k < out.size(); ++k) {
    const double a = at(p.weights, k, 0.0), b = at(q.weights, k, 0.0);
    of_q.add(b);
    gap.add(a - b);
  }
  const double shift = engine::log1p(gap.value() / of_q.value());
  for (std::size_t k = 0; k < out.size(); ++k) {
    const double a = at(p.weights, k, 0.0), b = at(q.weights, k, 0.0);
    out[k] = a == 0.0 || b == 0.0 ? plain_ratio(p, q, k) : log_ratio(a, b) - shift;
  }
}

/// With g_k = q's logit less p's, less the same at a reference, log(p_k / q_k) is that of the
/// reference less g_k; and sum_k p_k exp(g_k) is p / q at the reference.
void ratios_of_logits(const Categories& p, const Categories& q, std::span<double> out) {
  // where both have most
  const std::size_t common = std::min(p.logits.size(), q.logits.size());
  std::size_t reference = 0;
  double most = -infinity;
  for (std::size_t k = 0; k < common; ++k) {
    const double both = p.log_probabilities[k] + q.log_probabilities[k];
    if (both > most) most = both, reference = k;
  }
  if (most == -infinity) {
    for (std::size_t k = 0; k < out.size(); ++k) out[k] = plain_ratio(p, q, k);
    return;
  }
  const Difference origin(q.logits[reference], p.logits[reference]);
  const auto gap = [&](std::size_t k) {
    return k < common ? Difference(q.logits[k], p.logits[k]).over(origin) : infinity;
  };
  double at_reference = plain_ratio(p, q, reference);
  Sum sum;  // of p_k (exp(g_k) - 1)
  for (std::size_t k = 0; k < out.size(); ++k) {
    const double g = gap(k);
    if (std::abs(g) < 0.5) {
      sum.add(p.probabilities[k] * engine::expm1(g));
    } else {
      sum.add(engine::exp(at(q.log_probabilities, k, -infinity) + at_reference) -
              at(p.probabilities, k, 0.0));
    }
  }
  if (std::abs(at_reference) < 0.5 && sum.value() > -0.5) at_reference = engine::log1p(sum.value());
  for (std::size_t k = 0; k < out.size(); ++k) {
    const double g = gap(k);
    out[k] = std::isfinite(g) ? at_reference - g : plain_ratio(p, q, k);
  }
}

}  // namespace

void log_ratios(const Categories& p, const Categories& q, std::span<double> out) {
  if (p.weights.empty() && q.weights.empty()) {
    ratios_of_logits(p, q, out);
  } else if (!p.weights.empty() && !q.weights.empty()) {
    ratios_of_weights(p, q, out);
  } else {
    for (std::size_t k = 0; k < out.size(); ++k) out[k] = plain_ratio(p, q, k);
  }
}

double kl_of_categories(const Categories& p, const Categories& q,
                        std::span<const double> log_ratios) {
  const Generator kl = Kl::generator();
  Sum sum;
  for (std::size_t k = 0; k < log_ratios.size(); ++k) {
    const double top = std::max(at(p.probabilities, k, 0.0), at(q.probabilities, k, 0.0));
    const double value = kl.scaled(log_ratios[k]);
    // also where p has underflowed
    if (value == infinity) return infinity;
    if (top > 0.0) sum.add(top * value);
  }
  return sum.value();
}

}  // namespace leibler::inline v0::detail
