// SPDX-License-Identifier: MIT
#include <leibler/leibler.hpp>

int main() {
  using namespace leibler;
  const auto p = Gaussian::standard(2);
  const auto kl = estimate_kl(p, p, {.samples = 1000, .seed = {1}});
  return kl.value == 0.0 ? 0 : 1;
}
