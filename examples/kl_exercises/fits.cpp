// SPDX-License-Identifier: MIT
// Exercise 3: one Gaussian for two modes, by both directions of KL.
#include <array>
#include <cmath>
#include <string>
#include <vector>

#include <leibler/estimators/divergence_estimate.hpp>
#include <leibler/estimators/enumeration.hpp>
#include <leibler/estimators/fit.hpp>
#include <leibler/estimators/lbfgs.hpp>
#include <leibler/models/discretized.hpp>
#include <leibler/models/mixture.hpp>
#include <leibler/models/univariate/normal.hpp>

#include "../support/text.hpp"
#include "exercises.hpp"

namespace leibler::examples::kl_exercises {

namespace {

using Gauss = decltype(Normal(0.0, 1.0));

// Both divergences of one target, at the points of a grid.
template <class P>
class OnGrid {
 public:
  OnGrid(const P& p, Vector grid, Threads threads)
      : grid_(std::move(grid)), p_(p, grid_), forward_(p_), reverse_(p_), threads_(threads) {}

  struct End {
    double mean, stddev;
    Estimate forward, reverse;  ///< KL(p || q), KL(q || p)
    std::size_t steps;
  };
  [[nodiscard]] End minimize_forward(const Gauss& start) const { return end_of(forward_, start); }
  [[nodiscard]] End minimize_reverse(const Gauss& start) const { return end_of(reverse_, start); }

  /// E[x^2] of target and model.
  [[nodiscard]] std::array<double, 2> second_moments(const End& at) const {
    const auto square = [](const auto& x) { return x[0] * x[0]; };
    return {expectation(p_, square).value,
            expectation(Discretized(Normal(at.mean, at.stddev), grid_), square).value};
  }

 private:
  template <class Objective>
  [[nodiscard]] End end_of(const Objective& objective, const Gauss& start) const {
    const auto fitted = fit(Discretized(start, grid_), objective, Enumeration{}, Lbfgs{},
                            {.steps = 500, .threads = threads_});
    const Gauss& q = fitted.model.density();
    return {q.mean(), q.stddev(), divergence(Kl{}, p_, fitted.model),
            divergence(Kl{}, fitted.model, p_), fitted.status.steps};
  }

