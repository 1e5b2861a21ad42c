// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE models_gaussian_mixture_path
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <limits>
#include <sstream>
#include <string>
#include <vector>

#include <leibler/models/conformance/report.hpp>
#include <leibler/models/gaussian_mixture.hpp>

#include "instruction_sets.hpp"
#include "mixture_paths.hpp"
#include "reference_rows.hpp"

using namespace leibler;
using namespace leibler::test;

// paths/mixture_values.txt has exact numbers, made by paths/mixture_reference.py.

namespace {

struct Row {
  std::string name;
  std::size_t count, dimension;
  std::vector<double> theta, x, v, gradient, scale;
};

std::vector<Row> rows() {
  std::ifstream file(LEIBLER_SOURCE_DIR "/tests/models/paths/mixture_values.txt");
  std::vector<Row> out;
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line[0] == '#') continue;
    Row row;
    std::string theta, x, v, gradient, scale;
    std::istringstream(line) >> row.name >> row.count >> row.dimension >> theta >> x >> v >>
        gradient >> scale;
    for (const auto& [text, to] : {std::pair{&theta, &row.theta},
                                   {&x, &row.x},
                                   {&v, &row.v},
                                   {&gradient, &row.gradient},
                                   {&scale, &row.scale}}) {
      *to = test::numbers(*text);
    }
    out.push_back(row);
  }
  return out;
}

GaussianMixture mixture(std::size_t count, std::size_t dimension,
                        const std::vector<double>& theta) {
  return GaussianMixture::random(count, dimension, Seed{1}).with_parameters(theta);
}

// v^T dx / d theta, each row `copies` times.
std::vector<double> path(const GaussianMixture& q, const std::vector<double>& x,
                         const std::vector<double>& v, std::size_t copies = 1) {
  const std::size_t d = q.dimension(), n = x.size() / d * copies;
  conformance::TestBatch points(n, d), direction(n, d);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < d; ++j) {
      points.at(i, j) = x[i / copies * d + j];
      direction.at(i, j) = v[i / copies * d + j];
    }
  }
  points.repeat_last_row();
  direction.fill_padding(1e3);
  Workspace& workspace = Workspace::of_thread();
  const Workspace::Frame frame(workspace);
  std::vector<double> sums(q.gradient_sums_size()), out(q.parameter_count());
  q.add_path_sums(q.evaluate(points.view(), workspace), direction.view(), sums.data(), workspace);
  q.parameter_gradient(sums.data(), out);
  return out;
}

}  // namespace

// v^T dx / d theta is compared with the terms that it adds up, and with those of the parameters of
// its kind: what is not moved at all is so within rounding.
BOOST_AUTO_TEST_CASE(paths_agree_with_900_digits) {
  const auto all = rows();
  BOOST_TEST_REQUIRE(all.size() > 20u);
  double most = 0.0;
  for (const Row& row : all) {
    const auto got = path(mixture(row.count, row.dimension, row.theta), row.x, row.v);
    const std::size_t means = row.count, triangles = row.count * (1 + row.dimension);
    const auto kind = [&](std::size_t j) { return j < means ? 0 : j < triangles ? 1 : 2; };
    double scale[3] = {1e-290, 1e-290, 1e-290};
    for (std::size_t j = 0; j < got.size(); ++j) {
      scale[kind(j)] = std::max(scale[kind(j)], row.scale[j]);
    }
    const double any = *std::max_element(row.scale.begin(), row.scale.end());
    for (double& s : scale) s = s > 1e-290 ? s : any;  // nothing of this kind moves
    for (std::size_t j = 0; j < got.size(); ++j) {
      const double off = std::abs(got[j] - row.gradient[j]);
      const double error = off / std::max(row.scale[j], 0.01 * scale[kind(j)]);
      most = std::max(most, error);
      BOOST_TEST(error <= 1e-12, row.name << ": entry " << j << " is " << got[j] << ", exact "
                                          << row.gradient[j] << ", off by " << error);
    }
  }
  BOOST_TEST_MESSAGE("largest error " << most);
}

BOOST_AUTO_TEST_CASE(paths_have_the_same_bits_on_every_instruction_set) {
  test::check_same_bits_on_each_instruction_set([] {
    std::vector<double> all;
    for (const Row& row : rows()) {
      const auto q = mixture(row.count, row.dimension, row.theta);
      const auto part = path(q, row.x, row.v, 71);
      all.insert(all.end(), part.begin(), part.end());
    }
    return all;
  });
}

// Across the edge of what is worked on at a time, and with rows behind that do not count.
BOOST_AUTO_TEST_CASE(paths_of_many_points_are_the_sum_of_theirs) {
  for (const Row& row : rows()) {
    const auto q = mixture(row.count, row.dimension, row.theta);
    std::vector<double> x, v, sum(q.parameter_count()), magnitude(sum.size());
    for (std::size_t i = 0; i < 131; ++i) {
      std::vector<double> x_i = row.x, v_i = row.v;
      for (double& coordinate : x_i) coordinate += 1e-3 * static_cast<double>(i);
      for (double& coordinate : v_i) coordinate *= static_cast<double>(i % 7);
      const auto one = path(q, x_i, v_i);
      for (std::size_t j = 0; j < sum.size(); ++j) {
        sum[j] += one[j];
        magnitude[j] += std::abs(one[j]);
      }
      x.insert(x.end(), x_i.begin(), x_i.end());
      v.insert(v.end(), v_i.begin(), v_i.end());
    }
    const auto many = path(q, x, v);
    const double most = *std::max_element(magnitude.begin(), magnitude.end());
    for (std::size_t j = 0; j < sum.size(); ++j) {
      BOOST_TEST(std::abs(many[j] - sum[j]) <= 1e-11 * magnitude[j] + 1e-14 * most,
                 row.name << ": entry " << j << " is " << many[j] << ", should be " << sum[j]);
    }
  }
}

