// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <leibler/leibler.hpp>

#include "../support/command_line.hpp"

namespace leibler::examples::custom_density {

/// Everything that the command line can set.
struct Settings {
  CommonOptions common;

  std::string target = "both";
  std::int64_t components = 12;
  std::int64_t restarts = 8;
  std::int64_t steps = 4000;
  std::int64_t samples = 1000;
  double rate = 0.05;
  std::int64_t evaluation = 1'000'000;
  bool no_picture = false;

  [[nodiscard]] bool wants(const std::string& which) const {
    return target == which || target == "both";
  }
  [[nodiscard]] bool wants_picture() const { return !no_picture && !common.out.empty(); }

  /// "12 components".
  [[nodiscard]] std::string family() const;

  /// Of a target's fits: does not depend on whether the other one is fitted.
  [[nodiscard]] Seed seed_of(const std::string& which) const;
  [[nodiscard]] FitOptions fit_options() const;
  [[nodiscard]] EstimateOptions evaluation_options() const;

  /// For the report.
  [[nodiscard]] nlohmann::ordered_json to_json() const;
};

void add_options(CLI::App& app, Settings& settings);

/// So that nothing is started that cannot end. @throws InvalidArgument, DomainError
void check_settings(const Settings& settings);

}  // namespace leibler::examples::custom_density
