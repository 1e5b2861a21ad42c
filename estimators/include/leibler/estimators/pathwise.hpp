// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>

#include <leibler/engine/chunks.hpp>
#include <leibler/engine/kernels/elementary.hpp>
#include <leibler/estimators/gradient_estimator.hpp>
#include <leibler/estimators/scaling.hpp>
#include <leibler/models/evaluate.hpp>

namespace leibler::inline v0 {

/// The pathwise (reparameterisation) gradient [1] of an expectation under the model, unbiased:
///
///     mean[ (dh/dx + slope d log q/dx)^T dx/d theta + slope s ],   slope = dh / d(log q)
///
/// where x is a differentiable function of the parameters: the map that draws it, or an implicit
/// one (Gamma, GaussianMixture) [3], for which all of this holds as well. Where the slope is the
/// same everywhere the last term has mean zero; leaving it out ("sticking the landing" [2]) makes
/// the variance go to zero at the optimum. Where it varies, each point's slope is taken less the
/// mean of the others of its chunk, which has the same effect and changes no mean. Where the
/// support moves with a parameter, as that of Uniform, the term is kept as it is: its mean is not
/// zero.
///
/// Mass that is to move across a gap between components of a mixture does so on the few draws that
/// fall there. While there are none the weights stay as they are, whatever they should be: give the
/// start overlapping components.
///
/// [1] D. Kingma and M. Welling. Auto-encoding variational Bayes. ICLR, 2014. Section 2.4.
/// [2] G. Roeder, Y. Wu and D. Duvenaud. Sticking the landing. NeurIPS, 2017. Equation 8.
/// [3] M. Figurnov, S. Mohamed and A. Mnih. Implicit reparameterization gradients. NeurIPS, 2018.
struct Pathwise {
  bool sticking_the_landing = true;

  struct State {
    [[nodiscard]] static std::span<double> values() { return {}; }
  };

  [[nodiscard]] std::string name() const {
    return sticking_the_landing ? "Pathwise" : "Pathwise, full";
  }

  template <class Q, class O>
  static constexpr void explain() {
    static_assert(
        ModelExpectation<O>,
        "leibler: Pathwise is for expectations under the model (ReverseKl); for ForwardKl "
        "leave the gradient estimator out");
    static_assert(!ModelExpectation<O> || Reparameterized<Q>,
                  "leibler: Pathwise needs a Reparameterized model (Gaussian, GaussianMixture, "
                  "Gamma); for this one use ScoreFunction");
    static_assert(!ModelExpectation<O> || DifferentiableModelExpectation<O>,
                  "leibler: Pathwise needs an objective with point_gradient: a target with one; "
                  "for this one use ScoreFunction");
  }

  template <Parametric Q>
  [[nodiscard]] std::size_t sums_size(const Q& q) const {
    return q.gradient_sums_size();
  }

  template <Reparameterized Q, DifferentiableModelExpectation O>
  void add_chunk(const State&, const Q& q, const O& objective, const Stream& stream, std::size_t n,
                 double* sums, engine::Moments* value, Workspace& workspace) const {
    namespace kernels = engine::kernels;
    const Workspace::Frame frame(workspace);
    const std::size_t padded = engine::padded(n), d = q.dimension();
    const auto x = engine::take_batch(workspace, n, d);
    const auto v = engine::take_batch(workspace, n, d);
    const auto g = engine::take_batch(workspace, n, d);
    const auto at = detail::sample_evaluated(q, stream, x, workspace);
    double* log_q = nullptr;  // a cost that does not depend on it need not wait for it
    if (O::constant_slope != 0.0) {
      log_q = workspace.take(padded);
      q.log_density(at, log_q);
    }
    const auto of_objective =
        objective.evaluate(x, log_q, stream.for_purpose(Purpose::minibatch), workspace);
    double* slope = nullptr;
    if (!O::constant_slope || !sticking_the_landing || support_moves<Q>) {
      slope = workspace.take(padded);
    }
    if (value != nullptr || slope != nullptr) {
      double* const h = workspace.take(padded);
      objective.cost(of_objective, h, slope, workspace);
      if (value != nullptr) {
        log_q != nullptr ? value->add_differences(h, log_q, n) : value->add(h, n);
      }
    }
    objective.point_gradient(of_objective, v, workspace);
    if constexpr (O::constant_slope != 0.0) q.point_gradient(at, g, workspace);
    for (std::size_t j = 0; j < d; ++j) {
      double* const of_q = g.data + j * g.stride;
      double* const of_h = v.data + j * v.stride;
      if constexpr (O::constant_slope == 0.0) {
        continue;
      } else if constexpr (O::constant_slope.has_value()) {
        kernels::add_scaled(*O::constant_slope, of_q, of_h, padded);
      } else {
        kernels::multiply(of_q, slope, of_q, padded);
        kernels::add(of_h, of_q, of_h, padded);
      }
    }
    q.add_path_sums(at, v, sums, workspace);
    if (slope != nullptr) {
      if (!O::constant_slope && sticking_the_landing && !support_moves<Q> && n > 1) {
        const auto count = static_cast<double>(n);
        kernels::shift_scale(slope, kernels::sum(slope, n) / count, count / (count - 1.0), padded);
      }
      std::fill(slope + n, slope + padded, 0.0);
      q.add_gradient_sums(at, slope, sums, workspace);
    }
  }

  template <Parametric Q>
  void finish(State&, const Q& q, const double* sums, std::size_t samples,
              std::span<double> gradient) const {
    q.parameter_gradient(sums, gradient);
    detail::divide(gradient, samples);
  }
};

}  // namespace leibler::inline v0
