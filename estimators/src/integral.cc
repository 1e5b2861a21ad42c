// SPDX-License-Identifier: MIT
#include "integral.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <queue>

#include "power.hpp"

namespace leibler::inline v0::detail {

namespace {

constexpr double tolerance = 1e-14;
// Above it draws are taken instead.
constexpr double most_relative_error = 1e-6;
constexpr std::size_t most_halvings = 4000;
// Where p is q but for rounding, they cross everywhere.
constexpr int most_cuts = 6;
// As many, one after another, that leave the error as it was, and noise is all that is left.
constexpr std::size_t most_in_vain = 50;
// A tail that falls less than this power of the distance from its end has no integral.
constexpr double least_power = 1e-7;

class Sum {
 public:
  explicit Sum(Integrand& integrand) : integrand_(integrand) {}

  void add(Panel panel) {
    integrand_.integrate(panel);
    if (std::isnan(panel.value)) is_undefined_ = true;
    if (std::isinf(panel.value)) is_infinite_ = true;
    if (!std::isfinite(panel.value)) return;
    if (!std::isnan(panel.root) && panel.cuts < most_cuts) {
      // at once: the error of a panel does not tell of a kink near its end
      add({panel.place, panel.a, panel.root, panel.cuts + 1});
      add({panel.place, panel.root, panel.b, panel.cuts + 1});
      return;
    }
    error_ += panel.error;
    size_ += panel.size;
    panels_.push(panel);
  }

  /// What lies beyond the last panel: panels twice as long as the one before, until nothing is
  /// left, or a power of the distance whose integral is known.
  void extend(End end) {
    double step = 1.0;
    for (int i = 0; i < 64 && is_finite(); ++i, step *= 2.0) {
      const std::array<double, 3> y{end.y, end.y + end.direction * step,
                                    end.y + 2.0 * end.direction * step};
      std::array<Sample, 3> at{};
      integrand_.at(end.place, y, at.data());
      const std::array<double, 3> g{integrand_.value(at[0]), integrand_.value(at[1]),
                                    integrand_.value(at[2])};
      const auto finish = [&] {
        mass_p_ += mass(at[0].log_p, at[2].log_p, 2.0 * step);
        mass_q_ += mass(at[0].log_q, at[2].log_q, 2.0 * step);
      };
      const bool is_nothing = g[0] == 0.0 && g[1] == 0.0 && g[2] == 0.0;
      if (is_nothing && !rises_beyond(end)) return finish();
      const double fall = fall_between(g[0], g[1], step);
      const double next_fall = fall_between(g[1], g[2], step);
      if (next_fall >= 0.5 * fall && std::abs(g[0]) < 1e-18 * fall * size_ && !rises_beyond(end)) {
        return finish();
      }
      const double difference = std::abs(fall - next_fall);
      const double noise = 0x1p-50 * (1.0 + std::abs(engine::log(std::abs(g[0])))) / step;
      const double next = end.y + 6.0 * end.direction * step;
      const bool is_last = !Integrand::is_resolved(end.place, y[2]) || i == 63;
      const bool is_power =
          std::isfinite(difference) && difference <= 1e-10 * std::abs(fall) + noise;
      // what changes little from one place to the next is like a power, until it has changed
      const bool is_enough = std::abs(fall) * step > 0.1 || !is_finite_at(end.place, next);
      if ((is_power && is_enough) || is_last) {
        if (!(fall > least_power)) {
          is_infinite_ = true;
          return;
        }
        const double rest = g[0] / fall;
        value_ += rest;
        tail_error_ += std::abs(rest) * (is_last ? 1.0 : (difference + noise) / fall);
        return finish();
      }
      add({end.place, std::min(y[0], y[2]), std::max(y[0], y[2])});
      end.y = y[2];
    }
  }

