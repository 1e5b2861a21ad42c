// SPDX-License-Identifier: MIT
#pragma once

#include <map>

#include <leibler/models/conformance/differences.hpp>
#include <leibler/models/conformance/parametric.hpp>

namespace leibler::inline v0 {

namespace conformance {

/// v^T dx / d theta, added up over the rows.
template <Reparameterized Q>
std::vector<double> path_sums(const Q& q, const TestBatch& x, const TestBatch& v) {
  Workspace& workspace = Workspace::of_thread();
  const Workspace::Frame frame(workspace);
  std::vector<double> sums(q.gradient_sums_size());
  const auto at = q.evaluate(x.view(), workspace);
  q.add_path_sums(at, v.view(), sums.data(), workspace);
  return sums;
}
template <Reparameterized Q>
std::vector<double> path_gradient(const Q& q, const TestBatch& x, const TestBatch& v) {
  return gradient_of(q, path_sums(q, x, v));
}

/// The path is that of the draws of one stream as the parameters move.
template <Reparameterized Q>
void check_path_of_draws(const Q& q, const TestBatch& x, const TestBatch& v,
                         const std::vector<double>& gradient, const Stream& stream,
                         const ConformanceOptions& options, Report& report) {
  const std::size_t n = x.size(), d = q.dimension();
  const auto theta = parameters_of(q);
  double magnitude = 0.0;
  for (std::size_t a = 0; a < d; ++a) {
    for (std::size_t i = 0; i < n; ++i) magnitude += std::abs(v.at(i, a) * x.at(i, a));
  }
  for (const std::size_t j : tried_parameters(theta.size(), options)) {
    const auto moved = [&](double by) {
      auto other = theta;
      other[j] += by;
      const auto y = draws(q.with_parameters(other), stream, n);
      double sum = 0.0;
      for (std::size_t a = 0; a < d; ++a) {
        for (std::size_t i = 0; i < n; ++i) sum += v.at(i, a) * (y.at(i, a) - x.at(i, a));
      }
      return sum;
    };
    std::string detail;
    const double rounding = magnitude + std::abs(gradient[j] * theta[j]);
    if (is_derivative(gradient[j], moved, 1.0, rounding, options.tolerance, detail)) continue;
    report.add("the path gradient is the derivative of the draws",
               "entry " + std::to_string(j) + ' ' + detail);
  }
}

/// At one point, with g_j = dx / d theta_j: d log q / d theta_j + g_j^T d log q / dx + div g_j = 0.
/// The divergence by differences, with steps of the scale on which log q changes.
template <Reparameterized Q>
class Flow {
 public:
  /// @param most_scale  of a step, one number a coordinate
  Flow(const Q& q, const TestBatch& x, std::vector<double> most_scale)
      : q_(q), x_(x), scale_(std::move(most_scale)) {
    Workspace& workspace = Workspace::of_thread();
    const Workspace::Frame frame(workspace);
    const auto at = q.evaluate(x.view(), workspace);
    std::vector<double> sums(q.gradient_sums_size());
    q.add_gradient_sums(at, nullptr, sums.data(), workspace);
    score_ = gradient_of(q, sums);
    TestBatch v(1, q.dimension());
    q.point_gradient(at, v.view(), workspace);
    v.repeat_last_row();
    for (std::size_t l = 0; l < q.dimension(); ++l) {
      scale_[l] = std::min(scale_[l], 1.0 / std::abs(v.at(0, l)));
    }
    along_ = path_gradient(q, x, v);
    for (std::size_t j = 0; j < score_.size(); ++j) {
      terms_ = std::max(terms_, std::abs(score_[j]) + std::abs(along_[j]));
    }
    for (std::size_t i = 0; i < q.dimension(); ++i) {
      for (std::size_t l = 0; l < q.dimension(); ++l) v.at(0, l) = l == i ? 1.0 / scale_[i] : 0.0;
      v.repeat_last_row();
      for (const double g : path_gradient(q, x, v)) magnitude_ = std::max(magnitude_, std::abs(g));
    }
    magnitude_ += terms_;
  }

