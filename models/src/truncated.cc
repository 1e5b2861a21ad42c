// SPDX-License-Identifier: MIT
#include <leibler/models/truncated.hpp>

#include <cmath>

#include <boost/math/quadrature/gauss_kronrod.hpp>

#include <leibler/engine/kernels/random.hpp>
#include <leibler/engine/log_space.hpp>

namespace leibler::inline v0::detail {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double epsilon = std::numeric_limits<double>::epsilon();
constexpr double log_half = -0.69314718055994530942;
// Below, exp loses digits or underflows.
constexpr double least_log = -700.0;

// The integral of the density over a short interval inside the support.
double log_integral(const Untruncated& p, double a, double b) {
  double about = -infinity;
  for (const double x : {a, a + 0.5 * (b - a), b}) {
    const double value = p.log_density(p.self, x);
    if (value < infinity) about = std::max(about, value);
  }
  if (about == -infinity) about = 0.0;
  // Over shares of the interval: the quadrature compares errors with a number of that size.
  const double integral = boost::math::quadrature::gauss_kronrod<double, 31>::integrate(
      [&](double t) { return engine::exp(p.log_density(p.self, a + (b - a) * t) - about); }, 0.0,
      1.0, 5, 16.0 * epsilon * (8.0 + std::abs(about)));
  return about + engine::log(integral) + engine::log(b - a);
}

double log_sum(const Untruncated& p, double a, double b) {
  double largest = -infinity, sum = 0.0;
  for (double x = a; x <= b; ++x) largest = std::max(largest, p.log_density(p.self, x));
  if (largest == -infinity) return -infinity;
  for (double x = a; x <= b; ++x) sum += engine::exp(p.log_density(p.self, x) - largest);
  return largest + engine::log(sum);
}

// exp of the difference, where no more than a digit is lost; NaN elsewhere.
double log_difference(double upper, double lower) {
  if (lower == -infinity) return upper;
  if (upper - lower > 0.1) return engine::log_subtract_exp(upper, lower);
  return std::numeric_limits<double>::quiet_NaN();
}

struct Ends {
  double below_a, above_a;  // log P(X < a), log P(X >= a)
  double below_b, above_b;  // log P(X <= b), log P(X > b)
};

Ends ends(const Untruncated& p, double a, double b) {
  const bool has_low = a > p.support.low, has_high = b < p.support.high;
  const double at = p.is_discrete ? a - 1.0 : a;
  return {has_low ? p.log_cdf(p.self, at) : -infinity, has_low ? p.log_survival(p.self, at) : 0.0,
          has_high ? p.log_cdf(p.self, b) : 0.0, has_high ? p.log_survival(p.self, b) : -infinity};
}

// From the side where the numbers are small.
double log_mass_from_ends(const Ends& e) {
  if (e.below_b <= log_half) return log_difference(e.below_b, e.below_a);
  if (e.above_a <= log_half) return log_difference(e.above_a, e.above_b);
  const double outside = std::exp(e.below_a) + std::exp(e.above_b);
  return outside < 0.9 ? std::log1p(-outside) : std::numeric_limits<double>::quiet_NaN();
}

// The interval within the support; of a discrete distribution whole numbers.
Interval inside(const Untruncated& p, double a, double b) {
  if (p.is_discrete) {
    a = std::ceil(a);
    b = std::floor(b);
  }
  return {std::max(a, p.support.low), std::min(b, p.support.high)};
}

[[noreturn]] void fail(const char* where, const std::string& what, const std::string& value,
                       const std::string& rule, const std::string& remedy) {
  throw DomainError({where, what, {}, value, rule, remedy});
}

std::string interval_text(double low, double high) {
  return "[" + to_text(low) + ", " + to_text(high) + "]";
}

}  // namespace

double log_mass(const Untruncated& p, double a, double b) {
  const auto [low, high] = inside(p, a, b);
  if (!(low <= high) || (low == high && !p.is_discrete)) return -infinity;
  if (p.is_discrete && high - low < 64.0) return log_sum(p, low, high);
  const Ends e = ends(p, low, high);
  const double found = log_mass_from_ends(e);
  if (!std::isnan(found)) return found;
  if (!p.is_discrete) return log_integral(p, low, high);
  if (high - low < 1e6) return log_sum(p, low, high);
  return e.below_b <= log_half ? engine::log_subtract_exp(e.below_b, e.below_a)
                               : engine::log_subtract_exp(e.above_a, e.above_b);
}

Truncation truncation(const char* where, const Untruncated& p, double low, double high) {
  if (std::isnan(low))
    fail(where, "low", "= nan", "low must be a number or -infinity",
         "look where the value comes from");
  if (std::isnan(high))
    fail(where, "high", "= nan", "high must be a number or infinity",
         "look where the value comes from");
  if (low > high) {
    fail(where, "low", "= " + to_text(low), "low must be below high, " + to_text(high),
         "exchange them if they are the wrong way round");
  }
  if (low == high && !p.is_discrete) {
    fail(where, "low", "= " + to_text(low), "one point of a continuous distribution has no mass",
         "give an interval");
  }
  const Truncation t{low, high, log_mass(p, low, high)};
  if (!(t.log_mass > -infinity)) {
    fail(where, "the interval", interval_text(low, high) + " has no mass",
         "the distribution is on " + interval_text(p.support.low, p.support.high) +
             ", and some of it must be left",
         "take another interval");
  }
  return t;
}

Interval support(const Untruncated& p, const Truncation& t) {
  return inside(p, t.low, t.high);
}

