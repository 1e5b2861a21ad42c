// SPDX-License-Identifier: MIT
#include <leibler/estimators/assess.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <ostream>

#include <leibler/engine/kernels/elementary.hpp>

#include "report.hpp"

namespace leibler::inline v0 {

std::vector<std::size_t> Assessment::died() const {
  std::vector<std::size_t> indices;
  for (std::size_t k = 0; k < model_components.size(); ++k) {
    const auto& [weight, mass] = model_components[k];
    if (weight < died_below && mass < died_below) indices.push_back(k);
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
  if (effective_sample_size) all["effective_sample_size"] = *effective_sample_size;
  const auto add_shares = [&](const char* name, const std::vector<ComponentShare>& shares) {
    for (const auto& [weight, mass] : shares) {
      all[name].push_back({{"weight", weight}, {"mass", mass}});
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

void print_shares(std::ostream& out, const char* title, const std::vector<ComponentShare>& shares) {
  if (shares.empty()) return;
  out << '\n' << title;
  for (const auto& [weight, mass] : shares)
    out << ' ' << percent(mass) << " (" << percent(weight) << ')';
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
        << " of draws of q";
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

double effective_share(std::vector<double>& log_weights) {
  namespace kernels = engine::kernels;
  const std::size_t n = log_weights.size();
  double top = -std::numeric_limits<double>::infinity();
  for (const double l : log_weights) {
    if (std::isnan(l)) return l;  // and stays visible
    if (std::isinf(l) && l > 0.0) return 0.0;
    top = std::max(top, l);
  }
  if (!std::isfinite(top)) return 0.0;
  kernels::shift_scale(log_weights.data(), top, 1.0, n);
  kernels::exp_fill(log_weights.data(), log_weights.data(), n);
  const double sum = kernels::sum(log_weights.data(), n);
  return sum * sum / kernels::dot(log_weights.data(), log_weights.data(), n) /
         static_cast<double>(n);
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
