// SPDX-License-Identifier: MIT
#pragma once

#include <limits>
#include <span>

#include <leibler/engine/moments.hpp>
#include <leibler/models/conformance/differences.hpp>
#include <leibler/models/conformance/report.hpp>

namespace leibler::inline v0 {

namespace conformance {

template <Parametric Q>
std::vector<double> parameters_of(const Q& q) {
  std::vector<double> theta(q.parameter_count());
  q.parameters(theta);
  return theta;
}

/// sums += those of the points with their weights (null: ones).
template <Parametric Q>
void add_sums(const Q& q, const TestBatch& x, const double* weight, std::vector<double>& sums) {
  Workspace& workspace = Workspace::of_thread();
  const Workspace::Frame frame(workspace);
  q.add_gradient_sums(q.evaluate(x.view(), workspace), weight, sums.data(), workspace);
}

template <Parametric Q>
std::vector<double> gradient_of(const Q& q, const std::vector<double>& sums) {
  std::vector<double> out(q.parameter_count());
  q.parameter_gradient(sums.data(), out);
  return out;
}

template <Parametric Q>
std::vector<double> weighted_gradient(const Q& q, const TestBatch& x, const double* weight) {
  std::vector<double> sums(q.gradient_sums_size());
  add_sums(q, x, weight, sums);
  return gradient_of(q, sums);
}

/// For every parameter the sum of the magnitudes that its gradient adds up, over points and sums:
/// what its rounding is measured against. Without a weight all are 1.
template <Parametric Q>
std::vector<double> gradient_magnitude(const Q& q, const TestBatch& x,
                                       const std::vector<double>& weight = {}) {
  const std::size_t size = q.gradient_sums_size();
  std::vector<double> total(size), out(q.parameter_count());
  for (std::size_t i = 0; i < x.size(); ++i) {
    std::vector<double> one(size);
    add_sums(q, x.rows(i, 1), nullptr, one);
    const double w = weight.empty() ? 1.0 : std::abs(weight[i]);
    for (std::size_t s = 0; s < size; ++s) total[s] += w * std::abs(one[s]);
  }
  for (std::size_t s = 0; s < size; ++s) {
    std::vector<double> unit(size);
    unit[s] = 1.0;
    const auto of_sum = gradient_of(q, unit);
    for (std::size_t j = 0; j < out.size(); ++j) out[j] += std::abs(of_sum[j]) * total[s];
  }
  return out;
}

/// Equal within rounding, measured against the largest entry or else, where terms cancel, against
/// the magnitudes that a gradient adds up: `magnitude()`, asked for if need be.
template <class Magnitude>
bool agree(const std::vector<double>& a, const std::vector<double>& b, double tolerance,
           Magnitude&& magnitude) {
  double largest = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    largest = std::max({largest, std::abs(a[i]), std::abs(b[i])});
  }
  std::vector<double> of_terms;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double apart = std::abs(a[i] - b[i]);
    if (apart <= tolerance * largest) continue;
    if (of_terms.empty()) of_terms = magnitude();
    if (!(apart <= 1e-13 * of_terms[i])) return false;
  }
  return true;
}
inline bool agree(const std::vector<double>& a, const std::vector<double>& b, double tolerance) {
  return agree(a, b, tolerance, [&] { return std::vector<double>(a.size(), 0.0); });
}

template <Parametric Q>
void check_round_trip(const Q& q, const TestBatch& x, const ConformanceOptions& options,
                      Report& report) {
  const auto theta = parameters_of(q);
  const auto expected = log_density(q, x);
  const char* const rule = "with_parameters(parameters()) is the same model, to the bit";
  const Q again = q.with_parameters(theta);
  if (!same(parameters_of(again), theta)) report.add(rule, "its parameters differ");
  if (!same(log_density(again, x), expected)) report.add(rule, "its log densities differ");

  auto other = theta;
  const auto z = normals(options, 1, other.size());
  for (std::size_t j = 0; j < other.size(); ++j)
    other[j] += 0.01 * z[j] * (1.0 + std::abs(other[j]));
  try {
    const Q copied = q.with_parameters(other);
    Q source = q;
    const Q moved = std::move(source).with_parameters(other);
    if (!same(parameters_of(copied), other)) {
      report.add("a model has the parameters it was given", "parameters() gives others");
    }
    if (!same(log_density(copied, x), log_density(moved, x))) {
      report.add("with_parameters on an rvalue gives the same model", "its log densities differ");
    }
  } catch (const std::exception&) {  // not every vector is valid for every model
  }
  if (!same(log_density(q, x), expected)) {
    report.add("with_parameters leaves its model as it was", "its log densities changed");
  }
  if (options.allocations == nullptr) return;
  Q model = std::move(Q(q)).with_parameters(theta);
  const std::size_t before = options.allocations();
  model = std::move(model).with_parameters(theta);
  if (options.allocations() != before) {
    report.add("with_parameters on an rvalue allocates nothing",
               std::to_string(options.allocations() - before) + " allocations");
  }
}

