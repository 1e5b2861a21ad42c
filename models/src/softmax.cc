// SPDX-License-Identifier: MIT
#include <leibler/models/softmax.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

#include <leibler/engine/check.hpp>
#include <leibler/engine/kernels/elementary.hpp>
#include <leibler/engine/workspace.hpp>

#include "logits.hpp"

namespace leibler::inline v0 {

namespace detail {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

void check_below_infinity(std::string_view where, std::string_view what,
                          std::span<const double> values) {
  for (std::size_t k = 0; k < values.size(); ++k) {
    if (values[k] < infinity) continue;
    throw DomainError({std::string(where),
                       std::string(what),
                       {k},
                       "= " + to_text(values[k]),
                       std::string(what) + " must be below inf and not NaN",
                       "look where the value comes from"});
  }
}

// out[k] = (logits[k] - top) / temperature; returns the first k where that is 0.
std::size_t shift(std::span<const double> logits, double temperature, std::span<double> out) {
  const auto top = std::max_element(logits.begin(), logits.end());
  for (std::size_t k = 0; k < out.size(); ++k) out[k] = (logits[k] - *top) / temperature;
  return static_cast<std::size_t>(top - logits.begin());
}

// p[k] = exp(x[k]); returns their sum without that of entry `top`, which is 1.
double exponentials(std::span<const double> x, std::size_t top, std::span<double> p) {
  engine::kernels::exp_fill(x.data(), p.data(), p.size());
  double rest = 0.0;
  for (std::size_t k = 0; k < p.size(); ++k) rest += k == top ? 0.0 : p[k];
  return rest;
}

}  // namespace

void check_logits(std::string_view where, std::span<const double> logits) {
  check_below_infinity(where, "logits", logits);
  if (std::any_of(logits.begin(), logits.end(), [](double v) { return v > -infinity; })) return;
  throw DomainError({std::string(where),
                     "logits",
                     {},
                     logits.empty() ? "are empty" : "are all -inf",
                     "at least one must be finite",
                     "they are the logarithms of probabilities that are all 0"});
}

void check_temperature(std::string_view where, double temperature) {
  check::positive(where, "options.temperature", temperature,
                  "near 0 the largest logit takes all, at 1 nothing changes");
}

void log_softmax_of(std::span<const double> logits, double temperature, std::span<double> out) {
  const std::size_t top = shift(logits, temperature, out);
  engine::Workspace& workspace = engine::Workspace::of_thread();
  const engine::Workspace::Frame frame(workspace);
  // A sum next to 1 loses what makes the largest probability differ from 1: log1p of the rest.
  const double log_sum =
      std::log1p(exponentials(out, top, {workspace.take(out.size()), out.size()}));
  for (double& v : out) v -= log_sum;
}

void write_softmax(std::span<const double> logits, const SoftmaxOptions& options,
                   std::span<double> out) {
  check_logits("softmax", logits);
  check_temperature("softmax", options.temperature);
  const std::size_t top = shift(logits, options.temperature, out);
  const double sum = 1.0 + exponentials(out, top, out);
  for (double& v : out) v /= sum;
}

void write_log_softmax(std::span<const double> logits, const SoftmaxOptions& options,
                       std::span<double> out) {
  check_logits("log_softmax", logits);
  check_temperature("log_softmax", options.temperature);
  log_softmax_of(logits, options.temperature, out);
}

double checked_log_sum_exp(std::span<const double> x) {
  check_below_infinity("log_sum_exp", "x", x);
  return engine::log_sum_exp(x);
}

}  // namespace detail

}  // namespace leibler::inline v0
