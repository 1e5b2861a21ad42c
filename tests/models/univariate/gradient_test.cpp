// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE models_univariate_gradient
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "reference_rows.hpp"
#include "univariate_families.hpp"

using namespace leibler;

namespace {

// The log density at x and its derivatives: slope[0] by the point, slope[k] by argument k.
struct Slopes {
  double log_density;
  std::array<double, 4> slope{};
};

// As batches, and so fits, see them.
template <class F>
Slopes by_evaluate(const F& f, double x) {
  Workspace& workspace = Workspace::of_thread();
  const Workspace::Frame frame(workspace);
  const auto batch = engine::take_batch(workspace, 3, 1);
  std::fill_n(batch.data, engine::padded(3), x);
  const auto at = f.evaluate(batch, workspace);
  Slopes out{at.log_density[2]};
  if constexpr (!F::is_discrete) out.slope[0] = at.point_gradient.data[2];
  for (std::size_t k = 0; k < F::count; ++k) {
    out.slope[k + 1] = at.argument_gradient.data[k * at.argument_gradient.stride + 2];
  }
  return out;
}

// As densities and programs see them: a family of Reals. `observed`: x is a plain number.
template <class F>
Slopes by_reals(const std::vector<double>& a, double x, bool observed) {
  const engine::Tape::Lease tape;
  tape->start(32, true);
  std::vector<double> values{x};
  values.insert(values.end(), a.begin(), a.end());
  const Reals inputs = tape->inputs(values);
  const auto f = [&]<std::size_t... k>(std::index_sequence<k...>) {
    return typename test::OfReals<F>::type(inputs[static_cast<Index>(k) + 1]...);
  }
  (std::make_index_sequence<F::count>());
  Real root;
  if constexpr (F::is_discrete) {
    root = f.log_density(x);
  } else {
    root = observed ? f.log_density(x) : f.log_density(inputs[0]);
  }
  Slopes out{};
  std::array<double, 32> value{};
  tape->value(root, value.data());
  out.log_density = value[5];
  std::array<double, 4 * 32> slope{};
  tape->gradient(root, inputs, slope.data(), 32);
  for (std::size_t k = 0; k < inputs.size(); ++k) out.slope[k] = slope[k * 32 + 5];
  return out;
}

std::size_t index_of(const test::ReferenceRow& row) {
  return static_cast<std::size_t>(row.quantity.back() - '0');
}

bool is_slope(const test::ReferenceRow& row) {
  return row.quantity.starts_with("slope");
}

// The derivative of the plain log density by 5 points, and how much of it is rounding.
struct Difference {
  double slope, noise = HUGE_VAL;
};

template <class F>
Difference five_points(const test::ReferenceRow& row, double terms_of_value) {
  const std::size_t k = index_of(row);
  const double at = k == 0 ? row.x : row.a[k - 1];
  const auto value = [&](double v) {
    auto a = row.a;
    double x = row.x;
    (k == 0 ? x : a[k - 1]) = v;
    return test::make_family<F>(a).log_density(x);
  };
  // From large steps to small ones: two that agree best have neither truncation nor rounding.
  Difference best{0.0};
  double before = HUGE_VAL;
  const double other = k == 0 || row.x == 0.0 ? 1.0 : std::min(1.0, std::abs(row.x) / 8.0);
  double step = at == 0.0 ? other : std::abs(at) / 8.0;
  for (int i = 0; i < 60; ++i, step /= 4.0) {
    const double h = (at + step) - at;
    if (h != step && std::abs(h / step - 1.0) > 1e-14) continue;  // at + h is no double
    double slope = HUGE_VAL;
    try {
      slope = (8.0 * (value(at + h) - value(at - h)) - (value(at + 2 * h) - value(at - 2 * h))) /
              (12.0 * h);
    } catch (const DomainError&) {}
    const double change = std::abs(slope - before);
    const double rounding = 4e-16 * (1.0 + terms_of_value) / h;
    if (std::isfinite(change) && change + rounding < best.noise) {
      best = {slope, change + rounding};
    }
    before = slope;
  }
  return best;
}

}  // namespace