template <Parametric Q>
void check_refusals(const Q& q, const TestBatch& x, const ConformanceOptions& options,
                    Report& report) {
  const auto theta = parameters_of(q);
  const auto expected = log_density(q, x);
  const auto refuses = [&](const std::vector<double>& bad, const std::string& which) {
    bool copy_threw = false, move_threw = false;
    try {
      (void)q.with_parameters(bad);
    } catch (const std::exception&) { copy_threw = true; }
    Q moved = q;
    try {
      (void)std::move(moved).with_parameters(bad);
    } catch (const std::exception&) { move_threw = true; }
    if (!copy_threw || !move_threw) {
      report.add("with_parameters throws for what is not a model",
                 std::string(copy_threw ? "on an rvalue it" : "it") + " took " + which);
    } else if (!same(log_density(moved, x), expected) || !same(parameters_of(moved), theta)) {
      report.add("with_parameters leaves the model as it was where it throws",
                 "it changed for " + which);
    }
  };
  for (const double value :
       {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity(),
        -std::numeric_limits<double>::infinity()}) {
    for (const std::size_t j : tried_parameters(theta.size(), options)) {
      auto bad = theta;
      bad[j] = value;
      refuses(bad, to_text(value) + " in parameter " + std::to_string(j));
    }
  }
  auto longer = theta;
  longer.push_back(0.0);
  refuses(longer, "one parameter too many");
  if (theta.empty()) return;
  refuses({theta.begin(), theta.end() - 1}, "one parameter too few");
}

template <Parametric Q>
void check_sums(const Q& q, const TestBatch& x, const ConformanceOptions& options, Report& report) {
  const std::size_t n = x.size(), size = q.gradient_sums_size(), space = engine::padded(n);
  const auto zeros = weighted_gradient(q, x, std::vector<double>(space, 0.0).data());
  if (std::any_of(zeros.begin(), zeros.end(), [](double g) { return g != 0.0; })) {
    report.add("weights of zero give a gradient of zero", "an entry is not 0");
  }
  const auto whole = weighted_gradient(q, x, nullptr);
  const auto of_ones = [&] { return gradient_magnitude(q, x); };
  if (!agree(whole, weighted_gradient(q, x, std::vector<double>(space, 1.0).data()), 1e-12,
             of_ones)) {
    report.add("no weights mean weights of one", "the gradients differ");
  }
  auto a = normals(options, 2, space), b = normals(options, 3, space);
  std::fill(a.begin() + static_cast<std::ptrdiff_t>(n), a.end(), 0.0);
  std::fill(b.begin() + static_cast<std::ptrdiff_t>(n), b.end(), 0.0);
  std::vector<double> mixed(space), sums_a(size), sums_b(size), sums_mixed(size);
  for (std::size_t i = 0; i < space; ++i) mixed[i] = 2.0 * a[i] - 3.0 * b[i];
  add_sums(q, x, a.data(), sums_a);
  add_sums(q, x, b.data(), sums_b);
  add_sums(q, x, mixed.data(), sums_mixed);
  std::vector<double> expected(size);
  for (std::size_t s = 0; s < size; ++s) expected[s] = 2.0 * sums_a[s] - 3.0 * sums_b[s];
  std::vector<double> size_of_mixed(space);
  for (std::size_t i = 0; i < n; ++i) {
    size_of_mixed[i] = 2.0 * std::abs(a[i]) + 3.0 * std::abs(b[i]);
  }
  if (!agree(gradient_of(q, sums_mixed), gradient_of(q, expected), 1e-10,
             [&] { return gradient_magnitude(q, x, size_of_mixed); })) {
    report.add("the gradient is linear in the weights", "that of 2 a - 3 b differs");
  }
  std::vector<double> parts(size), all(size);
  add_sums(q, x, nullptr, all);
  for (std::size_t begin = 0; begin < n; begin += 23) {
    add_sums(q, x.rows(begin, std::min<std::size_t>(23, n - begin)), nullptr, parts);
  }
  if (!agree(gradient_of(q, parts), gradient_of(q, all), 1e-10, of_ones)) {
    report.add("sums of chunks add up to the sums of their points", "those of parts of 23 differ");
  }
  TestBatch padding = x.rows(0, n);
  padding.fill_padding(1e3);
  auto behind = a;
  std::fill(behind.begin() + static_cast<std::ptrdiff_t>(n), behind.end(), 1e3);
  std::vector<double> sums_padding(size);
  add_sums(q, padding, behind.data(), sums_padding);
  if (!same(sums_padding, sums_a)) {
    report.add("rows and weights behind the last point do not count", "they change the sums");
  }
}

