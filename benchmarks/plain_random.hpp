// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

#include <boost/random/normal_distribution.hpp>
#include <boost/random/uniform_01.hpp>

// What a plain C++ program draws its numbers with: Boost's ziggurat [1], the fastest scalar normal
// generator that a distribution ships.
//
// [1] G. Marsaglia and W. Tsang. The ziggurat method for generating random variables. 2000.
namespace leibler::benchmarks::plain {

template <class Engine>
class Random {
 public:
  explicit Random(unsigned seed) : engine_(seed) {}

  [[nodiscard]] double normal() { return normal_(engine_); }
  [[nodiscard]] double uniform() { return uniform_(engine_); }

  void fill_normals(double* out, std::size_t n) {
    for (std::size_t i = 0; i < n; ++i) out[i] = normal();
  }

 private:
  Engine engine_;
  boost::random::normal_distribution<double> normal_;
  boost::random::uniform_01<double> uniform_;
};

}  // namespace leibler::benchmarks::plain
