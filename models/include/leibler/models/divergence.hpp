// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>

#include <leibler/models/generator.hpp>

// Divergences as values: what is computed, not how. `divergence(D, p, q)` of
// estimators/divergence_estimate.hpp takes the best way there is; closed_form(D, p, q), where there
// is one, stands in the header of a family. Numbers are in nats; p is the target, q the model.
namespace leibler::inline v0 {

/// KL(p || q) = integral p log(p / q). Infinite where q = 0 < p.
struct Kl {
  static constexpr const char* name = "Kl";
  [[nodiscard]] static detail::Generator generator() { return {detail::Generator::Kind::kl}; }
};

/// KL(p || q) + KL(q || p) = integral (p - q) log(p / q): an expectation of its own.
struct Jeffreys {
  static constexpr const char* name = "Jeffreys";
  [[nodiscard]] static detail::Generator generator() { return {detail::Generator::Kind::jeffreys}; }
};

/// w KL(p || m) + (1 - w) KL(q || m), m = s p + (1 - s) q, w = weight and s = skew, both in [0, 1].
///
/// Without a skew s = w: the generalised divergence of Jensen and Shannon, at most the entropy of
/// (w, 1 - w), log 2 for halves. JensenShannon{1.0, s} is the skewed KL(p || m). Continuous where w
/// or s are 0 or 1: {0.0, 1.0} is KL(q || p), {1.0, 0.0} is KL(p || q).
struct JensenShannon {
  static constexpr const char* name = "JensenShannon";
  double weight = 0.5;
  std::optional<double> skew{};
  /// @throws DomainError
  [[nodiscard]] detail::Generator generator() const {
    return detail::jensen_shannon(weight, skew.value_or(weight));
  }
};

/// integral |p - q| / 2, in [0, 1].
struct TotalVariation {
  static constexpr const char* name = "TotalVariation";
  [[nodiscard]] static detail::Generator generator() {
    return {detail::Generator::Kind::total_variation};
  }
};

/// Pearson's: integral (p - q)^2 / q. Infinite where q = 0 < p.
struct ChiSquared {
  static constexpr const char* name = "ChiSquared";
  [[nodiscard]] static detail::Generator generator() {
    return {detail::Generator::Kind::chi_squared};
  }
};

/// Neyman's: integral (p - q)^2 / p. Infinite where p = 0 < q.
struct ReverseChiSquared {
  static constexpr const char* name = "ReverseChiSquared";
  [[nodiscard]] static detail::Generator generator() {
    return {detail::Generator::Kind::reverse_chi_squared};
  }
};

/// integral (sqrt p - sqrt q)^2 / 2 = 1 - integral sqrt(p q), in [0, 1].
struct SquaredHellinger {
  static constexpr const char* name = "SquaredHellinger";
  [[nodiscard]] static detail::Generator generator() {
    return {detail::Generator::Kind::squared_hellinger};
  }
};

/// (integral p^a q^(1 - a) - 1) / (a (a - 1)), a finite; a = 1 is KL(p || q), a = 0 KL(q || p).
/// In [0, 1 / (a (1 - a))] for 0 < a < 1; infinite for a >= 1 where q = 0 < p, for a <= 0 where
/// p = 0 < q.
struct Alpha {
  static constexpr const char* name = "Alpha";
  double a;
  /// @throws DomainError
  [[nodiscard]] detail::Generator generator() const { return detail::alpha(a); }
};

/// Vincze's and Le Cam's: integral (p - q)^2 / (p + q) / 2, in [0, 1].
struct LeCam {
  static constexpr const char* name = "LeCam";
  [[nodiscard]] static detail::Generator generator() { return {detail::Generator::Kind::le_cam}; }
};

/// factor * log(integral p^a q^(1 - a)) / (a - 1): a function of an expectation, not one itself.
struct LogAffinity {
  double a, factor;

