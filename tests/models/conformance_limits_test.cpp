// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE models_conformance_limits
#include <boost/test/unit_test.hpp>

#include <cmath>
#include <span>
#include <utility>
#include <vector>

#include <leibler/models/affine.hpp>
#include <leibler/models/conformance.hpp>
#include <leibler/models/dirichlet.hpp>
#include <leibler/models/gaussian.hpp>
#include <leibler/models/gaussian_mixture.hpp>
#include <leibler/models/lkj_cholesky.hpp>
#include <leibler/models/mixture.hpp>
#include <leibler/models/product.hpp>
#include <leibler/models/truncated.hpp>
#include <leibler/models/univariate/beta.hpp>
#include <leibler/models/univariate/cauchy.hpp>
#include <leibler/models/univariate/gamma.hpp>
#include <leibler/models/univariate/log_normal.hpp>
#include <leibler/models/univariate/normal.hpp>
#include <leibler/models/univariate/pareto.hpp>
#include <leibler/models/univariate/student_t.hpp>
#include <leibler/models/univariate/uniform.hpp>
#include <leibler/models/univariate/weibull.hpp>

#include "conformance_checks.hpp"
#include "faulty_exponential.hpp"

// Where the rules end: densities that are infinite at a point, supports that move or have no
// volume, terms that cancel, tails and ends. Legitimate models pass; beside them faults are found.
using namespace leibler;
using test::breaks, test::keeps_every_promise, test::must_break, test::options, test::whole;
using test::Fault;

namespace {

// An exponential density with +inf from low to high.
struct InfiniteFrom {
  double low, high;
  test::FaultyExponential right{Fault::none};
  InfiniteFrom(double from, double to) : low(from), high(to) {}
  [[nodiscard]] std::size_t dimension() const { return 1; }
  void log_density(const Batch& x, double* out, Workspace& w) const {
    right.log_density(x, out, w);
    for (std::size_t i = 0; i < x.size; ++i) {
      if (x.data[i] >= low && x.data[i] <= high) out[i] = HUGE_VAL;
    }
  }
  void sample(const Stream& s, const MutableBatch& x, Workspace& w) const { right.sample(s, x, w); }
};

// What a model says of itself, and what its gradients do.
struct Claim {
  bool support_moves = false, is_on_surface = false, implicit_path = false;
};
struct Wrong {
  double point_factor = 1.0;  // of the point gradient
  double shift = 0.0;         // of what each point adds to the first sum
  bool rectifies = false;     // takes weights without their sign
  double path_factor = 1.0;   // of the path
};

// Q, but for what it claims and what is wrong.
template <class Q, Claim claim>
struct Claiming {
  static constexpr bool support_moves = claim.support_moves, is_on_surface = claim.is_on_surface,
                        implicit_path = claim.implicit_path;
  using Evaluation = typename Q::Evaluation;
  Q right;
  Wrong wrong;

