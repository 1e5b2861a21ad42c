// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>
#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include <leibler/engine/moments.hpp>
#include <leibler/estimators/estimate.hpp>
#include <leibler/estimators/tail.hpp>
#include <leibler/models/distribution.hpp>
#include <leibler/models/divergence.hpp>
#include <leibler/models/univariate/family.hpp>

// The compiled part of divergence_estimate.hpp: sums, integrals and averages of a divergence's
// terms from logarithms of p and q.
namespace leibler::inline v0::detail {

/// What every divergence is to the code below: an integral of terms, or a function of one.
struct Terms {
  Generator generator;
  std::optional<LogAffinity> affinity{};

  /// Renyi's of infinite order: the largest log ratio, no integral at all.
  [[nodiscard]] bool is_largest() const;
  [[nodiscard]] bool is_bounded() const;
};

template <Divergence D>
[[nodiscard]] Terms terms_of(const D& d) {
  if constexpr (ExpectationDivergence<D>) {
    return {d.generator()};
  } else {
    const LogAffinity affinity = d.log_affinity();
    if (affinity.a > 1e300) return {Kl::generator(), affinity};
    return {affinity.generator(), affinity};
  }
}

/// log p - log q, 0 where they are the same, -inf included.
void subtract_logs(const double* log_p, const double* log_q, double* out, std::size_t n);

/// Logarithms of p and q at the points of a common support, in any order, and their differences,
/// which a caller may know better than the logarithms say.
struct Table {
  std::vector<double> log_p, log_q, log_ratio;

  void add(double of_p, double of_q, double ratio) {
    log_p.push_back(of_p);
    log_q.push_back(of_q);
    log_ratio.push_back(ratio);
  }
  void add(double of_p, double of_q) { add(of_p, of_q, of_p == of_q ? 0.0 : of_p - of_q); }
};

/// With twice as many digits as a plain sum: what many small terms add to a large one counts.
[[nodiscard]] double sum_of(std::span<const double> x);

[[nodiscard]] Estimate enumerate(const Terms& terms, const Table& table);

/// A distribution of one variable with quantiles, its type forgotten.
struct QuantileLine {
  const void* self;
  void (*log_density)(const void* self, const Batch& x, double* out, Workspace& workspace);
  double (*quantile)(const void* self, double u);
  double (*upper_quantile)(const void* self, double u);
  Interval support;
};

/// A distribution of one variable, its type forgotten, and points between which its density is
/// smooth enough for a first panel of quadrature: quantiles from probabilities of 1e-300.
struct LineDensity {
  const void* self;
  void (*log_density)(const void* self, const Batch& x, double* out, Workspace& workspace);
  Interval support{-HUGE_VAL, HUGE_VAL};
  std::vector<double> cuts{}, medians{};

  /// Adds those of the whole, or of a component.
  void add_cuts(const QuantileLine& part);
};

/// p and q in coordinates of their own, over a part of the line: near a place where their density
/// changes, the distance from it has digits that the point itself has not.
struct LinePair {
  LineDensity p, q;
  /// log(p / q) with the digits that a difference of the logarithms has lost; null: none.
  void (*log_ratio)(const void* p, const void* q, const Batch& x, const double* log_p,
                    const double* log_q, double* out, Workspace& workspace) = nullptr;
  Interval part{-HUGE_VAL, HUGE_VAL};
};

/// Adaptive Gauss-Kronrod rules between quantiles of both, in the logarithm of the distance from an
/// end or a median where those are far apart, cut where p = q. Tails of powers are continued to
/// where no double is. standard_error is a bound of the error; not reliable where p or q does not
/// come out at 1.
[[nodiscard]] Estimate quadrature(const Terms& terms, std::span<const LinePair> pairs);

/// Whole numbers between the same quantiles, long stretches of them by the integral; nothing where
/// p and q are not all there.
[[nodiscard]] std::optional<Estimate> sum_whole_numbers(const Terms& terms, const LinePair& pair);

/// Draws of one of p and q, as parts of (p + q) / 2.
struct Stratum {
  explicit Stratum(std::size_t n = 0) : tail(n) {}

  engine::Moments terms, integral;  ///< over (p + q) / 2; p^a q^(1 - a), of an affinity alone
  TailDiagnostic tail;

  void add(const Terms& terms_of, const double* log_p, const double* log_q, std::size_t n,
           Workspace& workspace);
  void merge(const Stratum& other);
};

[[nodiscard]] Estimate combine(const Terms& terms, const Stratum& of_p, const Stratum& of_q);
/// Draws of both together that reach the wanted standard error.
[[nodiscard]] std::size_t samples_needed(const Terms& terms, const Stratum& of_p,
                                         const Stratum& of_q, const EstimateOptions& options);

/// @throws InvalidArgument  always: options.method does not apply
[[noreturn]] void no_method(Method method, const char* rule);

}  // namespace leibler::inline v0::detail
