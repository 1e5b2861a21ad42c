// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <string>
#include <vector>

// Benchmarks that are worth something only beside each other. Everything is registered first and
// then run in random order, repetition by repetition, so that the noise of the machine meets all of
// it alike; afterwards the ratios of the medians are printed as a table.
namespace leibler::benchmarks {

/// What counts as time: that of the working thread, which does not grow when other programs take
/// turns with it, or that of the clock on the wall, which is what several threads are for.
enum class Clock { thread, wall };

struct Job {
  std::string name;
  double items;                ///< how many points, values or steps a call works on, for the table
  std::function<void()> body;  ///< one call; its results must be made visible, see keep
  Clock clock = Clock::thread;
};

/// The compiler has to assume that what lies behind p was read and may have changed.
void keep(const void* p);

/// The instruction sets that the library makes promises for and this machine has, best first.
[[nodiscard]] std::vector<std::string> instruction_sets();

/// A job that does not use the library's kernels.
void measure(const Job& job);

/// The job once for every instruction set, as "<name>/<set>".
void measure_on_each_set(const Job& job);

/// How many times as fast as the baseline the library has to be, and the most that an item may take
/// on AVX-512; 0 asks for nothing.
struct Targets {
  double avx512 = 0.0, avx2 = 0.0, nanoseconds = 0.0;
};

/// A row of the table for every instruction set: the best of `baselines` over "<name>/<set>". With
/// no baseline the time is reported alone.
void compare(const std::string& name, const std::vector<std::string>& baselines,
             Targets targets = {});

/// A row of the table for two jobs of measure, or of one set each.
void compare_jobs(const std::string& name, const std::string& baseline, double target = 0.0);

/// A line below the table: a fact that was counted, not timed.
void note(const std::string& line);

/// A baseline that computes something else is no baseline.
/// @throws std::runtime_error  if |a - b| > tolerance or either is NaN
void require_close(const std::string& what, double a, double b, double tolerance);

/// Runs what was registered, with Google Benchmark's options.
int run(int argc, char** argv);

}  // namespace leibler::benchmarks
