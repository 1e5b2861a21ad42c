// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <iosfwd>
#include <optional>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include <leibler/models/categorical.hpp>
#include <leibler/models/distribution.hpp>
#include <leibler/models/evaluate.hpp>
#include <leibler/models/function_density.hpp>
#include <leibler/models/types.hpp>

// The policy that reinforcement learning with a KL penalty looks for: a reference tilted by a
// reward.
namespace leibler::inline v0 {

struct TiltOptions {
  double beta = 1.0;  ///< the weight of the penalty, finite and > 0: near 0 the best reward takes
                      ///< all, far above 1 nothing changes
};

/// The policy pi that maximises E_pi[reward] - beta KL(pi || reference), over categories:
///
///     log pi(k) = log reference(k) + reward_k / beta - log Z
///
/// A category that the reference never chooses is never chosen. Made by `tilt`; goes wherever a
/// Categorical goes. Everything is computed in log space and by differences of rewards: any beta
/// that is a positive double will do.
///
/// [1] R. Rafailov, A. Sharma, E. Mitchell, S. Ermon, C. Manning and C. Finn. Direct preference
///     optimization: your language model is secretly a reward model. NeurIPS, 2023. Equations 3
///     to 5.
class Tilted {
 public:
  using Evaluation = Categorical::Evaluation;
  static constexpr const char* name = "Tilted";
  static constexpr bool is_discrete = true;

  [[nodiscard]] const Categorical& reference() const { return reference_; }
  [[nodiscard]] Vector reward() const { return as_vector(reward_); }
  [[nodiscard]] double beta() const { return beta_; }

  /// log Z = log sum_k reference(k) exp(reward_k / beta), of the reference as it is: normalised.
  /// Infinite where it is beyond the range of double; objective() is not.
  [[nodiscard]] double log_normalizer() const { return log_normalizer_; }
  /// The largest E_pi[reward] - beta KL(pi || reference) there is: beta log Z.
  [[nodiscard]] double objective() const { return objective_; }
  /// That of any policy over the same categories. @throws InvalidArgument
  [[nodiscard]] double objective(const Categorical& policy) const;

  [[nodiscard]] double expected_reward() const { return expected_reward(policy_); }
  /// That of any policy over the same categories, the reference for one. @throws InvalidArgument
  [[nodiscard]] double expected_reward(const Categorical& policy) const;
  /// KL(*this || reference) in nats, with its digits however large beta is.
  [[nodiscard]] double kl_to_reference() const;

  /// beta log(pi / reference) = reward - objective(), from which preferences learn the reward: -inf
  /// where the reward is. [1]
  [[nodiscard]] Vector implicit_reward() const {
    Vector out(static_cast<Index>(size()));
    for (std::size_t k = 0; k < size(); ++k) out[static_cast<Index>(k)] = reward_[k] - objective_;
    return out;
  }
  /// @throws InvalidArgument  if there is no category k
  [[nodiscard]] double implicit_reward(std::size_t k) const;

  /// The policy alone.
  [[nodiscard]] const Categorical& categorical() const { return policy_; }
  operator const Categorical&() const { return policy_; }  // NOLINT: it is one

  // what a Categorical has

  [[nodiscard]] static constexpr std::size_t dimension() { return 1; }
  [[nodiscard]] Vector logits() const { return policy_.logits(); }
  [[nodiscard]] Vector probabilities() const { return policy_.probabilities(); }
  [[nodiscard]] double mean() const { return policy_.mean(); }
  [[nodiscard]] double variance() const { return policy_.variance(); }
  [[nodiscard]] double entropy() const { return policy_.entropy(); }
  [[nodiscard]] std::size_t size() const { return policy_.size(); }
  [[nodiscard]] Points points() const { return policy_.points(); }
  [[nodiscard]] Vector log_probabilities() const { return policy_.log_probabilities(); }

