// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

#include <leibler/estimators/expectation.hpp>
#include <leibler/models/empirical.hpp>

namespace leibler::inline v0 {

/// One component of a mixture and how much of each distribution is its own.
struct ComponentShare {
  double weight = 0.0;  ///< in the mixture it belongs to
  double mass = 0.0;    ///< of the other distribution: its mean responsibility there
};

/// Below this weight and this mass a component of the model counts as died.
inline constexpr double died_below = 1e-3;

/// What a fitted model is worth, on fresh draws; what does not apply is absent.
struct Assessment {
  std::optional<Estimate> forward_kl;               ///< KL(p || q)
  std::optional<Estimate> reverse_kl;               ///< KL(q || p)
  std::optional<Estimate> elbo;                     ///< E_q[log p - log q], p unnormalised
  std::optional<Estimate> negative_log_likelihood;  ///< mean over the data; its error as a sample
  std::optional<double> effective_sample_size;      ///< of weights p / q on draws of q, in (0, 1]
  std::vector<ComponentShare> model_components;     ///< q's, with their mass under p
  std::vector<ComponentShare> target_components;    ///< p's, with their mass under q

  /// Components of the model that died: weight and mass below died_below.
  [[nodiscard]] std::vector<std::size_t> died() const;

  [[nodiscard]] std::string to_json() const;
};

std::ostream& operator<<(std::ostream& out, const Assessment& assessment);

namespace detail {

/// (sum w)^2 / (n sum w^2) of log weights; spoils them. 0 where none is finite, NaN where one is.
[[nodiscard]] double effective_share(std::vector<double>& log_weights);

/// The mean responsibilities of a mixture's components over draws of another distribution.
template <MixtureLike M, Sampleable P>
[[nodiscard]] std::vector<ComponentShare> shares(const M& mixture, const P& under,
                                                 const EstimateOptions& options) {
  const std::size_t count = mixture.components();
  const engine::Chunks chunks{options.samples, under.dimension()};
  std::vector<double> sums(engine::Slots{chunks.count()}.count() * count);
  engine::sum_chunks(
      chunks.count(), options.threads, count, sums.data(), [&](std::size_t i, double* sum) {
        Workspace& workspace = Workspace::of_thread();
        const Workspace::Frame frame(workspace);
        const auto x = engine::take_batch(workspace, chunks.size(i), under.dimension());
        under.sample({options.seed, Purpose::evaluation, 1, static_cast<std::uint32_t>(i)}, x,
                     workspace);
        double* const r = workspace.take(x.stride * count);
        mixture.responsibilities(mixture.evaluate(x, workspace), r, x.stride);
        for (std::size_t k = 0; k < count; ++k) {
          sum[k] += engine::kernels::sum(r + k * x.stride, x.size);
        }
      });
  const auto weights = mixture.weights();
  std::vector<ComponentShare> result(count);
  for (std::size_t k = 0; k < count; ++k) {
    result[k] = {weights[static_cast<Index>(k)], sums[k] / static_cast<double>(options.samples)};
  }
  return result;
}

/// sqrt(sum w^2 (h - mean)^2) of weights that add up to 1: the error of a weighted mean as a
/// sample.
[[nodiscard]] double weighted_error(const double* weight, const double* h, double mean,
                                    std::size_t n);

template <Enumerable P, Density Q>
[[nodiscard]] Estimate negative_log_likelihood(const P& p, const Q& q, Threads threads) {
  const auto& points = p.points();
  Vector h = -log_density(q, points, threads);
  const Vector weight = p.weights();
  const double mean = weighted_total(weight.data(), h.data(), p.size());
  const double error = weighted_error(weight.data(), h.data(), mean, p.size());
  return {mean, error, p.size(), Method::enumeration, std::isfinite(error)};
}

template <Density P, Sampleable Q>
[[nodiscard]] double effective_sample_size(const P& p, const Q& q, const EstimateOptions& options) {
  const engine::Chunks chunks{options.samples, q.dimension()};
  std::vector<double> log_weights(options.samples);
  engine::for_chunks(chunks.count(), options.threads, [&](std::size_t i) {
    Workspace& workspace = Workspace::of_thread();
    const Workspace::Frame frame(workspace);
    const auto x = engine::take_batch(workspace, chunks.size(i), q.dimension());
    q.sample({options.seed, Purpose::evaluation, 0, static_cast<std::uint32_t>(i)}, x, workspace);
    double* const log_p = workspace.take(engine::padded(x.size));
    double* const log_q = workspace.take(engine::padded(x.size));
    p.log_density(x, log_p, workspace);
    q.log_density(x, log_q, workspace);
    engine::kernels::subtract(log_p, log_q, log_weights.data() + chunks.begin(i), x.size);
  });
  return effective_share(log_weights);
}

}  // namespace detail

/// How good q is for p, on draws of its own, outside of any timed loop.
///
/// p a distribution: both KLs, effective sample size, mass per component of mixtures.
/// p an unnormalised density: the ELBO (never called a KL) and the effective sample size.
/// p data (Empirical, or points n x d): the mean negative log likelihood, exact for this data, with
/// its standard error as a sample; mass per component.
///
///     std::cout << assess(target, fitted.model, {.samples = 100'000, .seed = {2}}) << '\n';
///
/// @throws InvalidArgument, DomainError  for options out of range or dimensions that differ
template <class P, class Q>
[[nodiscard]] Assessment assess(const P& p, const Q& q, const EstimateOptions& options = {}) {
  static_assert(Density<Q> && is_normalized<Q>, "leibler: assess(p, q): q is a normalised model");
  static_assert(Density<P> || Enumerable<P>,
                "leibler: assess(p, q): p is a distribution, a density or data (n x d)");
  detail::check_options("assess", options);
  detail::check_same_dimension("assess", q.dimension(), p.dimension());
  Assessment result;
  if constexpr (Distribution<P>) result.forward_kl = estimate_kl(p, q, options);
  if constexpr (Density<P> && Sampleable<Q>) {
    if constexpr (Distribution<P>) {
      result.reverse_kl = estimate_kl(q, p, options);
    } else {
      result.elbo = detail::monte_carlo(
          "assess", q, options, [&](const Batch& x, double* h, Workspace& workspace) {
            double* const log_q = workspace.take(engine::padded(x.size));
            p.log_density(x, h, workspace);
            q.log_density(x, log_q, workspace);
            engine::kernels::subtract(h, log_q, h, x.size);
            return log_q;
          });
    }
    result.effective_sample_size = detail::effective_sample_size(p, q, options);
  }
  if constexpr (Enumerable<P> && !Density<P>) {
    result.negative_log_likelihood = detail::negative_log_likelihood(p, q, options.threads);
  }
  if constexpr (MixtureLike<Q> && Sampleable<P>) {
    result.model_components = detail::shares(q, p, options);
  }
  if constexpr (MixtureLike<P> && Sampleable<Q>) {
    result.target_components = detail::shares(p, q, options);
  }
  return result;
}

/// The same for points, n x d, every one with the same weight.
template <class Q>
[[nodiscard]] Assessment assess(const Points& data, const Q& q,
                                const EstimateOptions& options = {}) {
  return assess(Empirical(data), q, options);
}

}  // namespace leibler::inline v0
