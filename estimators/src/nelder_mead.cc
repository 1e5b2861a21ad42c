// SPDX-License-Identifier: MIT
#include <leibler/estimators/nelder_mead.hpp>

#include <algorithm>
#include <cmath>

#include <leibler/engine/check.hpp>

namespace leibler::inline v0 {

NelderMead::State::State(const NelderMead&, std::size_t size)
    : size_(size),
      values_(3 + size + (size + 1) * size, 0.0),
      center_(size),
      trial_(size),
      other_(size) {}

void NelderMead::check() const {
  check::positive("NelderMead", "spread", spread, "0.5 is usual");
  check::positive("NelderMead", "tolerance", tolerance, "1e-13 is usual");
}

Iteration NelderMead::iterate(State& state, const ExactFunction& f, MinimizerPoint& at) const {
  const std::size_t n = state.size_;
  double& simplices = state.values_[0];
  double& before = state.values_[1];
  double* const value = state.values_.data() + 2;
  const auto corner = [&](std::size_t i) { return value + n + 1 + i * n; };
  const double scale = tolerance * (1.0 + std::abs(at.value));

  const auto begin = [&] {
    std::copy_n(at.theta.data(), n, corner(0));
    value[0] = at.value;
    // smaller from simplex to simplex, and to the other side
    double width = spread;
    for (double k = 0.0; k < std::min(simplices, 6.0); k += 1.0) width *= -0.25;
    for (std::size_t i = 1; i <= n; ++i) {
      std::copy_n(corner(0), n, corner(i));
      corner(i)[i - 1] += width;
      value[i] = f(corner(i), nullptr);
    }
    before = at.value;
    simplices += 1.0;
  };
  if (simplices == 0.0) begin();

  const auto rank = [&](std::size_t& best, std::size_t& second, std::size_t& worst) {
    best = worst = 0;
    for (std::size_t i = 1; i <= n; ++i) {
      if (value[i] < value[best]) best = i;
      if (value[i] >= value[worst]) worst = i;
    }
    second = best;
    for (std::size_t i = 0; i <= n; ++i) {
      if (i != worst && value[i] >= value[second]) second = i;
    }
  };
  std::size_t best = 0, second = 0, worst = 0;
  rank(best, second, worst);

  double width = 0.0;
  for (std::size_t i = 0; i <= n; ++i) {
    for (std::size_t j = 0; j < n; ++j) {
      const double apart = std::abs(corner(i)[j] - corner(best)[j]);
      width = std::max(width, apart / (1.0 + std::abs(corner(best)[j])));
    }
  }
  const double narrow = std::sqrt(tolerance);
  if ((value[worst] - value[best] <= scale && width <= narrow) || width <= 1e-15) {
    if (!(at.value < before - scale)) return Iteration::vanished;
    begin();
    rank(best, second, worst);
  }

  // [1], section 4; of one parameter the usual coefficients, since these would be 0
  const auto size = static_cast<double>(n);
  const double expansion = n > 1 ? 1.0 + 2.0 / size : 2.0;
  const double contraction = n > 1 ? 0.75 - 0.5 / size : 0.5;
  const double shrinkage = n > 1 ? 1.0 - 1.0 / size : 0.5;

  double* const center = state.center_.data();
  std::fill_n(center, n, 0.0);
  for (std::size_t i = 0; i <= n; ++i) {
    if (i == worst) continue;
    for (std::size_t j = 0; j < n; ++j) center[j] += corner(i)[j] / size;
  }
  const auto try_at = [&](double factor, std::vector<double>& theta) {
    for (std::size_t j = 0; j < n; ++j) {
      theta[j] = center[j] + factor * (corner(worst)[j] - center[j]);
    }
    return f(theta.data(), nullptr);
  };
  const auto take = [&](const std::vector<double>& theta, double v) {
    std::copy_n(theta.data(), n, corner(worst));
    value[worst] = v;
  };
  const double reflected = try_at(-1.0, state.trial_);
  if (reflected < value[best]) {
    const double expanded = try_at(-expansion, state.other_);
    if (expanded < reflected) {
      take(state.other_, expanded);
    } else {
      take(state.trial_, reflected);
    }
  } else if (reflected < value[second]) {
    take(state.trial_, reflected);
  } else {
    const bool is_outside = reflected < value[worst];
    const double contracted = try_at(is_outside ? -contraction : contraction, state.other_);
    if (contracted <= std::min(reflected, value[worst]) && std::isfinite(contracted)) {
      take(state.other_, contracted);
    } else {
      for (std::size_t i = 0; i <= n; ++i) {
        if (i == best) continue;
        for (std::size_t j = 0; j < n; ++j) {
          corner(i)[j] = corner(best)[j] + shrinkage * (corner(i)[j] - corner(best)[j]);
        }
        value[i] = f(corner(i), nullptr);
      }
    }
  }
  rank(best, second, worst);
  if (value[best] <= at.value) {
    std::copy_n(corner(best), n, at.theta.data());
    at.value = value[best];
  }
  return Iteration::moved;
}

}  // namespace leibler::inline v0
