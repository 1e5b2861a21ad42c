// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <type_traits>
#include <utility>

#include <leibler/estimators/divergence_estimate.hpp>
#include <leibler/estimators/estimate.hpp>
#include <leibler/estimators/expectation.hpp>
#include <leibler/estimators/importance_weighted.hpp>
#include <leibler/estimators/objective.hpp>

namespace leibler::inline v0 {

namespace detail {

/// The points that a DataExpectation draws, as something to be sampled.
template <DataExpectation O>
struct DrawsOf {
  const O& objective;
  std::size_t size;
  [[nodiscard]] std::size_t dimension() const { return size; }
  void sample(const Stream& stream, const MutableBatch& x, Workspace& workspace) const {
    objective.draw(stream, x, workspace);
  }
};

/// A divergence of two that are normalised and have a common measure.
template <class O, class Q>
concept ComparesDistributions = DivergenceObjective<O> && Distribution<Q> &&
    Distribution<std::remove_cvref_t<decltype(std::declval<const O&>().target())>> &&
    (is_discrete<Q> ==
     is_discrete<std::remove_cvref_t<decltype(std::declval<const O&>().target())>>);

/// Fresh bounds: to a number of them, or by a pilot and one batch to a standard error.
template <MultiDrawBound O, Sampleable Q>
[[nodiscard]] Estimate monte_carlo_bound(const char* where, const O& objective, const Q& q,
                                         const EstimateOptions& options) {
  check_options(where, options);
  check_draws(where, options.samples, q.dimension());
  const auto moments = [&](std::size_t samples, Purpose purpose) {
    const engine::Chunks chunks{samples, q.dimension()};
    return engine::reduce_chunks(
        chunks.count(), options.threads, engine::Moments(),
        [&](std::size_t i, engine::Moments& slot) {
          const Stream stream{options.seed, purpose, 0, static_cast<std::uint32_t>(i)};
          for_bounds(q, objective, stream, chunks.size(i), &slot, Workspace::of_thread(),
                     [](const BoundDraws&) {});
        });
  };
  std::size_t samples = options.samples;
  if (options.standard_error > 0.0) {
    const auto pilot = moments(std::min(samples, options.most_samples), Purpose::pilot);
    samples = std::min(samples_needed(pilot, options), most_draws(q.dimension()));
  }
  return Estimate::from(moments(samples, Purpose::evaluation));
}

}  // namespace detail

/// The objective at q: for two distributions their divergence by the best way there is, see
/// divergence; else what objective.name() says, from fresh draws. Exact for a cross entropy over a
/// finite support.
/// @throws InvalidArgument, DomainError  for options out of range or dimensions that differ
template <class O, class Q>
[[nodiscard]] Estimate objective_value(const O& objective, const Q& q,
                                       const EstimateOptions& options = {}) {
  static_assert(Objective<O>, "leibler: objective_value needs an objective, ForwardKl(p) or so");
  constexpr auto where = "objective_value";
  if constexpr (requires { objective.dimension(); }) {
    detail::check_same_dimension(where, q.dimension(), objective.dimension());
  }
  if constexpr (KnownObjective<O>) {
    detail::check_options(where, options);
    return objective.evaluate(q, {});
  } else if constexpr (MultiDrawBound<O>) {
    return detail::monte_carlo_bound(where, objective, q, options);
  } else if constexpr (detail::ComparesDistributions<O, Q>) {
    detail::check_options(where, options);
    return divergence(objective.divergence(), objective.target(), q,
                      {.most_samples = options.most_samples,
                       .samples = std::max<std::size_t>(options.samples, 4),
                       .standard_error = options.standard_error,
                       .seed = options.seed,
                       .threads = options.threads});
  } else if constexpr (ModelExpectation<O>) {
    const Estimate mean = detail::monte_carlo(
        where, q, options,
        [&](const Batch& x, double* h, const Stream& stream, Workspace& workspace) {
          double* const log_q = workspace.take(engine::padded(x.size));
          double* const slope = workspace.take(engine::padded(x.size));
          q.log_density(x, log_q, workspace);
          objective.cost(
              objective.evaluate(x, log_q, stream.for_purpose(Purpose::minibatch), workspace), h,
              slope, workspace);
          return log_q;
        });
    return detail::value_of(objective, mean);
  } else {
    const auto cost = [&](const Batch& x, double* h, Workspace& workspace) {
      double* const log_q = workspace.take(engine::padded(x.size));
      q.log_density(x, log_q, workspace);
      objective.cost(x, log_q, h, workspace);
      return log_q;
    };
    if constexpr (requires { objective.target(); }) {
      return detail::best_expectation(where, objective.target(), options, cost);
    } else {
      return detail::monte_carlo(where, detail::DrawsOf<O>{objective, q.dimension()}, options,
                                 cost);
    }
  }
}

}  // namespace leibler::inline v0
