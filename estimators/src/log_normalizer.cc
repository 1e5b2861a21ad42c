// SPDX-License-Identifier: MIT
#include <leibler/estimators/log_normalizer.hpp>

#include <cmath>
#include <limits>
#include <ostream>

#include <leibler/engine/functions.hpp>

#include "report.hpp"

namespace leibler::inline v0 {

namespace detail {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
// Of the mean weight: beyond, its logarithm is no straight line.
constexpr double most_relative_error = 0.1;

}  // namespace

double largest_log_weight(const double* log_p, const double* log_q, std::size_t n) {
  double top = -infinity;
  for (std::size_t i = 0; i < n; ++i) {
    const double l = log_p[i] - log_q[i];
    if (l < infinity) top = std::max(top, l);
  }
  return top;
}

void ImportanceWeights::add(double* log_p, const double* log_q, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) {
    const double l = log_p[i] == -infinity ? -infinity : log_p[i] - log_q[i];
    log_p[i] = std::min(l - reference, 350.0);  // a square of it is still a number
    if (std::isnan(l)) log_p[i] = l;
  }
  engine::kernels::exp_fill(log_p, log_p, n);
  weights.add(log_p, n);
  tail.add(log_p, n);
  engine::kernels::multiply(log_p, log_p, log_p, n);
  squares.add(log_p, n);
}

void ImportanceWeights::merge(const ImportanceWeights& other) {
  weights.merge(other.weights);
  squares.merge(other.squares);
  tail.merge(other.tail);
}

LogNormalizer ImportanceWeights::log_mean() const {
  const double mean = weights.mean(), relative = weights.standard_error() / mean;
  LogNormalizer result;
  result.value = mean == 0.0 ? -infinity : reference + engine::log(mean);
  result.standard_error = mean == 0.0 ? infinity : relative;
  result.samples = weights.count();
  result.tail_shape = tail.shape();
  if (mean > 0.0) {
    result.effective_sample_size =
        static_cast<double>(result.samples) * mean * mean / squares.mean();
  }
  result.reliable = tail.is_reliable() && result.standard_error <= most_relative_error;
  return result;
}

}  // namespace detail

std::string LogNormalizer::to_json() const {
  detail::Json all = detail::json_of(static_cast<const Estimate&>(*this));
  all["tail_shape"] = detail::json_of(tail_shape);
  all["effective_sample_size"] = detail::json_of(effective_sample_size);
  return all.dump();
}

std::ostream& operator<<(std::ostream& out, const LogNormalizer& estimate) {
  return out << static_cast<const Estimate&>(estimate) << ", k-hat "
             << to_short_text(estimate.tail_shape) << ", effective sample size "
             << to_short_text(estimate.effective_sample_size);
}

}  // namespace leibler::inline v0
