// SPDX-License-Identifier: MIT
#include <leibler/engine/file.hpp>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <fcntl.h>
#include <unistd.h>

#include <leibler/engine/error.hpp>

namespace leibler::inline v0::engine {

namespace {

[[noreturn]] void fail(std::string_view where, const std::string& path, const char* action,
                       const char* rule) {
  throw RuntimeError({std::string(where),
                      "file \"" + path + "\"",
                      {},
                      std::string("cannot be ") + action + " (" + std::strerror(errno) + ")",
                      rule,
                      "check the path and its permissions"});
}

constexpr auto readable = "it must be a file that can be read";
constexpr auto writable = "its folder must exist and take files";

// A file descriptor that is closed on every way out.
class Descriptor {
 public:
  Descriptor(const char* path, int flags) : number_(::open(path, flags | O_CLOEXEC, 0644)) {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  [[nodiscard]] bool is_open() const { return number_ >= 0; }
  [[nodiscard]] bool sync() const { return ::fsync(number_) == 0; }
  [[nodiscard]] bool write(std::string_view text) const {
    while (!text.empty()) {
      const ssize_t written = ::write(number_, text.data(), text.size());
      if (written < 0 && errno == EINTR) continue;
      if (written <= 0) return false;
      text.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
  }

 private:
  int number_;
};

}  // namespace

void write_file(std::string_view where, const std::string& path, std::string_view text) {
  // Named after this process and this call: two writers of one path do not spoil each other's.
  static std::atomic<unsigned> calls{0};
  const std::string temporary =
      path + "." + std::to_string(::getpid()) + "." + std::to_string(calls.fetch_add(1)) + ".tmp";
  bool good = false;
  {
    const Descriptor file(temporary.c_str(), O_CREAT | O_TRUNC | O_WRONLY);
    good = file.is_open() && file.write(text) && file.sync();
  }
  if (!good || ::rename(temporary.c_str(), path.c_str()) != 0) {
    const int reason = errno;
    ::unlink(temporary.c_str());
    errno = reason;
    fail(where, path, "written", writable);
  }
  const auto folder = std::filesystem::path(path).parent_path();
  const Descriptor parent(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY);
  if (parent.is_open() && !parent.sync()) fail(where, path, "made durable", writable);
}

std::string read_file(std::string_view where, const std::string& path) {
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  if (!file) fail(where, path, "read", readable);
  if (std::filesystem::is_directory(path)) {  // opens like a file, and reads as an empty one
    errno = EISDIR;
    fail(where, path, "read", readable);
  }
  text << file.rdbuf();
  if (file.bad()) fail(where, path, "read", readable);
  return std::move(text).str();
}

}  // namespace leibler::inline v0::engine
