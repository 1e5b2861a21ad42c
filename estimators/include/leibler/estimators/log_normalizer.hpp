// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <iosfwd>
#include <string>

#include <leibler/engine/chunks.hpp>
#include <leibler/engine/kernels/elementary.hpp>
#include <leibler/estimators/estimate.hpp>
#include <leibler/estimators/expectation.hpp>
#include <leibler/estimators/tail.hpp>
#include <leibler/models/distribution.hpp>

namespace leibler::inline v0 {

/// A logarithm of a mean of importance weights, and what the weights say of it.
struct LogNormalizer : Estimate {
  double tail_shape = 0.0;             ///< k-hat of the weights; above 0.7 not reliable
  double effective_sample_size = 0.0;  ///< (sum w)^2 / sum w^2

  [[nodiscard]] std::string to_json() const;
  friend std::ostream& operator<<(std::ostream& out, const LogNormalizer& estimate);
};

namespace detail {

/// Weights over a reference, so that they neither over- nor underflow.
struct ImportanceWeights {
  double reference = 0.0;
  engine::Moments weights{}, squares{};
  TailDiagnostic tail{};

  /// Adds exp(log_p - log_q - reference); spoils log_p.
  void add(double* log_p, const double* log_q, std::size_t n);
  void merge(const ImportanceWeights& other);
  [[nodiscard]] LogNormalizer log_mean() const;
};

/// The largest log weight of some draws.
struct LargestWeight {
  double log_weight;
  void merge(const LargestWeight& other) { log_weight = std::max(log_weight, other.log_weight); }
};

/// Of draws on the way to a standard error.
inline constexpr int most_rounds = 5;

[[nodiscard]] double largest_log_weight(const double* log_p, const double* log_q, std::size_t n);

}  // namespace detail

/// The logarithm of the integral of p, by importance sampling from q: log mean[p(x) / q(x)].
///
///     std::cout << log_normalizer(posterior, fitted.model, {.standard_error = 1e-3}) << '\n';
///
/// The mean is unbiased where q reaches wherever p does; its logarithm is low by half its squared
/// relative error, to first order. The standard error is that of the delta method, relative error
/// of the mean. Not reliable where the k-hat diagnostic of the weights is above 0.7 (their variance
/// may then be infinite), where the relative error is above a tenth, or where no draw has a weight.
/// Results never depend on options.threads. Cost: one draw and two log densities a sample, and a
/// pilot, which a standard error asks for, of options.samples.
/// @throws InvalidArgument, DomainError  for options out of range or dimensions that differ
template <class P, class Q>
[[nodiscard]] LogNormalizer log_normalizer(const P& p, const Q& q,
                                           const EstimateOptions& options = {}) {
  static_assert(Density<P>, "leibler: log_normalizer(p, q): p needs a log density");
  static_assert(Distribution<Q>,
                "leibler: log_normalizer(p, q): q is drawn from, and needs a normalised log "
                "density: a fitted model");
  static_assert(is_discrete<P> == is_discrete<Q>,
                "leibler: log_normalizer(p, q): p and q must be both discrete or both continuous");
  constexpr auto where = "log_normalizer";
  detail::check_options(where, options);
  detail::check_same_dimension(where, q.dimension(), p.dimension());
  detail::check_draws(where, options.samples, q.dimension());
  const auto reduce = [&](std::size_t samples, Purpose purpose, const auto& zero, const auto& add) {
    return detail::reduce_draws(
        q, samples, options.seed, purpose, options.threads, zero,
        [&](const Batch& x, const Stream&, Workspace& workspace, auto& slot) {
          double* const log_p = workspace.take(engine::padded(x.size));
          double* const log_q = workspace.take(engine::padded(x.size));
          p.log_density(x, log_p, workspace);
          q.log_density(x, log_q, workspace);
          add(slot, log_p, log_q, x.size);
        });
  };
  const auto add_weights = [](detail::ImportanceWeights& sums, double* log_p, const double* log_q,
                              std::size_t n) { sums.add(log_p, log_q, n); };
  const std::size_t few = std::min({options.samples, options.most_samples, std::size_t{10'000}});
  const double top =
      reduce(few, Purpose::pilot, detail::LargestWeight{-HUGE_VAL},
             [](detail::LargestWeight& largest, const double* log_p, const double* log_q,
                std::size_t n) { largest.merge({detail::largest_log_weight(log_p, log_q, n)}); })
          .log_weight;
  detail::ImportanceWeights zero;
  zero.reference = std::isfinite(top) ? top : 0.0;
  const auto estimate = [&](std::size_t samples, Purpose purpose) {
    zero.tail = detail::TailDiagnostic(samples);
    return reduce(samples, purpose, zero, add_weights).log_mean();
  };
  if (!(options.standard_error > 0.0)) return estimate(options.samples, Purpose::evaluation);
  // a pilot misses the rare large weights of a long tail: more draws where they show up after all
  const std::size_t most = std::min(options.most_samples, detail::most_draws(q.dimension()));
  LogNormalizer found = estimate(std::min(options.samples, most), Purpose::pilot);
  for (int round = 0; round < detail::most_rounds; ++round) {
    const std::size_t samples = std::min(detail::samples_needed(found, options), most);
    found = estimate(samples, Purpose::evaluation);
    if (found.standard_error <= options.standard_error || samples == most) break;
  }
  return found;
}

}  // namespace leibler::inline v0
