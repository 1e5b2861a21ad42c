// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

#include <leibler/engine/tape.hpp>

namespace leibler::test {

/// A formula's values and gradients at points: column j of `gradient` is d f / d x_j.
struct TapeResult {
  std::vector<double> value;
  std::vector<std::vector<double>> gradient;
};

/// f(x) on a tape, x a Reals of as many entries as there are columns.
template <class F>
TapeResult on_tape(const std::vector<std::vector<double>>& columns, F&& f) {
  const std::size_t n = columns[0].size(), d = columns.size(), lanes = engine::padded(n);
  std::vector<double> x(lanes * d), value(lanes), gradient(lanes * d);
  for (std::size_t j = 0; j < d; ++j) {
    for (std::size_t i = 0; i < lanes; ++i) x[j * lanes + i] = columns[j][std::min(i, n - 1)];
  }
  constexpr std::size_t most = engine::kernels::max_lanes;
  const engine::Tape::Lease tape;
  for (std::size_t first = 0; first < lanes; first += most) {
    tape->start(std::min(most, lanes - first), true);
    const engine::Reals inputs = tape->inputs({x.data(), lanes, d, lanes}, first);
    const engine::Real root = f(inputs);
    tape->value(root, value.data() + first);
    tape->gradient(root, inputs, gradient.data() + first, lanes);
  }
  TapeResult result;
  result.value.assign(value.begin(), value.begin() + static_cast<std::ptrdiff_t>(n));
  for (std::size_t j = 0; j < d; ++j) {
    const auto begin = gradient.begin() + static_cast<std::ptrdiff_t>(j * lanes);
    result.gradient.emplace_back(begin, begin + static_cast<std::ptrdiff_t>(n));
  }
  return result;
}

}  // namespace leibler::test
