// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE estimators_tail
#include <boost/test/unit_test.hpp>

#include <cmath>
#include <vector>

#include <leibler/estimators/tail.hpp>

using namespace leibler;
namespace tt = boost::test_tools;

// Exceedances of a Pareto distribution by its quantiles.
BOOST_AUTO_TEST_CASE(the_shape_of_a_pareto_tail_is_found) {
  for (const double k : {0.2, 0.5, 1.0, 2.0}) {
    std::vector<double> x;
    for (int i = 1; i <= 2000; ++i) x.push_back((std::pow(1 - i / 2001.0, -k) - 1) / k);
    BOOST_TEST(detail::pareto_shape(x) == k, tt::tolerance(0.03));
  }
  BOOST_TEST(detail::pareto_shape(std::vector<double>(100, 1.0)) == -HUGE_VAL);
}

// A part is as good as the whole: only the largest count, however they come.
BOOST_AUTO_TEST_CASE(a_tail_does_not_depend_on_how_it_was_cut) {
  std::vector<double> x;
  for (int i = 0; i < 6000; ++i)
    x.push_back(1 / std::sqrt((i * 2477 % 6000 + 0.5) / 6000) * (i % 2 == 0 ? 1 : -1));
  detail::TailDiagnostic whole(x.size()), first(x.size()), second(x.size());
  whole.add(x.data(), x.size());
  first.add(x.data(), 1000);
  for (std::size_t i = 1000; i < x.size(); ++i) second.add(&x[i], 1);
  first.merge(second);
  BOOST_TEST(first.shape() == whole.shape());
  BOOST_TEST(whole.shape() == 0.5, tt::tolerance(0.1));
  BOOST_TEST(whole.is_reliable());
  for (double& v : x) v *= v;
  detail::TailDiagnostic square(x.size());
  square.add(x.data(), x.size());
  BOOST_TEST(!square.is_reliable());
}
