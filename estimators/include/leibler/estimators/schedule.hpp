// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

#include <leibler/engine/check.hpp>

namespace leibler::inline v0 {

/// A learning rate over the steps of a fit. A number is a schedule that stays.
///
///     Adam{.learning_rate = 0.01}
///     Adam{.learning_rate = cosine_decay(0.05)}
///     Adam{.learning_rate = warm_up(exponential_decay(0.05, 0.01), 200)}
class Schedule {
 public:
  Schedule(double rate) : rate_(rate) {}  // NOLINT: a number is a schedule

  /// The rate of step `step` (from 0) of `steps`.
  [[nodiscard]] double at(std::size_t step, std::size_t steps) const;

  /// The rate before any decay.
  [[nodiscard]] double rate() const { return rate_; }

  /// @throws DomainError  if the rate is not finite and > 0, or the decay not in (0, 1]
  void check(const char* where, const char* what) const;

 private:
  friend Schedule cosine_decay(double rate);
  friend Schedule exponential_decay(double rate, double final_fraction);
  friend Schedule warm_up(Schedule schedule, std::size_t steps);

  enum class Kind { constant, cosine, exponential };
  double rate_;
  Kind kind_ = Kind::constant;
  double final_fraction_ = 1.0;
  std::size_t warm_up_ = 0;
};

/// rate (1 + cos(pi step / steps)) / 2: from rate to 0.
[[nodiscard]] inline Schedule cosine_decay(double rate) {
  Schedule schedule(rate);
  schedule.kind_ = Schedule::Kind::cosine;
  return schedule;
}

/// rate final_fraction^(step / steps): from rate to final_fraction of it, which is in (0, 1].
[[nodiscard]] inline Schedule exponential_decay(double rate, double final_fraction) {
  Schedule schedule(rate);
  schedule.kind_ = Schedule::Kind::exponential;
  schedule.final_fraction_ = final_fraction;
  return schedule;
}

/// The schedule, multiplied by (step + 1) / steps in the first `steps` steps.
/// @throws InvalidArgument  if steps is 0
[[nodiscard]] inline Schedule warm_up(Schedule schedule, std::size_t steps) {
  check::at_least("warm_up", "steps", steps == 0 ? 0 : 1, 1, "leave warm_up out");
  schedule.warm_up_ = steps;
  return schedule;
}

}  // namespace leibler::inline v0
