// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <leibler/leibler.hpp>

#include "../support/command_line.hpp"

namespace leibler::examples::fit_mixture {

/// Everything that the command line can set; the defaults are the experiment's.
struct Settings {
  CommonOptions common;

  std::string data, target;  ///< files; neither: the experiment's own target

  std::vector<std::int64_t> components = {1, 2, 3, 4};
  std::string objective = "both";
  std::int64_t restarts = 1;
  double spread = 1.0;
  double stddev = 1.0;

  std::string estimator = "score";
  std::string baseline = "none";
  std::int64_t samples = 500;

  std::string optimizer = "adam";
  std::int64_t steps = 5000;
  double rate = 0.01;
  std::string schedule = "constant";
  double final_fraction = 0.01;
  std::int64_t warm_up = 0;
  double clip = 0.0;
  double momentum = 0.0;
  double tolerance = 0.0;

  std::int64_t evaluation = 1'000'000;
  double entropy_error = 1e-4;

  std::string save, checkpoint;
  bool no_picture = false;
  bool quick = false;

  [[nodiscard]] bool has_data() const { return !data.empty(); }
  [[nodiscard]] bool is_experiment() const { return data.empty() && target.empty(); }
  [[nodiscard]] bool wants(const std::string& which) const {
    return objective == which || objective == "both";
  }

  [[nodiscard]] Schedule learning_rate() const;
  [[nodiscard]] EstimateOptions evaluation_options() const;

  /// For the report.
  [[nodiscard]] nlohmann::ordered_json to_json() const;
};

void add_options(CLI::App& app, Settings& settings);

/// Completes what depends on other options (--quick, --data), then checks everything, so that
/// nothing is started that cannot end.
/// @throws UsageError, InvalidArgument, DomainError
void complete(const CLI::App& app, Settings& settings);

}  // namespace leibler::examples::fit_mixture
