// SPDX-License-Identifier: MIT
#include "mixture.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <ostream>
#include <utility>

#include <leibler/engine/parallel.hpp>

#include "../fit_mixture/exact.hpp"
#include "../support/interrupt.hpp"
#include "../support/progress.hpp"
#include "../support/text.hpp"

namespace leibler::examples::gradient_variance {

namespace {

constexpr std::size_t draws = 32;  // a step: few, so that their noise matters
constexpr std::array<double, 2> goals = {0.05, 0.005};

struct Place {
  std::size_t step;
  std::vector<double> parameters;
};

/// Adam that keeps where it was, a tenth more steps from one to the next: an optimizer of one's own
/// sees every step of a fit.
struct Recording {
  using State = Adam::State;
  Adam adam;
  std::size_t count;
  std::vector<Place>* places;

  void check() const { adam.check(); }
  void update(State& state, std::size_t step, std::size_t steps, const double* gradient,
              double* parameters, std::size_t size) const {
    if (places->empty() || 10 * step >= 11 * places->back().step + 10) {
      places->push_back({step, {parameters, parameters + count}});
    }
    adam.update(state, step, steps, gradient, parameters, size);
  }
};

// One fit: the steps to both goals, none where it never came there, and a step's time.
struct Run {
  std::array<std::optional<std::size_t>, goals.size()> reached;
  double seconds = 0.0;
};

// All starts of one estimator at one learning rate.
struct Table {
  std::string estimator;
  double rate = 0.0;
  std::array<std::size_t, goals.size()> count{};  // starts that reached the goal
  std::array<double, goals.size()> steps{};       // of all starts, by that number
  double seconds = 0.0;                           // a step

  [[nodiscard]] bool is_better_than(const Table& other) const {
    return count[1] > 0 && (other.count[1] == 0 || steps[1] < other.steps[1]);
  }
};

class Mixture {
 public:
  Mixture(const Settings& settings, std::ostream& out, Results& results)
      : settings_(settings),
        out_(out),
        results_(results),
        target_(fit_mixture::experiment_target()),
        objective_(target_),
        starts_(static_cast<std::size_t>(settings.starts)),
        steps_(settings.quick ? 1500 : 4000),
        rates_(settings.quick ? std::vector{0.1} : std::vector{0.05, 0.1, 0.2, 0.4}) {}

  /// body(estimator) for all of them.
  template <class F>
  static void for_each_estimator(F&& body) {
    body(ScoreFunction{});
    body(ScoreFunction{.baseline = Baseline::leave_one_out});
    body(Stratified{});
    if constexpr (Reparameterized<GaussianMixture>) body(Pathwise{});
  }

