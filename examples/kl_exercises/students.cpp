// SPDX-License-Identifier: MIT
// Exercises 8 and 9: distillation at a temperature.
#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include <leibler/estimators/distillation.hpp>
#include <leibler/estimators/divergence_estimate.hpp>
#include <leibler/estimators/enumeration.hpp>
#include <leibler/estimators/fit.hpp>
#include <leibler/estimators/information.hpp>
#include <leibler/estimators/lbfgs.hpp>
#include <leibler/models/categorical.hpp>

#include "../support/text.hpp"
#include "exercises.hpp"

namespace leibler::examples::kl_exercises {

namespace {

const Vector teacher{{4.0, 2.0, 1.0, 0.5, 0.0, -1.0}};
const Vector student{{3.5, 1.8, 0.8, 0.4, 0.0, -0.6}};
constexpr double temperatures_of[] = {0.5, 1.0, 2.0, 5.0};

Categorical softened(const Vector& logits, double tau) {
  return Categorical::from_logits(logits, {.temperature = tau});
}

Estimate kl_to_student(double tau) {
  return divergence(Kl{}, softened(teacher, tau), softened(student, 1.0));
}

// Where the KL to the student is least, by golden sections of log tau.
double best_temperature() {
  const double ratio = 0.5 * (std::sqrt(5.0) - 1.0);
  double low = std::log(0.5), high = std::log(2.0);
  while (high - low > 1e-9) {
    const double a = high - ratio * (high - low), b = low + ratio * (high - low);
    (kl_to_student(std::exp(a)).value < kl_to_student(std::exp(b)).value ? high : low) =
        kl_to_student(std::exp(a)).value < kl_to_student(std::exp(b)).value ? b : a;
  }
  return std::exp(0.5 * (low + high));
}

// Up to a shift, which changes no probability.
double largest_difference(const Vector& a, const Vector& b) {
  const Vector difference = a - b;
  return (difference.array() - difference.mean()).abs().maxCoeff();
}

Picture sweep(double best) {
  constexpr Index points = 301;
  Matrix data(points, 3);
  for (Index i = 0; i < points; ++i) {
    const double tau =
        std::pow(10.0, -0.7 + 1.7 * static_cast<double>(i) / static_cast<double>(points - 1));
    data.row(i) << tau, kl_to_student(tau).value,
        divergence(Kl{}, softened(teacher, tau), softened(student, tau)).value;
  }
  Matrix marks(std::size(temperatures_of) + 1, 2);
  Index row = 0;
  for (const double tau : temperatures_of) marks.row(row++) << tau, kl_to_student(tau).value;
  marks.row(row) << best, kl_to_student(best).value;
  return picture_of_temperatures(data, marks);
}

}  // namespace

void temperatures(const Desk& desk) {
  Sheet& sheet = desk.sheet;
  sheet.begin("exercise 8", "8  A teacher at several temperatures, and students of it");
  const FitOptions fitting{.steps = 500, .threads = desk.settings.common.thread_count()};
  sheet.say(
      "The teacher's logits z_T = (4, 2, 1, 0.5, 0, -1) over a temperature tau: the higher, the "
      "more its probabilities tell of the classes behind the first one.");
  std::vector<Sheet::Row> rows;
  double last = -1.0;
  bool rises = true;
  for (const double tau : temperatures_of) {
    const auto p = softened(teacher, tau);
    const Vector of_p = p.probabilities();
    const Estimate h = entropy(p);
    rises &= h.value > last;
    last = h.value;
    rows.push_back({to_text(tau), {h, of_p[0], of_p[1], of_p[2], of_p[3], of_p[4], of_p[5]}});
  }
  sheet.table("tau", {"entropy", "p(1), most", "p(2)", "p(3)", "p(4)", "p(5)", "p(6)"}, rows);
  sheet.check("entropy rises with tau", rises);
  sheet.check("and stays below that of six equal classes, log 6", last < std::log(6.0));

  sheet.say(
      "A student softmax(z_S), at temperature 1, is best with z_S = z_T / tau, up to a shift: then "
      "it is the teacher. The columns say KL(teacher(tau) || student); the third student was "
      "fitted from z_S = 0.");
  std::vector<Sheet::Row> students;
  bool exact = true, found = true, inverse = true;
  for (const double tau : temperatures_of) {
    const auto p = softened(teacher, tau);
    const auto fitted = fit(Categorical::from_logits(Vector::Zero(teacher.size())), ForwardKl(p),
                            Enumeration{}, Lbfgs{}, fitting);
    const Estimate right = divergence(Kl{}, p, Categorical::from_logits(teacher / tau));
    const Estimate wrong = divergence(Kl{}, p, Categorical::from_logits(tau * teacher));
    const Estimate reached = divergence(Kl{}, p, fitted.model);
    const double off = largest_difference(fitted.model.logits(), teacher / tau);
    exact &= right.value < 1e-15;
    found &= reached.value < 1e-12 && off < 1e-4;
    inverse &= wrong.value < 1e-12;
    students.push_back({to_text(tau), {right, wrong, reached, {off, "arithmetic"}}});
  }
  sheet.table("tau", {"z_T / tau", "tau z_T", "fitted", "its logits off by"}, students);
  sheet.check("z_S = z_T / tau has KL 0 at every tau", exact);
  sheet.check("a fit finds it", found);
  sheet.refute("z_S = tau z_T is best", inverse,
               "z_T / tau is: dividing logits by tau is what the teacher does. tau z_T is right at "
               "tau = 1 alone.");

  sheet.say(
      "A student with z_S = (3.5, 1.8, 0.8, 0.4, 0, -0.6), always at temperature 1, and where both "
      "are softened by the same tau, as distillation does:");
  std::vector<Sheet::Row> kls;
  std::vector<double> as_it_is, both_softened;
  const auto add = [&](const std::string& name, double tau) {
    const Estimate one = kl_to_student(tau);
    const Estimate both = divergence(Kl{}, softened(teacher, tau), softened(student, tau));
    kls.push_back({name, {one, both, {tau * tau * both.value, to_string(both.method)}}});
    return std::pair(one.value, both.value);
  };
  for (const double tau : temperatures_of) {
    const auto [one, both] = add(to_text(tau), tau);
    as_it_is.push_back(one);
    both_softened.push_back(both);
  }
  const double best = best_temperature();
  const double least = add(format("%.6f", best), best).first;
  sheet.table("tau", {"student at 1", "both at tau", "tau^2 times it"}, kls);
  sheet.number("temperature of the least KL, student at 1", {best, "search"});
  sheet.refute("the higher tau, the smaller KL to this student",
               std::ranges::is_sorted(as_it_is, std::ranges::greater()),
               format("it is least near tau = %.2f, where the teacher is about as sharp as the "
                      "student, and grows on both sides.",
                      best));
  sheet.check("KL at tau = 0.5, 1, 2, 5: down, then up again",
              as_it_is[0] > as_it_is[1] && as_it_is[1] < as_it_is[2] && as_it_is[2] < as_it_is[3]);
  sheet.check("no tau of the table has less than the one that was searched for",
              least <= *std::ranges::min_element(as_it_is));
  constexpr double hot = 1000.0;
  const double nearly = divergence(Kl{}, softened(teacher, hot), softened(student, hot)).value;
  const Vector apart = teacher - student;
  const double variance = (apart.array() - apart.mean()).square().mean();
  sheet.check("where both are softened it is not monotone either: up, then down",
              both_softened[0] < both_softened[1] && both_softened[1] > both_softened[2] &&
                  both_softened[2] > both_softened[3]);
  sheet.check_equal("that falls like 1 / tau^2: at tau = 1000 it is Var(z_T - z_S) / (2 tau^2)",
                    nearly * 2.0 * hot * hot / variance, 1.0, 1e-2);
  sheet.say(
      "Which direction? A student that can be the teacher ends there in both. One that cannot "
      "spreads over all that the teacher does with KL(teacher || student), the small classes "
      "included, and keeps to a part of it with KL(student || teacher): exercise 3. So forward "
      "where the small probabilities matter, reverse where outputs must be ones the teacher "
      "likes.");
  if (desk.settings.wants_pictures()) desk.pictures.push_back(sweep(best));
}

void distillation(const Desk& desk) {
  Sheet& sheet = desk.sheet;
  sheet.begin("exercise 9", "9  Distillation: the loss, in both directions, and its factor T^2");
  const Vector of_teacher{{4.0, 1.5, -1.0}}, of_student{{2.5, 1.0, 0.0}};
  constexpr double tau = 2.0;
  const auto p = softened(of_teacher, tau), q = softened(of_student, tau);
  sheet.say("Teacher (4, 1.5, -1) and student (2.5, 1, 0), both over T = 2:");
  std::vector<Sheet::Row> rows;
  for (Index k = 0; k < of_teacher.size(); ++k) {
    rows.push_back({std::to_string(k + 1), {p.probabilities()[k], q.probabilities()[k]}});
  }
  sheet.table("class", {"teacher", "student"}, rows);

  using enum Direction;
  const auto loss = [&](double temperature, Direction direction, bool squared) {
    return Distillation(
        of_teacher,
        {.temperature = temperature, .direction = direction, .squared_temperature = squared});
  };
  const Estimate plain = loss(tau, forward, false).loss(of_student);
  const Estimate backwards = loss(tau, reverse, false).loss(of_student);
  const Estimate squared = loss(tau, forward, true).loss(of_student);
  const Estimate both = loss(tau, reverse, true).loss(of_student);
  sheet.table("loss", {"without T^2", "with T^2"},
              {{"KL(teacher || student)", {plain, squared}},
               {"KL(student || teacher)", {backwards, both}}});
  sheet.check("all are >= 0",
              std::min({plain.value, backwards.value, squared.value, both.value}) >= 0.0);
  sheet.check_equal("the loss is the KL of the two softened distributions", plain.value,
                    divergence(Kl{}, p, q).value);
  sheet.check_equal("and in the other direction", backwards.value, divergence(Kl{}, q, p).value);
  sheet.check_equal("with T^2 it is four times as large", squared.value, 4.0 * plain.value);

  sheet.say("Why T^2: the length of the gradient by the student's logits.");
  std::vector<Sheet::Row> lengths;
  std::vector<double> kept;
  for (const double temperature : {1.0, 2.0, 4.0, 8.0, 100.0}) {
    const double without = loss(temperature, forward, false).gradient(of_student).norm();
    const double with = loss(temperature, forward, true).gradient(of_student).norm();
    kept.push_back(with);
    lengths.push_back({to_text(temperature), {without, with}});
  }
  sheet.table("T", {"without T^2", "with T^2"}, lengths);
  const Vector slope = loss(tau, forward, false).gradient(of_student);
  sheet.check("the gradient is (student - teacher) / T, class by class",
              (slope - (q.probabilities() - p.probabilities()) / tau).norm() < 1e-12);
  Vector apart = of_student - of_teacher;
  apart.array() -= apart.mean();
  const double limit = apart.norm() / static_cast<double>(apart.size());
  sheet.check_equal("for large T, T^2 times it is (z_S - z_T) / K, less the mean, K classes",
                    kept.back() / limit, 1.0, 0.03);

  const FitOptions fitting{.steps = 500, .threads = desk.settings.common.thread_count()};
  std::vector<Sheet::Row> ends;
  bool same = true;
  for (const Direction direction : {forward, reverse}) {
    const auto fitted =
        fit(Categorical::from_logits(of_student), loss(tau, direction, true), Lbfgs{}, fitting);
    const double off = largest_difference(fitted.model.logits(), of_teacher);
    same &= off < 1e-6;
    ends.push_back({direction == forward ? "forward" : "reverse",
                    {{off, "arithmetic"}, {static_cast<double>(fitted.status.steps), "count"}}});
  }
  sheet.table("student fitted by", {"logits off by", "steps"}, ends);
  sheet.check("both directions end at the teacher's own logits: T divides both", same);
  sheet.say(
      "A soft target tells a student more than its first class: how the others compare. T decides "
      "how much that counts, T^2 keeps the loss as strong as one on labels beside it.");
}

}  // namespace leibler::examples::kl_exercises
