// SPDX-License-Identifier: MIT
#include "interrupt.hpp"

#include <atomic>
#include <csignal>

namespace leibler::examples {

namespace {

std::atomic<bool> flag = false;
static_assert(std::atomic<bool>::is_always_lock_free);  // else not for a signal handler

extern "C" void on_interrupt(int) {
  flag.store(true, std::memory_order_relaxed);
  std::signal(SIGINT, SIG_DFL);
}

}  // namespace

void catch_interrupt() {
  std::signal(SIGINT, on_interrupt);
}

bool interrupted() {
  return flag.load(std::memory_order_relaxed);
}

}  // namespace leibler::examples
