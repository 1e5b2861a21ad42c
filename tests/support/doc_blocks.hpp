// SPDX-License-Identifier: MIT
#pragma once

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace leibler::test {

inline std::string text_of_file(const std::filesystem::path& path) {
  std::ifstream in(path);
  BOOST_TEST_REQUIRE(in.good(), path << " cannot be read");
  return {std::istreambuf_iterator<char>(in), {}};
}

/// The blocks between ```cpp and ``` of a document.
inline std::vector<std::string> code_blocks(const std::string& text) {
  const std::string open = "```cpp\n", close = "```";
  std::vector<std::string> blocks;
  for (auto at = text.find(open); at != std::string::npos; at = text.find(open, at)) {
    at += open.size();
    blocks.push_back(text.substr(at, text.find(close, at) - at));
  }
  return blocks;
}

/// Every code block of docs/<document> stands in the test's own source, word for word: what is
/// shown is what is compiled and checked.
/// @param test  its path below tests/. __FILE__ would be relative to the build directory.
inline void check_code_is_compiled(const std::string& document, const std::string& test) {
  const std::filesystem::path root(LEIBLER_SOURCE_DIR), source = root / "tests" / test;
  const std::string code = text_of_file(source);
  const auto blocks = code_blocks(text_of_file(root / "docs" / document));
  BOOST_TEST(!blocks.empty());
  for (const std::string& block : blocks) {
    BOOST_TEST((code.find(block) != std::string::npos), document << ": this code is not in "
                                                                 << source.filename() << ":\n"
                                                                 << block);
  }
}

}  // namespace leibler::test
