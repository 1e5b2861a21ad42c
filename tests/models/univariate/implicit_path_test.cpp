// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE models_univariate_implicit_path
#include <boost/test/unit_test.hpp>

#include <cmath>
#include <fstream>
#include <limits>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include <leibler/engine/functions.hpp>
#include <leibler/engine/moments.hpp>
#include <leibler/models/conformance/report.hpp>

#include "reference_rows.hpp"
#include "univariate_families.hpp"

using namespace leibler;

// paths/univariate_values.txt has exact numbers, made by paths/univariate_reference.py.

namespace {

// dx / d argument of every point, an argument a row; v = 1 at one point at a time.
template <class Q>
std::vector<std::vector<double>> paths(const Q& q, const std::vector<double>& x) {
  std::vector<std::vector<double>> out(Q::count, std::vector<double>(x.size()));
  Workspace& workspace = Workspace::of_thread();
  for (std::size_t i = 0; i < x.size(); ++i) {
    const Workspace::Frame frame(workspace);
    conformance::TestBatch point(1, 1), one(1, 1);
    point.at(0, 0) = x[i];
    one.at(0, 0) = 1.0;
    point.repeat_last_row();
    one.fill_padding(0.0);
    std::vector<double> sums(Q::count);
    q.add_path_sums(q.evaluate(point.view(), workspace), one.view(), sums.data(), workspace);
    for (std::size_t k = 0; k < Q::count; ++k) out[k][i] = sums[k];
  }
  return out;
}

struct Mean {
  const char* what;
  double (*slope)(double x);          // of a function of x
  std::vector<double> by_parameters;  // the exact derivatives of its mean
};

// Over 150 chunks of 512 draws.
template <class Q>
void check_unbiased(const Q& q, const Mean& mean) {
  const std::size_t n = 512;
  std::vector<engine::Moments> moments(q.parameter_count());
  std::vector<double> gradient(q.parameter_count());
  conformance::TestBatch x(n, 1), v(n, 1);
  Workspace& workspace = Workspace::of_thread();
  for (std::uint32_t c = 0; c < 150; ++c) {
    const Workspace::Frame frame(workspace);
    q.sample({Seed{5}, Purpose::sample, 0, c}, x.view(), workspace);
    for (std::size_t i = 0; i < n; ++i) {
      v.at(i, 0) = mean.slope(x.at(i, 0)) / static_cast<double>(n);
    }
    std::vector<double> sums(q.gradient_sums_size());
    q.add_path_sums(q.evaluate(x.view(), workspace), v.view(), sums.data(), workspace);
    q.parameter_gradient(sums.data(), gradient);
    for (std::size_t j = 0; j < gradient.size(); ++j) moments[j].add(&gradient[j], 1);
  }
  for (std::size_t j = 0; j < moments.size(); ++j) {
    const double off = moments[j].mean() - mean.by_parameters[j];
    const double error = moments[j].standard_error();
    BOOST_TEST(std::abs(off) <= 7.0 * error + 1e-12 * std::abs(mean.by_parameters[j]),
               Q::name << ": d E[" << mean.what << "] by parameter " << j << " is "
                       << moments[j].mean() << ", exact " << mean.by_parameters[j] << ", "
                       << off / error << " standard errors away");
  }
}

const auto one = [](double) { return 1.0; };
const auto of_log = [](double x) { return 1.0 / x; };

}  // namespace

static_assert(implicit_path<Gamma<>> && Reparameterized<Gamma<>>);
static_assert(!implicit_path<Weibull<>> && Reparameterized<Weibull<>>);

BOOST_AUTO_TEST_CASE(paths_agree_with_60_digits) {
  std::ifstream file(LEIBLER_SOURCE_DIR "/tests/models/paths/univariate_values.txt");
  std::map<std::string, double> largest;
  std::size_t checked = 0;
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line[0] == '#') continue;
    std::string family, arguments, exact_text;
    std::size_t k = 0;
    double x = 0.0;
    std::istringstream(line) >> family >> arguments >> k >> x >> exact_text;
    const double exact = std::strtod(exact_text.c_str(), nullptr);
    const bool found = test::for_family(family, [&]<class F>() {
      if constexpr (implicit_path<F>) {
        const double got = paths(test::make_family<F>(test::numbers(arguments)), {x})[k][0];
        const double error = test::error_of(got, exact, 0.0L);
        largest[family] = std::max(largest[family], error);
        BOOST_TEST(error <= 1e-12, family << '(' << arguments << "), argument " << k << " at " << x
                                          << ": " << got << ", exact " << exact_text << ", off by "
                                          << error);
        ++checked;
      }
    });
    BOOST_TEST(found, "no family " << family);
  }
  for (const auto& [family, error] : largest) BOOST_TEST_MESSAGE(family << " | " << error);
  BOOST_TEST(checked > 1000u);
}

