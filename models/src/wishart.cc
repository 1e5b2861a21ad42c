// SPDX-License-Identifier: MIT
#include <leibler/models/wishart.hpp>

#include <algorithm>
#include <cmath>

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

constexpr auto name = "Wishart";
constexpr double log_pi = 1.14472988584940017414, log_two = 0.69314718055994530942;

// The packed Cholesky factor of a packed symmetric matrix.
template <class T>
void factorise(std::size_t d, const T* x, Scratch<T>& factor) {
  using engine::dot, engine::sqrt;
  for (std::size_t i = 0; i < d; ++i) {
    T* const row = factor.data() + triangle(i);
    for (std::size_t j = 0; j <= i; ++j) {
      T rest = x[triangle(i) + j];
      if (j > 0) {
        rest = rest -
               dot(std::span<const T>(row, j), std::span<const T>(factor.data() + triangle(j), j));
      }
      row[j] = j == i ? sqrt(rest) : rest / factor[triangle(j) + j];
    }
  }
}

// With X = C C^T, V = L L^T and A = L^-1 C: tr(V^-1 X) = |A|^2 and log det X - log det V =
// 2 sum log A_ii, neither a difference of large numbers.
template <class T>
T formula(std::size_t d, const T* x, const T* a) {
  using engine::dot, engine::lgamma, engine::log;
  const T& v = a[0];
  const T* const l = a + 1;
  Scratch<T> c(triangle(d)), whitened(d);
  factorise(d, x, c);
  const auto dimension = static_cast<double>(d);
  T sum(-0.25 * dimension * (dimension - 1.0) * log_pi), trace(0.0);
  for (std::size_t j = 0; j < d; ++j) {  // column j of A, entries j ... d - 1
    for (std::size_t i = j; i < d; ++i) {
      T rest = c[triangle(i) + j];
      if (i > j) {
        rest = rest - dot(std::span<const T>(l + triangle(i) + j, i - j),
                          std::span<const T>(whitened.data() + j, i - j));
      }
      whitened[i] = rest / l[triangle(i) + i];
      trace = trace + whitened[i] * whitened[i];
    }
    sum = sum + v * (log(whitened[j]) - 0.5 * log_two) -
          (dimension + 1.0) * log(c[triangle(j) + j]) - lgamma(0.5 * (v - static_cast<double>(j)));
  }
  return sum - 0.5 * trace;
}

bool is_inside(std::size_t d, const double* x, std::size_t stride) {
  Scratch<double> factor(triangle(d));
  const double least = 4.0 * static_cast<double>(d) * std::numeric_limits<double>::epsilon();
  for (std::size_t i = 0; i < d; ++i) {
    double* const row = factor.data() + triangle(i);
    const double variance = x[(triangle(i) + i) * stride];
    double pivot = variance;
    for (std::size_t j = 0; j < i; ++j) {
      double rest = x[(triangle(i) + j) * stride];
      for (std::size_t k = 0; k < j; ++k) rest -= row[k] * factor[triangle(j) + k];
      row[j] = rest / factor[triangle(j) + j];
      pivot -= row[j] * row[j];
    }
    if (!(pivot > least * variance && pivot > 0.0)) return false;
    row[i] = std::sqrt(pivot);
  }
  return true;
}

double log_det_scale(std::size_t d, const double* a) {
  double sum = 0.0;
  for (std::size_t i = 0; i < d; ++i) sum += 2.0 * engine::log(a[1 + triangle(i) + i]);
  return sum;
}

void mean(std::size_t d, const double* a, double* out) {
  Scratch<double> scale(d * d);
  engine::product_with_transpose({a + 1, triangle(d)}, d, {scale.data(), d * d});
  for (std::size_t i = 0; i < d; ++i) {
    for (std::size_t j = 0; j <= i; ++j) out[triangle(i) + j] = a[0] * scale[j * d + i];
  }
}

void covariance(std::size_t d, const double* a, double* out) {
  Scratch<double> scale(d * d);
  engine::product_with_transpose({a + 1, triangle(d)}, d, {scale.data(), d * d});
  const auto v = [&](std::size_t i, std::size_t j) { return scale[j * d + i]; };
  std::size_t at = 0;
  for (std::size_t i = 0; i < d; ++i) {
    for (std::size_t j = 0; j <= i; ++j) {
      for (std::size_t k = 0; k < d; ++k) {
        for (std::size_t l = 0; l <= k; ++l) {
          out[at++] = a[0] * (v(i, k) * v(j, l) + v(i, l) * v(j, k));
        }
      }
    }
  }
}

double entropy(std::size_t d, const double* a) {
  const double v = a[0], dimension = static_cast<double>(d);
  double out = 0.5 * (dimension + 1.0) * log_det_scale(d, a) +
               0.5 * dimension * (dimension + 1.0) * log_two +
               0.25 * dimension * (dimension - 1.0) * log_pi + 0.5 * v * dimension;
  for (std::size_t j = 0; j < d; ++j) {
    const double half = 0.5 * (v - static_cast<double>(j));
    out += engine::lgamma(half) - 0.5 * (v - dimension - 1.0) * engine::digamma(half);
  }
  return out;
}

