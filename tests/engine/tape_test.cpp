// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE engine_tape
#include <boost/test/unit_test.hpp>

#include <array>
#include <cmath>
#include <limits>
#include <thread>
#include <type_traits>
#include <vector>

#include <leibler/engine/error.hpp>
#include <leibler/engine/tape.hpp>

#include "allocations.hpp"
#include "instruction_sets.hpp"
#include "on_tape.hpp"
#include "says.hpp"

using namespace leibler::test;
using leibler::InvalidArgument;
namespace engine = leibler::engine;
using engine::Condition;
using engine::Real;
using engine::Reals;
using engine::Tape;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

// f at one point of one number.
template <class F>
TapeResult at(double x, F&& f) {
  return on_tape({{x}}, [&](const Reals& z) { return Real(f(z[0])); });
}

Real sum_by_plate(std::size_t n, const Real& x) {
  return Tape::current().plate(
      n, [&](std::size_t j) { return engine::exp(-0.1 * static_cast<double>(j) * x); });
}

Real sum_by_loop(std::size_t n, const Real& x) {
  Real sum = 0.0;
  for (std::size_t j = 0; j < n; ++j) sum += engine::exp(-0.1 * static_cast<double>(j) * x);
  return sum;
}

}  // namespace

BOOST_AUTO_TEST_CASE(multiples_shifts_and_signs_cost_no_node) {
  const Tape::Lease tape;
  tape->start(32, true);
  const double x = 3.0;
  const Real at_x = tape->inputs({&x, 1})[0];
  const std::size_t before = tape->node_count();
  const Real y = 2.0 * (4.0 - at_x) / 8.0 + 1.0;
  BOOST_TEST(tape->node_count() == before);
  double value[32];
  tape->value(y, value);
  BOOST_TEST(value[0] == 1.25);
}

BOOST_AUTO_TEST_CASE(a_number_that_is_used_twice_gets_both_gradients) {
  const auto f = on_tape({{2.0}, {3.0}}, [](const Reals& x) {
    const Real product = x[0] * x[1];
    return product * product + x[0] / x[1] - (x[0] + x[0]);
  });
  BOOST_TEST(f.value[0] == 36.0 + 2.0 / 3.0 - 4.0);
  BOOST_TEST(f.gradient[0][0] == 36.0 + 1.0 / 3.0 - 2.0, boost::test_tools::tolerance(1e-15));
  BOOST_TEST(f.gradient[1][0] == 24.0 - 2.0 / 9.0, boost::test_tools::tolerance(1e-15));
}

BOOST_AUTO_TEST_CASE(every_point_has_its_own_value_and_gradient) {
  std::vector<double> x(300);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = 0.01 * static_cast<double>(i) - 1.0;
  const auto f = on_tape({x}, [](const Reals& z) { return engine::exp(z[0]) * z[0]; });
  for (std::size_t i = 0; i < x.size(); ++i) {
    BOOST_TEST(f.value[i] == std::exp(x[i]) * x[i], boost::test_tools::tolerance(1e-14));
    BOOST_TEST(f.gradient[0][i] == std::exp(x[i]) * (1.0 + x[i]),
               boost::test_tools::tolerance(1e-13));
  }
}

BOOST_AUTO_TEST_CASE(a_branch_that_is_not_taken_has_no_say) {
  // x log x, 1 / x, sqrt and a product with infinity at 0, where their derivatives are infinite.
  const auto guarded = [](const Real& x) {
    return where(x > 0.0, x * log(x) + 1.0 / x + sqrt(x) + x * exp(1e3 / x) * 0.0, 2.0 * x);
  };
  const auto f = at(0.0, guarded);
  BOOST_TEST(f.value[0] == 0.0);
  BOOST_TEST(f.gradient[0][0] == 2.0);
  const auto g = at(-1.0, guarded);
  BOOST_TEST(g.value[0] == -2.0);
  BOOST_TEST(g.gradient[0][0] == 2.0);
}

BOOST_AUTO_TEST_CASE(conditions_combine) {
  const auto inside = [](const Real& x) {
    return where(x >= 1.0 && x <= 2.0, 1.0, 0.0) + where(x < 1.0 || x > 2.0, 10.0, 0.0) +
           where(!(x < 1.0), 100.0, 0.0);
  };
  const auto f = on_tape({{0.5, 1.0, 1.5, 2.0, 3.0}}, [&](const Reals& x) { return inside(x[0]); });
  const std::vector<double> expected{10.0, 101.0, 101.0, 101.0, 110.0};
  BOOST_TEST(f.value == expected, boost::test_tools::per_element());
  // A comparison with NaN is false.
  const double nan = std::numeric_limits<double>::quiet_NaN();
  BOOST_TEST(at(nan, inside).value[0] == 100.0);
}

