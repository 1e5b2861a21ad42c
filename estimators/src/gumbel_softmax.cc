// SPDX-License-Identifier: MIT
#include <leibler/estimators/gumbel_softmax.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

#include <leibler/engine/check.hpp>
#include <leibler/engine/functions.hpp>
#include <leibler/engine/kernels/random.hpp>

namespace leibler::inline v0 {

namespace detail {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

}  // namespace

void relax(std::span<const double> logits, double temperature, const Stream& stream,
           const MutableBatch& y, const MutableBatch& hard) {
  const std::size_t n = engine::padded(y.size), count = logits.size();
  Workspace& workspace = Workspace::of_thread();
  const Workspace::Frame frame(workspace);
  // -log(-log u), one stride a category, so that a row's numbers do not depend on the others
  double* const noise = workspace.take(n * count);
  engine::kernels::uniform_fill(stream, noise, n * count);
  engine::kernels::log_fill(noise, noise, n * count);
  engine::kernels::shift_scale(noise, 0.0, -1.0, n * count);
  engine::kernels::log_fill(noise, noise, n * count);
  double* const total = workspace.take(n);
  for (std::size_t k = 0; k < count; ++k) {
    double* const column = y.data + k * y.stride;
    for (std::size_t i = 0; i < n; ++i) {
      column[i] = logits[k] == -infinity ? -infinity : (logits[k] - noise[k * n + i]) / temperature;
    }
  }
  for (std::size_t i = 0; i < n; ++i) {  // the first of the largest
    std::size_t at = 0;
    for (std::size_t k = 1; k < count; ++k) {
      if (y.data[k * y.stride + i] > y.data[at * y.stride + i]) at = k;
    }
    for (std::size_t k = 0; k < count; ++k) hard.data[k * hard.stride + i] = k == at ? 1.0 : 0.0;
  }
  engine::kernels::log_sum_exp_rows(y.data, y.stride, count, n, total);
  for (std::size_t k = 0; k < count; ++k) {
    double* const column = y.data + k * y.stride;
    engine::kernels::subtract(column, total, column, n);
    engine::kernels::exp_fill(column, column, n);
  }
}

void add_relaxed_sums(std::span<const double> logits, double temperature, const Batch& v,
                      const MutableBatch& y, double* sums) {
  const std::size_t n = y.size, count = logits.size();
  Workspace& workspace = Workspace::of_thread();
  const Workspace::Frame frame(workspace);
  double* const mean = workspace.take(engine::padded(n));
  std::fill_n(mean, n, 0.0);
  for (std::size_t k = 0; k < count; ++k) {
    for (std::size_t i = 0; i < n; ++i)
      mean[i] += y.data[k * y.stride + i] * v.data[k * v.stride + i];
  }
  for (std::size_t k = 0; k < count; ++k) {
    if (logits[k] == -infinity) continue;
    double* const column = y.data + k * y.stride;
    for (std::size_t i = 0; i < n; ++i) column[i] *= v.data[k * v.stride + i] - mean[i];
    *sums++ += engine::kernels::sum(column, n) / temperature;
  }
}

}  // namespace detail

std::string GumbelSoftmax::name() const {
  const std::string at = ", temperature " + to_short_text(temperature);
  return (straight_through ? "GumbelSoftmax, straight through" : "GumbelSoftmax") + at;
}

void GumbelSoftmax::check(std::size_t) const {
  check::positive("GumbelSoftmax", "temperature", temperature, "0.5 is common");
}

}  // namespace leibler::inline v0
