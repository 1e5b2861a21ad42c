// SPDX-License-Identifier: MIT
#pragma once

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include <sys/wait.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

// The program fit_mixture as its users run it. FIT_MIXTURE is its path.
namespace leibler::test {

namespace fs = std::filesystem;
using nlohmann::json;

inline std::string text_of(const fs::path& file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), {}};
}

// A folder of its own, gone with the test; programs run in it.
class Folder {
 public:
  Folder() {
    std::string name = (fs::temp_directory_path() / "fit_mixture_XXXXXX").string();
    path_ = mkdtemp(name.data());
  }
  ~Folder() { fs::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  struct Ended {
    int code;
    std::string out, error;
  };
  [[nodiscard]] Ended run(const std::string& arguments) const {
    const std::string command =
        "cd '" + path_.string() + "' && '" FIT_MIXTURE "' " + arguments + " >out.log 2>error.log";
    const int status = std::system(command.c_str());
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
  fs::path path_;
};

inline constexpr auto small = "--quick --quiet --no-picture --steps 50 --evaluation 2000 ";

}  // namespace leibler::test
