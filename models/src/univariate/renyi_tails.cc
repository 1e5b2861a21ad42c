// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cmath>
#include <limits>

#include <leibler/engine/functions.hpp>
#include <leibler/models/univariate/bernoulli.hpp>
#include <leibler/models/univariate/beta.hpp>
#include <leibler/models/univariate/binomial.hpp>
#include <leibler/models/univariate/cauchy.hpp>
#include <leibler/models/univariate/exponential.hpp>
#include <leibler/models/univariate/gamma.hpp>
#include <leibler/models/univariate/geometric.hpp>
#include <leibler/models/univariate/gumbel.hpp>
#include <leibler/models/univariate/half_cauchy.hpp>
#include <leibler/models/univariate/half_normal.hpp>
#include <leibler/models/univariate/inverse_gamma.hpp>
#include <leibler/models/univariate/laplace.hpp>
#include <leibler/models/univariate/log_normal.hpp>
#include <leibler/models/univariate/logistic.hpp>
#include <leibler/models/univariate/negative_binomial.hpp>
#include <leibler/models/univariate/normal.hpp>
#include <leibler/models/univariate/pareto.hpp>
#include <leibler/models/univariate/student_t.hpp>
#include <leibler/models/univariate/uniform.hpp>
#include <leibler/models/univariate/von_mises.hpp>
#include <leibler/models/univariate/weibull.hpp>

#include "renyi.hpp"

namespace leibler::inline v0::detail {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

/// How a log density goes near an end of its support, up to a constant and what is smaller:
///
///     -rate x^order - squares log(x)^2 + power log x,
///
/// x the distance from 0 near an infinite end, 1 over the distance from a finite one. Order
/// infinity is exp(rate x).
struct Ending {
  double order = 0.0, rate = 0.0, squares = 0.0, power = 0.0;
};

struct Endings {
  Ending low, high;
};

/// Nothing for a family without a row here.
std::optional<Endings> endings(const PlainFamily& p) {
  const double* a = p.a;
  const Ending flat{};
  const auto quadratic = [](double scale) { return Ending{2.0, 0.5 / scale / scale}; };
  const auto heavy = [](double power) { return Ending{0.0, 0.0, 0.0, power}; };
  const auto both = [](const Ending& end) { return Endings{end, end}; };
  if (is(p, normal_family)) return both(quadratic(a[1]));
  if (is(p, half_normal_family)) return Endings{flat, quadratic(a[0])};
  if (is(p, log_normal_family)) return both({0.0, 0.0, 0.5 / a[1] / a[1]});
  if (is(p, laplace_family) || is(p, logistic_family)) return both({1.0, 1.0 / a[1]});
  if (is(p, gumbel_family)) return Endings{{infinity, 1.0 / a[1]}, {1.0, 1.0 / a[1]}};
  if (is(p, student_t_family)) return both(heavy(-a[0] - 1.0));
  if (is(p, cauchy_family)) return both(heavy(-2.0));
  if (is(p, half_cauchy_family)) return Endings{flat, heavy(-2.0)};
  if (is(p, exponential_family)) return Endings{flat, {1.0, a[0]}};
  if (is(p, gamma_family)) return Endings{heavy(1.0 - a[0]), {1.0, a[1], 0.0, a[0] - 1.0}};
  if (is(p, inverse_gamma_family)) {
    return Endings{{1.0, a[1], 0.0, a[0] + 1.0}, heavy(-a[0] - 1.0)};
  }
  if (is(p, weibull_family)) {
    return Endings{heavy(1.0 - a[0]),
                   {a[0], engine::exp(-a[0] * engine::log(a[1])), 0.0, a[0] - 1.0}};
  }
  if (is(p, pareto_family)) return Endings{flat, heavy(-a[1] - 1.0)};
  if (is(p, beta_family)) return Endings{heavy(1.0 - a[0]), heavy(1.0 - a[1])};
  if (is(p, uniform_family) || is(p, von_mises_family)) return both(flat);
  return std::nullopt;
}

/// The integral of p^a q^b diverges at this end. limit is the power of x that just does.
bool diverges(const Powers& o, const Ending& p, const Ending& q, double limit) {
  const double order = std::max(p.order, q.order);
  if (order > 0.0) {
    if (p.order == infinity && q.order == infinity) return false;  // not known
    const double rate =
        (p.order == order ? o.a * p.rate : 0.0) + (q.order == order ? o.b * q.rate : 0.0);
    return rate < 0.0;
  }
  const double squares = o.a * p.squares + o.b * q.squares;
  if (squares != 0.0) return squares < 0.0;
  return p.squares == 0.0 && o.a * p.power + o.b * q.power >= limit;
}

/// E_p[log q] diverges at this end.
bool kl_diverges(const Ending& p, const Ending& q, double limit) {
  if (q.order == 0.0 || q.rate == 0.0) return false;
  if (q.order == infinity) { return p.order < 1.0 || (p.order == 1.0 && p.rate <= q.rate); }
  return p.order == 0.0 && p.squares == 0.0 && p.power + q.order >= limit;
}

}  // namespace

