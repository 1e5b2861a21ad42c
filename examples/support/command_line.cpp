// SPDX-License-Identifier: MIT
#include "command_line.hpp"

#include <iostream>

#include <leibler/engine/error.hpp>
#include <leibler/engine/instruction_set.hpp>

#include "text.hpp"

namespace leibler::examples {

std::string version() {
  return LEIBLER_VERSION;
}

namespace {

// Without it -1 would pass as the largest seed there is.
CLI::Validator whole_number() {
  return {[](const std::string& text) {
            return text.starts_with('-') ? "a seed is a whole number >= 0, not " + text
                                         : std::string();
          },
          "", "whole number"};
}

}  // namespace

void add_common_options(CLI::App& app, CommonOptions& options) {
  app.get_formatter()->column_width(30);
  const char* const group = "Running";
  app.add_option("--seed", options.seed, "Seed of every random number")
      ->check(whole_number())
      ->capture_default_str()
      ->group(group);
  app.add_option("--threads", options.threads,
                 "Most threads at work, 0 for every core; no number depends on it")
      ->capture_default_str()
      ->group(group);
  app.add_option("--json", options.json, "Write settings and every printed number to this file")
      ->type_name("FILE")
      ->group(group);
  app.add_option("--out", options.out, "Folder for pictures and their data")
      ->type_name("DIR")
      ->capture_default_str()
      ->group(group);
  app.add_flag("--quiet", options.quiet, "Print nothing but errors")->group(group);
  app.set_help_flag("-h,--help", "Print this and leave")->group(group);
  const auto text = app.get_name() + " " + version() + " (" + engine::instruction_set() + ")";
  app.set_version_flag("--version", text, "Print the version and leave")->group(group);
}

int run_program(CLI::App& app, int argc, char** argv, const std::function<int()>& run) {
  const auto complain = [&](const std::string& text, ExitCode code) {
    const std::string name = app.get_name() + ": ";  // the program's own checks begin with it
    std::cout.flush();
    std::cerr << (text.starts_with(name) ? "" : name) << text << '\n';
    if (code == wrong_usage) std::cerr << "Try " << app.get_name() << " --help.\n";
    return static_cast<int>(code);
  };
  try {
    for (CLI::Option* const option : app.get_options()) {
      std::string lines = paragraph(option->get_description(), 0, 66);
      lines.pop_back();
      option->description(lines);
    }
    app.parse(argc, argv);
    return run();
  } catch (const CLI::Success& asked_for) {  // --help, --version
    return app.exit(asked_for);
  } catch (const CLI::ParseError& error) {
    return complain(error.what(), wrong_usage);
  } catch (const UsageError& error) {
    return complain(error.what(), wrong_usage);
  } catch (const InvalidArgument& error) {
    return complain(error.what(), wrong_usage);
  } catch (const DomainError& error) {
    return complain(error.what(), wrong_usage);
  } catch (const std::exception& error) { return complain(error.what(), failed); }
}

}  // namespace leibler::examples
