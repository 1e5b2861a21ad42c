// SPDX-License-Identifier: MIT
#pragma once

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <sys/wait.h>
#include <unistd.h>
#include <csignal>

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>

// Example programs as their users run them.
namespace leibler::test {

namespace fs = std::filesystem;
using nlohmann::json;

inline std::string text_of(const fs::path& file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), {}};
}

// A folder of its own, gone with the test, that the program of this path runs in.
class ProgramFolder {
 public:
  explicit ProgramFolder(std::string program) : program_(std::move(program)) {
    std::string name = (fs::temp_directory_path() / "leibler_example_XXXXXX").string();
    path_ = mkdtemp(name.data());
  }
  ~ProgramFolder() { fs::remove_all(path_); }
  ProgramFolder(const ProgramFolder&) = delete;
  ProgramFolder& operator=(const ProgramFolder&) = delete;

  struct Ended {
    int code;
    std::string out, error;
  };
  [[nodiscard]] Ended run(const std::string& arguments) const {
    const std::string command =
        "cd '" + path_.string() + "' && '" + program_ + "' " + arguments + " >out.log 2>error.log";
    const int status = std::system(command.c_str());
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, text_of(path_ / "out.log"),
            text_of(path_ / "error.log")};
  }

  // Ctrl-C once the report is there, which programs write first of all, once they catch it.
  [[nodiscard]] Ended interrupt(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), program_);
    arguments.insert(arguments.end(), {"--json", "r.json"});
    std::vector<char*> pointers;
    for (std::string& argument : arguments) pointers.push_back(argument.data());
    pointers.push_back(nullptr);
    const pid_t child = fork();
    if (child == 0) {
      if (chdir(path_.c_str()) == 0 && std::freopen("out.log", "w", stdout) != nullptr &&
          std::freopen("error.log", "w", stderr) != nullptr) {
        execv(program_.c_str(), pointers.data());
      }
      _exit(127);
    }
    int status = 0;
    while (!fs::exists(path_ / "r.json") && waitpid(child, &status, WNOHANG) == 0) usleep(10'000);
    if (fs::exists(path_ / "r.json")) {
      usleep(200'000);  // into the fits
      kill(child, SIGINT);
      waitpid(child, &status, 0);
    }
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, text_of(path_ / "out.log"),
            text_of(path_ / "error.log")};
  }

  void write(const std::string& name, const std::string& text) const {
    std::ofstream(path_ / name) << text;
  }
  [[nodiscard]] fs::path operator/(const std::string& name) const { return path_ / name; }
  [[nodiscard]] json read_json(const std::string& name) const {
    return json::parse(text_of(path_ / name));
  }

 private:
  std::string program_;
  fs::path path_;
};

// The results but for times, which differ from run to run.
inline json numbers_of(const json& all) {
  json kept = json::array();
  for (const auto& result : all.at("results")) {
    if (result.at("method") != "measured") kept.push_back(result);
  }
  return kept;
}

inline double value_of(const json& all, const std::string& name, const std::string& which,
                       const char* field = "value") {
  for (const auto& result : all.at("results")) {
    if (result.at("name") == name && result.at("case") == which) return result.at(field);
  }
  BOOST_FAIL("no result " << name << " of " << which);
  return 0.0;
}

// The keys and fields that every report has.
inline void check_report(const json& all, const std::string& program) {
  BOOST_TEST(all.size() == 4u);
  BOOST_TEST(all.at("program") == program);
  for (const char* const key : {"version", "settings", "results"}) {
    BOOST_TEST(all.contains(key), key);
  }
  for (const auto& result : all.at("results")) {
    BOOST_TEST(result.size() == 5u);
    for (const char* const field : {"name", "case", "value", "standard_error", "method"}) {
      BOOST_TEST(result.contains(field), field);
    }
  }
}

}  // namespace leibler::test
