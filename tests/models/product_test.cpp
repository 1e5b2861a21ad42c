// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE models_product
#include <boost/test/unit_test.hpp>

#include <cmath>
#include <limits>
#include <sstream>

#include <leibler/models/conformance.hpp>
#include <leibler/models/diagonal_gaussian.hpp>
#include <leibler/models/gaussian_mixture.hpp>
#include <leibler/models/product.hpp>
#include <leibler/models/univariate/laplace.hpp>
#include <leibler/models/univariate/normal.hpp>
#include <leibler/models/univariate/uniform.hpp>
#include <leibler/models/wishart.hpp>

#include "allocations.hpp"
#include "says.hpp"

using namespace leibler;
using test::says;
namespace tt = boost::test_tools;

namespace {

const Gaussian block(Vector{{1.0, -2.0}}, Matrix{{2.0, 0.5}, {0.5, 1.0}});

struct Unnormalised {
  static constexpr bool normalized = false;
  [[nodiscard]] static std::size_t dimension() { return 1; }
  static void log_density(const Batch& x, double* out, Workspace&) {
    for (std::size_t i = 0; i < x.size; ++i)
      out[i] = std::isinf(x.data[i]) ? -HUGE_VAL : 3.0 + 0.0 * x.data[i];
  }
};

}  // namespace

static_assert(Distribution<Product<Normal<>, Gaussian>> &&
              Reparameterized<Product<Normal<>, Gaussian>>);
static_assert(Reparameterized<Product<Normal<>, GaussianMixture>> &&
              implicit_path<Product<Normal<>, GaussianMixture>> &&
              !implicit_path<Product<Normal<>, Gaussian>>);
static_assert(Parametric<Product<Normal<>, Wishart<>>> &&
              !Reparameterized<Product<Normal<>, Wishart<>>>);
static_assert(Reparameterized<Product<std::vector<Normal<>>>>);
static_assert(Density<Product<Normal<>, Unnormalised>> &&
              !Distribution<Product<Normal<>, Unnormalised>> &&
              !is_normalized<Product<Normal<>, Unnormalised>>);

BOOST_AUTO_TEST_CASE(a_product_of_normals_is_the_diagonal_gaussian) {
  const DiagonalGaussian expected(Vector{{0.5, 3.3, -1.0}}, Vector{{1.5, 0.7, 4.0}});
  const Product list(std::vector{Normal(0.5, 1.5), Normal(3.3, 0.7), Normal(-1.0, 4.0)});
  const Product fixed(Normal(0.5, 1.5), Product(Normal(3.3, 0.7), Normal(-1.0, 4.0)));
  const Points x = sample(expected, 300, Seed{2});
  BOOST_TEST((list.log_density(x) - expected.log_density(x)).cwiseAbs().maxCoeff() < 1e-14);
  BOOST_TEST((fixed.log_density(x) - expected.log_density(x)).cwiseAbs().maxCoeff() < 1e-14);
  BOOST_TEST((point_gradient(fixed, x) - point_gradient(expected, x)).cwiseAbs().maxCoeff() <
             1e-13);
  const Vector theirs = parameter_gradient(expected, x), ours = parameter_gradient(list, x);
  for (Index j = 0; j < 3; ++j) {
    BOOST_TEST(ours[2 * j] == theirs[j], tt::tolerance(1e-11));
    BOOST_TEST(ours[2 * j + 1] == theirs[3 + j], tt::tolerance(1e-11));
  }
  BOOST_TEST(list.entropy() == expected.entropy(), tt::tolerance(1e-15));
  BOOST_TEST((list.mean() - expected.mean()).cwiseAbs().maxCoeff() == 0.0);
  BOOST_TEST((fixed.covariance() - expected.covariance()).cwiseAbs().maxCoeff() < 1e-15);
}

