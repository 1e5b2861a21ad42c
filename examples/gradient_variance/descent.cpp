// SPDX-License-Identifier: MIT
#include "descent.hpp"

#include <array>
#include <cmath>
#include <ostream>
#include <string>
#include <vector>

#include <leibler/engine/parallel.hpp>
#include <leibler/leibler.hpp>

#include "../support/interrupt.hpp"
#include "../support/progress.hpp"
#include "../support/text.hpp"
#include "square.hpp"
#include "unit_normal.hpp"

namespace leibler::examples::gradient_variance {

namespace {

constexpr double rate = 0.05;
constexpr std::size_t draws = 10;
constexpr std::array<std::size_t, 3> stops = {10, 30, 200};  // steps

class Descent {
 public:
  Descent(const Settings& settings, std::ostream& out, Results& results)
      : settings_(settings),
        out_(out),
        results_(results),
        runs_(settings.quick ? 200 : 1000),
        bar_("descent", 5 * runs_, settings.common.quiet) {
    out_ << "Gradient descent of theta from " << format("%g", settings.theta)
         << " to the minimum of E[x^2] at 0: steps of " << format("%g", rate) << " x gradient, "
         << draws << " draws each, " << runs_ << " runs\n  " << left("", 31);
    for (const std::size_t steps : stops) {
      out_ << left("mean theta at " + std::to_string(steps), 22);
    }
    out_ << "\n  " << left("exact mean for all of them", 31);
    for (const std::size_t steps : stops) out_ << left(format("%.4f", exact(steps)), 22);
    out_ << '\n';
  }

  template <class E>
  void add(const E& estimator) {
    std::vector<std::array<double, stops.size()>> theta(runs_);
    const Seed seed = engine::derive(settings_.seed_of("descent"), count_++);
    engine::for_chunks(runs_, settings_.common.thread_count(), [&](std::size_t run) {
      if (interrupted()) return;
      // the same draws for every number of steps: the shorter run is the beginning of the longer
      for (std::size_t i = 0; i < stops.size(); ++i) {
        const auto fitted =
            fit(UnitNormal(settings_.theta), Square{}, estimator, Sgd{.learning_rate = rate},
                {.steps = stops[i],
                 .samples = draws,
                 .seed = engine::derive(seed, run),
                 .threads = {1}});
        theta[run][i] = fitted.model.theta();
      }
      bar_.add(1);
    });
    if (interrupted()) return;
    const std::string name = detail::estimator_name(estimator);
    std::string spread;
    out_ << "  " << left(name, 31);
    for (std::size_t i = 0; i < stops.size(); ++i) {
      engine::Moments moments, excess;
      for (const auto& run : theta) {
        const double square = run[i] * run[i];
        moments.add(&run[i], 1);
        excess.add(&square, 1);
      }
      const auto which = name + ", step " + std::to_string(stops[i]);
      const Estimate mean = Estimate::from(moments), above = Estimate::from(excess);
      results_.add("theta", which, mean);
      results_.add("J above its minimum", which, above);
      out_ << left(with_error(mean), 22);
      spread += left(with_error(above), 22);
    }
    out_ << '\n';
    spreads_ += "  " + left(name, 31) + spread + '\n';
  }

  void finish() {
    for (const std::size_t steps : stops) {
      results_.add("theta, exact mean", "step " + std::to_string(steps), exact(steps), 0.0,
                   "reference");
    }
    if (spreads_.empty()) return;
    out_ << "  J above its minimum, the mean of theta^2\n"
         << spreads_
         << paragraph(
                "All go the same way on average. What is left at the end is the estimator's "
                "variance at the minimum: 15 for the score function, 10 with leave-one-out, 4 for "
                "the path, and none at all for coupled pairs, whose two costs agree there.",
                2)
         << '\n';
  }

 private:
  // Each step is theta -= rate g with E[g] = 2 theta.
  [[nodiscard]] double exact(std::size_t steps) const {
    return settings_.theta * std::pow(1.0 - 2.0 * rate, static_cast<double>(steps));
  }

  const Settings& settings_;
  std::ostream& out_;
  Results& results_;
  std::size_t runs_;
  ProgressBar bar_;
  std::string spreads_;
  std::uint64_t count_ = 0;
};

}  // namespace

void run_descent(const Settings& settings, std::ostream& out, Results& results) {
  Descent descent(settings, out, results);
  descent.add(ScoreFunction{});
  descent.add(ScoreFunction{.baseline = Baseline::leave_one_out});
  descent.add(Pathwise{});
  descent.add(MeasureValued{});
  descent.add(MeasureValued{.coupling = Coupling::independent});
  descent.finish();
}

}  // namespace leibler::examples::gradient_variance
