// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE estimators_distillation
#include <boost/test/unit_test.hpp>

#include <cmath>
#include <limits>

#include <leibler/estimators/adam.hpp>
#include <leibler/estimators/distillation.hpp>
#include <leibler/estimators/divergence_estimate.hpp>
#include <leibler/estimators/exact_conformance.hpp>
#include <leibler/estimators/fit.hpp>
#include <leibler/estimators/lbfgs.hpp>
#include <leibler/estimators/objective_value.hpp>
#include <leibler/models/categorical.hpp>

#include "says.hpp"
#include "vector_checks.hpp"

using namespace leibler;
using test::relative_error;
using test::says;
using test::text_of;
namespace tt = boost::test_tools;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

const Vector teacher{{0.5, -1.25, 3.0, 2.75}}, student{{-0.25, 2.0, 1.5, 0.0}};

}  // namespace

BOOST_AUTO_TEST_CASE(the_exercise_has_its_reference_number) {
  const Distillation distillation(Vector{{4.0, 1.5, -1.0}}, {.temperature = 2.0});
  const Estimate loss = distillation.loss(Vector{{2.5, 1.0, 0.0}});
  BOOST_TEST(relative_error(loss.value, 0.071247679485039351766) < 1e-14);
  BOOST_TEST(loss.standard_error == 0.0);
  BOOST_TEST((loss.method == Method::closed_form));
}

// mpmath, 50 digits; the gradient by its numerical derivative.
BOOST_AUTO_TEST_CASE(losses_and_gradients_have_reference_numbers) {
  using enum Direction;
  const struct {
    DistillationOptions options;
    double loss;
    Vector gradient;
  } rows[] = {
      {{0.5, forward, false},
       1.7884852785281661577,
       Vector{{0.00754850562212576144, 1.43107546659098471, -0.713006796395226141,
               -0.725617175817884332}}},
      {{0.5, reverse, true},
       1.4804515091919902403,
       Vector{{-0.0209807107334522132, 0.97403196396224314, -0.892244228278808706,
               -0.0608070249499822208}}},
      {{1.0, reverse, false},
       2.0375657352570033532,
       Vector{{-0.10113811030064616, 1.20579151869969743, -0.828264483712589893,
               -0.276388924686461378}}},
      {{3.0, forward, true},
       1.9011896338612653055,
       Vector{{-0.00166569496578437029, 0.779085163172198693, -0.258493524722263027,
               -0.518925943484151296}}},
      {{3.0, reverse, false},
       0.27187478325972548093,
       Vector{{-0.0152992378320866351, 0.124533405168371891, -0.0523221709524282288,
               -0.0569119963838570268}}},
  };
  for (const auto& [options, loss, gradient] : rows) {
    const Distillation distillation(teacher, options);
    BOOST_TEST_CONTEXT("temperature " << options.temperature) {
      BOOST_TEST(relative_error(distillation.loss(student).value, loss) < 1e-14);
      const Vector slope = distillation.gradient(student);
      for (Index k = 0; k < 4; ++k) { BOOST_TEST(relative_error(slope[k], gradient[k]) < 1e-12); }
      BOOST_TEST(std::abs(slope.sum()) < 2e-15);
    }
  }
}

BOOST_AUTO_TEST_CASE(is_the_divergence_of_softened_categoricals) {
  for (const double temperature : {0.1, 1.0, 2.5, 40.0}) {
    const auto p = Categorical::from_logits(teacher, {.temperature = temperature});
    const auto q = Categorical::from_logits(student, {.temperature = temperature});
    const auto loss = [&](Direction direction, bool squared) {
      return Distillation(teacher, {temperature, direction, squared}).loss(student).value;
    };
    const double forward = divergence(Kl{}, p, q).value, reverse = divergence(Kl{}, q, p).value;
    BOOST_TEST(relative_error(loss(Direction::forward, false), forward) < 1e-13);
    BOOST_TEST(relative_error(loss(Direction::reverse, false), reverse) < 1e-13);
    const double square = temperature * temperature;
    BOOST_TEST(relative_error(loss(Direction::forward, true), square * forward) < 1e-13);
    BOOST_TEST(relative_error(loss(Direction::reverse, true), square * reverse) < 1e-13);
  }
}

