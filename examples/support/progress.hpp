// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstddef>
#include <mutex>
#include <string>

namespace leibler::examples {

/// A bar with the time left, on standard error where that is a terminal; else nothing. Any thread
/// may call add.
class ProgressBar {
 public:
  ProgressBar(std::string label, std::size_t total, bool quiet);
  ~ProgressBar();
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  void add(std::size_t done);

 private:
  using Clock = std::chrono::steady_clock;
  void draw(Clock::time_point now) const;

  std::string label_;
  std::size_t total_, done_ = 0;
  bool visible_;
  Clock::time_point start_, drawn_;
  std::mutex mutex_;
};

}  // namespace leibler::examples
