// SPDX-License-Identifier: MIT
#include <iostream>

#include <leibler/leibler.hpp>

int main() {
  using namespace leibler;

  const GaussianMixture target(Vector{{0.4, 0.6}}, Points{{0, 0}, {3, 1}},
                               {Matrix{{1, 0}, {0, 1}}, Matrix{{1, 0.5}, {0.5, 1}}});
  const auto start = GaussianMixture::random(2, target.dimension(), Seed{42});

  const auto fitted =
      fit(start, ReverseKl(target), ScoreFunction{.baseline = Baseline::leave_one_out},
          Adam{.learning_rate = cosine_decay(0.05)}, {.steps = 2000, .samples = 500, .seed = {1}});

  std::cout << assess(target, fitted.model, {.samples = 100'000, .seed = {2}}) << '\n'
            << fitted.model << '\n';
}
