// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE estimators_optimizer
#include <boost/test/unit_test.hpp>

#include <cmath>
#include <cstddef>
#include <span>
#include <stdexcept>
#include <vector>

#include <leibler/estimators/estimator_conformance.hpp>
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

BOOST_AUTO_TEST_CASE(the_documents_code_is_this_code) {
  check_code_is_compiled("adding_an_optimizer.md", "estimators/optimizer_test.cpp");
}

BOOST_AUTO_TEST_CASE(a_users_optimizer_keeps_the_promises_of_the_concept) {
  const RmsProp optimizer{.learning_rate = leibler::cosine_decay(0.05)};
  for (const auto& v : leibler::check_optimizer(optimizer)) BOOST_ERROR(v);
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