BOOST_AUTO_TEST_CASE(a_condition_is_no_bool) {
  static_assert(!std::is_convertible_v<Condition, bool>);
  static_assert(!std::is_constructible_v<bool, Condition>);
  static_assert(!std::is_convertible_v<Real, double>);
  BOOST_TEST(true);
}

BOOST_AUTO_TEST_CASE(log_sum_exp_is_one_node_and_right_at_infinities) {
  const auto f =
      on_tape({{-1e4, 1e4, -infinity, 3.0}, {-1e4, 9.9e3, 2.0, -infinity}}, [](const Reals& x) {
        const std::array<Real, 3> terms{x[0], x[1], -infinity};
        return engine::log_sum_exp(terms);
      });
  BOOST_TEST(f.value[0] == -1e4 + std::log(2.0), boost::test_tools::tolerance(1e-15));
  BOOST_TEST(f.value[1] == 1e4);
  BOOST_TEST(f.value[2] == 2.0);
  BOOST_TEST(f.value[3] == 3.0);
  BOOST_TEST(f.gradient[0][0] == 0.5, boost::test_tools::tolerance(1e-12));
  BOOST_TEST(f.gradient[0][1] == 1.0);
  BOOST_TEST(f.gradient[0][2] == 0.0);
  BOOST_TEST(f.gradient[1][2] == 1.0);
  const auto none = at(-infinity, [](const Real& x) {
    const std::array<Real, 2> terms{x, 2.0 * x};
    return engine::log_sum_exp(terms);
  });
  BOOST_TEST(none.value[0] == -infinity);
  BOOST_TEST(none.gradient[0][0] == 0.0);
  const auto undefined = at(std::nan(""), [](const Real& x) {
    const std::array<Real, 2> terms{1.0, x};
    return engine::log_sum_exp(terms);
  });
  BOOST_TEST(std::isnan(undefined.value[0]));
}

BOOST_AUTO_TEST_CASE(dot_and_matrix_times_vector_are_sums_of_products) {
  const double matrix[] = {1.0, 4.0, 2.0, 5.0, 3.0, 6.0};  // 2 x 3 by columns
  const auto f = on_tape({{0.5}, {-1.0}, {2.0}}, [&](const Reals& x) {
    const Reals y = engine::multiply(matrix, 2, 1, 2, x);
    return y[0] * y[1] + engine::dot(matrix, 2, x);
  });
  const double a = 0.5 - 2.0 + 6.0, b = 2.0 - 5.0 + 12.0;
  BOOST_TEST(f.value[0] == a * b + a);
  BOOST_TEST(f.gradient[0][0] == 1.0 * b + 4.0 * a + 1.0);
  BOOST_TEST(f.gradient[2][0] == 3.0 * b + 6.0 * a + 3.0);
}

BOOST_AUTO_TEST_CASE(computed_numbers_can_be_put_side_by_side) {
  const double weight[] = {1.0, 10.0, 100.0};
  const auto f = on_tape({{2.0}}, [&](const Reals& x) {
    const std::array<Real, 3> parts{3.0 * x[0], 7.0, x[0] * x[0]};
    return engine::dot(weight, 1, Reals::of(parts));
  });
  BOOST_TEST(f.value[0] == 6.0 + 70.0 + 400.0);
  BOOST_TEST(f.gradient[0][0] == 3.0 + 400.0);
}

BOOST_AUTO_TEST_CASE(a_plate_is_the_sum_of_its_terms) {
  for (const std::size_t n :
       {std::size_t{0}, std::size_t{1}, std::size_t{31}, std::size_t{32}, std::size_t{1000}}) {
    const auto plate = at(0.7, [&](const Real& x) { return sum_by_plate(n, x) * x; });
    const auto loop = at(0.7, [&](const Real& x) { return sum_by_loop(n, x) * x; });
    BOOST_TEST(plate.value[0] == loop.value[0], boost::test_tools::tolerance(1e-14));
    BOOST_TEST(plate.gradient[0][0] == loop.gradient[0][0], boost::test_tools::tolerance(1e-13));
  }
}

