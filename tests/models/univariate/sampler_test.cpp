// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE models_univariate_sampler
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

#include <boost/math/distributions/chi_squared.hpp>

#include <leibler/models/evaluate.hpp>

#include "univariate_families.hpp"

using namespace leibler;

// Draws against the distribution they are meant to have: moments at 7 standard errors and the whole
// distribution at a probability of 1e-11, which is the same.

namespace {

constexpr double standard_errors = 7.0;
constexpr double improbable = 1e-11;

struct Case {
  const char* family;
  std::vector<double> a;
  std::vector<double> wrong;  ///< the same with a mistake that the checks must see, or none
  int moments = 2;            ///< how many of mean and variance have an error by moments that exist
};

// 2% in a scale (what takes its part in a family without one), 0.01 in a weight.
const std::vector<Case>& cases() {
  static const std::vector<Case> all{{"Normal", {0, 1}, {0, 1.02}},
                                     {"Normal", {-3e5, 0.1}, {}},
                                     {"LogNormal", {0.3, 0.5}, {0.3, 0.51}},
                                     {"LogNormal", {-2, 3}, {}, 0},
                                     {"HalfNormal", {2.5}, {2.55}},
                                     {"StudentT", {5, 1, 2}, {5, 1, 2.04}, 1},
                                     {"StudentT", {0.4, 0, 1}, {}, 0},
                                     {"StudentT", {300, -7, 1e-5}, {}},
                                     {"Cauchy", {-1, 2}, {-1, 2.04}, 0},
                                     {"HalfCauchy", {5}, {5.1}, 0},
                                     {"Laplace", {1, 3}, {1, 3.06}},
                                     {"Logistic", {-4, 0.5}, {-4, 0.51}},
                                     {"Gumbel", {2, 0.7}, {2, 0.714}},
                                     {"Uniform", {-3, 5}, {-3, 5.16}},
                                     {"VonMises", {0.5, 2}, {0.5, 2.04}},
                                     {"VonMises", {3, 0.05}, {}},
                                     {"VonMises", {-1, 5000}, {}},
                                     {"Exponential", {0.4}, {0.408}},
                                     {"Gamma", {2.5, 3}, {2.5, 3.06}},
                                     {"Gamma", {0.01, 1}, {}},
                                     {"Gamma", {0.7, 1e-6}, {}},
                                     {"Gamma", {5e5, 2}, {}},
                                     {"InverseGamma", {6, 2}, {6, 2.04}, 1},
                                     {"InverseGamma", {0.5, 1}, {}, 0},
                                     {"Beta", {2, 3}, {2.04, 3}},
                                     {"Beta", {0.02, 0.05}, {}},
                                     {"Beta", {3000, 0.5}, {}},
                                     {"Weibull", {1.7, 4}, {1.7, 4.08}},
                                     {"Weibull", {0.3, 1}, {}, 0},
                                     {"Pareto", {2, 6}, {2.04, 6}, 1},
                                     {"Pareto", {1e-3, 0.3}, {}, 0},
                                     {"Bernoulli", {0.3}, {0.31}},
                                     {"Bernoulli", {0.001}, {}},
                                     {"BernoulliLogit", {1.2}, {1.25}},
                                     {"Binomial", {20, 0.4}, {20, 0.41}},
                                     {"Binomial", {100000, 0.37}, {}},
                                     {"Binomial", {1000, 0.003}, {}},
                                     {"Geometric", {0.2}, {0.204}},
                                     {"Geometric", {0.95}, {}},
                                     {"NegativeBinomial", {4, 0.3}, {4, 0.31}},
                                     {"NegativeBinomial", {0.2, 0.01}, {}},
                                     {"Poisson", {6.5}, {6.63}},
                                     {"Poisson", {0.02}, {}},
                                     {"Poisson", {30000}, {}}};
  return all;
}

std::string describe(const Case& c) {
  std::string text = c.family;
  for (const double v : c.a) text += ' ' + std::to_string(v);
  return text;
}

// n draws in increasing order, of the family with arguments a.
template <class F>
std::vector<double> sorted_draws(const std::vector<double>& a, Index n) {
  const Points x = sample(test::make_family<F>(a), n, {20});
  std::vector<double> out(x.data(), x.data() + n);
  std::sort(out.begin(), out.end());
  return out;
}

// How far mean and variance are off, in standard errors.
template <class F>
double moments_off(const F& f, const std::vector<double>& x, int moments) {
  const auto n = static_cast<double>(x.size());
  const double mean = f.mean(), variance = f.variance();
  double first = 0.0, second = 0.0, fourth = 0.0;
  for (const double v : x) {
    const double d = v - mean, square = d * d;
    first += d;
    second += square;
    fourth += square * square;
  }
  first /= n, second /= n, fourth /= n;
  double worst = moments < 1 ? 0.0 : std::abs(first) / std::sqrt(variance / n);
  if (moments == 2) {
    worst = std::max(
        worst, std::abs(second - variance) / std::sqrt((fourth - second * second) / n + 1e-300));
  }
  return worst;
}

// The largest distance of the two distribution functions, at 500 points, over the bound of
// Dvoretzky, Kiefer and Wolfowitz with Massart's constant: P(distance > e) <= 2 exp(-2 n e^2).
template <class F>
double distance_over_bound(const F& f, const std::vector<double>& x) {
  const auto n = static_cast<double>(x.size());
  double distance = 0.0;
  for (int j = 1; j < 500; ++j) {
    const double at = f.quantile(j / 500.0);
    const auto below = std::upper_bound(x.begin(), x.end(), at) - x.begin();
    distance = std::max(distance, std::abs(static_cast<double>(below) / n - f.cdf(at)));
  }
  return distance / std::sqrt(std::log(2.0 / improbable) / (2.0 * n));
}

// Pearson's chi-square over what a probability of `improbable` leaves; cells of at least 50.
template <class F>
double chi_square_over_bound(const F& f, const std::vector<double>& x) {
  const auto n = static_cast<double>(x.size());
  double statistic = 0.0, before = 0.0;
  std::size_t counted = 0;
  int cells = 0;
  const double last = f.upper_quantile(50.0 / n);
  const double step = std::max(1.0, std::floor(std::sqrt(f.variance()) / 50.0));
  const auto close = [&](double probability, std::size_t end) {
    const double expected = n * probability;
    const double off = static_cast<double>(end - counted) - expected;
    statistic += off * off / expected;
    counted = end;
    ++cells;
  };
  for (double k = f.quantile(50.0 / n); k < last; k += step) {
    const double at = f.cdf(k);
    if (n * (at - before) < 50.0 || n * f.survival(k) < 50.0) continue;
    close(at - before,
          static_cast<std::size_t>(std::upper_bound(x.begin(), x.end(), k) - x.begin()));
    before = at;
  }
  close(1.0 - before, x.size());
  if (cells < 2) return HUGE_VAL;
  const boost::math::chi_squared law(cells - 1);
  return statistic / boost::math::quantile(boost::math::complement(law, improbable));
}

// Whether draws `x` pass for those of f.
template <class F>
bool passes(const F& f, const std::vector<double>& x, int moments) {
  const double off = moments_off(f, x, moments);
  double over = 0.0;
  if constexpr (F::is_discrete) {
    over = chi_square_over_bound(f, x);
  } else {
    over = distance_over_bound(f, x);
  }
  return off < standard_errors && over < 1.0;
}

}  // namespace

