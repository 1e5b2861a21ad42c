// SPDX-License-Identifier: MIT
#include <leibler/estimators/importance_weighted.hpp>

#include <cmath>
#include <cstdint>
#include <limits>

#include <leibler/engine/check.hpp>
#include <leibler/engine/functions.hpp>
#include <leibler/estimators/vimco.hpp>

namespace leibler::inline v0 {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr std::size_t most_draws_of_bound = 4096;
// Rows of draws, of what a thread keeps in its cache.
constexpr std::size_t rows_of_block = 4096;

}  // namespace

namespace detail {

std::size_t checked_draws(std::size_t draws) {
  check::at_least("ImportanceWeighted", "options.draws",
                  static_cast<std::int64_t>(std::min<std::size_t>(draws, INT64_MAX)), 1,
                  "one draw is the negative ELBO");
  check::at_most("ImportanceWeighted", "options.draws", draws, most_draws_of_bound,
                 "the bound hardly moves beyond some hundred");
  return draws;
}

std::size_t bounds_of_block(std::size_t draws) {
  return std::max<std::size_t>(rows_of_block / draws / engine::padding, 1) * engine::padding;
}

void BoundDraws::finish() const {
  const std::size_t n = engine::padded(size);
  engine::kernels::log_sum_exp_rows(log_weight, x.stride, draws, n, bound);
  for (std::size_t k = 0; k < draws; ++k) {
    const double* const l = log_weight + k * x.stride;
    double* const s = share + k * x.stride;
    for (std::size_t i = 0; i < n; ++i) {
      s[i] = l[i] == -infinity || i >= size ? -infinity : l[i] - bound[i];
    }
    engine::kernels::exp_fill(s, s, n);
  }
  engine::kernels::shift_scale(bound, engine::log(static_cast<double>(draws)), 1.0, n);
}

}  // namespace detail

void Vimco::check_draws(std::size_t draws) {
  check::at_least("Vimco", "objective.draws()", static_cast<std::int64_t>(draws), 2,
                  "a baseline is made of the other draws");
}

void Vimco::to_signals(const detail::BoundDraws& draws) {
  const std::size_t count = draws.draws, stride = draws.x.stride;
  const auto others = static_cast<double>(count) - 1.0;
  for (std::size_t i = 0; i < draws.size; ++i) {
    double* const l = draws.log_weight + i;
    double sum = 0.0, top = -infinity, second = -infinity;
    std::size_t at_top = 0, impossible = 0;
    for (std::size_t k = 0; k < count; ++k) {
      const double v = l[k * stride];
      if (v == -infinity) {
        ++impossible;
      } else {
        sum += v;
      }
      if (v > top) {
        second = top;
        top = v;
        at_top = k;
      } else {
        second = std::max(second, v);
      }
    }
    // sums of exp(v - top) and, without the largest, of exp(v - second)
    double total = 0.0, rest = 0.0;
    for (std::size_t k = 0; k < count; ++k) {
      const double v = l[k * stride];
      total += engine::exp(v - top);
      if (k != at_top && second > -infinity) rest += engine::exp(v - second);
    }
    for (std::size_t k = 0; k < count; ++k) {
      double& v = l[k * stride];
      // the geometric mean of the others stands in for draw k
      const std::size_t zeros = impossible - (v == -infinity ? 1 : 0);
      const double mean = zeros > 0 ? -infinity : (sum - (v == -infinity ? 0.0 : v)) / others;
      const double sum_of_others = k != at_top ? top + engine::log(total - engine::exp(v - top))
                                   : second > -infinity ? second + engine::log(rest)
                                                        : -infinity;
      const double without =
          engine::log_add_exp(sum_of_others, mean) - engine::log(static_cast<double>(count));
      const double gain = draws.bound[i] == without ? 0.0 : draws.bound[i] - without;
      v = draws.share[k * stride + i] - gain;
    }
  }
  for (std::size_t k = 0; k < count; ++k) {
    double* const l = draws.log_weight + k * stride;
    std::fill(l + draws.size, l + engine::padded(draws.size), 0.0);
  }
}

}  // namespace leibler::inline v0
