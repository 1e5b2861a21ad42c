// SPDX-License-Identifier: MIT
#pragma once

#include <exception>
#include <iostream>
#include <string>

namespace leibler::test {

/// True for an exception whose whole text is `expected`; for BOOST_CHECK_EXCEPTION.
inline auto says(const std::string& expected) {
  return [expected](const std::exception& error) {
    const std::string text = error.what();
    if (text != expected) std::cerr << "says:     " << text << "\nexpected: " << expected << '\n';
    return text == expected;
  };
}

}  // namespace leibler::test