BOOST_AUTO_TEST_CASE(moments_are_those_of_the_blocks_side_by_side) {
  const Product p(Laplace(3.0, 2.0), block);
  BOOST_TEST(p.dimension() == 3u);
  BOOST_TEST(p.mean() == (Vector{{3.0, 1.0, -2.0}}));
  BOOST_TEST((p.variance() - Vector{{8.0, 2.0, 1.0}}).cwiseAbs().maxCoeff() < 1e-15);
  BOOST_TEST(p.covariance()(2, 1) == 0.5, tt::tolerance(1e-15));
  BOOST_TEST(p.covariance()(0, 1) == 0.0);
  BOOST_TEST(p.block<0>().scale() == 2.0);
}

BOOST_AUTO_TEST_CASE(a_density_of_zero_in_one_block_is_zero_in_all) {
  const Product p(Uniform(0.0, 1.0), Normal(0.0, 1.0));
  BOOST_TEST(p.log_density(Points{{2.0, 0.5}})[0] == -HUGE_VAL);
  BOOST_TEST(std::isnan(p.log_density(Points{{2.0, std::nan("")}})[0]));
  const Product q(Normal(0.0, 1.0), Unnormalised());
  BOOST_TEST(q.log_density(Points{{0.0, 7.0}})[0] == 3.0 - 0.5 * std::log(2.0 * M_PI),
             tt::tolerance(1e-15));
}

BOOST_AUTO_TEST_CASE(blocks_are_drawn_independently) {
  const Index n = 100'000;
  const Points x = sample(Product(std::vector{Normal(0, 1), Normal(0, 1)}), n, Seed{8});
  const double correlation = (x.col(0).array() * x.col(1).array()).mean();
  BOOST_TEST(std::abs(correlation) < 7.0 / std::sqrt(static_cast<double>(n)));
  for (Index j = 0; j < 2; ++j) {
    BOOST_TEST(std::abs(x.col(j).mean()) < 7.0 / std::sqrt(static_cast<double>(n)));
    BOOST_TEST(std::abs(x.col(j).array().square().mean() - 1.0) <
               7.0 * std::sqrt(2.0 / static_cast<double>(n)));
  }
}

BOOST_AUTO_TEST_CASE(keeps_what_the_concepts_promise) {
  const ConformanceOptions options{.allocations = test::allocations};
  const auto a = check_model(Product(Normal(0.5, 1.5), block), options);
  const auto b = check_model(Product(Normal(0.5, 3.0), GaussianMixture::random(3, 2, Seed{3})));
  const auto c = check_model(Product(std::vector{Normal(0.5, 1.5), Normal(3.3, 0.7)}), options);
  const auto d = check_model(Product(std::vector(9, Normal(0.5, 1.5))));
  const auto e = check_model(Product(Normal(0, 1), Unnormalised()));
  for (const auto* const v : {&a, &b, &c, &d, &e}) BOOST_TEST(v->empty(), *v);
}

BOOST_AUTO_TEST_CASE(mistakes_are_named) {
  BOOST_CHECK_EXCEPTION(
      Product(std::vector<Normal<>>()), InvalidArgument,
      says("Product: blocks.size() = 0; must be >= 1; a product has at least one block."));
  const Product p(Normal(0, 1), block);
  BOOST_CHECK_EXCEPTION((void)p.with_parameters(std::vector(8, 0.0)), InvalidArgument,
                        says("Product::with_parameters: theta.size() = 8; must be 7; ask "
                             "parameter_count()."));
  BOOST_CHECK_EXCEPTION(
      (void)p.with_parameters(std::vector{0.0, 0.0, 0.0, 0.0, std::nan(""), 0.0, 0.0}), DomainError,
      says("Product::with_parameters: parameters[4] = nan; parameters must be finite; the step "
           "that made it was too large."));
}

BOOST_AUTO_TEST_CASE(prints_its_blocks) {
  std::ostringstream text;
  text << Product(Normal(0, 1), Unnormalised());
  BOOST_TEST(text.str() ==
             "Product of 2 blocks in 2 dimensions\n  Normal(mean = 0, stddev = 1)\n"
             "  a part in 1 dimension");
}
