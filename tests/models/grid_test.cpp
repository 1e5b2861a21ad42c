// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE models_grid
#include <boost/test/unit_test.hpp>

#include <cmath>
#include <limits>
#include <sstream>

#include <leibler/models/conformance.hpp>
#include <leibler/models/grid.hpp>

#include "allocations.hpp"
#include "says.hpp"

using namespace leibler;
using test::says;
namespace tt = boost::test_tools;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

// Areas 1.5 and 3: the integral is 4.5.
const Grid line(Vector{{0, 1, 4}}, Vector{{1, 2, 0}});
const Grid plane(Vector{{0, 1, 3}}, Vector{{-1, 1}}, Matrix{{1, 2}, {3, 0}, {1, 1}});

Grid box() {
  Vector values(24);
  for (Index i = 0; i < 24; ++i) values[i] = static_cast<double>((i * 7) % 5);
  return {{Vector{{0, 1, 3}}, Vector{{-1, 1}}, Vector{{2, 2.5, 4, 7}}}, values};
}

}  // namespace

BOOST_AUTO_TEST_CASE(between_nodes_the_density_is_linear_in_every_coordinate) {
  const Vector log_p = line.log_density(Points{{0.0}, {0.5}, {1.0}, {3.0}, {4.0}});
  BOOST_TEST(log_p[0] == std::log(1.0 / 4.5), tt::tolerance(1e-14));
  BOOST_TEST(log_p[1] == std::log(1.5 / 4.5), tt::tolerance(1e-14));
  BOOST_TEST(log_p[2] == std::log(2.0 / 4.5), tt::tolerance(1e-14));
  BOOST_TEST(log_p[3] == std::log(2.0 / 3.0 / 4.5), tt::tolerance(1e-14));
  BOOST_TEST(log_p[4] == -infinity);
  BOOST_TEST(line.log_normalizer() == std::log(4.5), tt::tolerance(1e-15));
  // Cells of 2 and 4 with means 1.5 and 1.25.
  BOOST_TEST(plane.log_normalizer() == std::log(3.0 + 5.0), tt::tolerance(1e-15));
  const double at = 0.5 * (0.25 * 1 + 0.75 * 2) + 0.5 * (0.25 * 3 + 0.75 * 0);
  BOOST_TEST(plane.log_density(Points{{0.5, 0.5}})[0] == std::log(at / 8.0), tt::tolerance(1e-14));
}

BOOST_AUTO_TEST_CASE(outside_there_is_no_density) {
  const Vector log_p =
      plane.log_density(Points{{-1e-9, 0}, {3.1, 0}, {1, 1.5}, {1, -infinity}, {1e300, 0}});
  for (Index i = 0; i < log_p.size(); ++i) BOOST_TEST(log_p[i] == -infinity);
  BOOST_TEST(std::isnan(plane.log_density(Points{{9.0, std::nan("")}})[0]));
  BOOST_TEST((point_gradient(plane, Points{{9.0, 0.0}}) == Points{{0.0, 0.0}}));
}

BOOST_AUTO_TEST_CASE(gradients_are_those_of_the_cell) {
  const double value = 2.0 / 3.0;
  BOOST_TEST(point_gradient(line, Points{{3.0}})(0, 0) == -2.0 / 3.0 / value, tt::tolerance(1e-14));
  const double at = 0.5 * (0.25 * 1 + 0.75 * 2) + 0.5 * (0.25 * 3 + 0.75 * 0);
  const Points g = point_gradient(plane, Points{{0.5, 0.5}});
  BOOST_TEST(g(0, 0) == (0.75 - 1.75) / at, tt::tolerance(1e-14));
  BOOST_TEST(g(0, 1) == 0.5 * ((2 - 1) + (0 - 3)) / 2.0 / at, tt::tolerance(1e-14));
}

