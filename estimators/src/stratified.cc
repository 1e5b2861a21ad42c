// SPDX-License-Identifier: MIT
#include <leibler/estimators/stratified.hpp>

#include <algorithm>
#include <cstdint>

#include <leibler/engine/check.hpp>

namespace leibler::inline v0 {

namespace detail {

void allocate_strata(std::span<const double> weights, std::size_t n, std::size_t* counts) {
  // one each, the rest by weight: what whole numbers leave over goes to those that lack most
  const std::size_t strata = weights.size();
  const auto free = static_cast<double>(n - strata);
  const auto lacks = [&](std::size_t k) {
    return weights[k] * free - static_cast<double>(counts[k] - 1);
  };
  std::size_t given = strata;
  for (std::size_t k = 0; k < strata; ++k) {
    counts[k] = 1 + static_cast<std::size_t>(weights[k] * free);
    given += counts[k] - 1;
  }
  for (; given < n; ++given) {
    std::size_t most = 0;
    for (std::size_t k = 1; k < strata; ++k) {
      if (lacks(k) > lacks(most)) most = k;
    }
    ++counts[most];
  }
  for (; given > n; --given) {  // weights that add up to more than 1 by rounding
    *std::max_element(counts, counts + strata) -= 1;
  }
}

void fill_shares(std::span<const double> weights, const std::size_t* counts, std::size_t n,
                 double* share) {
  for (std::size_t k = 0; k < weights.size(); ++k) {
    const double each = weights[k] * (static_cast<double>(n) / static_cast<double>(counts[k]));
    share = std::fill_n(share, counts[k], each);
  }
}

}  // namespace detail

void Stratified::check_draws(std::size_t least, std::size_t samples, std::size_t components) {
  if (least >= components) return;
  throw InvalidArgument(
      {"Stratified",
       "options.samples",
       {},
       "= " + std::to_string(samples) + " gives a chunk " + std::to_string(least) + " draws",
       "must give every chunk a draw of each of the " + std::to_string(components) + " components",
       "take more samples, fewer components or ScoreFunction"});
}

}  // namespace leibler::inline v0
