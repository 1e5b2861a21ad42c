// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>

#include <leibler/engine/kernels/elementary.hpp>
#include <leibler/estimators/objective.hpp>
#include <leibler/models/reversed.hpp>

namespace leibler::inline v0 {

/// KL(q_theta || p) = E_q[log q_theta(x) - log p(x)], mode seeking. For an unnormalised p it is the
/// negative ELBO, KL minus the logarithm of p's normalising constant, and reports call it so.
///
///     const ReverseKl to_target(target);
template <class P>
class ReverseKl {
  static_assert(Density<P>,
                "leibler: ReverseKl needs a p with a log density; data has none: use ForwardKl");

 public:
  static constexpr bool is_divergence = is_normalized<P>;

  /// dh / d(log q) of h = log q - log p.
  static constexpr std::optional<double> constant_slope = 1.0;

  struct Evaluation {
    Batch x;
    const double* log_q;
  };

  explicit ReverseKl(P p) : p_(std::move(p)) {}

  [[nodiscard]] static const char* name() { return is_divergence ? "KL(q || p)" : "negative ELBO"; }
  [[nodiscard]] std::size_t dimension() const { return p_.dimension(); }
  [[nodiscard]] const P& target() const { return p_; }
  [[nodiscard]] static Reversed<Kl> divergence() requires is_normalized<P> {
    return Reversed(Kl{});
  }

  [[nodiscard]] Evaluation evaluate(const Batch& x, const double* log_q, const Stream&,
                                    Workspace&) const {
    return {x, log_q};
  }

  void cost(const Evaluation& at, double* h, double* slope, Workspace& workspace) const {
    const std::size_t n = engine::padded(at.x.size);
    p_.log_density(at.x, h, workspace);
    engine::kernels::subtract(at.log_q, h, h, n);
    if (slope != nullptr) std::fill_n(slope, n, *constant_slope);
  }

  /// -d log p / dx.
  void point_gradient(const Evaluation& at, const MutableBatch& out,
                      Workspace& workspace) const requires Differentiable<P> {
    const Workspace::Frame frame(workspace);
    p_.point_gradient(p_.evaluate(at.x, workspace), out, workspace);
    for (std::size_t j = 0; j < out.dimension; ++j) {
      engine::kernels::shift_scale(out.data + j * out.stride, 0.0, -1.0, engine::padded(out.size));
    }
  }

 private:
  P p_;
};

}  // namespace leibler::inline v0
