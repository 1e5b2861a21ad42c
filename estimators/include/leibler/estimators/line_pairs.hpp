// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>
#include <concepts>
#include <cstddef>
#include <type_traits>
#include <utility>

#include <leibler/estimators/divergence_rungs.hpp>
#include <leibler/models/gaussian_divergence.hpp>
#include <leibler/models/univariate/normal.hpp>

// What quadrature asks of p and q: that they are of one variable, known by their type or when the
// program runs, and where on the line they are.
namespace leibler::inline v0 {

template <class... P>
class Mixture;

namespace detail {

/// Of one variable, with quantiles.
template <class P>
concept HasQuantiles = Density<P> && requires(const P& p) {
  { p.support() } -> std::same_as<Interval>;
  { p.quantile(0.5) } -> std::convertible_to<double>;
  { p.upper_quantile(0.5) } -> std::convertible_to<double>;
};

/// What is said of Gaussians and of mixtures only if their dimension is 1.
template <class P>
struct LineOf {
  static constexpr bool is_known = HasQuantiles<P> || GaussianLike<P>;
};
template <class P>
requires(!HasQuantiles<P> && !GaussianLike<P> &&
         requires(const P& p) { p.component(p.components()); }) struct LineOf<P> {
  using Component = std::remove_cvref_t<decltype(std::declval<const P&>().component(0))>;
  static constexpr bool is_known = LineOf<Component>::is_known;
};
template <class... P>
requires(sizeof...(P) > 1) struct LineOf<Mixture<P...>> {
  static constexpr bool is_known = (LineOf<P>::is_known && ...);
};

/// A density with cuts for quadrature, if its dimension is 1.
template <class P>
concept OnLine = Density<P> && LineOf<P>::is_known;

template <HasQuantiles P>
[[nodiscard]] QuantileLine quantile_line(const P& p) {
  return {&p,
          [](const void* self, const Batch& x, double* out, Workspace& workspace) {
            static_cast<const P*>(self)->log_density(x, out, workspace);
          },
          [](const void* self, double u) { return static_cast<const P*>(self)->quantile(u); },
          [](const void* self, double u) { return static_cast<const P*>(self)->upper_quantile(u); },
          p.support()};
}

template <class P>
void add_cuts(const P& p, LineDensity& line) {
  if constexpr (GaussianLike<P>) {
    const PlainGaussian g = p.plain_gaussian();
    const Normal part(g.mean[0], g.factor[0]);
    line.add_cuts(quantile_line(part));
  } else if constexpr (requires { p.component(p.components()); }) {
    for (std::size_t k = 0; k < p.components(); ++k) add_cuts(p.component(k), line);
  } else {
    line.add_cuts(quantile_line(p));
  }
}
template <class... P>
requires(sizeof...(P) > 1) void add_cuts(const Mixture<P...>& p, LineDensity& line) {
  [&]<std::size_t... k>(std::index_sequence<k...>) {
    (add_cuts(p.template component<k>(), line), ...);
  }
  (std::index_sequence_for<P...>());
}

/// Of components as well as of the whole: a narrow one is not missed.
template <OnLine P>
[[nodiscard]] LineDensity line_of(const P& p) {
  LineDensity line{&p, [](const void* self, const Batch& x, double* out, Workspace& workspace) {
                     const P& density = *static_cast<const P*>(self);
                     if constexpr (requires { accurate_log_density(density, x, out, workspace); }) {
                       accurate_log_density(density, x, out, workspace);
                     } else {
                       density.log_density(x, out, workspace);
                     }
                   }};
  if constexpr (HasQuantiles<P>) line.support = p.support();
  add_cuts(p, line);
  return line;
}

/// log(p / q) with digits that log p - log q has not: log_ratio(p, q, x, log_p, log_q, out,
/// workspace), found by overload.
template <class P, class Q>
concept HasLogRatio = requires(const P& p, const Q& q, const Batch& x, const double* log_p,
                               double* out, Workspace& workspace) {
  log_ratio(p, q, x, log_p, log_p, out, workspace);
};

/// By it, or by subtraction: out[0, x.size).
template <Density P, Density Q>
void write_log_ratios(const P& p, const Q& q, const Batch& x, const double* log_p,
                      const double* log_q, double* out, Workspace& workspace) {
  if constexpr (HasLogRatio<P, Q>) {
    log_ratio(p, q, x, log_p, log_q, out, workspace);
  } else {
    subtract_logs(log_p, log_q, out, x.size);
  }
}

template <OnLine P, OnLine Q>
[[nodiscard]] LinePair line_pair(const P& p, const Q& q, Interval part = {-HUGE_VAL, HUGE_VAL}) {
  LinePair pair{line_of(p), line_of(q)};
  pair.part = part;
  if constexpr (HasLogRatio<P, Q>) {
    pair.log_ratio = [](const void* of_p, const void* of_q, const Batch& x, const double* log_p,
                        const double* log_q, double* out, Workspace& workspace) {
      log_ratio(*static_cast<const P*>(of_p), *static_cast<const Q*>(of_q), x, log_p, log_q, out,
                workspace);
    };
  }
  return pair;
}

/// A family that a location moves along the line.
template <class P>
[[nodiscard]] P moved(const P& p, double by) requires requires {
  P(p.location() - by, p.scale());
}
{ return P(p.location() - by, p.scale()); }
template <class P>
[[nodiscard]] P moved(const P& p, double by) requires requires {
  P(p.degrees_of_freedom(), p.location() - by, p.scale());
}
{ return P(p.degrees_of_freedom(), p.location() - by, p.scale()); }
[[nodiscard]] inline Normal<> moved(const Normal<>& p, double by) {
  return {p.mean() - by, p.stddev()};
}
template <class P>
concept HasLocation = requires(const P& p) {
  moved(p, 0.0);
};
template <class P>
[[nodiscard]] double location_of(const P& p) {
  if constexpr (requires { p.location(); }) {
    return p.location();
  } else {
    return p.mean();
  }
}

/// The same family as seen from the other end of the unit interval.
template <class P>
concept IsBeta = requires(const P& p) {
  { P(p.beta(), p.alpha()) } -> std::same_as<P>;
};

/// f(pairs), which are valid during the call. Every location is 0 in coordinates of its own, and
/// so is either end of a Beta: a point that is not 0 has no digits for its distance from there.
template <OnLine P, OnLine Q, class F>
auto with_line_pairs(const P& p, const Q& q, const F& f) {
  if constexpr (HasLocation<P> && HasLocation<Q>) {
    const double of_p = location_of(p), of_q = location_of(q), middle = 0.5 * (of_q - of_p);
    if (of_p != of_q && std::isfinite(of_q - of_p)) {
      const P here = moved(p, of_p), there = moved(p, of_q);
      const Q from = moved(q, of_p), at = moved(q, of_q);
      const Interval below{-HUGE_VAL, middle}, above{-middle, HUGE_VAL};
      const bool is_rising = middle > 0.0;
      const LinePair pairs[]{
          line_pair(here, from, is_rising ? below : Interval{middle, HUGE_VAL}),
          line_pair(there, at, is_rising ? above : Interval{-HUGE_VAL, -middle})};
      return f(std::span<const LinePair>(pairs));
    }
    const P here = moved(p, of_p);
    const Q from = moved(q, of_p);
    const LinePair pair = line_pair(here, from);
    return f(std::span<const LinePair>(&pair, 1));
  } else if constexpr (IsBeta<P> && IsBeta<Q>) {
    const P reflected_p(p.beta(), p.alpha());
    const Q reflected_q(q.beta(), q.alpha());
    const LinePair pairs[]{line_pair(p, q, {-HUGE_VAL, 0.5}),
                           line_pair(reflected_p, reflected_q, {-HUGE_VAL, 0.5})};
    return f(std::span<const LinePair>(pairs));
  } else {
    const LinePair pair = line_pair(p, q);
    return f(std::span<const LinePair>(&pair, 1));
  }
}

/// A Gaussian of one dimension as the family it is.
template <class P>
[[nodiscard]] decltype(auto) univariate(const P& p) {
  if constexpr (GaussianLike<P>) {
    const PlainGaussian g = p.plain_gaussian();
    return Normal(g.mean[0], g.factor[0]);
  } else {
    return (p);
  }
}

template <class P>
concept IsUniform = requires(const P& p) {
  { P(p.low(), p.high()) } -> std::same_as<P>;
};

template <OnLine P, OnLine Q>
[[nodiscard]] Estimate integrate_divergence(const Terms& terms, const P& p, const Q& q) {
  const auto by_pairs = [&](const auto& of_p, const auto& of_q) {
    return with_line_pairs(
        of_p, of_q, [&](std::span<const LinePair> pairs) { return quadrature(terms, pairs); });
  };
  // on the unit interval a Uniform is a Beta
  if constexpr (IsBeta<P> && IsUniform<Q>) {
    if (q.low() == 0.0 && q.high() == 1.0) return by_pairs(p, P(1.0, 1.0));
  } else if constexpr (IsUniform<P> && IsBeta<Q>) {
    if (p.low() == 0.0 && p.high() == 1.0) return by_pairs(Q(1.0, 1.0), q);
  }
  return by_pairs(univariate(p), univariate(q));
}

}  // namespace detail

}  // namespace leibler::inline v0
