// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE models_conformance
#include <boost/test/unit_test.hpp>

#include <set>
#include <sstream>

#include <leibler/models/conformance.hpp>
#include <leibler/models/diagonal_gaussian.hpp>
#include <leibler/models/empirical.hpp>
#include <leibler/models/gaussian_mixture.hpp>
#include <leibler/models/logistic_regression.hpp>

#include "conformance_checks.hpp"
#include "faulty_exponential.hpp"
#include "gaussian_oracle.hpp"
#include "seed_mixture.hpp"

using namespace leibler;
using test::Fault;
using test::keeps_every_promise, test::must_break, test::options, test::whole;

namespace {

// A mixture that draws its components in other shares than its density has.
struct WrongShares {
  GaussianMixture density, draws;
  [[nodiscard]] std::size_t dimension() const { return 1; }
  void log_density(const Batch& x, double* out, Workspace& w) const {
    density.log_density(x, out, w);
  }
  void sample(const Stream& s, const MutableBatch& x, Workspace& w) const { draws.sample(s, x, w); }
};

struct BadResponsibilities : GaussianMixture {
  explicit BadResponsibilities(const GaussianMixture& q) : GaussianMixture(q) {}
  void responsibilities(const Evaluation& at, double* out, std::size_t stride) const {
    GaussianMixture::responsibilities(at, out, stride);
    out[0] += 1e-6;
  }
};

struct BadTable : Empirical {
  double factor, shift;
  std::size_t count;
  BadTable(double f, double s, std::size_t n)
      : Empirical(Points{{0}, {1}, {2}}, Vector{{1, 2, 3}}), factor(f), shift(s), count(n) {}
  [[nodiscard]] std::size_t size() const { return count; }
  [[nodiscard]] Vector log_probabilities() const {
    return (Empirical::log_probabilities().array() + std::log(factor)).matrix();
  }
  void sample(const Stream& s, const MutableBatch& x, Workspace& w) const {
    Empirical::sample(s, x, w);
    for (std::size_t i = 0; i < engine::padded(x.size); ++i) x.data[i] += shift;
  }
};
struct BadShares : Empirical {
  BadShares() : Empirical(Points{{0}, {1}, {2}}, Vector{{1, 2, 3}}) {}
  [[nodiscard]] Vector log_probabilities() const {
    return Empirical::log_probabilities().reverse();
  }
};

// Three outcomes of 0 or 1 whose draws follow one regression and whose density is another's, or
// is not of integral one.
struct BadOutcomes {
  static constexpr bool is_discrete = true;
  LogisticRegression<> drawn, said;
  double shift;
  BadOutcomes(double alpha, double log_shift)
      : drawn(Matrix{{1}, {2}, {-1}}, 0.3, Vector{{0.5}}),
        said(Matrix{{1}, {2}, {-1}}, alpha, Vector{{0.5}}),
        shift(log_shift) {}
  [[nodiscard]] std::size_t dimension() const { return 3; }
  void log_density(const Batch& x, double* out, Workspace& w) const {
    said.log_density(x, out, w);
    for (std::size_t i = 0; i < engine::padded(x.size); ++i) out[i] += shift;
  }
  void sample(const Stream& s, const MutableBatch& x, Workspace& w) const { drawn.sample(s, x, w); }
};

}  // namespace

BOOST_AUTO_TEST_CASE(gaussians_keep_every_promise) {
  for (const Index d : {1, 2, 3, 5, 8, 11}) {
    BOOST_TEST_CONTEXT("d = " << d) {
      keeps_every_promise(Gaussian(test::arbitrary_vector(d, 1), test::arbitrary_covariance(d, 2)));
      keeps_every_promise(
          DiagonalGaussian(test::arbitrary_vector(d, 1), Vector::LinSpaced(d, 0.01, 3.0)));
    }
  }
}

BOOST_AUTO_TEST_CASE(mixtures_of_any_size_keep_every_promise) {
  keeps_every_promise(test::seed_mixture());
  for (std::size_t d = 1; d <= 11; ++d) {
    BOOST_TEST_CONTEXT("d = " << d << ", K = " << d % 9 + 1) {
      auto with = options();
      if (d > 4) {
        with.draws = 4'000;
        with.parameters = 40;
      }
      keeps_every_promise(GaussianMixture::random(d % 9 + 1, d, Seed{d}, {.spread = 2}), with);
    }
  }
}

