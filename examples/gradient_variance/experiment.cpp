// SPDX-License-Identifier: MIT
#include "experiment.hpp"

#include <chrono>
#include <cmath>
#include <numeric>
#include <ostream>

#include <leibler/engine/chunks.hpp>

#include "../support/text.hpp"
#include "costs.hpp"
#include "exact.hpp"
#include "square.hpp"

namespace leibler::examples::gradient_variance {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t most_of_others = 1000;  // draws

// The number of draws in the chunks of N, over which leave-one-out goes: N, or a part of it.
double leave_one_out(const Exact& exact, std::size_t samples) {
  const engine::Chunks chunks{samples, 1};
  double sum = 0.0;
  for (std::size_t i = 0; i < chunks.count(); ++i) {
    sum += exact.leave_one_out(chunks.size(i)) * static_cast<double>(chunks.size(i));
  }
  return sum / static_cast<double>(samples);
}

std::string case_of(const Measured& one) {
  return "x^2, N = " + std::to_string(one.samples) + ", " + one.estimator;
}

class Experiment {
 public:
  Experiment(const Settings& settings, std::ostream& out, Results& results)
      : settings_(settings),
        out_(out),
        results_(results),
        q_(settings.theta),
        exact_(exact_moments({Cost::Kind::square, 0.0}, settings.theta)) {
    for (const std::int64_t n : settings.samples) sizes_.push_back(static_cast<std::size_t>(n));
  }

  void run_two() {
    std::size_t normals = 0;
    for (const std::size_t n : sizes_) normals += 2 * n * repeats();
    const auto begin = Clock::now();
    {
      ProgressBar bar("experiment", normals, settings_.common.quiet);
      for (const std::size_t n : sizes_) {
        add(ScoreFunction{}, n, exact_.score_function, bar);
        add(Pathwise{}, n, exact_.pathwise, bar);
      }
    }
    const std::chrono::duration<double> spent = Clock::now() - begin;
    print_two(normals, spent.count());
  }

  void run_others() {
    const std::size_t first = all_.size();
    {
      std::size_t draws = 0;
      for (const std::size_t n : sizes_) draws += n <= most_of_others ? 4 * n * repeats() : 0;
      ProgressBar bar("others", draws, settings_.common.quiet);
      for (const std::size_t n : sizes_) {
        if (n > most_of_others) continue;
        add(ScoreFunction{.baseline = Baseline::leave_one_out}, n, leave_one_out(exact_, n), bar);
        add(ScoreFunction{.baseline = Baseline::optimal}, n, {}, bar);
        add(MeasureValued{}, n, exact_.coupled, bar);
        add(MeasureValued{.coupling = Coupling::independent}, n, exact_.independent, bar);
      }
    }
    if (first < all_.size()) print_others(first);
  }

  [[nodiscard]] std::vector<Measured> take() { return std::move(all_); }

 private:
  [[nodiscard]] std::size_t repeats() const { return static_cast<std::size_t>(settings_.repeats); }

  template <class E>
  void add(const E& estimator, std::size_t n, std::optional<double> exact, ProgressBar& bar) {
    // draws of its own for each
    const Seed seed = engine::derive(settings_.seed_of("experiment"), count_++);
    auto one = measure(q_, Square{}, estimator,
                       {.repeats = repeats(),
                        .samples = n,
                        .seed = seed,
                        .threads = settings_.common.thread_count()},
                       bar);
    if (!one) return;
    one->exact_mean = exact_.gradient;
    one->exact_variance = exact;
    add_measured(results_, case_of(*one), *one);
    all_.push_back(*std::move(one));
  }

  void print_two(std::size_t normals, double seconds) {
    out_ << "Gradient of E[x^2] by theta at " << format("%g", settings_.theta) << ", exact "
         << format("%g", exact_.gradient) << ": " << repeats()
         << " repeats; variances are N times the gradient's\n"
         << right("", 8) << left("  score function (REINFORCE)", 39)
         << left("path (reparameterisation)", 35) << "ratio of\n"
         << right("N", 8) << left("  mean", 23)
         << left("exact " + number(exact_.score_function), 16) << left("mean", 21)
         << left("exact " + number(exact_.pathwise), 14) << "variances\n";
    for (std::size_t i = 0; i + 1 < all_.size(); i += 2) {
      const Measured &score = all_[i], &path = all_[i + 1];
      const double ratio = score.variance.value / path.variance.value;
      const double error = ratio * std::hypot(score.variance.standard_error / score.variance.value,
                                              path.variance.standard_error / path.variance.value);
      results_.add("ratio of variances", "x^2, N = " + std::to_string(score.samples), ratio, error,
                   "monte_carlo");
      out_ << right(std::to_string(score.samples), 8) << "  " << left(with_error(score.mean), 21)
           << left(with_error(score.variance), 16) << left(with_error(path.mean), 21)
           << left(with_error(path.variance), 18) << with_error(ratio, error) << '\n';
    }
    const double exact = exact_.score_function / exact_.pathwise;
    results_.add("ratio of variances, exact", "x^2", exact, 0.0, "reference");
    results_.add("seconds", "experiment", seconds, 0.0, "measured");
    results_.add("normals", "experiment", static_cast<double>(normals), 0.0, "count");
    if (interrupted()) {
      out_ << "  interrupted\n\n";
      return;
    }
    out_ << "  exact ratio " << number(exact) << "; " << format("%.3g", double(normals))
         << " normals in " << format("%.2f", seconds) << " s\n\n";
  }

  void print_others(std::size_t first) {
    out_ << "Other estimators of the same, by N\n  " << left("", 33);
    for (const std::size_t n : sizes_) {
      if (n <= most_of_others) out_ << left(std::to_string(n), 18);
    }
    out_ << "exact at the last N\n";
    for (std::size_t e = first; e < all_.size() && e < first + 4; ++e) {
      out_ << "  " << left(all_[e].estimator, 33);
      const Measured* last = nullptr;
      for (std::size_t i = e; i < all_.size(); i += 4) {
        out_ << left(with_error(all_[i].variance), 18);
        last = &all_[i];
      }
      const bool is_known = last->exact_variance.has_value();
      const double exact = is_known ? *last->exact_variance : exact_.best_baseline;
      out_ << number(exact) << (is_known ? "" : " with the best constant") << '\n';
    }
    results_.add("N x variance with the best constant baseline, exact", "x^2", exact_.best_baseline,
                 0.0, "reference");
    results_.add("N x variance with the mean as baseline, exact", "x^2", exact_.mean_baseline, 0.0,
                 "reference");
    out_ << paragraph(
                "A baseline takes away what a constant can. Measure-valued gradients need no "
                "derivative of the cost, only its values at pairs of draws.",
                2)
         << '\n';
  }

  static std::string number(double value) { return format("%.6g", value); }

  const Settings& settings_;
  std::ostream& out_;
  Results& results_;
  UnitNormal q_;
  Exact exact_;
  std::vector<std::size_t> sizes_;
  std::vector<Measured> all_;
  std::uint64_t count_ = 0;
};

}  // namespace

std::vector<Measured> run_experiment(const Settings& settings, std::ostream& out,
                                     Results& results) {
  Experiment experiment(settings, out, results);
  experiment.run_two();
  out.flush();
  if (!interrupted()) experiment.run_others();
  return experiment.take();
}

}  // namespace leibler::examples::gradient_variance
