// SPDX-License-Identifier: MIT
#pragma once

#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include <leibler/models/closed_form.hpp>

#include "reference_rows.hpp"
#include "univariate_families.hpp"

// Pairs of families by their names, for tests that go over all of them.
namespace leibler::test {

/// A line of closed_forms_values.txt.
struct Row {
  std::string divergence, p, of_p, q, of_q, exact, terms;
};

inline std::vector<Row> rows() {
  std::ifstream file(LEIBLER_SOURCE_DIR "/tests/models/closed_forms_values.txt");
  std::vector<Row> out;
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line[0] == '#') continue;
    Row row;
    std::istringstream(line) >> row.divergence >> row.p >> row.of_p >> row.q >> row.of_q >>
        row.exact >> row.terms;
    out.push_back(row);
  }
  return out;
}

/// A family by its name: the pairs of all of them as types would be 500.
inline detail::PlainFamily plain(const std::string& name, const std::vector<double>& a) {
  const detail::Family* family = nullptr;
  for_family(name, [&]<class F>() { family = &F::family(); });
  BOOST_TEST_REQUIRE((family != nullptr && family->count == a.size()), name);
  return {family, a.data()};
}

inline std::optional<double> by_name(const std::string& name, const detail::RenyiPair& pair) {
  const auto colon = name.find(':');
  const std::string what = name.substr(0, colon);
  const double order =
      colon == std::string::npos ? 0.0 : std::strtod(name.c_str() + colon + 1, nullptr);
  if (what == "Kl") return detail::by_powers(Kl{}, pair);
  if (what == "Jeffreys") return detail::by_powers(Jeffreys{}, pair);
  if (what == "Alpha") return detail::by_powers(Alpha{order}, pair);
  if (what == "Renyi") return detail::by_powers(Renyi{order}, pair);
  if (what == "ChiSquared") return detail::by_powers(ChiSquared{}, pair);
  if (what == "ReverseChiSquared") return detail::by_powers(ReverseChiSquared{}, pair);
  if (what == "SquaredHellinger") return detail::by_powers(SquaredHellinger{}, pair);
  if (what == "Bhattacharyya") return detail::by_powers(Bhattacharyya{}, pair);
  BOOST_FAIL(what);
  return std::nullopt;
}

inline std::optional<double> by_name(const std::string& name, const detail::PlainFamily& p,
                                     const detail::PlainFamily& q) {
  using detail::PlainFamily;
  return by_name(name, {&p, &q,
                        [](const Powers& o, const void* x, const void* y) {
                          return detail::scaled_renyi(o, *static_cast<const PlainFamily*>(x),
                                                      *static_cast<const PlainFamily*>(y));
                        },
                        [](const void* x, const void* y) {
                          return detail::log_shared(*static_cast<const PlainFamily*>(x),
                                                    *static_cast<const PlainFamily*>(y));
                        }});
}

/// Families and arguments, ordinary and extreme ones.
inline const std::vector<std::pair<std::string, std::string>> distributions{
    {"Normal", "0,1"},
    {"Normal", "1e300,1e-300"},
    {"LogNormal", "0,1"},
    {"LogNormal", "700,30"},
    {"HalfNormal", "2"},
    {"HalfNormal", "1e-300"},
    {"StudentT", "3,0,1"},
    {"StudentT", "1,0,2"},
    {"Cauchy", "0,1"},
    {"Cauchy", "1e300,1e-300"},
    {"HalfCauchy", "2"},
    {"HalfCauchy", "1e300"},
    {"Laplace", "0,1"},
    {"Laplace", "-1e300,1e-300"},
    {"Logistic", "0,1"},
    {"Gumbel", "0,1"},
    {"Gumbel", "1e300,1e-300"},
    {"Uniform", "0,1"},
    {"Uniform", "-1e308,1e308"},
    {"Uniform", "0.25,3"},
    {"VonMises", "1,2"},
    {"VonMises", "3,1e8"},
    {"VonMises", "0,1e-300"},
    {"Exponential", "1"},
    {"Exponential", "1e300"},
    {"Exponential", "1e-300"},
    {"Gamma", "2,1"},
    {"Gamma", "1e-8,1e300"},
    {"Gamma", "1e8,1e-300"},
    {"InverseGamma", "2,1"},
    {"InverseGamma", "1e-8,1e300"},
    {"Beta", "2,3"},
    {"Beta", "1e-8,1e8"},
    {"Weibull", "2,1"},
    {"Weibull", "1e-8,1e300"},
    {"Weibull", "1e8,1e-300"},
    {"Pareto", "1,2"},
    {"Pareto", "1e300,1e-8"},
    {"Bernoulli", "0.3"},
    {"Bernoulli", "0"},
    {"Bernoulli", "1"},
    {"Bernoulli", "1e-300"},
    {"BernoulliLogit", "-800"},
    {"BernoulliLogit", "2"},
    {"Binomial", "7,0.3"},
    {"Binomial", "0,0.3"},
    {"Binomial", "1e15,0"},
    {"Binomial", "1,0.3"},
    {"Geometric", "0.3"},
    {"Geometric", "1"},
    {"Geometric", "1e-300"},
    {"NegativeBinomial", "2.5,0.3"},
    {"NegativeBinomial", "1,1"},
    {"NegativeBinomial", "1e-8,1e-300"},
    {"Poisson", "3"},
    {"Poisson", "1e-300"},
    {"Poisson", "1e15"}};

inline constexpr double orders[]{-30.0, -1.0, -0.5, -1e-9, 0.0, 1e-300, 1e-9, 0.3,
                                 0.5,   0.7,  1.0,  1.5,   2.0, 3.0,    30.0, 1e9};

template <class F>
void for_pairs(const F& f) {
  for (const auto& [p, of_p] : distributions) {
    for (const auto& [q, of_q] : distributions) {
      const std::vector<double> a = numbers(of_p), b = numbers(of_q);
      const auto first = plain(p, a), second = plain(q, b);
      if (first.family->is_discrete != second.family->is_discrete) continue;
      BOOST_TEST_CONTEXT(p << '(' << of_p << ") " << q << '(' << of_q << ')') {
        f(first, second);
      }
    }
  }
}

}  // namespace leibler::test