BOOST_AUTO_TEST_CASE(many_dimensions_keep_every_promise) {
  auto with = options();
  with.draws = 4'000;
  with.parameters = 20;
  keeps_every_promise(Gaussian::standard(70), with);
  keeps_every_promise(GaussianMixture::random(2, 70, Seed{1}, {.spread = 0.1}), with);
}

BOOST_AUTO_TEST_CASE(data_keep_every_promise) {
  keeps_every_promise(Empirical(Points{{1, 2}, {3, 4}, {1, 2}, {5, 6}}, Vector{{1, 2, 3, 0}}));
  keeps_every_promise(Empirical(Points{{1}, {2}, {3}}));
  keeps_every_promise(Empirical(Points{{7, 7}}));
}

// Narrow, wide, far from the origin, of parts that are far from each other.
BOOST_AUTO_TEST_CASE(odd_but_valid_models_keep_every_promise) {
  const GaussianMixture apart(Vector{{0.1, 0.9}}, Points{{0, 0}, {1e6, 0}},
                              {Matrix::Identity(2, 2), Matrix::Identity(2, 2) * 1e-4});
  auto violations = check_distribution(apart, options());
  BOOST_TEST(violations.empty(), violations);
  violations = check_density(apart, options());
  BOOST_TEST(violations.empty(), violations);
  const Gaussian tilted(Vector{{1e7, -1e7}}, Matrix{{1, 0.999999}, {0.999999, 1}});
  violations = check_distribution(tilted, options());
  BOOST_TEST(violations.empty(), violations);
  const DiagonalGaussian scales(Vector{{0, 0}}, Vector{{1e-150, 1e150}});
  violations = check_distribution(scales, options());
  BOOST_TEST(violations.empty(), violations);
}

BOOST_AUTO_TEST_CASE(a_right_model_of_the_user_keeps_every_promise) {
  keeps_every_promise(test::FaultyExponential(Fault::none));
}

BOOST_AUTO_TEST_CASE(every_fault_is_found_by_its_rule) {
  const std::pair<Fault, const char*> table[] = {
      {Fault::adds_up_the_batch, "a point's log density does not depend on its neighbours"},
      {Fault::reads_the_padding, "log densities do not depend on the padding"},
      {Fault::reads_the_stride, "log densities do not depend on the stride"},
      {Fault::writes_behind, "log_density writes out[0, padded(size)) at most"},
      {Fault::skips_the_last_point, "log_density writes every point's value"},
      {Fault::changes_its_points, "log_density leaves its points alone"},
      {Fault::is_nan_at_infinity, "a log density is below +inf and not NaN"},
      {Fault::hides_nan, "a NaN among the coordinates gives NaN"},
      {Fault::copies_badly, "a copy has the same density"},
      {Fault::counts_calls, "log densities do not depend on the number of threads"},
      {Fault::evaluates_otherwise, "an evaluation gives the log density of its points"},
      {Fault::allocates, "log_density allocates nothing after the first call"},
      {Fault::has_no_dimension, "there is at least one dimension"},
      {Fault::throws, "log_density does not throw"},
      {Fault::point_gradient_is_wrong, "the point gradient is the derivative of the log density"},
      {Fault::point_gradient_sees_neighbours,
       "a point's gradient does not depend on its neighbours"},
      {Fault::point_gradient_sees_the_stride, "point gradients do not depend on the stride"},
      {Fault::point_gradient_writes_behind, "point_gradient writes up to padded(size) + 8 rows"},
      {Fault::draws_have_state, "equal streams give equal draws"},
      {Fault::draws_forget_the_chunk, "another address gives other draws"},
      {Fault::draws_forget_the_high_word, "another address gives other draws"},
      {Fault::draws_leave_padding, "sample writes finite numbers up to row padded(size)"},
      {Fault::draws_write_behind, "sample writes up to padded(size) + 8 rows"},
      {Fault::draws_see_the_stride, "draws do not depend on the stride"},
      {Fault::draws_are_too_wide, "draws follow the density"},
      {Fault::draws_leave_the_support, "every draw has a density above zero"},
      {Fault::density_is_too_large, "the density integrates to one"},
      {Fault::allocates_draws, "sample allocates nothing after the first call"},
      {Fault::parameters_drift, "with_parameters(parameters()) is the same model, to the bit"},
      {Fault::parameters_are_others, "a model has the parameters it was given"},
      {Fault::rvalue_differs, "with_parameters on an rvalue gives the same model"},
      {Fault::changes_itself, "with_parameters leaves its model as it was"},
      {Fault::takes_nan, "with_parameters throws for what is not a model"},
      {Fault::takes_any_size, "with_parameters throws for what is not a model"},
      {Fault::spoils_itself_when_it_throws,
       "with_parameters leaves the model as it was where it throws"},
      {Fault::allocates_models, "with_parameters on an rvalue allocates nothing"},
      {Fault::gradient_is_wrong, "the parameter gradient is the derivative of the log densities"},
      {Fault::gradient_of_zero_weights, "weights of zero give a gradient of zero"},
      {Fault::null_is_two, "no weights mean weights of one"},
      {Fault::gradient_is_not_linear, "the gradient is linear in the weights"},
      {Fault::sums_are_overwritten, "sums of chunks add up to the sums of their points"},
      {Fault::padding_counts, "rows and weights behind the last point do not count"},
      {Fault::gradient_is_biased, "the mean gradient of the model's own draws is zero"},
      {Fault::path_is_wrong, "the path gradient is the derivative of the draws"},
      {Fault::path_is_not_linear, "the path gradient is linear in v"},
      {Fault::path_padding_counts, "rows behind the last point do not count on a path"},
      {Fault::json_is_rounded, "JSON gives the same model back, to the bit"}};
  for (const auto& [fault, rule] : table) {
    BOOST_TEST_CONTEXT(rule) {
      must_break(whole, test::FaultyExponential(fault), rule);
    }
  }
}

