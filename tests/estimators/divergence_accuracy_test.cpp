// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE estimators_divergence_accuracy
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include <leibler/estimators/divergence_estimate.hpp>
#include <leibler/models/categorical.hpp>
#include <leibler/models/gaussian_mixture.hpp>
#include <leibler/models/univariate/bernoulli.hpp>
#include <leibler/models/univariate/beta.hpp>
#include <leibler/models/univariate/binomial.hpp>
#include <leibler/models/univariate/cauchy.hpp>
#include <leibler/models/univariate/gamma.hpp>
#include <leibler/models/univariate/geometric.hpp>
#include <leibler/models/univariate/laplace.hpp>
#include <leibler/models/univariate/normal.hpp>
#include <leibler/models/univariate/poisson.hpp>
#include <leibler/models/univariate/student_t.hpp>
#include <leibler/models/univariate/von_mises.hpp>
#include <leibler/models/univariate/weibull.hpp>

#include "reference_rows.hpp"

using namespace leibler;

// divergence_reference_values.txt has exact numbers, made by divergence_reference.py.

namespace {

/// "Name(arguments)".
struct Call {
  std::string name;
  std::vector<std::string> arguments;

  explicit Call(const std::string& text) : name(text.substr(0, text.find('('))) {
    if (name == text) return;
    int depth = 0;
    arguments.emplace_back();
    for (std::size_t i = name.size() + 1; i + 1 < text.size(); ++i) {
      depth += text[i] == '(' ? 1 : text[i] == ')' ? -1 : 0;
      if (text[i] == ',' && depth == 0) {
        arguments.emplace_back();
      } else {
        arguments.back() += text[i];
      }
    }
  }
  [[nodiscard]] double operator[](std::size_t k) const {
    return std::strtod(arguments[k].c_str(), nullptr);
  }
};

template <class P>
P make(const Call& call) {
  if constexpr (std::is_same_v<P, Categorical>) {
    Vector p(static_cast<Index>(call.arguments.size()));
    for (std::size_t k = 0; k < call.arguments.size(); ++k) p[static_cast<Index>(k)] = call[k];
    return Categorical::from_probabilities(p);
  } else if constexpr (std::is_same_v<P, GaussianMixture>) {
    const auto n = static_cast<Index>(call.arguments.size() / 2);
    Vector weights(n);
    Points means(n, 1);
    std::vector<Matrix> covariances;
    for (Index k = 0; k < n; ++k) {
      const Call part(call.arguments[static_cast<std::size_t>(2 * k + 1)]);
      weights[k] = call[static_cast<std::size_t>(2 * k)];
      means(k, 0) = part[0];
      covariances.push_back(Matrix::Constant(1, 1, part[1] * part[1]));
    }
    return {weights, means, covariances};
  } else if constexpr (requires(double a) { P(a, a, a); }) {
    return P(call[0], call[1], call[2]);
  } else if constexpr (requires(double a) { P(a, a); }) {
    return P(call[0], call[1]);
  } else {
    return P(call[0]);
  }
}

template <class P, class Q>
Estimate value_of(const Call& d, const P& p, const Q& q) {
  if (d.name == "Kl") return divergence(Kl{}, p, q);
  if (d.name == "Jeffreys") return divergence(Jeffreys{}, p, q);
  if (d.name == "JensenShannon") {
    JensenShannon js;
    if (!d.arguments.empty()) js.weight = d[0];
    if (d.arguments.size() > 1) js.skew = d[1];
    return divergence(js, p, q);
  }
  if (d.name == "TotalVariation") return divergence(TotalVariation{}, p, q);
  if (d.name == "ChiSquared") return divergence(ChiSquared{}, p, q);
  if (d.name == "ReverseChiSquared") return divergence(ReverseChiSquared{}, p, q);
  if (d.name == "SquaredHellinger") return divergence(SquaredHellinger{}, p, q);
  if (d.name == "Alpha") return divergence(Alpha{d[0]}, p, q);
  if (d.name == "LeCam") return divergence(LeCam{}, p, q);
  if (d.name == "Renyi") return divergence(Renyi{d[0]}, p, q);
  if (d.name == "Bhattacharyya") return divergence(Bhattacharyya{}, p, q);
  throw std::invalid_argument(d.name);
}

template <class P, class Q>
struct Pair {};

/// Calls f with the pair of types that a row names.
template <class F, class... P, class... Q>
bool for_pair(const Call& p, const Call& q, const F& f, Pair<P, Q>...) {
  const auto is = [](const Call& call, const char* name) {
    return call.name == name || (call.name == "Mixture" && name == std::string("GaussianMixture"));
  };
  return ((is(p, P::name) && is(q, Q::name) && (f(make<P>(p), make<Q>(q)), true)) || ...);
}

void check_row(const std::string& line, std::map<std::string, double>& largest) {
  std::string divergence_text, p_text, q_text, exact_text;
  std::istringstream(line) >> divergence_text >> p_text >> q_text >> exact_text;
  const Call d(divergence_text), p(p_text), q(q_text);
  const long double exact = std::strtold(exact_text.c_str(), nullptr);
  const bool found = for_pair(
      p, q,
      [&](const auto& of_p, const auto& of_q) {
        const Estimate e = value_of(d, of_p, of_q);
        const double error = test::error_of(e.value, exact, 0.0L);
        double& most = largest[d.name];
        most = std::max(most, error);
        BOOST_TEST((error <= 1e-12 && e.reliable),
                   line << ": " << e.value << " " << e << ", off by " << error);
      },
      Pair<Normal<>, Normal<>>{}, Pair<StudentT<>, Normal<>>{}, Pair<Normal<>, StudentT<>>{},
      Pair<StudentT<>, StudentT<>>{}, Pair<Cauchy<>, Normal<>>{}, Pair<Normal<>, Laplace<>>{},
      Pair<Gamma<>, Gamma<>>{}, Pair<Gamma<>, Weibull<>>{}, Pair<Weibull<>, Weibull<>>{},
      Pair<Beta<>, Beta<>>{}, Pair<VonMises<>, VonMises<>>{}, Pair<GaussianMixture, Normal<>>{},
      Pair<GaussianMixture, GaussianMixture>{}, Pair<Categorical, Categorical>{},
      Pair<Bernoulli<>, Bernoulli<>>{}, Pair<Poisson<>, Poisson<>>{},
      Pair<Poisson<>, Geometric<>>{}, Pair<Binomial<>, Poisson<>>{},
      Pair<Geometric<>, Geometric<>>{});
  BOOST_TEST(found, "no pair for " << line);
}

}  // namespace

BOOST_AUTO_TEST_CASE(every_divergence_agrees_with_25_digits) {
  std::ifstream file(LEIBLER_SOURCE_DIR "/tests/estimators/divergence_reference_values.txt");
  std::map<std::string, double> largest;
  std::size_t rows = 0;
  for (std::string line; std::getline(file, line); ++rows) {
    if (!line.empty() && line[0] != '#') check_row(line, largest);
  }
  BOOST_TEST(rows > 200u);
  for (const auto& [name, error] : largest) BOOST_TEST_MESSAGE(name << " | " << error);
}
