// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <iosfwd>
#include <string>

#include <leibler/engine/chunks.hpp>
#include <leibler/engine/moments.hpp>
#include <leibler/engine/types.hpp>

namespace leibler::inline v0 {

/// How a number came about, best first.
enum class Method {
  closed_form,  ///< a formula: exact but for rounding
  enumeration,  ///< a sum over a finite support: exact but for rounding
  quadrature,   ///< deterministic, with an error bound
  monte_carlo,  ///< an average over random draws
};

/// "closed_form", "enumeration", ...
[[nodiscard]] std::string to_string(Method method);

/// A number with what is known about it.
struct Estimate {
  double value = 0.0;
  double standard_error = 0.0;  ///< one; 0 where the method is exact; quadrature: a bound
  std::size_t samples = 0;      ///< draws, or points of a finite support
  Method method = Method::monte_carlo;
  bool reliable = true;  ///< false where the standard error itself cannot be trusted

  /// From the moments of independent draws.
  [[nodiscard]] static Estimate from(const engine::Moments& moments);

  [[nodiscard]] std::string to_json() const;
};

/// "0.2259 +- 0.0004 (monte_carlo, 1000000 samples)".
std::ostream& operator<<(std::ostream& out, const Estimate& estimate);

struct EstimateOptions {
  std::size_t most_samples = 1'000'000'000;  ///< a cap where a standard error is asked for
  std::size_t samples = 100'000;             ///< draws, >= 2; the least where an error is asked for
  double standard_error = 0.0;               ///< 0: take `samples`; else as many as this needs
  Seed seed{};
  Threads threads{};
};

namespace detail {

/// Checks the options of the call `where`. @throws InvalidArgument, DomainError
void check_options(const char* where, const EstimateOptions& options);

using engine::most_draws;

/// @throws InvalidArgument  if the call `where` asks for more
void check_draws(const char* where, std::size_t samples, std::size_t dimension);

/// Draws that reach the wanted error, from the variance of a pilot: a tenth more, within the cap.
[[nodiscard]] std::size_t samples_needed(const engine::Moments& pilot,
                                         const EstimateOptions& options);
/// The same from an estimate whose error falls with the root of its samples.
[[nodiscard]] std::size_t samples_needed(const Estimate& pilot, const EstimateOptions& options);

}  // namespace detail

}  // namespace leibler::inline v0
