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

namespace leibler::examples::gradient_variance {

/// Everything that the command line can set; the defaults are the experiment's.
struct Settings {
  CommonOptions common;

  std::vector<std::string> parts = {"experiment", "descent", "costs", "fit"};
  double theta = 2.0;
  std::vector<std::int64_t> samples = {10, 100, 1000, 10'000, 100'000};
  std::int64_t repeats = 10'000;
  std::int64_t starts = 16;
  bool quick = false;
  bool no_picture = false;

  [[nodiscard]] bool wants(const std::string& part) const;
  [[nodiscard]] bool wants_picture() const { return !no_picture && !common.out.empty(); }

  /// A seed that no other part shares.
  [[nodiscard]] Seed seed_of(const std::string& part) const;

  /// For the report.
  [[nodiscard]] nlohmann::ordered_json to_json() const;
};

void add_options(CLI::App& app, Settings& settings);

/// Takes --quick into account where an option is not given, then checks everything.
/// @throws InvalidArgument, DomainError
void complete(const CLI::App& app, Settings& settings);

}  // namespace leibler::examples::gradient_variance
