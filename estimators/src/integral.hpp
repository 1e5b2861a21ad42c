// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <vector>

#include <leibler/engine/functions.hpp>
#include <leibler/estimators/divergence_rungs.hpp>

// Integrals over a line of something that is made of p and q: how the line is cut (panels.cc), what
// is added up at the nodes of a panel (integrand.cc), which panels are halved (integral.cc).
namespace leibler::inline v0::detail {

/// Of logarithms of p, q and p / q; of degree one: c times as much for c p and c q.
using Summand = std::function<double(double log_p, double log_q, double log_ratio)>;

/// Coordinates: x = y, or center + side exp(y).
struct Place {
  std::size_t pair;
  double center = 0.0, side = 0.0;

  [[nodiscard]] double x(double y) const {
    return side == 0.0 ? y : center + side * engine::exp(y);
  }
  /// log |dx / dy|
  [[nodiscard]] double log_slope(double y) const { return side == 0.0 ? 0.0 : y; }
};

struct Panel {
  Place place;
  double a, b;
  int cuts = 0;  ///< how often p = q has cut what it is a part of
  double value = 0.0, error = 0.0, size = 0.0, rounding = 0.0;
  double mass_p = 0.0, mass_q = 0.0;
  double root = 0.0;  ///< where p = q; NaN: nowhere between two nodes

  bool operator<(const Panel& other) const { return error < other.error; }
};

/// What lies beyond the last cut: y from here on, in steps of this sign.
struct End {
  Place place;
  double y, direction;
};

struct Layout {
  std::vector<Panel> panels;
  std::vector<End> ends;
};

[[nodiscard]] Layout layout(std::span<const LinePair> pairs);

/// Logarithms of p dx, q dx and p / q, and what rounding may have done to the last.
struct Sample {
  double log_p, log_q, log_ratio, noise;
};

class Integrand {
 public:
  static constexpr std::size_t nodes = 31;

  /// @param has_kink     f has a kink where p = q: panels are to be cut there
  /// @param least_noise  of log(p / q), as f sees it
  Integrand(std::span<const LinePair> pairs, Summand f, bool has_kink, double least_noise = 0.0)
      : pairs_(pairs), f_(std::move(f)), has_kink_(has_kink), least_noise_(least_noise) {}

  /// Fills in all that is known of a panel from its nodes.
  void integrate(Panel& panel);
  /// At one point or several, per unit of y.
  void at(const Place& place, std::span<const double> y, Sample* out);
  [[nodiscard]] double value(const Sample& at) const {
    return f_(at.log_p, at.log_q, at.log_ratio);
  }
  /// The points at which a panel is looked at, and their weights.
  static void nodes_of(const Panel& panel, double* x, double* weight);
  /// Whether y tells points apart there.
  [[nodiscard]] static bool is_resolved(const Place& place, double y);

  std::size_t evaluations = 0;

 private:
  void evaluate(const Place& place, std::span<const double> y, Sample* out);
  [[nodiscard]] double root_between(const Place& place, double a, double b, double at_a,
                                    double at_b);
  [[nodiscard]] double change(const Sample& at) const;

  std::span<const LinePair> pairs_;
  Summand f_;
  bool has_kink_;
  double least_noise_;
};

struct Integral {
  double value, error, size;
  double mass_p, mass_q;
  bool has_converged;
};

/// Appends the panels of the rule that converged, unless `kept` is null.
[[nodiscard]] Integral integrate(Integrand& integrand, const Layout& layout,
                                 std::vector<Panel>* kept = nullptr);

}  // namespace leibler::inline v0::detail
