// SPDX-License-Identifier: MIT
#include "ranking.hpp"

#include <algorithm>
#include <array>
#include <ostream>
#include <string>

#include "../support/text.hpp"

namespace leibler::examples::gradient_variance {

namespace {

using Kind = Cost::Kind;

constexpr double theta = 1.0;
constexpr std::size_t draws = 100;

const std::vector<Cost> costs = {
    {Kind::square, -9.0}, {Kind::square, -3.0}, {Kind::square, 0.0}, {Kind::square, 0.9},
    {Kind::bump, 0.1},    {Kind::bump, 1.0},    {Kind::bump, 10.0},  {Kind::bump, 100.0},
    {Kind::wave, 0.1},    {Kind::wave, 1.0},    {Kind::wave, 5.0},   {Kind::wave, 20.0},
};

const std::array<const char*, 5> headings = {"score", "leave-one-out", "path", "coupled",
                                             "independent"};

}  // namespace

std::vector<Ranked> run_ranking(const Settings& settings, std::ostream& out, Results& results) {
  const std::size_t repeats = settings.quick ? 500 : 4000;
  const UnitNormal q(theta);
  std::uint64_t count = 0;
  std::vector<Ranked> all;
  {
    ProgressBar bar("costs", costs.size() * headings.size() * repeats * draws,
                    settings.common.quiet);
    for (const Cost& cost : costs) {
      const Exact exact = exact_moments(cost, theta);
      Ranked ranked{cost, exact, {}};
      const Expectation objective(cost);
      const auto add = [&](const auto& estimator, double known) {
        const Seed seed = engine::derive(settings.seed_of("costs"), count++);
        auto one = measure(q, objective, estimator,
                           {.repeats = repeats,
                            .samples = draws,
                            .seed = seed,
                            .threads = settings.common.thread_count()},
                           bar);
        if (!one) return;
        one->exact_mean = exact.gradient;
        one->exact_variance = known;
        add_measured(results, cost.name() + ", " + one->estimator, *one);
        ranked.estimators.push_back(*std::move(one));
      };
      add(ScoreFunction{}, exact.score_function);
      add(ScoreFunction{.baseline = Baseline::leave_one_out}, exact.leave_one_out(draws));
      add(Pathwise{}, exact.pathwise);
      add(MeasureValued{}, exact.coupled);
      add(MeasureValued{.coupling = Coupling::independent}, exact.independent);
      if (interrupted()) break;
      all.push_back(std::move(ranked));
    }
  }
  out << "Who is best depends on the cost: N x variance at N(1, 1), exact; * is the least\n  "
      << left("E[f(x)], f =", 16);
  for (const char* const heading : headings) out << right(heading, 15);
  out << "   worst deviation\n";
  for (const Ranked& ranked : all) {
    double least = *ranked.estimators.front().exact_variance, worst = 0.0;
    for (const Measured& one : ranked.estimators) least = std::min(least, *one.exact_variance);
    out << "  " << left(ranked.cost.name(), 16);
    for (const Measured& one : ranked.estimators) {
      const double deviation =
          (one.variance.value - *one.exact_variance) / one.variance.standard_error;
      worst = std::abs(deviation) > std::abs(worst) ? deviation : worst;
      out << right(format("%.5g", *one.exact_variance) + (*one.exact_variance == least ? "*" : " "),
                   15);
    }
    out << right(format("%+.1f", worst), 10) << " errors\n";
  }
  out << paragraph(
             "Measured by " + std::to_string(repeats) + " gradients from " + std::to_string(draws) +
                 " draws each; the last column is the largest difference from the exact values in "
                 "standard errors. The path is better than the score function where the cost is "
                 "smooth; "
                 "where it is rough its slope is large, and with it the variance. Measure-valued "
                 "pairs use values alone and do well on both, at twice the costs and several times "
                 "the random numbers for every parameter. Coupling helps where the two costs of a "
                 "pair move together and hurts where they move apart.",
             2)
      << '\n';
  return all;
}

}  // namespace leibler::examples::gradient_variance
