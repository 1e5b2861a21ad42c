// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <optional>
#include <type_traits>
#include <utility>

#include <leibler/engine/chunks.hpp>
#include <leibler/estimators/expectation.hpp>
#include <leibler/estimators/objective.hpp>
#include <leibler/models/scalar.hpp>
#include <leibler/models/tape_evaluation.hpp>

namespace leibler::inline v0 {

namespace detail {

/// @throws DomainError  that names the first point whose cost is not finite
void check_costs(const Batch& x, const double* h);
/// The same of its gradient.
void check_cost_gradient(const Batch& x, const Batch& gradient);

/// A cost of doubles, with nothing to differentiate.
template <class F>
concept PlainCost = std::invocable<const F&, const Point&> &&
                    std::convertible_to < std::invoke_result_t<const F&, const Point&>,
double > ;

/// One that can be recorded on the tape.
template <class F>
concept RecordedCost = std::invocable<const F&, const Reals&> &&
    std::convertible_to<std::invoke_result_t<const F&, const Reals&>, Real>;

/// The gradient of a cost by hand: gradient(x)[j], point by point.
template <class G>
concept CostGradient = std::invocable<const G&, const Point&>;

struct NoGradient {};

/// out[i] = f(point i), 0 behind the last. Eight at a time, so that a compiler makes vectors of
/// what it can.
template <class F>
void at_points(const Batch& x, const F& f, double* __restrict out) {
  const double* __restrict const first = x.data;
  std::size_t i = 0;
  for (; i + 8 <= x.size; i += 8) {
    for (std::size_t k = i; k < i + 8; ++k) out[k] = f(Point(first + k, x.stride, x.dimension));
  }
  for (; i < x.size; ++i) out[i] = f(Point(first + i, x.stride, x.dimension));
  std::fill(out + x.size, out + engine::padded(x.size), 0.0);
}

}  // namespace detail

/// E_{x ~ q_theta}[f(x)] of a cost of the user's own, as what a fit minimises.
///
///     const Expectation square([](const auto& x) { return x[0] * x[0]; });
///
/// f takes a point, x[0] ... x[d - 1]. A generic callable is differentiated on the tape; one of
/// `const Point&` alone serves estimators that need no dh/dx. A second callable may give the
/// gradient by hand: gradient(x)[j], asked for once a coordinate. f may be called from several
/// threads at once.
///
/// A cost, or a gradient, that is not finite is a DomainError that names the point; a fit ends with
/// it, its step and its last good model.
template <class F, class G = detail::NoGradient>
class Expectation {
  static_assert(detail::PlainCost<F> || detail::RecordedCost<F>,
                "leibler: Expectation(f): f takes a point, [](const auto& x) { ... }, and returns "
                "its cost as a number");

 public:
  static constexpr std::optional<double> constant_slope = 0.0;

  struct Evaluation {
    Batch x;
  };

  explicit Expectation(F f) : f_(std::move(f)) {}
  Expectation(F f, G gradient) : f_(std::move(f)), gradient_(std::move(gradient)) {}

  [[nodiscard]] static const char* name() { return "E_q[f]"; }

  [[nodiscard]] Evaluation evaluate(const Batch& x, const double*, const Stream&,
                                    Workspace&) const {
    return {x};
  }

  /// @throws DomainError
  void cost(const Evaluation& at, double* h, double* slope, Workspace& workspace) const {
    if constexpr (detail::PlainCost<F>) {
      detail::at_points(
          at.x, [&](const Point& x) { return static_cast<double>(f_(x)); }, h);
    } else {
      const Recorded recorded{f_, at.x.dimension};
      detail::log_density_on_tape(recorded.formula(), at.x, {}, h, workspace);
    }
    detail::check_costs(at.x, h);
    if (slope != nullptr) std::fill_n(slope, engine::padded(at.x.size), 0.0);
  }

  /// df/dx. @throws DomainError
  void point_gradient(const Evaluation& at, const MutableBatch& out, Workspace& workspace) const
      requires(detail::RecordedCost<F> || detail::CostGradient<G>) {
    if constexpr (detail::CostGradient<G>) {
      for (std::size_t j = 0; j < at.x.dimension; ++j) {
        detail::at_points(
            at.x, [&](const Point& x) { return static_cast<double>(gradient_(x)[j]); },
            out.data + j * out.stride);
      }
    } else {
      const Workspace::Frame frame(workspace);
      const Recorded recorded{f_, at.x.dimension};
      detail::copy_point_gradient(
          detail::evaluate_on_tape(recorded.formula(), at.x, {}, true, workspace), out);
    }
    detail::check_cost_gradient(at.x, out);
  }

 private:
  struct Recorded {
    const F& f;
    std::size_t dimension;

    [[nodiscard]] detail::TapeFormula formula() const {
      return {this, [](const void* self, const Real* x, const Real*) {
                const auto& cost = *static_cast<const Recorded*>(self);
                return Real(cost.f(Reals::of({x, cost.dimension})));
              }};
    }
  };

  F f_;
  [[no_unique_address]] G gradient_{};
};

}  // namespace leibler::inline v0