  Points grid_;
  Discretized<P> p_;
  ForwardKl<Discretized<P>> forward_;
  ReverseKl<Discretized<P>> reverse_;
  Threads threads_;
};

template <class End>
Sheet::Row row_of(const std::string& name, const End& end) {
  return {name,
          {{end.mean, "fit"},
           {end.stddev, "fit"},
           end.forward,
           end.reverse,
           {static_cast<double>(end.steps), "count"}}};
}

}  // namespace

void forward_and_reverse(const Desk& desk) {
  Sheet& sheet = desk.sheet;
  sheet.begin("exercise 3", "3  Forward and reverse KL fit a different Gaussian to two modes");
  const Mixture target(Vector{{0.5, 0.5}}, Normal(-3.0, 0.8), Normal(3.0, 0.8));
  const Threads threads = desk.settings.common.thread_count();
  sheet.say(
      "p is half N(-3, 0.8^2), half N(3, 0.8^2), q one N(mu, sigma^2), both at 501 points of [-8, "
      "8]. There KL and its gradient are sums, so L-BFGS finds optima to the last digits.");

  const OnGrid on_grid(target, Vector::LinSpaced(501, -8.0, 8.0), threads);
  const auto forward = on_grid.minimize_forward(Normal(0.0, 2.0));
  const auto left_mode = on_grid.minimize_reverse(Normal(-3.0, 0.8));
  const auto right_mode = on_grid.minimize_reverse(Normal(3.0, 0.8));
  const auto broad = on_grid.minimize_reverse(Normal(0.0, 2.0));
  sheet.table(
      "minimised, from", {"mu", "sigma", "KL(p || q)", "KL(q || p)", "steps"},
      {row_of("KL(p || q), N(0, 2^2)", forward), row_of("KL(q || p), N(-3, 0.8^2)", left_mode),
       row_of("KL(q || p), N(3, 0.8^2)", right_mode), row_of("KL(q || p), N(0, 2^2)", broad)});
  sheet.check("forward KL: |mu| < 0.5 and sigma > 2.5, q covers both modes",
              std::abs(forward.mean) < 0.5 && forward.stddev > 2.5);
  sheet.check("reverse KL: |mu| > 1.5 and sigma < 1.5, q takes one mode",
              left_mode.mean < -1.5 && left_mode.stddev < 1.5);
  sheet.check("the other mode is as good: a mirror image",
              std::abs(left_mode.mean + right_mode.mean) < 1e-8 &&
                  std::abs(left_mode.reverse.value - right_mode.reverse.value) < 1e-12);
  const auto moments = on_grid.second_moments(forward);
  sheet.table("E[x^2]", {"value"},
              {{"of p", {{moments[0], "enumeration"}}}, {"of q", {{moments[1], "enumeration"}}}});
  sheet.check_equal("forward KL: p and q have the same second moment", moments[0], moments[1],
                    1e-9);
  sheet.refute("reverse KL always takes a mode", std::abs(broad.mean) > 1.5,
               format("from starts near 0 it stays in a second local minimum at mu = 0, which "
                      "covers both and is worse: %.6f against %.6f.",
                      broad.reverse.value, left_mode.reverse.value));
  sheet.check("the broad minimum is worse, by KL(q || p)",
              broad.reverse.value > left_mode.reverse.value);

  std::vector<Sheet::Row> counts;
  std::size_t in_left = 0, in_right = 0, in_broad = 0, starts = 0;
  for (const double mean : {-5.0, -3.0, -2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0, 3.0, 5.0}) {
    for (const double stddev : {0.5, 1.0, 2.0, 4.0}) {
      const auto end = on_grid.minimize_reverse(Normal(mean, stddev));
      ++starts;
      const auto is_at = [&](const auto& other) {
        return std::abs(end.mean - other.mean) < 1e-6 && std::abs(end.stddev - other.stddev) < 1e-6;
      };
      in_left += is_at(left_mode) ? 1 : 0;
      in_right += is_at(right_mode) ? 1 : 0;
      in_broad += is_at(broad) ? 1 : 0;
    }
  }
  const auto count = [](std::size_t n) { return Number(static_cast<double>(n), "count"); };
  sheet.table("starts of reverse KL",
              {"all", "end at the left", "at the right", "at the broad one"},
              {{"mu -5 ... 5, sigma 0.5 ... 4",
                {count(starts), count(in_left), count(in_right), count(in_broad)}}});
  sheet.check("every start ends in one of the three", in_left + in_right + in_broad == starts);
  sheet.say(
      "KL(p || q) is large where p has mass and q has none: q must cover both modes, and that is "
      "maximum likelihood. KL(q || p) is large where q has mass and p has none: q stays out of the "
      "gap, and that is variational inference. One mode costs it about log 2, as p is half of that "
      "mode there: less than the gap would. What is found depends on the start: try several.");
  sheet.number("log 2", std::log(2.0), "nats");
  sheet.check(
      "the best KL(q || p) is less than log 2, what q = N(-3, 0.8^2) itself would have at "
      "most",
      left_mode.reverse.value < std::log(2.0));

  sheet.say("The same without a grid, in closed form and by quadrature:");
  const OnGrid wide(target, Vector::LinSpaced(4001, -40.0, 40.0), threads);
  const auto fine = wide.minimize_forward(Normal(0.0, 2.0));
  const Normal exact(target.mean(), std::sqrt(target.variance()));
  const auto mode = wide.minimize_reverse(Normal(-3.0, 0.8));
  const auto between = wide.minimize_reverse(Normal(0.0, 2.0));
  const auto both = [&](const Gauss& q) {
    return std::array{divergence(Kl{}, target, q), divergence(Kl{}, q, target)};
  };
  const auto of_exact = both(exact), of_mode = both(Normal(mode.mean, mode.stddev)),
             of_between = both(Normal(between.mean, between.stddev));
  sheet.table("q", {"mu", "sigma", "KL(p || q)", "KL(q || p)"},
              {{"best forward: p's mean and variance",
                {exact.mean(), exact.stddev(), of_exact[0], of_exact[1]}},
               {"best reverse", {{mode.mean, "fit"}, {mode.stddev, "fit"}, of_mode[0], of_mode[1]}},
               {"reverse, second minimum",
                {{between.mean, "fit"}, {between.stddev, "fit"}, of_between[0], of_between[1]}}});
  sheet.check_equal("a fit on a grid so wide and fine has the forward optimum, too", fine.stddev,
                    exact.stddev(), 1e-9);
  sheet.check_equal("and sums there are the integrals", mode.reverse.value, of_mode[1].value, 1e-9);
  sheet.say(
      format("Cut off at 8, a Gaussian needs a larger sigma (%.4f) for the same second moment than "
             "without "
             "an end (%.4f): the grid is part of the problem, unless it is wide enough.",
             forward.stddev, exact.stddev()));

  if (!desk.settings.wants_pictures()) return;
  const Vector x = Vector::LinSpaced(501, -8.0, 8.0);
  Matrix data(x.size(), 5);
  const auto density = [&](const auto& q) -> Vector {
    return Discretized(q, x).probabilities() / (x[1] - x[0]);
  };
  data << x, density(target), density(Normal(forward.mean, forward.stddev)),
      density(Normal(left_mode.mean, left_mode.stddev)), density(Normal(broad.mean, broad.stddev));
  const auto title = [](const char* text, const auto& end) {
    const double mean = std::abs(end.mean) < 0.005 ? 0.0 : end.mean;
    return format("%s: μ = %.2f, σ = %.2f", text, mean, end.stddev);
  };
  desk.pictures.push_back(picture_of_fits(data, {title("least KL(p‖q), covers both", forward),
                                                 title("least KL(q‖p), takes one", left_mode),
                                                 title("KL(q‖p), local minimum", broad)}));
}

}  // namespace leibler::examples::kl_exercises
