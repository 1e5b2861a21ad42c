// SPDX-License-Identifier: MIT
#include <leibler/estimators/lbfgs.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>

#include <leibler/engine/check.hpp>
#include <leibler/engine/kernels/elementary.hpp>

namespace leibler::inline v0 {

namespace {

namespace kernels = engine::kernels;

constexpr double enough_decrease = 1e-4, enough_curvature = 0.9;
// Values that differ by less than this share of themselves are equal but for rounding.
constexpr double rounding = 1e-13;
// Iterations, one after another, that neither lower the value by more than that nor the gradient.
constexpr double most_idle = 20.0;

double largest(std::span<const double> x) {
  double most = 0.0;
  for (const double v : x) most = std::max(most, std::abs(v));
  return most;
}

/// A place along the direction.
struct Trial {
  double step, value, slope;
};

/// theta + step direction, evaluated.
class Line {
 public:
  Line(const ExactFunction& f, const MinimizerPoint& from, const double* direction, double* theta,
       double* gradient)
      : f_(f), from_(from), direction_(direction), theta_(theta), gradient_(gradient) {}

  [[nodiscard]] Trial at(double step) {
    const std::size_t n = from_.theta.size();
    std::copy_n(from_.theta.data(), n, theta_);
    kernels::add_scaled(step, direction_, theta_, n);
    ++evaluations;
    const double value = f_(theta_, gradient_);
    return {step, value, std::isfinite(value) ? kernels::dot(gradient_, direction_, n) : 0.0};
  }

  std::size_t evaluations = 0;

