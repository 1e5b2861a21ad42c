// SPDX-License-Identifier: MIT
#include "comparison.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <iomanip>
#include <iostream>
#include <map>
#include <sstream>
#include <stdexcept>

#include <benchmark/benchmark.h>
#include <leibler/engine/instruction_set.hpp>

namespace leibler::benchmarks {

namespace {

struct Row {
  std::string name;
  std::vector<std::string> baselines;
  double target, most_nanoseconds = 0.0;
};

std::map<std::string, Job> jobs;
std::vector<Row> rows;
std::vector<std::string> notes;

void register_job(const Job& job, const std::string& set) {
  const std::string name = set.empty() ? job.name : job.name + "/" + set;
  jobs.emplace(name, job);
  auto* const registered =
      benchmark::RegisterBenchmark(name.c_str(), [job, set](benchmark::State& state) {
        if (!set.empty()) engine::use_instruction_set(set);
        job.body();  // what is made once, is made
        for (auto _ : state) job.body();
        using benchmark::Counter;
        state.counters["per_item"] =
            Counter(job.items, Counter::kIsIterationInvariantRate | Counter::kInvert);
      });
  if (job.clock == Clock::wall) registered->UseRealTime();
}

// Remembers the median of every benchmark, and its coefficient of variation.
class Reporter : public benchmark::ConsoleReporter {
 public:
  Reporter() : ConsoleReporter(OO_Tabular) {}

  void ReportRuns(const std::vector<Run>& runs) override {
    ConsoleReporter::ReportRuns(runs);
    for (const Run& run : runs) {
      const std::string& name = run.run_name.function_name;
      const bool single = run.run_type == Run::RT_Iteration && run.repetitions == 1;
      const double time =
          jobs.at(name).clock == Clock::wall ? run.GetAdjustedRealTime() : run.GetAdjustedCPUTime();
      if (single || run.aggregate_name == "median") {
        medians_[name] = time * 1e9 / benchmark::GetTimeUnitMultiplier(run.time_unit);
      }
      if (run.aggregate_name == "cv") {
        const double wall = run.real_accumulated_time, cpu = run.cpu_accumulated_time;
        variations_[name] = jobs.at(name).clock == Clock::wall ? wall : cpu;
      }
    }
  }

  void print_table() const {
    std::printf("\n%-52s %12s %12s %7s %7s %8s  %s\n", "ratio of medians", "ns per item",
                "baseline", "ratio", "spread", "target", "best baseline");
    for (const Row& row : rows) print(row);
    for (const std::string& line : notes) std::printf("%s\n", line.c_str());
  }

 private:
  void print(const Row& row) const {
    const auto ours = medians_.find(row.name);
    if (ours == medians_.end()) return;
    const std::string* best = nullptr;
    double baseline = 0.0;
    for (const std::string& name : row.baselines) {
      const auto found = medians_.find(name);
      if (found == medians_.end()) continue;
      const double scaled = found->second * jobs.at(row.name).items / jobs.at(name).items;
      if (best == nullptr || scaled < baseline) best = &name, baseline = scaled;
    }
    if (best == nullptr && !row.baselines.empty()) return;
    const double items = jobs.at(row.name).items;
    const auto variation = variations_.find(row.name);
    std::printf("%-52s %12.2f", row.name.c_str(), ours->second / items);
    if (best != nullptr) {
      const double ratio = baseline / ours->second;
      std::printf(" %12.2f %7.2f", baseline / items, ratio);
      if (variation != variations_.end()) std::printf(" %6.1f%%", 100.0 * variation->second);
      if (row.target > 0.0) {
        std::printf(" %4.2g %s", row.target, ratio >= row.target ? "met" : " NO");
      } else {
        std::printf(" %8s", "");
      }
      std::printf("  %s", best->c_str());
    }
    if (row.most_nanoseconds > 0.0) {
      const bool is_met = ours->second / items <= row.most_nanoseconds;
      std::printf("  at most %.2f ns: %s", row.most_nanoseconds, is_met ? "met" : "NO");
    }
    std::printf("\n");
  }

  std::map<std::string, double> medians_, variations_;
};

// "model name", family and model: a virtual machine often hides all but the numbers.
std::string processor() {
  std::ifstream file("/proc/cpuinfo");
  std::string name, family, model;
  const auto value = [](const std::string& line) { return line.substr(line.find(':') + 2); };
  for (std::string line; std::getline(file, line) && !line.empty();) {
    if (line.starts_with("model name")) {
      name = value(line);
    } else if (line.starts_with("cpu family")) {
      family = value(line);
    } else if (line.starts_with("model")) {
      model = value(line);
    }
  }
  return name + ", family " + family + " model " + model;
}

}  // namespace

void keep(const void* p) {
  benchmark::DoNotOptimize(p);
  benchmark::ClobberMemory();
}

std::vector<std::string> instruction_sets() {
  std::vector<std::string> sets;
  for (const std::string& set : engine::instruction_sets()) {
    if (set.starts_with("AVX")) sets.push_back(set);
  }
  return sets;
}

void measure(const Job& job) {
  register_job(job, "");
}

void measure_on_each_set(const Job& job) {
  for (const std::string& set : instruction_sets()) register_job(job, set);
}

void compare(const std::string& name, const std::vector<std::string>& baselines, Targets targets) {
  for (const std::string& set : instruction_sets()) {
    const bool is_best = set == "AVX-512";
    rows.push_back({name + "/" + set, baselines, is_best ? targets.avx512 : targets.avx2,
                    is_best ? targets.nanoseconds : 0.0});
  }
}

void compare_jobs(const std::string& name, const std::string& baseline, double target) {
  rows.push_back({name, {baseline}, target});
}

void note(const std::string& line) {
  notes.push_back(line);
}

void require_close(const std::string& what, double a, double b, double tolerance) {
  if (std::abs(a - b) <= tolerance) return;
  std::ostringstream text;
  text << std::setprecision(17) << what << ": " << a << " and " << b << " differ by more than "
       << tolerance;
  throw std::runtime_error(text.str());
}

int run(int argc, char** argv) {
  // Ours first: an option that comes later wins.
  std::vector<std::string> options = {argv[0], "--benchmark_enable_random_interleaving=true",
                                      "--benchmark_repetitions=11", "--benchmark_min_time=0.05",
                                      "--benchmark_display_aggregates_only=true"};
  options.insert(options.end(), argv + 1, argv + argc);
  std::vector<char*> arguments;
  for (std::string& option : options) arguments.push_back(option.data());
  int count = static_cast<int>(arguments.size());
  benchmark::Initialize(&count, arguments.data());
  if (benchmark::ReportUnrecognizedArguments(count, arguments.data())) return 1;
  benchmark::AddCustomContext("processor", processor());
  Reporter reporter;
  benchmark::RunSpecifiedBenchmarks(&reporter);
  reporter.print_table();
  benchmark::Shutdown();
  return 0;
}

}  // namespace leibler::benchmarks
