// SPDX-License-Identifier: MIT
// Exercise 5: two Gaussians, and the penalty of a variational autoencoder.
#include <cmath>
#include <string>

#include <leibler/estimators/compare_gradients.hpp>
#include <leibler/estimators/divergence_estimate.hpp>
#include <leibler/estimators/pathwise.hpp>
#include <leibler/estimators/reverse_kl.hpp>
#include <leibler/models/univariate/normal.hpp>

#include "../support/text.hpp"
#include "exercises.hpp"

namespace leibler::examples::kl_exercises {

namespace {

// KL(N(mu, sigma^2) || N(0, 1)) by hand.
double penalty(double mu, double sigma) {
  return 0.5 * (mu * mu + sigma * sigma - std::log(sigma * sigma) - 1.0);
}

}  // namespace

void gaussians(const Desk& desk) {
  Sheet& sheet = desk.sheet;
  sheet.begin("exercise 5", "5  Two Gaussians, and the penalty of a variational autoencoder");
  constexpr double mu = 2.0, sigma = 1.5;
  const Normal p(mu, sigma), q(0.0, 1.0);
  const CommonOptions& common = desk.settings.common;
  sheet.say(
      "p = N(2, 1.5^2) is what an encoder says of one data point, q = N(0, 1) the prior of the "
      "latent variable; KL(p || q) is the price of the difference.");

  const Estimate exact = divergence(Kl{}, p, q);
  const DivergenceOptions by_draws{.method = Method::monte_carlo,
                                   .samples = static_cast<std::size_t>(desk.settings.draws),
                                   .seed = common.seed_value(),
                                   .threads = common.thread_count()};
  const Estimate sampled = divergence(Kl{}, p, q, by_draws);
  const Estimate integral = divergence(Kl{}, p, q, {.method = Method::quadrature});
  const double by_hand = penalty(mu, sigma);
  sheet.number("KL(p || q), a formula", exact, "nats");
  sheet.number("an integral", integral, "nats");
  sheet.number("the mean of log p - log q over draws", sampled, "nats");
  sheet.number("draws", {static_cast<double>(sampled.samples), "count"});
  sheet.number("(mu^2 + sigma^2 - log sigma^2 - 1) / 2", by_hand, "nats");
  const double distance = std::abs(sampled.value - exact.value) / sampled.standard_error;
  sheet.number("distance of the sampled one", {distance, "arithmetic"}, "standard errors");
  sheet.check("the sampled value is within 5 standard errors of the formula",
              distance < 5.0 && sampled.reliable);
  sheet.check_equal("so is the integral, within 1e-12", integral.value, exact.value);
  sheet.check_equal("the autoencoder's formula is the general one at N(0, 1)", by_hand,
                    exact.value);
  sheet.say(
      "A sampled number is worth nothing without its error: a fixed tolerance, 0.02 say, passes "
      "wrong code at a million draws and fails right code at a thousand.");

  sheet.say("Its gradient, which trains the encoder: by mu it is mu, by log sigma sigma^2 - 1.");
  constexpr double step = 1e-5;
  const auto kl_at = [&](double m, double log_s) {
    return divergence(Kl{}, Normal(m, std::exp(log_s)), q).value;
  };
  const double log_sigma = std::log(sigma);
  const double by_mu = (kl_at(mu + step, log_sigma) - kl_at(mu - step, log_sigma)) / (2.0 * step);
  const double by_log = (kl_at(mu, log_sigma + step) - kl_at(mu, log_sigma - step)) / (2.0 * step);
  // What a fit of the encoder would use, a thousand times over.
  const auto drawn = compare_gradients(p, ReverseKl(q),
                                       {.repeats = 1000,
                                        .samples = 1000,
                                        .seed = engine::derive(common.seed_value(), 1),
                                        .threads = common.thread_count()},
                                       Pathwise{});
  const auto& gradient = drawn.estimators.front().parameters;
  const Estimate of_mu = gradient[0].mean, of_log = gradient[1].mean;
  sheet.table("d KL(p || q) / d", {"exact", "differences", "pathwise, drawn"},
              {{"mu", {mu, {by_mu, "differences"}, of_mu}},
               {"log sigma", {sigma * sigma - 1.0, {by_log, "differences"}, of_log}}});
  sheet.check_equal("differences give mu, 2", by_mu, mu, 1e-8);
  sheet.check_equal("and sigma^2 - 1, 1.25", by_log, sigma * sigma - 1.0, 1e-8);
  const auto is_near = [](const Estimate& e, double value) {
    return std::abs(e.value - value) < 5.0 * e.standard_error;
  };
  sheet.check("gradients from draws are within 5 standard errors of both",
              is_near(of_mu, mu) && is_near(of_log, sigma * sigma - 1.0));
  sheet.say(
      "So training pulls mu to 0 and sigma to 1, where the penalty is 0 and the code says nothing; "
      "the reconstruction error pulls the other way.");
  sheet.check("the penalty of N(0, 1) itself is 0", divergence(Kl{}, q, q).value == 0.0);
}

}  // namespace leibler::examples::kl_exercises