double log_probability(const Untruncated& p, const Truncation& t, double x, Tail tail) {
  if (std::isnan(x)) return x;
  const auto [low, high] = support(p, t);
  if (p.is_discrete) x = std::floor(x);
  const bool below = tail == Tail::below;
  if (x < low || (x == low && !p.is_discrete)) return below ? -infinity : 0.0;
  if (x >= high) return below ? 0.0 : -infinity;
  const double log_below = log_mass(p, low, x) - t.log_mass;
  const double log_above = log_mass(p, p.is_discrete ? x + 1.0 : x, high) - t.log_mass;
  return std::min(
      0.0, below ? log_from_both(log_below, log_above) : log_from_both(log_above, log_below));
}

namespace {

// What the inverse of a uniform number needs.
struct Inverse {
  Untruncated p;
  Truncation t;
  Interval support;
  double below, above, mass;  // P(X < low), P(X > high) and the rest, of p
  bool is_low, is_high;       // in which tail of p the interval is
  bool is_direct;             // whether p's own quantiles have the digits
};

Inverse inverse(const Untruncated& p, const Truncation& t) {
  const Interval within = support(p, t);
  const Ends e = ends(p, within.low, within.high);
  const bool is_low = e.below_b <= log_half, is_high = !is_low && e.above_a <= log_half;
  const double side = is_low ? e.below_b : is_high ? e.above_a : 0.0;
  return {p,
          t,
          within,
          std::exp(e.below_a),
          std::exp(e.above_b),
          std::exp(t.log_mass),
          is_low,
          is_high,
          side > least_log && t.log_mass - side > -14.0};
}

double clamped(const Inverse& q, double x) {
  x = std::min(std::max(x, q.support.low), q.support.high);
  if (q.p.is_discrete || (x > q.support.low && x < q.support.high)) return x;
  // An end where the density is zero or infinite is never drawn.
  if (std::isfinite(q.p.log_density(q.p.self, x))) return x;
  return std::nextafter(x, x == q.support.low ? q.support.high : q.support.low);
}

// From p's own quantiles: right but for rounding of the probabilities added; or infinity.
double direct(const Inverse& q, double u, double one_minus_u) {
  const double below = q.below + u * q.mass, above = q.above + one_minus_u * q.mass;
  const bool from_below = q.is_low || (!q.is_high && below <= 0.5);
  const double x = from_below ? q.p.quantile(q.p.self, below) : q.p.upper_quantile(q.p.self, above);
  return clamped(q, x);
}

double solved(const Inverse& q, double u, double one_minus_u, double start) {
  const bool below = u <= one_minus_u;
  struct Both {
    const Inverse* q;
  } const self{&q};
  const Monotone f{&self,
                   below ? [](const void* s, double x) {
                     const Inverse& i = *static_cast<const Both*>(s)->q;
                     return log_probability(i.p, i.t, x, Tail::below);
                   } : [](const void* s, double x) {
                     const Inverse& i = *static_cast<const Both*>(s)->q;
                     return log_probability(i.p, i.t, x, Tail::above);
                   },
                   [](const void* s, double x) {
                     const Inverse& i = *static_cast<const Both*>(s)->q;
                     return i.p.log_density(i.p.self, x) - i.t.log_mass;
                   },
                   below, q.p.is_discrete};
  const double log_u = below ? engine::log(u) : engine::log(one_minus_u);
  if (!(start > q.support.low && start < q.support.high)) {
    // As if the density were that of the end.
    const bool from_low = std::isfinite(q.support.low) && (below || std::isinf(q.support.high));
    const double end = from_low ? q.support.low : q.support.high;
    const double share = from_low ? engine::log(u) : engine::log(one_minus_u);
    const double step = std::exp(share + q.t.log_mass - q.p.log_density(q.p.self, end));
    start = from_low ? end + step : end - step;
  }
  return clamped(q, solve(f, q.support, start, log_u));
}

}  // namespace

double quantile(const Untruncated& p, const Truncation& t, double u, Tail tail) {
  const bool below = tail == Tail::below;
  check_probability("Truncated", u, tail);
  const Interval within = support(p, t);
  if (u == (below ? 0.0 : 1.0)) return within.low;
  if (u == (below ? 1.0 : 0.0)) return within.high;
  const Inverse q = inverse(p, t);
  const double lower = below ? u : 1.0 - u, upper = below ? 1.0 - u : u;
  const double start = q.is_direct ? direct(q, lower, upper) : infinity;
  return solved(q, lower, upper, start);
}

void sample(const Untruncated& p, const Truncation& t, const Stream& stream,
            const MutableBatch& x) {
  const std::size_t n = engine::padded(x.size);
  engine::kernels::uniform_fill(stream, x.data, n);
  const Inverse q = inverse(p, t);
  for (std::size_t i = 0; i < n; ++i) {
    const double u = x.data[i], rest = 1.0 - u;
    const double found = q.is_direct ? direct(q, u, rest) : infinity;
    x.data[i] = std::isinf(found) ? solved(q, u, rest, infinity) : found;
  }
}

void truncate_log_density(const Truncation& t, const double* x, std::size_t n,
                          double* log_density) {
  for (std::size_t i = 0; i < n; ++i) {
    const bool is_outside = x[i] < t.low || x[i] > t.high;
    log_density[i] = is_outside ? -infinity : log_density[i] - t.log_mass;
  }
}

double weights_inside(const Truncation& t, const double* x, const double* weight, std::size_t n,
                      double* out) {
  double total = 0.0;
  for (std::size_t i = 0; i < n; ++i) {
    const bool is_inside = x[i] >= t.low && x[i] <= t.high;
    out[i] = is_inside ? (weight != nullptr ? weight[i] : 1.0) : 0.0;
    total += out[i];
  }
  return total;
}

}  // namespace leibler::inline v0::detail
