// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE engine_file
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <leibler/engine/error.hpp>
#include <leibler/engine/file.hpp>

#include "says.hpp"

using namespace leibler;
using namespace leibler::engine;
using leibler::test::says;
namespace fs = std::filesystem;

namespace {

// An empty folder that is gone afterwards.
struct Folder {
  fs::path path;
  Folder() {
    std::string name = (fs::temp_directory_path() / "leibler_file_test_XXXXXX").string();
    path = ::mkdtemp(name.data());
  }
  ~Folder() { fs::remove_all(path); }
  [[nodiscard]] std::string file(const char* name) const { return (path / name).string(); }
  [[nodiscard]] std::ptrdiff_t entries() const {
    return std::distance(fs::directory_iterator(path), fs::directory_iterator());
  }
};

}  // namespace

BOOST_AUTO_TEST_CASE(what_is_written_is_read_back) {
  const Folder folder;
  const std::string path = folder.file("model.json");
  std::string bytes(300'000, 'x');
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(i * 7 % 256);
  for (const std::string& text : {std::string("{}\n"), std::string(), bytes, std::string("a")}) {
    write_file("save", path, text);
    BOOST_TEST((read_file("load", path) == text));
    BOOST_TEST(folder.entries() == 1);  // no temporary stays
  }
}

BOOST_AUTO_TEST_CASE(a_name_without_a_folder_is_in_the_current_one) {
  const Folder folder;
  const fs::path before = fs::current_path();
  fs::current_path(folder.path);
  write_file("save", "plain.txt", "here");
  BOOST_TEST(read_file("load", "plain.txt") == "here");
  fs::current_path(before);
  BOOST_TEST(read_file("load", folder.file("plain.txt")) == "here");
}

BOOST_AUTO_TEST_CASE(a_missing_folder_or_file_is_named) {
  const Folder folder;
  const std::string path = folder.file("none/model.json");
  BOOST_CHECK_EXCEPTION(write_file("save", path, "x"), std::runtime_error,
                        says("save: file \"" + path +
                             "\" cannot be written (No such file or directory); its folder must "
                             "exist and take files; check the path and "
                             "its permissions."));
  BOOST_CHECK_EXCEPTION((void)read_file("load", path), RuntimeError,
                        says("load: file \"" + path +
                             "\" cannot be read (No such file or directory); it must be a file "
                             "that can be read; check the path and "
                             "its permissions."));
  BOOST_TEST(folder.entries() == 0);
}

BOOST_AUTO_TEST_CASE(a_folder_is_not_a_file) {
  const Folder folder;
  const std::string path = folder.file("sub");
  fs::create_directory(path);
  BOOST_CHECK_EXCEPTION((void)read_file("load", path), RuntimeError,
                        says("load: file \"" + path +
                             "\" cannot be read (Is a directory); it must be a file that can be "
                             "read; check the path and its "
                             "permissions."));
  BOOST_CHECK_EXCEPTION(write_file("save", path, "x"), RuntimeError,
                        says("save: file \"" + path +
                             "\" cannot be written (Is a directory); its folder must exist and "
                             "take files; check the path and its "
                             "permissions."));
  BOOST_TEST(folder.entries() == 1);
}

// The longest name a file can have: the temporary's, which is longer, cannot be opened.
BOOST_AUTO_TEST_CASE(a_failed_write_leaves_the_old_file_and_no_temporary) {
  const Folder folder;
  const std::string path = folder.file(std::string(255, 'n').c_str());
  std::ofstream(path) << "old";
  BOOST_CHECK_EXCEPTION(write_file("save", path, "new"), RuntimeError,
                        says("save: file \"" + path +
                             "\" cannot be written (File name too long); its folder must exist and "
                             "take files; check the path and its "
                             "permissions."));
  BOOST_TEST(read_file("load", path) == "old");
  BOOST_TEST(folder.entries() == 1);
}

BOOST_AUTO_TEST_CASE(writers_of_one_path_do_not_spoil_each_other) {
  const Folder folder;
  const std::string path = folder.file("shared");
  std::vector<std::thread> writers;
  for (char name = 'a'; name < 'e'; ++name) {
    writers.emplace_back([&, name] {
      for (int i = 0; i < 20; ++i) write_file("save", path, std::string(100'000, name));
    });
  }
  for (std::thread& writer : writers) writer.join();
  const std::string text = read_file("load", path);
  BOOST_TEST(text.size() == 100'000u);
  BOOST_TEST(std::count(text.begin(), text.end(), text[0]) == 100'000);
  BOOST_TEST(folder.entries() == 1);
}

// A process that rewrites the file without end is killed at arbitrary moments.
BOOST_AUTO_TEST_CASE(a_killed_writer_leaves_a_whole_file) {
  const Folder folder;
  const std::string path = folder.file("checkpoint");
  constexpr std::size_t size = 200'000;
  write_file("save", path, std::string(size, 'a'));
  for (int round = 0; round < 50; ++round) {
    const pid_t child = ::fork();
    BOOST_REQUIRE(child >= 0);
    if (child == 0) {
      for (char letter = 'a';; letter = letter == 'z' ? 'a' : static_cast<char>(letter + 1)) {
        write_file("save", path, std::string(size, letter));
      }
    }
    std::this_thread::sleep_for(std::chrono::microseconds(500 + round * 397 % 9000));
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    const std::string text = read_file("load", path);
    BOOST_TEST(text.size() == size);
    BOOST_TEST(std::count(text.begin(), text.end(), text[0]) == std::ptrdiff_t{size});
  }
}

// A limit on the size of files kills the writer in the middle of its own. Where the folder's file
// system knows no file without a name there is nothing to promise.
BOOST_AUTO_TEST_CASE(a_killed_writer_leaves_no_temporary) {
  const Folder folder;
  const int nameless = ::open(folder.path.c_str(), O_TMPFILE | O_WRONLY, 0600);
  if (nameless < 0) return;
  ::close(nameless);
  for (const char* old : {"", "old"}) {
    const std::string path = folder.file("model.json");
    if (*old != '\0') write_file("save", path, old);
    const pid_t child = ::fork();
    BOOST_REQUIRE(child >= 0);
    if (child == 0) {
      std::signal(SIGXFSZ, SIG_DFL);
      const rlimit small{4096, 4096};
      ::setrlimit(RLIMIT_FSIZE, &small);
      write_file("save", path, std::string(100'000, 'x'));
      ::_exit(0);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    BOOST_TEST((WIFSIGNALED(status) && WTERMSIG(status) == SIGXFSZ));
    BOOST_TEST(folder.entries() == (*old == '\0' ? 0 : 1));
    if (*old != '\0') BOOST_TEST(read_file("load", path) == old);
  }
}
