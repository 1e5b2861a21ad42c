// SPDX-License-Identifier: MIT
#include <iostream>

#include <leibler/leibler.hpp>

int main() {
  using namespace leibler;
  const GaussianMixture target(Vector{{0.6, 0.4}}, Points{{0, 0}, {6, 2}},
                               {Matrix{{1, 0}, {0, 1}}, Matrix{{1, 0.5}, {0.5, 1}}});
  const Adam adam{.learning_rate = cosine_decay(0.05)};
  const FitOptions options{.steps = 2000, .samples = 500, .seed = {1}};

  // One Gaussian for two modes: forward KL covers both, reverse KL takes one.
  const auto covering = fit(Gaussian::standard(2), ForwardKl(target), adam, options);
  const auto seeking = fit(Gaussian::standard(2), ReverseKl(target), Pathwise{}, adam, options);

  std::cout << covering.model << '\n'
            << assess(target, covering.model, {.seed = {2}}) << "\n\n"
            << seeking.model << '\n'
            << assess(target, seeking.model, {.seed = {2}}) << '\n';
}
