// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE models_ordered_logistic
#include <boost/test/unit_test.hpp>

#include <cmath>
#include <limits>
#include <sstream>

#include <leibler/models/ordered_logistic.hpp>

#include "allocations.hpp"
#include "says.hpp"
#include "vector_checks.hpp"

using namespace leibler;
using test::relative_error;
using test::says;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

void matches(const OrderedLogistic<>& p, const Vector& expected) {
  for (Index k = 0; k < expected.size(); ++k) {
    BOOST_TEST(relative_error(p.log_density(static_cast<double>(k)), expected[k]) <= 1e-14,
               "category " << k);
  }
}

}  // namespace

BOOST_AUTO_TEST_CASE(keeps_every_promise_of_the_concepts) {
  const ConformanceOptions options{.allocations = test::allocations};
  for (const auto& p :
       {OrderedLogistic(0.3, Vector{{-1, 0.5, 2}}), OrderedLogistic(-2, Vector{{0.1}})}) {
    BOOST_TEST(test::text_of(check_model(p, options)) == "");
  }
}

// mpmath 1.3, 60 digits (the last: 500): logs of differences of 1 / (1 + exp(eta - c)).
BOOST_AUTO_TEST_CASE(log_density_has_its_digits_also_far_out) {
  matches({0.3, Vector{{-1, 0.5, 2}}}, Vector{{-1.5410084538329921965, -1.0916297821400380384,
                                               -1.2184073576933117571, -1.8677860293862659264}});
  matches({0, Vector{{-800, -1e-9, 1e-9, 50}}},
          Vector{{-800.0, -0.69314718105994530954, -21.416413017506356403, -0.69314718105994530954,
                  -50.0}});
  matches({1000, Vector{{-1, 0, 1}}},
          Vector{{-1001.0, -1000.4586751453870819, -999.45867514538708189, 0.0}});
}

BOOST_AUTO_TEST_CASE(mean_variance_and_entropy_are_sums_over_categories) {
  const OrderedLogistic p(0.3, Vector{{-1, 0.5, 2}});
  BOOST_TEST(relative_error(p.entropy(), 1.3452483760633504228) < 1e-14);
  BOOST_TEST(relative_error(p.mean(), 1.3904662508136154023) < 1e-14);
  BOOST_TEST(relative_error(p.variance(), 0.97526292187112637578) < 1e-14);
  BOOST_TEST(p.eta() == 0.3);
  BOOST_TEST((p.cutpoints() == Vector{{-1, 0.5, 2}}));
}

BOOST_AUTO_TEST_CASE(only_its_categories_have_a_density) {
  const OrderedLogistic p(0, Vector{{-1, 1}});
  for (const double x : {-1.0, 3.0, 0.5, infinity}) BOOST_TEST(p.log_density(x) == -infinity);
  BOOST_TEST(std::isnan(p.log_density(not_a_number)));
  test::on_tape({{0.0}, {1.0}}, [](const Reals& a) {
    const OrderedLogistic q(0.3, a);
    for (const double x : {-1.0, 0.5, 3.0, not_a_number}) {
      BOOST_TEST(q.log_density(x).is_constant());
    }
    return q.log_density(2.0);
  });
  BOOST_CHECK_EXCEPTION((void)p.maximum_likelihood(Empirical(Points{{0}, {0.5}})), DomainError,
                        says("OrderedLogistic::maximum_likelihood: data[1] = 0.5; it is outside "
                             "the support of OrderedLogistic; leave it out or take another "
                             "family."));
}

BOOST_AUTO_TEST_CASE(gradients_agree_with_differences) {
  const Points x{{0}, {1}, {1}, {2}, {3}};
  BOOST_TEST(test::parameter_gradient_error(OrderedLogistic(0.3, Vector{{-1, 0.5, 2}}), x) < 1e-8);
  BOOST_TEST(test::parameter_gradient_error(OrderedLogistic(30, Vector{{-1, 0.5, 2}}), x) < 1e-8);
  BOOST_TEST(test::parameter_gradient_error(OrderedLogistic(0, Vector{{-1, 1e-9, 2e-9}}), x) <
             1e-7);  // a difference moves eta by far more than the distance of cutpoints
}

