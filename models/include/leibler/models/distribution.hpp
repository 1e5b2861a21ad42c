// SPDX-License-Identifier: MIT
#pragma once

#include <concepts>
#include <cstddef>
#include <span>
#include <utility>

#include <leibler/engine/random.hpp>
#include <leibler/engine/types.hpp>
#include <leibler/engine/workspace.hpp>

// What a model can do, one concept a capability; an estimator asks for what it uses. A model is a
// value: copyable, immutable but for being moved from. Calls below take chunks: batches of at most
// engine::most_chunk_size rows in a workspace; evaluate.hpp has the calls for any number of points.
// docs/concepts.md says what each promises; conformance.hpp checks a model against it.
namespace leibler::inline v0 {

using engine::Batch;
using engine::MutableBatch;
using engine::Purpose;
using engine::Stream;
using engine::Workspace;

/// Points can be drawn: x.size points of the stream, every column filled up to padded(x.size).
template <class P>
concept Sampleable = requires(const P& p, const Stream& stream, const MutableBatch& x,
                              Workspace& w) {
  { p.dimension() } -> std::convertible_to<std::size_t>;
  p.sample(stream, x, w);
};

/// log p at every point of a chunk: out[0, padded(x.size)), -inf outside the support. Normalised
/// unless P says `static constexpr bool normalized = false`.
template <class P>
concept Density = requires(const P& p, const Batch& x, double* out, Workspace& w) {
  { p.dimension() } -> std::convertible_to<std::size_t>;
  p.log_density(x, out, w);
};

/// Whether a density integrates to one: true unless it says otherwise.
template <class P>
inline constexpr bool is_normalized = true;
template <class P>
requires requires {
  P::normalized;
}
inline constexpr bool is_normalized<P> = P::normalized;

/// Whether a density is one of whole numbers: probabilities. False unless it says so.
template <class P>
inline constexpr bool is_discrete = false;
template <class P>
requires requires {
  P::is_discrete;
}
inline constexpr bool is_discrete<P> = P::is_discrete;

/// Whether a parameter moves an end of the support. The mean of d log q / d theta under q is then
/// not zero, which the score function needs. False unless the model says so.
template <class Q>
inline constexpr bool support_moves = false;
template <class Q>
requires requires {
  Q::support_moves;
}
inline constexpr bool support_moves<Q> = Q::support_moves;

/// Whether the path of a draw is not that of `sample` from one stream, but one that carries the
/// distribution along and is known from the point alone. False unless the model says so.
template <class Q>
inline constexpr bool implicit_path = false;
template <class Q>
requires requires {
  Q::implicit_path;
}
inline constexpr bool implicit_path<Q> = Q::implicit_path;

/// Whether points lie on a surface, of fewer dimensions than columns: a simplex, rows of length 1.
/// False unless the model says so.
template <class P>
inline constexpr bool is_on_surface = false;
template <class P>
requires requires {
  P::is_on_surface;
}
inline constexpr bool is_on_surface<P> = P::is_on_surface;

/// Whether sample honours stream.dependence: the rows of a chunk may be made to depend on each
/// other, each with the right distribution. False unless the model says so.
template <class P>
inline constexpr bool draws_can_depend = false;
template <class P>
requires requires {
  P::draws_can_depend;
}
inline constexpr bool draws_can_depend<P> = P::draws_can_depend;

/// A normalised density that can be drawn from.
template <class P>
concept Distribution = Density<P> && Sampleable<P> && is_normalized<P>;

/// An Evaluation holds what log density and gradients share (responsibilities, residuals), computed
/// once. It lives in the workspace: valid until the frame ends in which it was made.
template <class Q>
concept Evaluable = Density<Q> && requires(const Q& q, const Batch& x, double* out, Workspace& w,
                                           const typename Q::Evaluation& at) {
  { q.evaluate(x, w) } -> std::same_as<typename Q::Evaluation>;
  q.log_density(at, out);
};

/// d log p / dx at every point of an evaluation, one column a dimension.
template <class P>
concept Differentiable = Evaluable<P> &&
    requires(const P& p, const typename P::Evaluation& at, const MutableBatch& out, Workspace& w) {
  p.point_gradient(at, out, w);
};

/// Fitted through an unconstrained vector.
///
/// The gradient sum_i weight_i d log q(x_i) / d theta is a linear function of
/// `gradient_sums_size()` numbers that chunks add up (for a mixture, responsibility-weighted
/// moments); it is formed once a step. A null weight means 1. with_parameters throws DomainError
/// and leaves the model as it was where theta is not finite or not a valid model.
template <class Q>
concept Parametric = Evaluable<Q> &&
    requires(const Q& q, Q moved, std::span<const double> theta, std::span<double> out,
             const typename Q::Evaluation& at, const double* weight, double* sums,
             const double* const_sums, Workspace& w) {
  { q.parameter_count() } -> std::convertible_to<std::size_t>;
  q.parameters(out);
  { q.with_parameters(theta) } -> std::same_as<Q>;
  { std::move(moved).with_parameters(theta) } -> std::same_as<Q>;  // reuses the storage
  { q.gradient_sums_size() } -> std::convertible_to<std::size_t>;
  q.add_gradient_sums(at, weight, sums, w);
  q.parameter_gradient(const_sums, out);
};

/// A draw is a differentiable function of the parameters: sums += those of
/// sum_i v_i^T dx_i / d theta, which parameter_gradient turns into the gradient like its own. That
/// function is what sample computes from one stream or, where implicit_path<Q>, any that carries
/// the distribution along: d q / d theta + div(q dx / d theta) = 0, nothing flowing in or out.
template <class Q>
concept Reparameterized = Parametric<Q> && Sampleable<Q> && Differentiable<Q> &&
    requires(const Q& q, const typename Q::Evaluation& at, const Batch& v, double* sums,
             Workspace& w) {
  q.add_path_sums(at, v, sums, w);
};

/// Whether the two draws of a pair share random numbers.
enum class Coupling {
  common,  ///< as much as is known to lower the variance
  independent,
};

/// The derivative of the distribution by each parameter is a multiple of the difference of two
/// distributions (weak derivatives [1]): d E_q[f] / d theta_k = c (E[f(plus)] - E[f(minus)]) for
/// every f. measure_pair fills plus and minus with draws of the two and returns c.
///
/// [1] G. Pflug. Sampling derivatives of probabilities. Computing 42, 1989. For the families here:
///     S. Mohamed, M. Rosca, M. Figurnov and A. Mnih. Monte Carlo gradient estimation in machine
///     learning. JMLR 21, 2020. Section 6, table 1.
template <class Q>
concept MeasureDifferentiable = Parametric<Q> && Sampleable<Q> &&
    requires(const Q& q, std::size_t parameter, const Stream& stream, Coupling coupling,
             const MutableBatch& x, Workspace& w) {
  { q.measure_pair(parameter, stream, coupling, x, x, w) } -> std::same_as<double>;
};

/// A finite support: rows of points() with their logarithms of probability.
template <class P>
concept Enumerable = requires(const P& p) {
  { p.size() } -> std::convertible_to<std::size_t>;
  p.points();
  p.log_probabilities();
};

/// A distribution made of parts: responsibilities of part k for the points of an evaluation, in
/// column k of out (out_stride rows from one to the next).
template <class Q>
concept MixtureLike = Evaluable<Q> &&
    requires(const Q& q, const typename Q::Evaluation& at, double* out) {
  { q.components() } -> std::convertible_to<std::size_t>;
  q.responsibilities(at, out, std::size_t{});
  q.weights();
};

/// A mixture whose components can be drawn one by one, along a path of their own parameters: rows
/// sorted by component; sums of component k for its draws x and v_i^T dx_i / d theta_k; and the
/// gradient of sum_k w_k E_k[h] by costs[k] = w_k E_k[h] and the sums of all components.
template <class Q>
concept Stratifiable = MixtureLike<Q> && Parametric<Q> && Differentiable<Q> &&
    requires(const Q& q, std::size_t k, const Stream& stream, const std::size_t* counts,
             const MutableBatch& x, const Batch& v, double* sums, const double* costs,
             std::span<double> out, Workspace& w) {
  { q.plain_weights() } -> std::same_as<std::span<const double>>;
  q.sample_components(stream, counts, x, w);
  { q.component_sums_size() } -> std::convertible_to<std::size_t>;
  q.add_component_path_sums(k, v, v, sums, w);
  q.component_gradient(costs, costs, out);
};

}  // namespace leibler::inline v0
