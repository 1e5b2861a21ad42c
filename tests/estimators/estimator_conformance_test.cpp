// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE estimators_estimator_conformance
#include <boost/test/unit_test.hpp>

#include <cmath>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <leibler/estimators/estimator_conformance.hpp>
#include <leibler/leibler.hpp>

#include "banana.hpp"
#include "sanitizers.hpp"
#include "seed_mixture.hpp"
#include "uniform.hpp"

using namespace leibler;
using namespace leibler::test;

namespace {

const GaussianMixture& mixture() {
  static const GaussianMixture q = GaussianMixture::random(3, 2, {4}, {.spread = 2.0});
  return q;
}
const Gaussian& gaussian() {
  static const Gaussian q(Vector{{1.0, 0.0}}, Matrix{{4.0, -0.5}, {-0.5, 6.0}});
  return q;
}

// Enough to find each planted fault; with a sanitizer what is promised of memory counts.
const ConformanceOptions options{.points = {}, .draws = sanitized ? 3000u : 50'000u};

void check_none(const Violations& violations) {
  for (const Violation& v : violations) BOOST_ERROR(v.rule + ": " + v.detail);
}

bool has(const Violations& violations, const std::string& rule) {
  for (const Violation& v : violations) {
    if (v.rule == rule) return true;
  }
  return false;
}

// planted faults, each of one rule

struct WrongSlope : ReverseKl<GaussianMixture> {
  using ReverseKl::ReverseKl;
  static constexpr std::optional<double> constant_slope = 0.5;
};

struct WrongPointGradient : ReverseKl<GaussianMixture> {
  using ReverseKl::ReverseKl;
  void point_gradient(const Evaluation& at, const MutableBatch& out, Workspace& w) const {
    ReverseKl::point_gradient(at, out, w);
    out.data[5] += 0.01;
  }
};

struct CostsFromACounter : ReverseKl<GaussianMixture> {
  using ReverseKl::ReverseKl;
  mutable double calls = 0;
  void cost(const Evaluation& at, double* h, double* slope, Workspace& w) const {
    ReverseKl::cost(at, h, slope, w);
    h[0] += ++calls;
  }
};

struct Biased : ScoreFunction {
  template <class Q>
  void finish(State& state, const Q& q, const double* sums, std::size_t n,
              std::span<double> gradient) const {
    ScoreFunction::finish(state, q, sums, n, gradient);
    for (double& g : gradient) g *= 2.0;
  }
};

// Assigns where it must add.
struct Overwrites : ScoreFunction {
  template <class Q, class O>
  void add_chunk(const State& state, const Q& q, const O& o, const Stream& stream, std::size_t n,
                 double* sums, engine::Moments* value, Workspace& w) const {
    std::fill_n(sums, sums_size(q), 0.0);
    ScoreFunction::add_chunk(state, q, o, stream, n, sums, value, w);
  }
};

struct ForgetsItsState : ScoreFunction {
  struct State : ScoreFunction::State {
    [[nodiscard]] std::span<double> values() { return {}; }
  };
  template <class Q>
  void finish(State& state, const Q& q, const double* sums, std::size_t n,
              std::span<double> gradient) const {
    ScoreFunction::finish(state, q, sums, n, gradient);
  }
};

struct NoValue : ScoreFunction {
  template <class Q, class O>
  void add_chunk(const State& state, const Q& q, const O& o, const Stream& stream, std::size_t n,
                 double* sums, engine::Moments*, Workspace& w) const {
    ScoreFunction::add_chunk(state, q, o, stream, n, sums, nullptr, w);
  }
};

struct Climbs : Sgd {
  void update(State& state, std::size_t step, std::size_t steps, const double* gradient,
              double* parameters, std::size_t size) const {
    std::vector<double> up(gradient, gradient + size);
    for (double& g : up) g = -1e-3 * g;
    Sgd::update(state, step, steps, up.data(), parameters, size);
  }
};

struct MovesPadding : Sgd {
  void update(State& state, std::size_t step, std::size_t steps, const double* gradient,
              double* parameters, std::size_t size) const {
    Sgd::update(state, step, steps, gradient, parameters, size);
    parameters[size - 1] += 1e-9;
  }
};

struct ForgetsItsVelocity : Sgd {
  struct State : Sgd::State {
    using Sgd::State::State;
    [[nodiscard]] std::span<double> values() { return {}; }
    [[nodiscard]] Sgd::State& whole() { return *this; }
  };
  void update(State& state, std::size_t step, std::size_t steps, const double* gradient,
              double* parameters, std::size_t size) const {
    Sgd::update(state.whole(), step, steps, gradient, parameters, size);
  }
};

}  // namespace

BOOST_AUTO_TEST_CASE(our_objectives_keep_their_promises) {
  const auto p = seed_mixture();
  check_none(check_objective(ForwardKl(p), mixture()));
  check_none(check_objective(ForwardKl(sample(p, 100, Seed{1})), mixture()));
  check_none(check_objective(ReverseKl(p), mixture()));
  check_none(check_objective(ReverseKl(Banana{}), gaussian()));
}

BOOST_AUTO_TEST_CASE(our_estimators_keep_their_promises) {
  const auto p = seed_mixture();
  check_none(check_gradient_estimator(MaximumLikelihood{}, mixture(), ForwardKl(p), options));
  check_none(check_gradient_estimator(MaximumLikelihood{}, gaussian(), ForwardKl(p), options));
  for (const auto baseline : {Baseline::none, Baseline::leave_one_out, Baseline::moving_average}) {
    check_none(check_gradient_estimator(ScoreFunction{.baseline = baseline}, mixture(),
                                        ReverseKl(p), options));
  }
  for (const bool sticking : {true, false}) {
    const Pathwise estimator{.sticking_the_landing = sticking};
    check_none(check_gradient_estimator(estimator, gaussian(), ReverseKl(p), options));
    check_none(check_gradient_estimator(estimator, DiagonalGaussian::standard(2),
                                        ReverseKl(Banana{}), options));
  }
}

BOOST_AUTO_TEST_CASE(our_optimizers_keep_their_promises) {
  check_none(check_optimizer(Adam{.learning_rate = 0.01}));
  check_none(check_optimizer(Adam{.learning_rate = cosine_decay(0.05)}));
  check_none(check_optimizer(Sgd{.learning_rate = 0.1}));
  check_none(
      check_optimizer(Sgd{.learning_rate = warm_up(0.1, 20), .momentum = 0.9, .nesterov = true}));
}

BOOST_AUTO_TEST_CASE(a_wrong_objective_is_found_out) {
  const auto p = seed_mixture();
  BOOST_TEST(has(check_objective(WrongSlope(p), mixture()), "slope is dh / d(log q)"));
  BOOST_TEST(has(check_objective(WrongPointGradient(p), mixture()),
                 "point_gradient is dh/dx with log q held fixed"));
  BOOST_TEST(
      has(check_objective(CostsFromACounter(p), mixture()), "equal streams give equal costs"));
  BOOST_TEST(has(check_objective(ReverseKl(p), Gaussian::standard(2)), "a cost is never NaN") ==
             false);
}

BOOST_AUTO_TEST_CASE(a_wrong_estimator_is_found_out) {
  const ReverseKl objective(seed_mixture());
  const auto check = [&](const auto& e) {
    return check_gradient_estimator(e, gaussian(), objective);
  };
  BOOST_TEST(has(check(Biased{}), "the gradient is that of the objective"));
  BOOST_TEST(has(check(Overwrites{}), "chunks add up"));
  BOOST_TEST(has(check(ForgetsItsState{{.baseline = Baseline::moving_average}}),
                 "values() holds the whole state"));
  BOOST_TEST(has(check(NoValue{}), "the value is of every point once"));
}

BOOST_AUTO_TEST_CASE(a_wrong_optimizer_is_found_out) {
  BOOST_TEST(has(check_optimizer(Climbs{}), "descends a quadratic"));
  BOOST_TEST(has(check_optimizer(MovesPadding{}), "padding stays zero"));
  BOOST_TEST(has(check_optimizer(ForgetsItsVelocity{{.momentum = 0.9}}),
                 "values() holds the whole state"));
}

BOOST_AUTO_TEST_CASE(a_violation_says_where_and_by_how_much) {
  const auto found = check_optimizer(MovesPadding{});
  BOOST_TEST_REQUIRE(found.size() == 1u);
  BOOST_TEST(found[0].rule == "padding stays zero");
  BOOST_TEST(found[0].detail.starts_with("entry 7 of 5 is 2.0"));
}
