// SPDX-License-Identifier: MIT
#pragma once

#include <stop_token>
#include <thread>

namespace leibler::examples {

/// From here on the first Ctrl-C only sets a flag, so that a program can print what it has; the
/// second one kills.
void catch_interrupt();

/// Whether Ctrl-C was pressed since.
[[nodiscard]] bool interrupted();

/// Asks for a stop within a few milliseconds of Ctrl-C, as long as it lives.
class StopOnInterrupt {
 public:
  StopOnInterrupt();
  [[nodiscard]] std::stop_token token() const { return source_.get_token(); }

 private:
  std::stop_source source_;
  std::jthread watcher_;
};

}  // namespace leibler::examples
