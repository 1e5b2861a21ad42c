// SPDX-License-Identifier: MIT
#include <algorithm>
#include <array>
#include <cmath>

#include <boost/math/quadrature/gauss.hpp>
#include <boost/math/quadrature/gauss_kronrod.hpp>

#include <leibler/engine/chunks.hpp>

#include "integral.hpp"
#include "power.hpp"

namespace leibler::inline v0::detail {

namespace {

using Kronrod = boost::math::quadrature::gauss_kronrod<double, Integrand::nodes>;
using Gauss = boost::math::quadrature::gauss<double, (Integrand::nodes - 1) / 2>;

// exp(y) is a number up to here. Logarithms of densities with a tail of a power are straight lines
// in y from a little before: as far before as they are seen to be.
constexpr double most_y = 705.0;
constexpr std::array<double, 16> before{0.0,   1.0,   2.0,   4.0,   8.0,   16.0,  32.0,  64.0,
                                        128.0, 192.0, 256.0, 320.0, 384.0, 448.0, 512.0, 576.0};

// Of a density that is none.
constexpr double least_log = -2000.0;

using Last = std::array<double, before.size()>;

/// How many of the log densities at those distances are on one line.
std::size_t straight(const Last& logs) {
  if (!std::isfinite(logs[0]) || !std::isfinite(logs[1])) return 1;
  const double tolerance = 0x1p-48 * (most_y + std::abs(logs[0]));
  std::size_t n = 2;
  for (; n < before.size() && std::isfinite(logs[n]); ++n) {
    const double share = before[n / 2] / before[n];
    if (!(std::abs(logs[n / 2] - logs[0] - share * (logs[n] - logs[0])) <= tolerance)) break;
  }
  return n;
}

/// The line through n of them, followed beyond the last place: by least squares, because they have
/// been rounded at the size of y.
double follow(const Last& logs, std::size_t n, double beyond) {
  if (n < 2) return logs[0];
  double mean = 0.0, middle = 0.0, square = 0.0, product = 0.0;
  for (std::size_t k = 0; k < n; ++k) {
    mean += (logs[k] - logs[0]) / static_cast<double>(n);
    middle += before[k] / static_cast<double>(n);
  }
  for (std::size_t k = 0; k < n; ++k) {
    const double x = before[k] - middle;
    square += x * x;
    product += x * (logs[k] - logs[0] - mean);
  }
  return logs[0] + (mean - product / square * (middle + beyond));
}

/// What following a line as far as y may have done to a density, relative to it.
double extrapolated(const Place& place, double y) {
  return place.side == 0.0 ? 0.0 : 0x1p-50 * std::max(std::abs(y) - most_y, 0.0);
}

}  // namespace

bool Integrand::is_resolved(const Place& place, double y) {
  if (y > most_y || place.center == 0.0) return true;
  return engine::exp(y) > 1e-14 * std::abs(place.center);
}

void Integrand::evaluate(const Place& place, std::span<const double> y, Sample* out) {
  const LinePair& pair = pairs_[place.pair];
  Workspace& workspace = Workspace::of_thread();
  const Workspace::Frame frame(workspace);
  const std::size_t n = y.size();
  const auto x = engine::take_batch(workspace, n, 1);
  for (std::size_t i = 0; i < n; ++i) x.data[i] = place.x(y[i]);
  std::fill(x.data + n, x.data + engine::padded(n), x.data[0]);
  double* const log_p = workspace.take(engine::padded(n));
  double* const log_q = workspace.take(engine::padded(n));
  double* const r = workspace.take(engine::padded(n));
  pair.p.log_density(pair.p.self, x, log_p, workspace);
  pair.q.log_density(pair.q.self, x, log_q, workspace);
  const bool has_ratio = pair.log_ratio != nullptr;
  if (has_ratio) pair.log_ratio(pair.p.self, pair.q.self, x, log_p, log_q, r, workspace);
  evaluations += n;
  for (std::size_t i = 0; i < n; ++i) {
    Sample& at = out[i];
    at = {log_p[i], log_q[i], log_p[i] == log_q[i] ? 0.0 : log_p[i] - log_q[i], 0.0};
    if (at.log_ratio != 0.0 && std::isfinite(at.log_ratio)) {
      at.noise = 0x1p-52 * (1.0 + std::abs(log_p[i]) + std::abs(log_q[i]));
    }
    if (has_ratio && r[i] != at.log_ratio) {
      at.log_ratio = r[i];
      at.noise = std::min(at.noise, 0x1p-46 * std::abs(r[i]));
    }
    // at an end of a support itself there is no mass, whatever the density
    if (std::max(at.log_p, at.log_q) == infinity) at = {-infinity, -infinity, 0.0, 0.0};
    const double slope = place.log_slope(y[i]);
    at.log_p += slope;
    at.log_q += slope;
    // a logarithm that overflows is no support that ends
    if (std::isinf(at.log_ratio) && std::max(at.log_p, at.log_q) < least_log) {
      at = {-infinity, -infinity, 0.0, 0.0};
    }
  }
}

void Integrand::at(const Place& place, std::span<const double> y, Sample* out) {
  const auto is_beyond = [&](double v) {
    return place.side != 0.0 && (v > most_y || (v < -most_y && place.center == 0.0));
  };
  if (std::none_of(y.begin(), y.end(), is_beyond)) {
    evaluate(place, y, out);
    return;
  }
  // log p, log q and log(p / q) at the last places on either side, once for all of y
  std::array<std::array<Last, 3>, 2> last{};
  std::array<bool, 2> is_known{};
  for (std::size_t i = 0; i < y.size(); ++i) {
    if (!is_beyond(y[i])) {
      evaluate(place, y.subspan(i, 1), out + i);
      continue;
    }
    const std::size_t side = y[i] > 0.0;
    if (!is_known[side]) {
      is_known[side] = true;
      Last at{};
      std::array<Sample, before.size()> from{};
      for (std::size_t k = 0; k < before.size(); ++k) {
        at[k] = std::copysign(most_y - before[k], y[i]);
      }
      evaluate(place, at, from.data());
      for (std::size_t k = 0; k < before.size(); ++k) {
        last[side][0][k] = from[k].log_p;
        last[side][1][k] = from[k].log_q;
        last[side][2][k] = from[k].log_ratio;
      }
    }
    const auto& [of_p, of_q, of_ratio] = last[side];
    const std::size_t n_p = straight(of_p), n_q = straight(of_q);
    const double beyond = std::abs(y[i]) - most_y;
    Sample& at = out[i];
    at.log_p = follow(of_p, n_p, beyond);
    at.log_q = follow(of_q, n_q, beyond);
    at.log_ratio = follow(of_ratio, std::min(n_p, n_q), beyond);
    at.noise = std::max(0x1p-46 * std::abs(at.log_ratio), 0x1p-52 * std::abs(y[i]));
  }
}

double Integrand::change(const Sample& at) const {
  if (at.noise == 0.0) return 0.0;
  const double noise = std::max(at.noise, least_noise_);
  const double moved = std::abs(f_(at.log_p, at.log_q, at.log_ratio + noise) - value(at));
  return std::isfinite(moved) ? moved : 0.0;
}

double Integrand::root_between(const Place& place, double a, double b, double at_a, double at_b) {
  // the method of Anderson and Bjorck, kept inside the bracket
  for (int i = 0; i < 60 && std::abs(b - a) > 0x1p-50 * (std::abs(a) + std::abs(b)); ++i) {
    const double share = at_b / (at_b - at_a), y = b - share * (b - a);
    Sample here{};
    at(place, {&y, 1}, &here);
    const double r = here.log_ratio;
    if (r == 0.0 || !std::isfinite(r)) return y;
    if ((r > 0.0) != (at_b > 0.0)) {
      a = b;
      at_a = at_b;
    } else {
      const double m = 1.0 - r / at_b;
      at_a *= m > 0.0 ? m : 0.5;
    }
    b = y;
    at_b = r;
  }
  return b;
}

void Integrand::nodes_of(const Panel& panel, double* x, double* weight) {
  const double middle = 0.5 * (panel.a + panel.b), half = 0.5 * (panel.b - panel.a);
  for (std::size_t i = 0; i < nodes; ++i) {
    const std::size_t k = i < nodes / 2 ? nodes / 2 - i : i - nodes / 2;
    const double y = middle + (i < nodes / 2 ? -half : half) * Kronrod::abscissa()[k];
    x[i] = panel.place.x(y);
    weight[i] = half * Kronrod::weights()[k] * engine::exp(panel.place.log_slope(y));
  }
}

void Integrand::integrate(Panel& panel) {
  const auto& at_node = Kronrod::abscissa();
  const auto& weights = Kronrod::weights();
  const double middle = 0.5 * (panel.a + panel.b), half = 0.5 * (panel.b - panel.a);
  // rising: node i stands at rank k from the middle
  const auto rank = [](std::size_t i) { return i < nodes / 2 ? nodes / 2 - i : i - nodes / 2; };
  std::array<double, nodes> y{};
  std::array<Sample, nodes> samples{};
  for (std::size_t i = 0; i < nodes; ++i) {
    y[i] = middle + (i < nodes / 2 ? -half : half) * at_node[rank(i)];
  }
  at(panel.place, y, samples.data());
  double whole = 0.0, coarse = 0.0, size = 0.0, rounding = 0.0, mass_p = 0.0, mass_q = 0.0;
  for (std::size_t i = 0; i < nodes; ++i) {
    const std::size_t k = rank(i);
    const double v = value(samples[i]);
    whole += weights[k] * v;
    size += weights[k] * std::abs(v);
    rounding += weights[k] * (change(samples[i]) + std::abs(v) * extrapolated(panel.place, y[i]));
    mass_p += weights[k] * engine::exp(samples[i].log_p);
    mass_q += weights[k] * engine::exp(samples[i].log_q);
    if (k % 2 == 0) coarse += Gauss::weights()[k / 2] * v;
  }
  panel.rounding = half * rounding;
  panel.value = half * whole;
  panel.size = half * size;
  panel.mass_p = half * mass_p;
  panel.mass_q = half * mass_q;
  panel.error = std::abs(half * (whole - coarse)) + 0x1p-52 * panel.size;
  panel.root = std::nan("");
  if (!has_kink_) return;
  const std::array<double, 2> ends{panel.a, panel.b};
  std::array<Sample, 2> at_ends{};
  at(panel.place, ends, at_ends.data());
  double last = panel.a, r = at_ends[0].log_ratio;
  for (std::size_t i = 0; i <= nodes; ++i) {
    const double next = i < nodes ? y[i] : panel.b;
    const double r_next = i < nodes ? samples[i].log_ratio : at_ends[1].log_ratio;
    if (r * r_next < 0.0 && !std::isinf(r * r_next)) {
      const double root = root_between(panel.place, last, next, r, r_next);
      // one found before is at an end of its parts
      const double margin = 1e-9 * (panel.b - panel.a);
      if (root > panel.a + margin && root < panel.b - margin) {
        panel.root = root;
        return;
      }
    }
    last = next;
    r = r_next;
  }
}

}  // namespace leibler::inline v0::detail
