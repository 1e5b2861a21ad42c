// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE models_dirichlet
#include <boost/test/unit_test.hpp>

#include <cmath>
#include <limits>
#include <sstream>

#include <boost/math/distributions/beta.hpp>

#include <leibler/engine/moments.hpp>
#include <leibler/models/conformance/report.hpp>
#include <leibler/models/dirichlet.hpp>
#include <leibler/models/univariate/beta.hpp>

#include "allocations.hpp"
#include "says.hpp"
#include "vector_checks.hpp"

using namespace leibler;
using test::relative_error;
using test::says;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

double at(const Dirichlet<>& p, const Vector& x) {
  const double value = p.log_density(Points(x.transpose()))[0];
  const double alone = p.log_density(as_span(x));
  BOOST_TEST((relative_error(value, alone, 1.0) < 1e-12 || std::isnan(alone)));
  return value;
}

}  // namespace

BOOST_AUTO_TEST_CASE(keeps_every_promise_of_the_concepts) {
  const ConformanceOptions options{.allocations = test::allocations};
  for (const auto& p : {Dirichlet(Vector{{2, 3, 5}}), Dirichlet(Vector{{0.4, 0.7}})}) {
    BOOST_TEST(test::text_of(check_model(p, options)) == "");
  }
}

// mpmath 1.3, 60 digits: loggamma(sum a) - sum loggamma(a) + sum (a - 1) log x.
BOOST_AUTO_TEST_CASE(log_density_has_twelve_digits) {
  BOOST_TEST(relative_error(at(Dirichlet(Vector{{2, 3, 5}}), Vector{{0.2, 0.3, 0.5}}),
                            2.1406542258478250661, 12) < 1e-15);
  BOOST_TEST(relative_error(at(Dirichlet(Vector{{1e-3, 0.5, 1e6}}), Vector{{1e-300, 0.25, 0.75}}),
                            -286991.56484332136817, 2.6e7) < 1e-15);
}

BOOST_AUTO_TEST_CASE(moments_and_entropy_are_the_closed_forms) {
  const Dirichlet p(Vector{{2, 3, 5}});
  BOOST_TEST((p.mean() - Vector{{0.2, 0.3, 0.5}}).norm() < 1e-16);
  const Matrix expected =
      Matrix{{0.16, -0.06, -0.1}, {-0.06, 0.21, -0.15}, {-0.1, -0.15, 0.25}} / 11;
  BOOST_TEST((p.covariance() - expected).cwiseAbs().maxCoeff() < 1e-16);
  BOOST_TEST((p.variance() - expected.diagonal()).cwiseAbs().maxCoeff() < 1e-16);
  // mpmath 1.3, 60 digits.
  BOOST_TEST(relative_error(p.entropy(), -1.4611820247291342377, 15) < 1e-14);
  BOOST_TEST(relative_error(Dirichlet(Vector{{0.001, 0.5, 1000}}).entropy(), -1006.3919707901475831,
                            6e3) < 1e-14);
}

BOOST_AUTO_TEST_CASE(the_support_is_the_simplex_with_its_limits) {
  const Dirichlet p(Vector{{2, 3, 5}});
  BOOST_TEST(at(p, Vector{{0.2, 0.3, 0.6}}) == -infinity);
  BOOST_TEST(at(p, Vector{{-0.1, 0.6, 0.5}}) == -infinity);
  BOOST_TEST(at(p, Vector{{0.2, 0.3, 0.5 + 2e-9}}) == -infinity);
  BOOST_TEST(std::isfinite(at(p, Vector{{0.2, 0.3, 0.5 + 5e-10}})));
  BOOST_TEST(at(p, Vector{{0, 0.5, 0.5}}) == -infinity);
  BOOST_TEST(std::isnan(at(p, Vector{{not_a_number, 0.5, 0.5}})));
  const Vector edge{{0, 0.5, 0.5}};
  BOOST_TEST(at(Dirichlet(Vector{{0.5, 1, 1}}), edge) == infinity);
  BOOST_TEST(relative_error(at(Dirichlet(Vector{{1, 1, 1}}), edge), std::log(2.0)) < 1e-15);
}

