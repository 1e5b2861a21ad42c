// SPDX-License-Identifier: MIT
// Whole fits through the public fit, against the plain scalar fit of the same problem.
#include <array>
#include <cmath>
#include <iostream>
#include <string>
#include <vector>

#include <boost/random/mersenne_twister.hpp>
#include <leibler/engine/parallel.hpp>
#include <leibler/leibler.hpp>

#include "allocations.hpp"
#include "comparison.hpp"
#include "experiment.hpp"
#include "plain_fit.hpp"
#include "spin.hpp"

using namespace leibler;
using namespace leibler::benchmarks;

namespace {

using plain::Direction;
using plain::Responsibilities;
using PlainEngine = boost::random::mt19937_64;  // the fastest of Boost's with its ziggurat

constexpr std::size_t steps = 5000, samples = 500;
constexpr auto recomputed = Responsibilities::recomputed;
constexpr auto kept = Responsibilities::kept;

void run_forward(std::size_t components, const FitOptions& how) {
  const auto fitted = fit(start(components), ForwardKl(target()), optimizer, how);
  keep(&fitted);
}

void run_reverse(std::size_t components, Baseline baseline, const FitOptions& how) {
  const auto fitted = fit(start(components), ReverseKl(target()),
                          ScoreFunction{.baseline = baseline}, optimizer, how);
  keep(&fitted);
}

template <Direction direction, Responsibilities responsibilities = recomputed>
plain::Fitted run_plain(const plain::FitSettings& settings) {
  const plain::Mixture<2> p(4, parameters_of(target()));
  auto fitted =
      plain::fit<direction, PlainEngine, responsibilities>(p, 4, parameters_of(start(4)), settings);
  keep(&fitted);
  return fitted;
}

// The plain fit ends where the library's does: as good by the library's own measure.
template <Direction direction, Responsibilities responsibilities>
void check_plain(const std::string& name, double worst) {
  const auto fitted = run_plain<direction, responsibilities>({steps, samples, 0.01, 1});
  const auto q = start(4).with_parameters(fitted.theta);
  const EstimateOptions draws{.samples = 200'000, .seed = {1}};
  const double kl = direction == Direction::forward ? estimate_kl(target(), q, draws).value
                                                    : estimate_kl(q, target(), draws).value;
  require_close(name + ": the divergence that is left", kl, 0.0, worst);
}

void add_whole_fits() {
  const auto plain_job = [](const std::string& name, auto body) {
    measure({name, steps, [body] { body(plain::FitSettings{steps, samples, 0.01, 1}); }});
  };
  check_plain<Direction::forward, recomputed>("forward/plain", 0.01);
  check_plain<Direction::reverse, recomputed>("reverse/plain", 0.001);
  check_plain<Direction::forward, kept>("forward/plain, kept", 0.01);
  check_plain<Direction::reverse, kept>("reverse/plain, kept", 0.001);
  plain_job("forward/plain", [](const auto& s) { run_plain<Direction::forward>(s); });
  plain_job("reverse/plain", [](const auto& s) { run_plain<Direction::reverse>(s); });
  plain_job("forward/plain, exponentials kept",
            [](const auto& s) { run_plain<Direction::forward, kept>(s); });
  plain_job("reverse/plain, exponentials kept",
            [](const auto& s) { run_plain<Direction::reverse, kept>(s); });

  const auto library_job = [](const std::string& name, auto body) {
    measure_on_each_set({name, steps, [body] { body(options(steps, samples)); }});
  };
  library_job("forward", [](const auto& o) { run_forward(4, o); });
  library_job("reverse", [](const auto& o) { run_reverse(4, Baseline::none, o); });
  library_job("reverse, leave-one-out",
              [](const auto& o) { run_reverse(4, Baseline::leave_one_out, o); });
  compare("forward", {"forward/plain"}, {.avx512 = 13.0, .avx2 = 6.0});
  compare("reverse", {"reverse/plain"}, {.avx512 = 11.0, .avx2 = 5.0});
  compare("reverse, leave-one-out", {"reverse/plain"}, {.avx512 = 11.0, .avx2 = 5.0});
  compare("forward", {"forward/plain, exponentials kept"});
  compare("reverse", {"reverse/plain, exponentials kept"});
}

// What a step costs before it has points: chain, optimizer, new parameters, and one group of 32.
void add_step_cost() {
  measure_on_each_set(
      {"a step of one point, forward", steps, [] { run_forward(4, options(steps, 1)); }});
  measure_on_each_set({"a step of one point, reverse", steps,
                       [] { run_reverse(4, Baseline::none, options(steps, 1)); }});
  measure({"a step of one point, plain, forward", steps, [] {
             run_plain<Direction::forward>({steps, 1, 0.01, 1});
           }});
  measure({"a step of one point, plain, reverse", steps, [] {
             run_plain<Direction::reverse>({steps, 1, 0.01, 1});
           }});
  compare("a step of one point, forward", {"a step of one point, plain, forward"});
  compare("a step of one point, reverse", {"a step of one point, plain, reverse"});
}

// Eight independent fits side by side, each on one thread. Those with more components take longer:
// they start first.
void eight_fits(int threads) {
  engine::for_chunks(8, Threads{threads}, [](std::size_t i) {
    constexpr std::array<std::size_t, 8> components{4, 1, 3, 2, 4, 1, 3, 2};
    const FitOptions how = options(steps, samples);
    if (i < 4) {
      run_reverse(components[i], Baseline::none, how);
    } else {
      run_forward(components[i], how);
    }
  });
}

void add_threads() {
  for (const int threads : {1, 2}) {
    const std::string on = threads == 1 ? ", one thread" : ", two threads";
    measure_on_each_set({"the eight fits" + on, 8.0, [=] { eight_fits(threads); }, Clock::wall});
    measure({"two spin loops" + on, 2.0, [=] { spin_twice(threads); }, Clock::wall});
  }
  for (const std::string& set : instruction_sets()) {
    compare_jobs("the eight fits, two threads/" + set, "the eight fits, one thread/" + set, 1.8);
  }
  compare_jobs("two spin loops, two threads", "two spin loops, one thread");
}

// Two fits that differ in their number of steps alone.
template <class Run>
void count_allocations(const std::string& name, Run run) {
  const auto counted = [&](std::size_t n) {
    const long before = allocations();
    run(options(n, samples));
    return allocations() - before;
  };
  (void)counted(1000);
  const long extra = counted(3000) - counted(1000);
  note("allocations in 2000 further steps, " + name + ": " + std::to_string(extra));
}

}  // namespace

int main(int argc, char** argv) {
  try {
    add_whole_fits();
    add_step_cost();
    add_threads();
    count_allocations("forward", [](const auto& o) { run_forward(4, o); });
    count_allocations("reverse", [](const auto& o) { run_reverse(4, Baseline::none, o); });
    count_allocations("reverse, leave-one-out",
                      [](const auto& o) { run_reverse(4, Baseline::leave_one_out, o); });
    return run(argc, argv);
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
}
