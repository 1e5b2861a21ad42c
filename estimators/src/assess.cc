// SPDX-License-Identifier: MIT
#include <leibler/estimators/assess.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <ostream>
#include <utility>

#include <leibler/engine/kernels/elementary.hpp>
#include <leibler/engine/log_space.hpp>

#include "report.hpp"

namespace leibler::inline v0 {

std::vector<std::size_t> Assessment::died() const {
  std::vector<std::size_t> indices;
  for (std::size_t k = 0; k < model_components.size(); ++k) {
    const auto& [weight, mass] = model_components[k];
    if (weight < died_below && mass.value < died_below) indices.push_back(k);
  }
  return indices;
}

std::string Assessment::to_json() const {
  detail::Json all;
  const auto add = [&](const char* name, const std::optional<Estimate>& estimate) {
    if (estimate) all[name] = detail::json_of(*estimate);
  };
  add("forward_kl", forward_kl);
  add("reverse_kl", reverse_kl);
  add("elbo", elbo);
  add("negative_log_likelihood", negative_log_likelihood);
  add("effective_sample_size", effective_sample_size);
  const auto add_shares = [&](const char* name, const std::vector<ComponentShare>& shares) {
    for (const auto& [weight, mass] : shares) {
      all[name].push_back({{"weight", weight}, {"mass", detail::json_of(mass)}});
    }
  };
  add_shares("model_components", model_components);
  add_shares("target_components", target_components);
  if (!model_components.empty()) all["died"] = died();
  return all.dump();
}

namespace {

std::string percent(double share) {
  if (share > 0.0 && share < 1e-6) return "<0.0001%";
  char text[32];
  std::snprintf(text, sizeof text, "%.3g%%", 100.0 * share);
  return text;
}

std::string percent(const Estimate& share) {
  return to_string_with_error(100.0 * share.value, 100.0 * share.standard_error) + '%';
}

void print_shares(std::ostream& out, const char* title, const std::vector<ComponentShare>& shares) {
  if (shares.empty()) return;
  out << '\n' << title;
  const char* separator = " ";
  for (const auto& [weight, mass] : shares)
    out << std::exchange(separator, ", ") << percent(mass) << " (" << percent(weight) << ')';
}

}  // namespace

std::ostream& operator<<(std::ostream& out, const Assessment& a) {
  const char* separator = "";
  const auto print = [&](const char* name, const std::optional<Estimate>& e) {
    if (!e) return;
    out << separator << name << *e;
    separator = "\n";
  };
  print("KL(p || q)               ", a.forward_kl);
  print("KL(q || p)               ", a.reverse_kl);
  print("ELBO                     ", a.elbo);
  print("negative log likelihood  ", a.negative_log_likelihood);
  if (a.effective_sample_size) {
    out << separator << "effective sample size    " << percent(*a.effective_sample_size)
        << " of draws of q" << (a.effective_sample_size->reliable ? "" : " (not reliable)");
  }
  print_shares(out, "p in components of q (weight):", a.model_components);
  print_shares(out, "q in components of p (weight):", a.target_components);
  if (const auto died = a.died(); !died.empty()) {
    out << "\ncomponents that died:";
    for (const std::size_t k : died) out << ' ' << k;
  }
  return out;
}

namespace detail {

// Beyond these a few weights decide everything, the error too.
constexpr double least_effective_draws = 100.0, most_relative_error = 0.1;

void WeightSums::rescale(double top) {
  if (top_ == top || powers_[0] == 0.0) {
    top_ = top;
    return;
  }
  const double ratio = engine::exp(top_ - top);
  double factor = 1.0;
  for (double& sum : powers_) sum *= factor *= ratio;
  top_ = top;
}

void WeightSums::add(double* log_weights, std::size_t n) {
  namespace kernels = engine::kernels;
  count_ += n;
  double top = top_;
  for (std::size_t i = 0; i < n; ++i) {
    double& l = log_weights[i];
    if (std::isfinite(l)) {
      top = std::max(top, l);
      continue;
    }
    if (std::isnan(l)) ++undefined_;
    if (l > 0.0) ++above_;
    l = -std::numeric_limits<double>::infinity();
  }
  if (!std::isfinite(top)) return;
  rescale(top);
  kernels::shift_scale(log_weights, top, 1.0, n);
  kernels::exp_fill(log_weights, log_weights, n);
  for (std::size_t i = 0; i < n; ++i) {
    const double w = log_weights[i], square = w * w;
    powers_[0] += w;
    powers_[1] += square;
    powers_[2] += square * w;
    powers_[3] += square * square;
  }
}

void WeightSums::merge(const WeightSums& other) {
  count_ += other.count_;
  above_ += other.above_;
  undefined_ += other.undefined_;
  if (other.powers_[0] == 0.0) return;
  WeightSums scaled = other;
  const double top = std::max(top_, other.top_);
  scaled.rescale(top);
  rescale(top);
  for (int k = 0; k < 4; ++k) powers_[k] += scaled.powers_[k];
}

Estimate WeightSums::effective_share() const {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  Estimate share{0.0, infinity, count_, Method::monte_carlo, false};
  if (undefined_ > 0) {
    share.value = std::numeric_limits<double>::quiet_NaN();
    return share;
  }
  if (above_ > 0 || powers_[0] == 0.0) return share;
  // With u = w / mean w the share is r = 1 / mean u^2, and a draw moves it by
  // 2 r u - r^2 u^2 - r, whose mean square this is.
  const double n = static_cast<double>(count_), mean = powers_[0] / n;
  const double second = powers_[1] / n / mean / mean;
  const double third = powers_[2] / n / mean / mean / mean;
  const double fourth = powers_[3] / n / mean / mean / mean / mean;
  const double r = 1.0 / second;
  const double square = r * (4.0 - r * (1.0 + r * (4.0 * third - r * fourth)));
  share.value = r;
  share.standard_error = std::sqrt(std::max(square, 0.0) / n);
  share.reliable =
      r * n >= least_effective_draws && share.standard_error <= most_relative_error * r;
  return share;
}

Estimate weighted_share(const double* sums, double squares, std::size_t n) {
  const double mean = sums[0], left = 1.0 - squares;
  const double sum = sums[2] - mean * (2.0 * sums[1] - mean * squares);
  const double error =
      left > 1e-12 ? std::sqrt(std::max(sum, 0.0) / left) : std::numeric_limits<double>::infinity();
  return {mean, error, n, Method::enumeration, std::isfinite(error)};
}

double weighted_error(const double* weight, const double* h, double mean, std::size_t n) {
  double sum = 0.0, squares = 0.0;
  for (std::size_t i = 0; i < n; ++i) {
    if (weight[i] == 0.0) continue;
    const double term = weight[i] * (h[i] - mean);
    sum += term * term;
    squares += weight[i] * weight[i];
  }
  // Of n equal weights, n / (n - 1): one point alone says nothing about its source.
  const double left = 1.0 - squares;
  if (std::isnan(sum) || !(left > 1e-12)) return std::numeric_limits<double>::infinity();
  return std::sqrt(sum / left);
}

}  // namespace detail

}  // namespace leibler::inline v0