 private:
  const ExactFunction& f_;
  const MinimizerPoint& from_;
  const double* direction_;
  double* theta_;
  double* gradient_;
};

/// Between a and b, where the slope vanishes if it is linear, or the parabola through both values
/// and a's slope has its vertex; well inside in any case.
double between(const Trial& a, const Trial& b) {
  const double width = b.step - a.step;
  double share = 0.5;
  if (std::isfinite(b.value)) {
    if (a.slope * b.slope < 0.0) {
      share = a.slope / (a.slope - b.slope);
    } else if (b.value > a.value + a.slope * width) {
      share = -0.5 * a.slope * width / (b.value - a.value - a.slope * width);
    }
  }
  return a.step + std::clamp(share, 0.1, 0.9) * width;
}

/// A step that keeps the strong Wolfe conditions, or the lowest that was found; 0: none is lower.
Trial search(Line& line, const Trial& start, double first, std::size_t most) {
  const double noise = rounding * std::abs(start.value);
  const auto is_high = [&](const Trial& t) {
    return !(t.value <= start.value + enough_decrease * t.step * start.slope + noise);
  };
  const auto is_flat = [&](const Trial& t) {
    return std::abs(t.slope) <= -enough_curvature * start.slope;
  };
  Trial low = start, high{};
  bool is_bracketed = false;
  double step = first;
  while (line.evaluations < most) {
    const Trial t = line.at(step);
    if (is_high(t) || t.value > low.value + noise) {
      high = t;
      is_bracketed = true;
    } else {
      if (is_flat(t)) return t;
      if (is_bracketed ? t.slope * (high.step - low.step) >= 0.0 : t.slope >= 0.0) {
        high = low;
        is_bracketed = true;
      }
      low = t;
    }
    const double next = is_bracketed ? between(low, high) : 2.0 * step;
    if (next == low.step || next == step || !std::isfinite(next)) break;
    step = next;
  }
  // The last evaluation need not be that of the lowest point.
  return low.step > 0.0 && low.value < start.value ? line.at(low.step) : start;
}

}  // namespace

Lbfgs::State::State(const Lbfgs& minimizer, std::size_t size)
    : values_(4 + minimizer.history * (2 * size + 1), 0.0),
      direction_(size),
      theta_(size),
      gradient_(size) {}

void Lbfgs::check() const {
  const auto count = [](std::size_t n) {
    return static_cast<std::int64_t>(std::min<std::size_t>(n, INT64_MAX));
  };
  check::at_least("Lbfgs", "history", count(history), 1, "10 is usual");
  check::at_most("Lbfgs", "history", history, 10'000, "10 is usual");
  check::not_negative("Lbfgs", "tolerance", tolerance, "1e-14 goes as far as rounding lets it");
  check::at_least("Lbfgs", "searches", count(searches), 2, "40 is enough");
}

Iteration Lbfgs::iterate(State& state, const ExactFunction& f, MinimizerPoint& at) const {
  const std::size_t n = at.theta.size();
  double* const values = state.values_.data();
  double& idle = values[0];
  double& least = values[1];
  double& pairs = values[2];
  double& place = values[3];
  double* const rho = values + 4;
  const auto s = [&](std::size_t k) { return values + 4 + history + 2 * n * k; };
  const auto y = [&](std::size_t k) { return s(k) + n; };
  // The k-th newest pair.
  const auto newest = [&](std::size_t k) {
    return (static_cast<std::size_t>(place) + 2 * history - 1 - k) % history;
  };
  const double steepest = largest(at.gradient);
  if (steepest <= tolerance * (1.0 + std::abs(at.value))) return Iteration::vanished;
  if (idle >= most_idle) return Iteration::stuck;
  if (least == 0.0) least = steepest;

  double* const d = state.direction_.data();
  for (;;) {
    std::copy_n(at.gradient.data(), n, d);
    kernels::shift_scale(d, 0.0, -1.0, n);
    const auto known = static_cast<std::size_t>(pairs);
    for (std::size_t k = 0; k < known; ++k) {  // algorithm 7.4, its alphas in theta_'s place
      const std::size_t i = newest(k);
      rho[i] = 1.0 / kernels::dot(s(i), y(i), n);
      const double alpha = rho[i] * kernels::dot(s(i), d, n);
      kernels::add_scaled(-alpha, y(i), d, n);
      rho[i] = alpha;
    }
    if (known > 0) {
      const std::size_t i = newest(0);
      const double squares = kernels::dot(y(i), y(i), n);
      kernels::shift_scale(d, 0.0, kernels::dot(s(i), y(i), n) / squares, n);
    }
    for (std::size_t k = known; k-- > 0;) {
      const std::size_t i = newest(k);
      const double beta = kernels::dot(y(i), d, n) / kernels::dot(s(i), y(i), n);
      kernels::add_scaled(rho[i] - beta, s(i), d, n);
    }
    const double slope = kernels::dot(at.gradient.data(), d, n);
    if (slope < 0.0 && std::isfinite(slope)) {
      const double first = known > 0 ? 1.0 : std::min(1.0, 1.0 / std::sqrt(-slope));
      Line line(f, at, d, state.theta_.data(), state.gradient_.data());
      const Trial found = search(line, {0.0, at.value, slope}, first, searches);
      if (found.step > 0.0 && !std::equal(at.theta.begin(), at.theta.end(), state.theta_.begin())) {
        double curvature = 0.0, squares = 0.0;
        for (std::size_t j = 0; j < n; ++j) {
          const double change = state.gradient_[j] - at.gradient[j];
          curvature += (state.theta_[j] - at.theta[j]) * change;
          squares += change * change;
        }
        if (curvature > 0x1p-52 * squares && std::isfinite(squares)) {
          const auto i = static_cast<std::size_t>(place);
          for (std::size_t j = 0; j < n; ++j) {
            s(i)[j] = state.theta_[j] - at.theta[j];
            y(i)[j] = state.gradient_[j] - at.gradient[j];
          }
          place = static_cast<double>((i + 1) % history);
          pairs = std::min(pairs + 1.0, static_cast<double>(history));
        }
        const bool is_lower = found.value < at.value - rounding * std::abs(at.value);
        std::copy_n(state.theta_.data(), n, at.theta.data());
        std::copy_n(state.gradient_.data(), n, at.gradient.data());
        at.value = found.value;
        const double now = largest(at.gradient);
        if (is_lower || now < 0.9 * least) {
          idle = 0.0;
          least = now;
        } else {
          idle += 1.0;
        }
        return Iteration::moved;
      }
    }
    if (known == 0) return Iteration::stuck;
    pairs = place = 0.0;  // what is known misleads: down the gradient itself
  }
}

}  // namespace leibler::inline v0
