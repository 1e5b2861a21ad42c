// SPDX-License-Identifier: MIT
#pragma once

#include <limits>
#include <span>

#include <leibler/engine/moments.hpp>
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

/// Equal within rounding, measured against the largest entry.
inline bool agree(const std::vector<double>& a, const std::vector<double>& b, double tolerance) {
  double largest = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    largest = std::max({largest, std::abs(a[i]), std::abs(b[i])});
  }
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (!(std::abs(a[i] - b[i]) <= tolerance * largest)) return false;
  }
  return true;
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
  if (!agree(whole, weighted_gradient(q, x, std::vector<double>(space, 1.0).data()), 1e-12)) {
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
  if (!agree(gradient_of(q, sums_mixed), gradient_of(q, expected), 1e-10)) {
    report.add("the gradient is linear in the weights", "that of 2 a - 3 b differs");
  }
  std::vector<double> parts(size), all(size);
  add_sums(q, x, nullptr, all);
  for (std::size_t begin = 0; begin < n; begin += 23) {
    add_sums(q, x.rows(begin, std::min<std::size_t>(23, n - begin)), nullptr, parts);
  }
  if (!agree(gradient_of(q, parts), gradient_of(q, all), 1e-10)) {
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
  std::vector<engine::Moments> moments(q.parameter_count());
  for (std::size_t c = 0; c < chunks; ++c) {
    const Stream stream{options.seed, Purpose::evaluation, 0, static_cast<std::uint32_t>(c)};
    const auto gradient = weighted_gradient(q, draws(q, stream, n), nullptr);
    for (std::size_t j = 0; j < gradient.size(); ++j) moments[j].add(&gradient[j], 1);
  }
  for (std::size_t j = 0; j < moments.size(); ++j) {
    const double mean = moments[j].mean(), error = moments[j].standard_error();
    if (std::abs(mean) <= options.standard_errors * error) continue;
    report.add("the mean gradient of the model's own draws is zero",
               "entry " + std::to_string(j) + " is " + to_short_text(mean / error) +
                   " standard errors from it");
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
    if constexpr (Distribution<Q>) conformance::check_mean_gradient(q, options, report);
  });
  return report.take();
}

/// What Reparameterized promises: path sums give sum_i v_i^T dx_i / d theta, where x is what sample
/// draws from one stream as the parameters move.
template <Reparameterized Q>
[[nodiscard]] Violations check_reparameterized(const Q& q, const ConformanceOptions& options = {}) {
  conformance::Report report;
  conformance::guarded(report, "a path gradient", q, [&] {
    const Stream stream{options.seed, Purpose::sample};
    const std::size_t n = 67, d = q.dimension(), size = q.gradient_sums_size();
    const auto x = conformance::draws(q, stream, n);
    const auto z = conformance::normals(options, 5, n * d);
    const auto direction = [&](double scale, double behind) {
      conformance::TestBatch v(n, d);
      for (std::size_t j = 0; j < d; ++j) {
        for (std::size_t i = 0; i < n; ++i) v.at(i, j) = scale * z[j * n + i];
      }
      v.fill_padding(behind);
      return v;
    };
    const auto sums_of = [&](const conformance::TestBatch& v) {
      Workspace& workspace = Workspace::of_thread();
      const Workspace::Frame frame(workspace);
      std::vector<double> sums(size);
      const auto at = q.evaluate(x.view(), workspace);
      q.add_path_sums(at, v.view(), sums.data(), workspace);
      return sums;
    };
    const auto v = direction(1.0, 0.0);
    const auto sums = sums_of(v);
    const auto gradient = conformance::gradient_of(q, sums);
    if (!conformance::same(sums_of(direction(1.0, 1e3)), sums)) {
      report.add("rows behind the last point do not count on a path", "they change the sums");
    }
    auto minus_two = conformance::gradient_of(q, sums_of(direction(-2.0, 0.0)));
    for (double& g : minus_two) g *= -0.5;
    if (!conformance::agree(minus_two, gradient, 1e-10)) {
      report.add("the path gradient is linear in v", "that of -2 v differs");
    }
    const auto theta = conformance::parameters_of(q);
    for (const std::size_t j : conformance::tried_parameters(theta.size(), options)) {
      double magnitude = 0.0;
      for (std::size_t a = 0; a < d; ++a) {
        for (std::size_t i = 0; i < n; ++i) magnitude += std::abs(v.at(i, a) * x.at(i, a));
      }
      const auto moved = [&](double by) {
        auto other = theta;
        other[j] += by;
        const auto y = conformance::draws(q.with_parameters(other), stream, n);
        double sum = 0.0;
        for (std::size_t a = 0; a < d; ++a) {
          for (std::size_t i = 0; i < n; ++i) sum += v.at(i, a) * (y.at(i, a) - x.at(i, a));
        }
        return sum;
      };
      std::string detail;
      const double rounding = magnitude + std::abs(gradient[j] * theta[j]);
      if (conformance::is_derivative(gradient[j], moved, 1.0, rounding, options.tolerance,
                                     detail)) {
        continue;
      }
      report.add("the path gradient is the derivative of the draws",
                 "entry " + std::to_string(j) + ' ' + detail);
    }
  });
  return report.take();
}

}  // namespace leibler::inline v0