BOOST_AUTO_TEST_CASE(faults_of_mixtures_and_tables_are_found) {
  const auto two = [](double w) {
    return GaussianMixture(Vector{{w, 1 - w}}, Points{{-5}, {5}},
                           {Matrix::Identity(1, 1), Matrix::Identity(1, 1)});
  };
  const auto many = [](const auto& q, ConformanceOptions o) {
    o.draws = 100'000;
    return check_distribution(q, o);
  };
  must_break(many, WrongShares{two(0.5), two(0.7)}, "draws have the masses of the density");
  must_break([](const auto& q, const auto& o) { return check_mixture(q, o); },
             BadResponsibilities(two(0.5)), "responsibilities are >= 0 and add up to 1");
  const auto table = [](const auto& q, const auto& o) { return check_enumerable(q, o); };
  must_break(table, BadTable(1.1, 0.0, 3), "the probabilities add up to one");
  must_break(table, BadTable(1.0, 0.5, 3), "every draw is a row of points()");
  must_break(table, BadTable(1.0, 0.0, 2), "points and probabilities are as many as size() says");
  must_break(table, BadShares(), "rows are drawn as often as their probabilities say");
}

BOOST_AUTO_TEST_CASE(faults_of_discrete_models_are_found) {
  keeps_every_promise(BadOutcomes(0.3, 0.0));
  const auto check = [](const auto& q, const auto& with) { return check_distribution(q, with); };
  must_break(check, BadOutcomes(0.5, 0.0), "values are drawn as often as their densities say");
  must_break(check, BadOutcomes(0.3, -0.02), "the density adds up to one");
}

BOOST_AUTO_TEST_CASE(points_of_the_caller_are_tried) {
  ConformanceOptions with = options();
  with.points = Points{{-1.0}, {2.0}};
  with.unbounded = false;
  keeps_every_promise(test::FaultyExponential(Fault::none), with);
}

BOOST_AUTO_TEST_CASE(violations_print_their_rule_and_detail) {
  std::ostringstream out;
  out << Violation{"a rule", "a detail"} << '\n' << Violations{{"one", "1"}, {"two", "2"}};
  BOOST_TEST(out.str() == "a rule: a detail\none: 1\ntwo: 2\n");
}
