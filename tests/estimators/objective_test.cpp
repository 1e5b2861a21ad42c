// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE estimators_objective
#include <boost/test/unit_test.hpp>

#include <cmath>
#include <cstddef>
#include <numbers>
#include <optional>
#include <string>
#include <utility>

#include <leibler/estimators/estimator_conformance.hpp>
#include <leibler/leibler.hpp>

#include "doc_blocks.hpp"
#include "fits.hpp"
#include "seed_mixture.hpp"

using namespace leibler;
using namespace leibler::test;
namespace tt = boost::test_tools;

// The objectives of docs/adding_an_objective.md.

/// E_q[ exp(log q - log p) ] / 2, half of chi-squared plus one: its slope varies.
template <leibler::Density P>
class HalfSecondMoment {
 public:
  static constexpr std::optional<double> constant_slope = std::nullopt;

  struct Evaluation {
    leibler::Batch x;
    const double* log_q;
  };

  explicit HalfSecondMoment(P p) : p_(std::move(p)) {}

  [[nodiscard]] static const char* name() { return "E_q[q / p] / 2"; }
  [[nodiscard]] std::size_t dimension() const { return p_.dimension(); }

  [[nodiscard]] Evaluation evaluate(const leibler::Batch& x, const double* log_q,
                                    const leibler::Stream&, leibler::Workspace&) const {
    return {x, log_q};
  }

  void cost(const Evaluation& at, double* h, double* slope, leibler::Workspace& workspace) const {
    p_.log_density(at.x, h, workspace);
    for (std::size_t i = 0; i < leibler::engine::padded(at.x.size); ++i) {
      h[i] = std::exp(at.log_q[i] - h[i]) / 2;
      if (slope != nullptr) slope[i] = h[i];
    }
  }

 private:
  P p_;
};

/// E_p[-log q] for p the points on a circle: draws made up as they are needed.
struct OnACircle {
  double radius;

  [[nodiscard]] static const char* name() { return "cross entropy of a circle"; }
  [[nodiscard]] static std::size_t dimension() { return 2; }

  void draw(const leibler::Stream& stream, const leibler::MutableBatch& x,
            leibler::Workspace& workspace) const {
    const leibler::Workspace::Frame frame(workspace);
    const std::size_t n = leibler::engine::padded(x.size);
    double* const turn = workspace.take(n);
    leibler::engine::kernels::uniform_fill(stream, turn, n);
    for (std::size_t i = 0; i < n; ++i) {
      x.data[i] = radius * std::cos(2 * std::numbers::pi * turn[i]);
      x.data[x.stride + i] = radius * std::sin(2 * std::numbers::pi * turn[i]);
    }
  }

  void cost(const leibler::Batch& x, const double* log_q, double* h, leibler::Workspace&) const {
    for (std::size_t i = 0; i < leibler::engine::padded(x.size); ++i) h[i] = -log_q[i];
  }
};

static_assert(leibler::ModelExpectation<HalfSecondMoment<leibler::Gaussian>>);
static_assert(leibler::DataExpectation<OnACircle>);

BOOST_AUTO_TEST_CASE(the_documents_code_is_this_code) {
  check_code_is_compiled("adding_an_objective.md", "estimators/objective_test.cpp");
}

BOOST_AUTO_TEST_CASE(users_objectives_keep_the_promises_of_the_concept) {
  const DiagonalGaussian p(Vector{{1.0, -1.0}}, Vector{{1.0, 2.0}});
  const DiagonalGaussian q(Vector{{0.5, 0.0}}, Vector{{0.7, 1.0}});
  for (const auto& v : leibler::check_objective(HalfSecondMoment(p), q)) BOOST_ERROR(v);
  for (const auto& v : leibler::check_objective(OnACircle{2.0}, q)) BOOST_ERROR(v);
  for (const auto& v : check_gradient_estimator(ScoreFunction{}, q, HalfSecondMoment(p)))
    BOOST_ERROR(v);
  for (const auto& v : check_gradient_estimator(MaximumLikelihood{}, q, OnACircle{2.0}))
    BOOST_ERROR(v);
}

BOOST_AUTO_TEST_CASE(a_users_expectation_under_the_model_is_fitted) {
  const DiagonalGaussian p(Vector{{1.0, -1.0}}, Vector{{1.0, 2.0}});
  const DiagonalGaussian start(Vector{{0.5, 0.0}}, Vector{{0.7, 1.0}});
  const auto fitted = leibler::fit(
      start, HalfSecondMoment(p), leibler::ScoreFunction{leibler::Baseline::leave_one_out},
      leibler::Adam{.learning_rate = leibler::cosine_decay(0.05)}, {.steps = 2000, .seed = {1}});
  // 1/2 is the least it can be, at q = p.
  const Estimate value = objective_value(HalfSecondMoment(p), fitted.model);
  BOOST_TEST(value.value == 0.5, tt::tolerance(1e-3));
  BOOST_TEST((fitted.model.mean() - p.mean()).cwiseAbs().maxCoeff() < 0.02);
  BOOST_TEST((fitted.model.stddev() - p.stddev()).cwiseAbs().maxCoeff() < 0.04);
}

// A circle of radius r has the covariance r^2 / 2 I, which is that of the best Gaussian.
BOOST_AUTO_TEST_CASE(a_users_expectation_over_draws_is_fitted) {
  const auto fitted = leibler::fit(leibler::Gaussian::standard(2), OnACircle{2.0},
                                   leibler::Adam{.learning_rate = leibler::cosine_decay(0.05)},
                                   {.steps = 1500, .seed = {1}});
  BOOST_TEST((fitted.model.covariance() - 2.0 * Matrix::Identity(2, 2)).cwiseAbs().maxCoeff() <
             0.05);
  const Estimate value = objective_value(OnACircle{2.0}, fitted.model);
  BOOST_TEST(value.value == std::log(2 * std::numbers::pi) + std::log(2.0) + 1.0,
             tt::tolerance(1e-3));
}

BOOST_AUTO_TEST_CASE(an_objective_without_a_name_is_called_objective) {
  struct Nameless {};
  BOOST_TEST(detail::name_of(Nameless{}) == std::string("objective"));
  BOOST_TEST(detail::name_of(OnACircle{1.0}) == std::string("cross entropy of a circle"));
}
