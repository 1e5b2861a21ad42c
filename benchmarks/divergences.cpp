// SPDX-License-Identifier: MIT
// Divergences against what a plain program would do: batches of categoricals; sampled ones against
// the draws and log densities that they are made of.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <iostream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <leibler/leibler.hpp>

#include "comparison.hpp"

using namespace leibler;
using namespace leibler::benchmarks;

namespace {

constexpr Index distributions = 100'000, categories = 100;

// Each batch is larger than any cache.
struct Batches {
  Points p, q;
  std::vector<double> rows_of_p, rows_of_q;  // the plain program's: a row after another

  Batches(double apart, bool with_zeros)
      : p(sample(DiagonalGaussian::standard(categories), distributions, Seed{1})),
        q(p + apart * sample(DiagonalGaussian::standard(categories), distributions, Seed{2})) {
    if (with_zeros) {
      for (Index i = 0; i < distributions; ++i) {
        for (Index k = i % 10; k < categories; k += 10) p(i, k) = q(i, k) = -HUGE_VAL;
      }
    }
    rows_of_p = by_rows(p);
    rows_of_q = by_rows(q);
  }
  static std::vector<double> by_rows(const Points& x) {
    std::vector<double> out(static_cast<std::size_t>(x.size()));
    const Points transposed = x.transpose();
    std::copy_n(transposed.data(), transposed.size(), out.data());
    return out;
  }
};

// Two exponentials for a pair of logits, two logarithms for a row.
double plain_kl(const double* p, const double* q, std::size_t n) {
  const double top_p = *std::max_element(p, p + n), top_q = *std::max_element(q, q + n);
  double sum_p = 0.0, sum_q = 0.0, sum = 0.0;
  for (std::size_t k = 0; k < n; ++k) {
    const double share = std::exp(p[k] - top_p);
    sum_p += share;
    sum_q += std::exp(q[k] - top_q);
    if (share > 0.0) sum += share * (p[k] - q[k]);
  }
  return sum / sum_p - (std::log(sum_p) + top_p) + (std::log(sum_q) + top_q);
}

void plain_gradient(const double* p, const double* q, std::size_t n, double* of_p, double* of_q) {
  const double top_p = *std::max_element(p, p + n), top_q = *std::max_element(q, q + n);
  double sum_p = 0.0, sum_q = 0.0, sum = 0.0;
  for (std::size_t k = 0; k < n; ++k) {
    sum_p += of_p[k] = std::exp(p[k] - top_p);
    sum_q += of_q[k] = std::exp(q[k] - top_q);
    if (of_p[k] > 0.0) sum += of_p[k] * (p[k] - q[k]);
  }
  const double mean = sum / sum_p;
  for (std::size_t k = 0; k < n; ++k) {
    const double share = of_p[k] / sum_p;
    of_q[k] = of_q[k] / sum_q - share;
    of_p[k] = share > 0.0 ? share * (p[k] - q[k] - mean) : 0.0;
  }
}

constexpr double elements = static_cast<double>(distributions * categories);
constexpr auto size = static_cast<std::size_t>(categories);

Categoricals view(const Points& logits) {
  return Categoricals::from_logits(logits);
}

void add_kl(const std::string& what, const std::shared_ptr<Batches>& batches,
            Targets targets = {}) {
  const std::string name = "KL of categoricals" + what;
  const auto ours = [batches] {
    return divergence(Kl{}, view(batches->p), view(batches->q), {.threads = {1}});
  };
  const auto theirs = [batches] {
    Vector out(distributions);
    for (Index i = 0; i < distributions; ++i) {
      const auto at = static_cast<std::size_t>(i) * size;
      out[i] = plain_kl(&batches->rows_of_p[at], &batches->rows_of_q[at], size);
    }
    return out;
  };
  require_close(name, (ours() - theirs()).cwiseAbs().maxCoeff(), 0.0, 1e-13);
  measure_on_each_set({name, elements, [ours] { keep(ours().data()); }});
  measure({name + "/plain", elements, [theirs] { keep(theirs().data()); }});
  compare(name, {name + "/plain"}, targets);
}

void add_gradients(const std::shared_ptr<Batches>& batches) {
  const std::string name = "KL of categoricals and gradients";
  const auto found = std::make_shared<LogitGradients>();
  const auto ours = [batches, found] {
    logit_gradients(Kl{}, view(batches->p), view(batches->q), *found, {.threads = {1}});
  };
  const auto memory = std::make_shared<std::pair<std::vector<double>, std::vector<double>>>(
      batches->rows_of_p, batches->rows_of_q);
  const auto theirs = [ batches, memory ]() -> const auto& {
    auto& [of_p, of_q] = *memory;
    for (std::size_t at = 0; at < of_p.size(); at += size) {
      plain_gradient(&batches->rows_of_p[at], &batches->rows_of_q[at], size, &of_p[at], &of_q[at]);
    }
    return *memory;
  };
  const auto& expected = theirs();
  ours();
  require_close(name,
                (as_vector(Batches::by_rows(found->p)) - as_vector(expected.first)).norm() +
                    (as_vector(Batches::by_rows(found->q)) - as_vector(expected.second)).norm(),
                0.0, 1e-11);
  measure_on_each_set({name, elements, [ours, found] {
                         ours();
                         keep(found->p.data());
                       }});
  measure({name + "/plain", elements, [theirs] { keep(theirs().first.data()); }});
  compare(name, {name + "/plain"});
}

// Not against anything: what they cost.
template <class D>
void add_other(const D& d, const std::shared_ptr<Batches>& batches) {
  constexpr Index few = 1000;
  const std::string name = std::string(D::name) + " of categoricals";
  measure_on_each_set({name, static_cast<double>(few * categories), [d, batches] {
                         const Vector out = divergence(
                             d, Categoricals::from_logits(batches->p.topRows(few)),
                             Categoricals::from_logits(batches->q.topRows(few)), {.threads = {1}});
                         keep(out.data());
                       }});
  compare(name, {});
}

void add_categoricals() {
  const auto apart = std::make_shared<Batches>(1.0, false);
  add_kl("", apart, {.nanoseconds = 3.8});
  add_kl(", a tenth of the logits -inf", std::make_shared<Batches>(1.0, true));
  add_kl(", nearly equal", std::make_shared<Batches>(1e-6, false));
  add_gradients(apart);
  add_other(JensenShannon{}, apart);
  add_other(Jeffreys{}, apart);
  add_other(TotalVariation{}, apart);
  add_other(SquaredHellinger{}, apart);
  add_other(ChiSquared{}, apart);
  add_other(Alpha{0.3}, apart);
  add_other(Renyi{2.0}, apart);
}

// What no estimate can do without: draws of p and both log densities, chunk by chunk.
template <class P, class Q>
void draw_and_evaluate(const P& p, const Q& q, std::size_t draws, std::uint64_t step) {
  const engine::Chunks chunks{draws, p.dimension()};
  Workspace& workspace = Workspace::of_thread();
  for (std::size_t c = 0; c < chunks.count(); ++c) {
    const Workspace::Frame frame(workspace);
    const auto x = engine::take_batch(workspace, chunks.size(c), p.dimension());
    p.sample({{1}, Purpose::evaluation, step, static_cast<std::uint32_t>(c)}, x, workspace);
    double* const log_p = workspace.take(engine::padded(x.size));
    double* const log_q = workspace.take(engine::padded(x.size));
    p.log_density(x, log_p, workspace);
    q.log_density(x, log_q, workspace);
    keep(log_p);
    keep(log_q);
  }
}

constexpr std::size_t samples = 100'000;

void add_sampled() {
  const Normal p(0.3, 1.2), q(0.0, 1.35);
  const std::string baseline = "draws of a normal and two log densities";
  measure({baseline, samples, [p, q, step = std::uint64_t{0}]() mutable {
             draw_and_evaluate(p, q, samples, ++step);
           }});
  const auto add = [&](const std::string& name, const auto& d, KlEstimator estimator,
                       double target) {
    measure({name, samples, [p, q, d, estimator, seed = std::uint64_t{0}]() mutable {
               const Estimate e = divergence(d, p, q,
                                             {.method = Method::monte_carlo,
                                              .kl_estimator = estimator,
                                              .samples = samples,
                                              .seed = {++seed},
                                              .threads = {1}});
               keep(&e);
             }});
    compare_jobs(name, baseline, target);
  };
  add("sampled KL of normals", Kl{}, KlEstimator::plain, 1 / 1.5);
  add("sampled KL of normals, non-negative", Kl{}, KlEstimator::non_negative, 0.0);
  add("sampled Jensen-Shannon of normals", JensenShannon{}, KlEstimator::plain, 0.0);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    add_categoricals();
    add_sampled();
    return run(argc, argv);
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
}