// By hand: integrals of x times a linear piece.
BOOST_AUTO_TEST_CASE(the_mean_is_exact) {
  BOOST_TEST(line.mean()[0] == (5.0 / 6.0 + 6.0) / 4.5, tt::tolerance(1e-14));
  const Points x = sample(box(), 400'000, Seed{5});
  for (Index j = 0; j < 3; ++j) {
    const double m = x.col(j).mean();
    const double s = std::sqrt((x.col(j).array() - m).square().mean() / 400'000.0);
    BOOST_TEST(std::abs(m - box().mean()[j]) < 7.0 * s);
  }
}

// The distribution function along one axis, and the masses of a cell and of its quarter.
BOOST_AUTO_TEST_CASE(draws_fall_into_cells_and_within_them_as_the_density_says) {
  const Index n = 200'000;
  const Points x = sample(line, n, Seed{3});
  const auto cdf = [](double v) {
    return v < 1.0 ? (v + 0.5 * v * v) / 4.5 : 1.0 - (4.0 - v) * (4.0 - v) / 3.0 / 4.5;
  };
  std::vector<double> sorted(x.data(), x.data() + n);
  std::sort(sorted.begin(), sorted.end());
  double gap = 0.0;
  for (Index i = 0; i < n; ++i) {
    gap = std::max(gap, std::abs(cdf(sorted[static_cast<std::size_t>(i)]) -
                                 (static_cast<double>(i) + 0.5) / static_cast<double>(n)));
  }
  // Dvoretzky, Kiefer and Wolfowitz at the probability of 7 standard errors.
  BOOST_TEST(gap < std::sqrt(std::log(2.0 / 2.6e-12) / (2.0 * static_cast<double>(n))));

  const Points y = sample(plane, n, Seed{4});
  const double half = static_cast<double>((y.col(0).array() < 1.0).count()) / n;
  BOOST_TEST(std::abs(half - 3.0 / 8.0) < 7.0 * 0.5 / std::sqrt(static_cast<double>(n)));
  // The quarter of the first cell below 0.5 and above 0: mean of its corners times its area.
  const double quarter =
      static_cast<double>((y.col(0).array() < 0.5 && y.col(1).array() > 0.0).count()) / n;
  const double middle = (1 + 2 + 3 + 0) / 4.0, edge = 1.5, side = (2 + 0) / 2.0;
  const double mass = (middle + edge + side + 2.0) / 4.0 * 0.5 / 8.0;
  BOOST_TEST(std::abs(quarter - mass) < 7.0 * std::sqrt(mass / static_cast<double>(n)));
}

BOOST_AUTO_TEST_CASE(keeps_what_the_concepts_promise) {
  const ConformanceOptions options{.allocations = test::allocations};
  const auto a = check_model(line, options), b = check_model(plane, options),
             c = check_model(box(), options);
  BOOST_TEST(a.empty(), a);
  BOOST_TEST(b.empty(), b);
  BOOST_TEST(c.empty(), c);
}

BOOST_AUTO_TEST_CASE(values_and_nodes_of_any_size_are_fine) {
  const Grid tall(Vector{{0, 1}}, Vector{{1e308, 1e308}}), low(Vector{{0, 1}}, Vector{{0, 1e-320}}),
      wide(Vector{{-1e308, 1e307}}, Vector{{1, 1}});
  BOOST_TEST(tall.log_density(Points{{0.5}})[0] == 0.0);
  BOOST_TEST(tall.log_normalizer() == std::log(1e308), tt::tolerance(1e-15));
  BOOST_TEST(low.log_density(Points{{1.0}})[0] == std::log(2.0), tt::tolerance(1e-14));
  BOOST_TEST(wide.log_density(Points{{0.0}})[0] == -std::log(1.1e308), tt::tolerance(1e-14));
  BOOST_TEST(low.mean()[0] == 2.0 / 3.0, tt::tolerance(1e-14));
}

BOOST_AUTO_TEST_CASE(mistakes_are_named) {
  BOOST_CHECK_EXCEPTION(Grid(Vector{{0.0, 1.0, 1.0}}, Vector{{1.0, 1.0, 1.0}}), DomainError,
                        says("Grid: axes[0][2] = 1; nodes must increase, the one before is 1; sort "
                             "them, and leave out what occurs twice."));
  BOOST_CHECK_EXCEPTION(
      Grid(Vector{{0.0}}, Vector{{1.0}}), InvalidArgument,
      says("Grid: axes[0].size() = 1; must be >= 2; an axis has at least two nodes."));
  BOOST_CHECK_EXCEPTION(
      Grid(Vector{{0.0, infinity}}, Vector{{1.0, 1.0}}), DomainError,
      says("Grid: axes[0][1] = inf; axes[0] must be finite; look where the value comes from."));
  BOOST_CHECK_EXCEPTION(
      Grid(Vector{{0.0, 1.0}}, Vector{{1.0, -1.0}}), DomainError,
      says("Grid: values[1] = -1; values must be finite and >= 0; give densities, "
           "not their logarithms."));
  BOOST_CHECK_EXCEPTION(Grid(Vector{{0.0, 1.0}}, Vector{{1.0, std::nan("")}}), DomainError,
                        says("Grid: values[1] = nan; values must be finite and >= 0; give "
                             "densities, not their logarithms."));
  BOOST_CHECK_EXCEPTION(Grid(Vector{{0.0, 1.0}}, Vector{{0.0, 0.0}}), DomainError,
                        says("Grid: values are all 0; a density must be positive somewhere; give "
                             "one of them a value."));
  BOOST_CHECK_EXCEPTION(
      Grid(Vector{{0.0, 1.0}}, Vector{{1.0}}), InvalidArgument,
      says("Grid: values.size() = 1; must be 2; give one value a node: as many as "
           "the product of the axes' sizes."));
  BOOST_CHECK_EXCEPTION(Grid(Vector{{0.0, 1.0}}, Vector{{0.0, 1.0}}, Matrix{{1.0, 2.0}}),
                        InvalidArgument,
                        says("Grid: values.rows() = 1; must be 2; give one row a node of x."));
  BOOST_CHECK_EXCEPTION(Grid(std::vector<Vector>(), Vector()), InvalidArgument,
                        says("Grid: axes.size() = 0; must be >= 1; give one axis a dimension."));
}

BOOST_AUTO_TEST_CASE(prints_its_nodes_and_ends) {
  std::ostringstream text;
  text << plane;
  BOOST_TEST(text.str() == "Grid of 3 x 2 nodes on [0, 3] x [-1, 1]");
}
