// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE models_gaussian_mixture_path_long
#include <boost/test/unit_test.hpp>

#include "mixture_paths.hpp"

using namespace leibler;
using namespace leibler::test;

// 10^8 draws of each.
BOOST_AUTO_TEST_CASE(gradients_are_unbiased_at_full_size) {
  const std::vector<GaussianMixture> models{
      {Vector{{0.2, 0.5, 0.3}},
       Points{{-1}, {0.5}, {1}},
       {Matrix{{1}}, Matrix{{0.01}}, Matrix{{0.3}}}},
      // beside each other, a hundred times as long as wide
      {Vector{{0.4, 0.6}},
       Points{{0, 0}, {0.5, 0.51}},
       {correlated(1, 1, 0.9999), correlated(0.7, 0.7, 0.9998)}},
      {Vector{{0.5, 0.5}},
       Points{{0, 0, 0.2}, {0.3, -0.2, 0}},
       {Matrix{{1, 0.9, 0.1}, {0.9, 1, 0.2}, {0.1, 0.2, 0.5}}, 0.3 * Matrix::Identity(3, 3)}}};
  for (const GaussianMixture& q : models) check_unbiased(q, costs[1], 100'000'000 / 512 + 1);
}
