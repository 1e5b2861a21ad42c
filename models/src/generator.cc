// SPDX-License-Identifier: MIT
#include <leibler/models/generator.hpp>

#include <algorithm>
#include <cmath>

#include <leibler/engine/functions.hpp>

// Derivatives of what divergences add up.
namespace leibler::inline v0::detail {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

/// t x, and 0 where t is.
double times(double t, double x) {
  return t == 0.0 ? 0.0 : t * x;
}

/// (exp(a r) - exp(r)) / (a - 1) = t f'(t).
double alpha_slope(double a, double r) {
  const double b = a - 1.0;
  if (b == 0.0) return times(engine::exp(r), r);
  if (r == -infinity) return a > 0.0 ? 0.0 : a == 0.0 ? 1.0 / b : -infinity;
  if (std::abs(b * r) < 1.0) return times(engine::exp(r), engine::expm1(b * r) / b);
  return (engine::exp(a * r) - engine::exp(r)) / b;
}

/// m = s p + (1 - s) q, t and 1 - t, each over the larger of p and q.
struct Mean {
  double s, r, m, t, gap;

  Mean(double skew, double ratio)
      : s(skew),
        r(ratio),
        m(r <= 0.0 ? (s == 1.0 ? engine::exp(r) : 1.0 + s * engine::expm1(r))
                   : (s == 0.0 ? engine::exp(-r) : 1.0 + (1.0 - s) * engine::expm1(-r))),
        t(r <= 0.0 ? engine::exp(r) : 1.0),
        gap(r <= 0.0 ? -engine::expm1(r) : engine::expm1(-r)) {}

  /// log(m / q) and log(p / m).
  [[nodiscard]] double log_of_q() const {
    if (s == 0.0) return 0.0;
    if (s == 1.0) return r;
    return r <= 1.0 ? engine::log1p(s * engine::expm1(r)) : r + engine::log(m);
  }
  [[nodiscard]] double log_of_p() const {
    if (s == 0.0) return r;
    if (s == 1.0) return 0.0;
    return r >= -1.0 ? -engine::log1p((1.0 - s) * engine::expm1(-r)) : r - engine::log(m);
  }
};

double jensen_shannon_slope(double w, double s, double r) {
  const Mean at(s, r);
  const double t = engine::exp(r);
  if (t == 0.0) return s == 1.0 ? -(1.0 - w) : 0.0;
  const double share = at.gap / at.m;  // (1 - t) q / m
  return w * t * (at.log_of_p() + s * (1.0 - s) * share) - (1.0 - w) * s * s * share * t;
}

double jensen_shannon_by_q(double w, double s, double r) {
  const Mean at(s, r);
  double value = w == 1.0 ? 0.0 : -(1.0 - w) * at.log_of_q();
  if (s < 1.0 && w != s) value += (1.0 - s) * (w - s) * (at.gap / at.m);
  return value;
}

/// A user's f is looked at where its square does not overflow.
double within_reach(double r) {
  return std::isinf(r) ? r : std::min(std::max(r, -340.0), 340.0);
}

/// Of the user's f as it is written.
double user_slope(const Generator& g, double r) {
  if (std::isinf(r)) return r < 0.0 ? 0.0 : infinity;
  constexpr double h = 1e-3;
  const auto f = [&](double x) { return g.f(g.self, engine::exp(x)); };
  const double near = f(r + h) - f(r - h), far = f(r + 2.0 * h) - f(r - 2.0 * h);
  const double slope = (8.0 * near - far) / (12.0 * h);
  return std::isnan(slope) ? (r > 0.0 ? infinity : -infinity) : slope;
}

double user_by_q(const Generator& g, double r) {
  if (r == -infinity) return g.scaled(r);
  const double value = g.f(g.self, engine::exp(r)) - user_slope(g, r);
  return std::isnan(value) ? (r > 0.0 ? -infinity : infinity) : value;
}

/// by_q of the least or the greatest r is about factor exp(order r); order 0: it grows no faster
/// than r.
struct Growth {
  double order, factor;
};

Growth growth(const Generator& g, bool is_above) {
  using Kind = Generator::Kind;
  switch (g.kind) {
    case Kind::kl:
    case Kind::jeffreys:
      return is_above ? Growth{1.0, -1.0} : Growth{0.0, 0.0};
    case Kind::jensen_shannon:
      return is_above && g.skew == 0.0 ? Growth{1.0, -g.a} : Growth{0.0, 0.0};
    case Kind::chi_squared:
      return is_above ? Growth{2.0, -1.0} : Growth{0.0, 0.0};
    case Kind::reverse_chi_squared:
      return is_above ? Growth{0.0, 0.0} : Growth{-1.0, 2.0};
    case Kind::squared_hellinger:
      return is_above ? Growth{0.5, -0.5} : Growth{0.0, 0.0};
    case Kind::alpha:
      return (g.a > 0.0) == is_above && g.a != 0.0 ? Growth{g.a, -1.0 / g.a} : Growth{0.0, 0.0};
    default:
      return {0.0, 0.0};
  }
}

}  // namespace

