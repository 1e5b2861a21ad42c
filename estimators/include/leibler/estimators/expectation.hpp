// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include <leibler/engine/check.hpp>
#include <leibler/engine/chunks.hpp>
#include <leibler/engine/kernels/elementary.hpp>
#include <leibler/engine/parallel.hpp>
#include <leibler/estimators/estimate.hpp>
#include <leibler/models/distribution.hpp>
#include <leibler/models/evaluate.hpp>

// Expectations under a distribution. Where the support is finite they are exact sums and say so;
// else averages over draws with their standard error. Results never depend on `threads`.
namespace leibler::inline v0 {

/// One row of a batch: x[j] is coordinate j.
class Point {
 public:
  Point(const double* first, std::size_t stride, std::size_t size)
      : first_(first), stride_(stride), size_(size) {}
  [[nodiscard]] double operator[](std::size_t j) const { return first_[j * stride_]; }
  [[nodiscard]] std::size_t size() const { return size_; }

 private:
  const double* first_;
  std::size_t stride_, size_;
};

namespace detail {

/// What add(x, stream, workspace, T& slot) gathers from draws of p, chunk by chunk; T can merge.
template <class T, Sampleable P, class Add>
[[nodiscard]] T reduce_draws(const P& p, std::size_t samples, Seed seed, Purpose purpose,
                             Threads threads, const T& zero, const Add& add) {
  const engine::Chunks chunks{samples, p.dimension()};
  return engine::reduce_chunks(chunks.count(), threads, zero, [&](std::size_t i, T& slot) {
    Workspace& workspace = Workspace::of_thread();
    const Workspace::Frame frame(workspace);
    const auto x = engine::take_batch(workspace, chunks.size(i), p.dimension());
    const Stream stream{seed, purpose, 0, static_cast<std::uint32_t>(i)};
    p.sample(stream, x, workspace);
    add(Batch(x), stream, workspace, slot);
  });
}

/// The moments of cost(x, h, workspace), which fills h[0, x.size), over draws of p. A cost that
/// draws itself takes the chunk's stream as well: cost(x, h, stream, workspace). One that is a
/// difference returns one side of it, so that its rounding counts.
template <Sampleable P, class Cost>
[[nodiscard]] engine::Moments moments_under(const P& p, std::size_t samples, Seed seed,
                                            Purpose purpose, Threads threads, const Cost& cost) {
  return reduce_draws(
      p, samples, seed, purpose, threads, engine::Moments(),
      [&](const Batch& x, const Stream& stream, Workspace& workspace, engine::Moments& moments) {
        double* const h = workspace.take(engine::padded(x.size));
        const auto fill = [&] {
          if constexpr (std::invocable<Cost, Batch, double*, const Stream&, Workspace&>) {
            return cost(x, h, stream, workspace);
          } else {
            return cost(x, h, workspace);
          }
        };
        if constexpr (std::is_void_v<decltype(fill())>) {
          fill();
          moments.add(h, x.size);
        } else {
          moments.add_differences(h, fill(), x.size);
        }
      });
}

/// E_p[cost] from draws: to a number of them, or by a pilot and one batch to a standard error.
template <Sampleable P, class Cost>
[[nodiscard]] Estimate monte_carlo(const char* where, const P& p, const EstimateOptions& options,
                                   const Cost& cost) {
  check_options(where, options);
  check_draws(where, options.samples, p.dimension());
  std::size_t samples = options.samples;
  if (options.standard_error > 0.0) {
    const auto pilot = moments_under(p, std::min(samples, options.most_samples), options.seed,
                                     Purpose::pilot, options.threads, cost);
    samples = std::min(samples_needed(pilot, options), most_draws(p.dimension()));
  }
  return Estimate::from(
      moments_under(p, samples, options.seed, Purpose::evaluation, options.threads, cost));
}

/// Adds weight * h over a finite support, 0 where the weight is 0.
[[nodiscard]] double weighted_total(const double* weight, const double* h, std::size_t n);

/// Of a distribution from log_probabilities(), of data as given.
template <Enumerable P>
[[nodiscard]] Vector probabilities_of(const P& p) {
  if constexpr (Density<P>) {
    Vector out = p.log_probabilities();
    engine::kernels::exp_fill(out.data(), out.data(), p.size());
    return out;
  } else {
    return p.weights();
  }
}

/// E_p[cost] over the whole support of p.
template <Enumerable P, class Cost>
[[nodiscard]] Estimate enumerate(const P& p, Threads threads, const Cost& cost) {
  const auto& points = p.points();
  const PointsIn x = points_in(points);
  const Vector weights = probabilities_of(p);
  const engine::Chunks chunks{p.size(), p.dimension()};
  std::vector<double> parts(engine::Slots{chunks.count()}.count());
  engine::sum_chunks(chunks.count(), threads, 1, parts.data(), [&](std::size_t i, double* sum) {
    Workspace& workspace = Workspace::of_thread();
    const Workspace::Frame frame(workspace);
    const auto batch = engine::take_batch(workspace, chunks.size(i), p.dimension());
    copy_rows(x.data(), static_cast<std::size_t>(x.outerStride()), chunks.begin(i), batch);
    double* const h = workspace.take(engine::padded(batch.size));
    cost(Batch(batch), h, workspace);
    *sum += weighted_total(weights.data() + chunks.begin(i), h, batch.size);
  });
  return {parts[0], 0.0, p.size(), Method::enumeration, true};
}

template <Sampleable P, class Cost>
[[nodiscard]] Estimate best_expectation(const char* where, const P& p,
                                        const EstimateOptions& options, const Cost& cost) {
  if constexpr (Enumerable<P>) {
    check_options(where, options);
    return enumerate(p, options.threads, cost);
  } else {
    return monte_carlo(where, p, options, cost);
  }
}

inline void check_same_dimension(const char* where, std::size_t q, std::size_t p) {
  check::size(where, "q.dimension()", q, p, "p and q live in the same space");
}

}  // namespace detail

/// E_p[f(x)], f a callable of a Point.
///
///     const auto square = expectation(p, [](const auto& x) { return x[0] * x[0]; });
///
/// Exact for a finite support. @throws InvalidArgument, DomainError  for options out of range
template <Sampleable P, class F>
[[nodiscard]] Estimate expectation(const P& p, const F& f, const EstimateOptions& options = {}) {
  return detail::best_expectation("expectation", p, options,
                                  [&](const Batch& x, double* h, Workspace&) {
                                    for (std::size_t i = 0; i < x.size; ++i) {
                                      h[i] = f(Point(x.data + i, x.stride, x.dimension));
                                    }
                                  });
}

/// KL(p || q) = E_p[log p(x) - log q(x)] in nats, always sampled under p; unbiased. Infinite where
/// a draw of p falls where q is 0. Exactly 0 for p and q that are the same to the bit.
/// @throws InvalidArgument, DomainError  for options out of range or dimensions that differ
template <Sampleable P, Density Q>
[[nodiscard]] Estimate estimate_kl(const P& p, const Q& q, const EstimateOptions& options = {}) {
  static_assert(Distribution<P>,
                "leibler: estimate_kl needs a distribution p: sample and a normalised log_density; "
                "for data ask cross_entropy(data, q)");
  static_assert(is_normalized<Q>,
                "leibler: KL of an unnormalised density is not a KL; ask assess(q, p), which "
                "reports the ELBO");
  detail::check_same_dimension("estimate_kl", q.dimension(), p.dimension());
  return detail::monte_carlo("estimate_kl", p, options,
                             [&](const Batch& x, double* h, Workspace& workspace) {
                               double* const log_q = workspace.take(engine::padded(x.size));
                               p.log_density(x, h, workspace);
                               q.log_density(x, log_q, workspace);
                               engine::kernels::subtract(h, log_q, h, x.size);
                               return log_q;
                             });
}

}  // namespace leibler::inline v0