// Section 2 of Hinton, Vinyals and Dean: at high temperature half the mean square of differences
// of centred logits, times T^2, in both directions.
BOOST_AUTO_TEST_CASE(keeps_its_digits_at_high_temperature_and_near_the_teacher) {
  const Vector apart = student - teacher, centred = apart.array() - apart.mean();
  for (const auto direction : {Direction::forward, Direction::reverse}) {
    const Distillation hot(teacher, {1e8, direction, true});
    BOOST_TEST(relative_error(hot.loss(student).value, centred.squaredNorm() / 8) < 1e-7);
    BOOST_TEST((hot.gradient(student) - centred / 4).norm() < 1e-7);
    const Distillation plain(teacher, {2.0, direction});
    BOOST_TEST(plain.loss(teacher).value == 0.0);
    BOOST_TEST(plain.gradient(teacher).norm() == 0.0);
    Vector shifted = teacher.array() + 8.0;
    BOOST_TEST(plain.loss(shifted).value < 1e-30);
    Vector near = teacher;
    near[1] += std::ldexp(1.0, -30);  // p (1 - p) / 2 times its square
    const double p = Categorical::from_logits(teacher, {.temperature = 2.0}).probabilities()[1];
    const double step = std::ldexp(1.0, -31);
    BOOST_TEST(relative_error(plain.loss(near).value, 0.5 * p * (1 - p) * step * step) < 1e-8);
    BOOST_TEST(relative_error(plain.gradient(near)[1], 0.5 * p * (1 - p) * step) < 1e-8);
  }
}

BOOST_AUTO_TEST_CASE(impossible_categories_are_infinite_or_nothing) {
  const Vector no_third{{1.0, 0.0, -infinity}}, all{{0.5, 0.25, -2.0}};
  const Distillation of_fewer(no_third), of_all(all);
  const Distillation fewer_reverse(no_third, {.direction = Direction::reverse});
  const Distillation all_reverse(all, {.direction = Direction::reverse});
  BOOST_TEST(of_all.loss(no_third).value == infinity);
  BOOST_TEST(std::isfinite(of_fewer.loss(all).value));
  BOOST_TEST(fewer_reverse.loss(all).value == infinity);
  BOOST_TEST(std::isfinite(all_reverse.loss(no_third).value));
  BOOST_TEST(of_fewer.loss(no_third).value == 0.0);
  BOOST_TEST(of_fewer.gradient(no_third).norm() == 0.0);
  for (const auto& [d, at] :
       {std::pair(of_fewer, all), std::pair(of_all, no_third), std::pair(fewer_reverse, all),
        std::pair(all_reverse, no_third), std::pair(fewer_reverse, no_third)}) {
    const Vector slope = d.gradient(at);
    BOOST_TEST(slope.allFinite());
    BOOST_TEST(std::abs(slope.sum()) < 1e-15);
    if (at[2] == -infinity) BOOST_TEST(slope[2] == 0.0);
  }
  // q - p where the loss is finite
  const Vector p = softmax(no_third), q = softmax(all);
  BOOST_TEST((of_fewer.gradient(all) - (q - p)).norm() < 1e-15);
  // the finite terms of an infinite loss, by differences
  const auto finite_terms = [&](const Vector& z) {
    const Vector log_q = log_softmax(z), log_p = log_softmax(no_third);
    return log_q[0] < 0 ? std::exp(log_q[0]) * (log_q[0] - log_p[0]) +
                              std::exp(log_q[1]) * (log_q[1] - log_p[1])
                        : 0.0;
  };
  const Vector slope = fewer_reverse.gradient(all);
  for (Index k = 0; k < 3; ++k) {
    const double h = 1e-5;
    Vector up = all, down = all;
    up[k] += h;
    down[k] -= h;
    BOOST_TEST(std::abs(slope[k] - (finite_terms(up) - finite_terms(down)) / (2 * h)) < 1e-9);
  }
}

BOOST_AUTO_TEST_CASE(a_batch_is_the_mean_of_its_rows) {
  Matrix teachers(3, 4), students(3, 4);
  teachers.row(0) = teacher.transpose();
  teachers.row(1) = student.transpose();
  teachers.row(2) << 1, 2, -infinity, 4;
  students.row(0) = student.transpose();
  students.row(1) << 0, 0, 1, 1;
  students.row(2) << 0, 2, -infinity, 1;
  for (const auto direction : {Direction::forward, Direction::reverse}) {
    const DistillationOptions options{2.0, direction, true};
    const Distillation batch(teachers, options);
    const Matrix gradient = batch.gradient(students);
    double sum = 0.0;
    for (Index i = 0; i < 3; ++i) {
      const Distillation one(Vector(teachers.row(i)), options);
      const Vector row = students.row(i);
      sum += one.loss(row).value;
      BOOST_TEST((gradient.row(i).transpose() * 3 - one.gradient(row)).norm() < 1e-15);
    }
    BOOST_TEST(batch.loss(students).value == sum / 3, tt::tolerance(1e-15));
  }
}

