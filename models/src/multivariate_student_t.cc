// SPDX-License-Identifier: MIT
#include <leibler/models/multivariate_student_t.hpp>

#include <algorithm>
#include <cmath>
#include <numbers>

#include <leibler/engine/check.hpp>
#include <leibler/engine/functions.hpp>
#include <leibler/engine/kernels/random.hpp>

#include "covariance.hpp"
#include "factors.hpp"
#include "json_reader.hpp"
#include "univariate/gamma_fill.hpp"
#include "vector_support.hpp"

namespace leibler::inline v0::detail {

namespace {

constexpr auto name = "MultivariateStudentT";

template <class T>
T formula(std::size_t d, const T* x, const T* a) {
  using engine::abs, engine::dot, engine::log, engine::log1p, engine::max, engine::sqrt,
      engine::where;
  const T &v = a[0], root = sqrt(v);
  const T *const location = a + 1, *const factor = a + 1 + d;
  // A point far away is whitened in units of its distance, which no step makes overflow.
  Scratch<T> u(d);
  T reach(0.0), log_scale(0.0);
  for (std::size_t i = 0; i < d; ++i) {
    u[i] = x[i] - location[i];
    reach = max(reach, abs(u[i]));
    log_scale = log_scale + log(factor[triangle(i) + i]);
  }
  const T unit = where(reach > 1e150, reach, T(1.0));
  T largest(0.0), near(0.0), far(0.0);
  for (std::size_t i = 0; i < d; ++i) {
    const T* const row = factor + triangle(i);
    u[i] = u[i] / unit;
    if (i > 0) u[i] = u[i] - dot(std::span<const T>(row, i), u.first(i));
    u[i] = u[i] / row[i];
    largest = max(largest, abs(u[i]));
  }
  const auto is_far = largest * unit / root > 1e150;
  const T again = where(is_far, largest, T(1.0));
  for (std::size_t i = 0; i < d; ++i) {
    const T w = u[i] * unit / root, part = u[i] / again;
    near = near + w * w;
    far = far + part * part;
  }
  const T distance =
      where(is_far, 2.0 * (log(unit) + log(again)) + (log(far) - log(v)), log1p(near));
  const auto dimension = static_cast<double>(d);
  return log_gamma_ratio<T>(0.5 * v, d) - 0.5 * dimension * log(v * std::numbers::pi) - log_scale -
         0.5 * (v + dimension) * distance;
}

void write_scale(std::size_t d, const double* a, double times, double* out) {
  engine::product_with_transpose({a + 1 + d, triangle(d)}, d, {out, d * d});
  for (std::size_t i = 0; i < d * d; ++i) out[i] *= times;
}

void mean(std::size_t d, const double* a, double* out) {
  for (std::size_t i = 0; i < d; ++i) out[i] = a[0] > 1.0 ? a[1 + i] : not_a_number;
}

void covariance(std::size_t d, const double* a, double* out) {
  const double v = a[0];
  if (v > 2.0) return write_scale(d, a, v / (v - 2.0), out);
  std::fill_n(out, d * d, not_a_number);
  if (!(v > 1.0)) return;
  for (std::size_t i = 0; i < d; ++i) out[i * (d + 1)] = plus_infinity;
}

double entropy(std::size_t d, const double* a) {
  const double v = a[0], dimension = static_cast<double>(d);
  double out =
      -log_gamma_ratio<double>(0.5 * v, d) + 0.5 * dimension * std::log(v * std::numbers::pi) +
      0.5 * (v + dimension) * (engine::digamma(0.5 * (v + dimension)) - engine::digamma(0.5 * v));
  for (std::size_t i = 0; i < d; ++i) out += engine::log(a[1 + d + triangle(i) + i]);
  return out;
}

void sample(std::size_t d, const double* a, const Stream& stream, const MutableBatch& x,
            Workspace& workspace) {
  const std::size_t n = engine::padded(x.size);
  const double* const factor = a + 1 + d;
  double* const z = workspace.take(n * d);
  engine::kernels::normal_fill(stream, z, n * d);
  double* const log_gamma = workspace.take(n);
  log_gamma_fill(sibling(stream, 0), 0.5 * a[0], log_gamma, n, workspace);
  double* const y = workspace.take(d);
  for (std::size_t i = 0; i < n; ++i) {
    double largest = 0.0;
    for (std::size_t j = 0; j < d; ++j) {
      y[j] = 0.0;
      for (std::size_t k = 0; k <= j; ++k) y[j] += factor[triangle(j) + k] * z[i * d + k];
      largest = std::max(largest, std::abs(y[j]));
    }
    const double log_stretch = 0.5 * (engine::log(0.5 * a[0]) - log_gamma[i]);
    // With next to no degrees of freedom most draws are beyond the range of double.
    const double stretch = std::min(engine::exp(std::min(log_stretch, 700.0)), 1e300 / largest);
    for (std::size_t j = 0; j < d; ++j) x.data[j * x.stride + i] = a[1 + j] + stretch * y[j];
  }
}

// Maximum likelihood

struct Student {
  std::size_t d;
  const WeightedPoints& data;
  std::vector<double> location, scale, factor;  // scale d x d
  std::vector<double> distance;                 // |L^-1 (x - location)|^2 of every point

