// SPDX-License-Identifier: MIT
#include <leibler/models/quantiles.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace leibler::inline v0::detail {

namespace {

constexpr double epsilon = std::numeric_limits<double>::epsilon();

// Between two numbers of any size: an end may be infinite, and where they are of different order
// the middle is that of their logarithms.
double middle(double low, double high) {
  if (std::isinf(low) && std::isinf(high)) return 0.0;
  if (std::isinf(low)) return std::min(2.0 * high, high - 1.0);
  if (std::isinf(high)) return std::max(2.0 * low, low + 1.0);
  if (high <= 0.0) return -middle(-high, -low);
  if (low < 0.0) return high > -4.0 * low || -low > 4.0 * high ? 0.0 : 0.5 * (low + high);
  const double from = std::max(low, std::numeric_limits<double>::min());
  return high > 4.0 * from ? std::sqrt(from) * std::sqrt(high) : low + 0.5 * (high - low);
}

double solve_whole(const Monotone& f, Interval between, double start, double log_u) {
  const double slack = 4.0 * epsilon * (1.0 + std::abs(log_u));  // a cdf goes through exp and log
  const auto is_reached = [&](double x) {
    const double log_p = f.log_probability(f.self, x);
    return f.is_rising ? log_p >= log_u - slack : log_p <= log_u + slack;
  };
  double low = between.low, high = between.high, x = std::floor(start);
  if (std::isinf(x)) x = std::isinf(low) ? (std::isinf(high) ? 0.0 : high) : low;
  // Strides of growing length enclose it; the end itself needs no proof.
  for (double stride = 1.0;; stride *= 2.0) {
    if (x >= high || is_reached(x)) {
      high = std::min(high, x);
      if (x - stride <= low) break;
      if (!is_reached(x - stride)) {
        low = x - stride + 1.0;
        break;
      }
      x -= stride;
    } else {
      low = x + 1.0;
      if (x + stride >= high) break;
      x += stride;
    }
    if (!(stride < 0x1p60)) break;
  }
  while (low < high) {
    const double at = std::floor(low + 0.5 * (high - low));
    if (is_reached(at)) {
      high = at;
    } else {
      if (!(at + 1.0 > low)) break;  // whole numbers are farther apart than 1 up there
      low = at + 1.0;
    }
  }
  return high;
}

}  // namespace

double solve(const Monotone& f, Interval between, double start, double log_u) {
  if (f.is_discrete) return solve_whole(f, between, start, log_u);
  auto [low, high] = between;
  if (!(low < high)) return low;
  const double noise = epsilon * std::max(1.0, std::abs(log_u));
  double x = start > low && start < high ? start : middle(low, high);
  for (int i = 0; i < 300; ++i) {
    const double log_p = f.log_probability(f.self, x);
    const double too_far = f.is_rising ? log_p - log_u : log_u - log_p;
    if (std::abs(too_far) <= 0.25 * noise) return x;
    (too_far > 0.0 ? high : low) = x;
    double next = x - too_far * std::exp(log_p - f.log_density(f.self, x));
    if (!(next > low && next < high)) {
      // Newton's method may ask for an end that is the answer to the last bit.
      if (std::abs(next - x) <= 2.0 * epsilon * std::abs(x)) return x;
      next = middle(low, high);
      if (!(next > low && next < high)) return x;
    }
    if (std::abs(next - x) <= epsilon * std::abs(x)) return next;
    x = next;
  }
  return x;
}

double log_from_both(double log_p, double log_q) {
  return log_q < log_p ? std::log1p(-std::exp(log_q)) : log_p;
}

void check_probability(const char* name, double u, Tail tail) {
  if (u >= 0.0 && u <= 1.0) return;
  throw DomainError({std::string(name) + (tail == Tail::below ? "::quantile" : "::upper_quantile"),
                     "u",
                     {},
                     "= " + to_text(u),
                     "u must be from 0 to 1",
                     "give a probability"});
}

}  // namespace leibler::inline v0::detail
