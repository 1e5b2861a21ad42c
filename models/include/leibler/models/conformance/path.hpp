// SPDX-License-Identifier: MIT
#pragma once

#include <leibler/models/conformance/parametric.hpp>

namespace leibler::inline v0 {

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
