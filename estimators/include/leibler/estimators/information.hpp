// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>
#include <concepts>
#include <cstddef>
#include <iosfwd>
#include <string>
#include <type_traits>
#include <vector>

#include <leibler/engine/kernels/elementary.hpp>
#include <leibler/estimators/divergence_estimate.hpp>
#include <leibler/estimators/expectation.hpp>
#include <leibler/models/gaussian_divergence.hpp>
#include <leibler/models/joint.hpp>
#include <leibler/models/parts.hpp>

// Entropy and what is made of it, in nats: in_bits turns a result into bits.
namespace leibler::inline v0 {

/// The same in bits: value and error over log 2.
[[nodiscard]] Estimate in_bits(const Estimate& nats);
[[nodiscard]] double in_bits(double nats);

/// H(p) = E_p[-log p(x)] in nats: by formula where p has entropy(), else sampled.
/// @throws InvalidArgument, DomainError  for options out of range
template <Sampleable P>
[[nodiscard]] Estimate entropy(const P& p, const EstimateOptions& options = {}) {
  static_assert(Distribution<P>,
                "leibler: entropy needs a distribution: log_density, sample and a density that "
                "integrates to one");
  if constexpr (requires {
                  { p.entropy() } -> std::convertible_to<double>;
                }) {
    detail::check_options("entropy", options);
    return {p.entropy(), 0.0, 0, Method::closed_form, true};
  } else {
    return detail::monte_carlo("entropy", p, options,
                               [&](const Batch& x, double* h, Workspace& workspace) {
                                 p.log_density(x, h, workspace);
                                 engine::kernels::shift_scale(h, 0.0, -1.0, x.size);
                               });
  }
}

/// H(p, q) = E_p[-log q(x)] in nats, infinite where q = 0 < p: exact under data (the mean negative
/// log likelihood); H(p) + KL(p || q) where both are known, by the best way to the KL that does not
/// sample (a formula, a sum or quadrature); a sum over a finite support; else sampled.
/// @throws InvalidArgument, DomainError  for options out of range or dimensions that differ
template <Sampleable P, Density Q>
[[nodiscard]] Estimate cross_entropy(const P& p, const Q& q, const EstimateOptions& options = {}) {
  static_assert(is_normalized<Q>,
                "leibler: cross_entropy needs a normalised q; for an unnormalised density ask "
                "expectation for the mean of its log density");
  constexpr auto where = "cross_entropy";
  detail::check_same_dimension(where, q.dimension(), p.dimension());
  detail::check_options(where, options);
  if constexpr (Distribution<P> && detail::HasEntropy<P> && is_discrete<P> == is_discrete<Q>) {
    Estimate estimate = divergence(Kl{}, p, q, {.samples = 4, .threads = options.threads});
    if (estimate.method != Method::monte_carlo) {
      estimate.value += p.entropy();
      return estimate;
    }
  }
  return detail::best_expectation(where, p, options,
                                  [&](const Batch& x, double* h, Workspace& workspace) {
                                    q.log_density(x, h, workspace);
                                    engine::kernels::shift_scale(h, 0.0, -1.0, x.size);
                                  });
}

namespace detail {

/// exp of an entropy, its error by the delta method.
[[nodiscard]] Estimate exponential(const Estimate& entropy);

}  // namespace detail

/// exp H(p): of how many equally likely outcomes p has the entropy. The error is that of the delta
/// method. @throws InvalidArgument, DomainError  as entropy does
template <Sampleable P>
[[nodiscard]] Estimate perplexity(const P& p, const EstimateOptions& options = {}) {
  return detail::exponential(entropy(p, options));
}
/// exp H(p, q): among how many equally likely outcomes q is at a loss, on average under p, data or
/// a distribution. @throws InvalidArgument, DomainError  as cross_entropy does
template <Sampleable P, Density Q>
[[nodiscard]] Estimate perplexity(const P& p, const Q& q, const EstimateOptions& options = {}) {
  return detail::exponential(cross_entropy(p, q, options));
}

/// KL(p || q) of several variables, split into that of the first ones and what the others add:
/// joint = marginal + conditional.
struct ChainRule {
  Estimate joint;        ///< KL(p(x, y) || q(x, y))
  Estimate marginal;     ///< KL(p(x) || q(x)), never more than the joint
  Estimate conditional;  ///< E_p(x)[KL(p(y | x) || q(y | x))]; infinite where q(x) = 0 < p(x)

