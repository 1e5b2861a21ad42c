// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE models_univariate_accuracy
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <map>
#include <stdexcept>
#include <string>
#include <utility>

#include "reference_rows.hpp"
#include "univariate_families.hpp"

using namespace leibler;

// reference_values.txt has exact numbers, made by reference.py with 60 digits.

namespace {

template <class F>
double value_of(const F& f, const std::string& quantity, double x) {
  if (quantity == "log_density") return f.log_density(x);
  if (quantity == "cdf") return f.cdf(x);
  if (quantity == "survival") return f.survival(x);
  if (quantity == "log_cdf") return f.log_cdf(x);
  if (quantity == "log_survival") return f.log_survival(x);
  if (quantity == "quantile") return f.quantile(x);
  if (quantity == "upper_quantile") return f.upper_quantile(x);
  if (quantity == "mean") return f.mean();
  if (quantity == "variance") return f.variance();
  if (quantity == "entropy") return f.entropy();
  throw std::invalid_argument(quantity);
}

std::string exactly(long double value) {
  char shown[40];
  std::snprintf(shown, sizeof shown, "%.19Lg", value);
  return shown;
}

}  // namespace

BOOST_AUTO_TEST_CASE(every_family_agrees_with_60_digits_everywhere) {
  const auto rows = test::reference_rows();
  BOOST_TEST_REQUIRE(rows.size() > 1000u);
  std::map<std::pair<std::string, std::string>, double> largest;
  std::size_t checked = 0;
  for (const auto& row : rows) {
    if (row.quantity.starts_with("slope")) continue;  // gradient_test.cpp
    const bool found = test::for_family(row.family, [&]<class F>() {
      const double got = value_of(test::make_family<F>(row.a), row.quantity, row.x);
      const double error = test::error_of(got, row.exact, row.terms);
      double& most = largest[{row.family, row.quantity}];
      most = std::max(most, error);
      ++checked;
      BOOST_TEST(error <= 1e-12, row.text() << " = " << exactly(got) << ", exact "
                                            << exactly(row.exact) << ", off by " << error);
    });
    BOOST_TEST(found, "no family " << row.family);
  }
  for (const auto& [key, error] : largest) {
    BOOST_TEST_MESSAGE(key.first << " | " << key.second << " | " << error);
  }
  BOOST_TEST_MESSAGE(checked << " numbers");
}
