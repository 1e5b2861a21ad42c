// SPDX-License-Identifier: MIT
#include <leibler/models/mixture.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

#include <leibler/engine/kernels/elementary.hpp>
#include <leibler/engine/kernels/random.hpp>
#include <leibler/engine/log_space.hpp>

namespace leibler::inline v0::detail {

namespace {
constexpr double infinity = std::numeric_limits<double>::infinity();
}

MixtureWeights::MixtureWeights(std::span<const double> weights, std::size_t components)
    : size_(components), values_(4 * components) {
  check::at_least("Mixture", "components.size()", static_cast<std::int64_t>(components), 1,
                  "a mixture has at least one component");
  check::size("Mixture", "weights.size()", weights.size(), components,
              "give one weight a component");
  check::weights("Mixture", "weights", weights);
  for (std::size_t k = 0; k < size_; ++k) values_[k] = engine::log(weights[k]);
  prepare();
}

void MixtureWeights::assign(std::span<const double> logits) {
  std::copy(logits.begin(), logits.end(), values_.begin());
  prepare();
}

void MixtureWeights::prepare() {
  double* const log_weight = values_.data() + size_;
  double* const weight = log_weight + size_;
  double* const cumulative = weight + size_;
  const double log_total = engine::softmax(logits(), {weight, size_});
  double running = 0.0;
  for (std::size_t k = 0; k < size_; ++k) {
    log_weight[k] = values_[k] - log_total;
    cumulative[k] = running += weight[k];
  }
}

void MixtureWeights::gradient(const double* sums, double* out) const {
  double total = 0.0;
  for (std::size_t k = 0; k < size_; ++k) total += sums[k];
  for (std::size_t k = 0; k < size_; ++k) out[k] = sums[k] - weights()[k] * total;
}

const std::size_t* MixtureWeights::counts(const Stream& stream, std::size_t n,
                                          Workspace& workspace) const {
  static_assert(sizeof(std::size_t) == sizeof(double));
  auto* const out = reinterpret_cast<std::size_t*>(workspace.take(size_));
  engine::kernels::category_counts(stream.for_part(1), n, part(3).data(), size_, out);
  return out;
}

void mix(double* columns, std::size_t stride, const MixtureWeights& weights, std::size_t n,
         double* out) {
  for (std::size_t k = 0; k < weights.size(); ++k) {
    double* const column = columns + k * stride;
    const double log_weight = weights.log_weights()[k];
    // A weight that underflows to a logarithm of -inf takes its component away, even at +inf.
    for (std::size_t i = 0; i < n; ++i) {
      const bool is_gone = log_weight == -infinity && !std::isnan(column[i]);
      column[i] = is_gone ? -infinity : column[i] + log_weight;
    }
  }
  engine::kernels::log_sum_exp_rows(columns, stride, weights.size(), n, out);
}

void mixture_responsibilities(const double* columns, std::size_t stride,
                              const MixtureWeights& weights, const double* log_density,
                              std::size_t n, double* out, std::size_t out_stride) {
  const std::size_t count = weights.size();
  for (std::size_t k = 0; k < count; ++k) {
    double* const r = out + k * out_stride;
    engine::kernels::subtract(columns + k * stride, log_density, r, n);
    engine::kernels::exp_fill(r, r, n);
  }
  for (std::size_t i = 0; i < n; ++i) {
    double total = 0.0;
    for (std::size_t k = 0; k < count; ++k) total += out[k * out_stride + i];
    if (log_density[i] == -infinity) {
      for (std::size_t k = 0; k < count; ++k) out[k * out_stride + i] = weights.weights()[k];
    } else {  // where several are +inf each has an equal share
      for (std::size_t k = 0; k < count; ++k) out[k * out_stride + i] /= total;
    }
  }
}

void weigh_responsibilities(double* r, std::size_t stride, std::size_t components,
                            const double* weight, std::size_t n, double* sums) {
  for (std::size_t k = 0; k < components; ++k) {
    double* const column = r + k * stride;
    if (weight != nullptr) engine::kernels::multiply(column, weight, column, n);
    sums[k] += engine::kernels::sum(column, n);
  }
}

void add_weighted_columns(const double* r, const Batch& g, const MutableBatch& out) {
  for (std::size_t j = 0; j < g.dimension; ++j) {
    const double* const from = g.data + j * g.stride;
    double* const to = out.data + j * out.stride;
    for (std::size_t i = 0; i < g.size; ++i) to[i] += r[i] == 0.0 ? 0.0 : r[i] * from[i];
  }
}

void mixture_moments(std::span<const double> weights, const double* means,
                     const double* covariances, std::size_t dimension, double* mean,
                     double* covariance) {
  const std::size_t d = dimension, count = weights.size();
  for (std::size_t j = 0; j < d; ++j) {
    mean[j] = 0.0;
    for (std::size_t k = 0; k < count; ++k) mean[j] += weights[k] * means[k * d + j];
  }
  if (covariances == nullptr) return;
  for (std::size_t i = 0; i < d; ++i) {
    for (std::size_t j = 0; j < d; ++j) {
      double sum = 0.0;
      bool is_infinite = false, is_undefined = false;
      for (std::size_t k = 0; k < count; ++k) {
        const double within = covariances[k * d * d + j * d + i];
        is_infinite = is_infinite || within == infinity;
        is_undefined = is_undefined || std::isnan(within);
        sum += weights[k] * (within + (means[k * d + i] - mean[i]) * (means[k * d + j] - mean[j]));
      }
      covariance[j * d + i] = is_infinite && !is_undefined ? infinity : sum;
    }
  }
}

double mixed_log(std::span<const double> log_weights, std::span<const double> log_p) {
  double largest = -infinity, sum = 0.0;
  for (std::size_t k = 0; k < log_p.size(); ++k) {
    if (std::isnan(log_p[k])) return log_p[k];
    largest = std::max(largest, log_weights[k] + log_p[k]);
  }
  if (std::isinf(largest)) return largest;
  for (std::size_t k = 0; k < log_p.size(); ++k) {
    sum += engine::exp(log_weights[k] + log_p[k] - largest);
  }
  return largest + engine::log(sum);
}

void fail_component(const char* name, std::size_t k, std::size_t count) {
  throw InvalidArgument({std::string(name) + "::component",
                         "k",
                         {},
                         "= " + std::to_string(k),
                         "there are " + std::to_string(count) + ", counted from 0",
                         "ask components()"});
}

void check_dimensions(const char* name, const char* what, std::size_t k, std::size_t dimension,
                      std::size_t expected) {
  if (dimension == expected) return;
  throw InvalidArgument({name,
                         what,
                         {k},
                         "has " + counted(dimension, "dimension"),
                         "all must have as many as the first, " + std::to_string(expected),
                         "give components of one space"});
}

}  // namespace leibler::inline v0::detail
