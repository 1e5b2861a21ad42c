// SPDX-License-Identifier: MIT
#include <leibler/estimators/estimate.hpp>

#include <algorithm>
#include <cmath>
#include <ostream>

#include <leibler/engine/check.hpp>
#include <leibler/estimators/expectation.hpp>

#include "report.hpp"

namespace leibler::inline v0 {

std::string to_string(Method method) {
  switch (method) {
    case Method::closed_form:
      return "closed_form";
    case Method::enumeration:
      return "enumeration";
    case Method::quadrature:
      return "quadrature";
    case Method::monte_carlo:
      return "monte_carlo";
  }
  return "unknown";
}

Estimate Estimate::from(const engine::Moments& moments) {
  const double error = moments.standard_error();
  return {moments.mean(), error, moments.count(), Method::monte_carlo, std::isfinite(error)};
}

std::string Estimate::to_json() const {
  return detail::json_of(*this).dump();
}

std::ostream& operator<<(std::ostream& out, const Estimate& e) {
  out << to_string_with_error(e.value, e.standard_error) << " (" << to_string(e.method);
  if (e.samples > 0) out << ", " << e.samples << (e.samples == 1 ? " sample" : " samples");
  if (!e.reliable) out << ", not reliable";
  return out << ')';
}

namespace detail {

void check_options(const char* where, const EstimateOptions& options) {
  const auto count = [](std::size_t n) {
    return static_cast<std::int64_t>(std::min<std::size_t>(n, INT64_MAX));
  };
  check::at_least(where, "options.samples", count(options.samples), 2,
                  "a standard error needs two draws");
  check::at_least(where, "options.most_samples", count(options.most_samples), 2,
                  "a standard error needs two draws");
  check::at_least(where, "options.threads.count", options.threads.count, 0, "0 means every core");
  check::not_negative(where, "options.standard_error", options.standard_error,
                      "0 takes options.samples draws");
}

void check_draws(const char* where, std::size_t samples, std::size_t dimension) {
  if (samples <= most_draws(dimension)) return;
  throw InvalidArgument({where,
                         "options.samples",
                         {},
                         "= " + std::to_string(samples),
                         "must be <= " + std::to_string(most_draws(dimension)),
                         "that many draws of a seed are independent"});
}

std::size_t samples_needed(const engine::Moments& pilot, const EstimateOptions& options) {
  return samples_needed(Estimate::from(pilot), options);
}

std::size_t samples_needed(const Estimate& pilot, const EstimateOptions& options) {
  const double most = std::min(static_cast<double>(options.most_samples), 0x1p62);
  const double least = std::min(static_cast<double>(options.samples), most);
  if (!std::isfinite(pilot.standard_error)) return static_cast<std::size_t>(least);
  const double ratio = pilot.standard_error / options.standard_error;
  const double wanted = 1.1 * ratio * ratio * static_cast<double>(pilot.samples);
  return static_cast<std::size_t>(std::clamp(std::ceil(wanted), least, most));
}

double weighted_total(const double* weight, const double* h, std::size_t n) {
  if (engine::kernels::all_finite(h, n)) return engine::kernels::dot(weight, h, n);
  double total = 0.0;
  for (std::size_t i = 0; i < n; ++i) {
    if (weight[i] != 0.0) total += weight[i] * h[i];
  }
  return total;
}

}  // namespace detail

}  // namespace leibler::inline v0
