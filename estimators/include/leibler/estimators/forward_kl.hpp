// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <utility>

#include <leibler/engine/kernels/elementary.hpp>
#include <leibler/estimators/objective.hpp>
#include <leibler/models/divergence.hpp>
#include <leibler/models/empirical.hpp>

namespace leibler::inline v0 {

/// KL(p || q_theta) = E_p[log p(x) - log q_theta(x)], mass covering. For data, and for a p that can
/// only be drawn from, the cross entropy E_p[-log q_theta(x)], which differs by a constant: maximum
/// likelihood.
///
///     const ForwardKl to_target(target);  // a distribution
///     const ForwardKl to_data(points);    // n x d
template <class P>
class ForwardKl {
  static_assert(Sampleable<P>,
                "leibler: ForwardKl needs a p that can be drawn from: a distribution or data; for "
                "a density without sample use ReverseKl");

 public:
  static constexpr bool is_divergence = Distribution<P>;

  explicit ForwardKl(P p) : p_(std::move(p)) {}
  /// @throws InvalidArgument, DomainError  if the points are no data, see Empirical
  explicit ForwardKl(const Points& points) requires std::same_as<P, Empirical> : p_(points) {}

  [[nodiscard]] static const char* name() { return is_divergence ? "KL(p || q)" : "cross entropy"; }
  [[nodiscard]] std::size_t dimension() const { return p_.dimension(); }
  [[nodiscard]] const P& target() const { return p_; }
  [[nodiscard]] static Kl divergence() requires Distribution<P> { return {}; }

  void draw(const Stream& stream, const MutableBatch& x, Workspace& workspace) const {
    p_.sample(stream, x, workspace);
  }

  /// log p - log q, or -log q where p has no density.
  void cost(const Batch& x, const double* log_q, double* h, Workspace& workspace) const {
    const std::size_t n = engine::padded(x.size);
    if constexpr (is_divergence) {
      p_.log_density(x, h, workspace);
      engine::kernels::subtract(h, log_q, h, n);
    } else {
      std::copy_n(log_q, n, h);
      engine::kernels::shift_scale(h, 0.0, -1.0, n);
    }
  }

 private:
  P p_;
};

ForwardKl(const Points&)->ForwardKl<Empirical>;

}  // namespace leibler::inline v0
