// SPDX-License-Identifier: MIT
#include <leibler/models/divergence.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

#include <leibler/engine/check.hpp>
#include <leibler/engine/functions.hpp>

namespace leibler::inline v0 {

namespace detail {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

constexpr std::array<double, 19> inverse_factorials = [] {
  std::array<double, 19> out{};
  double factorial = 1.0;
  for (std::size_t k = 0; k < out.size(); ++k) {
    factorial *= static_cast<double>(k + 2);
    out[k] = 1.0 / factorial;
  }
  return out;
}();

/// sum_k x^k / (k + 2)! = (exp(x) - 1 - x) / x^2, |x| <= 1.
double second_quotient(double x) {
  const double square = x * x;
  double even = inverse_factorials[18], odd = inverse_factorials[17];
  for (std::size_t k = 16; k > 0; k -= 2) {
    even = inverse_factorials[k] + square * even;
    odd = inverse_factorials[k - 1] + square * odd;
  }
  return inverse_factorials[0] + (x * odd + square * even);
}

/// (G(x) - G(y)) / (x - y) of that function G, also where x = y; |x|, |y| <= 1.
double quotient_slope(double x, double y) {
  // of x^k it is s_k = x^(k-1) + x^(k-2) y + ... + y^(k-1) = x s_(k-1) + y^(k-1)
  double sum = 0.0, s = 0.0, power = 1.0, factorial = 2.0;
  for (int k = 1; k <= 20; ++k) {
    factorial *= static_cast<double>(k + 2);
    s = x * s + power;
    power *= y;
    sum += s / factorial;
  }
  return sum;
}

/// (t^a - 1 - a (t - 1)) / (a (a - 1)) at t = exp(r), r <= 0; continuous at a = 0 and a = 1.
double alpha_below(double a, double r) {
  if (r == -infinity) return a > 0.0 ? 1.0 / a : infinity;
  const double x = a * r;
  if (r > -1.0 && std::abs(x) < 1.0) {
    return r * r * (second_quotient(x) + r * quotient_slope(x, r));
  }
  const double b = a - 1.0;
  if (std::abs(b) < std::abs(a)) {
    const double t = engine::exp(r);
    // exp(a r) - exp(r) over b, where exp(r) may have vanished
    const double gap = b == 0.0  ? t * r
                       : t > 0.0 ? t * engine::expm1(b * r) / b
                                 : engine::exp(x) / b;
    return (gap - engine::expm1(r)) / a;
  }
  return ((a == 0.0 ? r : engine::expm1(x) / a) - engine::expm1(r)) / b;
}

/// p log(p / q) - p + q over q, r <= 0.
double kl_below(double r) {
  if (r == -infinity) return 1.0;
  const double t = engine::exp(r);
  return r > -1.0 ? t * exp_rest(-r) : t * r - engine::expm1(r);
}

/// The same over p, r >= 0.
double kl_above(double r) {
  return exp_rest(-r);
}

/// w k(p, m) + (1 - w) k(q, m) over q, with k(p, m) = p log(p / m) - p + m, r <= 0.
double jensen_shannon_below(double w, double s, double r) {
  if (r == -infinity) {
    const double of_q = w == 1.0 ? 0.0 : (1.0 - w) * (-engine::log1p(-s) - s);
    return of_q + w * (1.0 - s);
  }
  const double t = engine::exp(r);
  // log(q / m) and log(p / m)
  const double share = s * engine::expm1(r);
  const double of_q = s == 1.0       ? -r
                      : share > -0.5 ? -engine::log1p(share)
                                     : -engine::log((1.0 - s) + s * t);
  const double of_p = r > -1.0 ? -engine::log1p((1.0 - s) * engine::expm1(-r)) : of_q + r;
  double sum = w == 1.0 ? 0.0 : (1.0 - w) * exp_rest(-of_q);
  if (w > 0.0) {
    sum += w * (r > -1.0 ? t * exp_rest(-of_p)
                         : (1.0 - s) * -engine::expm1(r) + (t > 0.0 ? t * of_p : 0.0));
  }
  return sum;
}

double user_slope(const Generator& g) {
  if (!std::isnan(g.a)) return g.a;
  const double far = g.f(g.self, 1e300) / 1e300, near = g.f(g.self, 1e150) / 1e150;
  if (!std::isfinite(far) || far > near + 1e-3 * (1.0 + std::abs(near))) return infinity;
  return far;
}

/// exp(top) scaled(r) where f(exp r) is no number any more, by the power of t with which f grows.
double user_term_far(const Generator& g, double top, double r) {
  const double side = r > 0.0 ? 1.0 : -1.0, step = 8.0;
  for (const double far : {640.0, 320.0, 160.0, 80.0, 40.0}) {
    const double last = g.scaled(side * far), before = g.scaled(side * (far - step));
    if (!std::isfinite(last) || !std::isfinite(before)) continue;
    if (!(last > 0.0 && before > 0.0)) return engine::exp(top) * last;
    const double power = engine::log(last / before) / step;
    return engine::exp(top + engine::log(last) + power * (std::abs(r) - far));
  }
  return infinity;
}

}  // namespace

double exp_rest(double x) {
  return std::abs(x) < 0.5 ? x * x * second_quotient(x) : engine::expm1(x) - x;
}

double Generator::scaled(double r) const {
  if (is_reversed) r = -r;
  const double far = std::abs(r);
  switch (kind) {
    case Kind::kl:
      return r < 0.0 ? kl_below(r) : kl_above(r);
    case Kind::reverse_kl:
      return r > 0.0 ? kl_below(-r) : kl_above(-r);
    case Kind::jeffreys:
      return far * -engine::expm1(-far);
    case Kind::jensen_shannon:
      return r < 0.0 ? jensen_shannon_below(a, skew, r)
                     : jensen_shannon_below(1.0 - a, 1.0 - skew, -r);
    case Kind::total_variation:
      return -0.5 * engine::expm1(-far);
    case Kind::chi_squared:
    case Kind::reverse_chi_squared: {
      const double gap = engine::expm1(-far);
      const bool is_large = kind == Kind::chi_squared ? r > 0.0 : r < 0.0;
      return is_large ? gap * gap * engine::exp(far) : gap * gap;
    }
    case Kind::squared_hellinger: {
      const double gap = engine::expm1(-0.5 * far);
      return 0.5 * gap * gap;
    }
    case Kind::alpha:
      return r < 0.0 ? alpha_below(a, r) : alpha_below(1.0 - a, -r);
    case Kind::le_cam: {
      const double gap = engine::expm1(-far);
      return 0.5 * gap * gap / (2.0 + gap);
    }
    case Kind::absence:
      return r == -infinity ? 1.0 : 0.0;
    case Kind::user:
      if (r == -infinity) {  // t log t says NaN at 0
        const double at_zero = f(self, 0.0);
        return std::isnan(at_zero) ? f(self, 1e-300) : at_zero;
      }
      if (r <= 0.0) return f(self, engine::exp(r));
      return r > 690.0 ? user_slope(*this) : f(self, engine::exp(r)) * engine::exp(-r);
  }
  return 0.0;
}

double Generator::term(double log_p, double log_q, double r) const {
  const double top = std::max(log_p, log_q);
  if (top == -infinity) return 0.0;
  if (std::isnan(log_p) || std::isnan(log_q)) return log_p + log_q;
  if (std::isfinite(r)) {
    // powers of the ratio that overflow where the product need not
    const double order = kind == Kind::chi_squared           ? 2.0
                         : kind == Kind::reverse_chi_squared ? -1.0
                         : kind == Kind::alpha               ? a
                                                             : 0.5;
    const double power = r > 0.0 ? (order - 1.0) * r : order * r;
    if (power > 100.0) {
      const double scale = kind == Kind::alpha ? a * (a - 1.0) : 1.0;
      return engine::exp(top + power - engine::log(scale));
    }
  }
  if (kind == Kind::user && std::isfinite(r)) {
    const double near = std::abs(r) < 640.0 ? scaled(r) : infinity;
    return std::isfinite(near) ? engine::exp(top) * near : user_term_far(*this, top, r);
  }
  const double value = scaled(r);
  return value == 0.0 ? 0.0 : value == infinity ? infinity : engine::exp(top) * value;
}

double Generator::supremum() const {
  if (kind == Kind::absence) return 1.0;
  return scaled(infinity) + scaled(-infinity);
}

void Generator::over_mean(const double* log_p, const double* log_q, double* out,
                          std::size_t n) const {
  for (std::size_t i = 0; i < n; ++i) {
    if (std::max(log_p[i], log_q[i]) == infinity) {  // a pole of one, or of both
      out[i] = log_p[i] == log_q[i] ? 0.0 : 2.0 * scaled(log_p[i] - log_q[i]);
      continue;
    }
    const double r = log_p[i] == log_q[i] ? 0.0 : log_p[i] - log_q[i];
    const double top = std::max(log_p[i], log_q[i]);
    // m over the larger of the two
    const double mean = 0.5 * (1.0 + engine::exp(-std::abs(r)));
    out[i] = term(log_p[i] - top, log_q[i] - top, r) / mean;
  }
}

Generator jensen_shannon(double weight, double skew) {
  const auto check = [](const char* what, double value) {
    if (value >= 0.0 && value <= 1.0) return;
    throw DomainError({"JensenShannon",
                       what,
                       {},
                       "= " + to_text(value),
                       "must be from 0 to 1",
                       "a half is the symmetric one"});
  };
  check("weight", weight);
  check("skew", skew);
  return {Generator::Kind::jensen_shannon, weight, skew};
}

Generator alpha(double a) {
  check::finite("Alpha", "a", a, "0 and 1 are the two KL divergences");
  return {Generator::Kind::alpha, a};
}

double renyi_order(double a) {
  if (a >= 0.0) return a;
  throw DomainError({"Renyi",
                     "a",
                     {},
                     "= " + to_text(a),
                     "must be >= 0",
                     "1 is KL, infinity the largest log ratio"});
}

void check_generator(double (*f)(const void*, double), const void* self) {
  const double at_one = f(self, 1.0);
  if (at_one != 0.0) {
    throw DomainError({"FDivergence",
                       "f(1)",
                       {},
                       "= " + to_text(at_one),
                       "must be 0",
                       "subtract f(1), so that equal distributions have divergence 0"});
  }
  double t[3]{}, y[3]{};
  for (int k = -80; k <= 80; ++k) {
    for (int i = 0; i < 2; ++i) {
      t[i] = t[i + 1];
      y[i] = y[i + 1];
    }
    t[2] = std::exp2(0.25 * k);
    y[2] = f(self, t[2]);
    if (!std::isfinite(y[2])) {
      throw DomainError({"FDivergence",
                         "f(" + to_short_text(t[2]) + ")",
                         {},
                         "= " + to_text(y[2]),
                         "must be finite",
                         "only f(0) and f'(infinity) may be infinite"});
    }
    if (k < -78) continue;
    const double share = (t[1] - t[0]) / (t[2] - t[0]);
    const double chord = (1.0 - share) * y[0] + share * y[2];
    const double size = std::abs(y[0]) + std::abs(y[2]);
    if (y[1] <= chord + 1e-9 * size) continue;
    throw DomainError({"FDivergence",
                       "f",
                       {},
                       "is above its chord at t = " + to_short_text(t[1]),
                       "must be convex",
                       "a concave f is one with the opposite sign"});
  }
}

}  // namespace detail

detail::Generator LogAffinity::generator() const {
  return a == 0.0 ? detail::Generator{detail::Generator::Kind::absence} : detail::alpha(a);
}

bool LogAffinity::is_near(double alpha) const {
  return std::abs((a == 0.0 ? 1.0 : a * (a - 1.0)) * alpha) < 0.5;
}

double LogAffinity::value(double alpha, double log_integral) const {
  if (a == 1.0) return factor * alpha;
  if (is_near(alpha)) {
    const double part = a == 0.0 ? -alpha : a * (a - 1.0) * alpha;
    return factor * (engine::log1p(part) / (a - 1.0)) + 0.0;
  }
  return factor * (log_integral / (a - 1.0));
}

double LogAffinity::slope(double alpha) const {
  if (a == 1.0) return factor;
  if (a == 0.0) return factor / (1.0 - alpha);
  return factor * a / (1.0 + a * (a - 1.0) * alpha);
}

}  // namespace leibler::inline v0
