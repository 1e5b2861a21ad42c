// SPDX-License-Identifier: MIT
// Exercise 6: other f-divergences, and how they bound each other.
#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <leibler/estimators/divergence_estimate.hpp>
#include <leibler/models/categorical.hpp>

#include "../support/text.hpp"
#include "exercises.hpp"

namespace leibler::examples::kl_exercises {

namespace {

using Generator = double (*)(double);

double t_log_t(double t) {
  return t > 0.0 ? t * std::log(t) : 0.0;
}

std::string numbers(double a, const char* relation, double b) {
  return format("%.6f %s %.6f", a, relation, b);
}

// From p through the exercise's q, at a share of 0.6, to the edge, where an outcome has
// probability 0.
const Vector start{{0.5, 0.3, 0.2}}, edge{{0.0, 19.0 / 30.0, 11.0 / 30.0}};
constexpr double share_of_q = 0.6;

struct Along {
  Estimate forward, reverse, chi, js, hellinger, tv;
};

Along at_share(double share) {
  const auto p = Categorical::from_probabilities(start);
  const auto q = Categorical::from_probabilities((1.0 - share) * start + share * edge);
  return {divergence(Kl{}, p, q),
          divergence(Kl{}, q, p),
          divergence(ChiSquared{}, p, q),
          divergence(JensenShannon{}, p, q),
          divergence(SquaredHellinger{}, p, q),
          divergence(TotalVariation{}, p, q)};
}

Picture path() {
  constexpr Index points = 401;
  Matrix data(points, 7);
  for (Index i = 0; i < points; ++i) {
    const double share = static_cast<double>(i) / static_cast<double>(points - 1);
    const Along at = at_share(share);
    data.row(i) << share, at.forward.value, at.reverse.value, at.chi.value, at.js.value,
        at.hellinger.value, at.tv.value;
  }
  return picture_of_path(data, share_of_q);
}

}  // namespace

void f_divergences(const Desk& desk) {
  Sheet& sheet = desk.sheet;
  sheet.begin("exercise 6", "6  Other f-divergences, and how they bound each other");
  const auto p = Categorical::from_probabilities(start);
  const auto q = Categorical::from_probabilities(Vector{{0.2, 0.5, 0.3}});
  sheet.say(
      "Any convex f with f(1) = 0 makes a divergence, sum_x q f(p/q). Each one below is computed "
      "twice: by its name, and from f as a user would write it.");

  std::vector<Sheet::Row> rows;
  bool all_same = true;
  const auto value_of = [&](const std::string& name, const auto& by_name, Generator f) {
    const Estimate named = divergence(by_name, p, q), own = divergence(FDivergence(f), p, q);
    const double largest = supremum(by_name);
    rows.push_back({name, {named, own, largest}});
    all_same &= std::abs(named.value - own.value) < 1e-12;
    return named.value;
  };
  const double kl = value_of("KL(p || q): t log t", Kl{}, t_log_t);
  const double reverse =
      value_of("KL(q || p): -log t", Reversed(Kl{}), [](double t) { return -std::log(t); });
  value_of("Jeffreys: (t - 1) log t", Jeffreys{}, [](double t) { return (t - 1.0) * std::log(t); });
  const double js = value_of("Jensen-Shannon: see below", JensenShannon{}, [](double t) {
    return 0.5 * (t_log_t(t) - (t + 1.0) * std::log(0.5 * (t + 1.0)));
  });
  const double chi = value_of("chi-squared: (t - 1)^2", ChiSquared{},
                              [](double t) { return (t - 1.0) * (t - 1.0); });
  value_of("reverse chi-squared: (t - 1)^2 / t", ReverseChiSquared{},
           [](double t) { return (t - 1.0) * (t - 1.0) / t; });
  const double hellinger = value_of("squared Hellinger: (sqrt t - 1)^2 / 2", SquaredHellinger{},
                                    [](double t) { return 0.5 * std::pow(std::sqrt(t) - 1.0, 2); });
  value_of("Le Cam: (t - 1)^2 / (2 t + 2)", LeCam{},
           [](double t) { return (t - 1.0) * (t - 1.0) / (2.0 * t + 2.0); });
  const double tv = value_of("total variation: |t - 1| / 2", TotalVariation{},
                             [](double t) { return 0.5 * std::abs(t - 1.0); });
  sheet.table("divergence: f(t)", {"by name", "by f", "largest"}, rows);
  sheet.say("Jensen-Shannon: f(t) = (t log t - (t + 1) log((t + 1) / 2)) / 2.");
  sheet.check("by name and by f they are the same", all_same);

  const auto middle =
      Categorical::from_probabilities(0.5 * (p.probabilities() + q.probabilities()));
  sheet.check_equal("JS is the mean KL of p and of q to their mixture", js,
                    0.5 * (divergence(Kl{}, p, middle).value + divergence(Kl{}, q, middle).value));
  sheet.check_equal("JS is symmetric", js, divergence(JensenShannon{}, q, p).value);
  sheet.check("0 <= JS <= log 2: " + numbers(js, "<=", std::log(2.0)),
              js >= 0.0 && js <= std::log(2.0));

  sheet.say("Bounds of total variation, the largest difference of the probability of any event:");
  const double pinsker = std::sqrt(0.5 * kl), other = std::sqrt(0.5 * reverse);
  const double by_js = std::sqrt(2.0 * js), too_small = std::sqrt(js);
  sheet.table("", {"value"},
              {{"TV", {tv}},
               {"sqrt(KL(p || q) / 2), Pinsker", {pinsker}},
               {"sqrt(KL(q || p) / 2), Pinsker", {other}},
               {"sqrt(2 JS)", {by_js}},
               {"sqrt(JS)", {too_small}}});
  sheet.check("Pinsker: TV <= sqrt(KL / 2), in both directions", tv <= pinsker && tv <= other);
  sheet.refute("TV <= sqrt(JS)", tv <= too_small,
               "TV <= sqrt(2 JS): Pinsker for the KL of p and of q to their mixture, from which "
               "each is TV / 2 away. Here " +
                   numbers(tv, ">", too_small) + ", but " + numbers(tv, "<=", by_js) + ".");
  sheet.check("TV <= sqrt(2 JS)", tv <= by_js);
  sheet.check("it is closer than Pinsker's for KL(p || q): " + numbers(by_js, "<", pinsker),
              by_js < pinsker);
  sheet.refute("the bound by JS is always the closer one", by_js <= other,
               "with p and q exchanged, which changes neither TV nor JS, Pinsker's is closer: " +
                   numbers(other, "<", by_js) + ".");
  sheet.say("More that holds for any two distributions:");
  sheet.check("squared Hellinger <= TV <= sqrt(2 squared Hellinger)",
              hellinger <= tv && tv <= std::sqrt(2.0 * hellinger));
  sheet.check("JS <= TV log 2", js <= tv * std::log(2.0));
  sheet.check("KL <= log(1 + chi-squared) <= chi-squared",
              kl <= std::log1p(chi) && std::log1p(chi) <= chi);
  const Estimate renyi = divergence(Renyi{2.0}, p, q), half = divergence(Bhattacharyya{}, p, q);
  const Estimate worst = divergence(Renyi{std::numeric_limits<double>::infinity()}, p, q);
  sheet.number("Renyi of order 2", renyi, "nats");
  sheet.number("Renyi of infinite order", worst, "nats");
  sheet.number("Bhattacharyya", half, "nats");
  sheet.check_equal("Renyi of order 2 = log(1 + chi-squared)", renyi.value, std::log1p(chi));
  sheet.check_equal("Renyi of infinite order = log of the largest p/q", worst.value, std::log(2.5));
  sheet.check_equal("Bhattacharyya = -log(1 - squared Hellinger)", half.value,
                    -std::log1p(-hellinger));

  sheet.say(
      "Along a path from p through this q to a distribution without the first outcome (share 1):");
  std::vector<Sheet::Row> steps;
  for (const double share : {0.0, 0.3, share_of_q, 0.9, 1.0}) {
    const Along at = at_share(share);
    steps.push_back(
        {format("%.1f", share), {at.forward, at.reverse, at.chi, at.js, at.hellinger, at.tv}});
  }
  sheet.table("share", {"KL(p || q)", "KL(q || p)", "chi-squared", "JS", "Hellinger^2", "TV"},
              steps);
  const Along at_p = at_share(0.0), end = at_share(1.0);
  sheet.check("all are 0 at p, exactly", at_p.forward.value == 0.0 && at_p.reverse.value == 0.0 &&
                                             at_p.chi.value == 0.0 && at_p.js.value == 0.0 &&
                                             at_p.hellinger.value == 0.0 && at_p.tv.value == 0.0);
  sheet.check("where q = 0 < p KL(p || q) and chi-squared are infinite, the others finite",
              std::isinf(end.forward.value) && std::isinf(end.chi.value) &&
                  std::isfinite(end.reverse.value) && end.js.value < std::log(2.0) &&
                  end.hellinger.value < 1.0 && end.tv.value < 1.0);
  if (desk.settings.wants_pictures()) desk.pictures.push_back(path());
}

}  // namespace leibler::examples::kl_exercises
