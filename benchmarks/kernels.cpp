// SPDX-License-Identifier: MIT
// The kernels and the calls of a mixture, each against what a plain program would use.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include <boost/random/mersenne_twister.hpp>
#include <boost/random/taus88.hpp>
#include <leibler/engine/kernels/elementary.hpp>
#include <leibler/engine/kernels/random.hpp>
#include <leibler/leibler.hpp>

#include "comparison.hpp"
#include "plain_mixture.hpp"
#include "plain_random.hpp"

using namespace leibler;
using namespace leibler::benchmarks;

namespace {

constexpr std::size_t many = 1024;

// Seven standard errors of the first two moments.
void require_standard_normal(const std::string& what, const std::vector<double>& z) {
  const auto n = static_cast<double>(z.size());
  double sum = 0.0, square = 0.0;
  for (const double v : z) sum += v, square += v * v;
  require_close(what + ": mean", sum / n, 0.0, 7.0 / std::sqrt(n));
  require_close(what + ": variance", square / n, 1.0, 7.0 * std::sqrt(2.0 / n));
}

template <class Engine>
std::string measure_boost(const std::string& engine) {
  const std::string name = "normals/Boost ziggurat, " + engine;
  auto random = std::make_shared<plain::Random<Engine>>(1u);
  std::vector<double> check(100'000);
  random->fill_normals(check.data(), check.size());
  require_standard_normal(name, check);
  measure({name, many, [random, out = std::vector<double>(many)]() mutable {
             random->fill_normals(out.data(), many);
             keep(out.data());
           }});
  return name;
}

void add_normals() {
  std::vector<double> check(100'000);
  engine::kernels::normal_fill({{1}}, check.data(), check.size());
  require_standard_normal("normals/library", check);
  measure_on_each_set(
      {"normals", many, [step = std::uint64_t{0}, out = std::vector<double>(many)]() mutable {
         engine::kernels::normal_fill({{1}, Purpose::sample, ++step}, out.data(), many);
         keep(out.data());
       }});
  measure_on_each_set(
      {"random bits (of one normal)", many,
       [step = std::uint64_t{0}, out = std::vector<std::uint64_t>(many)]() mutable {
         engine::kernels::philox_fill({{1}, Purpose::sample, ++step}, out.data(), many);
         keep(out.data());
       }});
  compare("normals",
          {measure_boost<boost::random::taus88>("taus88"),
           measure_boost<boost::random::mt19937>("mt19937"),
           measure_boost<boost::random::mt19937_64>("mt19937_64")},
          {.avx512 = 3.5});
  compare("random bits (of one normal)", {});
}

// exp and log over arguments as a mixture has them.
template <class Ours, class Plain>
void add_function(const std::string& name, double low, double high, Ours ours, Plain plain) {
  std::vector<double> x(many), a(many), b(many);
  for (std::size_t i = 0; i < many; ++i) {
    x[i] = low + (high - low) * static_cast<double>(i * 617 % many) / many;
  }
  ours(x.data(), a.data(), many);
  plain(x.data(), b.data(), many);
  for (std::size_t i = 0; i < many; ++i) {
    require_close(name, a[i], b[i], 1e-15 * (1.0 + std::abs(b[i])));
  }
  measure_on_each_set({name, many, [x, a, ours]() mutable {
                         ours(x.data(), a.data(), many);
                         keep(a.data());
                       }});
  measure({name + "/libm", many, [x, b, plain]() mutable {
             plain(x.data(), b.data(), many);
             keep(b.data());
           }});
  compare(name, {name + "/libm"});
}

void add_elementary() {
  add_function("exp", -20.0, 0.0, engine::kernels::exp_fill,
               [](const double* x, double* out, std::size_t n) {
                 for (std::size_t i = 0; i < n; ++i) out[i] = std::exp(x[i]);
               });
  add_function("log", 1.0, 4.0, engine::kernels::log_fill,
               [](const double* x, double* out, std::size_t n) {
                 for (std::size_t i = 0; i < n; ++i) out[i] = std::log(x[i]);
               });
}

// Different weights, means some distance apart, full covariances.
GaussianMixture mixture_of(std::size_t count, std::size_t d) {
  std::vector<double> z(count * d * (d + 1));
  engine::kernels::normal_fill({{7}}, z.data(), z.size());
  const auto rows = static_cast<Index>(count), columns = static_cast<Index>(d);
  Vector weights(rows);
  for (Index k = 0; k < rows; ++k) weights[k] = 1.0 + 0.5 * std::sin(static_cast<double>(k) + 1.0);
  const Points means = 3.0 * Eigen::Map<Points>(z.data(), rows, columns);
  std::vector<Matrix> covariances;
  for (std::size_t k = 0; k < count; ++k) {
    const Matrix a = Eigen::Map<Matrix>(z.data() + count * d + k * d * d, columns, columns);
    covariances.push_back(a * a.transpose() / static_cast<double>(d) +
                          0.5 * Matrix::Identity(columns, columns));
  }
  return GaussianMixture(weights / weights.sum(), means, covariances);
}

// A mixture, a chunk of its points by columns and by rows, and the plain mixture.
template <std::size_t D>
struct Scene {
  static constexpr std::size_t n = engine::chunk_size(D), stride = engine::batch_stride(n);
  GaussianMixture q;
  std::vector<double> theta, columns, points, sums;
  plain::Mixture<D, plain::Responsibilities::kept> plain_q;

  explicit Scene(std::size_t count)
      : q(mixture_of(count, D)),
        theta(parameters_of(q)),
        columns(stride * D),
        points(n * D),
        sums(q.gradient_sums_size()),
        plain_q(count, theta) {
    q.sample({{3}}, batch(), Workspace::of_thread());
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t j = 0; j < D; ++j) points[i * D + j] = columns[j * stride + i];
    }
  }
  static std::vector<double> parameters_of(const GaussianMixture& q) {
    std::vector<double> out(q.parameter_count());
    q.parameters(out);
    return out;
  }
  MutableBatch batch() { return {columns.data(), n, D, stride}; }

  void log_density(double* out) { q.log_density(batch(), out, Workspace::of_thread()); }
  void plain_log_density(double* out) {
    for (std::size_t i = 0; i < n; ++i) out[i] = plain_q.log_density(points.data() + i * D);
  }
  void gradient_sums(double* out) {
    Workspace& workspace = Workspace::of_thread();
    const Workspace::Frame frame(workspace);
    const auto at = q.evaluate(batch(), workspace);
    q.log_density(at, out);
    q.add_gradient_sums(at, nullptr, sums.data(), workspace);
  }
  void plain_gradient_sums(double* out) { plain_gradient_sums(plain_q, out); }

  void check(const std::string& name) {
    plain::Mixture<D, plain::Responsibilities::recomputed> other(plain_q.components(), theta);
    check(name, plain_q);
    check(name, other);
  }

 private:
  template <class Plain>
  void plain_gradient_sums(Plain& model, double* out) {
    for (std::size_t i = 0; i < n; ++i) {
      out[i] = model.log_density(points.data() + i * D);
      model.add_gradient_sums(out[i], 1.0, sums.data());
    }
  }

  template <class Plain>
  void check(const std::string& name, Plain& model) {
    std::vector<double> a(engine::padded(n)), b(n), ours(theta.size()), theirs(theta.size());
    sums.assign(sums.size(), 0.0);
    gradient_sums(a.data());
    q.parameter_gradient(sums.data(), ours);
    sums.assign(sums.size(), 0.0);
    plain_gradient_sums(model, b.data());
    model.parameter_gradient(sums.data(), theirs);
    double scale = 1.0;
    for (const double g : theirs) scale = std::max(scale, std::abs(g));
    for (std::size_t i = 0; i < n; ++i) {
      require_close(name + ": log density", a[i], b[i], 1e-12 * (1.0 + std::abs(b[i])));
    }
    for (std::size_t j = 0; j < ours.size(); ++j) {
      require_close(name + ": gradient", ours[j], theirs[j], 1e-11 * scale);
    }
  }
};

template <std::size_t D>
void add_mixture(std::size_t count, Targets targets = {}) {
  using S = Scene<D>;
  const std::string size = ", d=" + std::to_string(D) + " K=" + std::to_string(count);
  const auto scene = std::make_shared<S>(count);
  scene->check("mixture" + size);
  const auto add = [&](const std::string& name, auto ours, auto theirs, Targets wanted) {
    measure_on_each_set({name, S::n, [=, out = std::vector<double>(S::stride)]() mutable {
                           ours(*scene, out.data());
                           keep(out.data());
                         }});
    measure({name + "/plain", S::n, [=, out = std::vector<double>(S::stride)]() mutable {
               theirs(*scene, out.data());
               keep(out.data());
             }});
    compare(name, {name + "/plain"}, wanted);
  };
  add(
      "log density" + size, [](S& s, double* out) { s.log_density(out); },
      [](S& s, double* out) { s.plain_log_density(out); }, targets);
  add(
      "log density and gradients" + size, [](S& s, double* out) { s.gradient_sums(out); },
      [](S& s, double* out) { s.plain_gradient_sums(out); }, {});
}

template <std::size_t D>
void add_sampling(std::size_t count) {
  using S = Scene<D>;
  const std::string name = "sampling, d=" + std::to_string(D) + " K=" + std::to_string(count);
  const auto scene = std::make_shared<S>(count);
  const auto random = std::make_shared<plain::Random<boost::random::mt19937_64>>(1u);
  // The plain sampler against the exact mean, at seven standard errors.
  constexpr std::size_t draws = 100'000;
  const Vector mean = scene->q.mean();
  const Matrix covariance = scene->q.covariance();
  Vector sum = Vector::Zero(static_cast<Index>(D));
  for (std::size_t i = 0; i < draws; ++i) {
    Vector x(static_cast<Index>(D));
    scene->plain_q.sample(*random, x.data());
    sum += x;
  }
  for (Index j = 0; j < static_cast<Index>(D); ++j) {
    require_close(name, sum[j] / draws, mean[j], 7.0 * std::sqrt(covariance(j, j) / draws));
  }
  measure_on_each_set(
      {name, S::n, [scene, step = std::uint64_t{0}]() mutable {
         scene->q.sample({{1}, Purpose::sample, ++step}, scene->batch(), Workspace::of_thread());
         keep(scene->columns.data());
       }});
  measure({name + "/plain", S::n, [scene, random] {
             for (std::size_t i = 0; i < S::n; ++i) {
               scene->plain_q.sample(*random, scene->points.data() + i * D);
             }
             keep(scene->points.data());
           }});
  compare(name, {name + "/plain"});
}

}  // namespace

int main(int argc, char** argv) {
  try {
    add_normals();
    add_elementary();
    add_mixture<2>(4, {.avx512 = 14.0});
    add_mixture<8>(16);
    add_mixture<32>(64);
    add_sampling<2>(4);
    add_sampling<8>(16);
    return run(argc, argv);
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
}
