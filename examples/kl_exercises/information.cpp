// SPDX-License-Identifier: MIT
// Exercises 1, 2 and 4: what KL is, why it is not negative, how it splits.
#include <cmath>
#include <string>
#include <vector>

#include <leibler/estimators/divergence_estimate.hpp>
#include <leibler/estimators/information.hpp>
#include <leibler/models/categorical.hpp>
#include <leibler/models/joint.hpp>

#include "../support/text.hpp"
#include "exercises.hpp"

namespace leibler::examples::kl_exercises {

void definition(const Desk& desk) {
  Sheet& sheet = desk.sheet;
  sheet.begin("exercise 1", "1  What KL measures: nats lost by coding with the wrong model");
  const std::vector<std::string> tokens = {"Paris", "London", "Rome", "Berlin", "other"};
  const auto p = Categorical::from_probabilities(Vector{{0.90, 0.04, 0.03, 0.02, 0.01}});
  const auto q = Categorical::from_probabilities(Vector{{0.65, 0.15, 0.10, 0.05, 0.05}});
  sheet.say(
      "The next token of 'The Eiffel Tower is in ...' has probabilities p; a model says q. A code "
      "made for q takes H(p, q) a token, the best one H(p): KL(p || q) is what is wasted.");

  const Estimate forward = divergence(Kl{}, p, q), reverse = divergence(Kl{}, q, p);
  const Estimate h = entropy(p), cross = cross_entropy(p, q);
  sheet.information("KL(p || q)", forward);
  sheet.information("KL(q || p)", reverse);
  sheet.information("entropy H(p)", h);
  sheet.information("cross entropy H(p, q)", cross);
  const Estimate best = perplexity(p), own = perplexity(p, q);
  sheet.number("perplexity exp H(p)", best, "tokens");
  sheet.number("perplexity exp H(p, q)", own, "tokens");
  sheet.number("exp KL(p || q)", std::exp(forward.value));
  sheet.check("KL(p || q) >= 0 and KL(q || p) >= 0", forward.value >= 0.0 && reverse.value >= 0.0);
  sheet.check_equal("H(p, q) = H(p) + KL(p || q)", cross.value, h.value + forward.value);
  sheet.check("the directions differ: KL(p || q) != KL(q || p)",
              std::abs(forward.value - reverse.value) > 1e-12);
  sheet.check_equal("KL is the logarithm of a ratio of perplexities, not their difference",
                    own.value / best.value, std::exp(forward.value));

  sheet.say("Token by token, and which direction is larger:");
  const Vector ratio = log_ratios(p, q), of_p = p.probabilities(), of_q = q.probabilities();
  const Vector in_p = of_p.cwiseProduct(ratio), in_q = -of_q.cwiseProduct(ratio);
  std::vector<Sheet::Row> rows;
  for (Index k = 0; k < ratio.size(); ++k) {
    rows.push_back(
        {tokens[static_cast<std::size_t>(k)], {of_p[k], of_q[k], ratio[k], in_p[k], in_q[k]}});
  }
  rows.push_back({"sum", {of_p.sum(), of_q.sum(), ratio.sum(), in_p.sum(), in_q.sum()}});
  sheet.table("token", {"p", "q", "log(p/q)", "p log(p/q)", "q log(q/p)"}, rows);
  sheet.check_equal("the terms add up to KL(p || q)", in_p.sum(), forward.value);
  sheet.check_equal("and to KL(q || p)", in_q.sum(), reverse.value);
  sheet.check("KL(q || p) is the larger one here", reverse.value > forward.value);
  sheet.say(
      "Both directions add up the same log ratios; KL(p || q) weighs them by p, KL(q || p) by q. "
      "All tokens but Paris are overrated, by factors of 2.5 to 5: q is there 35% of the time, p "
      "only 10%. So not London alone makes KL(q || p) the larger one. Nor is it a rule: in "
      "exercise "
      "2 it is the smaller one.");
}

void gibbs(const Desk& desk) {
  Sheet& sheet = desk.sheet;
  sheet.begin("exercise 2", "2  Why KL is never negative: Gibbs' inequality");
  const Vector of_p{{0.6, 0.3, 0.1}}, of_q{{0.2, 0.5, 0.3}};
  const auto p = Categorical::from_probabilities(of_p);
  const auto q = Categorical::from_probabilities(of_q);
  const Estimate forward = divergence(Kl{}, p, q), reverse = divergence(Kl{}, q, p);
  sheet.number("KL(p || q)", forward, "nats");
  sheet.number("KL(q || p)", reverse, "nats");
  sheet.check("KL(p || q) >= 0 and KL(q || p) >= 0", forward.value >= 0.0 && reverse.value >= 0.0);
  sheet.say(
      "The logarithm is concave, so its tangent at 1 is above it: log t <= t - 1, with t = q/p.");

  const Vector ratio = -log_ratios(p, q), tangent = of_q.cwiseQuotient(of_p).array() - 1.0;
  std::vector<Sheet::Row> rows;
  for (Index k = 0; k < ratio.size(); ++k) {
    rows.push_back({"x = " + std::to_string(k), {of_p[k], of_q[k], ratio[k], tangent[k]}});
  }
  sheet.table("", {"p", "q", "log(q/p)", "q/p - 1"}, rows);
  sheet.check("log(q/p) <= q/p - 1 at every x; less, as q != p at each of them",
              (ratio.array() < tangent.array()).all());

  const auto under_p = [&p](const Vector& f) {
    return expectation(p, [&f](const auto& x) { return f[static_cast<Index>(x[0])]; });
  };
  const Estimate of_log = under_p(ratio), of_tangent = under_p(tangent);
  sheet.number("E_p[log(q/p)]", of_log);
  sheet.number("E_p[q/p - 1]", of_tangent, "(0 but for rounding)");
  sheet.check_equal("E_p[log(q/p)] = -KL(p || q)", of_log.value, -forward.value);
  sheet.check_equal("E_p[q/p - 1] = sum q - sum p = 0", of_tangent.value, 0.0);
  sheet.say(
      "So -KL(p || q) <= 0: that is the proof. (Where p has zeros the second sum is q(p > 0) - 1 "
      "<= 0, and it still holds.) Equality needs q/p = 1 wherever p > 0, so q = p. Near p it "
      "grows like the square of the step, half of chi-squared(p, q):");

  const Estimate self = divergence(Kl{}, p, p);
  std::vector<Sheet::Row> steps;
  bool positive = true, quadratic = true;
  for (const double step : {1e-1, 1e-3, 1e-6}) {
    const auto near = Categorical::from_probabilities(of_p + step * (of_q - of_p));
    const Estimate kl = divergence(Kl{}, p, near), chi = divergence(ChiSquared{}, p, near);
    positive &= kl.value > 0.0;
    quadratic &= std::abs(kl.value / (0.5 * chi.value) - 1.0) < 4.0 * step;
    steps.push_back(
        {"p + " + to_text(step) + " (q - p)", {kl, {0.5 * chi.value, to_string(chi.method)}}});
  }
  steps.push_back({"p", {self, {0.5 * divergence(ChiSquared{}, p, p).value, "enumeration"}}});
  sheet.table("second argument", {"KL", "chi-squared / 2"}, steps);
  sheet.check("KL(p || p) = 0, exactly", self.value == 0.0);
  sheet.check("KL > 0 at every other one, however near", positive);
  sheet.check("KL = chi-squared / 2, the better the nearer", quadratic);
}

void chain(const Desk& desk) {
  Sheet& sheet = desk.sheet;
  sheet.begin("exercise 4", "4  The chain rule: of two variables, one after the other");
  const Matrix of_p{{0.30, 0.15, 0.05}, {0.20, 0.20, 0.10}};
  const Matrix of_q{{0.20, 0.20, 0.10}, {0.15, 0.25, 0.10}};
  const Joint p(of_p), q(of_q);
  sheet.say(
      "X is the row and Y the column of a table of 2 x 3 probabilities. The KL of both variables "
      "is that of the first one and what the second one adds, on average under p.");

  const ChainRule by_row = chain_rule(p, q, {0}), by_column = chain_rule(p, q, {1});
  const Estimate direct = divergence(Kl{}, p, q);
  sheet.number("KL of X and Y, all cells at once", direct, "nats");
  sheet.table("in nats", {"joint", "marginal", "conditional", "sum of both"},
              {{"X, then Y given X",
                {by_row.joint, by_row.marginal, by_row.conditional,
                 by_row.marginal.value + by_row.conditional.value}},
               {"Y, then X given Y",
                {by_column.joint, by_column.marginal, by_column.conditional,
                 by_column.marginal.value + by_column.conditional.value}}});

  Vector weights = p.marginal({0}).probabilities();
  double average = 0.0;
  std::vector<Sheet::Row> rows;
  for (Index x = 0; x < of_p.rows(); ++x) {
    const Vector at{{static_cast<double>(x)}};
    const Estimate kl = divergence(Kl{}, p.conditional({0}, at), q.conditional({0}, at));
    average += weights[x] * kl.value;
    rows.push_back({"X = " + std::to_string(x), {weights[x], kl}});
  }
  sheet.table("row", {"p(x)", "KL of Y given x"}, rows);
  sheet.check_equal("joint = marginal + conditional, X first", direct.value,
                    by_row.marginal.value + by_row.conditional.value);
  sheet.check_equal("joint = marginal + conditional, Y first", direct.value,
                    by_column.marginal.value + by_column.conditional.value);
  sheet.check_equal("the conditional term is the average of the rows' KL", average,
                    by_row.conditional.value);
  sheet.check("X alone cannot tell p from q: its marginal term is 0 but for rounding",
              by_row.marginal.value < 1e-15);

  Matrix coarse_p(2, 2), coarse_q(2, 2);  // the last two columns as one
  coarse_p << of_p.col(0), of_p.col(1) + of_p.col(2);
  coarse_q << of_q.col(0), of_q.col(1) + of_q.col(2);
  const Estimate merged = divergence(Kl{}, Joint(coarse_p), Joint(coarse_q));
  sheet.number("KL where two values of Y are merged", merged, "nats");
  sheet.check("data processing: no marginal has more KL than both variables",
              by_row.marginal.value <= direct.value && by_column.marginal.value <= direct.value);
  sheet.check("nor has a table with merged cells", merged.value <= direct.value);
  sheet.say(
      "What the second variable adds is an average of divergences, so it is not negative: looking "
      "at less, a variable alone or merged values, never makes two distributions easier to tell "
      "apart. Mutual information is such a KL, too, of a table and the product of its marginals:");

  const Estimate of_both = mutual_information(p);
  const double entropies = entropy(p.marginal({1})).value - conditional_entropy(p, {0}).value;
  sheet.information("I(X; Y) under p", of_both);
  sheet.information("I(X; Y) under q", mutual_information(q));
  sheet.check_equal("I(X; Y) = H(Y) - H(Y | X)", of_both.value, entropies);
}

}  // namespace leibler::examples::kl_exercises
