// SPDX-License-Identifier: MIT
// Fits and estimates through the installed package, every number printed to the
// last bit: the output must not depend on how this file is compiled.
#include <array>
#include <cstdio>
#include <span>
#include <vector>

#include <leibler/leibler.hpp>

namespace {

using namespace leibler;

void print(const char* name, std::span<const double> values) {
  std::printf("%s", name);
  for (const double value : values) std::printf(" %a", value);
  std::printf("\n");
}

void print(const char* name, const Parametric auto& model) {
  std::vector<double> parameters(model.parameter_count());
  model.parameters(parameters);
  print(name, std::span<const double>(parameters));
}

void print(const char* name, const Estimate& estimate) {
  print(name, std::vector{estimate.value, estimate.standard_error});
}

}  // namespace

int main() {
  const GaussianMixture target(Vector{{0.2, 0.3, 0.2, 0.3}},
                               Points{{1, 0}, {6, 4}, {-2, 2}, {4, -2}},
                               {Matrix{{1, 0}, {0, 1}}, Matrix{{1, 0.5}, {0.5, 1}},
                                Matrix{{1, -0.5}, {-0.5, 1}}, Matrix{{0.5, 0}, {0, 4}}});
  const auto start = GaussianMixture::random(4, target.dimension(), Seed{42});

  const auto forward = fit(start, ForwardKl(target), Adam{.learning_rate = 0.01},
                           {.steps = 200, .samples = 500, .seed = {42}});
  print("forward", forward.model);

  const auto reverse =
      fit(start, ReverseKl(target), ScoreFunction{.baseline = Baseline::leave_one_out},
          Adam{.learning_rate = 0.01}, {.steps = 200, .samples = 500, .seed = {42}});
  print("reverse", reverse.model);

  const auto path =
      fit(Gaussian::standard(target.dimension()), ReverseKl(target), Pathwise{},
          Adam{.learning_rate = cosine_decay(0.05)}, {.steps = 200, .samples = 500, .seed = {42}});
  print("pathwise", path.model);

  print("kl", estimate_kl(target, reverse.model, {.samples = 100'000, .seed = {1}}));

  const auto banana = density(2, [](const auto& x) {
    const auto bend = x[1] - x[0] * x[0];
    return -0.5 * x[0] * x[0] - 2.0 * bend * bend + log_sum_exp(std::array<Real, 2>{x[0], x[1]});
  });
  const auto bent = fit(Gaussian::standard(2), ReverseKl(banana), Pathwise{},
                        Adam{.learning_rate = 0.05}, {.steps = 100, .samples = 300, .seed = {42}});
  print("density", bent.model);

  const auto family = fit(StudentT(4.0, 0.0, 1.0), ForwardKl(StudentT(9.0, 1.0, 2.0)),
                          Adam{.learning_rate = 0.05}, {.steps = 100, .samples = 300});
  print("family", family.model);

  const Points points{{0, 0}, {1.5, -2.25}, {-30, 1e3}, {6, 4}, {0.1, 0.2}};
  const Vector log_density = forward.model.log_density(points);
  print("log_density", as_span(log_density));

  // Matrices that cross from the library to a caller whose alignment is another.
  const Vector mean = forward.model.mean();
  const Matrix covariance = forward.model.covariance();
  print("mean", as_span(mean));
  print("covariance", as_span(covariance));
  print("marginal", forward.model.marginal({1}));
  print("conditional", path.model.conditional({0}, Vector{{0.5}}));
  std::printf("json %s\n", reverse.model.to_json().c_str());
}
