// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE models_gaussian_mixture
#include <boost/test/unit_test.hpp>

#include <cmath>
#include <limits>
#include <numbers>
#include <sstream>

#include <leibler/models/gaussian_mixture.hpp>

#include "gaussian_oracle.hpp"
#include "says.hpp"
#include "seed_mixture.hpp"

using namespace leibler;
using test::says;
namespace tt = boost::test_tools;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

struct Parts {
  Vector weights;
  Points means;
  std::vector<Matrix> covariances;

  Parts(Index k, Index d) : weights(k), means(k, d) {
    for (Index c = 0; c < k; ++c) {
      const auto seed = static_cast<unsigned>(10 * d + c);
      weights[c] = static_cast<double>(c + 1);
      means.row(c) = test::arbitrary_vector(d, seed);
      covariances.push_back(test::arbitrary_covariance(d, seed));
    }
    weights /= weights.sum();
  }
  [[nodiscard]] GaussianMixture mixture() const { return {weights, means, covariances}; }
};

std::vector<double> parameters_of(const GaussianMixture& p) {
  std::vector<double> theta(p.parameter_count());
  p.parameters(theta);
  return theta;
}

double distance(const Matrix& a, const Matrix& b) {
  return (a - b).cwiseAbs().maxCoeff();
}

}  // namespace

BOOST_AUTO_TEST_CASE(log_density_agrees_with_long_double_sums) {
  for (Index d : {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 70}) {
    for (Index k = 1; k <= (d > 11 ? 2 : 9); ++k) {
      BOOST_TEST_CONTEXT("d = " << d << ", K = " << k) {
        const Parts parts(k, d);
        const Vector x = test::arbitrary_vector(d, 99);
        long double top = -HUGE_VALL, sum = 0.0L;
        std::vector<long double> term;
        for (Index c = 0; c < k; ++c) {
          term.push_back(
              std::log(static_cast<long double>(parts.weights[c])) +
              test::gaussian_log_density(x, parts.means.row(c).transpose(),
                                         parts.covariances[static_cast<std::size_t>(c)]));
          top = std::max(top, term.back());
        }
        for (const long double t : term) sum += std::exp(t - top);
        BOOST_TEST(parts.mixture().log_density(Points(x.transpose()))[0] ==
                       static_cast<double>(top + std::log(sum)),
                   tt::tolerance(1e-12));
      }
    }
  }
}

// H(p) to 12 digits by the trapezoidal rule, which converges geometrically for a smooth density.
BOOST_AUTO_TEST_CASE(entropy_of_the_experiment_s_target_is_the_known_number) {
  const GaussianMixture p = test::seed_mixture();
  constexpr Index n = 801;
  double entropy = 0.0, mass = 0.0;
  for (Index i = 0; i < n; ++i) {
    Points x(n, 2);
    for (Index j = 0; j < n; ++j)
      x.row(j) << -20 + 0.05 * static_cast<double>(i), -20 + 0.05 * static_cast<double>(j);
    const Vector log_p = p.log_density(x);
    for (Index j = 0; j < n; ++j) {
      entropy -= 0.0025 * std::exp(log_p[j]) * log_p[j];
      mass += 0.0025 * std::exp(log_p[j]);
    }
  }
  BOOST_TEST(mass == 1.0, tt::tolerance(1e-12));
  BOOST_TEST(entropy == test::seed_entropy, tt::tolerance(1e-12));
}

BOOST_AUTO_TEST_CASE(mean_and_covariance_are_those_of_the_nearest_gaussian) {
  const GaussianMixture p = test::seed_mixture();
  BOOST_TEST((p.mean() - Vector{{2.8, 1.0}}).norm() < 1e-14);
  BOOST_TEST(distance(p.covariance(), Matrix{{9.61, 1.25}, {1.25, 7.70}}) < 1e-13);
}

