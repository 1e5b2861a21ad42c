// SPDX-License-Identifier: MIT
#include <leibler/estimators/dependent_draws.hpp>

#include <algorithm>

#include <leibler/engine/check.hpp>

namespace leibler::inline v0::detail {

void refuse_comparison(const char* where, const std::string& inner) {
  throw InvalidArgument({where,
                         "estimator",
                         {},
                         "= " + inner + " compares a draw with others",
                         "must not, because they depend on each other and it would be biased",
                         "use ScoreFunction{} or Baseline::moving_average inside"});
}

void add_group_means(const double* h, std::size_t n, std::size_t group, engine::Moments& value) {
  for (std::size_t begin = 0; begin < n; begin += group) {
    engine::Moments of_group;
    of_group.add(h + begin, std::min(group, n - begin));
    const double mean = of_group.mean();
    value.add(&mean, 1);
  }
}

}  // namespace leibler::inline v0::detail