  void measure() {
    if (!engine::cholesky(scale, d, factor)) {
      no_maximum(name, "lie in a hyperplane, or too many in one",
                 "there must be more points than dimensions, spread in all of them",
                 "leave out coordinates that the others determine");
    }
    std::vector<double> u(d);
    for (std::size_t i = 0; i < data.size(); ++i) {
      for (std::size_t j = 0; j < d; ++j) u[j] = data.x[j * data.size() + i] - location[j];
      engine::solve_lower(factor, d, u);
      distance[i] = 0.0;
      for (const double v : u) distance[i] += v * v;
    }
  }

  // Means and products weighted by `weight`, which adds up to 1.
  void set_moments(const std::vector<double>& weight) {
    for (std::size_t j = 0; j < d; ++j) {
      double shift = 0.0;
      for (std::size_t i = 0; i < data.size(); ++i) {
        shift += weight[i] * (data.x[j * data.size() + i] - location[j]);
      }
      location[j] += shift;
    }
    for (std::size_t j = 0; j < d; ++j) {
      for (std::size_t k = 0; k <= j; ++k) {
        double sum = 0.0;
        for (std::size_t i = 0; i < data.size(); ++i) {
          sum += weight[i] * (data.x[j * data.size() + i] - location[j]) *
                 (data.x[k * data.size() + i] - location[k]);
        }
        scale[j * d + k] = scale[k * d + j] = sum;
      }
    }
  }

