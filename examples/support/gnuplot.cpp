// SPDX-License-Identifier: MIT
#include "gnuplot.hpp"

#include <cerrno>
#include <filesystem>
#include <system_error>

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <leibler/engine/error.hpp>

namespace leibler::examples {

Drawn run_gnuplot(const std::string& folder, const std::string& script, const std::string& format) {
  std::string setting = "format='" + format + "'";
  std::string name = "gnuplot", option = "-e", file = script;
  char* const arguments[] = {name.data(), option.data(), setting.data(), file.data(), nullptr};
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addchdir_np(&actions, folder.c_str());
  pid_t child = 0;
  const int error = posix_spawnp(&child, "gnuplot", &actions, nullptr, arguments, environ);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) return error == ENOENT ? Drawn::not_installed : Drawn::failed;
  int status = 0;
  while (waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) return Drawn::failed;
  }
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) return Drawn::failed;
  // gnuplot may end well with an empty picture, where the script asks for the impossible.
  const auto picture = (std::filesystem::path(folder) / script).replace_extension(format);
  std::error_code none;
  const auto size = std::filesystem::file_size(picture, none);
  return !none && size > 0 ? Drawn::yes : Drawn::failed;
}

void make_folder(const std::string& where, const std::string& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (!error) return;
  throw RuntimeError({where,
                      "folder \"" + folder + "\"",
                      {},
                      "cannot be made (" + error.message() + ")",
                      "",
                      "check the path and its permissions"});
}

std::string draw_pictures(const std::string& folder, const std::string& stem,
                          const std::vector<std::string>& formats) {
  const std::string script = stem + ".gp";
  const auto in_folder = [&](const std::string& file) {
    return (std::filesystem::path(folder) / file).string();
  };
  std::string drawn;
  for (const std::string& format : formats) {
    switch (run_gnuplot(folder, script, format)) {
      case Drawn::yes:
        drawn += (drawn.empty() ? "Picture: " : ", ") + in_folder(stem + "." + format);
        break;
      case Drawn::not_installed:
        return "No picture: gnuplot is not installed. Data and script are there; with gnuplot: "
               "(cd " +
               folder + " && gnuplot " + script + ")";
      case Drawn::failed:
        return "No picture: gnuplot failed on " + in_folder(script) +
               "; its own message, if any, is above.";
    }
  }
  return drawn;
}

}  // namespace leibler::examples
