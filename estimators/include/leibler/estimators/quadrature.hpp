// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>

#include <leibler/engine/check.hpp>
#include <leibler/estimators/exact_gradient.hpp>
#include <leibler/estimators/line_pairs.hpp>

namespace leibler::inline v0 {

namespace detail {

template <class Q, class O>
concept ContinuousLinePair =
    SamePairMeasure<Q, O> && !is_discrete<Q> && OnLine<Q> && OnLine<TargetOf<O>>;

template <class Q, class O>
concept WholeNumberPair =
    SamePairMeasure<Q, O> && is_discrete<Q> && HasQuantiles<Q> && HasQuantiles<TargetOf<O>>;

template <class Q, class O>
concept LineMean = ModelExpectation<O> && !DivergenceObjective<O> && OnLine<Q> && !is_discrete<Q>;

/// There is an integral over a line.
template <class Q, class O>
concept HasQuadrature = ContinuousLinePair<Q, O> || WholeNumberPair<Q, O> || LineMean<Q, O>;

/// The nodes and weights of the rule that the integrals of a divergence's terms, of p and of q
/// need: into x and measure.
[[nodiscard]] Estimate take_nodes(const RatioCost& cost, const LinePair& pair, ExactPoints& points);
/// The same for what only one line is of: p is q (1 + |h|).
[[nodiscard]] Estimate take_nodes(const LinePair& pair, ExactPoints& points);
/// All whole numbers from low to high. @throws DomainError  if they are more than a million
[[nodiscard]] Estimate take_whole_numbers(double low, double high, ExactPoints& points);

/// Whether the last term matters, though p and q vanish there: the sum goes on without bound.
[[nodiscard]] bool grows_to_the_end(const ExactPoints& points);

/// out = log q + log(1 + |h|).
void add_log_cost(const double* log_q, const double* h, double* out, std::size_t n);

/// q (1 + |h|) as a line.
template <class Q, class O>
struct CostLine {
  const Q& q;
  const O& objective;

  static void log_density(const void* self, const Batch& x, double* out, Workspace& workspace) {
    const auto& [q, objective] = *static_cast<const CostLine*>(self);
    const Workspace::Frame frame(workspace);
    const std::size_t n = engine::padded(x.size);
    double* const log_q = workspace.take(n);
    double* const h = workspace.take(n);
    double* const slope = workspace.take(n);
    q.log_density(x, log_q, workspace);
    const Stream none{{}, Purpose::minibatch, 0, 0};
    objective.cost(objective.evaluate(x, log_q, none, workspace), h, slope, workspace);
    add_log_cost(log_q, h, out, x.size);
  }
};

}  // namespace detail

/// Integrals over a line in place of draws, for models and targets of one variable: by the adaptive
/// rule of divergence(), whose nodes serve value and gradient alike. Of whole numbers the sum
/// between quantiles of probability 1e-300.
///
/// The estimate's standard_error is a bound of the error of the value. The rule is made anew for
/// every model, which allocates; an infinite divergence has gradient 0. options.samples does not
/// matter, and an objective must not draw.
///
///     fit(Normal(0.0, 1.0), ForwardKl(mixture), Quadrature{}, Lbfgs{})
struct Quadrature {
  static constexpr bool is_exact = true;

  struct State {
    detail::ExactPoints points;
  };

  template <class Q, class O>
  static constexpr void explain() {
    static_assert(detail::HasQuadrature<Q, O>,
                  "leibler: Quadrature needs a model and a target of one variable, with quantiles "
                  "or Gaussian components, both densities or both of whole numbers; for a finite "
                  "support use Enumeration{}, else ScoreFunction or Pathwise and Adam");
    static_assert(!detail::HasQuadrature<Q, O> || !support_moves<Q>,
                  "leibler: Quadrature needs a support that no parameter moves: there the gradient "
                  "of the integral is not the integral of the gradient");
  }

  /// @throws InvalidArgument  if the model has more than one dimension
  template <Parametric Q, Objective O>
  requires detail::HasQuadrature<Q, O> &&(!support_moves<Q>) [[nodiscard]] Estimate
      evaluate(State& state, const Q& q, const O& objective, Threads threads,
               std::span<double> gradient) const {
    detail::ExactPoints& points = state.points;
    check::size("Quadrature", "q.dimension()", q.dimension(), 1,
                "an integral over a line is of one variable");
    Estimate e;
    if constexpr (detail::LineMean<Q, O>) {
      const detail::CostLine<Q, O> line{q, objective};
      detail::LinePair pair{detail::line_of(q), detail::line_of(q)};
      pair.p.self = &line;
      pair.p.log_density = detail::CostLine<Q, O>::log_density;
      e = detail::take_nodes(pair, points);
      if (std::isfinite(e.value)) {
        e.value = detail::evaluate_mean(points, q, objective, threads, gradient);
      }
    } else {
      const auto& p = objective.target();
      if constexpr (detail::WholeNumberPair<Q, O>) {
        constexpr double edge = 1e-300;
        e = detail::take_whole_numbers(
            std::min<double>(p.quantile(edge), q.quantile(edge)),
            std::max<double>(p.upper_quantile(edge), q.upper_quantile(edge)), points);
      } else {
        e = detail::take_nodes(detail::ratio_cost_of(objective.divergence()),
                               detail::line_pair(p, q), points);
      }
      if (std::isfinite(e.value)) {
        detail::take_target(points, p);
        e.value = detail::evaluate_pair(points, q, objective, threads, gradient);
        if constexpr (detail::WholeNumberPair<Q, O>) {
          const bool has_end = std::isfinite(std::max(p.support().high, q.support().high));
          if (!has_end && detail::grows_to_the_end(points)) e.value = HUGE_VAL;
        }
      }
    }
    if (std::isinf(e.value)) std::fill(gradient.begin(), gradient.end(), 0.0);
    e.samples = points.size;
    return e;
  }
};

static_assert(detail::is_exact<Quadrature>);

}  // namespace leibler::inline v0