  /// Of the integral less 1 over a (a - 1); for a = 0 of q where p = 0. a must be finite.
  [[nodiscard]] detail::Generator generator() const;
  /// By that number where it keeps digits, p near q; by the logarithm of the integral elsewhere.
  [[nodiscard]] double value(double alpha, double log_integral) const;
  /// The derivative by that number.
  [[nodiscard]] double slope(double alpha) const;
  [[nodiscard]] bool is_near(double alpha) const;
};

/// log(integral p^a q^(1 - a)) / (a - 1), a >= 0 or infinite: a = 1 is KL(p || q), a = 0
/// -log q(p > 0), infinity the largest log(p / q).
struct Renyi {
  static constexpr const char* name = "Renyi";
  double a;
  /// @throws DomainError
  [[nodiscard]] LogAffinity log_affinity() const { return {detail::renyi_order(a), 1.0}; }
};

/// -log integral sqrt(p q).
struct Bhattacharyya {
  static constexpr const char* name = "Bhattacharyya";
  [[nodiscard]] static LogAffinity log_affinity() { return {0.5, 0.5}; }
};

/// integral q f(p / q) for a convex f on t >= 0 with f(1) = 0. Where q = 0 it adds f'(infinity)
/// times the mass of p there: f(t) / t for t without bound.
///
///     const FDivergence squared([](double t) { return (t - 1) * (t - 1); });
///
/// Checked: f(1) = 0 to the bit; f(t) finite, at least its chord's value less 1e-9 of its size, at
/// t = 2^(k / 4), |k| <= 80. What f does elsewhere is not looked at.
template <class F>
requires std::is_invocable_r_v<double, const F&, double>
class FDivergence {
 public:
  static constexpr const char* name = "FDivergence";

  /// @throws DomainError
  explicit FDivergence(F f) : f_(std::move(f)) { detail::check_generator(call, &f_); }

  /// With f'(infinity), which else is read off f at 1e150 and 1e300.
  /// @throws DomainError
  FDivergence(F f, double slope_at_infinity) : FDivergence(std::move(f)) {
    slope_ = slope_at_infinity;
  }

  /// Valid while the object lives.
  [[nodiscard]] detail::Generator generator() const {
    return {detail::Generator::Kind::user, slope_, 0.0, &f_, call};
  }

 private:
  static double call(const void* f, double t) {
    return static_cast<double>((*static_cast<const F*>(f))(t));
  }

  F f_;
  double slope_ = std::nan("");
};

/// integral q f(p / q) for a convex f.
template <class D>
concept ExpectationDivergence = requires(const D& d) {
  { d.generator() } -> std::same_as<detail::Generator>;
};

/// A function of such an integral.
template <class D>
concept AffinityDivergence = requires(const D& d) {
  { d.log_affinity() } -> std::same_as<LogAffinity>;
};

template <class D>
concept Divergence = (ExpectationDivergence<D> || AffinityDivergence<D>)&&requires {
  { D::name } -> std::convertible_to<std::string>;
};

/// The largest value that any p and q can have; infinite where there is none. The least is 0.
template <Divergence D>
[[nodiscard]] double supremum(const D& divergence) {
  if constexpr (ExpectationDivergence<D>) {
    return divergence.generator().supremum();
  } else {
    return HUGE_VAL;
  }
}

template <Divergence D>
[[nodiscard]] bool is_bounded(const D& divergence) {
  return supremum(divergence) < HUGE_VAL;
}

/// A formula is known: closed_form(D, p, q), found by overload, gives a number, or nothing where
/// the formula does not hold for these two.
template <class D, class P, class Q>
concept HasClosedForm = requires(const D& d, const P& p, const Q& q) {
  { closed_form(d, p, q) } -> std::convertible_to<std::optional<double>>;
};

static_assert(ExpectationDivergence<Kl> && AffinityDivergence<Renyi> && Divergence<JensenShannon>);

}  // namespace leibler::inline v0
