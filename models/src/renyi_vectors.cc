// SPDX-License-Identifier: MIT
#include <cmath>
#include <cstddef>
#include <vector>

#include <leibler/engine/functions.hpp>
#include <leibler/models/lkj_cholesky.hpp>
#include <leibler/models/wishart.hpp>

#include "renyi_gaps.hpp"
#include "univariate/log_ratio.hpp"

namespace leibler::inline v0::detail {

double renyi_of_lkj(const Powers& o, std::size_t dimension, double shape_p, double shape_q) {
  const double distance = shape_p - shape_q;
  if (distance == 0.0) return 0.0;
  if (!(o.a * shape_p + o.b * shape_q > 0.0)) return HUGE_VAL;
  const auto at = [&](const LinePoint& t) { return t.p * shape_p + t.q * shape_q; };
  return gap_of_root(
      o,
      [&](const LinePoint& t) {
        // log Gamma(b) - log Gamma(b + i / 2), row i
        double sum = 0.0;
        for (std::size_t i = 1; i < dimension; ++i) {
          const double b = at(t) + 0.5 * static_cast<double>(dimension - 1 - i);
          sum += trigamma_fall(b, 0.5 * static_cast<double>(i));
        }
        return distance * engine::sqrt(sum);
      },
      [&](const LinePoint& s, const LinePoint& t) { return beyond_three(at(s), at(t)); });
}

double renyi_of_wisharts(const Powers& o, std::size_t rows, const double* p, const double* q) {
  const double distance = 0.5 * (p[0] - q[0]), d = static_cast<double>(rows);
  // half of the degrees of freedom less what the last row takes
  const auto least = [&](const LinePoint& t) {
    return 0.5 * (t.p * (p[0] - (d - 1.0)) + t.q * (q[0] - (d - 1.0)));
  };
  if (!(least({o.a, o.b}) > 0.0)) return HUGE_VAL;
  const std::vector<double> origin(rows);
  const std::vector<double> log_scales = relative_log_variances(
      {rows, origin.data(), p + 1, false}, {rows, origin.data(), q + 1, false});
  double sum = 0.0;
  for (const double x : log_scales) {
    sum += gamma_means_gap(o, 0.5 * p[0], 0.5 * q[0], x, log_ratio(p[0], q[0]) + x);
  }
  if (distance == 0.0 || sum == HUGE_VAL) return sum;
  return sum + gap_of_root(
                   o,
                   [&](const LinePoint& t) {
                     // sum_j log Gamma(x - j / 2) - x log x + x
                     const double z = least(t), half = z + 0.5 * (d - 1.0);
                     double curvature = 0.0;
                     for (std::size_t j = 0; j < rows; ++j) {
                       const double of_row = 0.5 * static_cast<double>(j);
                       const double x = z + 0.5 * static_cast<double>(rows - 1 - j);
                       const double share = distance / x;
                       curvature += share * (share * trigamma_rest(x) + distance / half * of_row);
                     }
                     return engine::sqrt(curvature);
                   },
                   [&](const LinePoint& s, const LinePoint& t) {
                     return beyond_three(least(s), least(t));
                   });
}

}  // namespace leibler::inline v0::detail