  void refine() {
    for (std::size_t i = 0; i < most_halvings && is_finite() && error_ > tolerance * size_; ++i) {
      const Panel top = panels_.top();
      if (top.error <= 0x1p-50 * top.size) return;  // rounding is all that is left
      panels_.pop();
      error_ -= top.error;
      size_ -= top.size;
      const double middle = 0.5 * (top.a + top.b), before = error_;
      add({top.place, top.a, middle, top.cuts});
      add({top.place, middle, top.b, top.cuts});
      const bool is_noise = error_ - before > 0.5 * top.error && top.error < 1e-6 * size_;
      halvings_in_vain_ = is_noise ? halvings_in_vain_ + 1 : 0;
      if (halvings_in_vain_ > most_in_vain) return;
    }
  }

  [[nodiscard]] Integral total(std::vector<Panel>* kept) {
    if (is_undefined_) return {std::nan(""), infinity, infinity, 0.0, 0.0, false};
    if (is_infinite_) return {infinity, 0.0, infinity, 1.0, 1.0, true};
    Integral sum{0.0, tail_error_, 0.0, mass_p_, mass_q_, false};
    std::vector<double> values{value_};
    for (; !panels_.empty(); panels_.pop()) {
      const Panel& panel = panels_.top();
      if (kept != nullptr) kept->push_back(panel);
      values.push_back(panel.value);
      sum.error += panel.error + panel.rounding;
      sum.size += panel.size;
      sum.mass_p += panel.mass_p;
      sum.mass_q += panel.mass_q;
    }
    std::sort(values.begin(), values.end(),
              [](double a, double b) { return std::abs(a) < std::abs(b); });
    for (const double v : values) sum.value += v;
    sum.size += std::abs(value_);
    sum.error += 0x1p-52 * sum.size;
    sum.has_converged = sum.error <= most_relative_error * sum.size;
    return sum;
  }

 private:
  [[nodiscard]] bool is_finite() const { return !is_undefined_ && !is_infinite_; }

  /// What has fallen may rise again where q falls faster than p: looked at in widening steps.
  [[nodiscard]] bool rises_beyond(const End& end) const {
    std::vector<double> y;
    for (double step = 1.0; step < 2000.0; step *= 1.5) {
      const double next = end.y + end.direction * step;
      if (std::abs(next) > 705.0 || !Integrand::is_resolved(end.place, next)) break;
      y.push_back(next);
    }
    if (y.empty()) return false;
    std::vector<Sample> at(y.size());
    integrand_.at(end.place, y, at.data());
    return std::any_of(at.begin(), at.end(), [&](const Sample& here) {
      return std::abs(integrand_.value(here)) > 1e-18 * size_;
    });
  }
  [[nodiscard]] bool is_finite_at(const Place& place, double y) const {
    Sample at{};
    integrand_.at(place, {&y, 1}, &at);
    return std::isfinite(integrand_.value(at));
  }

  /// Of logarithms, per unit of y.
  static double fall_between(double g, double next, double step) {
    return next == 0.0 ? infinity : engine::log(std::abs(g / next)) / step;
  }

  /// Of a power law from one place on.
  static double mass(double log_density, double next, double step) {
    const double fall = (log_density - next) / step;
    return std::isfinite(fall) && fall > 0.0 ? engine::exp(log_density) / fall : 0.0;
  }

  Integrand& integrand_;
  std::priority_queue<Panel> panels_;
  double error_ = 0.0, size_ = 0.0;
  double value_ = 0.0, tail_error_ = 0.0, mass_p_ = 0.0, mass_q_ = 0.0;
  std::size_t halvings_in_vain_ = 0;
  bool is_infinite_ = false, is_undefined_ = false;
};

}  // namespace

Integral integrate(Integrand& integrand, const Layout& layout, std::vector<Panel>* kept) {
  Sum sum(integrand);
  for (const Panel& panel : layout.panels) sum.add(panel);
  for (const End& end : layout.ends) sum.extend(end);
  sum.refine();
  return sum.total(kept);
}

}  // namespace leibler::inline v0::detail
