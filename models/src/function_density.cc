// SPDX-License-Identifier: MIT
#include <leibler/models/function_density.hpp>

#include <algorithm>
#include <cmath>
#include <ostream>
#include <string>
#include <vector>

namespace leibler::inline v0 {

namespace detail {

namespace {

bool is_finite_point(const Batch& x, std::size_t i) {
  for (std::size_t j = 0; j < x.dimension; ++j) {
    if (!std::isfinite(x.data[j * x.stride + i])) return false;
  }
  return true;
}

}  // namespace

std::size_t checked_dimension(std::size_t dimension) {
  check::at_least("density", "dimension", static_cast<std::int64_t>(dimension), 1,
                  "give the number of coordinates of a point");
  return dimension;
}

void check_user_density(const Batch& x, const double* log_density, const Batch& gradient) {
  for (std::size_t i = 0; i < x.size; ++i) {
    const double value = log_density[i];
    const auto where = [&] { return point_text(x, i); };
    if (!(value < HUGE_VAL) && is_finite_point(x, i)) {
      throw DomainError({"density",
                         "log density",
                         {},
                         "= " + to_text(value) + " at x = " + where(),
                         "it must be below inf and not NaN at every finite point",
                         "return -inf outside the support; where() takes the place of if"});
    }
    if (!std::isfinite(value)) continue;
    for (std::size_t j = 0; j < gradient.dimension; ++j) {
      const double slope = gradient.data[j * gradient.stride + i];
      if (std::isfinite(slope)) continue;
      throw DomainError({"density",
                         "gradient",
                         {j},
                         "= " + to_text(slope) + " at x = " + where(),
                         "it must be finite where the density is not 0",
                         "look for a pole or a kink, sqrt or abs at 0"});
    }
  }
}

namespace {

// Differences of f around 0 with step h, f given at -2h, -h, h, 2h.
double five_points(const double* f, double h) {
  return (8.0 * (f[2] - f[1]) - (f[3] - f[0])) / (12.0 * h);
}

}  // namespace

GradientCheck compare_with_differences(const AnyDensity& p, const MatrixView& x,
                                       const double* gradient, double tolerance) {
  constexpr auto name = "verify_gradient";
  constexpr double steps[] = {1e-2, 1e-3, 1e-4};
  constexpr double places[] = {-2.0, -1.0, 1.0, 2.0};
  constexpr std::size_t per_coordinate = std::size(steps) * std::size(places);
  check::at_least(name, "x.rows()", static_cast<std::int64_t>(x.rows), 1, "give a point");
  check::finite(name, "x", x.data, x.rows, x.columns, x.rows, "gradients are compared at points");
  check::positive(name, "tolerance", tolerance);
  GradientCheck worst{true, 0.0, 0, 0, 0.0, 0.0};
  std::vector<double> at_point(x.rows), moved(per_coordinate * x.columns), log_p(per_coordinate);
  p.log_density(p.self, x, at_point.data());
  bool found = false;
  for (std::size_t i = 0; i < x.rows; ++i) {
    if (!std::isfinite(at_point[i])) continue;
    for (std::size_t j = 0; j < x.columns; ++j) {
      const double center = x.data[j * x.rows + i], scale = std::max(std::abs(center), 1.0);
      for (std::size_t k = 0; k < per_coordinate; ++k) {
        for (std::size_t c = 0; c < x.columns; ++c) {
          moved[c * per_coordinate + k] = x.data[c * x.rows + i];
        }
        moved[j * per_coordinate + k] = center + places[k % 4] * steps[k / 4] * scale;
      }
      p.log_density(p.self, {moved.data(), per_coordinate, x.columns}, log_p.data());
      const double analytic = gradient[j * x.rows + i];
      double error = HUGE_VAL, numeric = 0.0;
      for (std::size_t s = 0; s < std::size(steps); ++s) {
        const double slope = five_points(log_p.data() + 4 * s, steps[s] * scale);
        const double e = std::abs(analytic - slope) / (1.0 + std::abs(slope));
        if (std::isfinite(slope) && !(e >= error)) error = e, numeric = slope;
      }
      if (error == HUGE_VAL && std::isfinite(analytic)) continue;  // at an edge of the support
      if (found && !(error > worst.largest_error)) continue;
      found = true;
      worst = {error <= tolerance, error, i, j, analytic, numeric};
    }
  }
  if (!found) {
    throw DomainError({name,
                       "x",
                       {},
                       "has no point where the log density is finite",
                       "a gradient is compared where the density is not 0",
                       "give points inside the support"});
  }
  return worst;
}

}  // namespace detail

std::ostream& operator<<(std::ostream& out, const GradientCheck& check) {
  return out << "gradient " << (check.passed ? "agrees with" : "differs from")
             << " differences: at x[" + std::to_string(check.point) + "] its entry "
             << std::to_string(check.coordinate) + " is " + to_text(check.analytic) +
                    ", differences say " + to_text(check.numeric) + " (error " +
                    to_short_text(check.largest_error) + ")";
}

}  // namespace leibler::inline v0
