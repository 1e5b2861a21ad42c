// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <stdexcept>
#include <string>

#include <CLI/CLI.hpp>

#include <leibler/engine/types.hpp>

// What the command lines of all examples have in common.
namespace leibler::examples {

/// The options that every example has.
struct CommonOptions {
  std::uint64_t seed = 42;
  int threads = 0;
  std::string json;  ///< empty: none is written
  std::string out;   ///< empty: no pictures and data are written
  bool quiet = false;

  [[nodiscard]] Seed seed_value() const { return {seed}; }
  [[nodiscard]] Threads thread_count() const { return {threads}; }
};

/// Options that contradict each other: exit code 2.
class UsageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// An input file that is no good: exit code 1, whatever the library's exception was.
class InputError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

enum ExitCode { done = 0, failed = 1, wrong_usage = 2 };

/// An app with --seed, --threads, --json, --out, --quiet, --help and --version.
void add_common_options(CLI::App& app, CommonOptions& options);

/// Parses the command line and calls `run`. What is thrown becomes one sentence on standard error
/// and an exit code: wrong usage for the command line, for UsageError and for arguments that the
/// library refuses; failed for the rest.
[[nodiscard]] int run_program(CLI::App& app, int argc, char** argv,
                              const std::function<int()>& run);

/// "0.1.0".
[[nodiscard]] std::string version();

}  // namespace leibler::examples