BOOST_AUTO_TEST_CASE(covariance_far_from_the_origin_does_not_cancel) {
  const GaussianMixture near(Vector{{0.3, 0.7}}, Points{{0, 0}, {1, 2}},
                             {Matrix::Identity(2, 2), Matrix::Identity(2, 2)});
  const GaussianMixture far(Vector{{0.3, 0.7}}, Points{{1e7, 1e7}, {1e7 + 1, 1e7 + 2}},
                            {Matrix::Identity(2, 2), Matrix::Identity(2, 2)});
  BOOST_TEST(distance(near.covariance(), far.covariance()) < 1e-8);
  BOOST_TEST(far.mean()[1] - 1e7 == 1.4, tt::tolerance(1e-8));
}

// A peer that bounds its log densities from below says -1.8e308 here.
BOOST_AUTO_TEST_CASE(far_points_have_the_right_density_and_infinite_ones_none) {
  const GaussianMixture p(Vector{{0.5, 0.5}}, Points{{-3}, {3}},
                          {Matrix::Identity(1, 1), Matrix::Identity(1, 1)});
  const double constant = -std::log(2.0) - 0.5 * std::log(2 * std::numbers::pi);
  BOOST_TEST(p.log_density(Points{{30.0}})[0] == constant - 0.5 * 27 * 27, tt::tolerance(1e-14));
  const GaussianMixture q = test::seed_mixture();
  const Points x{{1e7, 0},         {1e200, 0},     {0, -1e200},
                 {infinity, 0},    {0, -infinity}, {infinity, -infinity},
                 {not_a_number, 0}};
  const Vector found = q.log_density(x);
  BOOST_TEST(found[0] == -0.5 * 1e14, tt::tolerance(1e-6));
  for (Index i = 1; i < 6; ++i) BOOST_TEST(found[i] == -infinity);
  BOOST_TEST(std::isnan(found[6]));
}

// The narrow component meets the point as inf - inf; the wide one decides.
BOOST_AUTO_TEST_CASE(a_component_that_is_infinitely_far_does_not_hide_another) {
  const double s = 1e-150;
  const GaussianMixture p(Vector{{0.5, 0.5}}, Points{{0, 0}, {0, 0}},
                          {Matrix{{s, 0.5 * s}, {0.5 * s, s}}, Matrix::Identity(2, 2) * 1e300});
  const GaussianMixture wide(Vector{{1.0}}, Points{{0, 0}}, {Matrix::Identity(2, 2) * 1e300});
  const Points x{{1e235, 1e235}, {1e150, -1e150}};
  const Vector found = p.log_density(x), expected = wide.log_density(x);
  BOOST_TEST(found[0] == expected[0], tt::tolerance(1e-14));
  BOOST_TEST(found[1] == expected[1] - std::log(2.0), tt::tolerance(1e-14));
}

BOOST_AUTO_TEST_CASE(component_has_the_parameters_of_the_mixture) {
  const Parts parts(3, 2);
  const GaussianMixture p = parts.mixture();
  for (std::size_t k = 0; k < 3; ++k) {
    const Gaussian c = p.component(k);
    BOOST_TEST((c.mean() - p.means().row(static_cast<Index>(k)).transpose()).norm() == 0.0);
    BOOST_TEST(distance(c.covariance(), parts.covariances[k]) < 1e-14);
    BOOST_TEST(distance(p.covariance(k), parts.covariances[k]) < 1e-14);
  }
}

BOOST_AUTO_TEST_CASE(marginal_is_the_mixture_of_marginals) {
  const GaussianMixture p = Parts(3, 4).mixture();
  const GaussianMixture m = p.marginal({2, 0});
  const Points x{{0.5, -0.5}};
  double density = 0.0;
  for (std::size_t k = 0; k < 3; ++k) {
    density += p.weights()[static_cast<Index>(k)] *
               std::exp(p.component(k).marginal({2, 0}).log_density(x)[0]);
  }
  BOOST_TEST(m.log_density(x)[0] == std::log(density), tt::tolerance(1e-13));
  BOOST_TEST(parameters_of(p.marginal({0, 1, 2, 3})) == parameters_of(p), tt::per_element());
}

