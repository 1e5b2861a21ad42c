// SPDX-License-Identifier: MIT
#include <leibler/models/gaussian_mixture.hpp>

#include <algorithm>
#include <cmath>

#include <leibler/engine/check.hpp>
#include <leibler/engine/kernels/elementary.hpp>
#include <leibler/engine/kernels/gaussian.hpp>
#include <leibler/engine/kernels/random.hpp>
#include <leibler/engine/kernels/triangles.hpp>
#include <leibler/engine/log_space.hpp>

#include "covariance.hpp"

namespace leibler::inline v0 {

namespace {

constexpr double half_log_two_pi = 0.91893853320467274178;

// Before anything is allocated.
void check_sizes(const char* where, const char* rows, std::size_t count, const char* columns,
                 std::size_t dimension) {
  check::at_least(where, rows, static_cast<std::int64_t>(std::min<std::size_t>(count, INT64_MAX)),
                  1, "a mixture has at least one component");
  detail::check_dimension(where, columns, dimension, false);
  const std::size_t parameters = 1 + dimension + engine::kernels::triangle(dimension);
  check::at_most(where, rows, count, detail::most_parameters / parameters,
                 "a larger model does not fit into memory");
}

}  // namespace

GaussianMixture::GaussianMixture(std::size_t count, std::size_t dimension)
    : count_(count), dimension_(dimension), values_(size(), 0.0) {}

GaussianMixture::GaussianMixture(std::span<const double> weights, const MatrixView& means,
                                 std::span<const MatrixView> covariances)
    : GaussianMixture((check_sizes(name, "means.rows()", means.rows, "means.cols()", means.columns),
                       means.rows),
                      means.columns) {
  check::size(name, "weights.size()", weights.size(), count_, "give one weight a row of means");
  check::size(name, "covariances.size()", covariances.size(), count_,
              "give one covariance a row of means");
  check::weights(name, "weights", weights);
  check::finite(name, "means", means.data, count_, dimension_, count_,
                "look where the value comes from");
  double* const theta = values_.data();
  for (std::size_t k = 0; k < count_; ++k) {
    theta[k] = engine::log(weights[k]);
    for (std::size_t j = 0; j < dimension_; ++j) {
      theta[count_ + k * dimension_ + j] = means.data[j * count_ + k];
    }
    const std::span<double> factor(theta + count_ * (1 + dimension_) + k * triangle(), triangle());
    detail::covariance_factor(name, "covariances", {k}, covariances[k], dimension_, factor);
    detail::take_logs_of_diagonal(factor, dimension_);
  }
  prepare();
}

GaussianMixture GaussianMixture::random(std::size_t components, std::size_t dimension, Seed seed,
                                        const RandomMixtureOptions& options) {
  constexpr auto where = "GaussianMixture::random";
  check_sizes(where, "components", components, "dimension", dimension);
  check::positive(where, "options.spread", options.spread,
                  options.spread <= 0.0 ? "means at one place never separate"
                                        : "take the distance between the target's components");
  check::positive(where, "options.stddev", options.stddev,
                  options.stddev <= 0.0 ? "components need a width"
                                        : "take the width of the target's components");
  GaussianMixture q(components, dimension);
  const std::size_t count = components * dimension;
  double* const means = q.values_.data() + components;
  engine::kernels::normal_fill({seed, Purpose::start}, means, count);
  engine::kernels::shift_scale(means, 0.0, options.spread, count);
  const double log_stddev = engine::log(options.stddev);
  for (std::size_t k = 0; k < components; ++k) {
    double* const logs = means + count + k * q.triangle();
    for (std::size_t i = 0; i < dimension; ++i) logs[i * (i + 3) / 2] = log_stddev;
  }
  q.check_parameters({q.values_.data(), q.parameter_count()});
  q.prepare();
  return q;
}

void GaussianMixture::check_parameters(std::span<const double> theta) const {
  detail::check_parameters(name, theta, parameter_count(), count_ * (1 + dimension_), dimension_,
                           false);
}

void GaussianMixture::parameters(std::span<double> out) const {
  check::size("GaussianMixture::parameters", "out.size()", out.size(), parameter_count(),
              "ask parameter_count()");
  std::copy_n(values_.data(), parameter_count(), out.data());
}

void GaussianMixture::assign(std::span<const double> theta) {
  check_parameters(theta);
  Workspace& workspace = Workspace::of_thread();
  const Workspace::Frame frame(workspace);
  double* const old = workspace.take(theta.size());
  std::copy_n(values_.data(), theta.size(), old);
  std::copy_n(theta.data(), theta.size(), values_.data());
  prepare();
  try {
    detail::check_whitening(name, {values_.data() + whitening_at(), count_ * triangle()});
  } catch (...) {  // a failed call changes nothing
    std::copy_n(old, theta.size(), values_.data());
    prepare();
    throw;
  }
}

void GaussianMixture::prepare() {
  const std::size_t d = dimension_, size = triangle();
  const double* const logits = values_.data();
  const double* const logs = values_.data() + count_ * (1 + d);
  double* const factor = values_.data() + factor_at();
  double* const constant = values_.data() + constant_at();
  double* const weight = values_.data() + weight_at();
  double* const cumulative = values_.data() + cumulative_at();
  const double log_total = engine::softmax({logits, count_}, {weight, count_});
  double running = 0.0;
  for (std::size_t k = 0; k < count_; ++k) cumulative[k] = running += weight[k];
  // Every entry and the padding behind, in one call; only those on the diagonals are kept.
  engine::kernels::exp_fill(logs, factor, packed());
  for (std::size_t k = 0; k < count_; ++k) {
    const double* const p = logs + k * size;
    double* const l = factor + k * size;
    double log_determinant = 0.0;
    std::size_t row = 0;
    for (std::size_t i = 0; i < d; row += ++i) {
      for (std::size_t j = 0; j < i; ++j) l[row + j] = p[row + j];
      log_determinant += p[row + i];
    }
    constant[k] =
        logits[k] - log_total - log_determinant - half_log_two_pi * static_cast<double>(d);
  }
  engine::kernels::invert_triangles(factor, count_, d, values_.data() + whitening_at());
}

void GaussianMixture::parameter_gradient(const double* sums, std::span<double> out) const {
  const std::size_t d = dimension_, size = 1 + d + triangle();
  double total = 0.0;
  for (std::size_t k = 0; k < count_; ++k) total += sums[k * size];
  for (std::size_t k = 0; k < count_; ++k) out[k] = sums[k * size] - weight_data()[k] * total;
  engine::kernels::triangle_gradients(sums, values_.data() + whitening_at(),
                                      values_.data() + factor_at(), count_, d, out.data() + count_,
                                      out.data() + count_ * (1 + d));
  engine::kernels::add(out.data(), sums + parameter_count(), out.data(), parameter_count());
}

void GaussianMixture::sample(const Stream& stream, const MutableBatch& x,
                             Workspace& workspace) const {
  const Workspace::Frame frame(workspace);
  auto* const counts = reinterpret_cast<std::size_t*>(workspace.take(count_));
  engine::kernels::category_counts(stream.for_part(1), x.size, values_.data() + cumulative_at(),
                                   count_, counts);
  sample_components(stream, counts, x, workspace);
}

void GaussianMixture::sample_components(const Stream& stream, const std::size_t* counts,
                                        const MutableBatch& x, Workspace& workspace) const {
  const Workspace::Frame frame(workspace);
  const std::size_t n = engine::padded(x.size), z_stride = (x.size + 63) / 64 * 64;
  double* const z = workspace.take(z_stride * dimension_);
  engine::kernels::normal_fill(stream, z, z_stride, dimension_);
  std::size_t begin = 0;
  for (std::size_t k = 0; k < count_; ++k) {
    const std::size_t end = k + 1 == count_ ? n : begin + counts[k];
    engine::kernels::affine_rows(z, z_stride, begin, end, dimension_, mean_data() + k * dimension_,
                                 values_.data() + factor_at() + k * triangle(), x.stride, x.data);
    begin = end;
  }
}

void GaussianMixture::add_component_path_sums(std::size_t k, const Batch& x, const Batch& v,
                                              double* sums, Workspace& workspace) const {
  using engine::kernels::Shape;
  const Workspace::Frame frame(workspace);
  double* const w = workspace.take(x.stride * dimension_);
  engine::kernels::gaussian_whiten(Shape::triangle, x, mean_data() + k * dimension_,
                                   values_.data() + whitening_at() + k * triangle(), w);
  engine::kernels::gaussian_path_sums(Shape::triangle, v, w, x.stride, sums);
}

void GaussianMixture::component_gradient(const double* costs, const double* sums,
                                         std::span<double> out) const {
  double total = 0.0;
  for (std::size_t k = 0; k < count_; ++k) total += costs[k];
  for (std::size_t k = 0; k < count_; ++k) {
    const double* const of_k = sums + k * component_sums_size();
    const double* const factor = values_.data() + factor_at() + k * triangle();
    out[k] = costs[k] - weight_data()[k] * total;
    std::copy_n(of_k, dimension_, out.data() + mean_at(k));
    std::copy_n(of_k + dimension_, triangle(), out.data() + logs_at(k));
    for (std::size_t i = 0; i < dimension_; ++i) {
      const std::size_t at = i * (i + 3) / 2;
      out[logs_at(k) + at] *= factor[at];
    }
  }
}

}  // namespace leibler::inline v0
