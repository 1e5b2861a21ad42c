// SPDX-License-Identifier: MIT
#include "progress.hpp"

#include <algorithm>
#include <cstdio>

#include <unistd.h>

namespace leibler::examples {

ProgressBar::ProgressBar(std::string label, std::size_t total, bool quiet)
    : label_(std::move(label)),
      total_(std::max<std::size_t>(total, 1)),
      visible_(!quiet && isatty(STDERR_FILENO) == 1),
      start_(Clock::now()),
      drawn_(start_) {}

ProgressBar::~ProgressBar() {
  if (visible_) std::fputs("\r\033[K", stderr);
}

void ProgressBar::add(std::size_t done) {
  if (!visible_) return;
  const std::lock_guard lock(mutex_);
  done_ = std::min(done_ + done, total_);
  const auto now = Clock::now();
  if (now - drawn_ < std::chrono::milliseconds(100)) return;
  drawn_ = now;
  draw(now);
}

void ProgressBar::draw(Clock::time_point now) const {
  constexpr int width = 30;
  const double share = static_cast<double>(done_) / static_cast<double>(total_);
  const double spent = std::chrono::duration<double>(now - start_).count();
  const auto left = static_cast<long>(share > 0 ? spent * (1 - share) / share + 0.5 : 0);
  const int full = static_cast<int>(share * width);
  std::fprintf(stderr, "\r%s [%.*s%*s] %3.0f%%  %ld:%02ld left\033[K", label_.c_str(), full,
               "##############################", width - full, "", 100 * share, left / 60,
               left % 60);
  std::fflush(stderr);
}

}  // namespace leibler::examples