BOOST_AUTO_TEST_CASE(conditional_density_is_joint_over_marginal) {
  for (Index d : {2, 3, 5, 11}) {
    for (Index k : {1, 2, 5, 9}) {
      BOOST_TEST_CONTEXT("d = " << d << ", K = " << k) {
        const GaussianMixture p = Parts(k, d).mixture();
        const Vector x = test::arbitrary_vector(d, 4);
        const std::size_t last = static_cast<std::size_t>(d) - 1;
        const double joint = p.log_density(Points(x.transpose()))[0];
        const double seen = p.marginal({last}).log_density(Points{{x[d - 1]}})[0];
        const GaussianMixture given = p.conditional({last}, Vector{{x[d - 1]}});
        BOOST_TEST(given.log_density(Points(x.head(d - 1).transpose()))[0] == joint - seen,
                   tt::tolerance(1e-11));
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(conditional_means_average_to_the_mean) {
  const GaussianMixture p = test::seed_mixture(), second = p.marginal({1});
  double mean = 0.0;
  for (double y = -20; y <= 20; y += 0.05) {
    mean += 0.05 * std::exp(second.log_density(Points{{y}})[0]) *
            p.conditional({1}, Vector{{y}}).mean()[0];
  }
  BOOST_TEST(mean == 2.8, tt::tolerance(1e-11));
}

BOOST_AUTO_TEST_CASE(a_value_far_from_every_component_still_has_a_conditional) {
  const GaussianMixture p(Vector{{0.25, 0.75}}, Points{{0, -1}, {0, 1}},
                          {Matrix{{1, 0}, {0, 1}}, Matrix{{4, 0}, {0, 1}}});
  for (const double value : {1e6, 1e9, 1e160, 1e200}) {
    BOOST_TEST_CONTEXT("value " << value) {
      const GaussianMixture far = p.conditional({0}, Vector{{value}});
      BOOST_TEST(far.components() == (value < 1e100 ? 2u : 1u));
      BOOST_TEST(far.weights().tail(1)[0] == 1.0);  // the wider component is the nearer one
      BOOST_TEST(far.weights().sum() == 1.0);
      const auto theta = parameters_of(far);
      BOOST_TEST(
          parameters_of(
              GaussianMixture::random(far.components(), 1, Seed{1}).with_parameters(theta)) ==
              theta,
          tt::per_element());
      BOOST_TEST(far.mean()[0] == 1.0);
      BOOST_TEST(std::isfinite(far.log_density(Points{{0.0}})[0]));
    }
  }
  const GaussianMixture even = p.conditional({0}, Vector{{0.0}});
  BOOST_TEST(even.weights()[0] == 0.25 / (0.25 + 0.75 / 2), tt::tolerance(1e-14));
  const GaussianMixture equal(Vector{{0.25, 0.75}}, Points{{0, -1}, {0, 1}},
                              {Matrix::Identity(2, 2), Matrix::Identity(2, 2)});
  BOOST_TEST(equal.conditional({0}, Vector{{1e200}}).weights()[0] == 0.25, tt::tolerance(1e-14));
}

// exp(-900) is 0, but where the other component is smaller still its logarithm counts.
BOOST_AUTO_TEST_CASE(a_weight_that_underflows_in_a_conditional_keeps_its_logarithm) {
  const GaussianMixture p(Vector{{0.5, 0.5}}, Points{{0, 0}, {60, 300}},
                          {Matrix::Identity(2, 2), Matrix::Identity(2, 2)});
  const GaussianMixture q = p.conditional({0}, Vector{{0}});
  BOOST_TEST(q.weights()[1] == 0.0);
  const double normal = -0.5 * std::log(2 * std::numbers::pi);
  BOOST_TEST(q.log_density(Points{{300.0}})[0] == -1800 + normal, tt::tolerance(1e-14));
  BOOST_TEST(q.log_density(Points{{0.0}})[0] == normal, tt::tolerance(1e-14));
}

// Left out by the first value, it is not back by the second.
BOOST_AUTO_TEST_CASE(a_component_that_a_conditional_left_out_stays_out) {
  const GaussianMixture p(Vector{{0.5, 0.5}}, Points{{0, 0, 1}, {0, 1e155, 2}},
                          {Matrix::Identity(3, 3), Matrix::Identity(3, 3)});
  const GaussianMixture once = p.conditional({1}, Vector{{0}});
  BOOST_TEST(once.components() == 1u);
  BOOST_TEST(once.conditional({0}, Vector{{0}}).mean()[0] == 1.0);
}

BOOST_AUTO_TEST_CASE(draws_have_the_mean_the_covariance_and_the_shares) {
  const GaussianMixture p = test::seed_mixture();
  constexpr Index n = 200'000;
  const Points x = sample(p, n, Seed{5});
  const Vector mean = x.colwise().mean(), expected = p.mean();
  const Matrix covariance = p.covariance();
  for (Index j = 0; j < 2; ++j) {
    BOOST_TEST(std::abs(mean[j] - expected[j]) < 7 * std::sqrt(covariance(j, j) / n));
  }
  // The first half has the shares of the whole: rows are in no particular order.
  const auto upper = static_cast<double>((x.col(1).head(n / 2).array() > 2.5).count()) / (n / 2);
  double share = 0.0;
  for (Index k = 0; k < 4; ++k) {
    const double deviation = std::sqrt(p.covariance(static_cast<std::size_t>(k))(1, 1));
    share +=
        p.weights()[k] * 0.5 * std::erfc((2.5 - p.means()(k, 1)) / deviation / std::numbers::sqrt2);
  }
  BOOST_TEST(std::abs(upper - share) < 7 * std::sqrt(share * (1 - share) / (n / 2)));
}

BOOST_AUTO_TEST_CASE(random_mixtures_have_equal_weights_and_the_stated_spread) {
  const auto q = GaussianMixture::random(2000, 2, Seed{1}, {.spread = 30, .stddev = 0.5});
  BOOST_TEST(q.weights()[7] == 1.0 / 2000, tt::tolerance(1e-14));
  BOOST_TEST(distance(q.covariance(3), 0.25 * Matrix::Identity(2, 2)) < 1e-15);
  const double square = q.means().cwiseAbs2().mean();
  BOOST_TEST(std::abs(square / 900 - 1) < 7 * std::sqrt(2.0 / 4000));
  BOOST_TEST(parameters_of(q) != parameters_of(GaussianMixture::random(
                                     2000, 2, Seed{2}, {.spread = 30, .stddev = 0.5})));
}

BOOST_AUTO_TEST_CASE(errors_of_the_constructor_are_whole_sentences) {
  const Vector half{{0.5, 0.5}};
  const Points means{{0, 0}, {1, 1}};
  const Matrix one = Matrix::Identity(2, 2);
  const auto make = [](const Vector& w, const Points& m, const std::vector<Matrix>& c) {
    return GaussianMixture(w, m, c);
  };
  const auto refuses = [&](const Vector& w, const Points& m, const std::vector<Matrix>& c,
                           const std::string& text) {
    BOOST_CHECK_EXCEPTION((void)make(w, m, c), std::logic_error, says("GaussianMixture: " + text));
  };
  refuses(Vector(), Points(0, 2), {},
          "means.rows() = 0; must be >= 1; a mixture has at least one component.");
  refuses(half, Points(2, 0), {one, one},
          "means.cols() = 0; must be >= 1; a distribution has at least one dimension.");
  refuses(Vector{{1.0}}, means, {one, one},
          "weights.size() = 1; must be 2; give one weight a row of means.");
  refuses(half, means, {one},
          "covariances.size() = 1; must be 2; give one covariance a row of means.");
  refuses(
      Vector{{1.5, -0.5}}, means, {one, one},
      "weights[1] = -0.5; weights must be finite and > 0; leave out components of weight zero.");
  refuses(Vector{{1.0, 0.0}}, means, {one, one},
          "weights[1] = 0; weights must be finite and > 0; leave out components of weight zero.");
  refuses(Vector{{not_a_number, 1.0}}, means, {one, one},
          "weights[0] = nan; weights must be finite and > 0; leave out components of weight zero.");
  refuses(Vector{{0.0, 0.0}}, means, {one, one},
          "weights are all zero; weights must be > 0 and add up to 1; give every component its "
          "probability.");
  refuses(
      Vector{{0.5, 0.25}}, means, {one, one},
      "weights add up to 0.75; weights must add up to 1 within 1e-9; divide them by their sum.");
  refuses(half, Points{{0, 0}, {infinity, 1}}, {one, one},
          "means[1, 0] = inf; means must be finite; look where the value comes from.");
  refuses(half, means, {one, Matrix::Identity(2, 3)},
          "covariances[1] is 2 x 3; covariances must be 2 x 2; give one row and one column a "
          "dimension.");
  refuses(half, means, {Matrix{{1, not_a_number}, {0, 1}}, one},
          "covariances[0][0, 1] = nan; covariances must be finite; look where the value comes "
          "from.");
  refuses(half, means, {one, Matrix{{-infinity, 0}, {0, 1}}},
          "covariances[1][0, 0] = -inf; covariances must be finite; look where the value "
          "comes from.");
  refuses(half, means, {one, Matrix{{1, 0.5}, {0, 1}}},
          "covariances[1][1, 0] = 0 but [0, 1] = 0.5; covariances must be "
          "symmetric positive definite; average it with its transpose.");
  refuses(half, means, {one, Matrix{{1, 1.134}, {1.134, 1}}},
          "covariances[1] is not positive definite (smallest eigenvalue -0.134); covariances must "
          "be symmetric positive definite; add a multiple of the identity.");
  refuses(half, means, {Matrix::Ones(2, 2), one},
          "covariances[0] is singular to working precision; covariances must be symmetric positive "
          "definite; add a multiple of the identity.");
}

BOOST_AUTO_TEST_CASE(errors_carry_their_fields) {
  try {
    GaussianMixture(Vector{{1.0}}, Points{{0, 0}}, {Matrix{{1, 2}, {2, 1}}});
    BOOST_FAIL("an indefinite covariance was taken");
  } catch (const DomainError& e) {
    BOOST_TEST(e.where == "GaussianMixture");
    BOOST_TEST(e.Error::what == "covariances");
    BOOST_TEST(e.index == std::vector<std::size_t>{0}, tt::per_element());
    BOOST_TEST(e.value == "is not positive definite (smallest eigenvalue -1)");
    BOOST_TEST(e.rule == "covariances must be symmetric positive definite");
    BOOST_TEST(e.remedy == "add a multiple of the identity");
  }
  try {
    GaussianMixture(Vector{{0.5, 0.5}}, Points{{0, 0}, {1, 1}},
                    {Matrix::Identity(2, 2), Matrix{{1, 0.25}, {0.5, 1}}});
    BOOST_FAIL("an asymmetric covariance was taken");
  } catch (const DomainError& e) {
    BOOST_TEST(e.Error::what == "covariances");
    BOOST_TEST((e.index == std::vector<std::size_t>{1, 1, 0}));
    BOOST_TEST(e.value == "= 0.5 but [0, 1] = 0.25");
  }
}

// Each of these would end in bad_alloc, or in the memory of the machine.
BOOST_AUTO_TEST_CASE(sizes_beyond_any_memory_are_refused_before_it_is_asked_for) {
  constexpr std::size_t most = std::numeric_limits<std::size_t>::max();
  BOOST_CHECK_EXCEPTION((void)GaussianMixture::random(2, 10'000'000, Seed{1}), InvalidArgument,
                        says("GaussianMixture::random: dimension = 10000000; must be <= 46339; a "
                             "larger one does not fit into memory, a DiagonalGaussian may."));
  BOOST_CHECK_EXCEPTION((void)GaussianMixture::random(std::size_t{1} << 60, 2, Seed{1}),
                        InvalidArgument,
                        says("GaussianMixture::random: components = 1152921504606846976; must be "
                             "<= 178956970; a larger model does not fit into memory."));
  BOOST_CHECK_EXCEPTION((void)GaussianMixture::random(most, 2, Seed{1}), InvalidArgument,
                        says("GaussianMixture::random: components = 18446744073709551615; must be "
                             "<= 178956970; a larger model does not fit into memory."));
  BOOST_CHECK_EXCEPTION(
      GaussianMixture(Vector{{1.0}}, Points::Zero(1, 10'000'000), {Matrix::Identity(1, 1)}),
      InvalidArgument,
      says("GaussianMixture: means.cols() = 10000000; must be <= 46339; a larger one does not fit "
           "into memory, a DiagonalGaussian may."));
}

BOOST_AUTO_TEST_CASE(errors_of_calls_are_whole_sentences) {
  const GaussianMixture p = test::seed_mixture();
  BOOST_CHECK_EXCEPTION((void)p.component(4), InvalidArgument,
                        says("GaussianMixture::component: k = 4; must be below 4; components count "
                             "from 0."));
  BOOST_CHECK_EXCEPTION((void)p.marginal({2}), InvalidArgument,
                        says("GaussianMixture::marginal: coordinates[0] = 2; coordinates must be "
                             "below 2; coordinates count from 0."));
  BOOST_CHECK_EXCEPTION(
      (void)p.conditional({0, 0}, Vector::Zero(2)), InvalidArgument,
      says("GaussianMixture::conditional: observed[1] = 0 again; observed must be "
           "distinct; name every coordinate once."));
  BOOST_CHECK_EXCEPTION((void)p.conditional({0}, Vector{{infinity}}), DomainError,
                        says("GaussianMixture::conditional: value[0] = inf; value must be finite; "
                             "look where the value comes from."));
  BOOST_CHECK_EXCEPTION((void)GaussianMixture::random(0, 2, Seed{1}), InvalidArgument,
                        says("GaussianMixture::random: components = 0; must be >= 1; a mixture has "
                             "at least one component."));
  BOOST_CHECK_EXCEPTION((void)GaussianMixture::random(1, 0, Seed{1}), InvalidArgument,
                        says("GaussianMixture::random: dimension = 0; must be >= 1; a distribution "
                             "has at least one dimension."));
  BOOST_CHECK_EXCEPTION((void)GaussianMixture::random(1, 1, Seed{1}, {.spread = -1}), DomainError,
                        says("GaussianMixture::random: options.spread = -1; spread must be finite "
                             "and > 0; means at one place never separate."));
  BOOST_CHECK_EXCEPTION((void)GaussianMixture::random(1, 1, Seed{1}, {.spread = infinity}),
                        DomainError,
                        says("GaussianMixture::random: options.spread = inf; spread must be finite "
                             "and > 0; take the distance between the target's components."));
  BOOST_CHECK_EXCEPTION((void)GaussianMixture::random(1, 1, Seed{1}, {.stddev = not_a_number}),
                        DomainError,
                        says("GaussianMixture::random: options.stddev = nan; stddev must be finite "
                             "and > 0; take the width of the target's components."));
  BOOST_CHECK_EXCEPTION((void)GaussianMixture::random(1, 1, Seed{1}, {.stddev = 0}), DomainError,
                        says("GaussianMixture::random: options.stddev = 0; stddev must be finite "
                             "and > 0; components need a width."));
  BOOST_CHECK_EXCEPTION((void)p.with_parameters(std::vector<double>(3)), InvalidArgument,
                        says("GaussianMixture::with_parameters: parameters.size() = 3; must be 24; "
                             "ask parameter_count()."));
}

BOOST_AUTO_TEST_CASE(prints_a_line_a_component) {
  std::ostringstream out;
  out << test::seed_mixture();
  BOOST_TEST(out.str() ==
             "GaussianMixture of 4 components in 2 dimensions\n"
             "  weight 0.2, mean (1, 0), stddev (1, 1), correlation 0\n"
             "  weight 0.3, mean (6, 4), stddev (1, 1), correlation 0.5\n"
             "  weight 0.2, mean (-2, 2), stddev (1, 1), correlation -0.5\n"
             "  weight 0.3, mean (4, -2), stddev (0.7071, 2), correlation 0");
}