BOOST_AUTO_TEST_CASE(gradients_agree_with_differences) {
  const Points x{{0.2, 0.3, 0.5}, {0.05, 0.9, 0.05}, {1.0 / 3, 1.0 / 3, 1.0 / 3}};
  // Along the simplex.
  const Matrix directions{{1, 0.5}, {-1, 0.5}, {0, -1}};
  for (const Vector& a : {Vector{{2, 3, 5}}, Vector{{0.01, 1, 300}}}) {
    BOOST_TEST(test::parameter_gradient_error(Dirichlet(a), x) < 1e-8);
    BOOST_TEST(test::point_gradient_error(Dirichlet(a), x, directions, 1e-4) < 1e-8);
  }
}

BOOST_AUTO_TEST_CASE(the_tape_agrees_with_doubles) {
  const Vector x{{0.2, 0.3, 0.5}};
  const auto recorded = [&](const Reals& a) { return Dirichlet(a).log_density(x); };
  const auto plain = [&](const std::vector<double>& a) {
    return Dirichlet(as_vector(a)).log_density(as_span(x));
  };
  BOOST_TEST(test::tape_error({2, 3, 5}, recorded, plain) < 1.0);
  BOOST_TEST(test::tape_error({0.1, 40, 1}, recorded, plain) < 1.0);
  // Differentiated points, as a program draws them: any that are > 0.
  const auto of_points = [&](const Reals& y) {
    return Dirichlet(Vector{{2, 3, 5}}).log_density(y);
  };
  const auto found = test::on_tape({{0.2}, {0.3}, {0.5}}, of_points);
  BOOST_TEST(relative_error(found.value[0], 2.1406542258478250661, 12) < 1e-15);
  BOOST_TEST(relative_error(found.gradient[2][0], 4 / 0.5) < 1e-14);
  test::on_tape({{2.0}, {3.0}}, [](const Reals& a) {
    BOOST_TEST(Dirichlet(a).log_density(Vector{{0.2, 0.3}}).is_constant());
    BOOST_CHECK_EXCEPTION((void)Dirichlet(a).log_density(Vector{{1, 0, 0}}), InvalidArgument,
                          says("Dirichlet::log_density: x.size() = 3; must be 2; give one number a "
                               "coordinate."));
    return Dirichlet(std::vector<Real>{a[0], 1.0, a[1]}).log_density(Vector{{0.2, 0.3, 0.5}});
  });
}

