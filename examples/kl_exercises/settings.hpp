// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <vector>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "../support/command_line.hpp"

namespace leibler::examples::kl_exercises {

inline constexpr std::int64_t last_exercise = 10;

/// Everything that the command line can set.
struct Settings {
  CommonOptions common;

  std::vector<std::int64_t> exercises;  ///< empty: all, and what comes after them
  std::int64_t draws = 1'000'000;       ///< of exercise 5

  [[nodiscard]] bool wants(std::int64_t exercise) const;
  [[nodiscard]] bool wants_all() const { return exercises.empty(); }
  [[nodiscard]] bool wants_pictures() const { return !common.out.empty(); }

  /// For the report.
  [[nodiscard]] nlohmann::ordered_json to_json() const;
};

void add_options(CLI::App& app, Settings& settings);

/// So that nothing is started that cannot end. @throws InvalidArgument
void check_settings(const Settings& settings);

}  // namespace leibler::examples::kl_exercises