BOOST_AUTO_TEST_CASE(gradient_descent_finds_the_teacher) {
  for (const auto direction : {Direction::forward, Direction::reverse}) {
    const Distillation distillation(teacher, {3.0, direction, true});
    Vector z = student;
    for (int i = 0; i < 2000; ++i) z -= 2.0 * distillation.gradient(z);
    BOOST_TEST((softmax(z) - softmax(teacher)).norm() < 1e-6);
  }
}

BOOST_AUTO_TEST_CASE(is_an_objective_of_fit) {
  const auto start = Categorical::from_logits(student);
  for (const auto direction : {Direction::forward, Direction::reverse}) {
    const Distillation distillation(teacher, {3.0, direction, true});
    BOOST_TEST(text_of(check_gradient_estimator(Enumeration{}, start, distillation)) == "");
    BOOST_TEST(objective_value(distillation, start).value == distillation.loss(student).value);
    const auto fitted = fit(start, distillation, Lbfgs{}, {.steps = 100});
    // the teacher itself, not the teacher at this temperature
    BOOST_TEST((fitted.model.probabilities() - softmax(teacher)).norm() < 1e-12);
    BOOST_TEST((fitted.status.outcome == FitStatus::Outcome::converged));
    const auto by_adam =
        fit(start, distillation, Adam{.learning_rate = cosine_decay(0.1)}, {.steps = 1000});
    BOOST_TEST((by_adam.model.probabilities() - softmax(teacher)).norm() < 1e-4);
  }
  // What neither can choose is no parameter.
  const Distillation without(Vector{{1.0, -infinity, 0.0}}, {.temperature = 2.0});
  const auto fitted =
      fit(Categorical::from_logits(Vector{{0.0, -infinity, 3.0}}), without, Lbfgs{});
  BOOST_TEST(fitted.model.probabilities()[0] == 1 / (1 + std::exp(-1.0)), tt::tolerance(1e-10));
  BOOST_CHECK_EXCEPTION((void)without.evaluate(start, {}), InvalidArgument,
                        says("Distillation: student_logits.cols() = 4; must be 3; teacher and "
                             "student have the same categories."));
}

BOOST_AUTO_TEST_CASE(errors_name_the_argument_and_the_value) {
  BOOST_CHECK_EXCEPTION((void)Distillation(Vector()), InvalidArgument,
                        says("Distillation: teacher_logits.size() = 0; must be >= 1; give every "
                             "category its logit."));
  BOOST_CHECK_EXCEPTION(
      (void)Distillation(teacher, {.temperature = 0.0}), DomainError,
      says("Distillation: options.temperature = 0; temperature must be finite and > 0; at "
           "1 nothing changes, above it probabilities come closer to each other."));
  BOOST_CHECK_EXCEPTION((void)Distillation(Vector{{0.0, infinity}}), DomainError,
                        says("Distillation: teacher_logits[1] = inf; logits must be below inf and "
                             "not NaN; look where the value comes from."));
  BOOST_CHECK_EXCEPTION(
      (void)Distillation(Matrix{{0.0, 1.0}, {0.0, std::nan("")}}), DomainError,
      says("Distillation: teacher_logits[1, 1] = nan; logits must be below inf and not NaN; look "
           "where the value comes from."));
  BOOST_CHECK_EXCEPTION((void)Distillation(Vector{{-infinity, -infinity}}), DomainError,
                        says("Distillation: teacher_logits are all -inf; at least one must be "
                             "finite; they are the logarithms of probabilities that are all 0."));
  BOOST_CHECK_EXCEPTION((void)Distillation(Vector{{0.0, 1e300}}, {.temperature = 1e-100}),
                        DomainError,
                        says("Distillation: teacher_logits[1] = 1e+300; logits / temperature must "
                             "be finite; subtract the largest from all."));
  const Distillation distillation(teacher);
  BOOST_CHECK_EXCEPTION((void)distillation.loss(Vector{{0.0, 1.0}}), InvalidArgument,
                        says("Distillation: student_logits.cols() = 2; must be 4; teacher and "
                             "student have the same categories."));
  BOOST_CHECK_EXCEPTION((void)distillation.loss(Matrix::Zero(2, 4)), InvalidArgument,
                        says("Distillation: student_logits.rows() = 2; must be 1; give every row "
                             "of the teacher one of the student."));
  BOOST_CHECK_EXCEPTION((void)distillation.gradient(Vector{{0.0, infinity, 0.0, 0.0}}), DomainError,
                        says("Distillation: student_logits[1] = inf; logits must be below inf and "
                             "not NaN; look where the value comes from."));
}
