// SPDX-License-Identifier: MIT
#include <leibler/estimators/distance.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include <boost/math/quadrature/gauss_kronrod.hpp>

#include <leibler/engine/check.hpp>
#include <leibler/engine/functions.hpp>

namespace leibler::inline v0::detail {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double most_atoms = 1e6;
// Beyond quantiles of this probability nothing is left of a sum that a double holds.
constexpr double far_out = 1e-35;

Atoms sorted(const Atoms& atoms) {
  std::vector<std::size_t> order(atoms.x.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return atoms.x[a] < atoms.x[b]; });
  Atoms out;
  for (const std::size_t i : order) {
    if (atoms.mass[i] == 0.0) continue;
    out.x.push_back(atoms.x[i]);
    out.mass.push_back(atoms.mass[i]);
  }
  return out;
}

/// (F^-1 - G^-1)^2 at probability exp(-t) from one end, times exp(-t); and how much of it may be
/// rounding.
struct Gap {
  const QuantileLine& p;
  const QuantileLine& q;
  bool is_upper;

  [[nodiscard]] double at(const QuantileLine& line, double v) const {
    return is_upper ? line.upper_quantile(line.self, v) : line.quantile(line.self, v);
  }
  /// The gap, or what rounding makes of it.
  [[nodiscard]] double gap(double t, bool of_rounding) const {
    const double v = engine::exp(-t), x = at(p, v), y = at(q, v);
    const double apart = x == y ? 0.0 : x - y;
    const double noise =
        16.0 * std::numeric_limits<double>::epsilon() * std::max(std::abs(x), std::abs(y));
    const double size = of_rounding ? (apart == 0.0 ? 0.0 : noise)
                                    : (std::abs(apart) > noise ? std::abs(apart) : 0.0);
    return size * engine::exp(-0.5 * t);
  }
  [[nodiscard]] double square(double t, bool of_rounding = false) const {
    const double g = gap(t, of_rounding);
    return g * g;
  }
};

constexpr double half = 0.69314718055994530942, last = 690.0;

}  // namespace

std::optional<Atoms> atoms_between_quantiles(const QuantileLine& p) {
  const double low = p.quantile(p.self, far_out), high = p.upper_quantile(p.self, far_out);
  if (!(high - low < most_atoms)) return std::nullopt;
  Atoms atoms;
  const auto n = static_cast<std::size_t>(high - low) + 1;
  Workspace& workspace = Workspace::of_thread();
  for (std::size_t begin = 0; begin < n; begin += 256) {
    const Workspace::Frame frame(workspace);
    const std::size_t size = std::min<std::size_t>(n - begin, 256);
    const auto x = engine::take_batch(workspace, size, 1);
    for (std::size_t i = 0; i < engine::padded(size); ++i) {
      x.data[i] = low + static_cast<double>(begin + std::min(i, size - 1));
    }
    double* const log_p = workspace.take(engine::padded(size));
    p.log_density(p.self, Batch(x), log_p, workspace);
    for (std::size_t i = 0; i < size; ++i) {
      atoms.x.push_back(x.data[i]);
      atoms.mass.push_back(engine::exp(log_p[i]));
    }
  }
  return atoms;
}

// The monotone pairing: mass goes from the lowest left to the lowest left.
Estimate wasserstein(Atoms p, Atoms q) {
  p = sorted(p);
  q = sorted(q);
  double sum = 0.0;
  std::size_t i = 0, j = 0;
  while (i < p.x.size() && j < q.x.size()) {
    const double moved = std::min(p.mass[i], q.mass[j]), apart = p.x[i] - q.x[j];
    sum += moved * apart * apart;
    p.mass[i] -= moved;
    q.mass[j] -= moved;
    i += p.mass[i] == 0.0;
    if (q.mass[j] == 0.0) ++j;
  }
  return {std::sqrt(sum), 0.0, p.x.size() + q.x.size(), Method::enumeration, true};
}

Estimate wasserstein(const QuantileLine& p, const QuantileLine& q) {
  using Rule = boost::math::quadrature::gauss_kronrod<double, 31>;
  double sum = 0.0, bound = 0.0, rounding = 0.0;
  for (const bool is_upper : {false, true}) {
    const Gap tail{p, q, is_upper};
    const double end = tail.square(last), middle = tail.square(0.5 * last);
    if (!(end < infinity) || (end >= 0.999 * middle && end > 0.0)) {
      const bool is_known = tail.gap(0.5 * last, true) < 0.1 * tail.gap(0.5 * last, false);
      return {infinity, infinity, 0, Method::quadrature, is_known};
    }
    double from = half;
    for (const double to : {2.0, 8.0, 32.0, 128.0, last}) {
      double error = 0.0;
      sum += Rule::integrate([&](double t) { return tail.square(t); }, from, to, 12, 1e-13, &error);
      bound += error;
      from = to;
    }
    // what is beyond falls at least as fast as it did on the way
    if (end > 0.0) bound += end * 0.5 * last / engine::log(middle / end);
    rounding +=
        Rule::integrate([&](double t) { return tail.square(t, true); }, half, last, 6, 1e-3);
  }
  // the root of an integral of squares is a norm: what rounding adds to it is at most its own
  const double value = std::sqrt(sum), noise = std::sqrt(rounding);
  const double error = noise + (value > 0.0 ? 0.5 * bound / value : std::sqrt(bound));
  return {value, error, 0, Method::quadrature, error <= 1e-3 * value};
}

void no_formula_method(Method method) {
  no_method(method, "there is a formula, or for one variable atoms or quantiles, and nothing else");
}

}  // namespace leibler::inline v0::detail