BOOST_AUTO_TEST_CASE(plates_nest_and_follow_each_other) {
  const auto f = at(0.7, [](const Real& x) {
    return Tape::current().plate(40, [&](std::size_t i) {
      return sum_by_plate(40, x * static_cast<double>(i)) + sum_by_plate(3, x);
    }) + sum_by_plate(50, x);
  });
  const auto expected = at(0.7, [](const Real& x) {
    Real sum = sum_by_loop(50, x);
    for (std::size_t i = 0; i < 40; ++i) {
      sum += sum_by_loop(40, x * static_cast<double>(i)) + sum_by_loop(3, x);
    }
    return sum;
  });
  BOOST_TEST(f.value[0] == expected.value[0], boost::test_tools::tolerance(1e-13));
  BOOST_TEST(f.gradient[0][0] == expected.gradient[0][0], boost::test_tools::tolerance(1e-12));
}

BOOST_AUTO_TEST_CASE(a_plate_needs_the_memory_of_one_term) {
  const Tape::Lease tape;
  tape->start(32, true);
  const double x = 0.5;
  const Real at_x = tape->inputs({&x, 1})[0];
  const Real sum = sum_by_plate(100'000, at_x);
  BOOST_TEST(tape->node_count() < 20u);
  (void)sum;
}

BOOST_AUTO_TEST_CASE(linear_models_are_the_sums_of_their_rows) {
  const std::size_t rows = 133, columns = 7;
  std::vector<double> x(rows * columns), y(rows), counts(rows);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = std::sin(static_cast<double>(i));
  for (std::size_t i = 0; i < rows; ++i) {
    y[i] = static_cast<double>(i % 3 == 0);
    counts[i] = static_cast<double>(i % 5);
  }
  std::vector<std::vector<double>> points(columns + 1);
  for (std::size_t j = 0; j <= columns; ++j) {
    points[j] = {0.3 * std::cos(static_cast<double>(j)), 5.0 * std::sin(static_cast<double>(j))};
  }
  const auto eta = [&](const Reals& z, std::size_t i) {
    Real sum = 2.0 * z[0] + 0.5;
    for (std::size_t k = 0; k < columns; ++k) {
      sum += x[k * rows + i] * z[static_cast<std::ptrdiff_t>(k + 1)];
    }
    return sum;
  };
  using engine::kernels::Link;
  const struct {
    Link link;
    const std::vector<double>& y;
    Real (*row)(double y, const Real& eta);
  } links[] = {
      {Link::logistic, y,
       [](double at, const Real& e) { return -engine::softplus((1.0 - 2.0 * at) * e); }},
      {Link::log, counts, [](double at, const Real& e) { return at * e - engine::exp(e); }},
      {Link::identity, counts,
       [](double at, const Real& e) { return -0.5 * (at - e) * (at - e); }}};
  on_each_instruction_set([&] {
    for (const auto& link : links) {
      const auto whole = on_tape(points, [&](const Reals& z) {
        return 3.0 * Tape::current().linear_model(link.link,
                                                  {x.data(), link.y.data(), rows, columns, 1, rows},
                                                  2.0 * z[0] + 0.5, z.part(1, columns));
      });
      const auto by_rows = on_tape(points, [&](const Reals& z) {
        Real sum = 0.0;
        for (std::size_t i = 0; i < rows; ++i) sum += link.row(link.y[i], eta(z, i));
        return 3.0 * sum;
      });
      for (std::size_t i = 0; i < 2; ++i) {
        BOOST_TEST(whole.value[i] == by_rows.value[i], boost::test_tools::tolerance(1e-13));
        for (std::size_t j = 0; j <= columns; ++j) {
          BOOST_TEST(whole.gradient[j][i] == by_rows.gradient[j][i],
                     boost::test_tools::tolerance(1e-11));
        }
      }
    }
  });
}

BOOST_AUTO_TEST_CASE(nothing_is_allocated_after_the_first_evaluation) {
  std::vector<double> x(256, 0.5), out(256);
  const auto evaluate = [&] {
    const Tape::Lease tape;
    tape->start(256, true);
    const Reals z = tape->inputs({x.data(), 256, 1, 256}, 0);
    const std::array<Real, 2> terms{z[0], sum_by_loop(60, z[0])};
    const Real root = engine::log_sum_exp(terms) + sum_by_plate(100, z[0]) * engine::lgamma(z[0]);
    tape->value(root, out.data());
    tape->gradient(root, z, out.data(), 256);
  };
  evaluate();
  const std::size_t before = allocations();
  for (int i = 0; i < 5; ++i) evaluate();
  BOOST_TEST(allocations() == before);
}

BOOST_AUTO_TEST_CASE(a_number_kept_after_its_evaluation_is_refused) {
  Real kept;
  (void)at(1.0, [&](const Real& x) { return kept = x * x; });
  BOOST_CHECK_EXCEPTION(
      (void)at(1.0, [&](const Real& x) { return kept + x; }), InvalidArgument,
      says("Real: operand was kept from an earlier evaluation; a Real may only be "
           "used in the evaluation that made it; keep plain numbers instead."));
  // Also where it is all that is returned.
  BOOST_CHECK_THROW((void)at(1.0, [&](const Real&) { return kept; }), InvalidArgument);
}

BOOST_AUTO_TEST_CASE(a_number_changed_inside_a_plate_is_refused) {
  for (const std::size_t n : {std::size_t{3}, std::size_t{100}}) {
    const auto change = [&](const Real& x) {
      Real total = x;
      (void)Tape::current().plate(n, [&](std::size_t) { return total += x * x; });
      return total;
    };
    BOOST_CHECK_EXCEPTION(
        (void)at(1.0, change), InvalidArgument,
        says("Real: operand was made in a term of a plate that has ended; what a term makes ends "
             "with it; return the term from the function that plate is given and use the sum."));
  }
  // Once is enough, if the number is used afterwards.
  BOOST_CHECK_THROW((void)at(1.0,
                             [&](const Real& x) {
                               Real last = x;
                               (void)Tape::current().plate(1, [&](std::size_t) {
                                 last = x * x;
                                 return x;
                               });
                               return last;
                             }),
                    InvalidArgument);
}

BOOST_AUTO_TEST_CASE(a_number_of_another_tape_is_refused) {
  const auto text =
      "Real: operand was made by another evaluation or on another thread; a Real may only be used "
      "in the evaluation that made it; compute it again from the point that the callable is given.";
  const auto nested = [](const Real& outer) {
    return at(2.0, [&](const Real& inner) { return inner * outer; }).value[0];
  };
  BOOST_CHECK_EXCEPTION((void)at(1.0, nested), InvalidArgument, says(text));
  Real kept;
  (void)at(1.0, [&](const Real& x) { return kept = x * x; });
  BOOST_CHECK_EXCEPTION((void)(kept * kept), InvalidArgument, says(text));
  bool was_refused = false;
  (void)at(1.0, [&](const Real& x) {
    std::thread([&] {
      try {
        (void)at(1.0, [&](const Real& mine) { return mine + x; });
      } catch (const InvalidArgument&) { was_refused = true; }
    }).join();
    return x;
  });
  BOOST_TEST(was_refused);
}

BOOST_AUTO_TEST_CASE(an_evaluation_inside_another_leaves_it_alone) {
  const auto f = at(3.0, [](const Real& x) {
    const Real before = x * x;
    const double inner = at(2.0, [](const Real& y) { return y * y * y; }).gradient[0][0];
    return before * x * inner;
  });
  BOOST_TEST(f.value[0] == 27.0 * 12.0);
  BOOST_TEST(f.gradient[0][0] == 27.0 * 12.0);
}

BOOST_AUTO_TEST_CASE(an_evaluation_that_threw_leaves_nothing_behind) {
  BOOST_CHECK_THROW((void)at(1.0,
                             [](const Real& x) {
                               return Tape::current().plate(100, [&](std::size_t j) {
                                 if (j == 50) throw std::runtime_error("user");
                                 return x * x;
                               });
                             }),
                    std::runtime_error);
  const auto f = at(0.7, [](const Real& x) { return sum_by_plate(100, x); });
  BOOST_TEST(f.value[0] == at(0.7, [](const Real& x) { return sum_by_loop(100, x); }).value[0],
             boost::test_tools::tolerance(1e-14));
}

BOOST_AUTO_TEST_CASE(a_plate_outside_an_evaluation_is_refused) {
  BOOST_CHECK_EXCEPTION(
      (void)Tape::current(), InvalidArgument,
      says(
          "plate: the call is outside an evaluation; a sum of Reals belongs to the density that is "
          "evaluated; call it inside the callable of density or of a program."));
}
