// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>

#include <leibler/engine/log_space.hpp>
#include <leibler/estimators/divergence_estimate.hpp>
#include <leibler/estimators/exact_gradient.hpp>

namespace leibler::inline v0 {

namespace detail {

template <class Q, class O>
concept EnumerablePair = SamePairMeasure<Q, O> && is_discrete<Q> &&
    (Enumerable<Q> || Enumerable<TargetOf<O>>);

template <class O>
concept EnumerableData = DataExpectation<O> && Enumerable<TargetOf<O>> && !Density<TargetOf<O>>;

template <class Q, class O>
concept EnumerableMean = ModelExpectation<O> && Enumerable<Q> && !DivergenceObjective<O>;

template <class Q, class O>
concept KnownPair = KnownObjective<O> && std::same_as<Q, typename O::Model>;

/// There is a sum over a finite support, or the objective has one of its own.
template <class Q, class O>
concept HasEnumeration =
    EnumerablePair<Q, O> || EnumerableData<O> || EnumerableMean<Q, O> || KnownPair<Q, O>;

/// The rows of first, then those of second.
void take_rows(ExactPoints& points, const Points& first, const Points& second);

}  // namespace detail

/// The whole sum over a finite support, that of the model or that of the target, in place of draws:
///
///     sum_i q_i h_i,              gradient sum_i q_i (h_i + slope_i) s_i
///     a divergence of p and q     the same with p's mass where q = 0 and q's where p = 0
///     data                        -sum_i w_i log q(x_i), gradient -sum_i w_i s_i
///
/// with s = d log q / d theta. Points of probability 0 add 0, also where their logits are -inf. An
/// objective is infinite where one of p and q is 0 and the other is not, if its divergence is; its
/// gradient is then that of the finite terms. A
/// support's points must not move with the parameters, and an objective must not draw.
///
/// Costs two log densities and a gradient at every point; options.samples does not matter.
///
///     fit(q, ReverseKl(p), Enumeration{}, Lbfgs{})
///     fit(q, ForwardKl(data), Enumeration{}, Adam{}, options)  // without noise
struct Enumeration {
  static constexpr bool is_exact = true;

  struct State {
    detail::ExactPoints points;
  };

  [[nodiscard]] static const char* name() { return "Enumeration"; }

  template <class Q, class O>
  static constexpr void explain() {
    static_assert(detail::HasEnumeration<Q, O>,
                  "leibler: Enumeration needs a finite support, of the model or of the target: "
                  "Categorical, Binomial, data; for one variable with quantiles use Quadrature{}, "
                  "else ScoreFunction or Pathwise and Adam");
  }

  template <Parametric Q, Objective O>
  requires detail::HasEnumeration<Q, O>
  [[nodiscard]] Estimate evaluate(State& state, const Q& q, const O& objective, Threads threads,
                                  std::span<double> gradient) const {
    if constexpr (detail::KnownPair<Q, O>) {
      return objective.evaluate(q, gradient);
    } else {
      detail::ExactPoints& points = state.points;
      if (points.size == 0) take_points(points, q, objective, threads);
      double value = 0.0;
      if constexpr (detail::EnumerablePair<Q, O>) {
        value = detail::evaluate_pair(points, q, objective, threads, gradient);
      } else if constexpr (detail::EnumerableData<O>) {
        detail::sweep(q, points, threads, gradient,
                      [&](const Batch& x, std::size_t begin, const double* log_q, double* weight,
                          Workspace& workspace) {
                        double* const h = workspace.take(engine::padded(x.size));
                        objective.cost(x, log_q, h, workspace);
                        detail::data_terms(points, begin, h, weight, x.size);
                      });
        value = points.total();
      } else {
        value = detail::evaluate_mean(points, q, objective, threads, gradient);
      }
      return {value, 0.0, points.size, Method::enumeration, true};
    }
  }

 private:
  template <class Q, class O>
  static void take_points(detail::ExactPoints& points, const Q& q, const O& objective,
                          Threads threads) {
    if constexpr (detail::EnumerablePair<Q, O>) {
      using P = detail::TargetOf<O>;
      const P& p = objective.target();
      if constexpr (Enumerable<P> && Enumerable<Q>) {
        detail::take_rows(points, rows_where(p.points(), p, threads, true),
                          rows_where(q.points(), p, threads, false));
      } else if constexpr (Enumerable<P>) {
        detail::take_rows(points, p.points(), Points());
      } else {
        detail::take_rows(points, q.points(), Points());
      }
      const Vector log_p = log_density(p, points.rows(), threads);
      std::copy_n(log_p.data(), points.size, points.log_p.data());
      if constexpr (!Enumerable<P>) {
        points.rest_of_p = engine::exp(detail::log_rest(points.log_p));
      } else {
        points.has_rest_of_q = !Enumerable<Q>;
      }
    } else if constexpr (detail::EnumerableData<O>) {
      const auto& data = objective.target();
      detail::take_rows(points, data.points(), Points());
      if constexpr (requires { data.weights(); }) {
        const Vector weights = data.weights();
        std::copy_n(weights.data(), points.size, points.measure.data());
      } else {
        const Vector log_p = data.log_probabilities();
        engine::kernels::exp_fill(log_p.data(), points.measure.data(), points.size);
      }
    } else {
      detail::take_rows(points, q.points(), Points());
    }
  }

  /// Those where p is not 0, or where it is.
  template <class P>
  static Points rows_where(const Points& rows, const P& p, Threads threads, bool is_possible) {
    const Vector log_p = log_density(p, rows, threads);
    Points kept(rows.rows(), rows.cols());
    Index n = 0;
    for (Index i = 0; i < rows.rows(); ++i) {
      if ((log_p[i] > -HUGE_VAL) == is_possible) kept.row(n++) = rows.row(i);
    }
    return kept.topRows(n);
  }
};

static_assert(detail::is_exact<Enumeration>);

}  // namespace leibler::inline v0