void sample(std::size_t d, const double* a, const Stream& stream, const MutableBatch& x,
            Workspace& workspace) {
  const std::size_t n = engine::padded(x.size), below = d * (d - 1) / 2;
  const double* const l = a + 1;
  double* const z = workspace.take(n * below);
  engine::kernels::normal_fill(stream, z, n * below);
  double* const log_gammas = workspace.take(n * d);  // n for each row of the triangle
  for (std::size_t i = 0; i < d; ++i) {
    const double half = 0.5 * (a[0] - static_cast<double>(i));
    log_gamma_fill(sibling(stream, i), half, log_gammas + i * n, n, workspace);
  }
  double* const bartlett = workspace.take(triangle(d));
  double* const c = workspace.take(triangle(d));
  for (std::size_t p = 0; p < n; ++p) {
    const double* normal = z + p * below;
    for (std::size_t i = 0; i < d; ++i) {
      std::copy_n(normal, i, bartlett + triangle(i));
      normal += i;
      bartlett[triangle(i) + i] = engine::exp(0.5 * (log_two + log_gammas[i * n + p]));
    }
    for (std::size_t i = 0; i < d; ++i) {
      for (std::size_t j = 0; j <= i; ++j) {
        double sum = 0.0;
        for (std::size_t k = j; k <= i; ++k) {
          sum += l[triangle(i) + k] * bartlett[triangle(k) + j];
        }
        c[triangle(i) + j] = sum;
      }
    }
    double* const to = x.data + p;
    for (std::size_t i = 0; i < d; ++i) {
      for (std::size_t j = 0; j <= i; ++j) {
        double sum = 0.0;
        for (std::size_t k = 0; k <= j; ++k) sum += c[triangle(i) + k] * c[triangle(j) + k];
        to[(triangle(i) + j) * x.stride] = sum;
      }
      double& diagonal = to[(triangle(i) + i) * x.stride];
      diagonal = std::max(diagonal, std::numeric_limits<double>::min());
    }
    // Next to d - 1 degrees of freedom the product is singular to rounding.
    double more = 8.0 * static_cast<double>(d) * std::numeric_limits<double>::epsilon();
    for (; more < 1.0 && !is_inside(d, to, x.stride); more *= 2.0) {
      for (std::size_t i = 0; i < d; ++i) to[(triangle(i) + i) * x.stride] *= 1.0 + more;
    }
  }
}

void check_degrees(double degrees_of_freedom, std::size_t d) {
  const double least = static_cast<double>(d) - 1.0;
  if (std::isfinite(degrees_of_freedom) && degrees_of_freedom > least) return;
  throw DomainError(
      {name,
       "degrees_of_freedom",
       {},
       "= " + to_text(degrees_of_freedom),
       "degrees_of_freedom must be finite and above " + to_text(least) + ", the dimension minus 1",
       "fewer make singular matrices, which have no density"});
}

std::vector<double> read(const JsonReader& json, std::size_t& n) {
  json.check_not_both("scale", "cholesky");
  const double v = json.number("degrees_of_freedom");
  if (!json.has("cholesky")) {
    const Table scale = json.table("scale");
    n = scale.rows;
    return json.checked([&] { return wishart_arguments(v, scale.view()); });
  }
  const auto factor = json.numbers("cholesky");
  return json.checked([&] {
    n = wishart_dimension(factor.size());
    check_degrees(v, n);
    check_factor(name, "cholesky", factor);
    std::vector<double> a{v};
    a.insert(a.end(), factor.begin(), factor.end());
    return a;
  });
}

}  // namespace

std::vector<double> wishart_arguments(double degrees_of_freedom, const MatrixView& scale) {
  const auto factor = scale_factor(name, scale);
  check_degrees(degrees_of_freedom, scale.rows);
  std::vector<double> a{degrees_of_freedom};
  a.insert(a.end(), factor.begin(), factor.end());
  return a;
}

std::size_t wishart_dimension(std::size_t factor_size) {
  std::size_t d = 1;
  while (triangle(d) < factor_size) ++d;
  check::size(name, "scale.size()", factor_size, triangle(d),
              "give the lower triangle of the Cholesky factor by rows");
  return d;
}

constinit const VectorFamily wishart_family{
    .name = name,
    .schema = "leibler.wishart",
    .columns = triangle,
    .count = [](std::size_t d) { return 1 + triangle(d); },
    .lower =
        [](std::size_t d, std::size_t k, const double*) {
          if (k == 0) return static_cast<double>(d) - 1.0;
          return is_diagonal_entry(k - 1) ? 0.0 : -plus_infinity;
        },
    .check = nullptr,
    .is_inside = is_inside,
    .log_density = formula<double>,
    .record = formula<Real>,
    .mean = mean,
    .covariance = covariance,
    .entropy = entropy,
    .sample = sample,
    .maximum_likelihood = nullptr,
    .write =
        [](JsonWriter& json, std::size_t d, const double* a) {
          json.number("degrees_of_freedom", a[0]);
          json.numbers("cholesky", {a + 1, triangle(d)});
        },
    .read = read,
    .keys = {"degrees_of_freedom", "scale", "cholesky"},
    .print =
        [](std::size_t d, const double* a) {
          std::vector<double> scale(d * d);
          engine::product_with_transpose({a + 1, triangle(d)}, d, scale);
          return "Wishart(degrees_of_freedom = " + brief_number(a[0]) +
                 ", scale = " + brief_matrix(scale, d) + ")";
        }};

}  // namespace leibler::inline v0::detail