template <Parametric Q>
void check_parameter_gradient(const Q& q, const TestBatch& x, const ConformanceOptions& options,
                              Report& report) {
  const auto theta = parameters_of(q);
  const auto weight = normals(options, 4, engine::padded(x.size()));
  const auto gradient = weighted_gradient(q, x, weight.data());
  double magnitude = 1.0;
  const auto here = log_density(q, x);
  for (std::size_t i = 0; i < x.size(); ++i) magnitude += std::abs(weight[i] * here[i]);
  for (const std::size_t j : tried_parameters(theta.size(), options)) {
    const auto moved = [&](double by) {
      auto other = theta;
      other[j] += by;
      const auto values = log_density(q.with_parameters(other), x);
      double sum = 0.0;
      for (std::size_t i = 0; i < x.size(); ++i) sum += weight[i] * values[i];
      return sum;
    };
    std::string detail;
    const double rounding = magnitude + std::abs(gradient[j] * theta[j]);
    if (is_derivative(gradient[j], moved, 1.0, rounding, options.tolerance, detail)) continue;
    report.add("the parameter gradient is the derivative of the log densities",
               "entry " + std::to_string(j) + ' ' + detail);
  }
}

/// The points that have a density: others have no gradient.
template <Density Q>
TestBatch inside(const Q& q, const TestBatch& x) {
  const auto value = log_density(q, x);
  std::vector<std::size_t> kept;
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (std::isfinite(value[i])) kept.push_back(i);
  }
  TestBatch out(kept.size(), x.view().dimension);
  if (kept.empty()) return out;
  for (std::size_t j = 0; j < x.view().dimension; ++j) {
    for (std::size_t i = 0; i < kept.size(); ++i) out.at(i, j) = x.at(kept[i], j);
  }
  out.repeat_last_row();
  return out;
}

// The mean of d log q / d theta under q is zero, where the support does not move.
template <Parametric Q>
requires Distribution<Q>
void check_mean_gradient(const Q& q, const ConformanceOptions& options, Report& report) {
  const std::size_t n = engine::chunk_size(q.dimension());
  const std::size_t chunks = std::max<std::size_t>(options.draws / n, 32);
  const auto chunk = [&](std::size_t c) {
    return draws(q, {options.seed, Purpose::evaluation, 0, static_cast<std::uint32_t>(c)}, n);
  };
  std::vector<engine::Moments> moments(q.parameter_count());
  for (std::size_t c = 0; c < chunks; ++c) {
    const auto gradient = weighted_gradient(q, chunk(c), nullptr);
    for (std::size_t j = 0; j < gradient.size(); ++j) moments[j].add(&gradient[j], 1);
  }
  std::vector<double> of_terms;
  for (std::size_t j = 0; j < moments.size(); ++j) {
    const double mean = moments[j].mean(), error = moments[j].standard_error();
    if (std::abs(mean) <= options.standard_errors * error) continue;
    // A gradient that hardly varies has a mean of nothing but rounding.
    if (of_terms.empty()) of_terms = gradient_magnitude(q, chunk(0));
    if (std::abs(mean) <= options.standard_errors * error + 1e-12 * of_terms[j]) continue;
    report.add("the mean gradient of the model's own draws is zero",
               "entry " + std::to_string(j) + " is " + to_short_text(mean) + ", " +
                   to_short_text(mean / error) + " standard errors from it");
  }
}

}  // namespace conformance

/// What Parametric promises.
template <Parametric Q>
[[nodiscard]] Violations check_parametric(const Q& q, const ConformanceOptions& options = {}) {
  conformance::Report report;
  conformance::guarded(report, "a parametric model", q, [&] {
    const auto x = conformance::inside(q, conformance::trial_points(q, options));
    if (x.size() == 0) return;
    conformance::check_round_trip(q, x, options, report);
    conformance::check_refusals(q, x, options, report);
    conformance::check_sums(q, x, options, report);
    conformance::check_parameter_gradient(q, x, options, report);
    if constexpr (Distribution<Q> && !support_moves<Q>) {
      conformance::check_mean_gradient(q, options, report);
    }
  });
  return report.take();
}

}  // namespace leibler::inline v0