double Generator::slope(double r) const {
  const double t = engine::exp(r);
  switch (kind) {
    case Kind::kl:
      return times(t, r);
    case Kind::reverse_kl:
      return engine::expm1(r);
    case Kind::jeffreys:
      return times(t, r) + engine::expm1(r);
    case Kind::jensen_shannon:
      return jensen_shannon_slope(a, skew, r);
    case Kind::total_variation:
      return r == 0.0 ? 0.0 : r > 0.0 ? 0.5 * t : -0.5 * t;
    case Kind::chi_squared:
      return 2.0 * t * engine::expm1(r);
    case Kind::reverse_chi_squared:
      return engine::expm1(r) - engine::expm1(-r);
    case Kind::squared_hellinger:
      return 0.5 * engine::exp(0.5 * r) * engine::expm1(0.5 * r);
    case Kind::alpha:
      return alpha_slope(a, r);
    case Kind::le_cam:
      return 0.5 * t * engine::tanh(0.5 * r) * (1.0 + 2.0 / (1.0 + t));
    case Kind::absence:
      return 0.0;
    case Kind::user:
      if (!is_reversed) return user_slope(*this, within_reach(r));
      return times(t, user_by_q(reversed(), -within_reach(r)));
  }
  return 0.0;
}

double Generator::by_q(double r) const {
  switch (kind) {
    case Kind::kl:
      return -engine::expm1(r);
    case Kind::reverse_kl:
      return -r;
    case Kind::jeffreys:
      return -r - engine::expm1(r);
    case Kind::jensen_shannon:
      return jensen_shannon_by_q(a, skew, r);
    case Kind::total_variation:
      return r == 0.0 ? 0.0 : r > 0.0 ? -0.5 : 0.5;
    case Kind::chi_squared:
      return -engine::expm1(2.0 * r);
    case Kind::reverse_chi_squared:
      return 2.0 * engine::expm1(-r);
    case Kind::squared_hellinger:
      return -0.5 * engine::expm1(0.5 * r);
    case Kind::alpha:
      return a == 0.0 ? -r : -engine::expm1(a * r) / a;
    case Kind::le_cam: {
      const double t = engine::exp(std::min(r, 700.0));
      return -0.5 * engine::tanh(0.5 * r) * (1.0 + 3.0 * t) / (1.0 + t);
    }
    case Kind::absence:
      return r == -infinity ? 1.0 : 0.0;
    case Kind::user:
      if (!is_reversed) return user_by_q(*this, within_reach(r));
      return r == -infinity
                 ? scaled(r)
                 : engine::exp(within_reach(r)) * user_slope(reversed(), -within_reach(r));
  }
  return 0.0;
}

double Generator::by_log_q(double log_p, double log_q) const {
  if (log_q == -infinity) return 0.0;
  const double r = log_p == log_q ? 0.0 : log_p - log_q;
  const auto [order, factor] = growth(*this, r > 0.0);
  // where the ratio overflows the product need not
  if (std::isfinite(r) && order * r > 45.0) {
    return factor == 0.0 ? 0.0 : factor * engine::exp(log_q + order * r);
  }
  const double value = by_q(r);
  return value == 0.0 ? 0.0 : std::isinf(value) ? value : engine::exp(log_q) * value;
}

Generator Generator::reversed() const {
  Generator g = *this;
  switch (kind) {
    case Kind::kl:
      g.kind = Kind::reverse_kl;
      break;
    case Kind::reverse_kl:
      g.kind = Kind::kl;
      break;
    case Kind::chi_squared:
      g.kind = Kind::reverse_chi_squared;
      break;
    case Kind::reverse_chi_squared:
      g.kind = Kind::chi_squared;
      break;
    case Kind::jensen_shannon:
      g.a = 1.0 - a;
      g.skew = 1.0 - skew;
      break;
    case Kind::alpha:
      g.a = 1.0 - a;
      break;
    case Kind::user:
      g.is_reversed = !is_reversed;
      break;
    default:
      break;  // their own, but for absence, which is no divergence
  }
  return g;
}

}  // namespace leibler::inline v0::detail