  [[nodiscard]] Journey travel() {
    Journey journey;
    for_each_estimator(
        [&](const auto& e) { journey.estimators.push_back(detail::estimator_name(e)); });
    std::vector<Place> places;
    for (std::size_t i = 0; i < starts_ && !interrupted(); ++i) {  // the first that gets there
      places.clear();
      (void)go(Stratified{}, 0.1, i, places);
      if (kl_at(places.back().parameters, 20'000).value < goals.back()) break;
    }
    std::vector<Place> chosen;
    for (const Place& place : places) {
      if (chosen.empty() || 2 * place.step >= 3 * chosen.back().step + 2) chosen.push_back(place);
    }
    ProgressBar bar("variances", chosen.size(), settings_.common.quiet);
    for (const Place& place : chosen) {
      // what comes after the goal only shows how all variances vanish with the cost
      const bool is_there =
          !journey.stations.empty() && journey.stations.back().kl.value < 0.02 * goals.back();
      if (interrupted() || is_there) break;
      journey.stations.push_back(station_at(place));
      bar.add(1);
    }
    print(journey);
    return journey;
  }

  void race() {
    std::vector<Table> best;
    {
      std::size_t estimators = 0;
      for_each_estimator([&](const auto&) { ++estimators; });
      ProgressBar bar("starts", estimators * rates_.size() * starts_, settings_.common.quiet);
      for_each_estimator([&](const auto& estimator) {
        const auto tables = tables_of(estimator, bar);
        if (interrupted()) return;
        const Table* least = &tables.front();
        for (const Table& table : tables) {
          if (table.is_better_than(*least)) least = &table;
        }
        best.push_back(*least);
      });
    }
    print(best);
  }

 private:
  using Clock = std::chrono::steady_clock;

  [[nodiscard]] GaussianMixture start(std::size_t i) const {
    return GaussianMixture::random(4, 2, engine::derive(settings_.seed_of("fit"), i),
                                   {.spread = 3.0});
  }

  template <class E>
  [[nodiscard]] double go(const E& estimator, double rate, std::size_t i,
                          std::vector<Place>& places) const {
    GaussianMixture q = start(i);
    const Recording optimizer{{.learning_rate = rate}, q.parameter_count(), &places};
    const auto begin = Clock::now();
    const auto fitted = fit(std::move(q), objective_, estimator, optimizer,
                            {.steps = steps_,
                             .samples = draws,
                             .seed = engine::derive(settings_.seed_of("fit"), 1000 + i),
                             .threads = {1}});
    const std::chrono::duration<double> spent = Clock::now() - begin;
    return spent.count() / static_cast<double>(std::max<std::size_t>(fitted.status.steps, 1));
  }

  [[nodiscard]] Estimate kl_at(const std::vector<double>& parameters, std::size_t samples) const {
    return estimate_kl(start(0).with_parameters(parameters), target_,
                       {.samples = samples,
                        .seed = engine::derive(settings_.seed_of("fit"), 999),
                        .threads = {1}});
  }

  // The divergence of every place until the last goal; many draws only where it may be near one.
  void find_goals(const std::vector<Place>& places, Run& run) const {
    for (const Place& place : places) {
      const Estimate rough = kl_at(place.parameters, 1000);
      if (rough.value - 5.0 * rough.standard_error > goals[0]) continue;
      const double kl = kl_at(place.parameters, 20'000).value;
      for (std::size_t g = 0; g < goals.size(); ++g) {
        if (kl < goals[g] && !run.reached[g]) run.reached[g] = std::max<std::size_t>(place.step, 1);
      }
      if (run.reached.back()) return;
    }
  }

  template <class E>
  [[nodiscard]] std::vector<Table> tables_of(const E& estimator, ProgressBar& bar) {
    std::vector<Run> runs(rates_.size() * starts_);
    engine::for_chunks(runs.size(), settings_.common.thread_count(), [&](std::size_t i) {
      if (interrupted()) return;
      std::vector<Place> places;
      runs[i].seconds = go(estimator, rates_[i / starts_], i % starts_, places);
      find_goals(places, runs[i]);
      bar.add(1);
    });
    std::vector<Table> tables;
    for (std::size_t r = 0; r < rates_.size(); ++r) {
      Table table{detail::estimator_name(estimator), rates_[r], {}, {}, 0.0};
      for (std::size_t i = 0; i < starts_; ++i) {
        const Run& run = runs[r * starts_ + i];
        table.seconds += run.seconds / static_cast<double>(starts_);
        for (std::size_t g = 0; g < goals.size(); ++g) {
          table.count[g] += run.reached[g].has_value();
          table.steps[g] += static_cast<double>(run.reached[g].value_or(steps_));
        }
      }
      for (std::size_t g = 0; g < goals.size(); ++g) {
        table.steps[g] /= static_cast<double>(std::max<std::size_t>(table.count[g], 1));
        const auto which = table.estimator + format(", rate %g, KL %g", table.rate, goals[g]);
        if (interrupted()) continue;
        results_.add("starts that got there", which, static_cast<double>(table.count[g]), 0.0,
                     "count");
        results_.add("steps for each that got there", which,
                     table.count[g] > 0 ? table.steps[g] : HUGE_VAL, 0.0, "count");
        results_.add("ms for each that got there", which,
                     table.count[g] > 0 ? 1e3 * table.seconds * table.steps[g] : HUGE_VAL, 0.0,
                     "measured");
      }
      tables.push_back(table);
    }
    return tables;
  }

  [[nodiscard]] Station station_at(const Place& place) const {
    const GaussianMixture q = start(0).with_parameters(place.parameters);
    Station station{place.step, kl_at(place.parameters, 100'000), {}};
    for_each_estimator([&](const auto& estimator) {
      const auto all = compare_gradients(q, objective_,
                                         {.repeats = settings_.quick ? 200u : 1000u,
                                          .samples = 100,
                                          .seed = engine::derive(settings_.seed_of("fit"), 998),
                                          .threads = settings_.common.thread_count()},
                                         estimator);
      Estimate sum = all.estimators.front().parameters.front().variance;
      double squares = 0.0;  // the worst case: parameters that vary together
      for (const auto& one : all.estimators.front().parameters) {
        squares += one.variance.standard_error;
      }
      sum.value = all.estimators.front().total_variance();
      sum.standard_error = squares;
      station.variances.push_back(sum);
    });
    return station;
  }

  void print(const Journey& journey) {
    out_ << "A mixture of four Gaussians fitted to one by reverse KL: the variance of one draw's "
            "gradient,\nsummed over its parameters, along a fit of "
         << draws << " draws a step\n"
         << right("step", 6) << "  " << left("KL(Q||P)", 22);
    for (const auto& name : journey.estimators) { out_ << right(name, name.size() > 16 ? 30 : 16); }
    out_ << '\n';
    for (const Station& station : journey.stations) {
      const auto step = "step " + std::to_string(station.step);
      results_.add("KL(Q||P) along a fit", step, station.kl);
      out_ << right(std::to_string(station.step), 6) << "  " << left(with_error(station.kl), 22);
      for (std::size_t e = 0; e < station.variances.size(); ++e) {
        const std::string& name = journey.estimators[e];
        results_.add("variance of a draw", name + ", " + step, station.variances[e]);
        out_ << right(format("%.4g", station.variances[e].value), name.size() > 16 ? 30 : 16);
      }
      out_ << '\n';
    }
    out_ << paragraph(
                "All of them vanish at the optimum, where every draw has the same cost. Strata "
                "leave out which component a draw is from. The path of a whole mixture crosses "
                "regions of little density, where it is steep: where the fit still has gaps, its "
                "variance may be larger than the score function's.",
                2)
         << '\n';
  }

  void print(const std::vector<Table>& best) {
    if (best.empty()) return;
    out_ << "Steps from " << starts_ << " starts, " << draws
         << " draws each, by Adam at the best rate of";
    for (const double rate : rates_) out_ << format(" %g", rate);
    out_ << "; at most " << steps_ << "\n  " << left("", 30) << right("rate", 6)
         << left("     KL 0.05: reached, steps, ms", 33) << "  KL 0.005: reached, steps, ms\n";
    for (const Table& table : best) {
      out_ << "  " << left(table.estimator, 30) << right(format("%g", table.rate), 6);
      for (std::size_t g = 0; g < goals.size(); ++g) {
        out_ << right(std::to_string(table.count[g]), 13);
        if (table.count[g] == 0) {
          out_ << right("-", 9) << right("-", 9);
          continue;
        }
        out_ << right(format("%.0f", table.steps[g]), 9)
             << right(format("%.1f", 1e3 * table.seconds * table.steps[g]), 9);
      }
      out_ << '\n';
    }
    std::string text = "Steps and time are those of all starts, for each that got there.";
    for (std::size_t g = 0; g < goals.size(); ++g) {
      const Table& first = best.front();
      const Table* least = &first;
      for (const Table& table : best) {
        if (table.count[g] > 0 && (least->count[g] == 0 || table.steps[g] < least->steps[g])) {
          least = &table;
        }
      }
      if (least->count[g] == 0) continue;
      const auto goal = format("KL %g", goals[g]);
      if (least == &first) {
        text += " To " + goal + " the plain score function is the fastest.";
        continue;
      }
      // without one success the steps of all starts are a lower bound
      const double factor = first.steps[g] / least->steps[g];
      results_.add("factor over the plain score function in steps", goal + ", " + least->estimator,
                   factor, 0.0, "count");
      text += " To " + goal + " " + least->estimator + " takes " +
              (first.count[g] > 0 ? "" : "more than ") + format("%.1f", factor) +
              " times fewer than the plain score function.";
    }
    out_ << paragraph(text, 2) << '\n';
  }

  const Settings& settings_;
  std::ostream& out_;
  Results& results_;
  GaussianMixture target_;
  ReverseKl<GaussianMixture> objective_;
  std::size_t starts_, steps_;
  std::vector<double> rates_;
};

}  // namespace

Journey run_mixture(const Settings& settings, std::ostream& out, Results& results) {
  Mixture mixture(settings, out, results);
  Journey journey = mixture.travel();
  out.flush();
  if (!interrupted()) mixture.race();
  return journey;
}

}  // namespace leibler::examples::gradient_variance
