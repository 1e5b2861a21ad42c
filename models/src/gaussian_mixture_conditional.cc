// SPDX-License-Identifier: MIT
#include <leibler/models/gaussian_mixture.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <leibler/engine/check.hpp>
#include <leibler/engine/linear_algebra.hpp>

#include "covariance.hpp"

namespace leibler::inline v0 {

namespace {

// -(distance^2 - nearest^2) / 2, in which squares never meet: both may be too large to be squared.
// -inf where that is beyond the range of double.
double log_ratio(double distance, double nearest) {
  if (distance == nearest) return 0.0;
  return -0.5 * (distance - nearest) * (distance + nearest);
}

}  // namespace

detail::GaussianView GaussianMixture::component_view(std::size_t k) const {
  const double* const theta = values_.data();
  return {theta + mean_at(k), theta + logs_at(k), theta + factor_at() + k * triangle(), dimension_};
}

Gaussian GaussianMixture::component(std::size_t k) const {
  if (k >= count_) {
    throw InvalidArgument({"GaussianMixture::component",
                           "k",
                           {},
                           "= " + std::to_string(k),
                           "must be below " + std::to_string(count_),
                           "components count from 0"});
  }
  std::vector<double> theta(dimension_ + triangle());
  std::copy_n(mean_data() + k * dimension_, dimension_, theta.data());
  std::copy_n(values_.data() + logs_at(k), triangle(), theta.data() + dimension_);
  return Gaussian::standard(dimension_).with_parameters(theta);
}

void GaussianMixture::write_mean(std::span<double> out) const {
  // Around the first component: means far from the origin do not lose digits to weights that add up
  // to 1 only within rounding.
  const double* const first = mean_data();
  for (std::size_t j = 0; j < dimension_; ++j) {
    double shift = 0.0;
    for (std::size_t k = 1; k < count_; ++k) {
      shift = std::fma(weight_data()[k], first[k * dimension_ + j] - first[j], shift);
    }
    out[j] = first[j] + shift;
  }
}

// E[cov | k] + cov(E[x | k]).
void GaussianMixture::write_covariance(std::span<double> out) const {
  const std::size_t d = dimension_;
  std::vector<double> mean(d), own(d * d);
  write_mean(mean);
  std::fill(out.begin(), out.end(), 0.0);
  for (std::size_t k = 0; k < count_; ++k) {
    const double w = weight_data()[k];
    if (w == 0.0) continue;
    engine::product_with_transpose({values_.data() + factor_at() + k * triangle(), triangle()}, d,
                                   own);
    const double* const m = mean_data() + k * d;
    for (std::size_t i = 0; i < d; ++i) {
      for (std::size_t j = 0; j <= i; ++j) {
        const double whole = std::fma(m[i] - mean[i], m[j] - mean[j], own[j * d + i]);
        out[j * d + i] = std::fma(w, whole, out[j * d + i]);
      }
    }
  }
  for (std::size_t i = 0; i < d; ++i) {
    for (std::size_t j = 0; j < i; ++j) out[i * d + j] = out[j * d + i];
  }
}

GaussianMixture GaussianMixture::marginal(const std::vector<std::size_t>& coordinates) const {
  constexpr auto where = "GaussianMixture::marginal";
  detail::check_coordinates(where, "coordinates", coordinates, dimension_);
  GaussianMixture q(count_, coordinates.size());
  double* const theta = q.values_.data();
  std::copy_n(values_.data(), count_, theta);
  for (std::size_t k = 0; k < count_; ++k) {
    detail::write_marginal(where, component_view(k), coordinates, theta + q.mean_at(k),
                           theta + q.logs_at(k));
  }
  q.prepare();
  return q;
}

GaussianMixture GaussianMixture::conditional(const std::vector<std::size_t>& observed,
                                             std::span<const double> value) const {
  constexpr auto where = "GaussianMixture::conditional";
  detail::check_observed(where, observed, value, dimension_);
  const auto rest = detail::complement(observed, dimension_);
  GaussianMixture all(count_, rest.size());
  double* const theta = all.values_.data();
  std::vector<detail::Observation> seen(count_);
  double nearest = std::numeric_limits<double>::infinity();
  for (std::size_t k = 0; k < count_; ++k) {
    seen[k] = detail::write_conditional(where, component_view(k), observed, value, rest,
                                        theta + all.mean_at(k), theta + all.logs_at(k));
    nearest = std::min(nearest, seen[k].distance);
  }
  // A weight that underflows keeps its logarithm. Where that is beyond the range of double, too,
  // the component is left out: it has no parameters, and may have no mean.
  std::vector<std::size_t> kept;
  for (std::size_t k = 0; k < count_; ++k) {
    theta[k] = values_[k] - seen[k].log_scale + log_ratio(seen[k].distance, nearest);
    if (!std::isfinite(theta[k])) continue;
    detail::check_conditional_mean(where, {theta + all.mean_at(k), rest.size()});
    kept.push_back(k);
  }
  if (kept.size() == count_) {
    all.prepare();
    return all;
  }
  GaussianMixture q(kept.size(), rest.size());
  for (std::size_t i = 0; i < kept.size(); ++i) {
    const std::size_t k = kept[i];
    double* const to = q.values_.data();
    to[i] = theta[k];
    std::copy_n(theta + all.mean_at(k), rest.size(), to + q.mean_at(i));
    std::copy_n(theta + all.logs_at(k), q.triangle(), to + q.logs_at(i));
  }
  q.prepare();
  return q;
}

}  // namespace leibler::inline v0