  [[nodiscard]] double log_density(double x) const { return policy_.log_density(x); }
  /// At every row of x, n x 1.
  template <class X>
  [[nodiscard]] Vector log_density(const Eigen::DenseBase<X>& x) const {
    return policy_.log_density(x);
  }
  void log_density(const Batch& x, double* out, Workspace& workspace) const {
    policy_.log_density(x, out, workspace);
  }
  [[nodiscard]] Evaluation evaluate(const Batch& x, Workspace& workspace) const {
    return policy_.evaluate(x, workspace);
  }
  void log_density(const Evaluation& at, double* out) const { policy_.log_density(at, out); }

  void sample(const Stream& stream, const MutableBatch& x, Workspace& workspace) const {
    policy_.sample(stream, x, workspace);
  }

  friend std::ostream& operator<<(std::ostream& out, const Tilted& p) {
    p.print(out);
    return out;
  }

  // plain memory, for compiled code

  [[nodiscard]] static Tilted make(const Categorical& reference, std::span<const double> reward,
                                   const TiltOptions& options);

 private:
  Tilted(const Categorical& reference, std::span<const double> reward, double beta,
         std::span<const double> logits);
  void print(std::ostream& out) const;

  Categorical reference_, policy_;
  std::vector<double> reward_;
  double beta_, log_sum_, log_normalizer_, objective_;
  std::vector<double> log_ratio_;  // log(pi / reference)
};

static_assert(Distribution<Tilted> && Enumerable<Tilted> && Evaluable<Tilted>);

/// By the log ratio itself where q is the reference, which keeps digits where beta is large.
[[nodiscard]] inline std::optional<double> closed_form(const Kl& kl, const Tilted& p,
                                                       const Categorical& q) {
  if (std::ranges::equal(p.reference().logits_data(), q.logits_data())) return p.kl_to_reference();
  return closed_form(kl, p.categorical(), q);
}

/// @param reward  one a category: finite, or -inf for what must not be chosen
/// @throws InvalidArgument  if there are not as many rewards as categories
/// @throws DomainError      for a reward that is NaN or +inf, if none that the reference can choose
///                          is finite, if beta is not finite and > 0
///
///     const auto policy = tilt(Categorical::from_probabilities(Vector{{0.5, 0.5}}),
///                              Vector{{0.0, 1.0}}, {.beta = 0.7});
[[nodiscard]] inline Tilted tilt(const Categorical& reference, const Vector& reward,
                                 const TiltOptions& options = {}) {
  return Tilted::make(reference, as_span(reward), options);
}

namespace detail {

/// @throws DomainError  unless it is finite and > 0
[[nodiscard]] double checked_beta(double beta);
/// out[i] += reward[i] / beta, and -inf where either is.
void add_reward(double* out, const double* reward, double beta, std::size_t n);

}  // namespace detail

/// Any reference tilted by any reward: an unnormalised density, reference(x) exp(reward(x) / beta),
/// that ReverseKl takes; the negative ELBO is then -objective / beta. Made by `tilt`.
template <Density P, Density R>
class TiltedDensity {
 public:
  static constexpr bool normalized = false;
  static constexpr bool is_discrete = leibler::is_discrete<P>;
  static constexpr bool is_on_surface = leibler::is_on_surface<P>;

  TiltedDensity(P reference, R reward, const TiltOptions& options)
      : reference_(std::move(reference)),
        reward_(std::move(reward)),
        beta_(detail::checked_beta(options.beta)) {}

  [[nodiscard]] std::size_t dimension() const { return reference_.dimension(); }
  [[nodiscard]] const P& reference() const { return reference_; }
  /// As a density: its log_density is the reward.
  [[nodiscard]] const R& reward() const { return reward_; }
  [[nodiscard]] double beta() const { return beta_; }

