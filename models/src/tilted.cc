// SPDX-License-Identifier: MIT
#include <leibler/models/tilted.hpp>

#include <cmath>
#include <limits>
#include <ostream>
#include <string>

#include <leibler/engine/check.hpp>
#include <leibler/engine/functions.hpp>

#include "vector_support.hpp"

namespace leibler::inline v0 {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr const char* same_categories = "policy and reference choose from the same categories";

void check_rewards(std::span<const double> reward) {
  for (std::size_t k = 0; k < reward.size(); ++k) {
    if (reward[k] < infinity) continue;
    throw DomainError({"tilt",
                       "reward",
                       {k},
                       "= " + to_text(reward[k]),
                       "rewards must be below inf and not NaN",
                       "-inf is what must not be chosen"});
  }
}

/// The largest reward of what the reference can choose.
double best_reward(std::span<const double> reward, std::span<const double> reference_logits) {
  double best = -infinity;
  for (std::size_t k = 0; k < reward.size(); ++k) {
    if (reference_logits[k] > -infinity) best = std::max(best, reward[k]);
  }
  if (best > -infinity) return best;
  throw DomainError({"tilt",
                     "reward",
                     {},
                     "is -inf wherever the reference is not 0",
                     "something must remain that can be chosen",
                     "give it a finite reward"});
}

/// log sum_k reference(k) exp(u_k), u <= 0 where the reference is not 0: by what it is below 1
/// where that is little.
double log_mean_exp(const Categorical& reference, std::span<const double> u) {
  const auto p = reference.probability_data(), log_p = reference.table();
  double rest = 0.0;
  std::vector<double> terms(u.size(), -infinity);
  for (std::size_t k = 0; k < u.size(); ++k) {
    if (log_p[k] == -infinity) continue;
    rest += p[k] * engine::expm1(u[k]);
    terms[k] = log_p[k] + u[k];
  }
  return rest > -0.5 ? engine::log1p(rest) : engine::log_sum_exp(terms);
}

}  // namespace

Tilted Tilted::make(const Categorical& reference, std::span<const double> reward,
                    const TiltOptions& options) {
  check::size("tilt", "reward.size()", reward.size(), reference.size(),
              "give every category its reward");
  check_rewards(reward);
  const double beta = detail::checked_beta(options.beta);
  const auto logits = reference.logits_data();
  const double best = best_reward(reward, logits);
  // What a category is behind the best one, first halved: the difference may overflow.
  std::vector<double> behind(reward.size());
  for (std::size_t k = 0; k < reward.size(); ++k) {
    behind[k] = 2.0 * ((0.5 * reward[k] - 0.5 * best) / beta);
  }
  std::vector<double> tilted(reward.size(), -infinity);
  for (std::size_t k = 0; k < reward.size(); ++k) {
    if (logits[k] > -infinity) tilted[k] = logits[k] + behind[k];
  }
  Tilted result(reference, reward, beta, tilted);
  result.log_sum_ = log_mean_exp(reference, behind);
  result.log_normalizer_ = best / beta + result.log_sum_;
  result.objective_ = best + beta * result.log_sum_;
  for (std::size_t k = 0; k < reward.size(); ++k) {
    result.log_ratio_[k] = logits[k] > -infinity ? behind[k] - result.log_sum_ : 0.0;
  }
  return result;
}

Tilted::Tilted(const Categorical& reference, std::span<const double> reward, double beta,
               std::span<const double> logits)
    : reference_(reference),
      policy_(Categorical::with_logits(logits, {})),
      reward_(reward.begin(), reward.end()),
      beta_(beta),
      log_sum_(0.0),
      log_normalizer_(0.0),
      objective_(0.0),
      log_ratio_(reward.size()) {}

double Tilted::expected_reward(const Categorical& policy) const {
  check::size("Tilted::expected_reward", "policy.size()", policy.size(), size(), same_categories);
  const auto p = policy.probability_data();
  double sum = 0.0;
  for (std::size_t k = 0; k < p.size(); ++k) {
    if (p[k] > 0.0) sum += p[k] * reward_[k];
  }
  return sum;
}

double Tilted::objective(const Categorical& policy) const {
  check::size("Tilted::objective", "policy.size()", policy.size(), size(), same_categories);
  return expected_reward(policy) - beta_ * detail::kl_of(policy, reference_);
}

double Tilted::kl_to_reference() const {
  const auto log_p = policy_.table(), log_q = reference_.table();
  const detail::Generator kl = Kl::generator();
  double sum = 0.0;
  for (std::size_t k = 0; k < size(); ++k) sum += kl.term(log_p[k], log_q[k], log_ratio_[k]);
  return sum;
}

double Tilted::implicit_reward(std::size_t k) const {
  if (k >= size()) {
    throw InvalidArgument({"Tilted::implicit_reward",
                           "k",
                           {},
                           "= " + std::to_string(k),
                           "must be below " + std::to_string(size()),
                           "categories count from 0"});
  }
  return reward_[k] - objective_;
}

void Tilted::print(std::ostream& out) const {
  out << "Tilted(probabilities = " + detail::brief_list(policy_.probability_data()) +
             ", reference = " + detail::brief_list(reference_.probability_data()) +
             ", reward = " + detail::brief_list(reward_) + ", beta = " + to_short_text(beta_) + ")";
}

namespace detail {

double checked_beta(double beta) {
  check::positive("tilt", "options.beta", beta,
                  "near 0 the best reward takes all, far above 1 nothing changes");
  return beta;
}

void add_reward(double* out, const double* reward, double beta, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) {
    out[i] = out[i] == -infinity || reward[i] == -infinity ? -infinity : out[i] + reward[i] / beta;
  }
}

void write_implicit_reward(const Categorical& policy, const Categorical& reference, double beta,
                           std::span<double> out) {
  constexpr auto where = "implicit_reward";
  check::size(where, "reference.size()", reference.size(), policy.size(), same_categories);
  check::positive(where, "beta", beta, "it is the weight of the KL penalty");
  const auto log_p = policy.table(), log_q = reference.table();
  for (std::size_t k = 0; k < out.size(); ++k) {
    out[k] = log_p[k] == log_q[k] ? 0.0 : beta * (log_p[k] - log_q[k]);
  }
}

}  // namespace detail

}  // namespace leibler::inline v0
