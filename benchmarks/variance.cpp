// SPDX-License-Identifier: MIT
// The variance experiment of examples/gradient_variance, against what it cannot do without: its
// normal numbers, made by the engine's own kernel in the same chunks.
#include <array>
#include <cstddef>
#include <cstdint>
#include <iostream>
#include <string>

#include <leibler/engine/chunks.hpp>
#include <leibler/engine/kernels/random.hpp>
#include <leibler/leibler.hpp>

#include "../examples/gradient_variance/square.hpp"
#include "../examples/gradient_variance/unit_normal.hpp"
#include "comparison.hpp"
#include "spin.hpp"

using namespace leibler;
using namespace leibler::benchmarks;
using examples::gradient_variance::Square;
using examples::gradient_variance::UnitNormal;

namespace {

constexpr std::array<std::size_t, 5> sizes = {10, 100, 1000, 10'000, 100'000};
constexpr std::size_t repeats = 1000;  // a tenth of the experiment's
constexpr double normals = 2.0 * repeats * 111'110;

// E[x^2] as a formula for each point, with its derivative by hand.
const Expectation formula([](const Point& x) { return x[0] * x[0]; },
                          [](const Point& x) { return std::array{2.0 * x[0]}; });

template <class O>
double run_experiment(const O& objective, std::size_t count, int threads) {
  const UnitNormal q(2.0);
  double sum = 0.0;
  std::uint64_t seed = 0;
  const auto add = [&](const auto& estimator, std::size_t n) {
    const auto measured = compare_gradients(
        q, objective, {.repeats = count, .samples = n, .seed = {++seed}, .threads = {threads}},
        estimator);
    sum += measured.estimators[0].parameters[0].variance.value;
  };
  for (const std::size_t n : sizes) {
    add(ScoreFunction{}, n);
    add(Pathwise{}, n);
  }
  return sum;
}

template <class O>
void add_experiment(const std::string& name, const O& objective) {
  measure_on_each_set({name, normals, [&objective] {
                         const double sum = run_experiment(objective, repeats, 1);
                         keep(&sum);
                       }});
}

// Every chunk of every gradient, with the whole groups of 64 that the kernel makes.
void draw_normals() {
  alignas(64) std::array<double, engine::most_chunk_size> z;
  std::uint64_t seed = 0;
  for (const std::size_t n : sizes) {
    const engine::Chunks chunks{n, 1};
    for (int estimator = 0; estimator < 2; ++estimator) {
      ++seed;
      for (std::size_t r = 0; r < repeats; ++r) {
        for (std::size_t i = 0; i < chunks.count(); ++i) {
          const Stream stream{{seed}, Purpose::sample, r, static_cast<std::uint32_t>(i)};
          engine::kernels::normal_fill(stream, z.data(), (chunks.size(i) + 63) / 64 * 64);
          keep(z.data());
        }
      }
    }
  }
}

void add_threads() {
  for (const int threads : {1, 2}) {
    const std::string on = threads == 1 ? ", one thread" : ", two threads";
    measure_on_each_set({"experiment" + on, normals,
                         [=] {
                           const double sum = run_experiment(Square{}, repeats, threads);
                           keep(&sum);
                         },
                         Clock::wall});
    measure({"two spin loops" + on, 2.0, [=] { spin_twice(threads); }, Clock::wall});
  }
  for (const std::string& set : instruction_sets()) {
    compare_jobs("experiment, two threads/" + set, "experiment, one thread/" + set, 1.9);
  }
  compare_jobs("two spin loops, two threads", "two spin loops, one thread");
}

}  // namespace

int main(int argc, char** argv) {
  try {
    // the same bits on both, and the exact 87 + 4 for every N
    require_close("one thread and two", run_experiment(Square{}, 100, 1),
                  run_experiment(Square{}, 100, 2), 0.0);
    require_close("sum of variances", run_experiment(Square{}, 2000, 2), 5 * (87.0 + 4.0), 60.0);
    add_experiment("experiment", Square{});
    add_experiment("experiment, by a formula", formula);
    measure_on_each_set({"its normals", normals, draw_normals});
    add_threads();
    for (const std::string& set : instruction_sets()) {
      compare_jobs("experiment/" + set, "its normals/" + set, 1.0 / 1.3);
      compare_jobs("experiment, by a formula/" + set, "its normals/" + set);
    }
    note("ratio 0.77: 1.3 times as long as the normals alone");
    return run(argc, argv);
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
}
