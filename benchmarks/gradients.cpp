// SPDX-License-Identifier: MIT
// Gradients of a user's density: a logistic regression of 1000 rows and 10 inputs with an
// intercept, written in three ways, at 64 draws, against differentiation as a plain program has it.
#include <cmath>
#include <cstddef>
#include <iostream>
#include <memory>
#include <vector>

#include <Eigen/Core>
#include <leibler/leibler.hpp>
#include <unsupported/Eigen/AutoDiff>

#include "comparison.hpp"
#include "plain_tape.hpp"

using namespace leibler;
using namespace leibler::benchmarks;

namespace {

constexpr Index rows = 1000, inputs = 10, size = inputs + 1;
constexpr std::size_t draws = 64;
constexpr double prior_precision = 1.0 / 6.25;  // N(0, 2.5^2) on every coefficient

struct Data {
  Matrix x;
  Vector y;
};

Data make_data() {
  const auto standard = DiagonalGaussian::standard(inputs);
  const Matrix x = sample(standard, rows, Seed{1});
  const Vector beta = sample(standard, 1, Seed{2}).row(0).transpose();
  const LogisticRegression truth(x, 0.5, beta);
  const Vector y = sample(truth, 1, Seed{3}).row(0).transpose();
  return {x, y};
}

const Data& data() {
  static const Data made = make_data();
  return made;
}

// The prior's part of the log density, up to a constant.
template <class T, class X>
T log_prior(const X& z) {
  T sum = -0.5 * prior_precision * z[0] * z[0];
  for (Index j = 1; j < size; ++j) sum = sum + -0.5 * prior_precision * z[j] * z[j];
  return sum;
}

double sign(Index i) {
  return 1.0 - 2.0 * data().y[i];
}

const auto by_loop = density(size, [](const auto& z) {
  return log_prior<Real>(z) + plate(rows, [&](Index i) {
           Real eta = z[0];
           for (Index j = 0; j < inputs; ++j) eta = eta + data().x(i, j) * z[1 + j];
           return -softplus(sign(i) * eta);
         });
});

const auto by_dot = density(size, [](const Reals& z) {
  return log_prior<Real>(z) + plate(rows, [&](Index i) {
           return -softplus(sign(i) * (z[0] + dot(data().x.row(i), z.part(1, inputs))));
         });
});

const auto by_rows = density(size, [](const Reals& z) {
  return log_prior<Real>(z) +
         LogisticRegression(data().x, z[0], z.part(1, inputs)).log_density(data().y);
});

using Dual = Eigen::AutoDiffScalar<Eigen::Matrix<double, size, 1>>;

Dual dual_softplus(const Dual& x) {
  const double v = x.value(), e = std::exp(-std::abs(v)), d = 1.0 + e;
  Dual y;
  y.value() = (v > 0.0 ? v : 0.0) + std::log1p(e);
  y.derivatives() = (v >= 0.0 ? 1.0 / d : e / d) * x.derivatives();
  return y;
}

// The baselines take one draw.
double tape_gradient(const Vector& z, Vector& out) {
  return plain::gradient(
      [](const auto& v) {
        const auto term = [&](Index j) {
          return (-0.5 * prior_precision) * (v[std::size_t(j)] * v[std::size_t(j)]);
        };
        plain::Number sum = term(0);
        for (Index j = 1; j < size; ++j) sum = sum + term(j);
        for (Index i = 0; i < rows; ++i) {
          plain::Number eta = v[0];
          for (Index j = 0; j < inputs; ++j) eta = eta + data().x(i, j) * v[std::size_t(1 + j)];
          sum = sum - plain::softplus(sign(i) * eta);
        }
        return sum;
      },
      as_span(z), {out.data(), size});
}

double dual_gradient(const Vector& z, Vector& out) {
  std::vector<Dual> v;
  for (Index j = 0; j < size; ++j) v.emplace_back(z[j], size, j);
  Dual sum = (-0.5 * prior_precision) * (v[0] * v[0]);
  for (std::size_t j = 1; j < size; ++j) sum += (-0.5 * prior_precision) * (v[j] * v[j]);
  for (Index i = 0; i < rows; ++i) {
    Dual eta = v[0];
    for (Index j = 0; j < inputs; ++j) eta += data().x(i, j) * v[std::size_t(1 + j)];
    sum -= dual_softplus(sign(i) * eta);
  }
  out = sum.derivatives();
  return sum.value();
}

double hand_gradient(const Vector& z, Vector& out) {
  double sum = log_prior<double>(z);
  out = -prior_precision * z;
  for (Index i = 0; i < rows; ++i) {
    double eta = z[0];
    for (Index j = 0; j < inputs; ++j) eta += data().x(i, j) * z[1 + j];
    const double x = sign(i) * eta, e = std::exp(-std::abs(x)), d = 1.0 + e;
    sum -= (x > 0.0 ? x : 0.0) + std::log1p(e);
    const double residual = -sign(i) * (x >= 0.0 ? 1.0 / d : e / d);
    out[0] += residual;
    for (Index j = 0; j < inputs; ++j) out[1 + j] += residual * data().x(i, j);
  }
  return sum;
}

const Points& points() {
  static const Points made = 0.3 * sample(DiagonalGaussian::standard(size), draws, Seed{4});
  return made;
}

template <class F>
void add_baseline(const std::string& name, F f) {
  Vector gradient(size), expected = point_gradient(by_rows, points().topRows(1)).row(0);
  const double value = f(points().row(0), gradient);
  require_close(name + ": value", value, by_rows.log_density(points().topRows(1))[0], 1e-8);
  require_close(name + ": gradient", (gradient - expected).norm(), 0.0, 1e-8);
  measure({name, draws, [f, out = Vector(size)]() mutable {
             for (Index i = 0; i < Index(draws); ++i) {
               const double log_p = f(points().row(i), out);
               keep(&log_p);
               keep(out.data());
             }
           }});
}

template <class P>
void add(const std::string& name, const P& p) {
  const Points expected = point_gradient(by_rows, points());
  require_close(name, (point_gradient(p, points()) - expected).norm(), 0.0, 1e-8);
  auto memory = std::make_shared<std::vector<double>>(engine::batch_stride(draws) * size);
  const Batch batch{memory->data(), draws, size, engine::batch_stride(draws)};
  for (Index j = 0; j < size; ++j) {
    for (Index i = 0; i < Index(draws); ++i) {
      (*memory)[std::size_t(j) * batch.stride + std::size_t(i)] = points()(i, j);
    }
  }
  measure_on_each_set({name, draws, [&p, batch, memory] {
                         Workspace& workspace = Workspace::of_thread();
                         const Workspace::Frame frame(workspace);
                         const auto at = p.evaluate(batch, workspace);
                         keep(at.point_gradient.data);
                       }});
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const std::string tape = "logistic gradient/plain scalar tape";
    add_baseline(tape, tape_gradient);
    add_baseline("logistic gradient/Eigen AutoDiffScalar", dual_gradient);
    add_baseline("logistic gradient/by hand", hand_gradient);
    add("logistic gradient, loop in a plate", by_loop);
    add("logistic gradient, dot", by_dot);
    add("logistic gradient, all rows", by_rows);
    compare("logistic gradient, loop in a plate", {tape}, {.avx512 = 12.0});
    compare("logistic gradient, dot", {tape}, {.avx512 = 24.0});
    compare("logistic gradient, all rows", {tape}, {.avx512 = 50.0});
    compare("logistic gradient, loop in a plate", {"logistic gradient/Eigen AutoDiffScalar"},
            {.avx512 = 5.0});
    compare("logistic gradient, dot", {"logistic gradient/Eigen AutoDiffScalar"});
    compare("logistic gradient, all rows", {"logistic gradient/by hand"});
    return run(argc, argv);
  } catch (const std::exception& e) {
    std::cerr << "benchmark_gradients: " << e.what() << '\n';
    return 1;
  }
}
