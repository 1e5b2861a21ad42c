// SPDX-License-Identifier: MIT
#pragma once

#include <leibler/models/conformance/discrete.hpp>
#include <leibler/models/conformance/draws.hpp>
#include <leibler/models/conformance/report.hpp>
#include <leibler/models/conformance/surface.hpp>

namespace leibler::inline v0 {

namespace conformance {

inline bool rows_differ(const TestBatch& x) {
  for (std::size_t i = 1; i < x.size(); ++i) {
    for (std::size_t j = 0; j < x.view().dimension; ++j) {
      if (x.at(i, j) != x.at(0, j)) return true;
    }
  }
  return false;
}

template <Sampleable P>
void check_addresses(const P& p, const ConformanceOptions& options, Report& report) {
  const std::size_t n = engine::chunk_size(p.dimension());
  const Stream stream{options.seed, Purpose::sample, 3, 5};
  const auto x = draws(p, stream, n);
  {
    Workspace& workspace = Workspace::of_thread();  // what earlier calls left there must not matter
    const Workspace::Frame frame(workspace);
    std::fill_n(workspace.take(std::size_t{1} << 14), std::size_t{1} << 14, 0.5);
  }
  if (!same(draws(p, stream, n), x)) {
    report.add("equal streams give equal draws", "a second call gives others");
  }
  if (!rows_differ(x)) return;  // a point mass: nothing to tell apart
  const std::pair<const char*, Stream> others[] = {
      {"seed", {Seed{options.seed.value + 1}, Purpose::sample, 3, 5}},
      {"purpose", {options.seed, Purpose::evaluation, 3, 5}},
      {"step", {options.seed, Purpose::sample, 4, 5}},
      {"step's high word", {options.seed, Purpose::sample, 3 + (std::uint64_t{1} << 32), 5}},
      {"chunk", {options.seed, Purpose::sample, 3, 6}}};
  for (const auto& [what, other] : others) {
    if (!same(draws(p, other, n), x)) continue;
    report.add("another address gives other draws",
               std::string("another ") + what + " gives the same");
  }
}

template <Sampleable P>
void check_rows(const P& p, const ConformanceOptions& options, Report& report) {
  Workspace& workspace = Workspace::of_thread();
  const Stream stream{options.seed, Purpose::sample};
  for (const std::size_t n : {std::size_t{1}, std::size_t{31}, std::size_t{33}, std::size_t{67},
                              engine::chunk_size(p.dimension())}) {
    const Workspace::Frame frame(workspace);
    TestBatch wide(n, p.dimension(), 40);
    for (std::size_t j = 0; j < p.dimension(); ++j) {
      for (std::size_t i = 0; i < engine::padded(n); ++i) {
        wide.at(i, j) = std::numeric_limits<double>::quiet_NaN();
      }
    }
    p.sample(stream, wide.view(), workspace);
    const std::string which = std::to_string(n) + " draws";
    for (std::size_t j = 0; j < p.dimension(); ++j) {
      for (std::size_t i = 0; i < engine::padded(n); ++i) {
        if (std::isfinite(wide.at(i, j))) continue;
        report.add("sample writes finite numbers up to row padded(size)",
                   to_text(wide.at(i, j)) + " in row " + std::to_string(i) + " of " + which);
      }
    }
    if (!wide.guards_stand()) {
      report.add("sample writes up to padded(size) + 8 rows", "a row behind was written, " + which);
    }
    if (!same(wide, draws(p, stream, n))) {
      report.add("draws do not depend on the stride", "they do, " + which);
    }
  }
  if (options.allocations == nullptr) return;
  const Workspace::Frame frame(workspace);
  TestBatch x(67, p.dimension());
  p.sample(stream, x.view(), workspace);
  const std::size_t before = options.allocations();
  p.sample(stream, x.view(), workspace);
  if (options.allocations() != before) {
    report.add("sample allocates nothing after the first call",
               std::to_string(options.allocations() - before) + " allocations");
  }
}

}  // namespace conformance

/// What Sampleable promises: a draw is a function of its address alone.
template <Sampleable P>
[[nodiscard]] Violations check_sampleable(const P& p, const ConformanceOptions& options = {}) {
  conformance::Report report;
  conformance::guarded(report, "sample", p, [&] {
    conformance::check_addresses(p, options, report);
    conformance::check_rows(p, options, report);
  });
  return report.take();
}

/// What Distribution promises: check_sampleable, and draws that follow a density of integral one;
/// on a surface, draws that have a density.
template <Distribution P>
[[nodiscard]] Violations check_distribution(const P& p, const ConformanceOptions& options = {}) {
  conformance::Report report;
  report.add(check_sampleable(p, options));
  conformance::guarded(report, "a distribution", p, [&] {
    const auto drawn = conformance::draw_many(p, options);
    for (std::size_t c = 0; c < drawn.x.size(); ++c) {
      for (std::size_t i = 0; i < drawn.x[c].size(); ++i) {
        const double log_p = drawn.log_p[c][i];
        const std::string which = "draw " + std::to_string(i) + " of chunk " + std::to_string(c);
        if (!(log_p > -HUGE_VAL))
          report.add("every draw has a density above zero", which + " has none");
        if (!(log_p < HUGE_VAL)) {
          report.add("a log density is below +inf and not NaN", to_text(log_p) + " at " + which);
        }
      }
    }
    if constexpr (is_discrete<P>) {
      return conformance::check_frequencies(drawn.x, drawn.log_p, options, report);
    }
    if constexpr (is_on_surface<P>) return conformance::check_beside(p, drawn.x[0], report);
    const std::size_t d = p.dimension(), tried = std::min<std::size_t>(d, 8);
    for (std::size_t j = 0; j < tried; ++j) {
      const std::string of = " of coordinate " + std::to_string(j);
      check_map(p, {"a shift" + of, j, j, 1.0, 0.0, 0.0}, drawn, options, report);
      check_map(p, {"a change of scale" + of, j, j, 0.0, 1.0, 0.0}, drawn, options, report);
      if (j == 0) continue;
      check_map(p, {"a shear" + of, j, j - 1, 0.0, 0.0, 1.0}, drawn, options, report);
    }
    conformance::check_mass(p, drawn, options, report);
  });
  return report.take();
}

/// What Enumerable promises: probabilities that add up to one, and draws (if there are any) that
/// are rows of points() as often as those say.
template <Enumerable P>
[[nodiscard]] Violations check_enumerable(const P& p, const ConformanceOptions& options = {}) {
  conformance::Report report;
  conformance::guarded(report, "an enumeration", p, [&] {
    const Points points = p.points();
    const Vector log_p = p.log_probabilities();
    const auto size = static_cast<Index>(p.size());
    if (points.rows() != size || log_p.size() != size) {
      return report.add("points and probabilities are as many as size() says", "they are not");
    }
    double total = 0.0;
    for (Index i = 0; i < size; ++i) total += std::exp(log_p[i]);
    if (!(std::abs(total - 1.0) <= 1e-9)) {
      report.add("the probabilities add up to one", "they add up to " + to_text(total));
    }
    if constexpr (Sampleable<P>) {
      const std::size_t n = engine::chunk_size(p.dimension());
      const std::size_t chunks = std::max<std::size_t>(options.draws / n, 4);
      std::vector<double> seen(p.size(), 0.0);
      for (std::size_t c = 0; c < chunks; ++c) {
        const auto x = conformance::draws(
            p, {options.seed, Purpose::evaluation, 2, static_cast<std::uint32_t>(c)}, n);
        for (std::size_t i = 0; i < n; ++i) {
          Index row = 0;
          const auto is_at = [&](Index r) {
            for (Index j = 0; j < points.cols(); ++j) {
              if (points(r, j) != x.at(i, static_cast<std::size_t>(j))) return false;
            }
            return true;
          };
          while (row < size && !is_at(row)) ++row;
          if (row == size) return report.add("every draw is a row of points()", "one is not");
          ++seen[static_cast<std::size_t>(row)];
        }
      }
      const auto count = static_cast<double>(chunks * n);
      for (Index i = 0; i < size; ++i) {  // equal rows share the draws of the first of them
        double probability = 0.0;
        bool is_first = true;
        for (Index k = 0; k < size; ++k) {
          if (points.row(k) != points.row(i)) continue;
          probability += std::exp(log_p[k]);
          is_first = is_first && k >= i;
        }
        if (!is_first) continue;
        const double share = seen[static_cast<std::size_t>(i)] / count;
        const double error = std::sqrt(probability * (1.0 - std::min(probability, 1.0)) / count);
        if (std::abs(share - probability) <= options.standard_errors * error + 1.0 / count)
          continue;
        report.add("rows are drawn as often as their probabilities say",
                   "row " + std::to_string(i) + " has " + to_short_text(probability) +
                       " and is drawn " + to_short_text(share));
      }
    }
  });
  return report.take();
}

}  // namespace leibler::inline v0