BOOST_AUTO_TEST_CASE(draws_follow_the_density) {
  BOOST_TEST(test::moments_error(Dirichlet(Vector{{2, 3, 5}}), 500'000, Seed{1}) < 7);
  BOOST_TEST(test::moments_error(Dirichlet(Vector{{0.05, 0.1, 0.2}}), 100'000, Seed{2}) < 7);
  // Every coordinate is Beta(a_k, the rest).
  const Vector a{{0.3, 3, 5}};
  const Points x = sample(Dirichlet(a), 50'000, Seed{3});
  for (Index k = 0; k < 3; ++k) {
    const boost::math::beta_distribution<> beta(a[k], a.sum() - a[k]);
    std::vector<double> u;
    for (Index i = 0; i < x.rows(); ++i) u.push_back(cdf(beta, x(i, k)));
    BOOST_TEST(std::abs(test::chi_square_error(u)) < 7);
  }
}

BOOST_AUTO_TEST_CASE(draws_of_next_to_no_concentration_stay_inside) {
  const Dirichlet p(Vector{{1e-3, 1e-4, 1e-3}});
  const Points x = sample(p, 10'000, Seed{4});
  BOOST_TEST(x.minCoeff() > 0.0);
  BOOST_TEST((x.rowwise().sum().array() - 1).abs().maxCoeff() < 1e-12);
  BOOST_TEST(p.log_density(x).minCoeff() > -infinity);
  const double share = (x.col(0).array() > 0.5).cast<double>().mean();
  BOOST_TEST(std::abs(share - 1 / 2.1) < 7 * 0.005);
}

// dx / d log concentration, summed over rows, times a direction at every row.
Vector path(const Dirichlet<>& p, const Points& x, const Points& v) {
  Workspace& workspace = Workspace::of_thread();
  const engine::Workspace::Frame frame(workspace);
  const conformance::TestBatch points(x), directions(v);
  std::vector<double> sums(p.gradient_sums_size()), out(p.parameter_count());
  p.add_path_sums(p.evaluate(points.view(), workspace), directions.view(), sums.data(), workspace);
  p.parameter_gradient(sums.data(), out);
  return as_vector(out);
}

BOOST_AUTO_TEST_CASE(shares_keep_their_proportions_along_a_path) {
  const double a = 0.7, b = 3.0, c = 1.5;
  for (const double x : {1e-200, 1e-3, 0.2, 0.6, 0.999}) {
    // of two shares one is Beta
    Workspace& workspace = Workspace::of_thread();
    const engine::Workspace::Frame frame(workspace);
    const conformance::TestBatch point(Points{{x}}), one(Points{{1.0}});
    const auto beta_path = [&](double shape, double rest) {
      const Beta beta(shape, rest);
      std::vector<double> sums(2);
      beta.add_path_sums(beta.evaluate(point.view(), workspace), one.view(), sums.data(),
                         workspace);
      return sums;
    };
    const auto of_two = beta_path(a, b);
    const Vector found = path(Dirichlet(Vector{{a, b}}), Points{{x, 1 - x}}, Points{{1, 0}});
    BOOST_TEST(relative_error(found[0], a * of_two[0]) < 1e-13);
    BOOST_TEST(relative_error(found[1], b * of_two[1]) < 1e-13);
    // of three the others divide what is left as before
    const Dirichlet three(Vector{{a, b, c}});
    const Points at{{x, 0.25 * (1 - x), 0.75 * (1 - x)}};
    const double moved = a * beta_path(a, b + c)[0];
    BOOST_TEST(relative_error(path(three, at, Points{{1, 0, 0}})[0], moved) < 1e-13);
    BOOST_TEST(relative_error(path(three, at, Points{{0, 1, 0}})[0], -0.25 * moved) < 1e-13);
    BOOST_TEST(relative_error(path(three, at, Points{{0, 0, 1}})[0], -0.75 * moved) < 1e-13);
    BOOST_TEST(path(three, at, Points{{2, 2, 2}}).cwiseAbs().maxCoeff() < 1e-14);
  }
}

BOOST_AUTO_TEST_CASE(gradients_along_paths_are_unbiased) {
  for (const Vector& a :
       {Vector{{2, 3, 5}}, Vector{{0.3, 0.05, 1.2, 0.4}}, Vector{{300, 0.5, 90}}}) {
    const Dirichlet p(a);
    const Index n = 512;
    const double s = a.sum();
    std::vector<engine::Moments> share(static_cast<std::size_t>(a.size())), logarithm = share,
                                                                            product = share;
    for (std::uint64_t chunk = 0; chunk < 200; ++chunk) {
      const Points x = sample(p, n, Seed{100 + chunk});
      Points v = Points::Zero(n, a.size());
      const auto add = [&](std::vector<engine::Moments>& to) {
        const Vector g = path(p, x, v / static_cast<double>(n));
        for (std::size_t k = 0; k < to.size(); ++k) to[k].add(&g[static_cast<Index>(k)], 1);
      };
      v.col(0).setOnes();
      add(share);
      v.col(0) = x.col(0).cwiseInverse();
      add(logarithm);
      v.col(0) = x.col(1);
      v.col(1) = x.col(0);
      add(product);
    }
    for (Index k = 0; k < a.size(); ++k) {
      const auto within = [&](const std::vector<engine::Moments>& found, double exact) {
        const auto& m = found[static_cast<std::size_t>(k)];
        BOOST_TEST(std::abs(m.mean() - exact) <= 7 * m.standard_error(),
                   "parameter " << k << ": " << m.mean() << ", exact " << exact);
      };
      const double first = k == 0 ? 1.0 : 0.0, both = k < 2 ? 1.0 : 0.0;
      within(share, a[0] / s * (first - a[k] / s));
      within(logarithm, a[k] * (first * engine::trigamma(a[0]) - engine::trigamma(s)));
      within(product, a[0] * a[1] / (s * (s + 1)) * (both - a[k] / s - a[k] / (s + 1)));
    }
  }
}

BOOST_AUTO_TEST_CASE(paths_of_draws_at_a_corner_are_finite) {
  for (const double a : {1e-300, 1e-20, 1e-3}) {
    const Dirichlet p(Vector{{a, 1e-3, a, 1e5}});
    const Points x = sample(p, 300, Seed{4});
    BOOST_TEST(path(p, x, point_gradient(p, x)).allFinite());
  }
}

// At the maximum the gradient vanishes; scaled data leave it where it is.
BOOST_AUTO_TEST_CASE(maximum_likelihood_makes_the_gradient_vanish) {
  for (const Vector& a : {Vector{{2, 3, 5}}, Vector{{0.05, 0.3, 0.1}}, Vector{{1e4, 300, 2e4}}}) {
    const Empirical data(sample(Dirichlet(a), 5000, Seed{5}));
    const auto q = Dirichlet(Vector{{1, 1, 1}}).maximum_likelihood(data);
    const Vector g = parameter_gradient(q, Points(data.points())) / 5000;
    BOOST_TEST(g.cwiseAbs().maxCoeff() < 1e-8 * std::max(1.0, a.maxCoeff()));
    for (Index k = 0; k < 3; ++k) {
      BOOST_TEST(std::abs(std::log(q.concentration()[k] / a[k])) < 0.2);
    }
  }
  const Empirical weighted(Points{{0.2, 0.8}, {0.4, 0.6}, {0.9, 0.1}}, Vector{{2, 1, 0}});
  const Empirical repeated(Points{{0.2, 0.8}, {0.2, 0.8}, {0.4, 0.6}});
  const Dirichlet start(Vector{{1, 1}});
  BOOST_TEST((start.maximum_likelihood(weighted).concentration() -
              start.maximum_likelihood(repeated).concentration())
                 .norm() < 1e-9);
}

BOOST_AUTO_TEST_CASE(data_without_a_maximum_are_refused) {
  const Dirichlet p(Vector{{1, 1}});
  BOOST_CHECK_EXCEPTION(
      (void)p.maximum_likelihood(Empirical(Points{{0.5, 0.5}, {0.5, 0.5}})), DomainError,
      says("Dirichlet::maximum_likelihood: data are all the same point; points must differ; give "
           "more points, or make them a constant."));
  BOOST_CHECK_EXCEPTION(
      (void)p.maximum_likelihood(Empirical(Points{{0.5, 0.5}, {1, 0}})), DomainError,
      says("Dirichlet::maximum_likelihood: data hold a coordinate 1 that is 0; all must be > 0; "
           "leave the point out or move it inside."));
  BOOST_CHECK_EXCEPTION(
      (void)p.maximum_likelihood(Empirical(Points{{0.5, 0.6}})), DomainError,
      says("Dirichlet::maximum_likelihood: data[0] = (0.5, 0.6); it is outside the support of "
           "Dirichlet; leave it out or take another family."));
  BOOST_CHECK_EXCEPTION((void)p.maximum_likelihood(Empirical(Points{{1, 0, 0}})), InvalidArgument,
                        says("Dirichlet::maximum_likelihood: data.dimension() = 3; must be 2; give "
                             "one column a coordinate."));
}

BOOST_AUTO_TEST_CASE(files_and_errors) {
  const Dirichlet p(Vector{{2, 0.1, 5}});
  std::ostringstream text;
  text << Dirichlet<>::from_json(p.to_json());
  BOOST_TEST(text.str() == "Dirichlet(concentration = (2, 0.1, 5))");
  const auto moved = p.with_parameters(std::vector<double>{0.1, 0.2, 0.3});
  BOOST_TEST((Dirichlet<>::from_json(moved.to_json()).concentration() == moved.concentration()));
  BOOST_CHECK_EXCEPTION((void)Dirichlet(Vector{{1, 0}}), DomainError,
                        says("Dirichlet: concentration[1] = 0; concentration must be finite and > "
                             "0; leave out categories that do not occur."));
  BOOST_CHECK_EXCEPTION((void)Dirichlet(Vector{{1}}), InvalidArgument,
                        says("Dirichlet: concentration.size() = 1; must be >= 2; give one number a "
                             "category."));
  BOOST_CHECK_EXCEPTION(
      (void)Dirichlet<>::from_json(R"({"concentration": [1, -1]})"), DomainError,
      says("Dirichlet::from_json: concentration[1] = -1; concentration must be finite and > 0; "
           "leave out categories that do not occur."));
}
