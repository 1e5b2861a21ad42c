// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE models_gaussian_divergence
#include <boost/test/unit_test.hpp>

#include <cmath>
#include <string>

#include <leibler/models/diagonal_gaussian.hpp>
#include <leibler/models/gaussian.hpp>
#include <leibler/models/gaussian_divergence.hpp>
#include <leibler/models/univariate/normal.hpp>

#include "says.hpp"

using namespace leibler;
using namespace leibler::test;
namespace tt = boost::test_tools;

namespace {

constexpr double infinity = HUGE_VAL;

}  // namespace

// 25 digits by another program.
BOOST_AUTO_TEST_CASE(gaussian_formulas_are_the_reference_numbers) {
  const Gaussian p(Vector{{0.5, -1.0}}, Matrix{{2.0, 0.7}, {0.7, 0.5}});
  const Gaussian q(Vector{{0.0, 0.3}}, Matrix{{1.5, -0.2}, {-0.2, 1.0}});
  const auto is = [&](const auto& d, double expected) {
    BOOST_TEST(closed_form(d, p, q).value() == expected, tt::tolerance(1e-13));
  };
  is(Kl{}, 1.428287754765977936172007);
  is(Jeffreys{}, 7.201416868117109857641687);
  is(Renyi{0.3}, 0.8352578169694205019145246);
  is(Renyi{1.0}, 1.428287754765977936172007);
  is(Renyi{1.5}, 1.81277235201637262690959);
  is(Alpha{0.3}, 2.108171898836139570062131);
  is(Alpha{1.5}, 1.967147775692706414579598);
  is(ChiSquared{}, 32.90969842713657673663309);
  is(SquaredHellinger{}, 0.412746564342473758750317);
  is(Bhattacharyya{}, 0.5322988050429850093626088);
  BOOST_TEST(closed_form(ReverseChiSquared{}, p, q).value() == infinity);
  BOOST_TEST(closed_form(ReverseChiSquared{}, q, p).value() == 32.90969842713657673663309,
             tt::tolerance(1e-13));
  BOOST_TEST(closed_form(Renyi{3.0}, q, p).value() == infinity);
  BOOST_TEST(closed_form(Kl{}, Normal(2.0, 1.5), Normal(0.0, 1.0)).value() == 2.21953489189184,
             tt::tolerance(1e-14));
}

BOOST_AUTO_TEST_CASE(gaussians_of_any_kind_agree) {
  const Vector m{{1.0, -2.0}}, s{{0.5, 3.0}};
  const Matrix covariance{{0.25, 0.0}, {0.0, 9.0}};
  const Gaussian full(m, covariance), q(Vector{{0.0, 0.5}}, Matrix{{2.0, 0.4}, {0.4, 11.0}});
  const DiagonalGaussian diagonal(m, s), other(Vector{{0.2, 0.0}}, Vector{{1.0, 2.0}});
  const auto agree = [&](const auto& d) {
    const auto number = [&](const auto& a, const auto& b) { return closed_form(d, a, b).value(); };
    BOOST_TEST_CONTEXT(std::string(d.name)) {
      BOOST_TEST(number(full, q) == number(diagonal, q), tt::tolerance(1e-13));
      BOOST_TEST(number(q, full) == number(q, diagonal), tt::tolerance(1e-13));
      BOOST_TEST(number(full, other) == number(diagonal, other), tt::tolerance(1e-13));
      const Gaussian line(Vector{{1.0}}, Matrix{{4.0}});
      BOOST_TEST(number(line, Normal(0.5, 3.0)) == number(Normal(1.0, 2.0), Normal(0.5, 3.0)),
                 tt::tolerance(1e-14));
    }
  };
  agree(Kl{});
  agree(Jeffreys{});
  agree(Alpha{0.4});
  agree(SquaredHellinger{});
  agree(Bhattacharyya{});
  agree(Renyi{0.7});
}

BOOST_AUTO_TEST_CASE(normals_near_each_other_keep_their_digits) {
  const Normal p(0.0, 1.0), q(1e-9, 1.0 + 0x1p-40);
  BOOST_TEST(closed_form(Kl{}, p, q).value() == 5.00000827179703119353634e-19,
             tt::tolerance(1e-14));
  BOOST_TEST(closed_form(SquaredHellinger{}, p, q).value() == 1.250002067950394667937023e-19,
             tt::tolerance(1e-14));
  // Orders near 1 and 0 go over into the KL divergences.
  const Normal wide(0.3, 1.7);
  BOOST_TEST(closed_form(Renyi{1.0 + 1e-9}, p, wide).value() == *closed_form(Kl{}, p, wide),
             tt::tolerance(1e-8));
  BOOST_TEST(closed_form(Alpha{1e-9}, p, wide).value() == *closed_form(Kl{}, wide, p),
             tt::tolerance(1e-8));
}

BOOST_AUTO_TEST_CASE(formulas_refuse_other_dimensions) {
  BOOST_CHECK_EXCEPTION((void)closed_form(Kl{}, Gaussian::standard(2), Normal(0.0, 1.0)),
                        InvalidArgument,
                        says("Kl: q.dimension() = 1; must be 2; p and q live in the same space."));
}

static_assert(HasClosedForm<Kl, Normal<>, Gaussian>);
static_assert(HasClosedForm<Renyi, DiagonalGaussian, Gaussian>);
