// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <type_traits>
#include <utility>

#include <leibler/estimators/divergence_rungs.hpp>
#include <leibler/estimators/expectation.hpp>
#include <leibler/estimators/line_pairs.hpp>
#include <leibler/models/reversed.hpp>

namespace leibler::inline v0 {

/// How KL(p || q) is sampled, from draws of p with r = log p - log q. Where p reaches wherever q
/// does, E_p[exp(-r) - 1] = 0: the others use it, and else are short of the mass of q beyond p, c
/// times it. exp(-r) may vary without bound where q has the longer tails; the tail diagnostic then
/// fires.
enum class KlEstimator {
  plain,            ///< r: unbiased, of either sign
  control_variate,  ///< r + c (exp(-r) - 1), c by a pilot: unbiased, never much worse than plain
  non_negative,     ///< c = 1: unbiased, every term >= 0; best where p is near q
};

struct DivergenceOptions {
  std::optional<Method> method{};                 ///< none: the best that applies
  KlEstimator kl_estimator = KlEstimator::plain;  ///< of a sampled Kl
  std::size_t most_samples = 1'000'000'000;       ///< a cap where a standard error is asked for
  std::size_t samples = 100'000;  ///< draws, >= 4; the least where an error is asked for
  double standard_error = 0.0;    ///< 0: take `samples`; else as many as this needs
  Seed seed{};
  Threads threads{};
};

namespace detail {

inline constexpr const char* divergence_call = "divergence";

[[nodiscard]] inline EstimateOptions estimate_options(const DivergenceOptions& o) {
  return {o.most_samples, o.samples, o.standard_error, o.seed, o.threads};
}

template <class P, class Q>
inline constexpr bool can_enumerate = is_discrete<P>&& is_discrete<Q> &&
                                      (Enumerable<P> || Enumerable<Q>);

/// log(1 - sum of exp x), the mass that is left.
[[nodiscard]] double log_rest(std::span<const double> log_masses);

/// Two whose log ratios are known better than as differences of logarithms, at the points of the
/// one that has more of them.
template <class P, class Q>
concept HasLogRatios = Enumerable<P> && Enumerable<Q> && requires(const P& p, const Q& q) {
  { log_ratios(p, q) } -> std::convertible_to<Vector>;
};

/// log p - log q at all rows, by log_ratio where p and q have it.
template <Density P, Density Q, class X>
[[nodiscard]] Vector log_ratios_at(const P& p, const Q& q, const X& x, const Vector& log_p,
                                   const Vector& log_q, Threads threads) {
  Vector out(log_p.size());
  const PointsIn points = points_in(x);
  for_point_chunks(divergence_call, p.dimension(), points, threads,
                   [&](const Batch& batch, std::size_t begin, Workspace& workspace) {
                     write_log_ratios(p, q, batch, log_p.data() + begin, log_q.data() + begin,
                                      out.data() + begin, workspace);
                   });
  return out;
}

/// p and q at all points where one of them is not 0, those outside a finite support as one.
template <Density P, Density Q>
[[nodiscard]] Table table_of(const P& p, const Q& q, Threads threads) {
  Table table;
  enum class Where { anywhere, in_p, beyond_p };
  const auto add = [&](const auto& points, Where where) {
    const Vector of_p = log_density(p, points, threads), of_q = log_density(q, points, threads);
    const Vector ratios = log_ratios_at(p, q, points, of_p, of_q, threads);
    for (Index i = 0; i < of_p.size(); ++i) {
      const Where at = of_p[i] == -HUGE_VAL ? Where::beyond_p : Where::in_p;
      if (where == Where::anywhere || where == at) table.add(of_p[i], of_q[i], ratios[i]);
    }
  };
  if constexpr (HasLogRatios<P, Q>) {
    const Points points = p.size() < q.size() ? Points(q.points()) : Points(p.points());
    const Vector of_p = log_density(p, points, threads), of_q = log_density(q, points, threads);
    const Vector ratios = log_ratios(p, q);
    for (Index i = 0; i < ratios.size(); ++i) table.add(of_p[i], of_q[i], ratios[i]);
  } else if constexpr (Enumerable<P> && Enumerable<Q>) {
    add(p.points(), Where::in_p);
    add(q.points(), Where::beyond_p);
  } else if constexpr (Enumerable<P>) {
    add(p.points(), Where::anywhere);
    table.add(-HUGE_VAL, log_rest(table.log_q));
  } else {
    add(q.points(), Where::anywhere);
    table.add(log_rest(table.log_p), -HUGE_VAL);
  }
  return table;
}

/// What add(x, stream, workspace, stratum) gathers from draws of one of the two.
template <Sampleable S, class Add>
[[nodiscard]] Stratum draw_stratum(const S& drawn, std::size_t samples, Seed seed, Purpose purpose,
                                   Threads threads, const Add& add) {
  Stratum none(samples);
  constexpr std::size_t few = 512;
  if (samples > 16 * few) {
    const Stratum pilot = reduce_draws(drawn, few, engine::derive(seed, 3), Purpose::pilot,
                                       Threads{1}, Stratum(few), add);
    none.tail.expect(pilot.tail, few, samples);
  }
  return reduce_draws(drawn, samples, seed, purpose, threads, none, add);
}

/// Both logarithms at draws of one of the two.
template <Sampleable S, Density P, Density Q>
[[nodiscard]] Stratum sample_stratum(const S& drawn, const P& p, const Q& q, const Terms& terms,
                                     std::size_t samples, Seed seed, Purpose purpose,
                                     Threads threads) {
  return draw_stratum(drawn, samples, seed, purpose, threads,
                      [&](const Batch& x, const Stream&, Workspace& workspace, Stratum& stratum) {
                        const std::size_t n = engine::padded(x.size);
                        double* const log_p = workspace.take(n);
                        double* const log_q = workspace.take(n);
                        p.log_density(x, log_p, workspace);
                        q.log_density(x, log_q, workspace);
                        stratum.add(terms, log_p, log_q, x.size, workspace);
                      });
}

/// From as many draws of p as of q, so that the mass of either where the other is 0 counts.
template <Distribution P, Distribution Q>
[[nodiscard]] Estimate sample_mean(const P& p, const Q& q, const Terms& terms,
                                   const EstimateOptions& options) {
  const auto half = [&](std::size_t samples, Purpose purpose) {
    const std::size_t n = samples / 2;
    return std::pair(sample_stratum(p, p, q, terms, n, options.seed, purpose, options.threads),
                     sample_stratum(q, p, q, terms, n, engine::derive(options.seed, 1), purpose,
                                    options.threads));
  };
  std::size_t samples = options.samples;
  if (options.standard_error > 0.0) {
    const auto [of_p, of_q] = half(std::min(samples, options.most_samples), Purpose::pilot);
    samples = std::min(samples_needed(terms, of_p, of_q, options), most_draws(p.dimension()));
  }
  const auto [of_p, of_q] = half(samples, Purpose::evaluation);
  return combine(terms, of_p, of_q);
}

/// r + c (exp(-r) - 1) in place of r.
void add_control(double* r, double c, std::size_t n);
/// The c of the least variance, from that of r, of v = exp(-r) - 1 and of r + v.
[[nodiscard]] double best_control(const engine::Moments& r, const engine::Moments& v,
                                  const engine::Moments& sum);

template <Distribution P, Density Q>
[[nodiscard]] Estimate sample_kl(const P& p, const Q& q, KlEstimator estimator,
                                 const EstimateOptions& options) {
  // what = 0: r; 1: exp(-r) - 1; 2: r + c (exp(-r) - 1)
  const auto cost = [&](int what, double c) {
    return [&p, &q, what, c](const Batch& x, double* h, Workspace& workspace) {
      double* const log_q = workspace.take(engine::padded(x.size));
      p.log_density(x, h, workspace);
      q.log_density(x, log_q, workspace);
      engine::kernels::subtract(h, log_q, h, x.size);
      if (what > 0) add_control(h, what == 1 ? HUGE_VAL : c, x.size);
      return log_q;
    };
  };
  double c = estimator == KlEstimator::plain ? 0.0 : 1.0;
  if (estimator == KlEstimator::control_variate) {
    const std::size_t n = std::min<std::size_t>(options.samples, 10'000);
    const auto pilot = [&](int what) {
      return moments_under(p, n, engine::derive(options.seed, 2), Purpose::pilot, options.threads,
                           cost(what, 1.0));
    };
    c = best_control(pilot(0), pilot(1), pilot(2));
  }
  const auto chosen = cost(c == 0.0 ? 0 : 2, c);
  std::size_t samples = options.samples;
  if (options.standard_error > 0.0) {
    const auto pilot = moments_under(p, std::min(samples, options.most_samples), options.seed,
                                     Purpose::pilot, options.threads, chosen);
    samples = std::min(samples_needed(pilot, options), most_draws(p.dimension()));
  }
  const Stratum drawn =
      draw_stratum(p, samples, options.seed, Purpose::evaluation, options.threads,
                   [&](const Batch& x, const Stream&, Workspace& workspace, Stratum& stratum) {
                     double* const h = workspace.take(engine::padded(x.size));
                     stratum.terms.add_differences(h, chosen(x, h, workspace), x.size);
                     stratum.tail.add(h, x.size);
                   });
  Estimate estimate = Estimate::from(drawn.terms);
  estimate.reliable = estimate.reliable && drawn.tail.is_reliable();
  return estimate;
}

}  // namespace detail

/// D(p, q) by the best of these that applies, or by options.method:
///
///   closed_form   a formula, in the header of a family
///   enumeration   both discrete, the support of one finite; a point that only one of them has
///                 counts. A Renyi divergence of infinite order, too
///   quadrature    both of one variable, with quantiles or mixtures of such, Gaussians of one
///                 dimension, too; standard_error is a bound of the error
///   monte_carlo   Kl from draws of p, the others from as many draws of p as of q, which are draws
///                 of (p + q) / 2: no mass of one is missed where the other is 0. Not reliable
///                 where the k-hat diagnostic of the terms is above 0.7: their variance may be
///                 infinite. Functions of an integral have the error of the delta method
///
///     const Estimate kl = divergence(Kl{}, Normal(0.0, 1.0), Laplace(0.0, 1.0));
///
/// In nats. Exactly 0 for p and q that are the same. Results never depend on `threads`.
/// @throws InvalidArgument, DomainError  for a method that does not apply, options or an order out
///                                       of range, dimensions that differ
template <Divergence D, class P, class Q>
[[nodiscard]] Estimate divergence(const D& d, const P& p, const Q& q,
                                  const DivergenceOptions& options = {}) {
  constexpr bool is_sound = Density<P> && Density<Q> && is_normalized<P> && is_normalized<Q>;
  static_assert(is_sound,
                "leibler: divergence needs two normalised densities; for an unnormalised one ask "
                "assess(q, p), which reports the ELBO, for data cross_entropy(data, q)");
  static_assert(is_discrete<P> == is_discrete<Q>,
                "leibler: divergence of probabilities and a density compares what has no common "
                "measure; make both discrete or both continuous");
  if constexpr (is_sound && is_discrete<P> == is_discrete<Q>) {
    const EstimateOptions sampling = detail::estimate_options(options);
    detail::check_options(detail::divergence_call, sampling);
    check::at_least(detail::divergence_call, "options.samples",
                    static_cast<std::int64_t>(std::min<std::size_t>(options.samples, INT64_MAX)), 4,
                    "two draws of p and two of q have a standard error");
    detail::check_same_dimension(detail::divergence_call, q.dimension(), p.dimension());
    const detail::Terms terms = detail::terms_of(d);
    const auto may = [&](Method method) { return options.method.value_or(method) == method; };

    if (may(Method::closed_form)) {
      if constexpr (HasClosedForm<D, P, Q>) {
        if (const std::optional<double> value = closed_form(d, p, q)) {
          return {*value, 0.0, 0, Method::closed_form, true};
        }
      }
      if (options.method) {
        detail::no_method(Method::closed_form, "no formula is known for this divergence of these");
      }
    }
    if (may(Method::enumeration)) {
      if constexpr (detail::can_enumerate<P, Q>) {
        return detail::enumerate(terms, detail::table_of(p, q, options.threads));
      } else if (options.method) {
        detail::no_method(Method::enumeration,
                          "both must be discrete, and the support of one finite");
      }
    }
    if (may(Method::quadrature)) {
      const char* rule = "both must be of one variable, with quantiles or Gaussian components";
      if constexpr (detail::OnLine<P> && detail::OnLine<Q>) {
        if (terms.is_largest()) {
          rule = "the order must be finite";
        } else if (p.dimension() == 1) {
          if constexpr (is_discrete<P>) {
            const auto sum = detail::sum_whole_numbers(terms, detail::line_pair(p, q));
            if (sum) return *sum;
            rule = "p and q do not add up to 1 over whole numbers";
          } else {
            const Estimate integral = detail::integrate_divergence(terms, p, q);
            if (integral.reliable || options.method) return integral;
          }
        }
      }
      if (options.method) detail::no_method(Method::quadrature, rule);
    }
    if (terms.is_largest()) {
      detail::no_method(Method::monte_carlo, "the order must be finite: a largest is no mean");
    }
    detail::check_draws(detail::divergence_call, options.samples, p.dimension());
    if constexpr (std::is_same_v<D, Kl>) {
      static_assert(Sampleable<P>, "leibler: this divergence is sampled: p needs sample");
      return detail::sample_kl(p, q, options.kl_estimator, sampling);
    } else {
      static_assert(Sampleable<P> && Sampleable<Q>,
                    "leibler: this divergence is sampled under (p + q) / 2: both need sample");
      return detail::sample_mean(p, q, terms, sampling);
    }
  }
}

/// The same with the arguments exchanged.
template <class D, class P, class Q>
[[nodiscard]] Estimate divergence(const Reversed<D>& d, const P& p, const Q& q,
                                  const DivergenceOptions& options = {}) {
  return divergence(d.forward(), q, p, options);
}

}  // namespace leibler::inline v0
