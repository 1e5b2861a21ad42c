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
  /// Gives a file that was opened without a name one.
  [[nodiscard]] bool link(const char* path) const {
    const std::string own = "/proc/self/fd/" + std::to_string(number_);
    return ::linkat(AT_FDCWD, own.c_str(), AT_FDCWD, path, AT_SYMLINK_FOLLOW) == 0;
  }

 private:
  int number_;
};

// A whole file under the name `temporary`. It has no name before it is whole, so that a killed
// writer leaves nothing behind; where the file system cannot do that, it has its name from the
// start.
bool write_temporary(const std::string& folder, const std::string& temporary,
                     std::string_view text) {
  const Descriptor nameless(folder.c_str(), O_TMPFILE | O_WRONLY);
  if (nameless.is_open() && nameless.write(text) && nameless.sync() &&
      nameless.link(temporary.c_str())) {
    return true;
  }
  const Descriptor named(temporary.c_str(), O_CREAT | O_TRUNC | O_WRONLY);
  return named.is_open() && named.write(text) && named.sync();
}

}  // namespace

void write_file(std::string_view where, const std::string& path, std::string_view text) {
  // Named after this process and this call: two writers of one path do not spoil each other's.
  static std::atomic<unsigned> calls{0};
  const std::string temporary =
      path + "." + std::to_string(::getpid()) + "." + std::to_string(calls.fetch_add(1)) + ".tmp";
  const std::string parent_path = std::filesystem::path(path).parent_path().string();
  const std::string folder = parent_path.empty() ? "." : parent_path;
  if (!write_temporary(folder, temporary, text) || ::rename(temporary.c_str(), path.c_str()) != 0) {
    const int reason = errno;
    ::unlink(temporary.c_str());
    errno = reason;
    fail(where, path, "written", writable);
  }
  const Descriptor parent(folder.c_str(), O_RDONLY | O_DIRECTORY);
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
