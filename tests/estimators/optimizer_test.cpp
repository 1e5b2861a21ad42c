// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE estimators_optimizer
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include <leibler/estimators/estimator_conformance.hpp>
#include <leibler/estimators/exact_conformance.hpp>
#include <leibler/leibler.hpp>

#include "doc_blocks.hpp"
#include "fits.hpp"
#include "says.hpp"
#include "seed_mixture.hpp"

using namespace leibler;
using namespace leibler::test;

// The optimizer of docs/adding_an_optimizer.md.

/// v = decay v + (1 - decay) g^2;  theta -= rate g / sqrt(v + 1e-12).
struct RmsProp {
  leibler::Schedule learning_rate = 1e-2;
  double decay = 0.99;  ///< in [0, 1)

  class State {
   public:
    explicit State(std::size_t size) : squares_(size, 0.0) {}
    [[nodiscard]] std::span<double> values() { return squares_; }

   private:
    std::vector<double> squares_;
  };

  void check() const {
    learning_rate.check("RmsProp", "learning_rate");
    leibler::check::in_range("RmsProp", "decay", decay, 0.0, 1.0, "0.99 is usual");
  }

  void update(State& state, std::size_t step, std::size_t steps, const double* gradient,
              double* parameters, std::size_t size) const {
    const double rate = learning_rate.at(step, steps);
    const std::span<double> squares = state.values();
    for (std::size_t i = 0; i < size; ++i) {
      squares[i] = decay * squares[i] + (1 - decay) * gradient[i] * gradient[i];
      parameters[i] -= rate * gradient[i] / std::sqrt(squares[i] + 1e-12);
    }
  }
};

static_assert(leibler::Optimizer<RmsProp>);

/// theta -= rate g, the rate halved until the value falls.
struct Halving {
  static constexpr bool needs_gradient = true;
  double tolerance = 1e-8;  ///< of the largest entry of the gradient

  class State {
   public:
    State(const Halving&, std::size_t size) : theta_(size), gradient_(size) {}
    [[nodiscard]] std::span<double> values() { return {&rate_, 1}; }

   private:
    friend struct Halving;
    double rate_ = 1.0;
    std::vector<double> theta_, gradient_;  // of an iteration alone
  };

  leibler::Iteration iterate(State& state, const leibler::ExactFunction& f,
                             leibler::MinimizerPoint& at) const {
    double largest = 0.0;
    for (const double g : at.gradient) largest = std::max(largest, std::abs(g));
    if (largest <= tolerance) return leibler::Iteration::vanished;
    for (state.rate_ *= 4.0; state.rate_ > 1e-12; state.rate_ /= 2.0) {
      for (std::size_t i = 0; i < at.theta.size(); ++i) {
        state.theta_[i] = at.theta[i] - state.rate_ * at.gradient[i];
      }
      const double value = f(state.theta_.data(), state.gradient_.data());
      if (!(value < at.value)) continue;  // infinite where theta is no model
      std::copy(state.theta_.begin(), state.theta_.end(), at.theta.begin());
      std::copy(state.gradient_.begin(), state.gradient_.end(), at.gradient.begin());
      at.value = value;
      return leibler::Iteration::moved;
    }
    return leibler::Iteration::stuck;
  }
};

static_assert(leibler::DeterministicMinimizer<Halving>);

BOOST_AUTO_TEST_CASE(the_documents_code_is_this_code) {
  check_code_is_compiled("adding_an_optimizer.md", "estimators/optimizer_test.cpp");
}

BOOST_AUTO_TEST_CASE(a_users_optimizer_keeps_the_promises_of_the_concept) {
  const RmsProp optimizer{.learning_rate = leibler::cosine_decay(0.05)};
  for (const auto& v : leibler::check_optimizer(optimizer)) BOOST_ERROR(v);
}

BOOST_AUTO_TEST_CASE(a_users_minimiser_keeps_the_promises_of_the_concept_and_fits) {
  for (const auto& v : leibler::check_minimizer(Halving{})) BOOST_ERROR(v);
  const Points x = sample(nearest_gaussian(), 1000, Seed{2});
  const auto fitted = leibler::fit(leibler::Gaussian::standard(2), leibler::ForwardKl(x), Halving{},
                                   {.steps = 2000});
  BOOST_TEST((fitted.status.outcome == leibler::FitStatus::Outcome::converged));
  BOOST_TEST((fitted.model.mean() - Empirical(x).mean()).norm() < 1e-6);
}

// planted faults, each of one rule

namespace {

struct Upwards : Halving {
  leibler::Iteration iterate(State& state, const leibler::ExactFunction& f,
                             leibler::MinimizerPoint& at) const {
    const auto result = Halving::iterate(state, f, at);
    for (double& v : at.theta) v += 0.1;
    at.value = f(at.theta.data(), at.gradient.data());
    return result;
  }
};

struct StaleGradient : Halving {
  leibler::Iteration iterate(State& state, const leibler::ExactFunction& f,
                             leibler::MinimizerPoint& at) const {
    const std::vector<double> before(at.gradient.begin(), at.gradient.end());
    const auto result = Halving::iterate(state, f, at);
    std::copy(before.begin(), before.end(), at.gradient.begin());
    return result;
  }
};

struct Forgetful : Lbfgs {
  struct State : Lbfgs::State {
    using Lbfgs::State::State;
    [[nodiscard]] std::span<double> values() { return {}; }
  };
  leibler::Iteration iterate(State& state, const leibler::ExactFunction& f,
                             leibler::MinimizerPoint& at) const {
    return Lbfgs::iterate(state, f, at);
  }
};

struct GivesUp : Halving {
  leibler::Iteration iterate(State&, const leibler::ExactFunction&,
                             leibler::MinimizerPoint&) const {
    return leibler::Iteration::stuck;
  }
};

template <class M>
bool breaks(const M& minimizer, const std::string& rule) {
  const auto found = leibler::check_minimizer(minimizer);
  return std::any_of(found.begin(), found.end(), [&](const auto& v) { return v.rule == rule; });
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_wrong_minimiser_is_found_out) {
  BOOST_TEST(breaks(Upwards{}, "no iteration goes up"));
  BOOST_TEST(breaks(StaleGradient{}, "an iteration leaves value and gradient of its point"));
  BOOST_TEST(breaks(Forgetful{}, "values() holds the whole state"));
  BOOST_TEST(breaks(GivesUp{}, "finds the minimum of a quadratic"));
}

BOOST_AUTO_TEST_CASE(a_users_optimizer_fits) {
  const RmsProp optimizer{.learning_rate = leibler::cosine_decay(0.05)};
  const auto fitted =
      leibler::fit(leibler::Gaussian::standard(2), leibler::ForwardKl(seed_mixture()), optimizer,
                   {.steps = 1500, .seed = {1}});
  BOOST_TEST(gaussian_kl(nearest_gaussian(), fitted.model) < 5e-3);
}

BOOST_AUTO_TEST_CASE(a_users_optimizer_is_checked_before_the_first_step) {
  BOOST_CHECK_EXCEPTION(
      (void)fit(Gaussian::standard(2), ForwardKl(seed_mixture()), RmsProp{.decay = 1.0}),
      std::domain_error, says("RmsProp: decay = 1; decay must be in [0, 1); 0.99 is usual."));
}
