// SPDX-License-Identifier: MIT
#include <leibler/models/lkj_cholesky.hpp>

#include <algorithm>
#include <cmath>

#include <leibler/engine/check.hpp>
#include <leibler/engine/functions.hpp>
#include <leibler/engine/kernels/random.hpp>

#include "factors.hpp"
#include "json_reader.hpp"
#include "univariate/gamma_fill.hpp"
#include "vector_support.hpp"

namespace leibler::inline v0::detail {

namespace {

constexpr auto name = "LkjCholesky";
constexpr double log_pi = 1.14472988584940017414;

template <class T>
T beta_shape(std::size_t d, std::size_t i, const T& shape) {
  return shape + 0.5 * static_cast<double>(d - 1 - i);
}

template <class T>
T formula(std::size_t d, const T* x, const T* a) {
  using engine::log;
  T sum(0.0);
  for (std::size_t i = 1; i < d; ++i) {
    const T b = beta_shape(d, i, a[0]);
    sum = sum + (2.0 * b - 2.0) * log(x[triangle(i) + i]) +
          (log_gamma_ratio(b, i) - 0.5 * static_cast<double>(i) * log_pi);
  }
  return sum;
}

bool is_inside(std::size_t d, const double* x, std::size_t stride) {
  for (std::size_t i = 0; i < d; ++i) {
    double square = 0.0;
    for (std::size_t j = 0; j <= i; ++j) {
      const double v = x[(triangle(i) + j) * stride];
      square += v * v;
    }
    if (!(x[(triangle(i) + i) * stride] > 0.0 && std::abs(square - 1.0) <= 2e-9)) return false;
  }
  return true;
}

void mean(std::size_t d, const double* a, double* out) {
  std::fill_n(out, triangle(d), 0.0);
  out[0] = 1.0;
  for (std::size_t i = 1; i < d; ++i) {
    // E sqrt(B), B ~ Beta(b, i / 2): two ratios over half a step.
    const double b = beta_shape(d, i, a[0]), whole = b + 0.5 * static_cast<double>(i);
    out[triangle(i) + i] = engine::exp(log_gamma_ratio(b, 1) - log_gamma_ratio(whole, 1));
  }
}

void covariance(std::size_t d, const double* a, double* out) {
  const std::size_t n = triangle(d);
  std::fill_n(out, n * n, 0.0);
  Scratch<double> means(n);
  mean(d, a, means.data());
  for (std::size_t i = 1; i < d; ++i) {
    const double b = beta_shape(d, i, a[0]), whole = b + 0.5 * static_cast<double>(i);
    for (std::size_t j = 0; j < i; ++j) out[(triangle(i) + j) * (n + 1)] = 0.5 / whole;
    const double diagonal = means[triangle(i) + i];
    out[(triangle(i) + i) * (n + 1)] = std::max(b / whole - diagonal * diagonal, 0.0);
  }
}

double entropy(std::size_t d, const double* a) {
  double out = 0.0;
  for (std::size_t i = 1; i < d; ++i) {
    const double b = beta_shape(d, i, a[0]), half = 0.5 * static_cast<double>(i);
    out += half * log_pi - log_gamma_ratio(b, i) -
           (b - 1.0) * (engine::digamma(b) - engine::digamma(b + half));
  }
  return out;
}

void sample(std::size_t d, const double* a, const Stream& stream, const MutableBatch& x,
            Workspace& workspace) {
  const std::size_t n = engine::padded(x.size), below = d * (d - 1) / 2;
  double* const z = workspace.take(n * below);
  engine::kernels::normal_fill(stream, z, n * below);
  double* const log_gammas = workspace.take(n * d);  // n for each row of the triangle
  for (std::size_t i = 1; i < d; ++i) {
    log_gamma_fill(sibling(stream, i), beta_shape(d, i, a[0]), log_gammas + i * n, n, workspace);
  }
  for (std::size_t p = 0; p < n; ++p) {
    const double* normal = z + p * below;
    x.data[p] = 1.0;
    for (std::size_t i = 1; i < d; ++i) {
      // Twice a gamma variable beside i squared normals: their shares are Beta's.
      double square = 0.0;
      for (std::size_t j = 0; j < i; ++j) square += normal[j] * normal[j];
      const double log_gamma = 0.69314718055994530942 + log_gammas[i * n + p];
      const double log_total = engine::log_add_exp(log_gamma, engine::log(square));
      const double length = engine::exp(0.5 * log_total);
      for (std::size_t j = 0; j < i; ++j) {
        x.data[(triangle(i) + j) * x.stride + p] = normal[j] / length;
      }
      x.data[(triangle(i) + i) * x.stride + p] =
          std::max(engine::exp(0.5 * (log_gamma - log_total)), std::numeric_limits<double>::min());
      normal += i;
    }
  }
}

// The slope of the likelihood falls in the shape: bisection of its logarithm.
void maximum_likelihood(std::size_t d, const WeightedPoints& data, double* a) {
  double sum = 0.0;  // of the mean log L_ii
  for (std::size_t i = 1; i < d; ++i) {
    for (std::size_t p = 0; p < data.size(); ++p) {
      sum += data.weight[p] * engine::log(data.x[(triangle(i) + i) * data.size() + p]);
    }
  }
  const auto slope = [&](double shape) {
    double out = 2.0 * sum;
    for (std::size_t i = 1; i < d; ++i) {
      const double b = beta_shape(d, i, shape);
      out += engine::digamma(b + 0.5 * static_cast<double>(i)) - engine::digamma(b);
    }
    return out;
  };
  double low = -690.0, high = std::log(1e12);
  if (slope(1e12) >= 0.0) {
    no_maximum(name, "are all the identity", "points must have correlations",
               "the shape would be infinite");
  }
  for (int iteration = 0; iteration < 200; ++iteration) {
    const double middle = 0.5 * (low + high);
    (slope(std::exp(middle)) > 0.0 ? low : high) = middle;
  }
  a[0] = std::exp(0.5 * (low + high));
}

std::vector<double> read(const JsonReader& json, std::size_t& n) {
  const double dimension = json.number("dimension"), shape = json.number("shape");
  if (!(dimension >= 2.0 && dimension <= 1e4 && dimension == std::floor(dimension))) {
    json.fail({"dimension", {}}, "= " + to_text(dimension), "must be a whole number from 2 to 10^4",
              "give the rows of the matrix");
  }
  n = static_cast<std::size_t>(dimension);
  return json.checked([&] { return lkj_arguments(n, shape); });
}

}  // namespace

std::vector<double> lkj_arguments(std::size_t dimension, double shape) {
  check_lkj_dimension(dimension);
  check::positive(name, "shape", shape, "1 is uniform over correlation matrices");
  return {shape};
}

void check_lkj_dimension(std::size_t dimension) {
  check::at_least(name, "dimension",
                  static_cast<std::int64_t>(std::min<std::size_t>(dimension, INT64_MAX)), 2,
                  "one coordinate has no correlation");
  check::at_most(name, "dimension", dimension, 10'000, "a larger matrix does not fit into memory");
}

constinit const VectorFamily lkj_cholesky_family{
    .name = name,
    .schema = "leibler.lkj_cholesky",
    .columns = triangle,
    .count = [](std::size_t) { return std::size_t{1}; },
    .lower = [](std::size_t, std::size_t, const double*) { return 0.0; },
    .check = nullptr,
    .is_inside = is_inside,
    .log_density = formula<double>,
    .record = formula<Real>,
    .mean = mean,
    .covariance = covariance,
    .entropy = entropy,
    .sample = sample,
    .maximum_likelihood = maximum_likelihood,
    .write =
        [](JsonWriter& json, std::size_t d, const double* a) {
          json.number("dimension", static_cast<double>(d));
          json.number("shape", a[0]);
        },
    .read = read,
    .keys = {"dimension", "shape"},
    .print =
        [](std::size_t d, const double* a) {
          return "LkjCholesky(dimension = " + std::to_string(d) +
                 ", shape = " + brief_number(a[0]) + ")";
        }};

}  // namespace leibler::inline v0::detail
