// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

// Ordinary arguments of every family of one variable.
namespace leibler::test {

struct UnivariateCase {
  const char* family;
  std::vector<double> a;
};

[[nodiscard]] inline const std::vector<UnivariateCase>& univariate_cases() {
  static const std::vector<UnivariateCase> all{
      {"Normal", {0, 1}},        {"Normal", {-3, 0.2}},
      {"LogNormal", {0.3, 0.5}}, {"HalfNormal", {2.5}},
      {"StudentT", {5, 1, 2}},   {"StudentT", {2.5, -4, 0.3}},
      {"Cauchy", {-1, 2}},       {"HalfCauchy", {5}},
      {"Laplace", {1, 3}},       {"Logistic", {-4, 0.5}},
      {"Gumbel", {2, 0.7}},      {"Uniform", {-3, 5}},
      {"VonMises", {0.5, 2}},    {"VonMises", {-3, 40}},
      {"Exponential", {0.4}},    {"Gamma", {2.5, 3}},
      {"Gamma", {0.6, 0.01}},    {"InverseGamma", {6, 2}},
      {"Beta", {2, 3}},          {"Beta", {0.7, 0.4}},
      {"Weibull", {1.7, 4}},     {"Weibull", {0.8, 0.1}},
      {"Pareto", {2, 6}},        {"Bernoulli", {0.3}},
      {"BernoulliLogit", {1.2}}, {"Binomial", {20, 0.4}},
      {"Geometric", {0.2}},      {"NegativeBinomial", {4, 0.3}},
      {"Poisson", {6.5}},        {"Poisson", {200}}};
  return all;
}

/// "Gamma 2.5 3".
[[nodiscard]] inline std::string describe(const UnivariateCase& c) {
  std::string text = c.family;
  for (const double v : c.a) text += ' ' + std::to_string(v);
  return text;
}

}  // namespace leibler::test