Interval least_support(const PlainFamily& p) {
  const auto trials = [](double n, double success) {
    return Interval{success == 1.0 ? n : 0.0, success == 0.0 ? 0.0 : n};
  };
  if (is(p, bernoulli_family)) return trials(1.0, p.a[0]);
  if (is(p, binomial_family)) return trials(p.a[0], p.a[1]);
  if (is(p, geometric_family) && p.a[0] == 1.0) return {0.0, 0.0};
  if (is(p, negative_binomial_family) && p.a[1] == 1.0) return {0.0, 0.0};
  return p.family->support(p.a);
}

std::optional<double> renyi_by_tails(const Powers& o, const PlainFamily& p, const PlainFamily& q) {
  const Interval of_p = least_support(p), of_q = least_support(q);
  const Interval shared{std::max(of_p.low, of_q.low), std::min(of_p.high, of_q.high)};
  const bool is_discrete = p.family->is_discrete;
  if (is_discrete ? shared.low > shared.high : shared.low >= shared.high) return infinity;
  const auto is_within = [](const Interval& x, const Interval& y) {
    return y.low <= x.low && x.high <= y.high;
  };
  if (o.b <= 0.0 && !is_within(of_p, of_q)) return infinity;
  if (o.a <= 0.0 && !is_within(of_q, of_p)) return infinity;
  if (is_discrete || (o.a > 0.0 && o.b > 0.0)) return std::nullopt;

  const auto ends_p = endings(p), ends_q = endings(q);
  if (!ends_p || !ends_q) return std::nullopt;
  const auto is_infinite_at = [&](double end, double end_of_p, double end_of_q, const Ending& at_p,
                                  const Ending& at_q) {
    const Ending inside{};
    const Ending& first = end_of_p == end ? at_p : inside;
    const Ending& second = end_of_q == end ? at_q : inside;
    const double limit = std::abs(end) < infinity ? 1.0 : -1.0;
    return o.b == 0.0   ? kl_diverges(first, second, limit)
           : o.a == 0.0 ? kl_diverges(second, first, limit)
                        : diverges(o, first, second, limit);
  };
  if (is_infinite_at(shared.low, of_p.low, of_q.low, ends_p->low, ends_q->low) ||
      is_infinite_at(shared.high, of_p.high, of_q.high, ends_p->high, ends_q->high)) {
    return infinity;
  }
  return std::nullopt;
}

std::optional<double> log_shared(const PlainFamily& p, const PlainFamily& q) {
  const Interval of_p = least_support(p), of_q = least_support(q);
  if (of_p.low <= of_q.low && of_q.high <= of_p.high) return 0.0;
  const bool is_discrete = q.family->is_discrete;
  const double low = std::max(of_p.low, of_q.low), high = std::min(of_p.high, of_q.high);
  if (is_discrete ? low > high : low >= high) return -infinity;
  const double before = is_discrete ? low - 1.0 : low;
  const auto log_of = [&](double x, Tail tail) { return log_probability(*q.family, q.a, x, tail); };
  if (of_p.low <= of_q.low) return log_of(high, Tail::below);
  if (of_q.high <= of_p.high) return log_of(before, Tail::above);
  const double below = log_of(before, Tail::below), above = log_of(high, Tail::above);
  const double outside = engine::exp(below) + engine::exp(above);
  if (outside < 0.9) return engine::log1p(-outside);
  // of two tails the smaller ones, while their difference has digits
  const bool is_low = log_of(high, Tail::below) < log_of(before, Tail::above);
  const double large = is_low ? log_of(high, Tail::below) : log_of(before, Tail::above);
  const double small = is_low ? below : above;
  if (large - small < 0.1) return std::nullopt;
  return engine::log_subtract_exp(large, small);
}

}  // namespace leibler::inline v0::detail