  [[nodiscard]] std::string to_json() const;
};

std::ostream& operator<<(std::ostream& out, const ChainRule& parts);

namespace detail {

/// The coordinates below `dimension` that are not in `first`, rising.
/// @throws InvalidArgument  unless those are distinct, in range, at least one and not all
[[nodiscard]] std::vector<std::size_t> other_coordinates(const char* where,
                                                         const std::vector<std::size_t>& first,
                                                         std::size_t dimension);
[[nodiscard]] Points columns_of(const Points& x, const std::vector<std::size_t>& coordinates);
[[nodiscard]] Joint product_of_marginals(const Joint& p, const std::vector<std::size_t>& first);
/// Of the coordinates `first` and `rest`; L holds the Gaussian's factor.
[[nodiscard]] double gaussian_information(const PlainGaussian& p,
                                          const std::vector<std::size_t>& first,
                                          const std::vector<std::size_t>& rest);

template <class P>
concept HasMarginals = requires(const P& p, const std::vector<std::size_t>& coordinates) {
  { p.marginal(coordinates) } -> Density;
};

}  // namespace detail

/// Of two tables of the same shape, exact.
///
///     const ChainRule parts = chain_rule(Joint(p), Joint(q));  // rows first, then columns
///
/// @param first  the variables x, the others are y: distinct, at least one and not all
/// @throws InvalidArgument
[[nodiscard]] ChainRule chain_rule(const Joint& p, const Joint& q,
                                   const std::vector<std::size_t>& first = {0});
/// Of two matrices of probabilities, variable 0 the row, variable 1 the column.
/// @throws InvalidArgument, DomainError
[[nodiscard]] inline ChainRule chain_rule(const Matrix& p, const Matrix& q,
                                          const std::vector<std::size_t>& first = {0}) {
  return chain_rule(Joint(p), Joint(q), first);
}

/// H(y | x) = H(x, y) - H(x) in nats, x the variables `given`.
/// @throws InvalidArgument
[[nodiscard]] Estimate conditional_entropy(const Joint& p,
                                           const std::vector<std::size_t>& given = {0});

/// I(x; y) = KL(p(x, y) || p(x) p(y)) in nats, x the coordinates `first` and y the others. Tables
/// are added up; Gaussians have a formula, -sum log(1 - r^2) / 2 over the canonical correlations;
/// anything else with marginals is sampled.
///
///     const Estimate shared = mutual_information(Joint(Matrix{{0.4, 0.1}, {0.1, 0.4}}));
///
/// @throws InvalidArgument, DomainError  for options or coordinates out of range
template <class P>
requires(!std::convertible_to<P, Matrix>) [[nodiscard]] Estimate
    mutual_information(const P& p, const std::vector<std::size_t>& first = {0},
                       const EstimateOptions& options = {}) {
  static_assert(Distribution<P> && detail::HasMarginals<P>,
                "leibler: mutual_information needs a distribution with marginal(coordinates)");
  if constexpr (Distribution<P> && detail::HasMarginals<P>) {
    constexpr auto where = "mutual_information";
    detail::check_options(where, options);
    const auto rest = detail::other_coordinates(where, first, p.dimension());
    if constexpr (std::is_same_v<P, Joint>) {
      return divergence(Kl{}, p, detail::product_of_marginals(p, first),
                        {.method = Method::enumeration, .threads = options.threads});
    } else if constexpr (detail::GaussianLike<P>) {
      return {detail::gaussian_information(p.plain_gaussian(), first, rest), 0.0, 0,
              Method::closed_form, true};
    } else {
      const auto of_x = p.marginal(first), of_y = p.marginal(rest);
      return detail::monte_carlo(
          where, p, options, [&](const Batch& points, double* h, Workspace& workspace) {
            const std::size_t n = engine::padded(points.size);
            double* const marginal = workspace.take(n);
            double* const product = workspace.take(n);
            const auto log_density_of = [&](const auto& part, const auto& coordinates,
                                            double* out) {
              const auto x = engine::take_batch(workspace, points.size, coordinates.size());
              for (std::size_t j = 0; j < coordinates.size(); ++j) {
                std::copy_n(points.data + coordinates[j] * points.stride, n, x.data + j * x.stride);
              }
              part.log_density(Batch(x), out, workspace);
            };
            log_density_of(of_x, first, product);
            log_density_of(of_y, rest, marginal);
            engine::kernels::add(product, marginal, product, n);
            p.log_density(points, h, workspace);
            engine::kernels::subtract(h, product, h, points.size);
            return product;
          });
    }
  }
}
/// Of a matrix of probabilities, its row and its column.
/// @throws InvalidArgument, DomainError
[[nodiscard]] inline Estimate mutual_information(const Matrix& probabilities) {
  return mutual_information(Joint(probabilities));
}

}  // namespace leibler::inline v0
