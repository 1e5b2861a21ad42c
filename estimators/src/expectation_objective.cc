// SPDX-License-Identifier: MIT
#include <leibler/estimators/expectation_objective.hpp>

#include <algorithm>
#include <cmath>
#include <string>

#include <leibler/engine/check.hpp>
#include <leibler/engine/kernels/elementary.hpp>
#include <leibler/models/evaluate.hpp>

namespace leibler::inline v0::detail {

void check_costs(const Batch& x, const double* h) {
  if (engine::kernels::all_finite(h, x.size)) return;
  for (std::size_t i = 0; i < x.size; ++i) {
    if (std::isfinite(h[i])) continue;
    throw DomainError({"Expectation",
                       "cost",
                       {},
                       "= " + to_text(h[i]) + " at x = " + point_text(x, i),
                       "must be finite where the model has mass",
                       "look for a logarithm of 0, a pole or an overflow"});
  }
}

void check_cost_gradient(const Batch& x, const Batch& gradient) {
  for (std::size_t j = 0; j < gradient.dimension; ++j) {
    const double* const g = gradient.data + j * gradient.stride;
    if (engine::kernels::all_finite(g, x.size)) continue;
    for (std::size_t i = 0; i < x.size; ++i) {
      if (std::isfinite(g[i])) continue;
      throw DomainError({"Expectation",
                         "gradient",
                         {j},
                         "= " + to_text(g[i]) + " at x = " + point_text(x, i),
                         "must be finite where the model has mass",
                         "look for a pole or a kink, sqrt or abs at 0"});
    }
  }
}

}  // namespace leibler::inline v0::detail