  /// Whether rounding leaves anything of the largest entry.
  [[nodiscard]] bool is_legible() const { return magnitude_ < 1e4 * terms_; }
  [[nodiscard]] double divergence(std::size_t j) const { return -(score_[j] + along_[j]); }
  /// Of what is added up for any entry: one may be what is left of others.
  [[nodiscard]] double magnitude() const { return magnitude_; }
  /// Its derivative by `step` is the divergence; NaN where a step leaves the support.
  double moved(std::size_t j, double step) {
    auto& values = values_[step];
    if (values.empty()) values = at_step(step);
    return values[j];
  }

 private:
  // Row i of a batch has coordinate i moved: the sums add the rows up.
  std::vector<double> at_step(double step) const {
    const std::size_t d = q_.dimension();
    TestBatch y(d, d), v(d, d);
    for (std::size_t i = 0; i < d; ++i) {
      for (std::size_t l = 0; l < d; ++l) {
        y.at(i, l) = x_.at(0, l);
        v.at(i, l) = 0.0;
      }
      y.at(i, i) += step * scale_[i];
      v.at(i, i) = 1.0 / scale_[i];
    }
    y.repeat_last_row();
    v.fill_padding(0.0);
    for (const double value : log_density(q_, y)) {
      if (!std::isfinite(value)) return std::vector<double>(score_.size(), value - value);
    }
    return path_gradient(q_, y, v);
  }

  const Q& q_;
  const TestBatch& x_;
  std::vector<double> scale_, score_, along_;
  double terms_ = 0.0, magnitude_ = 0.0;
  std::map<double, std::vector<double>> values_;
};

/// The path carries the distribution along, at some draws.
template <Reparameterized Q>
void check_flow(const Q& q, const TestBatch& x, const ConformanceOptions& options, Report& report) {
  const std::size_t d = q.dimension();
  const std::size_t tried_draws = std::min(x.size(), std::max<std::size_t>(128 / (d + 7), 2));
  for (std::size_t i = 0; i < tried_draws; ++i) {
    const TestBatch point = x.rows(i, 1);
    std::vector<double> scale(d);  // the way to the next draw
    for (std::size_t l = 0; l < d; ++l) {
      scale[l] = std::max(std::abs(x.at((i + 1) % x.size(), l) - x.at(i, l)), 1e-300);
    }
    Flow<Q> flow(q, point, std::move(scale));
    if (!flow.is_legible()) continue;
    for (const std::size_t j : tried_parameters(q.parameter_count(), options)) {
      Comparison comparison(flow.divergence(j), flow.magnitude(), options.tolerance);
      const auto moved = [&](double step) { return flow.moved(j, step); };
      if (comparison.agrees(moved, 1.0) || !comparison.is_tried()) continue;
      report.add("an implicit path carries the distribution along",
                 "draw " + std::to_string(i) + ", entry " + std::to_string(j) +
                     ": the divergence of the path " + comparison.detail());
    }
  }
}

}  // namespace conformance

/// What Reparameterized promises: path sums give sum_i v_i^T dx_i / d theta, where x is what sample
/// draws from one stream as the parameters move or, where the path is implicit, what carries the
/// distribution along; on a surface that is not tried.
template <Reparameterized Q>
[[nodiscard]] Violations check_reparameterized(const Q& q, const ConformanceOptions& options = {}) {
  conformance::Report report;
  conformance::guarded(report, "a path gradient", q, [&] {
    const Stream stream{options.seed, Purpose::sample};
    const std::size_t n = 67, d = q.dimension();
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
    const auto v = direction(1.0, 0.0);
    const auto sums = conformance::path_sums(q, x, v);
    const auto gradient = conformance::gradient_of(q, sums);
    if (!conformance::same(conformance::path_sums(q, x, direction(1.0, 1e3)), sums)) {
      report.add("rows behind the last point do not count on a path", "they change the sums");
    }
    auto minus_two = conformance::path_gradient(q, x, direction(-2.0, 0.0));
    for (double& g : minus_two) g *= -0.5;
    if (!conformance::agree(minus_two, gradient, 1e-10)) {
      report.add("the path gradient is linear in v", "that of -2 v differs");
    }
    if constexpr (!implicit_path<Q>) {
      conformance::check_path_of_draws(q, x, v, gradient, stream, options, report);
    } else if constexpr (!is_on_surface<Q>) {
      conformance::check_flow(q, x, options, report);
    }
  });
  return report.take();
}

}  // namespace leibler::inline v0