BOOST_AUTO_TEST_CASE(the_tape_agrees_with_doubles) {
  for (const double category : {0.0, 1.0, 2.0, 3.0}) {
    const auto recorded = [&](const Reals& a) {
      return OrderedLogistic(a[0], a.part(1, 3)).log_density(category);
    };
    const auto plain = [&](const std::vector<double>& a) {
      return OrderedLogistic(a[0], Vector{{a[1], a[2], a[3]}}).log_density(category);
    };
    for (const std::vector<double>& a :
         {std::vector<double>{0.3, -1, 0.5, 2}, {50, -1, 0.5, 2}, {-50, -1, 0, 40}}) {
      BOOST_TEST(test::tape_error(a, recorded, plain) < 1.0);
    }
  }
  // Only eta differentiated: the program of an ordinal regression.
  const Vector cutpoints{{-1, 0.5}};
  BOOST_TEST(test::tape_error(
                 {0.7},
                 [&](const Reals& a) { return OrderedLogistic(a[0], cutpoints).log_density(1.0); },
                 [&](const std::vector<double>& a) {
                   return OrderedLogistic(a[0], cutpoints).log_density(1.0);
                 }) < 1.0);
}

BOOST_AUTO_TEST_CASE(maximum_likelihood_has_the_frequencies) {
  const Empirical data(Points{{0}, {1}, {1}, {2}}, Vector{{1, 2, 2, 3}});
  const auto q = OrderedLogistic(0.5, Vector{{0, 1}}).maximum_likelihood(data);
  BOOST_TEST(q.eta() == 0.5);
  BOOST_TEST((q.probabilities() - Vector{{0.125, 0.5, 0.375}}).norm() < 1e-15);
  BOOST_CHECK_EXCEPTION(
      (void)OrderedLogistic(0.5, Vector{{0, 1, 2}}).maximum_likelihood(data), DomainError,
      says("OrderedLogistic::maximum_likelihood: data hold no point of category 3; every category "
           "must occur; leave out its cutpoint."));
}

BOOST_AUTO_TEST_CASE(parameters_keep_cutpoints_in_order) {
  const OrderedLogistic p(0.3, Vector{{-1, 0.5, 2}});
  const auto theta = test::parameters_of(p);
  BOOST_TEST(std::abs(theta[3] - std::log(1.5)) < 1e-15);
  const auto q = p.with_parameters(std::vector<double>{0, 0, -5, -5});
  BOOST_TEST(q.cutpoints()[1] > q.cutpoints()[0]);
  BOOST_CHECK_EXCEPTION(
      (void)p.with_parameters(std::vector<double>{0, 1, -800, 0}), DomainError,
      says("OrderedLogistic::with_parameters: parameters[2] = -800; what it is the logarithm of "
           "must be a normal number; the step that made it was too large."));
  BOOST_TEST((OrderedLogistic<>::from_json(q.to_json()).cutpoints() == q.cutpoints()));
}

BOOST_AUTO_TEST_CASE(files_and_errors) {
  std::ostringstream text;
  text << OrderedLogistic<>::from_json(R"({"eta": 0.3, "cutpoints": [-1, 0.5]})");
  BOOST_TEST(text.str() == "OrderedLogistic(eta = 0.3, cutpoints = (-1, 0.5))");
  BOOST_CHECK_EXCEPTION((void)OrderedLogistic(not_a_number, Vector{{0}}), DomainError,
                        says("OrderedLogistic: eta = nan; eta must be finite; look where the value "
                             "comes from."));
  BOOST_CHECK_EXCEPTION((void)OrderedLogistic(0, Vector()), InvalidArgument,
                        says("OrderedLogistic: cutpoints.size() = 0; must be >= 1; K categories "
                             "have K - 1 cutpoints."));
  BOOST_CHECK_EXCEPTION((void)OrderedLogistic(0, Vector{{1, 1}}), DomainError,
                        says("OrderedLogistic: cutpoints[1] = 1; cutpoints must be above the one "
                             "before, 1; sort them, and leave out equal ones."));
  BOOST_CHECK_EXCEPTION((void)OrderedLogistic(0, Vector{{1, infinity}}), DomainError,
                        says("OrderedLogistic: cutpoints[1] = inf; cutpoints must be finite; look "
                             "where the value comes from."));
}