BOOST_AUTO_TEST_CASE(slopes_by_the_tape_agree_with_60_digits) {
  std::map<std::string, double> largest;
  std::size_t combinations = 0;
  for (const auto& row : test::reference_rows()) {
    if (!is_slope(row)) continue;
    test::for_family(row.family, [&]<class F>() {
      const std::size_t k = index_of(row);
      const double evaluated = by_evaluate(test::make_family<F>(row.a), row.x).slope[k];
      const double observed = k == 0 ? evaluated : by_reals<F>(row.a, row.x, true).slope[k];
      const double differentiated = by_reals<F>(row.a, row.x, false).slope[k];
      for (const double got : {evaluated, observed, differentiated}) {
        const double error = test::error_of(got, row.exact, row.terms);
        largest[row.family] = std::max(largest[row.family], error);
        BOOST_TEST(error <= 1e-12,
                   row.text() << " = " << got << ", exact " << row.exact << ", off by " << error);
      }
      ++combinations;
    });
  }
  for (const auto& [family, error] : largest) BOOST_TEST_MESSAGE(family << " | " << error);
  BOOST_TEST_MESSAGE(combinations << " combinations of point and argument, three ways");
  BOOST_TEST(combinations > 0u);
}

BOOST_AUTO_TEST_CASE(slopes_by_the_tape_agree_with_differences_of_the_plain_log_density) {
  std::map<std::string, double> terms_at;
  std::size_t combinations = 0, unresolved = 0;
  for (const auto& row : test::reference_rows()) {
    const std::string place = row.family + row.arguments + '/' + row.x_text;
    if (row.quantity == "log_density") terms_at[place] = static_cast<double>(row.terms);
    if (!is_slope(row)) continue;
    test::for_family(row.family, [&]<class F>() {
      const double got = by_evaluate(test::make_family<F>(row.a), row.x).slope[index_of(row)];
      const auto [slope, noise] = five_points<F>(row, terms_at.at(place));
      const double scale = std::max(std::abs(slope), static_cast<double>(row.terms));
      ++combinations;
      if (noise > 1e-8 * scale) {
        ++unresolved;  // no step is small enough and representable
        return;
      }
      BOOST_TEST(std::abs(got - slope) <= 1e-8 * scale,
                 row.text() << " = " << got << ", by differences " << slope);
    });
  }
  BOOST_TEST_MESSAGE(combinations << " combinations, " << unresolved
                                  << " without a step that differences can take");
  BOOST_TEST(unresolved < combinations / 2);
}

BOOST_AUTO_TEST_CASE(values_by_the_tape_agree_with_the_plain_log_density) {
  std::size_t combinations = 0;
  for (const auto& row : test::reference_rows()) {
    if (row.quantity != "log_density") continue;
    test::for_family(row.family, [&]<class F>() {
      const auto f = test::make_family<F>(row.a);
      const double plain = f.log_density(row.x);
      for (const double got :
           {by_evaluate(f, row.x).log_density, by_reals<F>(row.a, row.x, true).log_density,
            by_reals<F>(row.a, row.x, false).log_density}) {
        BOOST_TEST(test::error_of(got, plain, row.terms) <= 1e-12,
                   row.text() << " = " << got << ", plain " << plain);
        ++combinations;
      }
    });
  }
  BOOST_TEST_MESSAGE(combinations << " values");
  BOOST_TEST(combinations > 0u);
}

BOOST_AUTO_TEST_CASE(outside_the_support_the_log_density_is_minus_infinity_and_flat) {
  constexpr double inf = std::numeric_limits<double>::infinity();
  std::map<std::string, std::vector<double>> seen;
  for (const auto& row : test::reference_rows()) {
    if (!seen.insert({row.family + row.arguments, row.a}).second) continue;
    test::for_family(row.family, [&]<class F>() {
      const auto f = test::make_family<F>(row.a);
      const auto [low, high] = f.support();
      std::vector<double> outside{inf, -inf};
      if (std::isfinite(low)) outside.push_back(std::nextafter(low, -inf));
      if (std::isfinite(high)) outside.push_back(std::nextafter(high, inf));
      if (F::is_discrete) outside.insert(outside.end(), {0.5, 1.0000000000000002, -1.0});
      for (const double x : outside) {
        const auto at = by_evaluate(f, x);
        const std::string where = row.family + '(' + row.arguments + ") at " + std::to_string(x);
        BOOST_TEST(f.log_density(x) == -inf, where);
        BOOST_TEST(at.log_density == -inf, where);
        for (const double slope : at.slope) BOOST_TEST(slope == 0.0, where);
        BOOST_TEST(f.log_density(Vector::Constant(1, x))[0] == -inf, where);
      }
      const double nan = std::numeric_limits<double>::quiet_NaN();
      BOOST_TEST(std::isnan(f.log_density(nan)));
      BOOST_TEST(std::isnan(by_evaluate(f, nan).log_density));
      for (const double p : {f.cdf(nan), f.log_cdf(nan), f.survival(nan), f.log_survival(nan)}) {
        BOOST_TEST(std::isnan(p));
      }
    });
  }
}