  /// At every row of x, n x d.
  /// @throws DomainError  that names the point where the reward is NaN or +inf
  template <class X>
  [[nodiscard]] Vector log_density(const Eigen::DenseBase<X>& x) const {
    return leibler::log_density(*this, x);
  }
  void log_density(const Batch& x, double* out, Workspace& workspace) const {
    const Workspace::Frame frame(workspace);
    const std::size_t n = engine::padded(x.size);
    double* const reward = workspace.take(n);
    reference_.log_density(x, out, workspace);
    reward_.log_density(x, reward, workspace);
    detail::add_reward(out, reward, beta_, n);
  }

  // gradients, where both have one

  struct Evaluation {
    Batch x;
    const double* log_density;
    Batch point_gradient;
  };

  [[nodiscard]] Evaluation evaluate(const Batch& x, Workspace& workspace) const requires
      Differentiable<P> && Differentiable<R> {
    const std::size_t n = engine::padded(x.size);
    double* const out = workspace.take(n);
    const auto gradient = engine::take_batch(workspace, x.size, dimension());
    const Workspace::Frame frame(workspace);
    double* const reward = workspace.take(n);
    const auto slope = engine::take_batch(workspace, x.size, dimension());
    const auto at = reference_.evaluate(x, workspace);
    reference_.log_density(at, out);
    reference_.point_gradient(at, gradient, workspace);
    const auto rewarded = reward_.evaluate(x, workspace);
    reward_.log_density(rewarded, reward);
    reward_.point_gradient(rewarded, slope, workspace);
    detail::add_reward(out, reward, beta_, n);
    for (std::size_t j = 0; j < dimension(); ++j) {
      detail::add_reward(gradient.data + j * gradient.stride, slope.data + j * slope.stride, beta_,
                         n);
    }
    return {x, out, gradient};
  }
  void log_density(const Evaluation& at, double* out) const {
    std::copy_n(at.log_density, engine::padded(at.x.size), out);
  }
  void point_gradient(const Evaluation& at, const MutableBatch& out,
                      Workspace&) const requires Differentiable<P> && Differentiable<R> {
    for (std::size_t j = 0; j < dimension(); ++j) {
      std::copy_n(at.point_gradient.data + j * at.point_gradient.stride, engine::padded(at.x.size),
                  out.data + j * out.stride);
    }
  }

 private:
  P reference_;
  R reward_;
  double beta_;
};

/// @param reward  a callable of a point, as `density` takes it, or a density whose log_density is
///                the reward (so may a gradient be written by hand); -inf for what must not happen
/// @throws InvalidArgument, DomainError
///
///     const auto target = tilt(Gaussian::standard(2), [](const auto& x) { return x[0] * x[1]; },
///                              {.beta = 3.0});
template <Density P, class R>
requires(Density<R> || (std::invocable<const R&, const Reals&> && !std::convertible_to<R, Vector>))
    [[nodiscard]] auto tilt(P reference, R reward, const TiltOptions& options = {}) {
  if constexpr (Density<R>) {
    check::size("tilt", "reward.dimension()", reward.dimension(), reference.dimension(),
                "reward and reference live in the same space");
    return TiltedDensity<P, R>(std::move(reference), std::move(reward), options);
  } else {
    const std::size_t dimension = reference.dimension();
    return TiltedDensity<P, FunctionDensity<R>>(std::move(reference),
                                                density(dimension, std::move(reward)), options);
  }
}

namespace detail {

void write_implicit_reward(const Categorical& policy, const Categorical& reference, double beta,
                           std::span<double> out);

}  // namespace detail

/// beta log(policy(k) / reference(k)): the reward, up to a constant, for which the policy is the
/// best with this penalty [1, equation 5]. Infinite where one of them is 0, 0 where both are.
/// @throws InvalidArgument  if the numbers of categories differ
/// @throws DomainError      unless beta is finite and > 0
[[nodiscard]] inline Vector implicit_reward(const Categorical& policy, const Categorical& reference,
                                            double beta) {
  Vector out(static_cast<Index>(policy.size()));
  detail::write_implicit_reward(policy, reference, beta, {out.data(), policy.size()});
  return out;
}

}  // namespace leibler::inline v0
