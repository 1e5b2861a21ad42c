// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE models_distribution
#include <boost/test/unit_test.hpp>

#include <type_traits>

#include <leibler/models/diagonal_gaussian.hpp>
#include <leibler/models/distribution.hpp>
#include <leibler/models/empirical.hpp>
#include <leibler/models/gaussian.hpp>
#include <leibler/models/gaussian_mixture.hpp>

// Concepts are decided by the compiler: what this file claims, it claims by compiling.
namespace {

using namespace leibler;

struct Sampler {
  static std::size_t dimension() { return 1; }
  void sample(const Stream&, const MutableBatch&, Workspace&) const {}
};
struct LogDensity {
  static std::size_t dimension() { return 1; }
  void log_density(const Batch&, double*, Workspace&) const {}
};
struct Unnormalized : LogDensity {
  static constexpr bool normalized = false;
  void sample(const Stream&, const MutableBatch&, Workspace&) const {}
};
struct Both : LogDensity {
  void sample(const Stream&, const MutableBatch&, Workspace&) const {}
};
struct NotConst {
  static std::size_t dimension() { return 1; }
  void log_density(const Batch&, double*, Workspace&) {}
};

static_assert(Sampleable<Sampler> && !Density<Sampler> && !Distribution<Sampler>);
static_assert(Density<LogDensity> && !Sampleable<LogDensity> && !Evaluable<LogDensity>);
static_assert(is_normalized<LogDensity> && !is_normalized<Unnormalized>);
static_assert(Density<Unnormalized> && Sampleable<Unnormalized> && !Distribution<Unnormalized>);
static_assert(Distribution<Both> && !Parametric<Both> && !Differentiable<Both>);
static_assert(!Density<NotConst>, "an evaluation does not change its model");
static_assert(!Density<int> && !Sampleable<int> && !Parametric<int> && !Enumerable<int>);

static_assert(Distribution<Gaussian> && Differentiable<Gaussian> && Reparameterized<Gaussian>);
static_assert(Distribution<DiagonalGaussian> && Reparameterized<DiagonalGaussian>);
static_assert(!Enumerable<Gaussian> && !MixtureLike<Gaussian>);
static_assert(Distribution<GaussianMixture> && Differentiable<GaussianMixture>);
static_assert(Parametric<GaussianMixture> && MixtureLike<GaussianMixture>);
static_assert(Reparameterized<GaussianMixture> && implicit_path<GaussianMixture> &&
              !implicit_path<Gaussian>);
static_assert(Sampleable<Empirical> && Enumerable<Empirical> && !Density<Empirical>);

static_assert(std::is_nothrow_move_constructible_v<Gaussian> &&
              std::is_nothrow_move_constructible_v<GaussianMixture> &&
              std::is_copy_assignable_v<GaussianMixture> && std::is_copy_assignable_v<Empirical>);
}  // namespace

BOOST_AUTO_TEST_CASE(concepts_are_as_stated) {
  BOOST_TEST(is_normalized<GaussianMixture>);
}
