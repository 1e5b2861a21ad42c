// SPDX-License-Identifier: MIT
#include "interrupt.hpp"

#include <atomic>
#include <chrono>
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

// A thread of its own, as a signal handler may not request it, and fits call back too rarely.
StopOnInterrupt::StopOnInterrupt()
    : watcher_([source = source_](const std::stop_token& over) mutable {
        while (!over.stop_requested()) {
          if (interrupted()) source.request_stop();
          std::this_thread::sleep_for(std::chrono::milliseconds(5));
        }
      }) {}

}  // namespace leibler::examples
