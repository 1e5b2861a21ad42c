// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include <leibler/estimators/expectation.hpp>
#include <leibler/models/empirical.hpp>

namespace leibler::inline v0 {

/// One component of a mixture and how much of each distribution is its own.
struct ComponentShare {
  double weight = 0.0;  ///< in the mixture it belongs to
  Estimate mass;        ///< of the other distribution: its mean responsibility there
};

/// Below this weight and this mass a component of the model counts as died.
inline constexpr double died_below = 1e-3;

/// What a fitted model is worth, on fresh draws; what does not apply is absent.
struct Assessment {
  std::optional<Estimate> forward_kl;               ///< KL(p || q)
  std::optional<Estimate> reverse_kl;               ///< KL(q || p)
  std::optional<Estimate> elbo;                     ///< E_q[log p - log q], p unnormalised
  std::optional<Estimate> negative_log_likelihood;  ///< mean over the data; its error as a sample
  /// (mean w)^2 / mean w^2 of weights w = p / q on draws of q, in [0, 1], its error by the delta
  /// method. Not reliable where a few draws decide it: below 100 effective ones, or with an error
  /// above a tenth of it.
  std::optional<Estimate> effective_sample_size;
  std::vector<ComponentShare> model_components;   ///< q's, with their mass under p
  std::vector<ComponentShare> target_components;  ///< p's, with their mass under q

  /// Components of the model that died: weight and mass below died_below.
  [[nodiscard]] std::vector<std::size_t> died() const;

  [[nodiscard]] std::string to_json() const;
};

std::ostream& operator<<(std::ostream& out, const Assessment& assessment);

namespace detail {

/// Sums of the first four powers of weights that are given by their logarithms, over their largest:
/// what the effective sample size and its error are made of. -inf is a weight of 0.
class WeightSums {
 public:
  /// Adds log weights[0, n); spoils them.
  void add(double* log_weights, std::size_t n);
  void merge(const WeightSums& other);
  [[nodiscard]] Estimate effective_share() const;

 private:
  void rescale(double top);
  double top_ = -std::numeric_limits<double>::infinity();
  double powers_[4] = {};                              // sum exp(k (log weight - top))
  std::size_t count_ = 0, above_ = 0, undefined_ = 0;  // all, +inf, NaN
};

/// The moments of every component's responsibility.
struct ShareMoments {
  std::vector<engine::Moments> of;
  void merge(const ShareMoments& other) {
    for (std::size_t k = 0; k < of.size(); ++k) of[k].merge(other.of[k]);
  }
};

/// The mean share over a finite support and its error as a sample, from the sums of w r, w^2 r and
/// w^2 r^2, and of w^2, with weights w that add up to 1.
[[nodiscard]] Estimate weighted_share(const double* sums, double squares, std::size_t n);

/// The mean responsibilities of a mixture's components over the whole of a finite support.
template <MixtureLike M, Enumerable P>
[[nodiscard]] std::vector<ComponentShare> exact_shares(const M& mixture, const P& under,
                                                       Threads threads) {
  const std::size_t count = mixture.components(), width = 3 * count + 1;
  const auto& points = under.points();
  const PointsIn x = points_in(points);
  const Vector weight = under.weights();
  const engine::Chunks chunks{under.size(), under.dimension()};
  std::vector<double> sums(engine::Slots{chunks.count()}.count() * width);
  engine::sum_chunks(chunks.count(), threads, width, sums.data(), [&](std::size_t i, double* sum) {
    with_chunk(chunks, i, x, [&](const Batch& batch, std::size_t begin, Workspace& workspace) {
      namespace kernels = engine::kernels;
      const std::size_t n = batch.size;
      const double* const w = weight.data() + begin;
      double* const r = workspace.take(batch.stride * count);
      double* const product = workspace.take(engine::padded(n));
      mixture.responsibilities(mixture.evaluate(batch, workspace), r, batch.stride);
      for (std::size_t k = 0; k < count; ++k) {
        kernels::multiply(r + k * batch.stride, w, product, n);
        sum[3 * k] += kernels::sum(product, n);
        sum[3 * k + 1] += kernels::dot(product, w, n);
        sum[3 * k + 2] += kernels::dot(product, product, n);
      }
      sum[3 * count] += kernels::dot(w, w, n);
    });
  });
  const auto weights = mixture.weights();
  std::vector<ComponentShare> result(count);
  for (std::size_t k = 0; k < count; ++k) {
    result[k] = {weights[static_cast<Index>(k)],
                 weighted_share(sums.data() + 3 * k, sums[3 * count], under.size())};
  }
  return result;
}

/// The mean responsibilities of a mixture's components over draws of another distribution.
template <MixtureLike M, Sampleable P>
[[nodiscard]] std::vector<ComponentShare> shares(const M& mixture, const P& under,
                                                 const EstimateOptions& options) {
  const std::size_t count = mixture.components();
  const engine::Chunks chunks{options.samples, under.dimension()};
  const auto moments = engine::reduce_chunks(
      chunks.count(), options.threads, ShareMoments{std::vector<engine::Moments>(count)},
      [&](std::size_t i, ShareMoments& sum) {
        Workspace& workspace = Workspace::of_thread();
        const Workspace::Frame frame(workspace);
        const auto x = engine::take_batch(workspace, chunks.size(i), under.dimension());
        under.sample({options.seed, Purpose::evaluation, 1, static_cast<std::uint32_t>(i)}, x,
                     workspace);
        double* const r = workspace.take(x.stride * count);
        mixture.responsibilities(mixture.evaluate(x, workspace), r, x.stride);
        for (std::size_t k = 0; k < count; ++k) sum.of[k].add(r + k * x.stride, x.size);
      });
  const auto weights = mixture.weights();
  std::vector<ComponentShare> result(count);
  for (std::size_t k = 0; k < count; ++k) {
    result[k] = {weights[static_cast<Index>(k)], Estimate::from(moments.of[k])};
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
[[nodiscard]] Estimate effective_sample_size(const P& p, const Q& q,
                                             const EstimateOptions& options) {
  const engine::Chunks chunks{options.samples, q.dimension()};
  return engine::reduce_chunks(
             chunks.count(), options.threads, WeightSums(),
             [&](std::size_t i, WeightSums& sums) {
               Workspace& workspace = Workspace::of_thread();
               const Workspace::Frame frame(workspace);
               const auto x = engine::take_batch(workspace, chunks.size(i), q.dimension());
               q.sample({options.seed, Purpose::evaluation, 0, static_cast<std::uint32_t>(i)}, x,
                        workspace);
               double* const log_p = workspace.take(engine::padded(x.size));
               double* const log_q = workspace.take(engine::padded(x.size));
               p.log_density(x, log_p, workspace);
               q.log_density(x, log_q, workspace);
               engine::kernels::subtract(log_p, log_q, log_p, x.size);
               sums.add(log_p, x.size);
             })
      .effective_share();
}

}  // namespace detail

/// How good q is for p, on draws of its own, outside of any timed loop.
///
/// p a distribution: both KLs, effective sample size, mass per component of mixtures.
/// p an unnormalised density: the ELBO (never called a KL) and the effective sample size.
/// p data (Empirical, or points n x d): the mean negative log likelihood, exact for this data, with
/// its standard error as a sample; mass per component, likewise.
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
    if constexpr (Enumerable<P>) {
      result.model_components = detail::exact_shares(q, p, options.threads);
    } else {
      result.model_components = detail::shares(q, p, options);
    }
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
