// SPDX-License-Identifier: MIT
#include <leibler/models/dirichlet.hpp>

#include <algorithm>
#include <cmath>

#include <leibler/engine/check.hpp>
#include <leibler/engine/functions.hpp>
#include <leibler/engine/kernels/elementary.hpp>

#include "json_reader.hpp"
#include "univariate/gamma_fill.hpp"
#include "univariate/paths.hpp"
#include "vector_support.hpp"

namespace leibler::inline v0::detail {

namespace {

constexpr auto name = "Dirichlet";

template <class T>
T formula(std::size_t n, const T* x, const T* a) {
  using engine::lgamma, engine::log, engine::where;
  T total(0.0), sum(0.0);
  for (std::size_t k = 0; k < n; ++k) {
    const T at_zero =
        where(a[k] < 1.0, T(plus_infinity), where(1.0 < a[k], T(-plus_infinity), T(0.0)));
    sum = sum + where(0.0 < x[k], (a[k] - 1.0) * log(x[k]), at_zero);
    sum = sum - lgamma(a[k]);
    total = total + a[k];
  }
  return sum + lgamma(total);
}

bool is_inside(std::size_t n, const double* x, std::size_t stride) {
  double sum = 0.0;
  for (std::size_t k = 0; k < n; ++k) {
    if (!(x[k * stride] >= 0.0)) return false;
    sum += x[k * stride];
  }
  return std::abs(sum - 1.0) <= 1e-9;
}

double total(std::size_t n, const double* a) {
  double sum = 0.0;
  for (std::size_t k = 0; k < n; ++k) sum += a[k];
  return sum;
}

void covariance(std::size_t n, const double* a, double* out) {
  const double sum = total(n, a);
  for (std::size_t i = 0; i < n; ++i) {
    double others = 0.0;
    for (std::size_t j = 0; j < n; ++j) {
      if (j != i) others += a[j];
      out[i * n + j] = -(a[i] / sum) * (a[j] / sum) / (sum + 1.0);
    }
    out[i * n + i] = (a[i] / sum) * (others / sum) / (sum + 1.0);
  }
}

double entropy(std::size_t n, const double* a) {
  const double sum = total(n, a);
  double out = -engine::lgamma(sum) + (sum - static_cast<double>(n)) * engine::digamma(sum);
  for (std::size_t k = 0; k < n; ++k) {
    out += engine::lgamma(a[k]) - (a[k] - 1.0) * engine::digamma(a[k]);
  }
  return out;
}

void sample(std::size_t n, const double* a, const Stream& stream, const MutableBatch& x,
            Workspace& workspace) {
  const std::size_t rows = engine::padded(x.size);
  for (std::size_t k = 0; k < n; ++k) {
    log_gamma_fill(sibling(stream, k), a[k], x.data + k * x.stride, rows, workspace);
  }
  double* const g = workspace.take(n);
  for (std::size_t i = 0; i < rows; ++i) {
    for (std::size_t k = 0; k < n; ++k) g[k] = x.data[k * x.stride + i];
    const double top = *std::max_element(g, g + n);
    for (std::size_t k = 0; k < n; ++k) g[k] -= top;
    engine::kernels::exp_fill(g, g, n);
    const double sum = total(n, g);
    for (std::size_t k = 0; k < n; ++k) {
      x.data[k * x.stride + i] = std::max(g[k] / sum, std::numeric_limits<double>::min());
    }
  }
}

// The likelihood is concave in the concentration: Newton's method, its matrix a diagonal plus a
// constant, with steps halved until they climb.
// [1] T. Minka. Estimating a Dirichlet distribution. 2000. Section 1.
void maximum_likelihood(std::size_t n, const WeightedPoints& data, double* a) {
  std::vector<double> mean_log(n, 0.0), mean(n, 0.0), square(n, 0.0);
  bool varies = false;
  for (std::size_t k = 0; k < n; ++k) {
    for (std::size_t i = 0; i < data.size(); ++i) {
      const double x = data.x[k * data.size() + i], w = data.weight[i];
      if (x == 0.0) {
        no_maximum(name, "hold a coordinate " + std::to_string(k) + " that is 0", "all must be > 0",
                   "leave the point out or move it inside");
      }
      mean_log[k] += w * engine::log(x);
      mean[k] += w * x;
      square[k] += w * x * x;
      varies = varies || x != data.x[k * data.size()];
    }
  }
  if (!varies) {
    no_maximum(name, "are all the same point", "points must differ",
               "give more points, or make them a constant");
  }
  // Start where mean and variance agree on average.
  double spread = 0.0, variance = 0.0;
  for (std::size_t k = 0; k < n; ++k) {
    spread += mean[k] * (1.0 - mean[k]);
    variance += std::max(square[k] - mean[k] * mean[k], 0.0);
  }
  const double scale = variance > 0.0 ? std::max(spread / variance - 1.0, 1e-2) : 1e6;
  for (std::size_t k = 0; k < n; ++k) a[k] = std::max(mean[k] * scale, 1e-6);

  const auto likelihood = [&](const std::vector<double>& at) {
    double value = engine::lgamma(total(n, at.data()));
    for (std::size_t k = 0; k < n; ++k) {
      if (!(at[k] > 0.0)) return -plus_infinity;
      value += (at[k] - 1.0) * mean_log[k] - engine::lgamma(at[k]);
    }
    return value;
  };
  std::vector<double> here(a, a + n), step(n), next(n);
  double value = likelihood(here);
  for (int iteration = 0; iteration < 1000; ++iteration) {
    const double sum = total(n, here.data());
    const double common = engine::digamma(sum), curvature = engine::trigamma(sum);
    double over = 0.0, ratio = 0.0;
    for (std::size_t k = 0; k < n; ++k) {
      const double q = -engine::trigamma(here[k]);
      step[k] = common - engine::digamma(here[k]) + mean_log[k];
      over += step[k] / q;
      ratio += 1.0 / q;
    }
    const double shared = over / (1.0 / curvature + ratio);
    double largest = 0.0;
    for (std::size_t k = 0; k < n; ++k) {
      step[k] = (step[k] - shared) / engine::trigamma(here[k]);
      largest = std::max(largest, std::abs(step[k]) / here[k]);
    }
    double length = 1.0, found = 0.0;
    const double slack = 1e-14 * (1.0 + std::abs(value));
    for (; length > 1e-10; length *= 0.5) {
      for (std::size_t k = 0; k < n; ++k) next[k] = here[k] + length * step[k];
      found = likelihood(next);
      if (found >= value - slack) break;
    }
    if (length <= 1e-10) break;
    here = next;
    value = found;
    if (largest < 1e-12) break;
    if (total(n, here.data()) > 1e15) {
      no_maximum(name, "are all next to the same point", "points must differ",
                 "give more points, or make them a constant");
    }
  }
  std::copy(here.begin(), here.end(), a);
}

}  // namespace

// Moving x_j along its distribution function, with the others in their proportions, is a path of
// a_j [1]: with h = d logit(x_j) / da_j of its Beta(a_j, sum of the others)
//
//     v^T dx / da_j = x_j h sum_{i != j} x_i (v_j - v_i)
//
// What is left out of sums is never taken off: a share may be next to 1.
// [1] M. Jankowiak and F. Obermeyer. Pathwise derivatives beyond the reparameterization trick.
// ICML,
//     2018. Section 4.2.
void add_dirichlet_path_sums(std::size_t n, const double* a, const Batch& x, const Batch& v,
                             double* sums, Workspace& workspace) {
  const Workspace::Frame frame(workspace);
  const std::size_t stride = engine::padded(x.size);
  double* const share = workspace.take_zeros(stride);   // of the others before j, then of all
  double* const moment = workspace.take_zeros(stride);  // the same, times v
  double* const behind = workspace.take(n * stride);    // of those behind j
  double* const moment_behind = workspace.take(n * stride);
  for (std::size_t j = n; j-- > 0;) {
    for (std::size_t i = 0; i < x.size; ++i) {
      const double x_j = x.data[j * x.stride + i];
      behind[j * stride + i] = share[i];
      moment_behind[j * stride + i] = moment[i];
      share[i] += x_j;
      moment[i] += x_j * v.data[j * v.stride + i];
    }
  }
  std::fill_n(share, x.size, 0.0);
  std::fill_n(moment, x.size, 0.0);
  constexpr double least = std::numeric_limits<double>::min();
  double before = 0.0;
  for (std::size_t j = 0; j < n; ++j) {
    const BetaPath path(a[j], before + total(n - j - 1, a + j + 1));
    before += a[j];
    double sum = 0.0;
    for (std::size_t i = 0; i < x.size; ++i) {
      const double x_j = x.data[j * x.stride + i], v_j = v.data[j * v.stride + i];
      const double y = share[i] + behind[j * stride + i];
      const double log_x = x_j > 0.5 ? std::log1p(-y) : engine::log(std::max(x_j, least));
      const double others = v_j * y - (moment[i] + moment_behind[j * stride + i]);
      sum += x_j * path(x_j, y, log_x) * others;
      share[i] += x_j;
      moment[i] += x_j * v_j;
    }
    sums[j] += sum / a[j];
  }
}

std::vector<double> dirichlet_arguments(std::span<const double> concentration) {
  check_dirichlet_size(concentration.size());
  check::positive(name, "concentration", concentration, "leave out categories that do not occur");
  return {concentration.begin(), concentration.end()};
}

void check_dirichlet_size(std::size_t count) {
  check::at_least(name, "concentration.size()", static_cast<std::int64_t>(count), 2,
                  "give one number a category");
}

constinit const VectorFamily dirichlet_family{
    .name = name,
    .schema = "leibler.dirichlet",
    .columns = [](std::size_t n) { return n; },
    .count = [](std::size_t n) { return n; },
    .lower = [](std::size_t, std::size_t, const double*) { return 0.0; },
    .check = nullptr,
    .is_inside = is_inside,
    .log_density = formula<double>,
    .record = formula<Real>,
    .mean =
        [](std::size_t n, const double* a, double* out) {
          const double sum = total(n, a);
          for (std::size_t k = 0; k < n; ++k) out[k] = a[k] / sum;
        },
    .covariance = covariance,
    .entropy = entropy,
    .sample = sample,
    .maximum_likelihood = maximum_likelihood,
    .write =
        [](JsonWriter& json, std::size_t n, const double* a) {
          json.numbers("concentration", {a, n});
        },
    .read =
        [](const JsonReader& json, std::size_t& n) {
          const auto concentration = json.numbers("concentration");
          n = concentration.size();
          return json.checked([&] { return dirichlet_arguments(concentration); });
        },
    .keys = {"concentration"},
    .print =
        [](std::size_t n, const double* a) {
          return "Dirichlet(concentration = " + brief_list({a, n}) + ")";
        }};

}  // namespace leibler::inline v0::detail
