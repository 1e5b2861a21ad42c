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

// A logit so low that its weight is zero: parameters are finite.
constexpr double least_logit = -1e300;

// -(distance^2 - nearest^2) / 2, in which squares never meet: both may be too large to be squared.
double log_ratio(double distance, double nearest) {
  if (distance == nearest) return 0.0;
  return std::max(-0.5 * (distance - nearest) * (distance + nearest), least_logit);
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
  GaussianMixture q(count_, rest.size());
  double* const theta = q.values_.data();
  std::vector<detail::Observation> seen(count_);
  double nearest = std::numeric_limits<double>::infinity();
  for (std::size_t k = 0; k < count_; ++k) {
    seen[k] = detail::write_conditional(where, component_view(k), observed, value, rest,
                                        theta + q.mean_at(k), theta + q.logs_at(k));
    nearest = std::min(nearest, seen[k].distance);
  }
  for (std::size_t k = 0; k < count_; ++k) {
    const double ratio = log_ratio(seen[k].distance, nearest);
    theta[k] = std::max(values_[k] - seen[k].log_scale + ratio, least_logit);
    double* const mean = theta + q.mean_at(k);
    // A component without weight may be too far away to have a conditional mean: it keeps its own.
    const bool is_finite =
        std::all_of(mean, mean + rest.size(), [](double v) { return std::isfinite(v); });
    if (is_finite) continue;
    if (ratio > least_logit) detail::check_conditional_mean(where, {mean, rest.size()});
    for (std::size_t i = 0; i < rest.size(); ++i) {
      mean[i] = mean_data()[k * dimension_ + rest[i]];
    }
  }
  q.prepare();
  return q;
}

}  // namespace leibler::inline v0