BOOST_AUTO_TEST_CASE(draws_have_the_moments_and_the_distribution_that_they_should) {
  std::size_t checked = 0;
  for (const Case& c : cases()) {
    test::for_family(c.family, [&]<class F>() {
      const Index n = c.wrong.empty() ? 200'000 : 1'000'000;
      BOOST_TEST(passes(test::make_family<F>(c.a), sorted_draws<F>(c.a, n), c.moments),
                 describe(c));
      ++checked;
    });
  }
  BOOST_TEST_MESSAGE(checked << " samplers");
}

BOOST_AUTO_TEST_CASE(two_percent_in_a_scale_or_a_hundredth_in_a_weight_is_caught) {
  for (const Case& c : cases()) {
    if (c.wrong.empty()) continue;
    test::for_family(c.family, [&]<class F>() {
      // What has no moments shows less: twice the draws.
      const Index n = c.moments == 0 ? 2'000'000 : 1'000'000;
      BOOST_TEST(!passes(test::make_family<F>(c.a), sorted_draws<F>(c.wrong, n), c.moments),
                 describe(c));
    });
  }
}

// Arguments at which a transform of uniforms under- or overflows.
BOOST_AUTO_TEST_CASE(a_draw_is_a_finite_number_inside_the_support) {
  const std::vector<Case> extreme{{"Normal", {1, 1e-300}, {}},
                                  {"LogNormal", {-700, 20}, {}},
                                  {"LogNormal", {700, 20}, {}},
                                  {"LogNormal", {0, 1e4}, {}},
                                  {"HalfNormal", {1e-320}, {}},
                                  {"HalfNormal", {1e307}, {}},
                                  {"StudentT", {0.001, 0, 1}, {}},
                                  {"StudentT", {1e10, 0, 1}, {}},
                                  {"StudentT", {0.5, 1e300, 1e300}, {}},
                                  {"Cauchy", {0, 1e300}, {}},
                                  {"HalfCauchy", {1e-300}, {}},
                                  {"HalfCauchy", {1e305}, {}},
                                  {"Laplace", {0, 1e-310}, {}},
                                  {"Logistic", {1e300, 1e290}, {}},
                                  {"Gumbel", {-1e5, 1e-9}, {}},
                                  {"Uniform", {1, 1.0000000000000002}, {}},
                                  {"Uniform", {-8e307, 8e307}, {}},
                                  {"VonMises", {3.1, 1e-10}, {}},
                                  {"VonMises", {-3.1, 1e8}, {}},
                                  {"VonMises", {1e3, 4}, {}},
                                  {"Exponential", {1.7e308}, {}},
                                  {"Exponential", {1e-306}, {}},
                                  {"Gamma", {1e-3, 1}, {}},
                                  {"Gamma", {1e-5, 1e300}, {}},
                                  {"Gamma", {1e6, 1e-200}, {}},
                                  {"InverseGamma", {1e-3, 1}, {}},
                                  {"InverseGamma", {1e-5, 1e-300}, {}},
                                  {"InverseGamma", {1e6, 1}, {}},
                                  {"Beta", {1e-3, 1e-3}, {}},
                                  {"Beta", {1e-5, 1e5}, {}},
                                  {"Beta", {1e5, 1e-3}, {}},
                                  {"Beta", {1e8, 1e8}, {}},
                                  {"Weibull", {1e-3, 1}, {}},
                                  {"Weibull", {1e5, 1e-300}, {}},
                                  {"Pareto", {1, 1e-3}, {}},
                                  {"Pareto", {1e-300, 1e10}, {}},
                                  {"Bernoulli", {0}, {}},
                                  {"Bernoulli", {1}, {}},
                                  {"Bernoulli", {1e-20}, {}},
                                  {"BernoulliLogit", {-1e4}, {}},
                                  {"BernoulliLogit", {800}, {}},
                                  {"Binomial", {0, 0.5}, {}},
                                  {"Binomial", {10, 0}, {}},
                                  {"Binomial", {10, 1}, {}},
                                  {"Binomial", {1e15, 1e-15}, {}},
                                  {"Binomial", {1e12, 0.999}, {}},
                                  {"Geometric", {1}, {}},
                                  {"Geometric", {1e-12}, {}},
                                  {"NegativeBinomial", {1e-3, 0.1}, {}},
                                  {"NegativeBinomial", {5, 1}, {}},
                                  {"NegativeBinomial", {1e6, 1e-4}, {}},
                                  {"Poisson", {1e-300}, {}},
                                  {"Poisson", {1e9}, {}},
                                  {"Poisson", {1e13}, {}}};
  for (const Case& c : extreme) {
    test::for_family(c.family, [&]<class F>() {
      const auto f = test::make_family<F>(c.a);
      const auto x = sorted_draws<F>(c.a, 20'000);
      const auto [low, high] = f.support();
      for (const double v : {x.front(), x[1], x[x.size() / 2], x[x.size() - 2], x.back()}) {
        BOOST_TEST(std::isfinite(v), describe(c) << ": " << v);
        // Not at an end either, where there is a number between the two.
        const bool is_open = !F::is_discrete && std::nextafter(low, high) < high;
        BOOST_TEST((is_open ? low < v && v < high : low <= v && v <= high), describe(c)
                                                                                << ": " << v);
        BOOST_TEST(f.log_density(v) > -HUGE_VAL, describe(c) << ": " << v);
      }
    });
  }
}

BOOST_AUTO_TEST_CASE(a_longer_run_of_draws_begins_with_a_shorter_one) {
  for (const Case& c : cases()) {
    test::for_family(c.family, [&]<class F>() {
      const auto f = test::make_family<F>(c.a);
      Workspace& workspace = Workspace::of_thread();
      const Workspace::Frame frame(workspace);
      const auto few = engine::take_batch(workspace, 37, 1);
      const auto many = engine::take_batch(workspace, 500, 1);
      const Stream stream{{5}, Purpose::user, 3, 2};
      f.sample(stream, few, workspace);
      f.sample(stream, many, workspace);
      BOOST_TEST(std::equal(few.data, few.data + 37, many.data), describe(c));
    });
  }
}
