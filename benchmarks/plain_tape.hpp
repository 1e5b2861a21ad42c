// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

// The plainest fast reverse-mode differentiation: one number at a time, two operands a node, memory
// kept from one evaluation to the next.
namespace leibler::benchmarks::plain {

struct TapeNode {
  double value, adjoint;
  std::size_t a, b;
  double by_a, by_b;
};

inline std::vector<TapeNode>& tape() {
  static std::vector<TapeNode> nodes;
  return nodes;
}

struct Number {
  std::size_t index;
};

inline Number make(double value, std::size_t a = 0, double by_a = 0.0, std::size_t b = 0,
                   double by_b = 0.0) {
  tape().push_back({value, 0.0, a, b, by_a, by_b});
  return {tape().size() - 1};
}
inline double value(Number x) {
  return tape()[x.index].value;
}

inline Number operator+(Number x, Number y) {
  return make(value(x) + value(y), x.index, 1.0, y.index, 1.0);
}
inline Number operator-(Number x, Number y) {
  return make(value(x) - value(y), x.index, 1.0, y.index, -1.0);
}
inline Number operator*(Number x, Number y) {
  return make(value(x) * value(y), x.index, value(y), y.index, value(x));
}
inline Number operator*(double c, Number x) {
  return make(c * value(x), x.index, c);
}
inline Number softplus(Number x) {
  const double v = value(x), e = std::exp(-std::abs(v)), d = 1.0 + e;
  return make((v > 0.0 ? v : 0.0) + std::log1p(e), x.index, v >= 0.0 ? 1.0 / d : e / d);
}

/// f(x) and its gradient; f takes a vector of Numbers.
template <class F>
double gradient(const F& f, std::span<const double> x, std::span<double> out) {
  auto& nodes = tape();
  nodes.clear();
  (void)make(0.0);
  std::vector<Number> at;
  for (const double v : x) at.push_back(make(v));
  const Number root = f(at);
  nodes[root.index].adjoint = 1.0;
  for (std::size_t i = nodes.size() - 1; i > x.size(); --i) {
    const TapeNode& n = nodes[i];
    nodes[n.a].adjoint += n.adjoint * n.by_a;
    nodes[n.b].adjoint += n.adjoint * n.by_b;
  }
  for (std::size_t j = 0; j < x.size(); ++j) out[j] = nodes[1 + j].adjoint;
  return nodes[root.index].value;
}

}  // namespace leibler::benchmarks::plain
