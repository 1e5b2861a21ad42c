// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE estimators_determinism
#include <boost/test/unit_test.hpp>

#include <atomic>
#include <cstdint>
#include <mutex>
#include <set>
#include <span>
#include <string>
#include <vector>

#include <leibler/leibler.hpp>

#include "banana.hpp"
#include "fits.hpp"
#include "instruction_sets.hpp"
#include "same_bits.hpp"
#include "sanitizers.hpp"
#include "seed_mixture.hpp"

// docs/determinism.md: the same bits on any number of threads, on AVX2 and AVX-512, and from every
// compiler. Everything here is compared as a list of numbers, to the bit.
using namespace leibler;
using namespace leibler::test;

namespace {

constexpr std::size_t many = sanitized ? 40'000 : 1'200'000;  // 2344 chunks
constexpr std::size_t some = sanitized ? 3'000 : 20'000;

FitOptions options_of(Threads threads, std::size_t samples) {
  return {.clip_norm = 5.0,
          .trace_every = 1,
          .steps = samples == many ? 2u : 12u,
          .samples = samples,
          .seed = {11},
          .threads = threads};
}

const Adam adam{.learning_rate = cosine_decay(0.05)};

template <class Q, class O, class E>
void check_fit(const Q& q, const O& objective, const E& estimator, std::size_t most = some) {
  for (const std::size_t samples : std::set{std::size_t{500}, some, most}) {
    BOOST_TEST_CONTEXT(samples << " samples") {
      BOOST_TEST(same_bits_everywhere([&](Threads threads) {
        return numbers_of(fit(q, objective, estimator, adam, options_of(threads, samples)));
      }));
    }
  }
}

GaussianMixture start(std::size_t n, std::size_t d = 2) {
  return GaussianMixture::random(n, d, {5}, {.spread = 2.0});
}

// MaximumLikelihood whose chunks add up in the order in which they happen to come.
struct InOrderOfArrival {
  using State = MaximumLikelihood::State;
  struct Shared {
    std::mutex mutex;
    std::vector<double> sums;
  };
  Shared& shared;

  template <class Q>
  [[nodiscard]] std::size_t sums_size(const Q& q) const {
    return q.gradient_sums_size();
  }
  template <class Q, class O>
  void add_chunk(const State& state, const Q& q, const O& objective, const Stream& stream,
                 std::size_t n, double* sums, engine::Moments* value, Workspace& workspace) const {
    std::vector<double> own(sums_size(q));
    MaximumLikelihood{}.add_chunk(state, q, objective, stream, n, own.data(), value, workspace);
    const std::lock_guard lock(shared.mutex);
    shared.sums.resize(own.size());
    for (std::size_t i = 0; i < own.size(); ++i) shared.sums[i] += own[i];
    sums[0] += 0.0;
  }
  template <class Q>
  void finish(State& state, const Q& q, const double*, std::size_t samples,
              std::span<double> gradient) const {
    MaximumLikelihood{}.finish(state, q, shared.sums.data(), samples, gradient);
    shared.sums.clear();
  }
};

}  // namespace

BOOST_AUTO_TEST_CASE(forward_fits_have_the_same_bits) {
  check_fit(start(3), ForwardKl(seed_mixture()), MaximumLikelihood{}, many);
  check_fit(start(2, 5), ForwardKl(start(3, 5)), MaximumLikelihood{});
  const Empirical data(sample(seed_mixture(), 5000, Seed{1}), Vector::LinSpaced(5000, 0.0, 2.0));
  check_fit(nearest_gaussian(), ForwardKl(data), MaximumLikelihood{});
}

BOOST_AUTO_TEST_CASE(reverse_fits_by_scores_have_the_same_bits_with_every_baseline) {
  for (const auto baseline : {Baseline::none, Baseline::leave_one_out, Baseline::moving_average}) {
    BOOST_TEST_CONTEXT("baseline " << static_cast<int>(baseline)) {
      check_fit(start(3), ReverseKl(seed_mixture()), ScoreFunction{.baseline = baseline},
                baseline == Baseline::leave_one_out ? some : many);
    }
  }
}

BOOST_AUTO_TEST_CASE(reverse_fits_by_paths_have_the_same_bits) {
  for (const bool sticking : {true, false}) {
    const Pathwise estimator{.sticking_the_landing = sticking};
    check_fit(Gaussian::standard(2), ReverseKl(seed_mixture()), estimator, sticking ? many : some);
    check_fit(DiagonalGaussian::standard(2), ReverseKl(seed_mixture()), estimator);
  }
}

