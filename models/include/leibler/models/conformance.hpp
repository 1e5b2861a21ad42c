// SPDX-License-Identifier: MIT
#pragma once

#include <bit>
#include <cstdint>

#include <leibler/models/conformance/density.hpp>
#include <leibler/models/conformance/parametric.hpp>
#include <leibler/models/conformance/path.hpp>
#include <leibler/models/conformance/report.hpp>
#include <leibler/models/conformance/sampling.hpp>
#include <leibler/models/distribution.hpp>

// The promises of the concepts, tried on a model: ours, and your own. No test framework is needed:
//
//     const auto violations = leibler::check_model(MyModel(1.5));
//     for (const auto& v : violations) std::cerr << v << '\n';
//     return violations.empty() ? 0 : 1;
//
// Numbers are drawn from a fixed seed, so that a result repeats; statistical rules hold at 7
// standard errors. docs/concepts.md names every rule.
namespace leibler::inline v0 {

/// A model that can be written to JSON and read back.
template <class Q>
concept Writable = requires(const Q& q, const std::string& text) {
  { q.to_json() } -> std::convertible_to<std::string>;
  { Q::from_json(text) } -> std::same_as<Q>;
};

/// JSON gives the same model back, to the bit.
template <Writable Q>
[[nodiscard]] Violations check_json(const Q& q, const ConformanceOptions& options = {}) {
  conformance::Report report;
  conformance::guarded(report, "JSON", q, [&] {
    const std::string text = q.to_json();
    const Q again = Q::from_json(text);
    const char* const rule = "JSON gives the same model back, to the bit";
    if (again.to_json() != text) report.add(rule, "its JSON differs");
    if constexpr (Parametric<Q>) {
      const auto theta = conformance::parameters_of(q), read = conformance::parameters_of(again);
      const auto bits = [](double a, double b) {
        return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b);
      };
      if (!std::equal(theta.begin(), theta.end(), read.begin(), read.end(), bits)) {
        report.add(rule, "its parameters differ");
      }
    }
    if constexpr (Density<Q>) {
      const auto x = conformance::trial_points(q, options);
      if (!conformance::same(conformance::log_density(q, x), conformance::log_density(again, x))) {
        report.add(rule, "its log densities differ");
      }
    }
    if constexpr (Sampleable<Q>) {
      const Stream stream{options.seed, Purpose::sample};
      if (!same(conformance::draws(q, stream, 67), conformance::draws(again, stream, 67))) {
        report.add(rule, "its draws differ");
      }
    }
  });
  return report.take();
}

/// Every check whose concept the model satisfies.
template <class Q>
requires(Density<Q> || Sampleable<Q> || Enumerable<Q>) [[nodiscard]] Violations
    check_model(const Q& q, const ConformanceOptions& options = {}) {
  conformance::Report report;
  if constexpr (Density<Q>) report.add(check_density(q, options));
  if constexpr (Differentiable<Q>) report.add(check_differentiable(q, options));
  if constexpr (MixtureLike<Q>) report.add(check_mixture(q, options));
  if constexpr (Distribution<Q>) {
    report.add(check_distribution(q, options));
  } else if constexpr (Sampleable<Q>) {
    report.add(check_sampleable(q, options));
  }
  if constexpr (Enumerable<Q>) report.add(check_enumerable(q, options));
  if constexpr (Parametric<Q>) report.add(check_parametric(q, options));
  if constexpr (Reparameterized<Q>) report.add(check_reparameterized(q, options));
  if constexpr (Writable<Q>) report.add(check_json(q, options));
  return report.take();
}

}  // namespace leibler::inline v0
