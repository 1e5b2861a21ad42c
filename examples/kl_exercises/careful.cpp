// SPDX-License-Identifier: MIT
// After the exercises: where careless arithmetic goes wrong.
#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include <leibler/estimators/divergence_estimate.hpp>
#include <leibler/models/categorical.hpp>
#include <leibler/models/softmax.hpp>

#include "exercises.hpp"

namespace leibler::examples::kl_exercises {

namespace {

// The way it is often written: a floor under q, logarithms of quotients.
double careless_kl(const Vector& p, const Vector& q) {
  double sum = 0.0;
  for (Index k = 0; k < p.size(); ++k) {
    if (p[k] > 0.0) sum += p[k] * std::log(p[k] / std::max(q[k], 1e-300));
  }
  return sum;
}

Vector careless_softmax(const Vector& logits) {
  const Vector e = (logits.array() - logits.maxCoeff()).exp();
  return e / e.sum();
}

}  // namespace

void careful(const Desk& desk) {
  Sheet& sheet = desk.sheet;
  sheet.begin("careful arithmetic", "What a careful implementation gives");
  sheet.say("Beside each number, what a floor of 1e-300 and log(p / q) give:");
  const auto careless = [](double value) { return Number(value, "careless"); };
  const auto both = [&](const Vector& p, const Vector& q) {
    return std::pair(
        divergence(Kl{}, Categorical::from_probabilities(p), Categorical::from_probabilities(q)),
        careless(careless_kl(p, q)));
  };
  const Vector fair{{0.5, 0.5}}, certain{{1.0, 0.0}};
  const auto [infinite, floored] = both(fair, certain);
  const auto [zero, also_zero] = both(certain, fair);
  const Vector p{{0.3, 0.7}}, q{{0.3 + 1e-9, 0.7 - 1e-9}};
  const auto [near, lost] = both(p, q);
  const Vector by = p - q;
  const double square = 0.5 * by.array().square().matrix().dot(p.cwiseInverse());
  sheet.table("", {"KL(p || q)", "carelessly"},
              {{"p = (1/2, 1/2), q = (1, 0)", {infinite, floored}},
               {"p = (1, 0), q = (1/2, 1/2)", {zero, also_zero}},
               {"p = (0.3, 0.7), q off by 1e-9", {near, lost}}});
  sheet.check("q = 0 < p: infinite, not some number that depends on a floor",
              std::isinf(infinite.value));
  sheet.check_equal("p = 0: the term is 0, so KL = log 2", zero.value, std::log(2.0));
  sheet.check_equal("near p: half of sum (p - q)^2 / p, to 8 digits", near.value / square, 1.0,
                    1e-8);
  sheet.check("carelessly nothing is left of it", std::abs(lost.value - near.value) > near.value);

  const double infinity = std::numeric_limits<double>::infinity();
  const auto masked = Categorical::from_logits(Vector{{2.0, -infinity, 1.0}});
  const auto open = Categorical::from_logits(Vector{{2.0, 0.0, 1.0}});
  const Estimate of_masked = divergence(Kl{}, masked, open);
  sheet.number("KL of logits (2, -inf, 1) to (2, 0, 1)", of_masked, "nats");
  sheet.check("a logit of -inf is a probability of 0, and all stays finite",
              std::isfinite(of_masked.value) && masked.probabilities()[1] == 0.0);
  sheet.check("the other direction is infinite", std::isinf(divergence(Kl{}, open, masked).value));
  const Vector large{{1000.0, 999.0, -1000.0}}, endless{{infinity, 0.0, 0.0}};
  sheet.number("softmax(1000, 999, -1000) of the first", softmax(large)[0]);
  sheet.number("softmax(inf, 0, 0) of the first, carelessly",
               careless(careless_softmax(endless)[0]));
  std::string sentence;
  try {
    (void)softmax(endless);
  } catch (const DomainError& error) { sentence = error.what(); }
  sheet.check("a logit of +inf is refused: " + sentence, !sentence.empty());
}

}  // namespace leibler::examples::kl_exercises