BOOST_AUTO_TEST_CASE(estimates_have_the_same_bits) {
  const auto p = seed_mixture();
  const auto q = start(3);
  BOOST_TEST(same_bits_everywhere([&](Threads threads) {
    const EstimateOptions options{.samples = many, .seed = {3}, .threads = threads};
    std::vector<double> all;
    append(all, entropy(p, options));
    append(all, estimate_kl(p, q, options));
    append(all, estimate_kl(q, p, options));
    append(all, objective_value(ReverseKl(p), q, options));
    append(all, cross_entropy(Empirical(sample(p, 30'000, Seed{1}, threads)), q, options));
    append(all, entropy(p, {.samples = 1000, .standard_error = 3e-3, .threads = threads}));
    return all;
  }));
}

BOOST_AUTO_TEST_CASE(assessments_have_the_same_bits) {
  const auto p = seed_mixture();
  const auto q = start(3);
  BOOST_TEST(same_bits_everywhere([&](Threads threads) {
    const Assessment a = assess(p, q, {.samples = some * 10, .threads = threads});
    std::vector<double> all;
    append(all, *a.effective_sample_size);
    append(all, *a.forward_kl);
    append(all, *a.reverse_kl);
    for (const auto& shares : {a.model_components, a.target_components}) {
      for (const ComponentShare& share : shares) {
        all.push_back(share.weight);
        append(all, share.mass);
      }
    }
    const Points data = sample(p, 5000, Seed{8}, threads);
    const Assessment of_data = assess(data, q, {.threads = threads});
    append(all, *of_data.negative_log_likelihood);
    for (const ComponentShare& share : of_data.model_components) append(all, share.mass);
    return all;
  }));
}

BOOST_AUTO_TEST_CASE(restarts_have_the_same_bits) {
  const auto from = [](Seed seed) { return GaussianMixture::random(2, 2, seed); };
  for (const std::size_t samples : {std::size_t{100}, std::size_t{5000}}) {
    BOOST_TEST(same_bits_everywhere([&](Threads threads) {
      const auto table = fit_restarts(5, from, ReverseKl(seed_mixture()), ScoreFunction{}, adam,
                                      options_of(threads, samples));
      std::vector<double> all;
      for (const auto& run : table.fits) {
        const auto numbers = numbers_of(run);
        all.insert(all.end(), numbers.begin(), numbers.end());
      }
      for (const Estimate& e : table.objectives) append(all, e);
      for (const Optimum& o : table.optima) {
        all.push_back(static_cast<double>(o.best));
        all.push_back(static_cast<double>(o.count));
      }
      return all;
    }));
  }
}

// The comparison above can fail: sums in the order of arrival differ between runs.
BOOST_AUTO_TEST_CASE(a_sum_in_the_order_of_arrival_is_caught) {
  BOOST_TEST(!same_bits_everywhere(
      [&](Threads threads) {
        InOrderOfArrival::Shared shared;
        return parameters_of(fit(start(3), ForwardKl(seed_mixture()), InOrderOfArrival{shared},
                                 adam, options_of(threads, many))
                                 .model);
      },
      3));
}

// Written down once; every compiler, build type, instruction set and machine must find the same.
BOOST_AUTO_TEST_CASE(fits_have_the_bits_that_are_written_here) {
  const auto p = seed_mixture();
  const FitOptions options{.trace_every = 1, .steps = 200, .samples = 1300, .seed = {2024}};
  const auto hash = [](const auto& fitted) { return hash_of(numbers_of(fitted)); };
  const auto mixture = GaussianMixture::random(4, 2, {1});
  const auto data = sample(p, 3000, Seed{5});
  const auto hashes = [&] {
    return std::vector<std::uint64_t>{
        hash(fit(mixture, ForwardKl(p), Adam{.learning_rate = 0.01}, options)),
        hash(fit(mixture, ReverseKl(p), ScoreFunction{}, adam, options)),
        hash(fit(mixture, ReverseKl(p), ScoreFunction{.baseline = Baseline::leave_one_out},
                 Adam{.learning_rate = exponential_decay(0.05, 0.1)}, options)),
        hash(fit(mixture, ReverseKl(p), ScoreFunction{.baseline = Baseline::moving_average},
                 Sgd{.learning_rate = warm_up(0.02, 50), .momentum = 0.9}, options)),
        hash(fit(Gaussian::standard(2), ReverseKl(p), Pathwise{}, adam, options)),
        hash(fit(DiagonalGaussian::standard(2), ReverseKl(p), Pathwise{}, adam, options)),
        hash(fit(mixture, ForwardKl(data), Sgd{.momentum = 0.5, .nesterov = true}, options))};
  };
  const std::vector<std::uint64_t> written = {
      0x3753d7577537a2b8, 0xe4f084cccd66a5c8, 0x4a68a59cb9586b5f, 0x0c1402a495d8262e,
      0xb5cc7964454704de, 0x33b37b9b0e81e5de, 0x7c0f13a2c6425a5d};
  on_each_instruction_set(
      [&] { BOOST_TEST(hashes() == written, boost::test_tools::per_element()); });
}
