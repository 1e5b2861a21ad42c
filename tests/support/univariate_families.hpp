// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>
#include <stdexcept>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>

#include <leibler/models/univariate/bernoulli.hpp>
#include <leibler/models/univariate/bernoulli_logit.hpp>
#include <leibler/models/univariate/beta.hpp>
#include <leibler/models/univariate/binomial.hpp>
#include <leibler/models/univariate/cauchy.hpp>
#include <leibler/models/univariate/exponential.hpp>
#include <leibler/models/univariate/gamma.hpp>
#include <leibler/models/univariate/geometric.hpp>
#include <leibler/models/univariate/gumbel.hpp>
#include <leibler/models/univariate/half_cauchy.hpp>
#include <leibler/models/univariate/half_normal.hpp>
#include <leibler/models/univariate/inverse_gamma.hpp>
#include <leibler/models/univariate/laplace.hpp>
#include <leibler/models/univariate/log_normal.hpp>
#include <leibler/models/univariate/logistic.hpp>
#include <leibler/models/univariate/negative_binomial.hpp>
#include <leibler/models/univariate/normal.hpp>
#include <leibler/models/univariate/pareto.hpp>
#include <leibler/models/univariate/poisson.hpp>
#include <leibler/models/univariate/student_t.hpp>
#include <leibler/models/univariate/uniform.hpp>
#include <leibler/models/univariate/von_mises.hpp>
#include <leibler/models/univariate/weibull.hpp>

// Every family of one variable, for tests that go over all of them.
namespace leibler::test {

using FamiliesOfTheLine =
    std::tuple<Normal<>, LogNormal<>, HalfNormal<>, StudentT<>, Cauchy<>, HalfCauchy<>, Laplace<>,
               Logistic<>, Gumbel<>, Uniform<>, VonMises<>>;
using FamiliesOfPositiveNumbers =
    std::tuple<Exponential<>, Gamma<>, InverseGamma<>, Beta<>, Weibull<>, Pareto<>>;
using FamiliesOfCounts = std::tuple<Bernoulli<>, BernoulliLogit<>, Binomial<>, Geometric<>,
                                    NegativeBinomial<>, Poisson<>>;

template <class... T>
struct Concatenated;
template <class... A, class... B, class... C>
struct Concatenated<std::tuple<A...>, std::tuple<B...>, std::tuple<C...>> {
  using type = std::tuple<A..., B..., C...>;
};
using UnivariateFamilies =
    Concatenated<FamiliesOfTheLine, FamiliesOfPositiveNumbers, FamiliesOfCounts>::type;

/// F with these arguments.
template <class F>
[[nodiscard]] F make_family(std::span<const double> a) {
  if (a.size() != F::count) throw std::invalid_argument(std::string(F::name) + ": arguments");
  return [&]<std::size_t... k>(std::index_sequence<k...>) {
    return F(a[k]...);
  }
  (std::make_index_sequence<F::count>());
}

/// F with Reals for arguments.
template <class F>
struct OfReals;
template <template <class...> class F, class... A>
struct OfReals<F<A...>> {
  using type = F<std::conditional_t<true, Real, A>...>;
};

/// body.operator()<F>() for the family of that name; false if there is none in the list.
template <class List = UnivariateFamilies, class Body>
bool for_family(const std::string& name, Body&& body) {
  bool found = false;
  [&]<class... F>(std::tuple<F...>*) {
    const auto run = [&]<class G>(std::tuple<G>*) {
      if (name != G::name) return;
      found = true;
      body.template operator()<G>();
    };
    (run(static_cast<std::tuple<F>*>(nullptr)), ...);
  }(static_cast<List*>(nullptr));
  return found;
}

}  // namespace leibler::test