  // d mean log density / dv, twice.
  [[nodiscard]] double slope(double v) const {
    const auto dimension = static_cast<double>(d);
    double out = engine::digamma(0.5 * (v + dimension)) - engine::digamma(0.5 * v) - dimension / v;
    for (std::size_t i = 0; i < data.size(); ++i) {
      const double q = distance[i];
      out += data.weight[i] * ((v + dimension) / v * (q / (v + q)) - std::log1p(q / v));
    }
    return out;
  }
};

constexpr double least_degrees = 1e-3, most_degrees = 1e4;

double best_degrees(const Student& q) {
  double low = std::log(least_degrees), high = std::log(most_degrees);
  if (q.slope(least_degrees) <= 0.0) return least_degrees;
  if (q.slope(most_degrees) >= 0.0) return most_degrees;
  while (high - low > 1e-14 * std::max(1.0, std::abs(low))) {
    const double middle = 0.5 * (low + high);
    if (middle <= low || middle >= high) break;
    (q.slope(std::exp(middle)) > 0.0 ? low : high) = middle;
  }
  return std::exp(0.5 * (low + high));
}

// [1] C. Liu and D. Rubin. ML estimation of the t distribution using EM and its extensions, ECM and
//     ECME. Statistica Sinica, 1995. The scale is divided by the sum of weights, which converges to
//     the same in fewer steps.
void fit(std::size_t d, const WeightedPoints& data, bool keep_degrees, double* a) {
  Student q{d,
            data,
            std::vector<double>(d),
            std::vector<double>(d * d),
            std::vector<double>(triangle(d)),
            std::vector<double>(data.size())};
  for (std::size_t j = 0; j < d; ++j) q.location[j] = data.x[j * data.size()];
  q.set_moments(data.weight);
  q.measure();
  double v = keep_degrees ? a[0] : std::clamp(a[0], 1.0, 30.0);
  std::vector<double> weight(data.size());
  for (int iteration = 0; iteration < 10'000; ++iteration) {
    const auto before = q.scale, place = q.location;
    double total = 0.0;
    for (std::size_t i = 0; i < data.size(); ++i) {
      total += weight[i] = data.weight[i] * (v + static_cast<double>(d)) / (v + q.distance[i]);
    }
    for (double& w : weight) w /= total;
    q.set_moments(weight);
    q.measure();
    const double old = v;
    if (!keep_degrees) v = best_degrees(q);
    double change = std::abs(v - old) / old;
    for (std::size_t j = 0; j < d; ++j) {
      const double unit = std::sqrt(q.scale[j * (d + 1)]);
      change = std::max(change, std::abs(q.location[j] - place[j]) / unit);
      for (std::size_t k = 0; k < d; ++k) {
        change = std::max(change, std::abs(q.scale[j * d + k] - before[j * d + k]) /
                                      (unit * std::sqrt(q.scale[k * (d + 1)])));
      }
    }
    if (change < 1e-13) break;
  }
  if (!keep_degrees && v == most_degrees) {
    no_maximum(name, "have no heavier tails than a Gaussian",
               "the likelihood must have a maximum below 10^4 degrees of freedom",
               "take a Gaussian, or keep the degrees of freedom");
  }
  a[0] = v;
  std::copy(q.location.begin(), q.location.end(), a + 1);
  std::copy(q.factor.begin(), q.factor.end(), a + 1 + d);
}

}  // namespace

std::vector<double> scale_factor(const char* family, const MatrixView& scale) {
  check_dimension(family, "scale.rows()", scale.rows, false);
  std::vector<double> factor(triangle(scale.rows));
  covariance_factor(family, "scale", {}, scale, scale.rows, factor);
  return factor;
}

std::vector<double> student_t_arguments(double degrees_of_freedom, std::span<const double> location,
                                        const MatrixView& scale) {
  check::positive(name, "degrees_of_freedom", degrees_of_freedom, "1 is Cauchy's distribution");
  check_dimension(name, "location.size()", location.size(), false);
  check::finite(name, "location", location, "look where the value comes from");
  std::vector<double> a{degrees_of_freedom};
  a.insert(a.end(), location.begin(), location.end());
  a.resize(1 + location.size() + triangle(location.size()));
  covariance_factor(name, "scale", {}, scale, location.size(),
                    std::span<double>(a).subspan(1 + location.size()));
  return a;
}

void check_factor_size(const char* family, std::size_t size, std::size_t dimension) {
  check_dimension(family, "dimension", dimension, false);
  check::size(family, "scale.size()", size, triangle(dimension),
              "give the lower triangle of the Cholesky factor by rows");
}

VectorState student_t_maximum_likelihood(const VectorState& start, const Empirical& data,
                                         const StudentTLikelihoodOptions& options) {
  const auto points =
      points_of(name, data, start.n, [](const double*, std::size_t) { return true; });
  std::vector<double> a(start.arguments(), start.arguments() + start.count());
  fit(start.n, points, options.keep_degrees_of_freedom, a.data());
  return with_arguments(multivariate_student_t_family, start.n, a);
}

namespace {

std::vector<double> read(const JsonReader& json, std::size_t& n) {
  json.check_not_both("scale", "cholesky");
  const double v = json.number("degrees_of_freedom");
  const auto location = json.numbers("location");
  n = location.size();
  if (!json.has("cholesky")) {
    const Table scale = json.table("scale");
    return json.checked([&] { return student_t_arguments(v, location, scale.view()); });
  }
  const auto factor = json.numbers("cholesky", triangle(n));
  return json.checked([&] {
    check_factor(name, "cholesky", factor);
    check::positive(name, "degrees_of_freedom", v, "1 is Cauchy's distribution");
    check_dimension(name, "location.size()", n, false);
    check::finite(name, "location", location, "look where the value comes from");
    std::vector<double> a{v};
    a.insert(a.end(), location.begin(), location.end());
    a.insert(a.end(), factor.begin(), factor.end());
    return a;
  });
}

}  // namespace

constinit const VectorFamily multivariate_student_t_family{
    .name = name,
    .schema = "leibler.multivariate_student_t",
    .columns = [](std::size_t d) { return d; },
    .count = [](std::size_t d) { return 1 + d + triangle(d); },
    .lower =
        [](std::size_t d, std::size_t k, const double*) {
          return k == 0 || (k > d && is_diagonal_entry(k - 1 - d)) ? 0.0 : -plus_infinity;
        },
    .check = nullptr,
    .is_inside = [](std::size_t, const double*, std::size_t) { return true; },
    .log_density = formula<double>,
    .record = formula<Real>,
    .mean = mean,
    .covariance = covariance,
    .entropy = entropy,
    .sample = sample,
    .maximum_likelihood = [](std::size_t d, const WeightedPoints& data,
                             double* a) { fit(d, data, false, a); },
    .write =
        [](JsonWriter& json, std::size_t d, const double* a) {
          json.number("degrees_of_freedom", a[0]);
          json.numbers("location", {a + 1, d});
          json.numbers("cholesky", {a + 1 + d, triangle(d)});
        },
    .read = read,
    .keys = {"degrees_of_freedom", "location", "scale", "cholesky"},
    .print =
        [](std::size_t d, const double* a) {
          std::vector<double> scale(d * d);
          write_scale(d, a, 1.0, scale.data());
          return "MultivariateStudentT(degrees_of_freedom = " + brief_number(a[0]) +
                 ", location = " + brief_list({a + 1, d}) + ", scale = " + brief_matrix(scale, d) +
                 ")";
        }};

}  // namespace leibler::inline v0::detail