// 1 / x of an inverse gamma is gamma, and a location and a scale move and stretch.
BOOST_AUTO_TEST_CASE(paths_of_relatives_agree) {
  for (const double shape : {1e-3, 0.4, 2.0, 70.0, 1e4}) {
    for (const double x : {1e-6, 0.3, 1.0, 7.0, 1e4}) {
      const auto inverse = paths(InverseGamma(shape, 2.5), {x});
      const auto gamma = paths(Gamma(shape, 2.5), {1.0 / x});
      BOOST_TEST(inverse[0][0] == -x * x * gamma[0][0], boost::test_tools::tolerance(1e-11));
      BOOST_TEST(inverse[1][0] == x / 2.5, boost::test_tools::tolerance(1e-15));
      BOOST_TEST(gamma[1][0] == -1.0 / (2.5 * x), boost::test_tools::tolerance(1e-15));
    }
  }
  const auto moved = paths(StudentT(3.0, 1.5, 2.0), {1.5 + 2.0 * 0.75});
  BOOST_TEST(moved[0][0] == 2.0 * paths(StudentT(3.0, 0.0, 1.0), {0.75})[0][0]);
  BOOST_TEST(moved[1][0] == 1.0);
  BOOST_TEST(moved[2][0] == 0.75);
  // across the end of the circle
  const auto turned = paths(VonMises(3.0, 2.0), {-3.0});
  const double d = 2.0 * std::numbers::pi - 6.0;
  BOOST_TEST(turned[0][0] == 1.0);
  BOOST_TEST(turned[1][0] == paths(VonMises(0.0, 2.0), {d})[1][0],
             boost::test_tools::tolerance(1e-14));
}

// Whatever the arguments. At the ends of the support, where no draw is, the path may be cut.
BOOST_AUTO_TEST_CASE(paths_of_draws_are_finite) {
  const double least = std::numeric_limits<double>::min();
  const auto finite = [](const auto& q) {
    const Points draws = sample(q, 40, Seed{3});
    std::vector<double> x(draws.data(), draws.data() + draws.size());
    const auto [low, high] = q.support();
    for (const double end : {low, high}) {
      if (std::isfinite(end)) x.push_back(end);
    }
    for (const auto& row : paths(q, x)) {
      for (std::size_t i = 0; i < x.size(); ++i) {
        BOOST_TEST(std::isfinite(row[i]), q << " at " << x[i] << ": " << row[i]);
      }
    }
  };
  const std::vector<double> sizes{least, 1e-300, 1e-100, 1e-17, 1e-5,  0.3,  1.0,
                                  7.9,   150.0,  1e5,    1e16,  1e100, 1e300};
  for (const double a : sizes) {
    for (const double b : sizes) {
      finite(Gamma(a, b));
      finite(InverseGamma(a, b));
      finite(Beta(a, b));
      finite(StudentT(a, 0.0, b));
    }
    for (const double location : {0.0, 3.0, -1e3}) finite(VonMises(location, a));
  }
}

BOOST_AUTO_TEST_CASE(gradients_by_draws_are_unbiased) {
  for (const double k : {0.05, 0.7, 3.0, 40.0, 500.0}) {
    const double r = 1.7;
    check_unbiased(Gamma(k, r), {"x", one, {k / r, -k / r}});
    check_unbiased(Gamma(k, r), {"log x", of_log, {k * engine::trigamma(k), -1.0}});
    check_unbiased(InverseGamma(k, r), {"log x", of_log, {-k * engine::trigamma(k), 1.0}});
  }
  for (const auto& [a, b] :
       {std::pair{0.1, 0.3}, {0.6, 4.0}, {2.0, 2.0}, {30.0, 0.5}, {90.0, 200.0}}) {
    const double s = a + b, shared = engine::trigamma(s);
    check_unbiased(Beta(a, b), {"x", one, {a * b / (s * s), -a * b / (s * s)}});
    check_unbiased(Beta(a, b),
                   {"log x", of_log, {a * (engine::trigamma(a) - shared), -b * shared}});
  }
  for (const double n : {6.0, 30.0, 400.0}) {
    const double scale = 1.5, variance = scale * scale * n / (n - 2.0);
    check_unbiased(StudentT(n, 0.3, scale), {"x^2",
                                             [](double x) { return 2.0 * x; },
                                             {-2.0 * variance / (n - 2.0), 0.6, 2.0 * variance}});
    check_unbiased(StudentT(n, 0.3, scale), {"x", one, {0.0, 1.0, 0.0}});
  }
  for (const double c : {0.1, 1.0, 8.0, 200.0}) {
    for (const double location : {0.4, 3.0}) {
      const double ratio = engine::bessel_ratio(c), slope = 1.0 - ratio / c - ratio * ratio;
      check_unbiased(VonMises(location, c),
                     {"sin x",
                      [](double x) { return std::cos(x); },
                      {ratio * std::cos(location), c * slope * std::sin(location)}});
    }
  }
}