BOOST_AUTO_TEST_CASE(points_in_no_components_reach_have_finite_paths) {
  const double huge = std::numeric_limits<double>::max();
  for (const Row& row : rows()) {
    const auto q = mixture(row.count, row.dimension, row.theta);
    for (const double far : {1e3, 1e20, 1e150, huge}) {
      for (const double sign : {1.0, -1.0}) {
        const std::vector<double> x(row.dimension, sign * far), v(row.dimension, 1.0);
        for (const double g : path(q, x, v)) BOOST_TEST(std::isfinite(g), row.name << " " << far);
      }
    }
  }
}

namespace {

// Over a grid of `spacing` that ends `reach` from the origin.
void check_by_quadrature(const GaussianMixture& q, const Cost& cost, double spacing, double reach) {
  const std::size_t d = q.dimension(), n = 512;
  const auto side = static_cast<std::size_t>(2.0 * reach / spacing) + 1;
  std::size_t total = 1;
  for (std::size_t j = 0; j < d; ++j) total *= side;
  std::vector<double> gradient(q.parameter_count()), density(engine::padded(n) + 8);
  Workspace& workspace = Workspace::of_thread();
  for (std::size_t begin = 0; begin < total; begin += n) {
    const Workspace::Frame frame(workspace);
    conformance::TestBatch points(std::min(n, total - begin), d);
    for (std::size_t i = 0; i < points.size(); ++i) {
      std::size_t rest = begin + i;
      for (std::size_t j = 0; j < d; ++j, rest /= side) {
        points.at(i, j) = spacing * static_cast<double>(rest % side) - reach;
      }
    }
    points.repeat_last_row();
    q.log_density(points.view(), density.data(), workspace);
    for (double& v : density) v = std::exp(v) * std::pow(spacing, static_cast<double>(d));
    const auto part = gradient_at(q, cost, points, density.data(), workspace);
    for (std::size_t j = 0; j < part.size(); ++j) gradient[j] += part[j];
  }
  for (std::size_t j = 0; j < gradient.size(); ++j) {
    const double exact = exact_gradient(q, cost, j);
    BOOST_TEST(std::abs(gradient[j] - exact) <= 1e-8 * (1.0 + std::abs(exact)),
               cost.name << " in " << d << " dimensions, entry " << j << ": " << gradient[j]
                         << ", exact " << exact);
  }
}

}  // namespace

// Also where mass has to cross a gap in which hardly a draw falls.
BOOST_AUTO_TEST_CASE(means_over_a_grid_have_the_gradient_of_the_exact_ones) {
  const GaussianMixture apart(Vector{{0.3, 0.7}}, Points{{-2}, {3}},
                              {Matrix{{0.3}}, Matrix{{0.2}}});
  const GaussianMixture crossed(Vector{{0.4, 0.6}}, Points{{0, 0}, {0.1, 0.2}},
                                {correlated(1, 1, 0.98), correlated(0.7, 0.7, -0.95)});
  const GaussianMixture three(
      Vector{{0.2, 0.5, 0.3}}, Points{{-1, 1}, {1, 0}, {0, -1}},
      {correlated(0.6, 0.6, 0.5), correlated(0.8, 0.5, -0.3), correlated(0.5, 0.9, 0.0)});
  const GaussianMixture space(
      Vector{{0.5, 0.5}}, Points{{0, 0, 0.2}, {0.3, -0.2, 0}},
      {Matrix{{1, 0.7, 0.1}, {0.7, 1, 0.2}, {0.1, 0.2, 0.5}}, 0.4 * Matrix::Identity(3, 3)});
  for (const Cost& cost : costs) {
    check_by_quadrature(apart, cost, 0.05, 10.0);
    check_by_quadrature(crossed, cost, 0.04, 7.0);
    check_by_quadrature(three, cost, 0.15, 7.0);
    check_by_quadrature(space, cost, 0.25, 7.0);
  }
}

BOOST_AUTO_TEST_CASE(gradients_by_draws_are_unbiased) {
  const std::vector<GaussianMixture> models{
      {Vector{{0.3, 0.7}}, Points{{-0.5}, {0.8}}, {Matrix{{0.5}}, Matrix{{0.2}}}},
      {Vector{{0.2, 0.5, 0.3}},
       Points{{-1}, {0.5}, {1}},
       {Matrix{{1}}, Matrix{{0.01}}, Matrix{{0.3}}}},
      {Vector{{0.4, 0.6}},
       Points{{0, 0}, {0.6, -0.3}},
       {correlated(1, 0.8, 0.6), correlated(0.5, 0.9, -0.4)}},
      // beside each other, a hundred times as long as wide
      {Vector{{0.4, 0.6}},
       Points{{0, 0}, {0.5, 0.51}},
       {correlated(1, 1, 0.9999), correlated(0.7, 0.7, 0.9998)}},
      {Vector{{0.5, 0.5}},
       Points{{0, 0, 0.2}, {0.3, -0.2, 0}},
       {Matrix{{1, 0.9, 0.1}, {0.9, 1, 0.2}, {0.1, 0.2, 0.5}}, 0.3 * Matrix::Identity(3, 3)}}};
  for (const GaussianMixture& q : models) {
    for (const Cost& cost : costs) check_unbiased(q, cost, 400);
  }
}