  [[nodiscard]] std::size_t dimension() const { return right.dimension(); }
  void log_density(const Batch& x, double* out, Workspace& w) const {
    right.log_density(x, out, w);
  }
  [[nodiscard]] Evaluation evaluate(const Batch& x, Workspace& w) const {
    return right.evaluate(x, w);
  }
  void log_density(const Evaluation& at, double* out) const { right.log_density(at, out); }
  void point_gradient(const Evaluation& at, const MutableBatch& out, Workspace& w) const {
    right.point_gradient(at, out, w);
    for (std::size_t j = 0; j < out.dimension; ++j) {
      for (std::size_t i = 0; i < out.size; ++i) out.data[j * out.stride + i] *= wrong.point_factor;
    }
  }
  void sample(const Stream& s, const MutableBatch& x, Workspace& w) const { right.sample(s, x, w); }
  [[nodiscard]] std::size_t parameter_count() const { return right.parameter_count(); }
  void parameters(std::span<double> out) const { right.parameters(out); }
  [[nodiscard]] Claiming with_parameters(std::span<const double> theta) const& {
    return {right.with_parameters(theta), wrong};
  }
  [[nodiscard]] Claiming with_parameters(std::span<const double> theta) && {
    right = std::move(right).with_parameters(theta);
    return std::move(*this);
  }
  [[nodiscard]] std::size_t gradient_sums_size() const { return right.gradient_sums_size(); }
  void add_gradient_sums(const Evaluation& at, const double* weight, double* sums,
                         Workspace& w) const {
    std::vector<double> used(engine::padded(at.x.size), 0.0);
    for (std::size_t i = 0; i < at.x.size; ++i) {
      used[i] = weight == nullptr ? 1.0 : wrong.rectifies ? std::abs(weight[i]) : weight[i];
      sums[0] += wrong.shift * used[i];
    }
    right.add_gradient_sums(at, used.data(), sums, w);
  }
  void add_path_sums(const Evaluation& at, const Batch& v, double* sums,
                     Workspace& w) const requires Reparameterized<Q> {
    std::vector<double> path(gradient_sums_size());
    right.add_path_sums(at, v, path.data(), w);
    for (std::size_t j = 0; j < path.size(); ++j) sums[j] += wrong.path_factor * path[j];
  }
  void parameter_gradient(const double* sums, std::span<double> out) const {
    right.parameter_gradient(sums, out);
  }
};
template <Claim claim = Claim{}, class Q>
Claiming<Q, claim> claiming(const Q& q, const Wrong& wrong = {}) {
  return {q, wrong};
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_density_may_be_infinite_at_a_point) {
  keeps_every_promise(Gamma(0.5, 1));
  keeps_every_promise(Beta(0.5, 0.5));
  keeps_every_promise(Weibull(0.5, 2));
  keeps_every_promise(Truncated(Gamma(0.5, 1.0), 0.0, 2.0));
  keeps_every_promise(Affine(Gamma(0.5, 1.0), 1.0, -2.0));
  auto with = options();
  with.points = Points{{0.0}, {0.5}, {2.0}};
  const auto violations = check_density(Gamma(0.5, 1), with);
  BOOST_TEST(violations.empty(), violations);
}

BOOST_AUTO_TEST_CASE(a_density_that_is_infinite_in_an_interval_or_at_draws_is_found) {
  const char* const rule = "a log density is below +inf and not NaN";
  BOOST_TEST(!breaks(check_model(InfiniteFrom(0.0, 0.0), options()), rule));
  must_break(whole, InfiniteFrom(0.0, 1e-12), rule);
  must_break(whole, InfiniteFrom(-1e-12, 0.0), rule);
  must_break(whole, InfiniteFrom(1.1, 1.11), rule);
  must_break(whole, InfiniteFrom(HUGE_VAL, HUGE_VAL), rule);
  auto with = options();
  with.points = Points{{0.3}, {0.75}};
  BOOST_TEST(breaks(check_density(InfiniteFrom(0.7, 0.8), with), rule));
}

BOOST_AUTO_TEST_CASE(models_whose_support_moves_keep_every_other_promise) {
  keeps_every_promise(Uniform(-3, 5));
  keeps_every_promise(Pareto(2, 6));
  keeps_every_promise(Truncated(Uniform(0.0, 1.0), 0.25, 2.0));
  keeps_every_promise(Affine(Pareto(1.0, 2.0), 1.0, -3.0));
  keeps_every_promise(Product(Uniform(0, 1), Normal(0, 1)));
  keeps_every_promise(Mixture(Vector{{0.5, 0.5}}, std::vector{Uniform(0, 1), Uniform(2, 3)}));
  static_assert(!support_moves<Gamma<>> && !support_moves<Truncated<Normal<>>>);
}

BOOST_AUTO_TEST_CASE(a_support_that_moves_unannounced_is_found) {
  const char* const rule = "the mean gradient of the model's own draws is zero";
  keeps_every_promise(claiming<Claim{.support_moves = true}>(Pareto(2, 6)));
  must_break(whole, claiming(Pareto(2, 6)), rule);
  must_break(whole, claiming(Uniform(-3, 5)), rule);
}

// Parameters that move nothing, and terms that cancel: what is left is rounding.
BOOST_AUTO_TEST_CASE(rounding_is_no_violation) {
  const Truncated narrow(Normal(0, 1), 30.0, 30.0 + 1e-9);
  const Mixture alike(Vector{{0.3, 0.7}}, std::vector{Normal(0, 1), Normal(0, 1)});
  keeps_every_promise(narrow);
  keeps_every_promise(alike);
  must_break(whole, claiming(narrow, {.rectifies = true}), "the gradient is linear in the weights");
  must_break(whole, claiming(narrow, {.shift = 1e-9}),
             "the mean gradient of the model's own draws is zero");
  must_break(whole, claiming(alike, {.shift = 1e-9}),
             "the mean gradient of the model's own draws is zero");
}

BOOST_AUTO_TEST_CASE(point_gradients_are_tried_at_the_scale_of_the_point) {
  const auto check = [](const auto& q, const auto& with) { return check_differentiable(q, with); };
  const auto tried = [&](const auto& q) {
    keeps_every_promise(q);
    must_break(check, claiming(q, {.point_factor = 1.001}),
               "the point gradient is the derivative of the log density");
  };
  tried(LogNormal(10, 3));
  tried(StudentT(0.3, 0, 1));
  tried(Pareto(2, 0.3));
  tried(Weibull(0.5, 1));
  tried(Beta(0.5, 0.2));
  tried(Affine(Weibull(0.5, 1.0), 1.0, 1.0));
  tried(Cauchy(1e4, 1));
}

BOOST_AUTO_TEST_CASE(models_on_surfaces_keep_every_promise) {
  keeps_every_promise(Dirichlet(Vector{{2, 3, 5}}));
  keeps_every_promise(Dirichlet(Vector{{0.1, 0.1, 0.4, 3}}));
  keeps_every_promise(LkjCholesky(3, 2));
  keeps_every_promise(Product(Dirichlet(Vector{{2, 3, 5}}), Normal(0, 1)));
  keeps_every_promise(Mixture(Vector{{0.3, 0.7}},
                              std::vector{Dirichlet(Vector{{2, 3}}), Dirichlet(Vector{{0.5, 3}})}));
}

BOOST_AUTO_TEST_CASE(faults_on_surfaces_are_found) {
  constexpr Claim surface{.is_on_surface = true};
  const Dirichlet flat(Vector{{2, 3, 5}});
  const LkjCholesky curved(3, 2);
  const char* const slope =
      "the point gradient is the derivative of the log density along the surface";
  must_break(whole, claiming<surface>(flat, {.point_factor = 1.00001}), slope);
  must_break(whole, claiming<surface>(curved, {.point_factor = 1.01}), slope);
  must_break(whole, claiming<surface>(flat, {.shift = 0.2}),
             "the mean gradient of the model's own draws is zero");
  must_break(whole, claiming<surface>(Gaussian::standard(2)),
             "there is no density beside a surface");
  must_break(whole, claiming<surface>(Uniform(0, 1)), "there is no density beside a surface");
  must_break(whole, claiming(flat), "the density integrates to one");
}

// A path that is a function of the point is implicit, too, whatever it was drawn by.
BOOST_AUTO_TEST_CASE(implicit_paths_carry_the_distribution_along) {
  constexpr Claim implicit{.implicit_path = true};
  const GaussianMixture mixture(Vector{{0.1, 0.9}}, Points{{0, 0}, {1, 0}},
                                {Matrix{{1, 0.9}, {0.9, 1}}, Matrix::Identity(2, 2)});
  keeps_every_promise(mixture);
  keeps_every_promise(Product(Normal(1, 2), mixture));
  keeps_every_promise(Affine(mixture, Vector{{1, 2}}, Matrix{{1, 2}, {0.5, -1}}));
  keeps_every_promise(claiming<implicit>(Normal(1, 2)));
  keeps_every_promise(claiming<implicit>(Gaussian::standard(3)));
  keeps_every_promise(claiming<implicit>(Weibull(0.5, 2)));
  keeps_every_promise(claiming<implicit>(Cauchy(1e4, 1)));
  const char* const rule = "an implicit path carries the distribution along";
  must_break(whole, claiming<implicit>(mixture, {.path_factor = 1.00001}), rule);
  must_break(whole, claiming<implicit>(Normal(1, 2), {.path_factor = 1.00001}), rule);
  must_break(whole, claiming<implicit>(Weibull(0.5, 2), {.path_factor = 0.99}), rule);
  must_break(whole, claiming(mixture), "the path gradient is the derivative of the draws");
}
