// SPDX-License-Identifier: MIT
// Exercises 7 and 10: the best policy under a KL penalty.
#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include <leibler/estimators/divergence_estimate.hpp>
#include <leibler/models/categorical.hpp>
#include <leibler/models/softmax.hpp>
#include <leibler/models/tilted.hpp>

#include "../support/text.hpp"
#include "exercises.hpp"

namespace leibler::examples::kl_exercises {

namespace {

// Of every entry: how many are larger.
std::vector<Index> ranks(const Vector& x) {
  std::vector<Index> out;
  for (const double value : x) out.push_back((x.array() > value).count());
  return out;
}

}  // namespace

void best_policy(const Desk& desk) {
  Sheet& sheet = desk.sheet;
  sheet.begin("exercise 7", "7  The best policy under a KL penalty, and the reward it implies");
  const Vector reward{{3.0, 1.5, 0.5, -0.5, -2.0}}, given{{-1.0, -1.5, -2.0, -2.5, -3.0}};
  constexpr double beta = 1.0;
  sheet.say(
      "Five responses with rewards r; the policy pi that maximises E_pi[r] - beta KL(pi || ref) "
      "(here beta = 1) is the reference tilted: pi* = ref exp(r / beta) / Z.");

  const auto reference = Categorical::from_logits(given);
  const auto policy = tilt(reference, reward, {.beta = beta});
  const Vector implied = policy.implicit_reward();
  const double log_total = log_sum_exp(given);
  // The same from the two policies alone, as preference learning does it; then with the logarithms
  // as given.
  const Vector from_both = implicit_reward(policy, reference, beta);
  const Vector from_given = beta * (policy.log_probabilities() - given);
  std::vector<Sheet::Row> rows;
  for (Index k = 0; k < reward.size(); ++k) {
    rows.push_back({std::to_string(k + 1),
                    {reward[k], reference.probabilities()[k], policy.probabilities()[k], implied[k],
                     from_given[k]}});
  }
  sheet.table("response", {"r", "ref", "pi*", "implied r", "implied, as given"}, rows);

  const double of_reference = policy.expected_reward(reference), best = policy.expected_reward();
  const Estimate kl = divergence(Kl{}, policy, reference);
  sheet.number("E[r] under ref", of_reference);
  sheet.number("E[r] under pi*", best);
  sheet.number("gained", best - of_reference);
  sheet.number("KL(pi* || ref)", kl, "nats");
  sheet.number("objective E[r] - beta KL at pi*", policy.objective());
  sheet.number("log Z", policy.log_normalizer());
  sheet.check_equal("pi* adds up to 1", policy.probabilities().sum(), 1.0);
  sheet.check_equal("objective = E[r] - beta KL", policy.objective(), best - beta * kl.value);
  sheet.check_equal("objective = beta log Z", policy.objective(), beta * policy.log_normalizer());
  const Vector slopes = policy.log_probabilities() - reference.log_probabilities() -
                        (reward.array() / beta - policy.log_normalizer()).matrix();
  sheet.check("first-order condition: log pi* - log ref = r / beta - log Z, for every response",
              slopes.cwiseAbs().maxCoeff() < 1e-12);

  Vector first = Vector::Zero(reward.size());
  first[0] = 1.0;
  const auto greedy = Categorical::from_probabilities(first);
  sheet.table("objective of", {"value"},
              {{"pi*", {policy.objective()}},
               {"ref, which pays no penalty", {policy.objective(reference)}},
               {"always the best response", {policy.objective(greedy)}}});
  sheet.check("no other policy does better: neither ref nor the best response alone",
              policy.objective() > policy.objective(reference) &&
                  policy.objective() > policy.objective(greedy));
  sheet.check("pi* puts more on the best response than ref",
              policy.probabilities()[0] > reference.probabilities()[0]);
  sheet.check("beta log(pi* / ref) = r - beta log Z ranks the responses as r does",
              ranks(from_both) == ranks(reward) && (from_both - implied).norm() < 1e-12);

  sheet.say("The logarithms of ref, -1, -1.5, ... -3, are not normalised:");
  sheet.number("sum of exp of them", std::exp(log_total));
  sheet.number("log Z with them as given", policy.log_normalizer() + log_total);
  sheet.refute("beta log Z is the objective, with ref as given",
               std::abs(policy.log_normalizer() + log_total - policy.objective()) < 1e-12,
               format("it is with ref normalised: %.6f, not %.6f. What else follows from the "
                      "missing mass is little: pi*, its rewards and KL are the same, as a constant "
                      "cancels in them; implied rewards all rise by %.6f, and rank as before.",
                      policy.objective(), policy.log_normalizer() + log_total, -log_total));
  sheet.check("as given, implied rewards are larger by the same number, for every response",
              ((from_given - implied).array() + beta * log_total).abs().maxCoeff() < 1e-12 &&
                  ranks(from_given) == ranks(reward));
}

void policy_update(const Desk& desk) {
  Sheet& sheet = desk.sheet;
  sheet.begin("exercise 10", "10  How the penalty's weight moves a policy");
  const auto reference = Categorical::from_probabilities(Vector{{0.5, 0.3, 0.2}});
  const Vector reward{{0.0, 1.0, 1.8}};
  constexpr double beta = 0.7;
  const auto policy = tilt(reference, reward, {.beta = beta});
  sheet.say("Three actions, beta = 0.7:");
  std::vector<Sheet::Row> rows;
  for (Index k = 0; k < reward.size(); ++k) {
    rows.push_back({std::to_string(k + 1),
                    {reward[k], reference.probabilities()[k], policy.probabilities()[k]}});
  }
  sheet.table("action", {"r", "ref", "pi*"}, rows);
  const Estimate kl = divergence(Kl{}, policy, reference);
  sheet.number("E[r] under ref", policy.expected_reward(reference));
  sheet.number("E[r] under pi*", policy.expected_reward());
  sheet.number("KL(pi* || ref)", kl, "nats");
  sheet.number("log Z", policy.log_normalizer());
  sheet.number("objective", policy.objective());
  sheet.check_equal("pi* adds up to 1", policy.probabilities().sum(), 1.0);
  sheet.check("the action with the largest reward gains mass",
              policy.probabilities()[2] > reference.probabilities()[2]);
  sheet.check_equal("objective = beta log Z = E[r] - beta KL", policy.objective(),
                    policy.expected_reward() - beta * kl.value);

  sheet.say("From hardly any penalty to a heavy one:");
  std::vector<Sheet::Row> sweep;
  double last_reward = HUGE_VAL, last_kl = HUGE_VAL;
  bool falls = true;
  for (const double weight : {1e-300, 0.1, 0.2, 0.5, 0.7, 1.0, 2.0, 5.0, 20.0, 1e8}) {
    const auto at = tilt(reference, reward, {.beta = weight});
    const Estimate to_reference = divergence(Kl{}, at, reference);
    sweep.push_back({to_text(weight),
                     {at.probabilities()[0], at.probabilities()[1], at.probabilities()[2],
                      at.expected_reward(), to_reference, at.objective()}});
    falls &= at.expected_reward() <= last_reward && to_reference.value <= last_kl;
    last_reward = at.expected_reward();
    last_kl = to_reference.value;
  }
  const double greedy_kl = sweep.front().cells[4].value, faint_kl = sweep.back().cells[4].value;
  sheet.table("beta", {"pi*(1)", "pi*(2)", "pi*(3)", "E[r]", "KL(pi* || ref)", "objective"}, sweep);
  sheet.check("the heavier the penalty, the less reward and the less KL", falls);
  sheet.check_equal("beta near 0: only the best action, and KL = -log ref of it", greedy_kl,
                    -reference.log_density(2.0));
  const double mean = policy.expected_reward(reference);
  const double variance = (reward.array() - mean).square().matrix().dot(reference.probabilities());
  sheet.check_equal("large beta: pi* nears ref, and KL Var(r) / (2 beta^2)",
                    faint_kl * 2e16 / variance, 1.0, 1e-6);
  sheet.say(
      "Every pi* keeps all actions that ref has: the penalty moves mass towards reward and gives "
      "none up. beta sets the exchange rate of reward for nats.");
}

}  // namespace leibler::examples::kl_exercises
