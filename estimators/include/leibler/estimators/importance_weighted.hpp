// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <type_traits>
#include <utility>

#include <leibler/engine/chunks.hpp>
#include <leibler/engine/kernels/elementary.hpp>
#include <leibler/estimators/objective.hpp>
#include <leibler/models/distribution.hpp>

namespace leibler::inline v0 {

struct ImportanceWeightedOptions {
  std::size_t draws = 10;  ///< K of a bound, from 1 to 4096
};

/// -E[log mean_k p(x_k) / q(x_k)], x_1 ... x_K drawn from q: the negative importance weighted bound
/// (IWAE) [1]. It is never below -log of p's integral, comes nearer to it with every draw, and is
/// the negative ELBO for K = 1. Its gradient has estimators of its own: DoublyReparameterized,
/// Vimco.
///
///     fit(q, ImportanceWeighted(posterior, {.draws = 20}), DoublyReparameterized{}, Adam{},
///     options)
///
/// `samples` of a fit counts bounds, of K draws each.
///
/// [1] Y. Burda, R. Grosse and R. Salakhutdinov. Importance weighted autoencoders. ICLR, 2016.
///     Equation 8.
template <class P>
class ImportanceWeighted {
  static_assert(Density<P>, "leibler: ImportanceWeighted needs a p with a log density");

 public:
  /// @throws InvalidArgument  if options.draws is out of range
  explicit ImportanceWeighted(P p, const ImportanceWeightedOptions& options = {});

  [[nodiscard]] static const char* name() { return "negative importance weighted bound"; }
  [[nodiscard]] std::size_t dimension() const { return p_.dimension(); }
  [[nodiscard]] const P& target() const { return p_; }
  [[nodiscard]] std::size_t draws() const { return draws_; }

 private:
  P p_;
  std::size_t draws_;
};

namespace detail {

[[nodiscard]] std::size_t checked_draws(std::size_t draws);

/// K draws for each of n bounds: draw k of all of them is one batch, column k the logarithms of
/// their weights.
struct BoundDraws {
  std::size_t size, draws;
  MutableBatch x;  ///< of draw 0; the next is x.stride * x.dimension further
  double* log_weight;
  double* bound;  ///< log of the mean weight
  double* share;  ///< of every draw in it; 0 where all weights are 0

  [[nodiscard]] MutableBatch draw(std::size_t k) const {
    return {x.data + k * x.stride * x.dimension, x.size, x.dimension, x.stride};
  }
  /// From log_weight.
  void finish() const;
};

/// Bounds whose draws are in memory at once.
[[nodiscard]] std::size_t bounds_of_block(std::size_t draws);

template <Sampleable Q, Density P>
[[nodiscard]] BoundDraws draw_bounds(const Q& q, const P& p, const Stream& stream,
                                     std::size_t block, std::size_t n, std::size_t draws,
                                     Workspace& workspace) {
  const std::size_t d = q.dimension();
  const MutableBatch first = engine::take_batch(workspace, n, d);
  // batches one after the other: what take_batch gives, as often as there are draws
  double* const rows = workspace.take(first.stride * d * draws);
  const BoundDraws all{n,
                       draws,
                       {rows, n, d, first.stride},
                       workspace.take(first.stride * draws),
                       workspace.take(first.stride),
                       workspace.take(first.stride * draws)};
  for (std::size_t k = 0; k < draws; ++k) {
    const Workspace::Frame frame(workspace);
    Stream own = stream;
    own.seed = engine::derive(stream.seed, block * draws + k);
    q.sample(own, all.draw(k), workspace);
    double* const log_p = workspace.take(first.stride);
    double* const log_q = workspace.take(first.stride);
    p.log_density(all.draw(k), log_p, workspace);
    q.log_density(all.draw(k), log_q, workspace);
    engine::kernels::subtract(log_p, log_q, all.log_weight + k * first.stride, engine::padded(n));
  }
  all.finish();
  return all;
}

/// add(BoundDraws) for blocks of n bounds, and their values where they are wanted.
template <Sampleable Q, class O, class Add>
void for_bounds(const Q& q, const O& objective, const Stream& stream, std::size_t n,
                engine::Moments* value, Workspace& workspace, const Add& add) {
  const std::size_t most = bounds_of_block(objective.draws());
  for (std::size_t begin = 0, block = 0; begin < n; begin += most, ++block) {
    const Workspace::Frame frame(workspace);
    const BoundDraws draws = draw_bounds(q, objective.target(), stream, block,
                                         std::min(most, n - begin), objective.draws(), workspace);
    add(draws);
    if (value == nullptr) continue;
    engine::kernels::shift_scale(draws.bound, 0.0, -1.0, draws.size);
    value->add(draws.bound, draws.size);
  }
}

}  // namespace detail

template <class P>
ImportanceWeighted<P>::ImportanceWeighted(P p, const ImportanceWeightedOptions& options)
    : p_(std::move(p)), draws_(detail::checked_draws(options.draws)) {}

}  // namespace leibler::inline v0
