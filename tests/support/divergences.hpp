// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>
#include <cstddef>

#include <leibler/estimators/divergence_estimate.hpp>
#include <leibler/models/categorical.hpp>

namespace leibler::test {

inline Categorical probabilities(const Vector& p) {
  return Categorical::from_probabilities(p);
}

template <class D, class P, class Q>
Estimate by(Method method, const D& d, const P& p, const Q& q, std::size_t samples = 200'000) {
  return divergence(d, p, q, {.method = method, .samples = samples, .seed = {7}});
}

/// Calls f with every divergence that has a finite value between common distributions.
template <class F>
void for_all(const F& f) {
  f(Kl{});
  f(Jeffreys{});
  f(JensenShannon{});
  f(JensenShannon{0.3, 0.6});
  f(TotalVariation{});
  f(ChiSquared{});
  f(ReverseChiSquared{});
  f(SquaredHellinger{});
  f(Bhattacharyya{});
  f(Alpha{0.4});
  f(Alpha{1.3});
  f(Renyi{0.0});
  f(Renyi{0.6});
  f(Renyi{1.0});
  f(Renyi{1.4});
  f(LeCam{});
  f(FDivergence([](double t) { return (t - 1) * (t - 1); }));
}

}  // namespace leibler::test
