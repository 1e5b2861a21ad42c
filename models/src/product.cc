// SPDX-License-Identifier: MIT
#include <leibler/models/product.hpp>

#include <cmath>
#include <limits>

namespace leibler::inline v0::detail {

void add_log_densities(const double* b, double* sum, std::size_t n) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < n; ++i) {
    const bool is_zero =
        (sum[i] == -infinity && !std::isnan(b[i])) || (b[i] == -infinity && !std::isnan(sum[i]));
    sum[i] = is_zero ? -infinity : sum[i] + b[i];
  }
}

}  // namespace leibler::inline v0::detail
