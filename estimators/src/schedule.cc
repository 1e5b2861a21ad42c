// SPDX-License-Identifier: MIT
#include <leibler/estimators/schedule.hpp>

#include <numbers>
#include <string>

#include <leibler/engine/check.hpp>
#include <leibler/engine/log_space.hpp>

namespace leibler::inline v0 {

namespace {

// sin(pi x / 2)^2 on [0, 1/2], by its series: cos is another function in every C library, and its
// last bit would decide a parameter's.
double squared_sine(double x) {
  const double y = 0.5 * std::numbers::pi * x, z = y * y;
  double series = 1.0;
  for (int k = 16; k >= 2; k -= 2) series = 1.0 - z / (k * (k + 1)) * series;
  return z * series * series;
}

// (1 + cos(pi x)) / 2 on [0, 1].
double cosine_share(double x) {
  return x <= 0.5 ? 1.0 - squared_sine(x) : squared_sine(1.0 - x);
}

}  // namespace

double Schedule::at(std::size_t step, std::size_t steps) const {
  const double done = static_cast<double>(step) / static_cast<double>(steps);
  double rate = rate_;
  switch (kind_) {
    case Kind::constant:
      break;
    case Kind::cosine:
      rate = rate_ * cosine_share(done);
      break;
    case Kind::exponential:
      rate = rate_ * engine::exp(done * engine::log(final_fraction_));
      break;
  }
  if (step < warm_up_) rate *= static_cast<double>(step + 1) / static_cast<double>(warm_up_);
  return rate;
}

void Schedule::check(const char* where, const char* what) const {
  check::positive(where, what, rate_, "0.01 is a start for most fits");
  if (!(final_fraction_ > 0.0 && final_fraction_ <= 1.0)) {
    throw DomainError({where,
                       std::string(what) + ".final_fraction",
                       {},
                       "= " + to_text(final_fraction_),
                       "final_fraction must be in (0, 1]",
                       "0.01 ends at a hundredth of the rate"});
  }
}

}  // namespace leibler::inline v0
